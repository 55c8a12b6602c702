package store

// Operators: who runs the server, apart from the people who work with it.

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Operators reads the accounts of the admin interface.
type Operators struct{ App core.App }

// Any tells whether somebody can sign in there; PocketBase's own placeholder cannot.
func (s Operators) Any() (bool, error) {
	n, err := s.App.CountRecords(core.CollectionNameSuperusers, dbx.Not(dbx.HashExp{"email": core.DefaultInstallerEmail}))
	return n > 0, err
}
