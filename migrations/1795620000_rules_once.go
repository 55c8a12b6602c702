package migrations

// A deadline has one rule for each jurisdiction, source and step.

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(rulesOnce, rulesMany) }

const ruleIndex = "idx_deadline_rules_jurisdiction_source_step"

// doubledRules are those that never counted: of several that say the same, the first did.
const doubledRules = `SELECT id FROM deadline_rules r WHERE EXISTS (SELECT 1 FROM deadline_rules o
	WHERE o.jurisdiction = r.jurisdiction AND o.source = r.source AND o.step = r.step AND o.rowid < r.rowid)`

// forgetRule takes a rule away, from the phones too: no hook runs in a migration.
var forgetRule = []string{
	`UPDATE sync_meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'head'`,
	`UPDATE sync_feed SET gone = 'deleted', seq = (SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head')
		WHERE collection = 'dictionaries' AND record = {:id} AND gone = ''`,
	`DELETE FROM sync_doc WHERE collection = 'dictionaries' AND record = {:id}`,
	`DELETE FROM deadline_rules WHERE id = {:id}`,
}

func rulesOnce(app core.App) error {
	var doubled []string
	if err := app.NonconcurrentDB().NewQuery(doubledRules).Column(&doubled); err != nil {
		return err
	}
	for _, id := range doubled {
		for _, sql := range forgetRule {
			if _, err := app.NonconcurrentDB().NewQuery(sql).Bind(dbx.Params{"id": id}).Execute(); err != nil {
				return err
			}
		}
	}
	col, err := app.FindCollectionByNameOrId("deadline_rules")
	if err != nil {
		return err
	}
	col.AddIndex(ruleIndex, true, "`jurisdiction`, `source`, `step`", "")
	return app.Save(col)
}

func rulesMany(app core.App) error {
	col, err := app.FindCollectionByNameOrId("deadline_rules")
	if err != nil {
		return err
	}
	col.RemoveIndex(ruleIndex)
	return app.Save(col)
}
