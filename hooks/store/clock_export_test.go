package store

// Lets the test of plans see what the clock asks at each start and each midnight.

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// ClockPlan is how SQLite finds the cases that are marked otherwise than they should be.
func ClockPlan(app core.App, now time.Time) (steps []string, err error) {
	q := app.DB().Select("cases.id").From("cases").Where(misplaced(now)).Build()
	var rows []struct {
		Detail string `db:"detail"`
	}
	err = app.DB().NewQuery("EXPLAIN QUERY PLAN " + q.SQL()).Bind(q.Params()).All(&rows)
	for _, r := range rows {
		steps = append(steps, r.Detail)
	}
	return steps, err
}
