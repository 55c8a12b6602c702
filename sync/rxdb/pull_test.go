package rxdb_test

// Pulls, as they go over the wire.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xuncha/internal/phone"
	"xuncha/sync"
	"xuncha/sync/rxdb"
)

var collections = []string{"cases", "actions", "inspections", "rectifications", "evidence", "held", "agencies", "colleagues", "dictionaries"}

// agree compares what RxDB pulled with what a phone of ours holds.
func agree(t *testing.T, p *phone.Phone, collection string, docs map[string]doc) {
	t.Helper()
	rows := p.Rows(collection)
	if len(docs) != len(rows) {
		t.Errorf("%s: %d documents, the phone has %d", collection, len(docs), len(rows))
	}
	for id, row := range rows {
		got := docs[id]
		for name, value := range row.Doc {
			mine, err := json.Marshal(got[name])
			if err != nil || !sync.Same(mine, value) {
				t.Errorf("%s %s: %s is %s, the phone has %s", collection, id, name, mine, value)
			}
		}
		tokens, err := json.Marshal(row.Versions)
		mine, err2 := json.Marshal(got["_v"])
		if err != nil || err2 != nil || !sync.Same(tokens, mine) || got["_deleted"] != false || len(got) != len(row.Doc)+2 {
			t.Errorf("%s %s: %v, the phone has the versions %s", collection, id, got, tokens)
		}
	}
}

func TestAPullBringsWhatAPhoneHolds(t *testing.T) {
	t.Parallel()
	f := inField(t)
	f.says(f.a, doc{"findings": "有异味", "notes": []doc{{"id": "n1", "at": "2026-11-24T09:00:00+08:00", "text": "甲"}}})
	p := f.native(f.a)
	for _, c := range collections {
		all := map[string]doc{}
		f.pull(f.a, c, "", 100, all)
		agree(t, p, c, all)
	}
	if status, _, _, code := f.get(f.a, "complaints", "", 10); status != http.StatusNotFound || code != "collection_unknown" {
		t.Errorf("%d %s", status, code)
	}
}

func TestPagesAreFullUntilTheLast(t *testing.T) {
	t.Parallel()
	f := inField(t)
	for i := range 7 { // rows of other collections stand between
		f.act("note", doc{"text": fmt.Sprint("第", i, "次")})
		f.says(f.b, doc{"weather": fmt.Sprint(i)})
	}
	want := map[string]doc{}
	f.pull(f.a, "actions", "", 2000, want)
	for _, limit := range []int{1, 2, 3, 4, len(want), len(want) + 1} {
		got, seen, checkpoint := map[string]doc{}, map[string]bool{}, ""
		for {
			_, docs, next, _ := f.get(f.a, "actions", checkpoint, limit)
			for _, d := range docs {
				got[d["id"].(string)] = d
			}
			if len(docs) < limit {
				break
			}
			if seen[next] {
				t.Fatal("the checkpoint stood still")
			}
			checkpoint, seen[next] = next, true
		}
		if len(got) != len(want) {
			t.Errorf("pages of %d: %d documents, want %d", limit, len(got), len(want))
		}
	}
}

func TestAPageThatHasItsBytesIsFilledWithMarksOfNobody(t *testing.T) {
	t.Parallel()
	f := inField(t)
	p := f.native(f.a)
	long := strings.Repeat("气", 60_000)
	for range 9 {
		p.Create("inspections", map[string]any{"case": f.caseID, "round": 1, "findings": long})
	}
	f.sync(p)
	status, docs, _, _ := f.get(f.a, "inspections", "", 50)
	if status != http.StatusOK || len(docs) != 50 || docs[49]["_deleted"] != true {
		t.Errorf("%d, %d documents, the last is %v", status, len(docs), docs[len(docs)-1]["id"])
	}
	all := map[string]doc{}
	if _, pages := f.pull(f.a, "inspections", "", 50, all); pages < 2 || len(all) != 10 {
		t.Errorf("%d inspections in %d pages", len(all), pages)
	}
}

func TestWhatLeavesTheScopeIsEvictedAndAFirstSyncHearsNothingOfIt(t *testing.T) {
	t.Parallel()
	f := inField(t)
	held := map[string]doc{}
	checkpoint, _ := f.pull(f.b, "inspections", "", 100, held)
	f.assign(f.a.ID, f.User("inspector", f.agency, "秦川").ID)
	_, docs, _, _ := f.get(f.b, "inspections", checkpoint, 100)
	if len(docs) != 1 || len(docs[0]) != 2 || docs[0]["id"] != f.visit || docs[0]["_deleted"] != true {
		t.Errorf("the mark of an evicted row: %v", docs)
	}
	if _, docs, _, _ = f.get(f.b, "inspections", "", 100); len(docs) != 0 {
		t.Errorf("a first sync got %v", docs)
	}
	f.assign(f.a.ID, f.b.ID) // what enters again arrives
	f.pull(f.b, "inspections", checkpoint, 100, held)
	if held[f.visit] == nil {
		t.Error("the inspection did not come back")
	}
}

func TestAnOldCheckpointIsAReset(t *testing.T) {
	t.Parallel()
	f := inField(t)
	_, _, mine, _ := f.get(f.a, "cases", "", 100)
	_, _, theirs, _ := f.get(f.b, "cases", "", 100)
	_, _, other, _ := f.get(f.a, "actions", "", 100)
	p := f.native(f.a)
	object := `{"c":"` + mine + `"}`
	if status, body := f.Do("GET", "/api/sync/rxdb/cases?checkpoint="+theirs, f.a.Token, nil); status != http.StatusConflict || body["data"].(doc)["reason"] != rxdb.ResetUser {
		t.Errorf("%d %v", status, body)
	}
	refused := func(name, checkpoint string) {
		t.Helper()
		if status, _, _, code := f.get(f.a, "cases", checkpoint, 100); status != http.StatusConflict || code != "reset" {
			t.Errorf("%s: %d %s", name, status, code)
		}
	}
	for name, c := range map[string]string{
		"another user's": theirs, "another collection's": other, "a phone's cursor": p.Cursor, "rubbish": "rubbish", "cut": mine[:len(mine)-2],
		"an object without one": "{}",
	} {
		refused(name, c)
	}
	for _, c := range []string{mine, object} {
		if status, _, _, code := f.get(f.a, "cases", c, 100); status != http.StatusOK {
			t.Errorf("%s: %d %s", c, status, code)
		}
	}
	f.run("UPDATE sync_meta SET value = 1000000 WHERE key = 'head'")
	f.run("INSERT INTO sync_meta (key, value) VALUES ('compacted', 999999) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
	refused("from before a compaction", mine)
	_, _, mine, _ = f.get(f.a, "cases", "", 100)
	f.run("UPDATE sync_grant_gen SET gen = gen + 1")
	refused("of other grants", mine)
	_, _, mine, _ = f.get(f.a, "cases", "", 100)
	f.run("UPDATE sync_meta SET value = 500 WHERE key = 'head'")
	refused("above the head", mine)
	f.run("UPDATE sync_meta SET value = 1000001 WHERE key = 'head'")
	f.run("UPDATE sync_meta SET value = 'another' WHERE key = 'epoch'")
	refused("of a lost epoch", mine)
}

func TestAPullHasLimits(t *testing.T) {
	t.Parallel()
	f := inField(t)
	for _, limit := range []int{0, -1, 2001} {
		if status, _, _, code := f.get(f.a, "cases", "", limit); status != http.StatusBadRequest || code != "bad_request" {
			t.Errorf("limit %d: %d %s", limit, status, code)
		}
	}
	for path, token := range map[string]string{"/api/sync/rxdb/cases?limit=many": f.a.Token, "/api/sync/rxdb/cases": ""} {
		if status, body := f.Do("GET", path, token, nil); status < 400 || status >= 500 || body["code"] == "" {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	key := []byte("key")
	f.Add(rxdb.Checkpoint{Epoch: "e", User: "u", Collection: "cases"}.Seal(key))
	f.Add(`{"c":"` + sync.Cursor{Epoch: "e", User: "u"}.Seal(key) + `"}`)
	f.Add(`{"c":7}`)
	f.Fuzz(func(t *testing.T, sealed string) {
		if c, ok := rxdb.Unseal(key, sealed); ok && c.Seal(key) == "" {
			t.Error("a checkpoint without a text")
		}
	})
}
