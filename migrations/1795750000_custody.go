package migrations

// The custody log: leaves with their facts, the tree above them, signed heads. And what a
// person decided about a photo that a check doubts.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		if err := runAll(app, custodyTables); err != nil {
			return err
		}
		return addFields(app, "evidence", "decision:j")
	}, func(app core.App) error {
		if err := dropFields(app, "evidence", "decision"); err != nil {
			return err
		}
		return runAll(app, custodyDrops)
	})
}

var custodyTables = []string{
	`CREATE TABLE custody_leaves (n INTEGER PRIMARY KEY, event TEXT NOT NULL, evidence TEXT NOT NULL, leaf TEXT NOT NULL, facts TEXT)`,
	`CREATE INDEX idx_custody_leaves_evidence ON custody_leaves (evidence, n)`,
	`CREATE TABLE custody_hashes (place INTEGER PRIMARY KEY, hash BLOB NOT NULL)`,
	// kept: a head that is never thinned out, since another key agreed in it or it bears a time stamp
	`CREATE TABLE custody_heads (size INTEGER PRIMARY KEY, head TEXT NOT NULL, at TEXT NOT NULL, kept INTEGER NOT NULL DEFAULT 0, stamp BLOB)`,
}

var custodyDrops = []string{"DROP TABLE custody_heads", "DROP TABLE custody_hashes", "DROP TABLE custody_leaves"}

// addFields gives a collection more fields, in the words of the schema.
func addFields(app core.App, collection string, words ...string) error {
	col, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	for _, word := range words {
		field, err := fieldOf(word)
		if err != nil {
			return err
		}
		col.Fields.Add(field)
	}
	return app.Save(col)
}

func dropFields(app core.App, collection string, names ...string) error {
	col, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	for _, name := range names {
		col.Fields.RemoveByName(name)
	}
	return app.Save(col)
}
