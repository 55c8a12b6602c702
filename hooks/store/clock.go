package store

// Deadlines as they pass, and as calendars are published: which open cases change their
// days or their marks.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// The cases that are marked otherwise than their last day asks for, each found by an index: it
// is casework that says how they are marked. Of a stage-closed one the plan would have to be read.
const (
	noMoreLate = "cases.overdue = 1 AND cases.due_strict >= '' AND NOT (cases.status IN ({:open}) AND cases.due_strict <> '' AND cases.due_strict < {:today})"
	noMoreSoon = "cases.due_soon = 1 AND cases.due_strict >= '' AND NOT (cases.status IN ({:open}) AND cases.due_strict >= {:today} AND cases.due_strict <= {:soon})"
	late       = "cases.status IN ({:open}) AND cases.due_strict > '' AND cases.due_strict < {:today} AND cases.overdue = 0"
	near       = "cases.status IN ({:open}) AND cases.due_strict >= {:today} AND cases.due_strict <= {:soon} AND cases.due_soon = 0"
	planned    = "cases.status = 'stage_closed'"
)

// misplaced are they on a day.
func misplaced(now time.Time) dbx.Expression {
	var states []string
	for _, state := range casework.Process().States {
		if state.Open {
			states = append(states, "'"+string(state.Code)+"'")
		}
	}
	params := dbx.Params{"today": casework.Date(now), "soon": casework.Date(now.AddDate(0, 0, casework.SoonDays))}
	either := make([]dbx.Expression, 0, 5)
	for _, where := range []string{noMoreLate, noMoreSoon, late, near, planned} {
		either = append(either, dbx.NewExp(strings.ReplaceAll(where, "{:open}", strings.Join(states, ", ")), params))
	}
	return dbx.Or(either...)
}

// unsettled are the cases whose last day was provisional and lies in a year that is
// published by now.
const unsettled = "cases.due_provisional = 1 AND EXISTS (SELECT 1 FROM holidays h WHERE h.year = CAST(substr(cases.due_strict, 1, 4) AS INTEGER))"

// dated are the cases that have a last day at all.
const dated = "cases.due_strict <> ''"

const (
	putMarked  = `INSERT INTO sync_meta (key, value) VALUES ('marked_at', {:at}) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	readMarked = `SELECT value FROM sync_meta WHERE key = 'marked_at'`
)

// MarkedAt is when the server last looked at the days, by its clock; zero if never.
func MarkedAt(app core.App) (time.Time, error) {
	var at []string
	if err := app.DB().NewQuery(readMarked).Column(&at); err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return time.Parse(stampLayout, at[0])
}

// Mark sets due_soon and overdue where they are not what casework says, settles what was
// provisional, and returns how many cases changed.
func (s Cases) Mark(now time.Time) (int, error) {
	n, err := s.tick(dbx.Or(misplaced(now), open(unsettled)), now)
	if err != nil {
		return n, err
	}
	return n, Feed{App: s.App}.exec(putMarked, dbx.Params{"at": now.UTC().Format(stampLayout)})
}

// Roll is Mark for all open cases: the calendar has changed. A house that never looked at its
// days, being new, begins to do so when it serves.
func (s Cases) Roll(now time.Time) (int, error) {
	n, err := s.tick(open(dated), now)
	if err != nil {
		return n, err
	}
	if at, err := MarkedAt(s.App); err != nil || at.IsZero() {
		return n, err
	}
	more, err := s.Mark(now)
	return n + more, err
}

// open adds that a case is open.
func open(where string) dbx.Expression {
	var states []any
	for _, state := range casework.Process().States {
		if state.Open {
			states = append(states, string(state.Code))
		}
	}
	return dbx.And(dbx.In("cases.status", states...), dbx.NewExp(where))
}

// tickPage is how many cases are read at a time.
const tickPage = 200

// tick brings cases to where the clock and the calendar have them. A case that cannot be
// saved keeps no other from it.
func (s Cases) tick(where dbx.Expression, now time.Time) (int, error) {
	rules, calendar, err := Dictionaries(s).Load()
	if err != nil {
		return 0, err
	}
	var ids []string
	if err := s.App.DB().Select("cases.id").From("cases").Where(where).Column(&ids); err != nil {
		return 0, err
	}
	slices.Sort(ids) // not by the query: SQLite would read all cases in their order
	changed, failed := 0, []error{}
	for page := range slices.Chunk(ids, tickPage) {
		records, err := s.App.FindRecordsByIds("cases", page)
		if err != nil {
			return changed, errors.Join(append(failed, err)...)
		}
		for _, r := range records {
			turn := func(c casework.Case) casework.Case { return casework.Tick(c, rules, calendar, now) }
			moved, err := s.turn(r, turn)
			if err != nil {
				failed = append(failed, fmt.Errorf("case %s: %w", r.Id, err))
			} else if moved {
				changed++
			}
		}
	}
	return changed, errors.Join(failed...)
}

// hands are what the clock and the calendar move.
type hands struct {
	Strict      string `json:"due_strict"`
	Legal       string `json:"due_legal"`
	Provisional bool   `json:"due_provisional"`
	Overdue     bool   `json:"overdue"`
	Soon        bool   `json:"due_soon"`
}

func handsOf(c casework.Case) hands {
	return hands{c.DueStrict, c.DueLegal, c.DueProvisional, c.Overdue, c.DueSoon}
}

// turn saves a case that does not stand where it should. It is read again in the
// transaction: an action may have moved it meanwhile.
func (s Cases) turn(r *core.Record, to func(casework.Case) casework.Case) (bool, error) {
	var c casework.Case
	if err := Into(r, &c); err != nil || handsOf(to(c)) == handsOf(c) {
		return false, err
	}
	return true, s.App.RunInTransaction(func(tx core.App) error {
		fresh, err := tx.FindRecordById("cases", r.Id)
		if err != nil {
			return err
		}
		var c casework.Case
		if err := Into(fresh, &c); err != nil {
			return err
		}
		if err := Load(fresh, handsOf(to(c))); err != nil {
			return err
		}
		return tx.SaveWithContext(ByCasework(context.Background()), fresh)
	})
}
