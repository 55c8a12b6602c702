package intake_test

// Until when a rating reopens a case.

import (
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/intake"
)

func TestARatingReopensWithinTheTermOfTheRule(t *testing.T) {
	rule := func(number int, unit casework.Unit) intake.Terms {
		return intake.Terms{Rules: []casework.DeadlineRule{{Step: casework.StepReviewRequest, Number: number, Unit: unit}}}
	}
	for _, c := range []struct {
		sentence string
		closed   string // in Shanghai
		terms    intake.Terms
		last     string // the last day on which it reopens
	}{
		{"natural days", "2026-06-10T10:00:00+08:00", rule(5, casework.NaturalDay), "2026-06-15"},
		{"a last day that is not worked moves", "2026-06-10T10:00:00+08:00", rule(3, casework.NaturalDay), "2026-06-15"},
		{"working days over the national holiday", "2026-09-29T10:00:00+08:00", rule(3, casework.WorkingDay), "2026-10-09"},
		{"closed before midnight in Shanghai", "2026-06-10T23:30:00+08:00", rule(1, casework.WorkingDay), "2026-06-11"},
		{"the nation's thirty days", "2026-06-10T10:00:00+08:00", intake.Terms{}, "2026-07-10"},
	} {
		last, err := time.Parse(time.RFC3339, c.last+"T23:59:00+08:00")
		if err != nil {
			t.Fatal(err)
		}
		of := casework.Case{ClosedAt: c.closed}
		if !(intake.Rating{}).Reopens(of, 0, c.terms, last) {
			t.Errorf("%s: not on %s", c.sentence, c.last)
		}
		if (intake.Rating{}).Reopens(of, 0, c.terms, last.Add(2*time.Minute)) {
			t.Errorf("%s: still after %s", c.sentence, c.last)
		}
		if (intake.Rating{Solved: true}).Reopens(of, 0, c.terms, last) || (intake.Rating{}).Reopens(of, 2, c.terms, last) {
			t.Errorf("%s: what is solved, or was reopened twice, is reopened", c.sentence)
		}
	}
}
