package migrations

// What the checks of a photo found, the hashes of the pictures, and which photos are to be
// checked again because something else came. The indices serve the questions of the checks.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// checkIndices of the photos by name.
var checkIndices = map[string]string{
	"idx_evidence_device_taken_at": "`device`, `taken_at`",
	"idx_evidence_previous":        "`previous`",
	"idx_evidence_pair_of":         "`pair_of`",
	"idx_evidence_inspection":      "`inspection`",
}

// photo_hash: the words are those of a likeness.Hash; a picture without a hash has none, so
// that nobody looks for it again. photo_recheck counts how often a photo was listed: who checks
// it takes off the list what he saw, no more.
var checkTables = []string{
	`CREATE TABLE photo_hash (n INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, low INTEGER, high INTEGER)`,
	`CREATE TABLE photo_recheck (evidence TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID`,
}

var checkDrops = []string{"DROP TABLE photo_recheck", "DROP TABLE photo_hash"}

func init() { m.Register(checksUp, checksDown) }

func checksUp(app core.App) error {
	col, err := app.FindCollectionByNameOrId("evidence")
	if err != nil {
		return err
	}
	col.Fields.Add(&core.JSONField{Name: "checks", MaxSize: jsonMax})
	for name, columns := range checkIndices {
		col.AddIndex(name, false, columns, "")
	}
	if err := app.Save(col); err != nil {
		return err
	}
	return runAll(app, checkTables)
}

func checksDown(app core.App) error {
	if err := runAll(app, checkDrops); err != nil {
		return err
	}
	col, err := app.FindCollectionByNameOrId("evidence")
	if err != nil {
		return err
	}
	for name := range checkIndices {
		col.RemoveIndex(name)
	}
	col.Fields.RemoveByName("checks")
	return app.Save(col)
}
