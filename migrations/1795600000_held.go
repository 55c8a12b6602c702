package migrations

// What waits for a decision is listed by its state.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const heldIndex = "idx_held_edits_state_received_at"

func init() {
	m.Register(func(app core.App) error {
		col, err := app.FindCollectionByNameOrId("held_edits")
		if err != nil {
			return err
		}
		col.AddIndex(heldIndex, false, "`state`, `received_at`", "")
		return app.Save(col)
	}, func(app core.App) error {
		col, err := app.FindCollectionByNameOrId("held_edits")
		if err != nil {
			return err
		}
		col.RemoveIndex(heldIndex)
		return app.Save(col)
	})
}
