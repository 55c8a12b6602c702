package hooks_test

// Whatever a phone sends is answered and kept, and what is kept can be read.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// raw pushes the members of one mutation, n and id aside, as they are spelled.
func (f field) raw(t *testing.T, u house.User, client string, n int, members string) (int, sync.Answer) {
	t.Helper()
	body := fmt.Sprintf(`{"client":{"id":"%s","schema":1},"push":[{"n":%d,"id":"%s",%s}],"pull":{"limit":2000}}`,
		client, n, phone.ULID(time.Now()), members)
	status, data := f.h.Raw("POST", "/api/sync", map[string]string{"Authorization": u.Token, "Content-Type": "application/json"}, reader(body))
	var a sync.Answer
	if err := json.Unmarshal(data, &a); err != nil || !utf8.Valid(data) {
		t.Fatalf("%d %.300s: %v", status, data, err)
	}
	return status, a
}

func (f field) patchOf(set string) string {
	return fmt.Sprintf(`"op":"patch","collection":"inspections","record":%q,"set":%s,"base":{"findings":"","notes":""}`, f.visit, set)
}

func TestWhatIsNoTextDoesNotSpoilAColleaguesPull(t *testing.T) {
	f := inField(t)
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	f.sync(t, f.pb)
	client := phone.ULID(time.Now())
	notes := `[{"id":"n1","at":"","text":"a` + "\xff\xfe" + `b"},{"id":"n2","at":"","text":"\ud800"}]`
	status, a := f.raw(t, f.a, client, 1, f.patchOf(`{"notes":`+notes+`,"findings":"c`+"\xff"+`\udc00"}`))
	if status != http.StatusOK || a.Results[0].Outcome != sync.Conflict {
		t.Fatalf("%d %+v", status, a.Results)
	}
	f.sync(t, f.pb)
	var v struct{ Notes []struct{ Text string } }
	if err := f.pb.Read("inspections", f.visit, &v); err != nil || len(v.Notes) != 2 || v.Notes[0].Text != "a�b" || v.Notes[1].Text != "�" {
		t.Errorf("%+v %v", v, err)
	}
	var ours string
	if err := f.h.App.DB().Select("ours").From("held_edits").Where(dbx.HashExp{"author": f.a.ID}).Row(&ours); err != nil || ours != `"c�\ufffd"` {
		t.Errorf("kept %q (%v)", ours, err)
	}
	clean(t, f.h)
}

func TestATimeThatIsTooLongIsNone(t *testing.T) {
	f := inField(t)
	at := `,"at":"2026-11-24T09:30:00.` + strings.Repeat("1", 5200) + `+08:00"`
	client := phone.ULID(time.Now())
	_, a := f.raw(t, f.a, client, 1, f.patchOf(`{"findings":"x"}`)+at)
	if r := a.Results[0]; r.Outcome != sync.OK || r.Code != sync.CodeBadTime {
		t.Errorf("%+v", r)
	}
	_, a = f.raw(t, f.a, client, 2, f.patchOf(`{"nothing":"x"}`)+at)
	if r := a.Results[0]; r.Outcome != sync.Rejected || r.Code != sync.CodeNotWritable {
		t.Errorf("%+v", r)
	}
}

func TestAFullListAndALongTextCostNoOtherField(t *testing.T) {
	f := inField(t)
	full, err := json.Marshal([]map[string]string{{"id": "old", "text": strings.Repeat("x", 1<<20-100)}})
	if err != nil {
		t.Fatal(err)
	}
	set(t, f.h, "inspections", f.visit, map[string]any{"notes": json.RawMessage(full)})
	f.sync(t, f.pa)
	note := strings.Repeat("y", 60_000)
	m := f.pa.Edit("inspections", f.visit, map[string]any{
		"notes": []map[string]any{{"id": "new", "text": note}}, "weather": strings.Repeat("雨", 5001), "findings": "有异味",
	})
	made := f.pa.Create("inspections", map[string]any{"case": f.mine, "round": 1, "weather": strings.Repeat("雨", 5001), "findings": note})
	f.sync(t, f.pa)
	outcome(t, f.pa, m, sync.Conflict, sync.CodeTooLarge)
	if v := f.view(t, f.pa); v["findings"] != "有异味" {
		t.Errorf("%.100v", v["findings"])
	}
	if r := f.pa.ResultOf(made); r.Outcome != sync.Conflict || r.Fields["findings"].Winner != sync.ByClient || r.Fields["weather"].Winner != sync.ByServer {
		t.Errorf("%+v", r)
	}
	var ours string
	err = f.h.App.DB().Select("ours").From("held_edits").Where(dbx.HashExp{"field": "notes", "code": sync.CodeTooLarge, "state": "open"}).Row(&ours)
	if err != nil || !strings.Contains(ours, note) || f.held(t) != 3 {
		t.Errorf("%d bytes are kept (%v), %d open", len(ours), err, f.held(t))
	}
	clean(t, f.h)
}

func TestIdsThatDifferOnlyInCaseAreOne(t *testing.T) {
	f := inField(t)
	other := strings.ToUpper(f.visit)
	client := phone.ULID(time.Now())
	_, a := f.raw(t, f.a, client, 1, strings.Replace(f.patchOf(`{"findings":"有异味"}`), f.visit, other, 1))
	if r := a.Results[0]; r.Outcome != sync.OK {
		t.Errorf("a patch: %+v", r)
	}
	f.sync(t, f.pb)
	if v := f.view(t, f.pb); v["findings"] != "有异味" {
		t.Errorf("%v", v["findings"])
	}
	act := func(id, caseID string) string {
		return fmt.Sprintf(`"op":"create","collection":"actions","record":%q,"set":{"case":%q,"name":"note","args":{"text":"到场"}}`, id, caseID)
	}
	for i, c := range []struct {
		id      string
		outcome sync.Outcome
	}{{"abcdefghijklmnopq", sync.OK}, {"ABCDEFGHIJKLMNOPQ", sync.Noop}} {
		if _, a = f.raw(t, f.a, client, i+2, act(c.id, f.mine)); a.Results[0].Outcome != c.outcome {
			t.Errorf("%s: %+v", c.id, a.Results[0])
		}
	}
	foreign := f.h.Record("inspections", map[string]any{"id": "foreignvisit00001", "case": f.yours, "round": 1}).Id
	for i, id := range []string{foreign, strings.ToUpper(foreign)} {
		create := fmt.Sprintf(`"op":"create","collection":"inspections","record":%q,"set":{"case":%q,"round":1}`, id, f.mine)
		_, a = f.raw(t, f.a, client, i+4, create)
		if r := a.Results[0]; r.Outcome != sync.Held || r.Code != sync.CodeNotInScope {
			t.Errorf("%s: %+v", id, r)
		}
		if !slices.ContainsFunc(a.Changes, func(c sync.Change) bool { return strings.Contains(string(c.Doc), `"record":"`+id+`"`) }) {
			t.Errorf("%s is not kept as it was spelled", id)
		}
	}
	clean(t, f.h)
}

func TestASecondCreateOfAHeldActionIsAnsweredAsHeld(t *testing.T) {
	f := inField(t)
	set := map[string]any{"case": f.mine, "name": "approve", "args": map[string]any{"delivered": true}}
	id := phone.ULID(time.Now())
	for range 2 {
		m := f.pa.CreateAs("actions", id, set)
		f.sync(t, f.pa)
		outcome(t, f.pa, m, sync.Held, "role_not_allowed")
	}
}

func TestAPhoneThatPushedNothingForLongGoesOn(t *testing.T) {
	f := inField(t)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa)
	if _, err := f.h.App.NonconcurrentDB().NewQuery("UPDATE sync_client SET last_seen_at = '2020-01-01T00:00:00.000Z'").Execute(); err != nil {
		t.Fatal(err)
	}
	if err := (store.Night{App: f.h.App, Now: time.Now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	old := f.pa.Client
	m := f.pa.Edit("inspections", f.visit, map[string]any{"weather": "阴"})
	f.sync(t, f.pa)
	outcome(t, f.pa, m, sync.OK, "")
	if f.pa.Client != old {
		t.Error("the phone had to renew")
	}
}

func TestDispatchersHearOfAThousandOpenEditsOfOneUser(t *testing.T) {
	f := inField(t)
	alarms := func() (n int) {
		if err := f.h.App.DB().NewQuery("SELECT count(*) FROM notifications WHERE event LIKE 'alarm:%'").Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 998 {
		if _, err := f.h.App.NonconcurrentDB().NewQuery("INSERT INTO held_edits (id, author, state) VALUES ({:id}, {:author}, 'open')").
			Bind(dbx.Params{"id": fmt.Sprintf("held%013d", i), "author": f.a.ID}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{0, 1, 1} {
		f.pa.Edit("inspections", "aaaaaaaaaaaaaaaaa", map[string]any{"findings": fmt.Sprint(i)})
		if _, err := f.pa.Send(t.Context(), f.pa.Request()); err != nil {
			t.Fatal(err)
		}
		if got := alarms(); got != want {
			t.Errorf("%d alarms at %d open rows, want %d", got, 999+i, want)
		}
	}
}

// odd are values that no phone of ours sends.
var odd = []string{
	`null`, `""`, `7`, `-1`, `1e400`, `1e300`, `1.5`, `[]`, `{}`, `true`, `[null]`, `{"a":{"b":[1]}}`, `"` + strings.Repeat("9", 6000) + `"`,
	`"<&>\u2028\u0000"`, `"2026-11-24T09:30:00.` + strings.Repeat("1", 5200) + `+08:00"`, strings.Repeat("[", 90) + strings.Repeat("]", 90),
	strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), `"` + strings.Repeat("<", 200_000) + `"`, `"` + strings.Repeat("雨", 5_001) + `"`,
	`[{"id":"` + strings.Repeat("<", 90_000) + `"}]`,
}

// good are values that fields take; every other one is a text.
func (f field) good(name string) string {
	own := map[string]string{
		"case": `"` + f.mine + `"`, "round": "1", "size": "1", "sha256": `"` + strings.Repeat("0a", 32) + `"`, "purpose": `"before"`, "name": `"note"`,
		"args": `{"text":"x"}`, "samples": `["s"]`, "notes": `[{"id":"e","text":"x"}]`, "item_remarks": `{"a":1}`, "max_noise_db": "61.5",
		"progress": "40", "position": `{"lon":1,"lat":2}`, "inspectors": `["x"]`, "evidence": `["x"]`, "base": "1", "heading": "90", "mock_location": "false",
	}
	if value, ok := own[name]; ok {
		return value
	}
	return `"x"`
}

// mostly draws a good value, and an odd one now and then.
func mostly(good string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 14).Draw(t, "odd") == 14 {
			return rapid.SampledFrom(odd).Draw(t, "value")
		}
		return good
	})
}

// anyMutation draws the members of any mutation, each of them as it should be or not.
func (f field) anyMutation() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		collection := rapid.SampledFrom([]string{"inspections", "evidence", "actions", "rectifications", "inspections", "nothing"}).Draw(t, "collection")
		c, op, record := sync.Writable[collection], "create", fmt.Sprintf("anyrecord%08d", rapid.IntRange(0, 999).Draw(t, "number"))
		fields := []string{"x"}
		if rapid.Bool().Draw(t, "patch") {
			op, record = "patch", f.visit
		}
		for name, field := range c.Fields {
			if op == "create" || field.Policy != sync.Once {
				fields = append(fields, name)
			}
		}
		slices.Sort(fields)
		names := rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 4, rapid.ID[string]).Draw(t, "fields")
		if op == "create" {
			names = append(names, c.Required...)
		}
		slices.Sort(names)
		var members []string
		for _, name := range slices.Compact(names) {
			members = append(members, fmt.Sprintf("%q:%s", name, mostly(f.good(name)).Draw(t, name)))
		}
		return fmt.Sprintf(`"op":%s,"collection":%s,"record":%s,"set":{%s},"base":%s,"at":%s`,
			mostly(`"`+op+`"`).Draw(t, "its op"), mostly(`"`+collection+`"`).Draw(t, "its name"), mostly(`"`+record+`"`).Draw(t, "record"),
			strings.Join(members, ","), mostly(`{"weather":"","notes":"3"}`).Draw(t, "base"), mostly(`"2026-11-24T09:30:00+08:00"`).Draw(t, "at"))
	})
}

func epochOf(t *testing.T, app core.App) (epoch string) {
	t.Helper()
	err := store.InRead(app, func(r store.Reader) error {
		state, err := r.State()
		epoch = state.Epoch
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

func TestNoMutationMakesTheServerFail(t *testing.T) {
	f := inField(t)
	books := store.NewBooks(f.h.App, time.Now)
	client, epoch, n := phone.ULID(time.Now()), epochOf(t, f.h.App), 0
	outcomes := map[sync.Outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		raw := fmt.Sprintf(`{"n":%d,"id":"%s",%s}`, n+1, phone.ULID(time.Now()), f.anyMutation().Draw(t, "mutation"))
		p, err := sync.Push(context.Background(), books, sync.User{ID: f.a.ID}, client, sync.InEpoch(epoch), []json.RawMessage{[]byte(raw)})
		if err != nil || len(p.Results) != 1 {
			t.Fatalf("%.2000s: %+v %v", raw, p, err)
		}
		n++
		outcomes[p.Results[0].Outcome]++
	})
	t.Log(outcomes)
	f.sync(t, f.pa, f.pb)
	clean(t, f.h)
}
