package store

// Deadlines as they pass: which open cases change their mark.

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// due are the cases that might have to be marked: those with a day that has come near,
// and those marked.
const due = "cases.due_soon = 1 OR cases.overdue = 1 OR (cases.due_strict <> '' AND cases.due_strict <= {:horizon}) OR cases.status = 'stage_closed'"

// horizonDays is more than the days before which a case is due soon.
const horizonDays = 10

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

// Mark sets due_soon and overdue where they are not what casework says, and returns how
// many cases changed.
func (s Cases) Mark(now time.Time) (int, error) {
	var records []*core.Record
	horizon := casework.Date(now.AddDate(0, 0, horizonDays))
	err := s.App.RecordQuery("cases").AndWhere(dbx.NewExp(due, dbx.Params{"horizon": horizon})).All(&records)
	if err != nil {
		return 0, err
	}
	changed := 0
	for _, r := range records {
		var c casework.Case
		if err := Into(r, &c); err != nil {
			return changed, err
		}
		overdue, soon := casework.Clock(c, now)
		if overdue == c.Overdue && soon == c.DueSoon {
			continue
		}
		if err := s.mark(r.Id, now); err != nil {
			return changed, fmt.Errorf("case %s: %w", r.Id, err)
		}
		changed++
	}
	return changed, Feed{App: s.App}.exec(putMarked, dbx.Params{"at": now.UTC().Format(stampLayout)})
}

// mark reads the case again in its transaction: an action may have moved it meanwhile.
func (s Cases) mark(id string, now time.Time) error {
	return s.App.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindRecordById("cases", id)
		if err != nil {
			return err
		}
		var c casework.Case
		if err := Into(r, &c); err != nil {
			return err
		}
		overdue, soon := casework.Clock(c, now)
		r.Set("overdue", overdue)
		r.Set("due_soon", soon)
		return tx.SaveWithContext(ByCasework(context.Background()), r)
	})
}
