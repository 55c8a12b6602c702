// Tests of the schema: it goes up, down and up again, and each id look-up uses an index.
package migrations

import (
	"fmt"
	"path/filepath"
	"slices"
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

// ours are all migrations of this folder, oldest first.
func ours(t *testing.T) []*core.Migration {
	t.Helper()
	files, err := filepath.Glob("[0-9]*_*.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []*core.Migration
	for _, m := range core.AppMigrations.Items() {
		if slices.Contains(files, m.File) {
			list = append(list, m)
		}
	}
	if len(list) != len(files) {
		t.Fatalf("%d migrations of %d files", len(list), len(files))
	}
	return list
}

func TestTheSchemaGoesUpDownAndUp(t *testing.T) {
	app, list := newApp(t), ours(t)
	if err := app.RunInTransaction(func(tx core.App) error {
		for _, m := range slices.Backward(list) {
			if err := m.Down(tx); err != nil {
				return fmt.Errorf("%s down: %w", m.File, err)
			}
		}
		for _, m := range list {
			if err := m.Up(tx); err != nil {
				return fmt.Errorf("%s up: %w", m.File, err)
			}
		}
		return nil
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

func TestOfDoubledRulesTheFirstStays(t *testing.T) {
	app := newApp(t)
	if err := rulesMany(app); err != nil {
		t.Fatal(err)
	}
	exec := func(sql string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"zfirst000000000", "asecond00000000", "mthird000000000"} {
		exec("INSERT INTO deadline_rules (id, jurisdiction, source, step, number, unit) VALUES ('" + id + "', '', 'web', 'accept', 2, 'working_day')")
		exec("INSERT INTO sync_feed (bucket, collection, record, seq) VALUES ('g', 'dictionaries', '" + id + "', 1)")
		exec("INSERT INTO sync_doc (collection, record, seq, doc, versions) VALUES ('dictionaries', '" + id + "', 1, '{}', '{}')")
	}
	if err := rulesOnce(app); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		"SELECT id FROM deadline_rules":                    "zfirst000000000",
		"SELECT record FROM sync_doc":                      "zfirst000000000",
		"SELECT record FROM sync_feed WHERE gone = ''":     "zfirst000000000",
		"SELECT seq FROM sync_feed WHERE gone = 'deleted'": "1 2",
		"SELECT value FROM sync_meta WHERE key = 'head'":   "2",
	} {
		var got []string
		if err := app.DB().NewQuery(sql).Column(&got); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v, want %s", sql, got, err, want)
		}
	}
	exec("INSERT INTO deadline_rules (id, source, step) VALUES ('another00000000', 'letter', 'accept')")
	if _, err := app.NonconcurrentDB().NewQuery("INSERT INTO deadline_rules (id, source, step) VALUES ('again0000000000', 'letter', 'accept')").Execute(); err == nil {
		t.Error("a rule was stored twice")
	}
}

func TestPhotosOnPhonesGetTheirDecision(t *testing.T) {
	app := newApp(t)
	list := ours(t)
	i := slices.IndexFunc(list, func(m *core.Migration) bool { return strings.HasSuffix(m.File, "_decision_docs.go") })
	for _, sql := range []string{
		`INSERT INTO evidence (id, complaint, decision) VALUES ('one', '', 'null'), ('two', '', '{"verdict": "accepted"}'), ('hers', 'c1', '{"verdict": "accepted"}')`,
		`INSERT INTO sync_doc (collection, record, seq, doc, versions) SELECT 'evidence', id, 7, json_object('id', id, 'seq', 7), '{}' FROM evidence`,
		`INSERT INTO sync_doc (collection, record, seq, doc, versions) VALUES ('cases', 'one', 7, '{"id":"one"}', '{}')`,
	} {
		if err := run(app, sql); err != nil {
			t.Fatal(err)
		}
	}
	docs := func() string {
		var out []string
		if err := app.DB().NewQuery(`SELECT collection || ' ' || doc || seq FROM sync_doc ORDER BY collection, record`).Column(&out); err != nil {
			t.Fatal(err)
		}
		return strings.Join(out, "\n")
	}
	before := docs()
	if err := list[i].Up(app); err != nil {
		t.Fatal(err)
	}
	want := `cases {"id":"one"}7
evidence {"id":"hers","seq":7,"decision":null}7
evidence {"id":"one","seq":7,"decision":null}7
evidence {"id":"two","seq":7,"decision":{"verdict":"accepted"}}7`
	if got := docs(); got != want {
		t.Errorf("up: %s", got)
	}
	if err := list[i].Down(app); err != nil {
		t.Fatal(err)
	}
	if got := docs(); got != before {
		t.Errorf("down: %s", got)
	}
}

// An older version wrote of every HEIC that nothing is to be seen on it.
func TestHEICsAreComparedThatNothingWasToBeSeenOn(t *testing.T) {
	app := newApp(t)
	list := ours(t)
	i := slices.IndexFunc(list, func(m *core.Migration) bool { return strings.HasSuffix(m.File, "_heic_hashes.go") })
	for _, sql := range []string{
		`INSERT INTO evidence (id, sha256, mime) VALUES ('a', 'heic', 'image/heic'), ('b', 'seen', 'image/heic'), ('c', 'grey', 'image/jpeg')`,
		`INSERT INTO photo_hash (sha256, low, high) VALUES ('heic', NULL, NULL), ('seen', 1, 2), ('grey', NULL, NULL)`,
	} {
		if err := run(app, sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := list[i].Up(app); err != nil {
		t.Fatal(err)
	}
	var left []string
	if err := app.DB().NewQuery(`SELECT sha256 FROM photo_hash ORDER BY n`).Column(&left); err != nil || strings.Join(left, " ") != "seen grey" {
		t.Errorf("%v %v", left, err)
	}
}
