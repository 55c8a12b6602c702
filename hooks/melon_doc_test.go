package hooks_test

// The page for WatermelonDB: its example is what the tests run, its tables are those of the
// code, and the columns are the fields that phones get.

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"xuncha/internal/phone"
	"xuncha/sync/watermelon"
)

const (
	melonPage = "../docs/watermelon.md"
	melonCode = "../internal/js/watermelon.mjs"
)

func between(t *testing.T, path, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), from)
	part, _, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("%s has nothing between %q and %q", path, from, to)
	}
	return part
}

func TestTheExampleOfThePageIsWhatTheTestsRun(t *testing.T) {
	code := between(t, melonCode, "// docs: begin\n", "// docs: end\n")
	if shown := between(t, melonPage, "```js\n", "```"); shown != code {
		t.Errorf("%s does not show the code between the marks of %s", melonPage, melonCode)
	}
}

// columnTable is the page's table of columns.
func columnTable() string {
	var b strings.Builder
	b.WriteString("| table | string | number | boolean | string that holds JSON |\n|---|---|---|---|---|\n")
	for _, table := range watermelon.Tables() {
		cells := map[string][]string{}
		for _, c := range watermelon.Columns(table) {
			kind := c.Type
			if c.JSON {
				kind = "json"
			}
			cells[kind] = append(cells[kind], "`"+c.Name+"`")
		}
		fmt.Fprintf(&b, "| `%s` |", table)
		for _, kind := range []string{"string", "number", "boolean", "json"} {
			fmt.Fprintf(&b, " %s |", strings.Join(cells[kind], " "))
		}
		b.WriteString("\n")
	}
	return strings.ReplaceAll(b.String(), "|  |", "| |")
}

func TestTheColumnsOfThePageAreThoseOfTheCode(t *testing.T) {
	data, err := os.ReadFile(melonPage)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(columnTable(), "|  |", "| |"); !strings.Contains(string(data), want) {
		t.Errorf("%s does not hold this table:\n%s", melonPage, want)
	}
}

func TestTheSchemaOfTheExampleHasEveryColumn(t *testing.T) {
	f := inField(t)
	schema := newMelon(t, f.a).ask("schema", nil).Tables
	if len(schema) != len(watermelon.Tables()) {
		t.Errorf("%d tables", len(schema))
	}
	for _, table := range watermelon.Tables() {
		want := []string{"boolean revoked", "number updated_at"}
		for _, c := range watermelon.Columns(table) {
			want = append(want, c.Type+" "+c.Name)
		}
		var have []string
		for _, c := range schema[table] {
			have = append(have, fmt.Sprint(c["type"], " ", c["name"]))
		}
		slices.Sort(want)
		slices.Sort(have)
		if !slices.Equal(want, have) {
			t.Errorf("%s:\nwant %v\nhave %v", table, want, have)
		}
	}
}

func TestEveryFieldOfAPhoneIsAColumn(t *testing.T) {
	f := inField(t)
	f.h.Record("rectifications", map[string]any{"case": f.mine, "inspection": f.visit, "round": 1})
	f.h.Record("evidence", map[string]any{"case": f.mine, "sha256": strings.Repeat("ab", 32), "size": 1, "mime": "image/jpeg", "purpose": "scene"})
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(t, f.pa, f.pb)
	p := phone.New(f.h.URL, f.b.Token)
	f.sync(t, p)
	if tables := slices.Sorted(maps.Keys(p.Snapshot)); !slices.Equal(tables, watermelon.Tables()) {
		t.Errorf("a phone holds %v", tables)
	}
	for table, rows := range p.Snapshot {
		columns, seen := map[string]watermelon.Column{}, map[string]bool{"id": true, "seq": true}
		for _, c := range watermelon.Columns(table) {
			columns[c.Name] = c
		}
		for id, r := range rows {
			for name, value := range r.Doc {
				if c, ok := columns[name]; name != "id" && name != "seq" && (!ok || !fits(c, value)) {
					t.Errorf("%s %s: %s is %s, the column %+v", table, id, name, value, c)
				}
				seen[name] = true
			}
		}
		if len(seen) != len(columns)+2 {
			t.Errorf("%s: the documents have %d fields, the table %d columns", table, len(seen)-2, len(columns))
		}
	}
}

// fits tells whether a value is what the column holds.
func fits(c watermelon.Column, value json.RawMessage) bool {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return false
	}
	kinds := map[string]bool{"string": false, "number": false, "boolean": false}
	switch v.(type) {
	case string:
		kinds["string"] = true
	case float64:
		kinds["number"] = true
	case bool:
		kinds["boolean"] = true
	default:
		return c.JSON
	}
	return c.JSON && c.Name == "value" || kinds[c.Type] && !c.JSON // a held value may be anything
}
