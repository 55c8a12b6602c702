package main

// The whole bench in small: not how fast anything is, but that every part is measured and
// what it checks holds.

import (
	"bytes"
	"strings"
	"testing"
)

func TestEveryPartIsMeasuredAndWhatItChecksHolds(t *testing.T) {
	var out bytes.Buffer
	b := &bench{small: true, out: &out}
	err := b.run(nil)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"proposal, 200 cases", "candidates among 2000", "13 stops", "one by one"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the output", want)
		}
	}
	if err := b.run([]string{"weather"}); err == nil {
		t.Error("the weather was measured")
	}
}
