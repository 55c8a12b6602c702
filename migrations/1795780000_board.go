package migrations

// The board of the dispatchers: what each phone last said of itself, the views that people
// keep, and an index that holds all that the map needs of a case.

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// savedViews are filters that somebody keeps under a name: own only.
var savedViews = collection{
	name: "saved_views", fields: `user:t name:t query:t created_at:t`, indexes: []string{"user"},
	rules: rules{list: own, view: own, create: own, update: own, delete: own},
}

const (
	phones = `CREATE TABLE phones (client TEXT PRIMARY KEY, user TEXT NOT NULL, app TEXT NOT NULL, contact_at TEXT NOT NULL,
		reported_at TEXT NOT NULL, unsent INTEGER NOT NULL, oldest_unsent_at TEXT NOT NULL, skew_ms INTEGER NOT NULL,
		storage_free INTEGER NOT NULL, battery REAL NOT NULL, errors TEXT NOT NULL, position TEXT NOT NULL) WITHOUT ROWID`
	pins       = "idx_cases_pins"
	pinColumns = "`seq`, `id`, `status`, `agency`, `division_code`, `transfer`, `overdue`, `due_soon`, `urgent`, `starred`, `received_at`, `pollution_types`, `location`"
)

// queues are what a desk has to look at, which is little of all: an index for each.
var queues = map[string]string{
	"idx_cases_late": "`overdue` = 1", "idx_cases_soon": "`due_soon` = 1", "idx_cases_unsure": "`uncertain` = 1 AND `status` = 'registered'",
}

func init() {
	m.Register(func(app core.App) error {
		views := core.NewBaseCollection(savedViews.name)
		if err := define(views, savedViews); err != nil {
			return err
		}
		cases, err := app.FindCollectionByNameOrId("cases")
		if err != nil {
			return err
		}
		cases.AddIndex(pins, false, pinColumns, "")
		for name, where := range queues {
			cases.AddIndex(name, false, "`due_strict`, `id`, `division_code`, `agency`, `transfer`, `status`", where)
		}
		return errors.Join(app.Save(views), app.Save(cases), run(app, phones), run(app, "CREATE INDEX idx_phones_user ON phones (user)"))
	}, func(app core.App) error {
		views, err := app.FindCollectionByNameOrId(savedViews.name)
		if err != nil {
			return err
		}
		cases, err := app.FindCollectionByNameOrId("cases")
		if err != nil {
			return err
		}
		cases.RemoveIndex(pins)
		for name := range queues {
			cases.RemoveIndex(name)
		}
		return errors.Join(app.Delete(views), app.Save(cases), run(app, "DROP TABLE phones"))
	})
}
