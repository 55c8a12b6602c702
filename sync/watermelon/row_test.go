package watermelon

// Rows and columns, without a server.

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"xuncha/sync"
)

func TestARowNamesEveryColumn(t *testing.T) {
	doc := `{"id":"abc","seq":9,"findings":"有<异味>","max_noise_db":61.5,"samples":["S1"],"notes":[],"round":1,"case":"c"}`
	row, err := appendRow(nil, "inspections", json.RawMessage(doc))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"abc","case":"c","created_by":null,"findings":"有<异味>","finished_at":null,"inspectors":null,"lead":null,"max_noise_db":61.5,` +
		`"notes":"[]","round":1,"samples":"[\"S1\"]","started_at":null,"statement":null,"weather":null,"revoked":false}`
	if string(row) != want {
		t.Errorf("%s\n%s", row, want)
	}
	if _, err := appendRow(nil, "inspections", json.RawMessage(`[`)); err == nil {
		t.Error("a broken document goes out")
	}
}

func TestAColumnIsAField(t *testing.T) {
	for _, c := range []struct{ table, column, value, want string }{
		{"inspections", "findings", `"a"`, `"a"`},
		{"inspections", "findings", `null`, `""`},
		{"inspections", "max_noise_db", `null`, `0`},
		{"inspections", "max_noise_db", `"loud"`, `"loud"`},
		{"evidence", "mock_location", `null`, `false`},
		{"evidence", "position", `"{\"lon\":1}"`, `{"lon":1}`},
		{"evidence", "position", `""`, `null`},
		{"evidence", "position", `null`, `null`},
		{"evidence", "position", `"no json"`, `"no json"`},
		{"evidence", "position", `"1 2"`, `"1 2"`},
		{"inspections", "colour", `"red"`, `"red"`},
	} {
		r := row{table: c.table, values: map[string]json.RawMessage{c.column: json.RawMessage(c.value)}}
		if got := string(r.value(c.column)); got != c.want {
			t.Errorf("%s %s %s is %s, want %s", c.table, c.column, c.value, got, c.want)
		}
	}
}

func TestTheColumnsThatPhonesWriteAreColumns(t *testing.T) {
	for collection, c := range sync.Writable {
		for name := range c.Fields {
			if _, ok := columnOf(collection, name); !ok {
				t.Errorf("%s has no column %s", collection, name)
			}
		}
	}
	for _, name := range order {
		if _, ok := sync.Writable[name]; !ok {
			t.Errorf("%s is ordered and not written", name)
		}
	}
}

// FuzzRows: whatever a client sends, each of its rows becomes drafts or is asked for again.
func FuzzRows(f *testing.F) {
	f.Add(`{"changes":{"inspections":{"updated":[{"id":"a","_changed":"findings,","findings":"x"}]}}}`)
	f.Add(`{"changes":{"evidence":{"created":[{"id":"a","position":"{"},5,null],"deleted":["a",{}]},"x":null}}`)
	f.Fuzz(func(t *testing.T, body string) {
		p, err := ReadPush("77", []byte(body))
		if err != nil {
			return
		}
		rows := 0
		for _, c := range p.Changes {
			rows += len(c.Created) + len(c.Updated) + len(c.Deleted)
		}
		drafts, rest := p.drafts(seenBy(p.Since, sync.State{Head: 100}))
		silent := 0
		for _, table := range p.tables() {
			for _, r := range inOrder(table, p.Changes[table]) {
				if r.state == isUpdated && r.record != "" && len(r.changed()) == 0 {
					silent++ // it names no edit
				}
			}
		}
		left := 0
		for _, ids := range rest {
			left += len(ids)
		}
		if rows > len(drafts)+left+silent {
			t.Errorf("%d rows, %d drafts, %d again, %d without an edit", rows, len(drafts), left, silent)
		}
		for _, d := range drafts {
			if _, err := d.Edit(sync.Standing{}); err != nil || len(d.Record) > maxID && d.Touch {
				t.Errorf("%+v %v", d, err)
			}
		}
	})
}

func TestParameters(t *testing.T) {
	for s, want := range map[string]int64{"": 0, "null": 0, "0": 0, "undefined": 0, "12": 12, "9007199254740992": 1 << 53} {
		if n, known := readNumber(s); n != want || !known {
			t.Errorf("%q is %d %v", s, n, known)
		}
	}
	for _, s := range []string{"-1", "1.5", "1e9", "9007199254740993", strings.Repeat("9", 40), "x", " 1"} {
		if n, known := readNumber(s); n != 0 || known {
			t.Errorf("%q is %d", s, n)
		}
	}
	if got := len(readMigration(`{`)); got != len(tables) {
		t.Errorf("a migration that cannot be read brings %d tables", got)
	}
	if !slices.IsSorted(Tables()) {
		t.Error("tables are not sorted")
	}
}
