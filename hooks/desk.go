package hooks

// The board of the dispatchers: phones, who could go, what waits, where cases are.

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/board"
	"xuncha/hooks/route"
	"xuncha/hooks/store/desk"
)

// writeEach: so long at most what a phone says of itself waits to be written.
const writeEach = 5 * time.Second

func bindDesk(app core.App, h *house) error {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return err
	}
	h.board = board.New(desk.Pins{App: app}, zone, h.cfg.Now)
	h.outlines = &desk.Outlines{App: app, Now: h.cfg.Now}
	app.OnRecordUpdateExecute("users").BindFunc(forgetWhere)
	after := func(names string, tell func(r *core.Record)) {
		for _, name := range strings.Fields(names) {
			then := func(e *core.RecordEvent) error {
				tell(e.Record)
				return e.Next()
			}
			app.OnRecordAfterCreateSuccess(name).BindFunc(then)
			app.OnRecordAfterUpdateSuccess(name).BindFunc(then)
		}
	}
	after("cases", func(r *core.Record) { h.board.Saved(r.Id) })
	after("users", func(*core.Record) {
		h.board.Stale()
		h.board.Ring() // an open board looks whether its user may still listen
	})
	after("held_edits actions transfers evidence", func(*core.Record) { h.board.Ring() })
	after("jurisdictions", func(*core.Record) { h.outlines.Stale() })
	whileServing(app, h.board.Run)
	whileServing(app, h.keepPhones)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		h.serveBoard(se)
		return se.Next()
	})
	return app.Cron().Add("xunchaPositions", "50 3 * * *", h.phones.Sweep)
}

func (h *house) serveBoard(se *core.ServeEvent) {
	people := desk.People{App: se.App, Phones: h.phones, Limits: h.cfg.Phones}
	answers, on := route.Desk{App: se.App, People: people}, route.Map{App: se.App, Board: h.board}
	answers.Bind(se)
	on.Bind(se)
	route.BoardStream{App: se.App, Board: h.board, Counts: answers.Counts, Now: h.cfg.Now}.Bind(se)
	route.Going{
		Going: desk.Going{People: people, Outlines: h.outlines}, Outlines: h.outlines,
		Duplicates: desk.Duplicates{App: se.App, Now: h.cfg.Now, Near: on.Near},
	}.Bind(se)
}

// forgetWhere forgets where somebody is who goes off duty or is disabled.
func forgetWhere(e *core.RecordEvent) error {
	if e.Record.GetBool("on_duty") && e.Record.GetString("disabled_at") == "" {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		return desk.OffDuty(tx, e.Record.Id)
	})
}

// keepPhones writes what phones say of themselves.
func (h *house) keepPhones(ctx context.Context) {
	tick := time.NewTicker(writeEach)
	defer tick.Stop()
	for over := false; !over; {
		select {
		case <-ctx.Done():
			over = true
		case <-tick.C:
		}
		if err := h.phones.Write(); err != nil {
			slog.Error("how phones stand was not written; it is tried again", "error", err)
		}
	}
}
