// Tests of the schema: it goes up, down and up again, and each id look-up uses an index.
package migrations

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
)

func newApp(t *testing.T) core.App {
	t.Helper()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	return app
}

func TestTheSchemaGoesUpDownAndUp(t *testing.T) {
	app := newApp(t)
	if err := app.RunInTransaction(func(tx core.App) error {
		if err := down(tx); err != nil {
			return err
		}
		return up(tx)
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range append(collections, users) {
		if _, err := app.FindCollectionByNameOrId(c.name); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestEveryCollectionFindsAnIDWithoutAScan(t *testing.T) {
	app := newApp(t)
	for _, c := range append(collections, users) {
		var plan []struct {
			Detail string `db:"detail"`
		}
		sql := "EXPLAIN QUERY PLAN SELECT 1 FROM `" + c.name + "` WHERE id = 'a' COLLATE NOCASE LIMIT 1"
		if err := app.DB().NewQuery(sql).All(&plan); err != nil {
			t.Fatal(err)
		}
		if len(plan) == 0 || !strings.Contains(plan[0].Detail, "idx_"+c.name+"_id_nocase") {
			t.Errorf("%s: the plan is %v", c.name, plan)
		}
	}
}
