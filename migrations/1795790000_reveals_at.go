package migrations

// Who looked at whose identity is read by time, the latest first.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const revealsAt = "idx_reveals_at"

func init() {
	m.Register(func(app core.App) error {
		return changeReveals(app, func(c *core.Collection) { c.AddIndex(revealsAt, false, "`at`, `id`", "") })
	}, func(app core.App) error {
		return changeReveals(app, func(c *core.Collection) { c.RemoveIndex(revealsAt) })
	})
}

func changeReveals(app core.App, change func(*core.Collection)) error {
	c, err := app.FindCollectionByNameOrId("reveals")
	if err != nil {
		return err
	}
	change(c)
	return app.Save(c)
}
