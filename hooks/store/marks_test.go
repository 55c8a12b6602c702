package store_test

import (
	"strings"
	"testing"

	"xuncha/hooks/store"
)

// What a client without a cursor asks again and again costs what is gone, not what is there.
func TestTheQueriesOfStockClientsUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	for name, sql := range store.StockQueries() {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).All(&plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		steps := ""
		for _, step := range plan {
			steps += step.Detail + "\n"
			if strings.HasPrefix(step.Detail, "SCAN ") && !strings.HasPrefix(step.Detail, "SCAN b ") || strings.Contains(step.Detail, "TEMP B-TREE") {
				t.Errorf("%s: %s", name, step.Detail)
			}
		}
		if name == "readGone" && !strings.Contains(steps, "idx_sync_feed_left") {
			t.Errorf("%s:\n%s", name, steps)
		}
	}
}
