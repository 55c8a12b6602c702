package hooks_test

// The rights table over HTTP: every role at every collection and at every route of ours.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"xuncha/casework"
	"xuncha/internal/house"
)

// rights is a house with one user of each role in one county, and records near and far.
type rights struct {
	pair
	users map[casework.Role]house.User
	far   house.User // of the other county
	n     int
	year  int // of holidays, each once
	rule  int
}

var roles = []casework.Role{
	casework.Intake, casework.Dispatcher, casework.Inspector, casework.Reviewer, casework.Supervisor, casework.Admin,
}

func newRights(t *testing.T) *rights {
	r := &rights{pair: twoAgencies(t), users: map[casework.Role]house.User{}}
	for _, role := range roles {
		r.users[role] = r.h.User(string(role), r.here, "近"+string(role))
	}
	r.far = r.h.User("inspector", r.there, "远")
	return r
}

// target is a record that somebody reaches for.
type target struct {
	id   string
	near bool // in the asker's own county, or the asker's own
	self bool // it is the asker
}

// targets makes the records of a collection that a role reaches for.
func (r *rights) targets(collection string, role casework.Role) []target {
	user := r.users[role]
	r.n++
	switch collection {
	case "users":
		peer := r.users[casework.Inspector]
		if role == casework.Inspector {
			peer = r.users[casework.Reviewer]
		}
		return []target{{user.ID, true, true}, {peer.ID, true, false}, {r.far.ID, false, false}}
	case "agencies":
		return []target{{r.here, true, false}, {r.there, false, false}}
	case "cases":
		return []target{{r.mine, true, false}}
	case "actions":
		note := act(r.h.T, r.h, r.dispatcher, r.mine, "note", map[string]any{"text": "记录"})
		return []target{{note["id"].(string), true, false}}
	case "devices":
		own := r.h.Record("devices", map[string]any{"user": user.ID, "channel": "fcm", "token": fmt.Sprintf("own-%d", r.n)})
		other := r.h.Record("devices", map[string]any{"user": r.far.ID, "channel": "fcm", "token": fmt.Sprintf("other-%d", r.n)})
		return []target{{own.Id, true, false}, {other.Id, false, false}}
	}
	body := r.body(collection, role)
	if collection == "jurisdictions" { // a border comes by import, never by a request
		body["geometry"] = map[string]any{"secret": "geometry"}
	}
	return []target{{r.h.Record(collection, body).Id, true, false}}
}

// body is a valid record of a collection, as the role might send it.
func (r *rights) body(collection string, role casework.Role) map[string]any {
	r.n++
	switch collection {
	case "users":
		return map[string]any{
			"name": "新", "role": "inspector", "agency": r.here, "email": fmt.Sprintf("n%d@example.test", r.n),
			"password": house.Password, "passwordConfirm": house.Password,
		}
	case "agencies":
		return map[string]any{"name": "新机构", "division_code": "990101"}
	case "jurisdictions":
		return map[string]any{"name": "界", "division_code": "990101", "level": "town", "valid_from": "2026-01-01"}
	case "holidays":
		r.year++
		return map[string]any{"year": 2030 + r.year, "days": []any{}}
	case "deadline_rules":
		sources := casework.Process().Words["source"]
		r.rule++ // each of another source and step
		return map[string]any{
			"jurisdiction": "990101", "source": sources[r.rule%len(sources)].Code, "step": []string{"accept", "handle"}[r.rule/len(sources)],
			"number": 2, "unit": "working_day", "article": "甲县办理规程",
		}
	case "devices":
		return map[string]any{"user": r.users[role].ID, "channel": "fcm", "token": fmt.Sprintf("token-%d", r.n)}
	case "actions":
		return map[string]any{"case": r.mine, "name": "note", "args": map[string]any{"text": "记录"}}
	case "complaints":
		return map[string]any{"number": fmt.Sprintf("2099-%06d", r.n)}
	case "notifications":
		return map[string]any{"event": fmt.Sprint(r.n)}
	case "deliveries":
		return map[string]any{"notification": fmt.Sprint(r.n)}
	case "replies":
		return map[string]any{"case": fmt.Sprint(r.n)}
	case "evidence":
		return map[string]any{"case": r.mine, "sha256": sumOf([]byte{byte(r.n)})}
	}
	return map[string]any{}
}

var changes = map[string]map[string]any{
	"users": {"language": "en"}, "agencies": {"phone": "1"}, "jurisdictions": {"name": "新名"}, "holidays": {"days": []any{}},
	"deadline_rules": {"article": "甲县办理规程第三条"}, "devices": {"language": "en"},
}

// reached tells whether a reach of the table covers a target.
func reached(reach string, t target) bool {
	switch reach {
	case "all":
		return true
	case "self":
		return t.self
	case "subtree", "own", "case":
		return t.near
	}
	return false
}

func TestEveryRoleReachesWhatTheTableSays(t *testing.T) {
	r := newRights(t)
	collections := []string{}
	if err := r.h.App.DB().NewQuery("SELECT name FROM _collections WHERE system = 0").Column(&collections); err != nil || len(collections) < 20 {
		t.Fatal(collections, err)
	}
	cells := 0
	for _, collection := range collections {
		for _, role := range roles {
			token := r.users[role].Token
			path := "/api/collections/" + collection + "/records"
			reach := func(op string) string { return casework.Rights().Reach(role, collection, op) }
			check := func(op string, want bool, status int, body string) {
				cells++
				if got := status < 300; got != want {
					t.Errorf("%s, %s %s (reach %q): %d %.200s", role, op, collection, reach(op), status, body)
				}
			}
			for _, to := range r.targets(collection, role) {
				status, list := r.raw("GET", path+"?perPage=500", token, nil)
				seen := status == http.StatusOK && strings.Contains(list, `"id":"`+to.id+`"`)
				cells++
				if seen != reached(reach("list"), to) {
					t.Errorf("%s, list %s (reach %q): %d, seen %v of %+v", role, collection, reach("list"), status, seen, to)
				}
				if strings.Contains(list, "secret") || strings.Contains(list, "tokenKey") {
					t.Errorf("%s, list %s: a border or a secret is shown", role, collection)
				}
				status, body := r.raw("GET", path+"/"+to.id, token, nil)
				check("view", reached(reach("view"), to), status, body)
				if change, ok := changes[collection]; ok {
					status, body = r.raw("PATCH", path+"/"+to.id, token, change)
				} else {
					status, body = r.raw("PATCH", path+"/"+to.id, token, map[string]any{"name": "x"})
				}
				check("update", reached(reach("update"), to), status, body)
				status, body = r.raw("DELETE", path+"/"+to.id, token, nil)
				check("delete", reached(reach("delete"), to), status, body)
			}
			status, body := r.raw("POST", path, token, r.body(collection, role))
			if collection != "actions" { // what becomes of an action the process says
				check("create", reach("create") != "", status, body)
			}
			if status, body = r.raw("POST", path, "", r.body(collection, role)); status < 400 {
				t.Errorf("nobody creates %s: %d %.200s", collection, status, body)
			}
		}
	}
	t.Logf("%d cells", cells)
}

func (r *rights) raw(method, path, token string, body any) (int, string) {
	status, answer := r.h.Do(method, path, token, body)
	return status, fmt.Sprint(encoded(answer))
}

func TestNobodyWritesBeyondHisFieldsOrHisScope(t *testing.T) {
	r := newRights(t)
	dispatcher, admin := r.users[casework.Dispatcher], r.users[casework.Admin]
	self := "/api/collections/users/records/" + dispatcher.ID
	for name, c := range map[string]struct {
		method, path, token string
		body                map[string]any
		code                string
	}{
		"a dispatcher makes himself admin":       {"PATCH", self, dispatcher.Token, map[string]any{"role": "admin"}, "field_locked"},
		"a dispatcher moves to another agency":   {"PATCH", self, dispatcher.Token, map[string]any{"agency": r.there}, "field_locked"},
		"a dispatcher widens his scope":          {"PATCH", self, dispatcher.Token, map[string]any{"scope_from": "000000"}, "field_locked"},
		"an admin widens a scope":                {"PATCH", self, admin.Token, map[string]any{"scope_to": "999999"}, "field_locked"},
		"an admin moves a user out of his reach": {"PATCH", self, admin.Token, map[string]any{"agency": r.there}, "outside_scope"},
		"an admin gives an unknown role":         {"PATCH", self, admin.Token, map[string]any{"role": "boss"}, "role_unknown"},
		"an admin makes a user elsewhere": {"POST", "/api/collections/users/records", admin.Token, map[string]any{
			"name": "新", "role": "inspector", "agency": r.there, "email": "x@example.test", "password": house.Password, "passwordConfirm": house.Password,
		}, "outside_scope"},
		"an admin makes an agency elsewhere": {"POST", "/api/collections/agencies/records", admin.Token, map[string]any{"name": "甲", "division_code": "990102"}, "outside_scope"},
		"an action with an answer of its own": {"POST", "/api/collections/actions/records", dispatcher.Token, map[string]any{
			"case": r.mine, "name": "note", "args": map[string]any{"text": "x"}, "outcome": "applied",
		}, "field_locked"},
		"an action on a foreign case": {"POST", "/api/collections/actions/records", dispatcher.Token, map[string]any{"case": r.yours, "name": "note", "args": map[string]any{"text": "x"}}, "case_unknown"},
		"an action of no name":        {"POST", "/api/collections/actions/records", dispatcher.Token, map[string]any{"case": r.mine, "name": "fly"}, "unknown_action"},
	} {
		status, body := r.h.Do(c.method, c.path, c.token, c.body)
		if status < 400 || status >= 500 || body["code"] != c.code {
			t.Errorf("%s: %d %v, want %s", name, status, body, c.code)
		}
	}
	set(t, r.h, "users", dispatcher.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	for _, path := range []string{"/api/cases", "/api/devices"} {
		if status, body := r.h.Do("GET", path, dispatcher.Token, nil); status != http.StatusUnauthorized || body["code"] != "disabled" {
			t.Errorf("a disabled user at %s: %d %v", path, status, body)
		}
	}
	clean(t, r.h)
}

func TestWhoWritesIsSignedInAndEnabled(t *testing.T) {
	r := newRights(t)
	gone := r.h.User("dispatcher", r.here, "刘洋")
	set(t, r.h, "users", gone.ID, map[string]any{"disabled_at": "2026-11-24T00:00:00.000Z"})
	for _, collection := range []string{"actions", "users", "agencies", "deadline_rules", "devices", "cases"} {
		path := "/api/collections/" + collection + "/records"
		for method, path := range map[string]string{"POST": path, "PATCH": path + "/" + r.dispatcher.ID, "DELETE": path + "/" + r.dispatcher.ID} {
			for _, token := range []string{"", "no.token.atall"} {
				refused(t, r.h, method, path, house.User{Name: "nobody", Token: token}, r.body(collection, casework.Dispatcher), 401, "unauthorized")
			}
			refused(t, r.h, method, path, gone, r.body(collection, casework.Dispatcher), 401, "disabled")
		}
	}
	if status, body := r.h.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": gone.Email, "password": house.Password}); status != 401 || body["code"] != "disabled" {
		t.Errorf("a disabled user signs in: %d %v", status, body)
	}
}

func TestAnActionSentAgainIsTheSameAction(t *testing.T) {
	r := newRights(t)
	body := map[string]any{"id": "repeatedaction0001", "case": r.mine, "name": "note", "args": map[string]any{"text": "电话联系"}}
	var seq any
	for range 2 {
		status, answer := r.h.Do("POST", "/api/collections/actions/records", r.dispatcher.Token, body)
		if status != http.StatusOK || seq != nil && answer["seq"] != seq {
			t.Fatalf("%d %v", status, answer)
		}
		if _, shown := answer["content_hash"]; shown {
			t.Errorf("the server's own hash is shown: %v", answer)
		}
		seq = answer["seq"]
	}
	if status, answer := r.h.Do("POST", "/api/collections/actions/records", r.users[casework.Dispatcher].Token, body); status != http.StatusConflict || answer["code"] != "id_taken" {
		t.Errorf("by another: %d %v", status, answer)
	}
	body["args"] = map[string]any{"text": "别的内容"}
	if status, answer := r.h.Do("POST", "/api/collections/actions/records", r.dispatcher.Token, body); status != http.StatusConflict || answer["code"] != "id_taken" {
		t.Errorf("with other content: %d %v", status, answer)
	}
	body["id"] = `no'id__proto__"`
	if status, answer := r.h.Do("POST", "/api/collections/actions/records", r.dispatcher.Token, body); status != http.StatusBadRequest || answer["code"] == "" {
		t.Errorf("an id that is none: %d %v", status, answer)
	}
}

// asks is a request to each route that fails on nothing but the right to make it.
func (r *rights) asks(route string) (path string, body map[string]any) {
	switch route {
	case "POST /api/sync":
		return "", map[string]any{"client": map[string]any{"id": "01J0000000000000000000000X"}}
	case "POST /api/evidence/upload/":
		return "", nil
	}
	path = strings.TrimSpace(route[strings.Index(route, "/"):])
	path = strings.NewReplacer("{number}", "2026-000001", "{size}", "320", "{collection}", "cases").Replace(path)
	if strings.HasPrefix(path, "/api/cases/") {
		return strings.ReplaceAll(path, "{id}", r.mine), nil
	}
	return strings.ReplaceAll(path, "{id}", "aaaaaaaaaaaaaaa"), map[string]any{}
}

func TestEveryRoleMayUseTheRoutesThatTheTableSays(t *testing.T) {
	r := newRights(t)
	set(t, r.h, "cases", r.mine, map[string]any{"inspectors": []string{r.users[casework.Inspector].ID}})
	for _, route := range casework.Rights().Routes {
		if strings.HasSuffix(route.Route, "/stream") {
			continue // a stream has a test of its own
		}
		method, pattern, _ := strings.Cut(route.Route, " ")
		path, body := r.asks(route.Route)
		if path == "" {
			path = pattern
		}
		for _, role := range append([]casework.Role{casework.Public}, roles...) {
			status, answer := r.h.Do(method, path, r.users[role].Token, body)
			refused := status == http.StatusUnauthorized || status == http.StatusForbidden
			opens := slices.Contains(route.Who, casework.Public) || casework.Rights().Opens(role, route.Route)
			if byCode := slices.Contains(route.Who, casework.Complainant); byCode && !opens {
				continue // with number, code and phrase only, which tests of their own try
			}
			if opens == refused {
				t.Errorf("%s by %s: %d %v", route.Route, role, status, answer["code"])
			}
			if status >= 500 || status == http.StatusNotFound && answer["code"] == "not_found" {
				t.Errorf("%s by %s: %d %v", route.Route, role, status, answer)
			}
		}
	}
}
