package migrations

// The list of cases is counted, filtered and sorted by one index that holds all that needs,
// and only the rows of the page are read.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const (
	listed        = "idx_cases_listed"
	listedColumns = "`status`, `due_strict`, `id`, `division_code`, `agency`, `transfer`, `overdue`, `due_soon`, `urgent`, `starred`, `received_at`"
	listedBefore  = "idx_cases_status_due_strict"
)

func init() {
	m.Register(func(app core.App) error {
		return changeCases(app, func(c *core.Collection) {
			c.RemoveIndex(listedBefore)
			c.AddIndex(listed, false, listedColumns, "")
		})
	}, func(app core.App) error {
		return changeCases(app, func(c *core.Collection) {
			c.RemoveIndex(listed)
			c.AddIndex(listedBefore, false, "`status`, `due_strict`", "")
		})
	})
}

func changeCases(app core.App, change func(*core.Collection)) error {
	c, err := app.FindCollectionByNameOrId("cases")
	if err != nil {
		return err
	}
	change(c)
	return app.Save(c)
}
