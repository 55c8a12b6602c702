package hooks

// The clock: once an hour, and at the start, open cases are marked due soon or overdue, and
// what was provisional is settled. A calendar that changes is told to all open cases at once.

import (
	"log/slog"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
)

func bindClock(app core.App, h *house) error {
	cases := store.Cases{App: app}
	run := func(what func(time.Time) (int, error)) {
		n, err := what(h.cfg.Now())
		if err != nil {
			slog.Error("deadlines were not marked", "error", err)
		}
		if n > 0 {
			slog.Info("deadlines marked", "cases", n)
		}
	}
	roll := func(e *core.RecordEvent) error {
		run(cases.Roll)
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess("holidays").BindFunc(roll)
	app.OnRecordAfterUpdateSuccess("holidays").BindFunc(roll)
	app.OnRecordAfterDeleteSuccess("holidays").BindFunc(roll)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		run(cases.Mark)
		return se.Next()
	})
	return app.Cron().Add("xunchaDeadlines", "0 * * * *", func() { run(cases.Mark) })
}
