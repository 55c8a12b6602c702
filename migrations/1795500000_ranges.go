package migrations

// The range of a user's agency ends at the last twelve-digit code, so that towns and
// villages lie in it.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const (
	widen  = `UPDATE users SET scope_to = substr(scope_to || '999999999999', 1, 12) WHERE scope_to <> ''`
	narrow = `UPDATE users SET scope_to = substr(scope_to, 1, length(scope_from)) WHERE scope_to <> ''`
)

func init() {
	m.Register(func(app core.App) error { return run(app, widen) }, func(app core.App) error { return run(app, narrow) })
}

func run(app core.App, sql string) error {
	_, err := app.NonconcurrentDB().NewQuery(sql).Execute()
	return err
}
