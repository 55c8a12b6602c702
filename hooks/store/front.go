package store

// What stands on the front page of a demo: cases and their numbers, whoever may see them.
// A real house asks within a scope instead.

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// Front reads for the page of a demo.
type Front struct{ App core.App }

// Newest returns the cases received last.
func (s Front) Newest(limit int64) ([]casework.Case, error) {
	return s.list(s.App.RecordQuery("cases").OrderBy("received_at DESC", "id").Limit(limit))
}

// InState returns cases of a state, the nearest deadline first.
func (s Front) InState(status casework.Status, limit int64) ([]casework.Case, error) {
	return s.list(s.App.RecordQuery("cases").AndWhere(dbx.HashExp{"status": status}).OrderBy(nearest...).Limit(limit))
}

// Flagged returns cases that have one of the flags overdue and due_soon, the nearest
// deadline first.
func (s Front) Flagged(limit int64, flags ...string) ([]casework.Case, error) {
	either := make([]dbx.Expression, len(flags))
	for i, flag := range flags {
		either[i] = dbx.HashExp{flag: true}
	}
	return s.list(s.App.RecordQuery("cases").AndWhere(dbx.Or(either...)).OrderBy(nearest...).Limit(limit))
}

// nearest puts what is late before what is due soon, and that before all others.
var nearest = []string{"overdue DESC", "due_soon DESC", "due_strict", "id"}

func (s Front) list(q *dbx.SelectQuery) ([]casework.Case, error) {
	var records []*core.Record
	if err := q.All(&records); err != nil {
		return nil, err
	}
	return all[casework.Case](records)
}

// Standing is how many cases stand in one state, how many of them are late and how many
// are due soon.
type Standing struct {
	Status  casework.Status `db:"status"`
	Cases   int             `db:"n"`
	Overdue int             `db:"late"`
	Soon    int             `db:"soon"`
}

// standings counts all cases by their state.
const standings = "SELECT status, count(*) AS n, sum(overdue) AS late, sum(due_soon) AS soon FROM cases GROUP BY status"

// Standings counts the cases of each state.
func (s Front) Standings() ([]Standing, error) {
	var rows []Standing
	return rows, s.App.DB().NewQuery(standings).All(&rows)
}

// Divisions are the names of the divisions that have borders, by code.
func (s Front) Divisions() (map[string]string, error) {
	var rows []struct {
		Code string `db:"division_code"`
		Name string `db:"name"`
	}
	err := s.App.DB().Select("division_code", "name").From("jurisdictions").All(&rows)
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.Code] = r.Name
	}
	return names, err
}
