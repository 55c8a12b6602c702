package hooks

// The clock: once an hour, and at the start, open cases are marked due soon or overdue.

import (
	"log/slog"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
)

func bindClock(app core.App, h *house) error {
	mark := func() {
		n, err := store.Cases{App: app}.Mark(h.cfg.Now())
		if err != nil {
			slog.Error("deadlines were not marked", "error", err)
		}
		if n > 0 {
			slog.Info("deadlines marked", "cases", n)
		}
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		mark()
		return se.Next()
	})
	return app.Cron().Add("xunchaDeadlines", "0 * * * *", mark)
}
