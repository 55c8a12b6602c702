package hooks_test

// The feed: what a save leaves behind for the phones.

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"xuncha/hooks/store"
	"xuncha/internal/house"
)

// whole asks fsck and names every difference.
func whole(t *testing.T, h *house.House) {
	t.Helper()
	report, err := store.Fsck{App: h.App}.Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		t.Errorf("fsck %s: %s %s %s", d.Check, d.Collection, d.Record, d.What)
	}
}

// clean is whole for a house whose cases were not made by actions: what phones are sent, and
// who may read it, must agree all the same.
func clean(t *testing.T, h *house.House) {
	t.Helper()
	report, err := store.Fsck{App: h.App}.Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		if d.Check == "documents" || d.Check == "access" {
			t.Errorf("fsck %s: %s %s %s", d.Check, d.Collection, d.Record, d.What)
		}
	}
}

type feedRow struct {
	Bucket string `db:"bucket"`
	Seq    int64  `db:"seq"`
	Gone   string `db:"gone"`
	Reason string `db:"reason"`
}

func rows(t *testing.T, h *house.House, collection, record string) map[string]feedRow {
	t.Helper()
	var list []feedRow
	err := h.App.DB().NewQuery("SELECT bucket, seq, gone, reason FROM sync_feed WHERE collection = {:c} AND record = {:r}").
		Bind(dbx.Params{"c": collection, "r": record}).All(&list)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]feedRow{}
	for _, r := range list {
		out[r.Bucket] = r
	}
	return out
}

// set changes fields of a record as the server itself.
func set(t *testing.T, h *house.House, collection, id string, fields map[string]any) int64 {
	t.Helper()
	r, err := h.App.FindRecordById(collection, id)
	if err != nil {
		t.Fatal(err)
	}
	r.Load(fields)
	if err := h.App.SaveWithContext(store.ByCasework(t.Context()), r); err != nil {
		t.Fatal(err)
	}
	return int64(r.GetInt("seq"))
}

func TestACaseTravelsWithItsChildrenToItsInspectors(t *testing.T) {
	p := twoAgencies(t)
	a, b := p.h.User("inspector", p.here, "李强"), p.h.User("inspector", p.here, "周芳")
	visit := p.h.Record("inspections", map[string]any{"case": p.mine, "round": 1, "findings": "有异味"}).Id
	if got := rows(t, p.h, "inspections", visit); len(got) != 0 {
		t.Fatalf("a case without inspectors travels: %v", got)
	}
	entered := set(t, p.h, "cases", p.mine, map[string]any{"inspectors": []string{a.ID}})
	for _, row := range []map[string]feedRow{rows(t, p.h, "cases", p.mine), rows(t, p.h, "inspections", visit)} {
		if got := row["u:"+a.ID]; got.Seq != entered || got.Gone != "" {
			t.Errorf("after the assignment at %d: %v", entered, row)
		}
	}
	left := set(t, p.h, "cases", p.mine, map[string]any{"inspectors": []string{b.ID}})
	for _, row := range []map[string]feedRow{rows(t, p.h, "cases", p.mine), rows(t, p.h, "inspections", visit)} {
		if got := row["u:"+a.ID]; got.Seq != left || got.Gone != "scope" || got.Reason != "reassigned" {
			t.Errorf("who lost the case: %v", got)
		}
		if got := row["u:"+b.ID]; got.Seq != left || got.Gone != "" {
			t.Errorf("who got the case: %v", got)
		}
	}
	clean(t, p.h)
}

func TestAMergedCaseTravelsWithItsRoot(t *testing.T) {
	p := twoAgencies(t)
	a, b := p.h.User("inspector", p.here, "李强"), p.h.User("inspector", p.here, "周芳")
	visit := p.h.Record("inspections", map[string]any{"case": p.mine, "round": 1}).Id
	set(t, p.h, "cases", p.yours, map[string]any{"inspectors": []string{b.ID}})
	set(t, p.h, "cases", p.mine, map[string]any{"inspectors": []string{a.ID}})
	set(t, p.h, "cases", p.mine, map[string]any{"primary": p.yours})
	if got := rows(t, p.h, "inspections", visit); got["u:"+a.ID].Gone != "scope" || got["u:"+b.ID].Gone != "" || len(got) != 2 {
		t.Errorf("merged: %v", got)
	}
	clean(t, p.h)
	set(t, p.h, "cases", p.yours, map[string]any{"inspectors": []string{a.ID}})
	if got := rows(t, p.h, "inspections", visit); got["u:"+a.ID].Gone != "" || got["u:"+b.ID].Gone != "scope" {
		t.Errorf("the root was reassigned: %v", got)
	}
	clean(t, p.h)
	set(t, p.h, "cases", p.mine, map[string]any{"primary": "", "inspectors": []string{b.ID}})
	if got := rows(t, p.h, "inspections", visit); got["u:"+b.ID].Gone != "" || got["u:"+a.ID].Gone != "scope" {
		t.Errorf("un-merged: %v", got)
	}
	clean(t, p.h)
}

func TestASaveThatChangesNothingForPhonesMovesNoRow(t *testing.T) {
	p := twoAgencies(t)
	a := p.h.User("inspector", p.here, "李强")
	before := set(t, p.h, "cases", p.mine, map[string]any{"inspectors": []string{a.ID}})
	if after := set(t, p.h, "cases", p.mine, map[string]any{"text_length": 99}); after != before {
		t.Errorf("a field that phones do not see moved the row from %d to %d", before, after)
	}
	if after := set(t, p.h, "cases", p.mine, map[string]any{"urgent": true}); after <= before {
		t.Errorf("a visible change stayed at %d", after)
	}
	clean(t, p.h)
}

func TestVersionsNameTheMutationOfTheRecordAndNobodyElses(t *testing.T) {
	p := twoAgencies(t)
	visit := p.h.Record("inspections", map[string]any{"case": p.mine, "round": 1, "findings": "有异味"})
	feed := store.Feed{App: p.h.App}
	_, versions, err := feed.Doc("inspections", visit.Id)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(versions["findings"], ".") || versions["findings"] == "" || versions["weather"] != "" {
		t.Errorf("written by the server: %v", versions)
	}
	visit.Set("weather", "晴")
	ctx := store.WithSource(t.Context(), store.Source{Collection: "inspections", Record: visit.Id, Mutation: "01J00000000000000000000000"})
	if err := p.h.App.SaveWithContext(ctx, visit); err != nil {
		t.Fatal(err)
	}
	_, after, err := feed.Doc("inspections", visit.Id)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(after["weather"], ".01J00000000000000000000000") || after["findings"] != versions["findings"] {
		t.Errorf("written by a phone: %v", after)
	}
}

func TestNoDocumentHoldsWhatAPhoneMayNotSee(t *testing.T) {
	p := twoAgencies(t)
	firm := p.h.Record("respondents", map[string]any{"name": "宏发化工厂"}).Id
	set(t, p.h, "cases", p.mine, map[string]any{"respondent": firm, "advice": "planted-secret", "complaint": "planted-secret"})
	p.h.Record("actions", map[string]any{
		"case": p.mine, "name": "note", "actor_kind": "complainant", "actor": "planted-secret",
		"args": map[string]any{"text": "planted-secret"}, "device": "phone",
	})
	p.h.Record("evidence", map[string]any{
		"case": p.mine, "complaint": "abc", "device": "planted-secret", "taken_at": "planted-secret",
		"exif": map[string]any{"lon": "planted-secret"}, "author": "planted-secret",
	})
	p.h.User("inspector", p.here, "李强")
	var docs []string
	if err := p.h.App.DB().NewQuery("SELECT doc FROM sync_doc").Column(&docs); err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		for _, secret := range []string{"planted-secret", "@example.test", "tokenKey", "password"} {
			if strings.Contains(doc, secret) {
				t.Errorf("%q stands in %s", secret, doc)
			}
		}
	}
	feed := store.Feed{App: p.h.App}
	set(t, p.h, "respondents", firm, map[string]any{"name": "宏发化工有限公司"})
	doc, _, err := feed.Doc("cases", p.mine)
	if err != nil {
		t.Fatal(err)
	}
	var unit struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(doc["respondent"], &unit); err != nil || unit.Name != "宏发化工有限公司" {
		t.Errorf("the accused unit's new name did not reach the case: %s %v", doc["respondent"], err)
	}
	clean(t, p.h)
}

func TestAUsersNewAgencyStartsANewGeneration(t *testing.T) {
	p := twoAgencies(t)
	a := p.h.User("inspector", p.here, "李强")
	grants := store.Grants{App: p.h.App}
	buckets, gen, err := grants.Of(a.ID)
	if err != nil || !slices.Contains(buckets, "a:"+p.here) || len(buckets) != 3 {
		t.Fatalf("%v %v", buckets, err)
	}
	set(t, p.h, "users", a.ID, map[string]any{"on_duty": false})
	if _, same, _ := grants.Of(a.ID); same != gen {
		t.Errorf("going off duty changed the generation from %d to %d", gen, same)
	}
	set(t, p.h, "users", a.ID, map[string]any{"agency": p.there})
	buckets, next, err := grants.Of(a.ID)
	if err != nil || next != gen+1 || slices.Contains(buckets, "a:"+p.here) || !slices.Contains(buckets, "a:"+p.there) {
		t.Errorf("%v %d %v", buckets, next, err)
	}
	clean(t, p.h)
}

func TestWhatTheServerLostIsInNobodysBucket(t *testing.T) {
	p := twoAgencies(t)
	held := p.h.Record("held_edits", map[string]any{"kind": "edit", "record": p.mine, "state": "dismissed", "code": "displaced"})
	if got := rows(t, p.h, "held", held.Id); len(got) != 0 {
		t.Errorf("a value without an author travels: %v", got)
	}
	clean(t, p.h)
}
