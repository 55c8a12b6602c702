package hooks

// Complaints come in, and who complained stays sealed.

import (
	"crypto/rand"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/route"
	"xuncha/hooks/store"
)

func bindIntake(app core.App, h *house) error {
	h.complaints = &route.Complaints{
		Keys: h.keys, Now: h.cfg.Now, Random: rand.Reader, NewID: h.cfg.NewID,
		Locate: h.divisions.Locate, Shelf: h.shelf, Limits: h.cfg.Intake,
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		h.complaints.Bind(se)
		return se.Next()
	})
	app.OnRecordCreateExecute("warnings").BindFunc(h.tellWarning)
	app.OnRecordAfterCreateSuccess("warnings").BindFunc(h.wakePush)
	app.OnRecordUpdate("reveals").BindFunc(refuseChange)
	app.OnRecordDelete("reveals").BindFunc(refuseChange)
	return nil
}

// tellWarning: a complainant is not satisfied and the rule does not reopen his case; who may
// do it hears of it.
func (h *house) tellWarning(e *core.RecordEvent) error {
	if e.Record.GetString("kind") != "dissatisfied" || isSeeding(e.Context) {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		notices, err := store.Notices{App: tx}.OfWarning(e.Record)
		if err != nil {
			return err
		}
		return h.tell(tx, notices)
	})
}
