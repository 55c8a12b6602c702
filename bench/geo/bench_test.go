package main

// The whole bench in small: not how fast anything is, but that every part is taken and what
// it checks holds.

import (
	"bytes"
	"strings"
	"testing"
)

func TestEveryPartIsTakenAndWhatItChecksHolds(t *testing.T) {
	var out bytes.Buffer
	b := &bench{n: small(), out: &out}
	err := b.run(nil)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if !strings.Contains(out.String(), "\n"+p.name+": "+p.title) {
			t.Errorf("part %s is not in the output", p.name)
		}
	}
	for _, want := range []string{"summary", "with other than one owner", "0 of 1250 differ", "ours / orb", "PostGIS", "proposal, 200 cases", "candidates among 2000", "13 stops", "and all are right", "supercluster", "one by one"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the output", want)
		}
	}
	if err := b.run([]string{"99"}); err == nil {
		t.Error("part 99 was taken")
	}
}
