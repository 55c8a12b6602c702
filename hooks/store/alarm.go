package store

// The alarm where very much of one user's work waits for a decision.

import (
	"context"
	"log/slog"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/notify"
)

// alarmEvery: at each full thousand of open rows the dispatchers of the user's agency are
// told; the rows are still taken.
const alarmEvery = 1000

const countOpen = `SELECT count(*) FROM held_edits WHERE author = {:author} AND state = 'open'`

// alarm is asked with each row that is held open, in its transaction.
func (s book) alarm(held *core.Record) error {
	author := held.GetString("author")
	open := 0
	if err := s.App.DB().NewQuery(countOpen).Bind(dbx.Params{"author": author}).Row(&open); err != nil || open%alarmEvery != 0 {
		return err
	}
	slog.Warn("very much of one user's work waits for a decision", "user", author, "open", open)
	users, err := s.App.FindRecordsByIds("users", []string{author})
	if err != nil || len(users) == 0 {
		return err
	}
	blank := notify.Notice{Event: "alarm:" + held.Id, Kind: "held_edits", Audience: notify.Dispatcher, Number: "—"}
	if cases, err := s.App.FindRecordsByIds("cases", []string{held.GetString("case")}); err != nil {
		return err
	} else if len(cases) > 0 {
		blank.Case, blank.Number = cases[0].Id, cases[0].GetString("number")
	}
	ids, err := Notices{s.App}.dispatchers(users[0].GetString("agency"))
	if err != nil {
		return err
	}
	devices, err := Devices{s.App}.ForMessages(ids)
	if err != nil {
		return err
	}
	messages, err := notify.Plan(toUsers(blank, ids, author), devices, s.now(), notify.Quiet{})
	if err != nil {
		slog.Error("message cannot be told", "error", err)
	}
	return Outbox{s.App}.Enqueue(context.Background(), messages, s.now())
}
