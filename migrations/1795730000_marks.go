package migrations

// What clients without a cursor ask: the marks of what is gone, which are few among the rows
// of a bucket, and when a user's buckets last changed.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return runAll(app, markColumns) }, func(app core.App) error { return runAll(app, markDrops) })
}

var markColumns = []string{
	`CREATE INDEX idx_sync_feed_left ON sync_feed (bucket, collection, record, seq) WHERE gone <> ''`,
	`ALTER TABLE sync_grant_gen ADD COLUMN seq INTEGER NOT NULL DEFAULT 0`,
}

var markDrops = []string{"DROP INDEX idx_sync_feed_left", "ALTER TABLE sync_grant_gen DROP COLUMN seq"}
