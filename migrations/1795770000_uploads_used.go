package migrations

// What a user has used is asked for each new upload: those of his that are not finished, and
// those of one day.

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		return errors.Join(
			run(app, "CREATE INDEX idx_uploads_open ON uploads (owner) WHERE done = 0"),
			run(app, "CREATE INDEX idx_uploads_day ON uploads (owner, begun_at, size)"),
		)
	}, func(app core.App) error {
		return errors.Join(run(app, "DROP INDEX idx_uploads_open"), run(app, "DROP INDEX idx_uploads_day"))
	})
}
