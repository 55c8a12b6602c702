package hooks_test

// What the board asks beside cases, over HTTP: phones and how they stand, who could go, what
// is the same matter, what waits.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"xuncha/hooks"
	"xuncha/hooks/store/desk"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// phonesOf are the phones that a desk sees, by their user.
func (f field) phonesOf(t *testing.T, token string) map[string]map[string]any {
	t.Helper()
	status, body := f.h.Do("GET", "/api/dispatch/phones", token, nil)
	if status != http.StatusOK {
		t.Fatalf("phones: %d %v", status, body)
	}
	out := map[string]map[string]any{}
	for _, item := range body["items"].([]any) {
		p := item.(map[string]any)
		out[p["user"].(string)] = p
	}
	return out
}

func alarms(p map[string]any) (codes []string) {
	for _, c := range p["alarm"].([]any) {
		codes = append(codes, c.(string))
	}
	return codes
}

func TestADeskSeesHowPhonesStandAndIsAlarmed(t *testing.T) {
	f := inFieldWith(t, hooks.Config{Now: time.Now, Phones: desk.Limits{Unsent: 2 * time.Hour}})
	now := time.Now()
	at := func(d time.Duration) sync.Stamp { return sync.Stamp(now.Add(d).Format(time.RFC3339)) }
	f.pa.Says = &sync.Phone{Unsent: 3, OldestUnsentAt: at(-time.Hour), At: at(0), StorageFree: 8 << 30, Battery: 0.4}
	f.pb.Says = &sync.Phone{
		Unsent: 12, OldestUnsentAt: at(-3*time.Hour + 20*time.Minute), At: at(20 * time.Minute), StorageFree: 50 << 20,
		Errors: []sync.PhoneError{{Code: "evidence_locked", N: 2}},
	}
	f.sync(t, f.pa, f.pb)
	phones := f.phonesOf(t, f.dispatcher.Token)
	a, b := phones[f.a.ID], phones[f.b.ID]
	if a["unsent"] != 3.0 || len(alarms(a)) != 0 || a["battery"] != 0.4 || a["name"] != "李强" {
		t.Errorf("%v", a)
	}
	// By its own clock, which is 20 minutes fast, the oldest has waited for three hours.
	if got := alarms(b); !slices.Equal(got, []string{desk.AlarmUnsent, desk.AlarmClock, desk.AlarmStorage, desk.AlarmErrors}) {
		t.Errorf("%v", b)
	}
	if skew := b["skew_ms"].(float64); skew < 19*60_000 || skew > 21*60_000 {
		t.Errorf("its clock is %v ms off", skew)
	}
	_, inbox := f.h.Do("GET", "/api/dispatch/inbox", f.dispatcher.Token, nil)
	if counts := inbox["counts"].(map[string]any); counts["phones"] != 1.0 || counts["phones_total"] != 2.0 {
		t.Errorf("%v", inbox)
	}
	// A phone that says nothing of itself any more keeps what it said; another desk sees neither.
	f.pb.Says = nil
	f.sync(t, f.pb)
	if b := f.phonesOf(t, f.dispatcher.Token)[f.b.ID]; b["unsent"] != 12.0 {
		t.Errorf("%v", b)
	}
	if theirs := f.phonesOf(t, f.them.Token); len(theirs) != 0 {
		t.Errorf("another agency sees %v", theirs)
	}
	if status, _ := f.h.Do("GET", "/api/dispatch/phones", f.a.Token, nil); status != http.StatusForbidden {
		t.Errorf("an inspector: %d", status)
	}
}

// What a phone holds of somebody who is gone is no less work; it is wiped at its next contact.
func TestAPhoneOfWhoIsDisabledStandsOnTheListUntilItWasWiped(t *testing.T) {
	f := inField(t)
	f.pa.Says = &sync.Phone{Unsent: 3}
	f.sync(t, f.pa)
	if p := f.phonesOf(t, f.dispatcher.Token)[f.a.ID]; p["disabled"] != false {
		t.Errorf("%v", p)
	}
	set(t, f.h, "users", f.a.ID, map[string]any{"disabled_at": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
	if p := f.phonesOf(t, f.dispatcher.Token)[f.a.ID]; p == nil || p["disabled"] != true || p["unsent"] != 3.0 {
		t.Errorf("%v", p)
	}
	f.sync(t, f.pa)
	if p := f.phonesOf(t, f.dispatcher.Token)[f.a.ID]; p != nil {
		t.Errorf("it was wiped: %v", p)
	}
}

// Clients with a protocol of their own tell it by a request of its own; what cannot be read is
// left out, and a sync never fails for it.
func TestWhatAPhoneSaysOfItselfNeverStopsItsWork(t *testing.T) {
	f := inField(t)
	body := map[string]any{"client": map[string]any{"id": "rxdb-1", "app": "field/2"}, "phone": map[string]any{"unsent": "many", "battery": 7, "storage_free": 1e9, "position": []int{1}}}
	if status, said := f.h.Do("POST", "/api/devices/report", f.a.Token, body); status != http.StatusNoContent {
		t.Fatalf("%d %v", status, said)
	}
	p := f.phonesOf(t, f.dispatcher.Token)[f.a.ID]
	if p == nil {
		t.Fatal("the phone is not shown")
	}
	for name, body := range map[string]any{"no client": map[string]any{"phone": map[string]any{}}, "no phone": map[string]any{"client": map[string]any{"id": "x"}}} {
		if status, said := f.h.Do("POST", "/api/devices/report", f.a.Token, body); status != http.StatusBadRequest || said["code"] != "client_invalid" {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
	for _, says := range []string{`"x"`, `{"unsent":-1,"errors":5,"at":7,"oldest_unsent_at":{}}`, `null`, `[]`} {
		request := fmt.Sprintf(`{"client":{"id":"01HZZZZZZZZZZZZZZZZZZZZZZZ","app":"t","schema":1},"epoch":"","cursor":"","push":[],"pull":{"limit":1},"phone":%s}`, says)
		if status, data := f.h.Raw("POST", "/api/sync", map[string]string{"Authorization": f.a.Token, "Content-Type": "application/json"}, strings.NewReader(request)); status != http.StatusOK {
			t.Errorf("%s: %d %s", says, status, data)
		}
	}
}

func TestWhereSomebodyIsIsKeptWhileHeIsOnDutyAndShownToDispatchersOnly(t *testing.T) {
	f := inField(t)
	f.pa.Says = &sync.Phone{Position: []byte(`{"lon":116.41,"lat":39.91,"accuracy_m":12}`)}
	f.sync(t, f.pa)
	of := func(token, id string) any {
		_, body := f.h.Do("GET", "/api/inspectors", token, nil)
		for _, item := range body["items"].([]any) {
			if p := item.(map[string]any); p["id"] == id {
				return p["position"]
			}
		}
		t.Fatalf("inspector %s is not listed: %v", id, body)
		return nil
	}
	if at, ok := of(f.dispatcher.Token, f.a.ID).(map[string]any); !ok || at["lon"] != 116.41 || at["age_s"].(float64) > 60 {
		t.Errorf("the dispatcher sees %v", at)
	}
	supervisor := f.h.User("supervisor", f.here, "吴静")
	if at := of(supervisor.Token, f.a.ID); at != nil {
		t.Errorf("a supervisor sees %v", at)
	}
	r, err := f.h.App.FindRecordById("users", f.a.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.Set("on_duty", false)
	if err := f.h.App.Save(r); err != nil {
		t.Fatal(err)
	}
	f.sync(t, f.pa) // his phone goes on saying where it is
	if at := of(f.dispatcher.Token, f.a.ID); at != nil {
		t.Errorf("off duty he is at %v", at)
	}
	var kept int
	if err := f.h.App.DB().NewQuery("SELECT count(*) FROM phones WHERE position <> ''").Row(&kept); err != nil || kept != 0 {
		t.Errorf("%d positions are kept, %v", kept, err)
	}
}

func TestWhoShouldGoIsSaidWithReasonsAndWhoCannotToo(t *testing.T) {
	f := inField(t)
	far := f.h.User("inspector", f.here, "远明")
	f.pa.Says = &sync.Phone{Position: []byte(`{"lon":116.391,"lat":39.871,"accuracy_m":12}`)}
	f.pb.Says = &sync.Phone{Position: []byte(`{"lon":116.45,"lat":39.93,"accuracy_m":12}`)}
	pf := phone.New(f.h.URL, far.Token)
	pf.Says = &sync.Phone{Position: []byte(`{"lon":116.9,"lat":40.2,"accuracy_m":12}`)}
	f.sync(t, f.pa, f.pb, pf)
	id := f.h.Case(f.here, "990101", "2026-990101-000777")
	c, err := f.h.App.FindRecordById("cases", id)
	if err != nil {
		t.Fatal(err)
	}
	c.Set("location", map[string]any{"lon": 116.39, "lat": 39.87})
	if err := f.h.App.SaveWithContext(house.Seeding(t), c); err != nil {
		t.Fatal(err)
	}
	act(t, f.h, f.dispatcher, id, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101", "urgent": false})
	status, offer := f.h.Do("GET", "/api/cases/"+id+"/candidates", f.dispatcher.Token, nil)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, offer)
	}
	list := offer["candidates"].([]any)
	first := list[0].(map[string]any)
	if len(list) != 3 || first["user"] != f.a.ID || !slices.Contains(first["reasons"].([]any), any("nearest")) || first["name"] != "李强" {
		t.Errorf("%v", offer)
	}
	team := offer["team"].(map[string]any)
	if team["lead"] != f.a.ID || team["second"] != f.b.ID {
		t.Errorf("the team is %v", team)
	}
	// The plan for many, and that nothing is saved by asking.
	status, plan := f.h.Do("POST", "/api/dispatch/propose", f.dispatcher.Token, map[string]any{"cases": []string{id}})
	if status != http.StatusOK || len(plan["plan"].([]any)) != 1 {
		t.Fatalf("%d %v", status, plan)
	}
	one := plan["plan"].([]any)[0].(map[string]any)
	if one["lead"] != f.a.ID || len(one["inspectors"].([]any)) != 2 || one["due"] == "" {
		t.Errorf("%v", one)
	}
	if _, file := f.h.Do("GET", "/api/cases/"+id, f.dispatcher.Token, nil); file["case"].(map[string]any)["status"] != "accepted" {
		t.Errorf("%v", file["case"])
	}
	// As it was proposed it is admitted.
	act(t, f.h, f.dispatcher, id, "assign", map[string]any{"inspectors": []string{f.a.ID, f.b.ID}, "lead": f.a.ID, "due": one["due"]})
	status, day := f.h.Do("GET", "/api/inspectors/"+f.a.ID+"/route", f.dispatcher.Token, nil)
	if status != http.StatusOK || len(day["stops"].([]any)) != 2 {
		t.Errorf("%d %v", status, day)
	}
	for path, token := range map[string]string{
		"/api/cases/" + id + "/candidates": f.them.Token, "/api/inspectors/" + f.a.ID + "/route": f.them.Token,
	} {
		if status, said := f.h.Do("GET", path, token, nil); status != http.StatusNotFound {
			t.Errorf("another agency, %s: %d %v", path, status, said)
		}
	}
	if status, said := f.h.Do("POST", "/api/dispatch/propose", f.them.Token, map[string]any{"cases": []string{id}}); status != http.StatusNotFound {
		t.Errorf("another agency proposes: %d %v", status, said)
	}
}

func TestAnAssignmentIsUndoneAsLongAsNobodyHasArrived(t *testing.T) {
	f := inField(t)
	act(t, f.h, f.dispatcher, f.mine, "unassign", map[string]any{"reason": "派错了人"})
	f.sync(t, f.pa)
	if n := len(f.pa.Rows("cases")); n != 0 {
		t.Errorf("the phone still has %d cases", n)
	}
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{f.a.ID, f.b.ID}, "due": soon()})
	f.sync(t, f.pa)
	if v := f.view(t, f.pa); v["case"] != f.mine {
		t.Errorf("the visit is another one: %v", v)
	}
}

func TestWhatMayBeTheSameMatterIsShownWhereItIsDecided(t *testing.T) {
	f := inField(t)
	id := f.h.Case(f.here, "990101", "2026-990101-000778") // the same place, words and days as f.mine
	var items []any
	waitFor(t, "the twin", func() bool {
		_, body := f.h.Do("GET", "/api/cases/"+id+"/duplicates", f.dispatcher.Token, nil)
		items, _ = body["items"].([]any)
		return len(items) > 0
	})
	twin := items[0].(map[string]any)
	if twin["case"] != f.mine || twin["kind"] != "same_matter" || twin["score"].(float64) < 0.9 || twin["distance_m"].(float64) > 1 {
		t.Errorf("%v", twin)
	}
	reviewer := f.h.User("reviewer", f.here, "孙立")
	for token, want := range map[string]int{f.them.Token: http.StatusNotFound, f.a.Token: http.StatusForbidden, reviewer.Token: http.StatusForbidden} {
		if status, said := f.h.Do("GET", "/api/cases/"+id+"/duplicates", token, nil); status != want {
			t.Errorf("%d %v", status, said)
		}
	}
}

func TestTheInboxListsWhatWaitsForARole(t *testing.T) {
	f := inField(t)
	id := f.h.Case(f.here, "990101", "2026-990101-000779")
	status, body := f.h.Do("GET", "/api/dispatch/inbox/triage", f.dispatcher.Token, nil)
	items := body["items"].([]any)
	if status != http.StatusOK || len(items) != 1 || items[0].(map[string]any)["id"] != id || body["total"] != 1.0 {
		t.Errorf("%d %v", status, body)
	}
	for path, want := range map[string]string{"triage?page=0": "filter_bad", "nothing": "not_found"} {
		if _, said := f.h.Do("GET", "/api/dispatch/inbox/"+path, f.dispatcher.Token, nil); said["code"] != want {
			t.Errorf("%s: %v", path, said)
		}
	}
	for _, queue := range []string{"uncertain", "overdue", "due_soon", "objected", "flagged", "replying"} {
		if status, body := f.h.Do("GET", "/api/dispatch/inbox/"+queue, f.dispatcher.Token, nil); status != http.StatusOK || body["total"] != 0.0 {
			t.Errorf("%s: %d %v", queue, status, body)
		}
	}
}

// crowd writes 250 cases like another one straight into the table, all at one place.
const crowd = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
	INSERT INTO cases (id, number, status, round, source, agency, division_code, pollution_types, title, text, text_length, location, identity_mode, received_at, due_strict, supervision_level, seq)
	SELECT printf('%s%011d', {:name}, i), printf('2026-%s-%06d', {:name}, i), {:status}, 1, c.source, c.agency, c.division_code, c.pollution_types, c.title, c.text, c.text_length, {:place},
		c.identity_mode, {:received}, c.due_strict, 'none', c.seq FROM n, cases c WHERE c.id = {:id}`

// The same site has hundreds of cases, most of them over: the twin is among those that are looked at.
func TestATwinIsFoundAmongHundredsOfCasesAround(t *testing.T) {
	f := inField(t)
	id := f.h.Case(f.here, "990101", "2026-990101-000778") // the same place, words and days as f.mine
	for _, c := range []dbx.Params{
		{"name": "0000", "status": "closed", "received": "2020-01-01T01:00:00.000Z", "place": `{"lon":116.4,"lat":39.9}`},
		{"name": "0001", "status": "accepted", "received": "2026-11-20T01:00:00.000Z", "place": `{"lon":116.399,"lat":39.901}`}, // 140 m away, the first in the order of the map
	} {
		c["id"] = id
		if _, err := f.h.App.NonconcurrentDB().NewQuery(crowd).Bind(c).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	f.h.User("dispatcher", f.h.Agency("新局", "990103"), "新") // the map is read anew
	waitFor(t, "the crowd to be on the map", func() bool {
		_, body := f.h.Do("POST", "/api/cases/select", f.dispatcher.Token, map[string]any{"polygon": allChina})
		n, _ := body["total"].(float64)
		return n >= 500
	})
	_, body := f.h.Do("GET", "/api/cases/"+id+"/duplicates", f.dispatcher.Token, nil)
	if items := body["items"].([]any); !slices.ContainsFunc(items, func(item any) bool { return item.(map[string]any)["case"] == f.mine }) {
		t.Errorf("%v", items)
	}
}
