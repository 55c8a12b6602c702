package store

// Lets the test of plans see what a list asks.

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ListPlan is how SQLite counts and finds the cases of a list.
func ListPlan(app core.App, user *core.Record, f CaseFilter) (steps []string, err error) {
	count, ids := Cases{App: app}.listed(user, f)
	for _, query := range []*dbx.SelectQuery{count, ids} {
		q := query.Build()
		var rows []struct {
			Detail string `db:"detail"`
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + q.SQL()).Bind(q.Params()).All(&rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			if strings.Contains(r.Detail, " cases ") {
				steps = append(steps, r.Detail)
			}
		}
	}
	return steps, nil
}
