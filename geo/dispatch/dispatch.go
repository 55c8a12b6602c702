// Package dispatch says who should go to a case, and in what order a day is driven. It names
// the best three with what speaks for and against them, and for everybody else why not; a
// dispatcher decides. Many cases at once get their teams by one optimal assignment. Nothing
// is saved here: facts and the time come in, suggestions go out, the same for the same facts
// in whatever order they stand. There is no road network: a way is the great circle, made
// longer by a factor.
package dispatch

// What is known of cases and inspectors, and what is taken for a fault.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"xuncha/geo"
)

// Stop is one case of a day.
type Stop struct {
	ID      string
	At      orb.Point // WGS-84; the zero point is none
	Due     string    // last day, YYYY-MM-DD in Asia/Shanghai; "" is none
	Minutes float64   // that the visit takes; 0 is Rules.VisitMinutes
	Urgent  bool      // comes before all that is not
}

// Case is one that somebody is to go to. Who knows only its division gives a place in the
// middle of that.
type Case struct {
	Stop
	Agencies   []string  // whose officers may go, by its jurisdiction; none allows nobody
	Recused    []string  // 回避: officers who may not
	Needs      []string  // skills that each officer must have
	ReceivedAt time.Time // orders what would be dealt with one by one
}

// Inspector is one officer (执法人员) with the day that lies ahead.
type Inspector struct {
	ID               string
	Agency           string
	At               orb.Point // last known position, WGS-84; the zero point is none
	AtAge            float64   // its age in seconds
	Seat             orb.Point // of the agency, where the day ends, and begins without a fresh position; the zero point is none
	Stops            []Stop    // cases of the day, in any order
	Load             int       // open cases, those of the day among them
	CertificateUntil string    // last day of validity, YYYY-MM-DD; "" is no certificate
	Skills           []string
	OnDuty           bool
	Disabled         bool
}

// Crew is how many officers go to a case (行政处罚法 2021, art. 42).
const Crew = 2

var (
	// ErrTwice: two cases or two inspectors have one id.
	ErrTwice = errors.New("an id stands twice")
	// ErrDay: something is no day in the form YYYY-MM-DD.
	ErrDay = errors.New("no such day")
	// ErrPlace: there is no position where one is needed.
	ErrPlace = errors.New("no position")
)

// placed tells whether p is a position. The zero point is what an empty field holds.
func placed(p orb.Point) bool { return p != (orb.Point{}) && geo.Check(p) == nil }

// roster is the inspectors by id, without the cases that are to be given anew. The error is
// ErrTwice or ErrDay.
func roster(inspectors []Inspector, cases []Case) ([]Inspector, error) {
	anew := make(map[string]bool, len(cases))
	for _, c := range cases {
		if _, err := dueOn(c.Due); err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		if anew[c.ID] {
			return nil, fmt.Errorf("case %s: %w", c.ID, ErrTwice)
		}
		anew[c.ID] = true
	}
	out := slices.Clone(inspectors)
	slices.SortFunc(out, func(a, b Inspector) int { return strings.Compare(a.ID, b.ID) })
	for i := range out {
		in := &out[i]
		if i > 0 && out[i-1].ID == in.ID {
			return nil, fmt.Errorf("inspector %s: %w", in.ID, ErrTwice)
		}
		if err := in.release(anew); err != nil {
			return nil, fmt.Errorf("inspector %s: %w", in.ID, err)
		}
	}
	return out, nil
}

// release takes some cases out of the day. The error is ErrDay.
func (in *Inspector) release(anew map[string]bool) error {
	if _, err := dueOn(in.CertificateUntil); err != nil {
		return err
	}
	held := false
	for _, s := range in.Stops {
		if _, err := dueOn(s.Due); err != nil {
			return fmt.Errorf("stop %s: %w", s.ID, err)
		}
		held = held || anew[s.ID]
	}
	if held {
		before := len(in.Stops)
		in.Stops = slices.DeleteFunc(slices.Clone(in.Stops), func(s Stop) bool { return anew[s.ID] })
		in.Load = max(0, in.Load-(before-len(in.Stops)))
	}
	return nil
}
