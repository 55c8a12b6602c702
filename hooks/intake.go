package hooks

// Complaints come in, and who complained stays sealed.

import (
	"crypto/rand"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/route"
)

func bindIntake(app core.App, h *house) error {
	h.complaints = &route.Complaints{
		Keys: h.keys, Now: h.cfg.Now, Random: rand.Reader, NewID: core.GenerateDefaultRandomId,
		Locate: h.divisions.Locate, Shelf: h.shelf, Limits: h.cfg.Intake,
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		h.complaints.Bind(se)
		return se.Next()
	})
	app.OnRecordUpdate("reveals").BindFunc(refuseChange)
	app.OnRecordDelete("reveals").BindFunc(refuseChange)
	return nil
}
