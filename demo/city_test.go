package demo

// The city is the same for a seed, and like the bulletins of real ones.

import (
	"encoding/json"
	"testing"
	"time"

	"xuncha/casework"
)

var now = time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai)

func make2000(t *testing.T, seed uint64) City {
	t.Helper()
	c, err := Make(Size{Seed: seed, Cases: 2000, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheSameSeedMakesTheSameCity(t *testing.T) {
	text := func(seed uint64) string {
		c, err := Make(Size{Seed: seed, Cases: 150, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal([]any{c.People, c.Lives})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	one, again := text(1), text(1)
	if one != again {
		t.Error("two cities of one seed differ")
	}
	if one == text(2) {
		t.Error("two seeds make one city")
	}
}

func TestTheYearIsLikeARealOne(t *testing.T) {
	for seed := range uint64(2) {
		c := make2000(t, seed)
		states, types, texts := map[casework.Status]int{}, 0, map[string]bool{}
		var handling, closed float64
		for _, l := range c.Lives {
			states[l.Case.Status]++
			types += len(l.Case.PollutionTypes)
			texts[l.Case.Text] = true
			if l.Case.Status == casework.Closed {
				from, err1 := time.Parse(time.RFC3339, l.Case.ReceivedAt)
				to, err2 := time.Parse(time.RFC3339, l.Case.ClosedAt)
				if err1 != nil || err2 != nil {
					t.Fatal(err1, err2)
				}
				handling += to.Sub(from).Hours() / 24
				closed++
			}
		}
		n := float64(len(c.Lives))
		for name, is := range map[string]struct{ got, least, most float64 }{
			"types per 100 cases":     {float64(types) / n * 100, 111, 148},
			"not accepted, percent":   {float64(states[casework.NotAccepted]) / n * 100, 20, 27},
			"merged, percent":         {float64(states[casework.Merged]) / n * 100, 10, 23},
			"mean handling in days":   {handling / closed, 17, 28},
			"different texts percent": {float64(len(texts)) / n * 100, 95, 100},
		} {
			if is.got < is.least || is.got > is.most {
				t.Errorf("seed %d: %s is %.1f, want %.0f to %.0f", seed, name, is.got, is.least, is.most)
			}
		}
		for _, s := range casework.Process().States {
			if states[s.Code] == 0 {
				t.Errorf("seed %d: no case is %s", seed, s.Code)
			}
		}
	}
}
