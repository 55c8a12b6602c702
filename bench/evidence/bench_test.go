package main

// The whole bench in small: not how fast anything is, but that every measure is taken and
// what it checks holds.

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestMain is also the candidates: they are this program again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == asChild {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEveryMeasureIsTakenAndWhatItChecksHolds(t *testing.T) {
	var out bytes.Buffer
	b := &bench{n: small(), dir: t.TempDir(), out: &out}
	err := b.run(nil)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1. both copies", "2. a queue", "3. uploads", "PocketBase / ours, time", "peak", "memory above idle"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the output", want)
		}
	}
	if err := b.run([]string{"99"}); err == nil {
		t.Error("measure 99 was taken")
	}
}
