package store_test

// The board's lists of very many cases are counted and sorted in an index that holds all that
// they ask.

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/store"
)

func TestTheUsualListsAreFoundInOneIndex(t *testing.T) {
	t.Parallel()
	app := openApp(t)
	col, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	user := core.NewRecord(col)
	user.Load(map[string]any{"role": "dispatcher", "agency": "a", "scope_from": "990000", "scope_to": "999999"})
	for _, query := range []string{
		"status=registered,accepted,assigned&sort=due_strict", "status=registered&sort=received_at", "status=closed&sort=-received_at",
		"status=accepted,assigned&overdue=true&sort=due_strict", "status=accepted&urgent=true", "status=accepted&starred=true&due_soon=true", "sort=due_strict",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		filter, err := store.ParseCaseFilter(q, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := store.ListPlan(app, user, filter)
		if err != nil || len(steps) != 2 {
			t.Fatalf("%v %v", steps, err)
		}
		for _, step := range steps {
			if !strings.Contains(step, "COVERING INDEX idx_cases_listed") {
				t.Errorf("%s: %s", query, step)
			}
		}
	}
}
