package hooks_test

// The log of reveals over HTTP: who watches over it sees who looked, within his range.

import (
	"net/http"
	"testing"

	"xuncha/casework"
)

func TestWhoAskedWhoComplainedIsReadWithinTheRange(t *testing.T) {
	r := newRights(t)
	filed := func(lon float64) string {
		status, body := r.h.Do("POST", "/api/complaints", "", map[string]any{
			"text": "工厂夜间排放刺鼻气味，求处理", "source": "web", "pollution_types": []string{"odour"}, "address": "化工路3号",
			"location": map[string]any{"lon": lon, "lat": 39.9, "crs": "wgs84"}, "identity_mode": "contact_only", "contact": map[string]any{"phone": "13900001111"},
		})
		if status != http.StatusCreated {
			t.Fatalf("%d %v", status, body)
		}
		row, err := r.h.App.FindFirstRecordByData("complaints", "number", body["number"])
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.h.App.FindRecordById("cases", row.GetString("case"))
		if err != nil {
			t.Fatal(err)
		}
		set(t, r.h, "cases", c.Id, map[string]any{"division_code": "990101", "agency": r.here})
		return row.Id
	}
	complaint := filed(116.4)
	reason := "核实现场位置，需要联系举报人"
	if status, body := r.h.Do("POST", "/api/complaints/"+complaint+"/reveal", r.users[casework.Dispatcher].Token, map[string]any{"reason": reason}); status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	elsewhere := r.h.User("admin", r.there, "冯静")
	above := r.h.User("supervisor", r.h.Agency("云川市局", "990100"), "孙正")
	for name, c := range map[string]struct {
		token string
		n     int
	}{
		"the administrator": {r.users[casework.Admin].Token, 1}, "the supervisor": {r.users[casework.Supervisor].Token, 1},
		"the city's supervisor": {above.Token, 1}, "the other county's administrator": {elsewhere.Token, 0},
	} {
		status, body := r.h.Do("GET", "/api/reveals", c.token, nil)
		items, _ := body["items"].([]any)
		if status != http.StatusOK || len(items) != c.n || body["more"] != false || body["per_page"] != 50.0 {
			t.Errorf("%s: %d %v", name, status, body)
		}
		if c.n == 0 || len(items) == 0 {
			continue
		}
		one := items[0].(map[string]any)
		if one["actor"] != r.users[casework.Dispatcher].ID || one["actor_name"] != "近dispatcher" || one["reason"] != reason || one["number"] == "" || one["at"] == "" {
			t.Errorf("%s: %v", name, one)
		}
	}
	for role, want := range map[casework.Role]int{
		casework.Intake: 403, casework.Dispatcher: 403, casework.Inspector: 403, casework.Reviewer: 403, casework.Admin: 200, casework.Supervisor: 200,
	} {
		if status, body := r.h.Do("GET", "/api/reveals", r.users[role].Token, nil); status != want {
			t.Errorf("%s: %d %v", role, status, body)
		}
	}
	if status, body := r.h.Do("GET", "/api/reveals?page=0", r.users[casework.Admin].Token, nil); status != 400 || body["code"] != "filter_bad" {
		t.Errorf("%d %v", status, body)
	}
	clean(t, r.h)
}

func TestTheLogOfRevealsIsLeafedThroughFromTheLatest(t *testing.T) {
	r := newRights(t)
	for i := range 60 {
		r.h.Record("reveals", map[string]any{
			"complaint": "c", "case": r.mine, "actor": r.users[casework.Dispatcher].ID, "actor_role": "dispatcher", "reason": "核实",
			"at": "2026-11-20T01:" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + ":00.000Z",
		})
	}
	token := r.users[casework.Admin].Token
	_, first := r.h.Do("GET", "/api/reveals", token, nil)
	_, second := r.h.Do("GET", "/api/reveals?page=2", token, nil)
	a, b := first["items"].([]any), second["items"].([]any)
	if len(a) != 50 || first["more"] != true || len(b) != 10 || second["more"] != false {
		t.Fatalf("%d, %v; %d, %v", len(a), first["more"], len(b), second["more"])
	}
	if at := a[0].(map[string]any)["at"]; at != "2026-11-20T01:59:00.000Z" {
		t.Errorf("the first is of %v", at)
	}
	if at := b[9].(map[string]any)["at"]; at != "2026-11-20T01:00:00.000Z" {
		t.Errorf("the last is of %v", at)
	}
}
