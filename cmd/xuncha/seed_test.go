package main

// What is seeded is what the house would have let in; a Ctrl-C leaves nothing behind.

import (
	"bytes"
	"context"
	"io"
	"net"
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

// newSeeding is an empty house to be seeded.
func newSeeding(t *testing.T) seeding {
	t.Helper()
	dir := t.TempDir()
	app, err := openApp(dir, hooks.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	keys, err := store.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return seeding{app: app, keys: keys, shelf: evidence.Shelf{Dir: filepath.Join(dir, "evidence")}, ctx: hooks.Seeding(t.Context()), says: io.Discard}
}

func madeCity(t *testing.T, seed uint64, cases int) demo.City {
	t.Helper()
	t.Logf("seed %d", seed)
	city, err := demo.Make(demo.Size{Seed: seed, Cases: cases, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return city
}

// The hooks write document, feed and crews of one record after the other; in bulk it is all
// the same to the last byte.
func TestSeedingInBulkWritesWhatTheHooksWrite(t *testing.T) {
	city := madeCity(t, 4, 80)
	bulk, single := newSeeding(t), newSeeding(t)
	if err := bulk.city(city); err != nil {
		t.Fatal(err)
	}
	lives := city.Lives
	city.Lives = nil
	if err := single.city(city); err != nil {
		t.Fatal(err)
	}
	records, err := single.records(lives)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := single.app.SaveNoValidateWithContext(single.ctx, r); err != nil {
			t.Fatalf("%s %s: %v", r.Collection().Name, r.Id, err)
		}
	}
	// People and dictionaries are saved by the hooks either way, with ids of their own.
	const ofCases = " WHERE collection NOT IN ('colleagues', 'dictionaries')"
	for table, columns := range map[string]string{
		"sync_doc" + ofCases: "collection, record, seq, doc, versions", "sync_feed" + ofCases: "bucket, collection, record, seq, gone, reason",
		"sync_meta WHERE key NOT IN ('epoch', 'history', 'run')": "key, value", "case_user": "user, `case`",
		"cases":       "id, seq, status, inspectors, location, repeat_count, order_no, received_at, plan, uncertain, `primary`, respondent",
		"actions":     "id, seq, args, content_hash, actor_kind, position, evidence, received_at",
		"inspections": "id, seq, findings, max_noise_db, samples, notes, inspectors", "evidence": "id, seq, position, exif, size, heading, flags",
		"complaints": "id, number, external_ids, location, text",
	} {
		one := "quote(" + strings.ReplaceAll(columns, ", ", ") || ' ' || quote(") + ")"
		var rows [2][]string
		for i, s := range []seeding{bulk, single} {
			if err := s.app.DB().NewQuery("SELECT " + one + " FROM " + table + " ORDER BY 1").Column(&rows[i]); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
		}
		if len(rows[0]) != len(rows[1]) || len(rows[0]) == 0 {
			t.Errorf("%s: %d rows in bulk, %d by the hooks", table, len(rows[0]), len(rows[1]))
			continue
		}
		for i := range rows[0] {
			if rows[0][i] != rows[1][i] {
				t.Errorf("%s:\n%.500s\nby the hooks:\n%.500s", table, rows[0][i], rows[1][i])
				break
			}
		}
	}
}

// Seeding saves without validating, for speed; here every record is validated.
func TestEverySeededRecordIsValid(t *testing.T) {
	city, s := madeCity(t, 3, 60), newSeeding(t)
	app := s.app
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

// atWord does something as soon as the progress says a word.
type atWord struct {
	word string
	do   func()
}

func (a atWord) Write(p []byte) (int, error) {
	if strings.Contains(string(p), a.word) {
		a.do()
	}
	return len(p), nil
}

func TestThePortIsHeldWhileTheCityIsMade(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	tried := 0
	cmd := rootCommand()
	cmd.SetErr(atWord{"100 of 150", func() {
		tried++
		if ln, err := net.Listen("tcp", address); err == nil {
			t.Error("another process can take the port")
			_ = ln.Close()
		}
		stop()
	}})
	cmd.SetOut(io.Discard)
	cmd.SetArgs([]string{"demo", "--cases", "150", "--http", address, "--dir", filepath.Join(t.TempDir(), "city")})
	if err := cmd.ExecuteContext(ctx); err != nil || tried == 0 {
		t.Errorf("tried %d times: %v", tried, err)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("the port is not given back: %v", err)
	}
	_ = ln.Close()
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
