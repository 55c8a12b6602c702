package desk_test

// The queries of the board's screens go by indices, however many cases there are.

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store/desk"
)

func openApp(t *testing.T) core.App {
	t.Helper()
	app, err := hooks.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.ResetBootstrapState(); err != nil {
			t.Error(err)
		}
	})
	return app
}

// plan is what SQLite means to do.
func plan(t *testing.T, app core.App, query string, params dbx.Params) (steps []string) {
	t.Helper()
	var rows []struct {
		Detail string `db:"detail"`
	}
	if err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + query).Bind(params).All(&rows); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	for _, r := range rows {
		steps = append(steps, r.Detail)
	}
	return steps
}

func TestTheScreensOfTheBoardUseIndices(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	values := dbx.Params{"from": "990000", "to": "999999", "seq": 1, "id": "x", "upto": 9, "limit": 10, "ids": `["a"]`, "agency": "a", "offset": 50}
	for name, query := range desk.Queries() {
		of := dbx.Params{}
		for key, value := range values {
			if strings.Contains(query, "{:"+key+"}") {
				of[key] = value
			}
		}
		for _, step := range plan(t, app, query, of) {
			if strings.HasPrefix(step, "SCAN ") && !strings.HasPrefix(step, "SCAN json_each") && step != "SCAN r USING INDEX idx_reveals_at" {
				t.Errorf("%s: %s", name, step)
			}
			if name == "revealsOf" && strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s: %s", name, step)
			}
			if name == "pinsAfter" && (strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "SEARCH cases") && !strings.Contains(step, "COVERING INDEX idx_cases_pins")) {
				t.Errorf("%s: %s", name, step) // a million of them are read at a start
			}
		}
	}
	col, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	user := core.NewRecord(col)
	user.Load(map[string]any{"role": "dispatcher", "agency": "a", "scope_from": "990000", "scope_to": "999999"})
	for _, name := range desk.Queues() {
		query, params, err := desk.QueueQuery(app, user, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan(t, app, query, params) {
			// The index of a queue holds nothing but the queue.
			if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "INDEX idx_cases_late") && !strings.Contains(step, "INDEX idx_cases_soon") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}
