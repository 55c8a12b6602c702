package rxdb_test

// Records near the limits, with stock RxDB: they are edited like any other, and what no
// request can carry goes aside.

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"xuncha/sync"
)

// full fills the inspection with all that the limits admit, nearly.
func full(f *field) {
	p := f.native(f.b)
	for i := range 4 {
		notes, samples := make([]doc, 40), make([]string, 40)
		for j := range notes {
			notes[j] = doc{"id": fmt.Sprint("n", i, "-", j), "text": strings.Repeat("记", 2_000)}
			samples[j] = fmt.Sprintf("S%d-%d-%s", i, j, strings.Repeat("样", 2_000))
		}
		p.Edit("inspections", f.visit, doc{"notes": notes})
		p.Edit("inspections", f.visit, doc{"samples": samples})
	}
	p.Edit("inspections", f.visit, doc{"findings": strings.Repeat("气", 80_000)})
	p.Edit("inspections", f.visit, doc{"statement": strings.Repeat("厂", 80_000)})
	f.sync(p)
}

func TestAFullRecordIsEditedByAWord(t *testing.T) {
	t.Parallel()
	f := inField(t)
	full(f)
	l := newLine(t, f)
	c := node(t)
	c.do("open", doc{"url": l.URL, "token": f.a.Token, "name": "full", "collections": []string{"inspections"}})
	c.do("sync", nil)
	var longest atomic.Int64
	look := func(r *http.Request) { longest.Store(max(longest.Load(), r.ContentLength)) }
	l.there.Store(&look)
	c.patch("inspections", f.visit, doc{"weather": "晴"})
	c.do("sync", nil)
	f.shows("weather", "晴")
	c.do("sync", nil)
	agree(t, f.native(f.a), "inspections", named(c.do("dump", nil).Docs["inspections"]))
	if n := longest.Load(); n > 10_000 {
		t.Errorf("a word took %d bytes", n)
	}
	c.do("offline", nil)
	c.patch("inspections", f.visit, doc{"weather": "雨"})
	f.says(f.b, doc{"finished_at": "2026-11-24T09:00:00+08:00"}) // unseen, in a field that was not sent
	c.do("online", nil)
	c.do("sync", nil)
	c.do("sync", nil)
	f.shows("weather", "雨")
	agree(t, f.native(f.a), "inspections", named(c.do("dump", nil).Docs["inspections"]))
	if code, _ := f.isKept(f.visit, "", ""); code != "" {
		t.Errorf("held: %s", code)
	}
	c.do("close", nil)
	f.clean()
}

func TestWhatNoRequestCarriesGoesAside(t *testing.T) {
	t.Parallel()
	f := inField(t)
	c := node(t)
	c.do("open", doc{"url": f.URL, "token": f.a.Token, "name": "aside", "collections": []string{"inspections"}, "dev": true})
	c.do("sync", nil)
	long := strings.Repeat("长", sync.MaxBody/3+1)
	const added, small = "01JD0000000000000000000R21", "01JD0000000000000000000R22"
	c.do("offline", nil)
	c.patch("inspections", f.visit, doc{"findings": long})
	for id, said := range map[string]string{added: long, small: "另查一处"} {
		c.do("insert", doc{"collection": "inspections", "doc": doc{"id": id, "case": f.caseID, "round": 1, "findings": said}})
	}
	f.says(f.b, doc{"weather": "阴"})
	c.do("online", nil)
	c.do("sync", nil)
	c.do("sync", nil)
	docs := c.do("dump", nil).Docs
	agree(t, f.native(f.a), "inspections", named(docs["inspections"]))
	if docs["inspections"][f.visit]["weather"] != "阴" || docs["inspections"][added] != nil || docs["inspections"][small]["created_by"] != f.a.ID {
		t.Errorf("%.300v", docs["inspections"])
	}
	kept := map[any]bool{}
	for _, d := range docs["aside"] {
		row, _ := d["row"].(doc)
		mine, _ := row["newDocumentState"].(doc)
		kept[d["record"]] = d["of_collection"] == "inspections" && mine["id"] == d["record"] && mine["findings"] == long
	}
	if len(docs["aside"]) != 2 || !kept[f.visit] || !kept[added] {
		t.Errorf("aside are %v of %d", kept, len(docs["aside"]))
	}
	c.patch("inspections", f.visit, doc{"findings": "有异味"}) // it goes on
	c.do("sync", nil)
	f.shows("findings", "有异味")
	c.do("close", nil)
	f.clean()
}
