package hooks

// Jurisdictions: the map in memory follows the borders in the database.

import (
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
)

func bindGeo(app core.App, h *house) error {
	h.divisions = &store.Map{App: app, Now: h.cfg.Now}
	stale := func(e *core.RecordEvent) error {
		h.divisions.Stale()
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess("jurisdictions").BindFunc(stale)
	app.OnRecordAfterUpdateSuccess("jurisdictions").BindFunc(stale)
	app.OnRecordAfterDeleteSuccess("jurisdictions").BindFunc(stale)
	return nil
}
