package migrations

// Whether somebody brought the bytes of a sum is asked for each file on the shelf.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return run(app, "CREATE INDEX idx_uploads_sha256 ON uploads (sha256)") },
		func(app core.App) error { return run(app, "DROP INDEX idx_uploads_sha256") })
}
