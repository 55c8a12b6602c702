package main

// What is seeded is what the house would have let in; a Ctrl-C leaves nothing behind.

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuncha/demo"
	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/hooks/store"
)

// Seeding saves without validating, for speed; here every record is validated.
func TestEverySeededRecordIsValid(t *testing.T) {
	city, err := demo.Make(demo.Size{Seed: 3, Cases: 60, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	app, err := openApp(dir, hooks.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.ResetBootstrapState() }()
	keys, err := store.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := seeding{app: app, keys: keys, shelf: evidence.Shelf{Dir: filepath.Join(dir, "evidence")}, ctx: hooks.Seeding(t.Context()), says: io.Discard}
	if err := s.city(city); err != nil {
		t.Fatal(err)
	}
	collections, err := app.FindAllCollections("base", "auth")
	if err != nil {
		t.Fatal(err)
	}
	valid := 0
	for _, c := range collections {
		records, err := app.FindAllRecords(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if err := app.Validate(r); err != nil {
				t.Errorf("%s %s: %v", c.Name, r.Id, err)
			}
			valid++
		}
	}
	if valid < 500 {
		t.Errorf("only %d records", valid)
	}
}

// stopsAt cancels as soon as the progress says a word.
type stopsAt struct {
	bytes.Buffer
	word string
	stop context.CancelFunc
}

func (s *stopsAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.word) {
		s.stop()
	}
	return s.Buffer.Write(p)
}

func TestCtrlCWhileTheCityIsMadeLeavesNothing(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	parent := t.TempDir()
	says := &stopsAt{word: "100 of 300", stop: stop}
	cmd := rootCommand()
	cmd.SetErr(says)
	cmd.SetOut(io.Discard)
	cmd.SetArgs([]string{"demo", "--cases", "300", "--http", "127.0.0.1:0", "--dir", filepath.Join(parent, "city")})
	if err := cmd.ExecuteContext(ctx); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if strings.Contains(says.String(), "300 of 300") {
		t.Error("it was not stopped")
	}
}
