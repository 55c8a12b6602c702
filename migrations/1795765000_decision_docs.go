package migrations

// Phones are told what a person decided about a photo: the documents get the field, at the
// place in the order of changes that they have.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return run(app, decisionInDocs) }, func(app core.App) error { return run(app, noDecisionInDocs) })
}

const (
	// decisionInDocs: of a complainant's photo a phone learns no decision.
	decisionInDocs = `UPDATE sync_doc SET doc = json_set(doc, '$.decision', json(coalesce(
		(SELECT decision FROM evidence WHERE id = sync_doc.record AND coalesce(complaint, '') = '' AND json_valid(decision)), 'null')))
		WHERE collection = 'evidence'`
	noDecisionInDocs = `UPDATE sync_doc SET doc = json_remove(doc, '$.decision') WHERE collection = 'evidence'`
)
