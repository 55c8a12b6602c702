package migrations

// The hash by which a repeated action is known is the server's own: no answer holds it.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(hideHash, showHash) }

func hideHash(app core.App) error { return setHashHidden(app, true) }

func showHash(app core.App) error { return setHashHidden(app, false) }

func setHashHidden(app core.App, hidden bool) error {
	col, err := app.FindCollectionByNameOrId("actions")
	if err != nil {
		return err
	}
	col.Fields.GetByName("content_hash").SetHidden(hidden)
	return app.Save(col)
}
