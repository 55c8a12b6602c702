package store_test

import (
	"strings"
	"testing"

	"xuncha/hooks/store"
)

// Nothing that the public can cause reads a whole table, or sorts all numbers of a year.
func TestTheQueriesOfComplaintsUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	for name, sql := range store.ComplaintQueries() {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).All(&plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, step := range plan {
			for _, table := range []string{"complaints", "complainants", "cases", "ratings", "external_ids", "evidence", "e", "c", "co"} {
				if strings.HasPrefix(step.Detail, "SCAN "+table+" ") || step.Detail == "SCAN "+table {
					t.Errorf("%s: %s", name, step.Detail)
				}
			}
			if name == "takeNumber" && strings.Contains(step.Detail, "TEMP B-TREE") {
				t.Errorf("%s sorts: %s", name, step.Detail)
			}
		}
	}
}
