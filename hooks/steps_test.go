package hooks_test

// Actions over HTTP: the same one twice, one of somebody else's case, and what moves a case
// beside them.

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"xuncha/internal/house"
)

const actionsPath = "/api/collections/actions/records"

func (p pair) count(t *testing.T, table, where string) (n int) {
	t.Helper()
	if err := p.h.App.DB().NewQuery("SELECT count(*) FROM " + table + " WHERE " + where).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheSameActionTwiceIsOne(t *testing.T) {
	p := twoAgencies(t)
	body := map[string]any{"id": "Note000000000000001", "case": p.mine, "name": "note", "args": map[string]any{"text": "已联系"}}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if status, answer := p.h.Do("POST", actionsPath, p.dispatcher.Token, body); status != http.StatusOK || answer["outcome"] != "applied" {
				t.Errorf("one of eight at once: %d %v", status, answer)
			}
		})
	}
	wait.Wait()
	body["id"] = strings.ToLower(body["id"].(string))
	if status, answer := p.h.Do("POST", actionsPath, p.dispatcher.Token, body); status != http.StatusOK || answer["id"] != "Note000000000000001" {
		t.Errorf("the same id in other letters: %d %v", status, answer)
	}
	body["args"] = map[string]any{"text": "未联系"}
	if status, answer := p.h.Do("POST", actionsPath, p.dispatcher.Token, body); status != http.StatusConflict || answer["code"] != "id_taken" {
		t.Errorf("other content: %d %v", status, answer)
	}
	if n := p.count(t, "actions", "1"); n != 1 {
		t.Errorf("%d actions", n)
	}
}

func TestWhatAPhoneDidOnACaseThatIsNotItsUsersIsKept(t *testing.T) {
	p := twoAgencies(t)
	li := p.h.User("inspector", p.here, "李强")
	body := map[string]any{"id": "Arrive00000000001", "name": "note", "args": map[string]any{"text": "我到了"}}
	for _, caseID := range []string{p.mine, p.yours, "case0000unknown1"} {
		body["case"], body["device"] = caseID, ""
		if status, answer := p.h.Do("POST", actionsPath, li.Token, body); status != http.StatusNotFound || answer["code"] != "case_unknown" {
			t.Errorf("from a board: %d %v", status, answer)
		}
	}
	before := p.count(t, "held_edits", "1")
	for range 2 {
		body["device"], body["case"] = "01JD0000000000000000000001", p.yours
		status, answer := p.h.Do("POST", actionsPath, li.Token, body)
		if status != http.StatusOK || answer["outcome"] != "needs_review" || answer["code"] != "not_in_scope" || answer["seq"].(float64) == 0 {
			t.Errorf("from a phone: %d %v", status, answer)
		}
	}
	if n := p.count(t, "held_edits", "kind = 'action' AND state = 'open' AND author = '"+li.ID+"'"); n != 1 || before != 0 {
		t.Errorf("%d rows are held, %d before", n, before)
	}
	if n := p.count(t, "actions", "1"); n != 0 {
		t.Errorf("%d actions", n)
	}
	clean(t, p.h)
}

func TestAnArrivalWithoutAPlaceOnEarthIsNone(t *testing.T) {
	f := inField(t)
	args := map[string]any{"inspection": f.visit, "officers": []string{f.a.ID, f.b.ID}, "certificate_shown": true}
	for name, position := range map[string]any{"none": nil, "empty": map[string]any{}, "a word": "abc", "off the globe": map[string]any{"lon": 999, "lat": 999}} {
		status, answer := f.h.Do("POST", actionsPath, f.a.Token, map[string]any{"case": f.mine, "name": "arrive", "args": args, "position": position})
		if status != http.StatusConflict || answer["code"] != "position_missing" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

func TestNobodyMovesACaseBesideItsActions(t *testing.T) {
	p := twoAgencies(t)
	path := "/api/collections/cases/records"
	root := p.h.Root()
	for field, value := range map[string]any{
		"status": "closed", "agency": p.there, "due_strict": "2030-01-01", "round": 7, "inspectors": []string{"x"}, "primary": p.yours,
		"outcome": "substantiated", "extended": true, "text": "另一件事", "repeat_count": 3,
	} {
		if status, answer := p.h.Do("PATCH", path+"/"+p.mine, root, map[string]any{field: value}); status != http.StatusConflict || answer["code"] != "status_locked" {
			t.Errorf("%s: %d %v", field, status, answer)
		}
	}
	if status, answer := p.h.Do("PATCH", path+"/"+p.mine, root, map[string]any{"recused": []string{p.dispatcher.ID}}); status != http.StatusOK {
		t.Errorf("who is recused: %d %v", status, answer)
	}
	if status, answer := p.h.Do("POST", path, root, map[string]any{"number": "2026-9", "status": "closed"}); status != http.StatusConflict {
		t.Errorf("a case born closed: %d %v", status, answer)
	}
	clean(t, p.h)
}

func TestMergedCasesAreCountedAndFollowedToTheEnd(t *testing.T) {
	h := openHall(t, unlimited)
	var ids []string
	for range 3 {
		ids = append(ids, h.file(h.intake.Token, complaint()).caseID)
	}
	a, b, c := ids[0], ids[1], ids[2]
	h.act(h.dispatcher, a, "merge", map[string]any{"primary": b})
	h.act(h.dispatcher, b, "merge", map[string]any{"primary": c})
	repeats := func(id string) float64 {
		status, file := h.Do("GET", "/api/cases/"+id, h.dispatcher.Token, nil)
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, file)
		}
		return file["case"].(map[string]any)["repeat_count"].(float64)
	}
	if repeats(b) != 1 || repeats(c) != 1 || repeats(a) != 0 {
		t.Errorf("repeats %v %v %v", repeats(a), repeats(b), repeats(c))
	}
	_, file := h.Do("GET", "/api/cases/"+c, h.dispatcher.Token, nil)
	if n := len(file["complaints"].([]any)); n != 3 {
		t.Errorf("the file of the last holds %d complaints of 3", n)
	}
	h.act(h.dispatcher, b, "unmerge", map[string]any{})
	if repeats(c) != 0 {
		t.Errorf("%v after the unmerge", repeats(c))
	}
	clean(t, h.House)
}

func TestATownsCasesAreItsCountys(t *testing.T) {
	p := twoAgencies(t)
	admin := p.h.User("admin", p.here, "钱进")
	town := p.h.Agency("甲县城关所", "990101001")
	clerk := p.h.User("dispatcher", town, "周全")
	act(t, p.h, p.dispatcher, p.mine, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101001", "urgent": false})
	for _, u := range []house.User{p.dispatcher, clerk} {
		if status, body := p.h.Do("GET", "/api/cases/"+p.mine, u.Token, nil); status != http.StatusOK {
			t.Errorf("%s: %d %v", u.Name, status, body)
		}
	}
	if status, body := p.h.Do("PATCH", "/api/collections/users/records/"+clerk.ID, admin.Token, map[string]any{"on_duty": false}); status != http.StatusOK {
		t.Errorf("the county's administrator: %d %v", status, body)
	}
	if status, _ := p.h.Do("GET", "/api/cases/"+p.mine, p.them.Token, nil); status != http.StatusNotFound {
		t.Errorf("the neighbour: %d", status)
	}
	other := p.h.Case(p.here, "990101", "2026-000009")
	status, body := p.h.Do("POST", actionsPath, p.dispatcher.Token, map[string]any{
		"case": other, "name": "accept", "args": map[string]any{"types": []string{"air"}, "division_code": "990102"},
	})
	if status != http.StatusConflict || body["code"] != "division_elsewhere" {
		t.Errorf("a case accepted into another county: %d %v", status, body)
	}
}

func TestACaseIsHandedToAnAgencyThereIs(t *testing.T) {
	p := twoAgencies(t)
	city := p.h.Agency("云川市局", "990100")
	for name, c := range map[string]struct {
		target, mode, code string
	}{
		"to nobody": {"agency00unknown1", "hand_over", "transfer_target_unknown"},
		"up":        {city, "assign_down", "transfer_target_above"},
		"sideways":  {p.there, "assign_down", "transfer_target_above"},
	} {
		status, body := p.h.Do("POST", actionsPath, p.dispatcher.Token, map[string]any{
			"case": p.mine, "name": "transfer", "args": map[string]any{"target": c.target, "mode": c.mode, "feedback_due": soon()},
		})
		if status != http.StatusConflict || body["code"] != c.code {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	act(t, p.h, p.dispatcher, p.mine, "transfer", map[string]any{"target": p.there, "mode": "forward", "feedback_due": soon()})
}
