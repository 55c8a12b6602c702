package hooks_test

// Two phones and a server: the protocol over HTTP.

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"xuncha/hooks"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// field is an inspected case on two phones.
type field struct {
	pair
	a, b   house.User
	pa, pb *phone.Phone
	visit  string
}

// act creates an action over HTTP and fails the test if it is refused.
func act(t *testing.T, h *house.House, u house.User, caseID, name string, args map[string]any) map[string]any {
	t.Helper()
	status, body := h.Do("POST", "/api/collections/actions/records", u.Token, map[string]any{"case": caseID, "name": name, "args": args})
	if status != http.StatusOK || body["outcome"] != "applied" {
		t.Fatalf("%s by %s: %d %v", name, u.Name, status, body)
	}
	return body
}

// inField assigns a case to two inspectors whose phones have synced.
func inField(t *testing.T) field { return inFieldWith(t, hooks.Config{Now: time.Now}) }

func inFieldWith(t *testing.T, cfg hooks.Config) field {
	f := field{pair: twoAgenciesWith(t, cfg)}
	f.a, f.b = f.h.User("inspector", f.here, "李强"), f.h.User("inspector", f.here, "周芳")
	act(t, f.h, f.dispatcher, f.mine, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101", "urgent": false})
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{f.a.ID, f.b.ID}, "lead": f.a.ID, "due": soon()})
	f.pa, f.pb = phone.New(f.h.URL, f.a.Token), phone.New(f.h.URL, f.b.Token)
	f.sync(t, f.pa, f.pb)
	var c struct {
		Inspection string `json:"inspection"`
	}
	if err := f.pa.Read("cases", f.mine, &c); err != nil {
		t.Fatal(err)
	}
	f.visit = c.Inspection
	return f
}

func (f field) sync(t *testing.T, phones ...*phone.Phone) {
	t.Helper()
	for _, p := range phones {
		if err := p.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// view reads what a phone shows of the inspection.
func (f field) view(t *testing.T, p *phone.Phone) map[string]any {
	t.Helper()
	var v map[string]any
	if err := p.Read("inspections", f.visit, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func outcome(t *testing.T, p *phone.Phone, mutation string, want sync.Outcome, code string) {
	t.Helper()
	r := p.Result(mutation)
	if r == nil || r.Outcome != want || r.Code != code {
		t.Errorf("got %+v, want %s %q", r, want, code)
	}
}

func (f field) held(t *testing.T) int {
	t.Helper()
	var n int
	if err := f.h.App.DB().Select("count(*)").From("held_edits").Where(dbx.NewExp("state = 'open'")).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheFirstSyncBringsTheCaseAndNothingElse(t *testing.T) {
	f := inField(t)
	if got := len(f.pa.Rows("cases")); got != 1 {
		t.Errorf("%d cases", got)
	}
	for collection, least := range map[string]int{"inspections": 1, "agencies": 2, "colleagues": 3, "dictionaries": 5, "actions": 2} {
		if got := len(f.pa.Rows(collection)); got < least {
			t.Errorf("%s: %d records, want %d", collection, got, least)
		}
	}
	before := f.pa.Cursor
	f.sync(t, f.pa)
	if f.pa.Cursor == "" || f.pa.Head == 0 || before == "" {
		t.Error("no cursor")
	}
	clean(t, f.h)
}

func TestEditsOfDifferentFieldsBothStand(t *testing.T) {
	f := inField(t)
	a := f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	b := f.pb.Edit("inspections", f.visit, map[string]any{"statement": "已停产"})
	f.sync(t, f.pa, f.pb, f.pa)
	outcome(t, f.pa, a, sync.OK, "")
	outcome(t, f.pb, b, sync.OK, "")
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		if v := f.view(t, p); v["weather"] != "晴" || v["statement"] != "已停产" {
			t.Errorf("%v", v)
		}
	}
	clean(t, f.h)
}

func TestOneFieldEditedTwiceIsHeldForAPersonAndItsAuthorLearnsIt(t *testing.T) {
	f := inField(t)
	a := f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	b := f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(t, f.pa, f.pb)
	outcome(t, f.pa, a, sync.OK, "")
	outcome(t, f.pb, b, sync.Conflict, sync.CodeReview)
	if v := f.view(t, f.pb); v["findings"] != "有异味" {
		t.Errorf("the server's value does not stand: %v", v["findings"])
	}
	if f.held(t) != 1 || len(f.pb.Rows("held")) != 1 || len(f.pa.Rows("held")) != 0 {
		t.Errorf("held: %d open, %d with the author, %d with the other", f.held(t), len(f.pb.Rows("held")), len(f.pa.Rows("held")))
	}
	again := f.pb.Edit("inspections", f.visit, map[string]any{"findings": "异味轻微"})
	f.sync(t, f.pb)
	outcome(t, f.pb, again, sync.OK, "")
	clean(t, f.h)
}

func TestAChainOfOwnEditsIsNoConflict(t *testing.T) {
	f := inField(t)
	for _, text := range []string{"一", "二", "三", "四", "五"} {
		f.pa.Edit("inspections", f.visit, map[string]any{"findings": text})
	}
	f.sync(t, f.pa)
	if v := f.view(t, f.pa); v["findings"] != "五" || f.held(t) != 0 {
		t.Errorf("%v, %d held", v["findings"], f.held(t))
	}
}

func TestNotesSamplesAndNoiseMerge(t *testing.T) {
	f := inField(t)
	note := func(id, text string) []map[string]any {
		return []map[string]any{{"id": id, "at": "2026-11-24T09:00:00+08:00", "text": text}}
	}
	f.pa.Edit("inspections", f.visit, map[string]any{"notes": note("n1", "甲"), "samples": []string{"S2"}, "max_noise_db": 61.5})
	b := f.pb.Edit("inspections", f.visit, map[string]any{"notes": note("n2", "乙"), "samples": []string{"S1"}, "max_noise_db": 58.0})
	f.sync(t, f.pa, f.pb, f.pa)
	outcome(t, f.pb, b, sync.Conflict, sync.CodeDisplaced)
	v := f.view(t, f.pa)
	if len(v["notes"].([]any)) != 2 || len(v["samples"].([]any)) != 2 || v["max_noise_db"].(float64) != 61.5 {
		t.Errorf("%v", v)
	}
	if by := v["notes"].([]any)[0].(map[string]any)["by"]; by != f.a.ID {
		t.Errorf("a note by %v", by)
	}
	clean(t, f.h)
}

func TestAnAnswerThatWasLostIsGivenAgain(t *testing.T) {
	f := inField(t)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.pa.Act(f.mine, "note", map[string]any{"text": "到场"}, nil)
	file := filepath.Join(t.TempDir(), "phone")
	if err := f.pa.Save(file); err != nil {
		t.Fatal(err)
	}
	f.sync(t, f.pa)
	first := map[string]sync.Result{}
	for _, k := range f.pa.Answered {
		first[k.Mutation.ID] = *k.Result
	}
	if err := f.pa.Load(file); err != nil { // the answer never arrived
		t.Fatal(err)
	}
	f.sync(t, f.pa)
	for _, k := range f.pa.Answered {
		if first[k.Mutation.ID].Seq != k.Result.Seq || first[k.Mutation.ID].Outcome != k.Result.Outcome {
			t.Errorf("first %+v, then %+v", first[k.Mutation.ID], *k.Result)
		}
	}
	clean(t, f.h)
}

func TestReassignmentTakesTheCaseAndKeepsTheWork(t *testing.T) {
	f := inField(t)
	other := f.h.User("inspector", f.here, "吴敏")
	edit := f.pa.Edit("inspections", f.visit, map[string]any{"findings": "断网时所写"})
	note := f.pa.Act(f.mine, "arrive", map[string]any{"inspection": f.visit, "officers": []string{f.a.ID, f.b.ID}, "certificate_shown": true}, nil)
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{other.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "轮休"})
	f.sync(t, f.pa)
	outcome(t, f.pa, edit, sync.Held, sync.CodeNotInScope)
	if len(f.pa.Rows("cases")) != 0 || len(f.pa.Rows("inspections")) != 0 || len(f.pa.Rows("held")) != 1 {
		t.Errorf("what is left on the phone: %v", f.pa.Snapshot)
	}
	stored, err := f.h.App.FindRecordById("actions", note)
	if err != nil || stored.GetString("outcome") != "needs_review" {
		t.Errorf("the arrival: %v %v", stored, err)
	}
	clean(t, f.h)
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{f.a.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "恢复"})
	f.sync(t, f.pa)
	if len(f.pa.Rows("cases")) != 1 || len(f.pa.Rows("inspections")) == 0 {
		t.Error("the case did not come back whole")
	}
	clean(t, f.h)
}

func TestOneBadMutationBlocksNothing(t *testing.T) {
	f := inField(t)
	bad := []string{
		f.pa.Edit("inspections", f.visit, map[string]any{"case": f.yours}),
		f.pa.Edit("inspections", f.visit, map[string]any{"colour": "red"}),
		f.pa.Edit("inspections", f.visit, map[string]any{"findings": 7}),
		f.pa.Edit("cases", f.mine, map[string]any{"status": "closed"}),
		f.pa.Edit("tables", f.mine, map[string]any{"x": 1}),
		f.pa.Edit("inspections", "short", map[string]any{"findings": "x"}),
	}
	good := f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	foreign := f.pa.Edit("inspections", "aaaaaaaaaaaaaaa", map[string]any{"findings": "x"})
	yours := f.pa.Act(f.yours, "note", map[string]any{"text": "x"}, nil)
	f.sync(t, f.pa)
	for i, code := range []string{"field_not_writable", "field_not_writable", "wrong_type", "field_not_writable", "collection_unknown", "record_id_invalid"} {
		outcome(t, f.pa, bad[i], sync.Rejected, code)
	}
	outcome(t, f.pa, good, sync.OK, "")
	outcome(t, f.pa, foreign, sync.Held, sync.CodeNotInScope)
	if _, err := f.h.App.FindRecordById("actions", yours); err == nil {
		t.Error("an action on a foreign case was stored as such")
	}
	var bodies int
	if err := f.h.App.DB().Select("count(*)").From("held_edits").Where(dbx.HashExp{"author": f.a.ID}).Row(&bodies); err != nil || bodies != 8 {
		t.Errorf("%d bodies kept, want 8 (%v)", bodies, err)
	}
	clean(t, f.h)
}

func TestAClonedPhoneIsForked(t *testing.T) {
	f := inField(t)
	file := filepath.Join(t.TempDir(), "phone")
	if err := f.pa.Save(file); err != nil {
		t.Fatal(err)
	}
	clone := phone.New(f.h.URL, f.a.Token)
	if err := clone.Load(file); err != nil {
		t.Fatal(err)
	}
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	clone.Edit("inspections", f.visit, map[string]any{"samples": []string{"S1"}})
	old := clone.Client
	f.sync(t, f.pa, clone, f.pa)
	if clone.Client == old {
		t.Error("the clone kept its client id")
	}
	if v := f.view(t, f.pa); v["weather"] != "晴" || len(v["samples"].([]any)) != 1 {
		t.Errorf("%v", v)
	}
}

func TestADisabledUsersWorkIsHeldAndHisPhoneWiped(t *testing.T) {
	f := inField(t)
	edit := f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	f.sync(t, f.pa)
	outcome(t, f.pa, edit, sync.Held, sync.CodeDisabled)
	if !f.pa.Wiped || len(f.pa.Rows("cases")) != 0 {
		t.Error("the phone was not wiped")
	}
	if status, _ := f.h.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": f.a.Email, "password": house.Password}); status == 200 {
		t.Error("a disabled user signed in")
	}
	if status, body := f.h.Do("POST", "/api/collections/users/auth-refresh", f.a.Token, nil); status == 200 {
		t.Errorf("a disabled user's log-in was refreshed: %v", body)
	}
	clean(t, f.h)
}

func TestBrokenEnvelopesAreRefusedWithACode(t *testing.T) {
	f := inField(t)
	head := map[string]string{"Authorization": f.a.Token, "Content-Type": "application/json"}
	id := phone.ULID(f.pa.Now())
	for body, want := range map[string]string{
		"{":                     "bad_json",
		`{"client":{"id":"x"}}`: "client_invalid",
		`{"client":{"id":"` + id + `"},"push":[{"n":0}]}`:                                             "bad_order",
		`{"client":{"id":"` + id + `"},"pull":{"limit":9999}}`:                                        "bad_request",
		`{"client":{"id":"` + id + `"},"pull":{"limit":0}}`:                                           "bad_request",
		`{"client":{"id":"` + id + `"},"push":[{"n":1,"id":"` + id + `"},{"n":3,"id":"` + id + `"}]}`: "bad_order",
	} {
		status, data := f.h.Raw("POST", "/api/sync", head, reader(body))
		if status != http.StatusBadRequest || !contains(data, `"code":"`+want+`"`) {
			t.Errorf("%s: %d %s, want %s", body, status, data, want)
		}
	}
	if status, data := f.h.Raw("POST", "/api/sync", map[string]string{"Content-Type": "application/json"}, reader("{}")); status != 401 {
		t.Errorf("without a token: %d %s", status, data)
	}
	head["Content-Encoding"] = "gzip"
	if status, data := f.h.Raw("POST", "/api/sync", head, reader("{}")); status != 400 || !contains(data, "bad_encoding") {
		t.Errorf("no gzip: %d %s", status, data)
	}
	delete(head, "Content-Encoding")
	if status, data := f.h.Raw("POST", "/api/sync", head, reader(`{"x":"`+spaces(sync.MaxBody)+`"}`)); status != 413 {
		t.Errorf("too large: %d %.200s", status, data)
	}
}

func TestPagesArePutTogetherAndCursorsAreOnesOwn(t *testing.T) {
	f := inField(t)
	p := phone.New(f.h.URL, f.a.Token)
	rows, cursor, pages := 0, "", 0
	for {
		answer, err := p.Send(t.Context(), sync.Request{Client: sync.Client{ID: p.Client, Schema: 1}, Epoch: p.Epoch, Cursor: cursor, Pull: &sync.PullSpec{Limit: 2, Digest: true}})
		if err != nil {
			t.Fatal(err)
		}
		p.Epoch = answer.Epoch
		rows, cursor, pages = rows+len(answer.Changes), answer.Cursor, pages+1
		if !answer.More {
			if int(answer.Digest.Count) != rows {
				t.Errorf("%d rows in %d pages, the digest says %d", rows, pages, answer.Digest.Count)
			}
			break
		}
		if len(answer.Changes) != 2 || pages > 100 {
			t.Fatalf("page %d holds %d rows", pages, len(answer.Changes))
		}
	}
	for name, c := range map[string]struct{ cursor, token, reason string }{
		"a foreign one": {cursor, f.b.Token, sync.ResetCursor}, "a forged one": {cursor[:len(cursor)-2] + "AA", f.a.Token, sync.ResetCursor},
	} {
		q := phone.New(f.h.URL, c.token)
		answer, err := q.Send(t.Context(), sync.Request{Client: sync.Client{ID: q.Client, Schema: 1}, Epoch: p.Epoch, Cursor: c.cursor, Pull: &sync.PullSpec{}})
		if err != nil || answer.Reset == nil || answer.Reset.Reason != c.reason || len(answer.Changes) == 0 {
			t.Errorf("%s: %+v %v", name, answer.Reset, err)
		}
	}
	answer, err := p.Send(t.Context(), sync.Request{Client: sync.Client{ID: p.Client, Schema: 1}, Epoch: "another", Cursor: cursor, Pull: &sync.PullSpec{}})
	if err != nil || answer.Reset == nil || answer.Reset.Reason != sync.ResetEpoch || len(answer.Changes) != 0 {
		t.Errorf("another epoch: %+v %v", answer.Reset, err)
	}
}
