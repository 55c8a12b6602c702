package migrations

// Mutations lie in the order they came, and are found by their ids, which rise with time.
// Where each user's lay together, a new one moved its neighbours: four of ten pages that a
// push wrote.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return runAll(app, mutationsAsTheyCame) }, func(app core.App) error { return runAll(app, mutationsByUser) })
}

const mutationColumns = `(user TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL,
	seq INTEGER NOT NULL, result TEXT NOT NULL, based_on TEXT NOT NULL DEFAULT '', collection TEXT NOT NULL DEFAULT '',
	record TEXT NOT NULL DEFAULT '', base TEXT NOT NULL DEFAULT '', device_at TEXT NOT NULL DEFAULT '', at TEXT NOT NULL`

const copyMutations = `INSERT INTO sync_mutation (user, id, client, n, hash, seq, result, based_on, collection, record, base, device_at, at)
	SELECT user, id, client, n, hash, seq, result, based_on, collection, record, base, device_at, at FROM sync_mutation_old ORDER BY seq`

var mutationsAsTheyCame = []string{
	`ALTER TABLE sync_mutation RENAME TO sync_mutation_old`,
	`CREATE TABLE sync_mutation ` + mutationColumns + `)`,
	copyMutations,
	`DROP TABLE sync_mutation_old`,
	`CREATE UNIQUE INDEX idx_sync_mutation_id ON sync_mutation (id, user)`,
	`CREATE INDEX idx_sync_mutation_at ON sync_mutation (at)`,
}

var mutationsByUser = []string{
	`ALTER TABLE sync_mutation RENAME TO sync_mutation_old`,
	`CREATE TABLE sync_mutation ` + mutationColumns + `, PRIMARY KEY (user, id)) WITHOUT ROWID`,
	copyMutations,
	`DROP TABLE sync_mutation_old`,
	`CREATE INDEX idx_sync_mutation_id ON sync_mutation (id)`,
	`CREATE INDEX idx_sync_mutation_at ON sync_mutation (at)`,
}
