package migrations

// A page of the feed is read from one index and finds its documents by number: a third of
// the time of looking each up by its name.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return runAll(app, numberDocs) }, func(app core.App) error { return runAll(app, nameDocs) })
}

// numberDocs: documents get numbers that stay, rows of the feed carry them, and the index
// holds all that a page needs of a row.
var numberDocs = []string{
	`ALTER TABLE sync_doc RENAME TO sync_doc_old`,
	`CREATE TABLE sync_doc (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL, doc TEXT NOT NULL,
		versions TEXT NOT NULL, UNIQUE (collection, record))`,
	`INSERT INTO sync_doc (collection, record, seq, doc, versions) SELECT collection, record, seq, doc, versions FROM sync_doc_old ORDER BY seq`,
	`DROP TABLE sync_doc_old`,
	`ALTER TABLE sync_feed ADD COLUMN doc INTEGER NOT NULL DEFAULT 0`,
	`UPDATE sync_feed SET doc = coalesce((SELECT d.id FROM sync_doc d WHERE d.collection = sync_feed.collection AND d.record = sync_feed.record), 0)
		WHERE gone = ''`,
	`DROP INDEX idx_sync_feed_seq`,
	`CREATE INDEX idx_sync_feed_page ON sync_feed (bucket, seq, collection, record, gone, reason, doc)`,
}

var nameDocs = []string{
	`DROP INDEX idx_sync_feed_page`,
	`CREATE INDEX idx_sync_feed_seq ON sync_feed (bucket, seq, collection, record)`,
	`ALTER TABLE sync_feed DROP COLUMN doc`,
	`ALTER TABLE sync_doc RENAME TO sync_doc_new`,
	`CREATE TABLE sync_doc (collection TEXT NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL, doc TEXT NOT NULL,
		versions TEXT NOT NULL, PRIMARY KEY (collection, record)) WITHOUT ROWID`,
	`INSERT INTO sync_doc SELECT collection, record, seq, doc, versions FROM sync_doc_new`,
	`DROP TABLE sync_doc_new`,
}
