package migrations

// When the database was opened for writing, and at which seq: what a phone or a file beside
// the database knows of a time that this database never had shows that it is an older one.
// And where the order of changes stood on each day, so that old marks can be dropped.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return runAll(app, runTables) }, func(app core.App) error { return runAll(app, runDrops) })
}

var runTables = []string{
	`CREATE TABLE sync_run (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, head INTEGER NOT NULL)`,
	`CREATE TABLE sync_day (day TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID`,
	// Marks of cases stay: they say who once worked on one.
	`CREATE INDEX idx_sync_feed_gone ON sync_feed (seq) WHERE gone <> '' AND collection <> 'cases'`,
}

var runDrops = []string{"DROP INDEX idx_sync_feed_gone", "DROP TABLE sync_day", "DROP TABLE sync_run", "DELETE FROM sync_meta WHERE key = 'run'"}

func runAll(app core.App, list []string) error {
	for _, sql := range list {
		if err := run(app, sql); err != nil {
			return err
		}
	}
	return nil
}
