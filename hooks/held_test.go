package hooks_test

// Two phones leave work that does not stand by itself; a dispatcher settles it over HTTP, and
// the phones show what became of it.

import (
	"net/http"
	"strings"
	stdsync "sync"
	"testing"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

const heldPath = "/api/held"

// waiting are the items that a desk sees.
func (f field) waiting(t *testing.T, u house.User, query string) []map[string]any {
	t.Helper()
	status, page := f.h.Do("GET", heldPath+query, u.Token, nil)
	if status != http.StatusOK {
		t.Fatalf("%s by %s: %d %v", query, u.Name, status, page)
	}
	items := page["items"].([]any)
	if int(page["total"].(float64)) != len(items) {
		t.Errorf("%d items, total %v", len(items), page["total"])
	}
	out := make([]map[string]any, len(items))
	for i, item := range items {
		out[i] = item.(map[string]any)
	}
	return out
}

func (f field) settle(t *testing.T, id any, decision map[string]any, want int, code string) map[string]any {
	t.Helper()
	status, body := f.h.Do("POST", heldPath+"/"+id.(string), f.dispatcher.Token, decision)
	if status != want || code != "" && body["code"] != code {
		t.Errorf("%v: %d %v, want %d %s", decision, status, body, want, code)
	}
	return body
}

// heldState is what an author's phone shows of the record's held work.
func heldState(p *phone.Phone, record string) (states []string) {
	for _, row := range p.Rows("held") {
		if string(row.Doc["record"]) == `"`+record+`"` {
			states = append(states, strings.Trim(string(row.Doc["state"]), `"`))
		}
	}
	return states
}

// disputed is a field on which two phones disagree.
func disputed(t *testing.T) (field, map[string]any) {
	f := inField(t)
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(t, f.pa, f.pb)
	items := f.waiting(t, f.dispatcher, "")
	if len(items) != 1 {
		t.Fatalf("%d wait", len(items))
	}
	return f, items[0]
}

func TestADispatcherSeesBothSidesOfADispute(t *testing.T) {
	f, item := disputed(t)
	for name, want := range map[string]any{
		"kind": "edit", "case": f.mine, "number": "2026-000001", "collection": "inspections", "record": f.visit, "field": "findings",
		"theirs": "有异味", "ours": "无异味", "now": "有异味", "author": f.b.ID, "author_name": f.b.Name, "code": "review", "state": "open",
		"now_by": f.a.ID, "now_by_name": f.a.Name,
	} {
		if item[name] != want {
			t.Errorf("%s is %v, want %v", name, item[name], want)
		}
	}
	if item["device_at"] == "" || item["received_at"] == "" || item["version"] == "" || item["now_at"] == "" {
		t.Errorf("when? %v", item)
	}
	if n := len(f.waiting(t, f.them, "")); n != 0 {
		t.Errorf("the neighbour sees %d", n)
	}
	path := heldPath + "/" + item["id"].(string)
	for _, method := range []string{"GET", "POST"} {
		if status, body := f.h.Do(method, path, f.them.Token, map[string]any{"take": "ours"}); status != 404 || body["code"] != "held_unknown" {
			t.Errorf("the neighbour's %s: %d %v", method, status, body)
		}
	}
	if both, none := len(f.waiting(t, f.dispatcher, "?kind=edit,create,body")), len(f.waiting(t, f.dispatcher, "?kind=action,create")); both != 1 || none != 0 {
		t.Errorf("of several kinds %d and %d", both, none)
	}
	supervisor := f.h.User("supervisor", f.here, "郑重")
	if n := len(f.waiting(t, supervisor, "?case="+f.mine+"&kind=edit&author="+f.b.ID)); n != 1 {
		t.Errorf("the supervisor sees %d", n)
	}
	for name, c := range map[string]struct {
		token string
		body  map[string]any
		code  string
	}{
		"a supervisor":   {supervisor.Token, map[string]any{"take": "ours"}, "forbidden"},
		"an inspector":   {f.a.Token, map[string]any{"take": "ours"}, "forbidden"},
		"nobody":         {"", map[string]any{"take": "ours"}, "unauthorized"},
		"nothing taken":  {f.dispatcher.Token, map[string]any{}, "take_unknown"},
		"no reason":      {f.dispatcher.Token, map[string]any{"take": "theirs", "reason": " "}, "reason_too_short"},
		"no third text":  {f.dispatcher.Token, map[string]any{"take": "text"}, "value_unfit"},
		"a number":       {f.dispatcher.Token, map[string]any{"take": "text", "value": 7}, "value_unfit"},
		"another's view": {f.dispatcher.Token, map[string]any{"take": "ours", "version": "1"}, "held_moved"},
	} {
		if status, body := f.h.Do("POST", path, c.token, c.body); status < 400 || status >= 500 || body["code"] != c.code {
			t.Errorf("%s: %d %v, want %s", name, status, body, c.code)
		}
	}
	for _, query := range []string{"?state=lost", "?colour=red", "?page=0", "?state=open&state=taken"} {
		if status, body := f.h.Do("GET", heldPath+query, f.dispatcher.Token, nil); status != 400 || body["code"] != "filter_bad" {
			t.Errorf("%s: %d %v", query, status, body)
		}
	}
	if n := len(f.waiting(t, f.dispatcher, "")); n != 1 {
		t.Errorf("%d wait after all that", n)
	}
	clean(t, f.h)
}

func TestEachWayToSettleADisputeReachesBothPhones(t *testing.T) {
	for name, c := range map[string]struct {
		decision      map[string]any
		findings, got string
	}{
		"what was sent":    {map[string]any{"take": "ours"}, "无异味", "taken"},
		"what stands":      {map[string]any{"take": "theirs", "reason": "复查证实有异味"}, "有异味", "dismissed"},
		"a third sentence": {map[string]any{"take": "text", "value": "上午有异味，下午无"}, "上午有异味，下午无", "taken"},
	} {
		t.Run(name, func(t *testing.T) {
			f, item := disputed(t)
			after := f.settle(t, item["id"], c.decision, http.StatusOK, "")
			if after["state"] != c.got || after["decided_by"] != f.dispatcher.ID || after["decided_at"] == "" {
				t.Errorf("%v", after)
			}
			f.settle(t, item["id"], map[string]any{"take": "ours"}, http.StatusConflict, "held_settled")
			f.sync(t, f.pa, f.pb)
			for _, p := range []*phone.Phone{f.pa, f.pb} {
				if v := f.view(t, p); v["findings"] != c.findings {
					t.Errorf("a phone shows %v", v["findings"])
				}
			}
			if got := heldState(f.pb, f.visit); len(got) != 1 || got[0] != c.got {
				t.Errorf("the author's phone: %v", got)
			}
			if n := len(f.waiting(t, f.dispatcher, "")); n != 0 {
				t.Errorf("%d wait", n)
			}
			if n := len(f.waiting(t, f.dispatcher, "?state=taken,dismissed")); n != 1 {
				t.Errorf("%d are settled", n)
			}
			clean(t, f.h)
		})
	}
}

func TestWhatWasOnlyKeptMayStillBeTaken(t *testing.T) {
	f := inField(t)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.pb.Edit("inspections", f.visit, map[string]any{"weather": "阴"})
	f.sync(t, f.pa, f.pb) // the later stands; nobody is asked
	if n := len(f.waiting(t, f.dispatcher, "")); n != 0 {
		t.Errorf("%d wait", n)
	}
	kept := f.waiting(t, f.dispatcher, "?state=dismissed")
	if len(kept) != 1 || kept[0]["ours"] != "晴" || kept[0]["code"] != "displaced" {
		t.Fatalf("%v", kept)
	}
	for _, member := range []string{"happened", "happened_zh", "decide", "decide_zh"} {
		if words, _ := kept[0][member].(string); words == "" {
			t.Errorf("%s is %v", member, kept[0][member])
		}
	}
	f.settle(t, kept[0]["id"], map[string]any{"take": "ours", "version": kept[0]["version"]}, http.StatusOK, "")
	f.settle(t, kept[0]["id"], map[string]any{"take": "ours"}, http.StatusConflict, "held_settled")
	f.sync(t, f.pa, f.pb)
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		if v := f.view(t, p); v["weather"] != "晴" {
			t.Errorf("a phone shows %v", v["weather"])
		}
	}
	if got := heldState(f.pa, f.visit); len(got) != 1 || got[0] != "taken" {
		t.Errorf("the author's phone: %v", got)
	}
	clean(t, f.h)
}

func TestWhatMovedMeanwhileIsLookedAtAgain(t *testing.T) {
	f, item := disputed(t)
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有强烈异味"})
	f.sync(t, f.pa)
	body := f.settle(t, item["id"], map[string]any{"take": "ours"}, http.StatusConflict, "held_moved")
	now := body["data"].(map[string]any)
	if now["now"] != "有强烈异味" {
		t.Errorf("%v", now)
	}
	f.settle(t, item["id"], map[string]any{"take": "ours", "version": now["version"]}, http.StatusOK, "")
	f.sync(t, f.pa)
	if v := f.view(t, f.pa); v["findings"] != "无异味" {
		t.Errorf("%v", v["findings"])
	}
	clean(t, f.h)
}

func TestTwoDispatchersSettleOnce(t *testing.T) {
	f, item := disputed(t)
	second := f.h.User("dispatcher", f.here, "何安")
	var wait stdsync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		token := []string{f.dispatcher.Token, second.Token}[i%2]
		wait.Go(func() {
			statuses[i], _ = f.h.Do("POST", heldPath+"/"+item["id"].(string), token, map[string]any{"take": "ours"})
		})
	}
	wait.Wait()
	n := map[int]int{}
	for _, s := range statuses {
		n[s]++
	}
	if n[http.StatusOK] != 1 || n[http.StatusConflict] != 7 {
		t.Errorf("%v", n)
	}
	clean(t, f.h)
}

// late is an arrival of an officer who was taken off the case meanwhile.
func late(t *testing.T) (f field, arrival string, item map[string]any) {
	f = inField(t)
	other := f.h.User("inspector", f.here, "吴敏")
	edit := f.pa.Edit("inspections", f.visit, map[string]any{"weather": "雨"})
	arrival = f.pa.Act(f.mine, "arrive", map[string]any{"inspection": f.visit, "officers": []string{f.a.ID, f.b.ID}, "certificate_shown": true},
		map[string]any{"position": map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8}})
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{other.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "轮休"})
	f.sync(t, f.pa)
	outcome(t, f.pa, edit, sync.Held, sync.CodeNotInScope)
	items := f.waiting(t, f.dispatcher, "?kind=action")
	if len(items) != 1 || items[0]["record"] != arrival || items[0]["code"] != "not_case_officer" {
		t.Fatalf("%v", items)
	}
	return f, arrival, items[0]
}

func TestALateActionIsAdmittedAsIfByItsAuthor(t *testing.T) {
	f, arrival, item := late(t)
	at := item["position"].(map[string]any)
	if at["lon"] != 116.4 || item["author_name"] != f.a.Name || item["ours"].(map[string]any)["name"] != "arrive" {
		t.Errorf("%v", item)
	}
	after := f.settle(t, item["id"], map[string]any{"take": "ours", "reason": "改派前已到场"}, http.StatusOK, "")
	if after["state"] != "taken" || after["record"] != arrival {
		t.Errorf("%v", after)
	}
	stored, err := f.h.App.FindRecordById("actions", arrival)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"outcome": "applied", "code": "", "actor": f.a.ID, "decided_by": f.dispatcher.ID, "from": "assigned", "to": "inspecting",
	} {
		if got := stored.GetString(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	_, file := f.h.Do("GET", "/api/cases/"+f.mine, f.dispatcher.Token, nil)
	if file["case"].(map[string]any)["status"] != "inspecting" {
		t.Errorf("%v", file["case"])
	}
	f.settle(t, arrival, map[string]any{"take": "ours"}, http.StatusConflict, "held_settled") // the answer was lost, say
	f.sync(t, f.pa, f.pb)
	if got := heldState(f.pa, arrival); len(got) != 1 || got[0] != "taken" {
		t.Errorf("the author's phone: %v", got)
	}
	if got := f.pb.Rows("cases")[f.mine]; string(got.Doc["status"]) != `"inspecting"` {
		t.Errorf("the colleague's phone: %s", got.Doc["status"])
	}
	clean(t, f.h)
}

func TestALateActionIsClosedWithAReason(t *testing.T) {
	f, arrival, item := late(t)
	f.settle(t, item["id"], map[string]any{"take": "text", "value": "x"}, http.StatusBadRequest, "take_unknown")
	f.settle(t, item["id"], map[string]any{"take": "theirs", "reason": "已由他人到场"}, http.StatusOK, "")
	stored, err := f.h.App.FindRecordById("actions", arrival)
	if err != nil || stored.GetString("outcome") != "needs_review" || stored.GetString("decided_at") == "" {
		t.Errorf("%v %v", stored, err)
	}
	f.sync(t, f.pa)
	if got := heldState(f.pa, arrival); len(got) != 1 || got[0] != "dismissed" {
		t.Errorf("the author's phone: %v", got)
	}
	if n := len(f.waiting(t, f.dispatcher, "?kind=action")); n != 0 {
		t.Errorf("%d wait", n)
	}
	clean(t, f.h)
}

func TestALateActionThatStillDoesNotFitSaysWhy(t *testing.T) {
	f := inField(t)
	early := f.pa.Act(f.mine, "submit", map[string]any{"rectification": "aaaaaaaaaaaaaaa", "items": []map[string]any{{"id": "i1", "before": "bbbbbbbbbbbbbbb", "after": "ccccccccccccccc"}}}, nil)
	f.sync(t, f.pa)
	f.settle(t, early, map[string]any{"take": "ours"}, http.StatusConflict, "wrong_state")
	if n := len(f.waiting(t, f.dispatcher, "?kind=action")); n != 1 {
		t.Errorf("%d wait", n)
	}
	clean(t, f.h)
}

func TestWorkOfADisabledOfficerIsTakenIn(t *testing.T) {
	f := inField(t)
	arrival := f.pa.Act(f.mine, "arrive", map[string]any{"inspection": f.visit, "officers": []string{f.a.ID, f.b.ID}, "certificate_shown": true},
		map[string]any{"position": map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8}})
	f.pa.Edit("inspections", f.visit, map[string]any{"notes": []map[string]any{{"id": "n1", "at": "2026-11-24T09:00:00+08:00", "text": "门锁着"}}})
	second := f.pa.Create("inspections", map[string]any{"case": f.mine, "round": 1, "findings": "第二次到场"})
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	f.sync(t, f.pa)
	items := f.waiting(t, f.dispatcher, "?author="+f.a.ID)
	if len(items) != 3 {
		t.Fatalf("%d wait, want an action, an edit and a record: %v", len(items), items)
	}
	for _, item := range items {
		f.settle(t, item["id"], map[string]any{"take": "ours"}, http.StatusOK, "")
	}
	f.sync(t, f.pb)
	v := f.view(t, f.pb)
	if notes := v["notes"].([]any); len(notes) != 1 || notes[0].(map[string]any)["by"] != f.a.ID {
		t.Errorf("%v", v["notes"])
	}
	if _, ok := f.pb.Rows("inspections")[second]; !ok {
		t.Error("the second visit is not on the colleague's phone")
	}
	stored, err := f.h.App.FindRecordById("actions", arrival)
	if err != nil || stored.GetString("outcome") != "applied" {
		t.Errorf("%v %v", stored, err)
	}
	clean(t, f.h)
}

func TestAnEditOfARecordThatCameLaterBelongsToThatRecordsDesk(t *testing.T) {
	f := inField(t)
	const later = "latervisit000001"
	f.pa.Edit("inspections", later, map[string]any{"findings": "我所见"})
	f.sync(t, f.pa)
	if n := len(f.waiting(t, f.dispatcher, "")); n != 1 {
		t.Fatalf("%d wait with the author's desk", n)
	}
	f.h.Record("inspections", map[string]any{"id": later, "case": f.yours, "round": 1, "findings": "邻县的秘密"})
	if n := len(f.waiting(t, f.dispatcher, "")); n != 0 {
		t.Errorf("the author's desk still sees %d", n)
	}
	items := f.waiting(t, f.them, "")
	if len(items) != 1 || items[0]["case"] != f.yours || items[0]["now"] != "邻县的秘密" {
		t.Errorf("the record's desk: %v", items)
	}
	clean(t, f.h)
}

func TestWhatWasMadeForNoCaseIsNotTaken(t *testing.T) {
	f := inField(t)
	f.pa.Create("inspections", map[string]any{"case": "nosuchcase00001", "round": 1, "findings": "有异味"})
	f.sync(t, f.pa)
	items := f.waiting(t, f.dispatcher, "?kind=create")
	if len(items) != 1 {
		t.Fatalf("%v", items)
	}
	f.settle(t, items[0]["id"], map[string]any{"take": "ours"}, http.StatusConflict, "held_parent_missing")
	if n := f.count(t, "inspections", "`case` = 'nosuchcase00001'"); n != 0 {
		t.Error("a visit of no case is stored")
	}
	clean(t, f.h)
}

func TestAVisitWithOneLongTextIsTakenAndTheTextWaits(t *testing.T) {
	f := inField(t)
	visit := f.pa.Create("inspections", map[string]any{"case": f.mine, "round": 1, "findings": "有异味", "weather": strings.Repeat("晴", 6000)})
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	f.sync(t, f.pa)
	items := f.waiting(t, f.dispatcher, "?kind=create")
	if len(items) != 1 {
		t.Fatalf("%v", items)
	}
	f.settle(t, items[0]["id"], map[string]any{"take": "ours"}, http.StatusOK, "")
	r, err := f.h.App.FindRecordById("inspections", visit)
	if err != nil || r.GetString("findings") != "有异味" || r.GetString("weather") != "" {
		t.Errorf("%v %v", r, err)
	}
	left := f.waiting(t, f.dispatcher, "")
	if len(left) != 1 || left[0]["field"] != "weather" || left[0]["code"] != "too_large" {
		t.Errorf("%v", left)
	}
	clean(t, f.h)
}

func TestAHeldActionThatCameAgainInTimeIsSettledByIt(t *testing.T) {
	p := twoAgencies(t)
	li, zhou := p.h.User("inspector", p.here, "李强"), p.h.User("inspector", p.here, "周芳")
	body := map[string]any{"id": "LateNote0000000001", "case": p.mine, "name": "note", "args": map[string]any{"text": "已到"}, "device": "01JD0000000000000000000001"}
	send := func(wantOutcome string) {
		t.Helper()
		if status, answer := p.h.Do("POST", actionsPath, li.Token, body); status != http.StatusOK || answer["outcome"] != wantOutcome {
			t.Fatalf("%d %v, want %s", status, answer, wantOutcome)
		}
	}
	send("needs_review")
	body["args"] = map[string]any{"text": "别的内容"}
	send("needs_review")
	if n := p.count(t, "held_edits", "kind = 'action'"); n != 2 {
		t.Errorf("%d rows for two contents", n)
	}
	body["args"] = map[string]any{"text": "已到"}
	act(t, p.h, p.dispatcher, p.mine, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101"})
	act(t, p.h, p.dispatcher, p.mine, "assign", map[string]any{"inspectors": []string{li.ID, zhou.ID}, "due": soon()})
	send("applied")
	f := field{pair: p}
	for _, item := range f.waiting(t, p.dispatcher, "") {
		want, code := http.StatusOK, ""
		if item["ours"].(map[string]any)["args"].(map[string]any)["text"] != "已到" {
			want, code = http.StatusConflict, "id_taken"
		}
		f.settle(t, item["id"], map[string]any{"take": "ours"}, want, code)
	}
	if n := p.count(t, "actions", "name = 'note'"); n != 1 {
		t.Errorf("%d notes", n)
	}
	clean(t, p.h)
}
