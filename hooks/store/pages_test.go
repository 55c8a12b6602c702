package store_test

// The queries that serve a sync: what they may read, and that they read it in order.

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
)

// planOf is what SQLite means to do; the values do not matter.
func planOf(t *testing.T, app core.App, query string) (steps []string) {
	t.Helper()
	rows, err := app.ConcurrentDB().(*dbx.DB).DB().Query("EXPLAIN QUERY PLAN "+query, 1, "c", "r", 0, 500, "c", "u:1", "a:1", "g")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	return steps
}

// A page is read from its index in order and merged, never sorted; its documents are found
// by number. What is asked of each sync touches a handful of rows.
func TestTheQueriesOfASyncUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	for name, query := range store.PageQueries() {
		for _, step := range planOf(t, app, query) {
			whole := strings.HasPrefix(step, "SCAN ") && step != "SCAN sync_meta" // which has a dozen rows
			if whole || strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "SEARCH d ") && !strings.Contains(step, "INTEGER PRIMARY KEY") {
				t.Errorf("%s: %s", name, step)
			}
			if strings.HasPrefix(step, "SEARCH f ") && !strings.HasPrefix(step, "SEARCH f USING COVERING INDEX idx_sync_feed_page (bucket=? AND (seq,collection,record)>(?,?,?))") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}
