package migrations

// Nobody looks a mutation up by its place in a client's queue any more: the client itself
// says how far it came.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		return runAll(app, []string{`DROP INDEX idx_sync_mutation_n`})
	}, func(app core.App) error {
		return runAll(app, []string{`CREATE INDEX idx_sync_mutation_n ON sync_mutation (client, n)`})
	})
}
