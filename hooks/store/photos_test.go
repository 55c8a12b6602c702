package store_test

import (
	"strings"
	"testing"

	"xuncha/hooks/store"
)

// What is asked for each photo touches a handful of rows, however many there are.
func TestTheQueriesOfTheChecksUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	for name, sql := range store.PhotoQueries() {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).All(&plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, step := range plan {
			list := strings.HasPrefix(step.Detail, "SCAN json_each") || strings.HasPrefix(step.Detail, "SCAN CONSTANT")
			if strings.HasPrefix(step.Detail, "SCAN ") && !list || strings.Contains(step.Detail, "TEMP B-TREE") {
				t.Errorf("%s: %s", name, step.Detail)
			}
			if strings.Contains(step.Detail, "state") {
				t.Errorf("%s goes through all that is not pending: %s", name, step.Detail)
			}
		}
	}
}
