package demo

// The city is the same for a seed, and like the bulletins of real ones.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image/jpeg"
	"reflect"
	"slices"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/geo"
)

var now = time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai)

func makeCity(t *testing.T, seed uint64, cases int, at time.Time) City {
	t.Helper()
	c, err := Make(Size{Seed: seed, Cases: cases, Now: at})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return c
}

func TestTheSameSeedMakesTheSameCity(t *testing.T) {
	t.Parallel()
	text := func(seed uint64) string {
		data, err := json.Marshal(makeCity(t, seed, 150, now))
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

// about counts how many cases complain of a type or a part of it.
func about(c City, main string) (n float64) {
	for _, l := range c.Lives {
		if slices.ContainsFunc(l.Case.PollutionTypes, func(code string) bool {
			w, _ := casework.Process().Word("pollution_type", code)
			return code == main || w.PartOf == main
		}) {
			n++
		}
	}
	return n
}

// mean days from the receipt to the close.
func meanHandling(t *testing.T, c City) float64 {
	t.Helper()
	var days, closed float64
	for _, l := range c.Lives {
		if l.Case.Status != casework.Closed {
			continue
		}
		from, err1 := time.Parse(time.RFC3339, l.Case.ReceivedAt)
		to, err2 := time.Parse(time.RFC3339, l.Case.ClosedAt)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		days += to.Sub(from).Hours() / 24
		closed++
	}
	return days / closed
}

func TestTheYearIsLikeARealOne(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		c := makeCity(t, seed, 2000, now)
		states, types, texts, overdue, soon := map[casework.Status]int{}, 0, map[string]bool{}, 0, 0
		for _, l := range c.Lives {
			states[l.Case.Status]++
			types += len(l.Case.PollutionTypes)
			texts[l.Case.Text] = true
			if l.Case.Overdue {
				overdue++
			}
			if l.Case.DueSoon {
				soon++
			}
		}
		n := float64(len(c.Lives)) / 100
		for name, is := range map[string]struct{ got, least, most float64 }{
			"air, percent":            {about(c, "air") / n, 50, 65},
			"noise, percent":          {about(c, "noise") / n, 36, 48},
			"types per 100 cases":     {float64(types) / n, 111, 148},
			"not accepted, percent":   {float64(states[casework.NotAccepted]) / n, 23, 25},
			"merged, percent":         {float64(states[casework.Merged]) / n, 10, 23},
			"mean handling in days":   {meanHandling(t, c), 17, 28},
			"different texts percent": {float64(len(texts)) / n, 99, 100},
			"overdue":                 {float64(overdue), 5, 60},
			"due soon":                {float64(soon), 1, 60},
		} {
			if is.got < is.least || is.got > is.most {
				t.Errorf("seed %d: %s is %.1f, want %.0f to %.0f", seed, name, is.got, is.least, is.most)
			}
		}
		everyState(t, c)
	}
}

// everyState: each state is to be seen, and not too few desks have something to do.
func everyState(t *testing.T, c City) {
	t.Helper()
	seen := map[casework.Status]bool{}
	for _, l := range c.Lives {
		seen[l.Case.Status] = true
	}
	for _, s := range casework.Process().States {
		if !seen[s.Code] {
			t.Errorf("%d cases: no case is %s", len(c.Lives), s.Code)
		}
	}
}

// Whatever the day, weekends and the long holidays too, a city can be made, and a small one
// has every state.
func TestACityCanBeMadeOnEveryDay(t *testing.T) {
	t.Parallel()
	days := []time.Time{
		time.Date(2026, 2, 19, 3, 0, 0, 0, shanghai), time.Date(2026, 10, 4, 23, 59, 0, 0, shanghai),
		time.Date(2027, 1, 1, 0, 5, 0, 0, shanghai), time.Date(2026, 7, 12, 14, 0, 0, 0, shanghai),
	}
	for i, day := range days {
		everyState(t, makeCity(t, uint64(i), 120, day)) //nolint:gosec // small
	}
	for _, n := range []int{1, 7, 30} {
		if c := makeCity(t, 1, n, now); len(c.Lives) != n {
			t.Errorf("asked for %d cases, got %d", n, len(c.Lives))
		}
	}
}

// Every case is what its actions make of it, done again one after the other.
func TestEveryCaseIsTheFoldOfItsActions(t *testing.T) {
	t.Parallel()
	for _, l := range makeCity(t, 5, 400, now).Lives {
		again := &Life{m: l.m, Case: l.first, evidence: l.evidence, primary: l.primary, repeats: l.repeats}
		for i, past := range l.history {
			at, err := time.Parse(time.RFC3339, past.ReceivedAt)
			if err != nil || at.After(now) || !at.After(again.last) {
				t.Fatalf("case %s: action %d came at %s: %v", l.Number, i, past.ReceivedAt, err)
			}
			v := casework.Apply(again.facts(past.Action, again.primaryAt(at), l.nexts[i], at), past.Action, at)
			if v.Applied != (past.Outcome == casework.Applied) {
				t.Fatalf("case %s: %s: %s %s", l.Number, past.Name, v.Code, v.Detail)
			}
			again.last = at
			again.keep(past.Action, v)
		}
		again.Case.Overdue, again.Case.DueSoon = casework.Clock(again.Case, now)
		again.Case.RepeatCount = l.repeatsAt(now)
		if !reflect.DeepEqual(again.Case, l.Case) {
			t.Errorf("case %s:\n%+v\nis not what its actions make:\n%+v", l.Number, l.Case, again.Case)
		}
	}
}

func TestWhatRowsPointAtIsThere(t *testing.T) {
	t.Parallel()
	c := makeCity(t, 6, 400, now)
	ids := map[string]string{}
	for _, l := range c.Lives {
		for _, row := range l.Rows {
			if ids[row.ID] != "" || len(row.ID) != 15 {
				t.Errorf("id %q stands twice: %s, %s", row.ID, row.Collection, ids[row.ID])
			}
			ids[row.ID] = row.Collection
		}
	}
	for _, l := range c.Lives {
		for id, want := range map[string]string{
			l.Case.Primary: "cases", l.Case.Respondent: "respondents", l.Case.Inspection: "inspections", l.ComplaintID: "complaints",
			l.Case.Rectification: "rectifications", l.Case.Transfer: "transfers",
		} {
			if id != "" && ids[id] != want {
				t.Errorf("case %s: %s is %q, want %s", l.Number, id, ids[id], want)
			}
		}
		for _, past := range l.history {
			for _, photo := range casework.Needs(past.Action).Evidence {
				if ids[photo] != "evidence" {
					t.Errorf("case %s: %s speaks of the photo %s, which is not there", l.Number, past.Name, photo)
				}
			}
		}
	}
}

func TestPlacesLieInTheirCounties(t *testing.T) {
	t.Parallel()
	c := makeCity(t, 7, 400, now)
	borders := geo.NewPartition(c.Divisions)
	for _, l := range c.Lives {
		at := *l.Case.Location
		if o, err := borders.Lookup([2]float64{at.Lon, at.Lat}, 0); err != nil || o.Code != l.Case.DivisionCode {
			t.Errorf("case %s of %s lies in %s: %v", l.Number, l.Case.DivisionCode, o.Code, err)
		}
	}
}

func TestNobodyWhoComplainedStandsInACase(t *testing.T) {
	t.Parallel()
	for _, l := range makeCity(t, 8, 400, now).Lives {
		for _, secret := range []string{l.Contact.Phone, l.Contact.IDNumber} {
			if data, err := json.Marshal(l.Case); err != nil || secret != "" && bytes.Contains(data, []byte(secret)) {
				t.Errorf("case %s shows %s: %v", l.Number, secret, err)
			}
		}
	}
}

func TestThePhotosAreTwoDozenPictures(t *testing.T) {
	t.Parallel()
	c := makeCity(t, 9, 20, now)
	sums := map[string]bool{}
	for _, p := range c.Photos {
		sum := sha256.Sum256(p.Data)
		img, err := jpeg.Decode(bytes.NewReader(p.Data))
		if err != nil || hex.EncodeToString(sum[:]) != p.Sum || img.Bounds().Dx() != wide {
			t.Errorf("%s %s: %v", p.Scene, p.Moment, err)
		}
		sums[p.Sum] = true
	}
	if len(sums) != 24 {
		t.Errorf("%d different photos", len(sums))
	}
}
