package store

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// People reads users.
type People struct{ App core.App }

// OfAgency returns the users of one agency.
func (s People) OfAgency(agency string) ([]*core.Record, error) {
	return s.App.FindAllRecords("users", dbx.HashExp{"agency": agency})
}
