package hooks_test

// What an app on WatermelonDB does with long records: all that a request can carry is sent,
// and what none can carry stops nothing.

import (
	"fmt"
	"strings"
	"testing"

	"xuncha/sync"
)

// fill fills an inspection with all that the limits admit, nearly, in one letter.
func (f field) fill(t *testing.T, id, letter string) {
	t.Helper()
	long := func(bytes int) string { return strings.Repeat(letter, bytes/(len(encoded(letter))-2)) }
	for i := range 4 {
		notes, samples := make([]map[string]any, 40), make([]string, 40)
		for j := range notes {
			notes[j] = map[string]any{"id": fmt.Sprint("n", i, "-", j), "text": long(6000)}
			samples[j] = fmt.Sprintf("S%d-%d-%s", i, j, long(6000))
		}
		f.pb.Edit("inspections", id, map[string]any{"notes": notes})
		f.pb.Edit("inspections", id, map[string]any{"samples": samples})
	}
	f.pb.Edit("inspections", id, map[string]any{"findings": long(240_000)})
	f.pb.Edit("inspections", id, map[string]any{"statement": long(240_000)})
	f.sync(t, f.pb)
}

// One of them is longer than a body, as rows are written there: only what was edited goes.
func TestAnAppEditsFullRecordsByAWord(t *testing.T) {
	f := inField(t)
	all := []string{f.visit, "InspectionOfPb0001", "InspectionOfPb0002", "InspectionOfPb0003"}
	for _, id := range all[1:] {
		f.pb.CreateAs("inspections", id, map[string]any{"case": f.mine, "round": 1})
		f.fill(t, id, "长")
	}
	f.fill(t, f.visit, `"`)
	m := newMelon(t, f.a)
	m.sync(f.h)
	for i, id := range all {
		m.edit("inspections", id, "weather", fmt.Sprint("晴", i))
	}
	m.ask("asked", nil)
	m.sync(f.h)
	pushes := 0
	for _, d := range m.ask("asked", nil).Asked {
		if d.Method == "POST" {
			pushes++
			if d.Bytes > sync.MaxBody || d.Bytes < 100 {
				t.Errorf("a push of %d bytes", d.Bytes)
			}
		}
	}
	if pushes != len(all) {
		t.Errorf("%d pushes", pushes)
	}
	for i, id := range all {
		if row, err := f.h.App.FindRecordById("inspections", id); err != nil || row.GetString("weather") != fmt.Sprint("晴", i) {
			t.Errorf("%s: %v %v", id, row.GetString("weather"), err)
		}
	}
	f.keeps(t)
	m.equal(f.h)
	clean(t, f.h)
}

func TestAnAppsRowThatNoRequestCarriesStopsNoOther(t *testing.T) {
	f := inField(t)
	f.pb.CreateAs("inspections", "InspectionOfPb0001", map[string]any{"case": f.mine, "round": 1})
	f.sync(t, f.pb)
	m := newMelon(t, f.a)
	m.sync(f.h)
	long := strings.Repeat("长", sync.MaxBody/3+1)
	m.edit("inspections", f.visit, "findings", long)
	m.edit("inspections", "InspectionOfPb0001", "findings", "有异味")
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味", "weather": "阴"})
	f.sync(t, f.pb)
	for range 2 {
		if s := m.sync(f.h); len(s.TooLarge["inspections"]) != 1 || s.TooLarge["inspections"][0] != f.visit {
			t.Errorf("too large are %v", s.TooLarge)
		}
	}
	if row, err := f.h.App.FindRecordById("inspections", "InspectionOfPb0001"); err != nil || row.GetString("findings") != "有异味" {
		t.Errorf("the other row: %v %v", row.GetString("findings"), err)
	}
	if row := m.dump()["inspections"][f.visit]; row["findings"] != long || row["_status"] != "updated" || row["weather"] != "阴" {
		t.Errorf("%v %v", row["_status"], row["weather"])
	}
	m.edit("inspections", f.visit, "findings", "异味强烈") // shortened; what a colleague wrote he never saw
	if s := m.sync(f.h); len(s.TooLarge) > 0 {
		t.Errorf("too large are %v", s.TooLarge)
	}
	f.stands(t, "findings", `"无异味"`)
	f.keeps(t, `review open "异味强烈"`)
	m.equal(f.h)
	clean(t, f.h)
}

// An app sends a list whole; what it added is the edit.
func TestAnAppAddsToALongList(t *testing.T) {
	f := inField(t)
	f.fill(t, f.visit, "长")
	m := newMelon(t, f.a)
	m.sync(f.h)
	m.ask("edit", ask{"table": "inspections", "id": f.visit, "column": "notes", "value": map[string]any{"id": "n9", "text": "甲"}, "grow": true})
	m.ask("edit", ask{"table": "inspections", "id": f.visit, "column": "samples", "value": "S9", "grow": true})
	m.sync(f.h)
	row := m.dump()["inspections"][f.visit]
	if !strings.Contains(row["notes"].(string), `"n9"`) || !strings.Contains(row["samples"].(string), `"S9"`) {
		t.Error("what was added is not there")
	}
	f.keeps(t)
	m.equal(f.h)
	clean(t, f.h)
}
