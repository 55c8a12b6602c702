package hooks_test

// The lists and files of cases over HTTP: filters, pages, and scope.

import (
	"net/http"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/internal/house"
)

type pair struct {
	h                *house.House
	here, there      string // agencies
	mine, yours      string // cases
	dispatcher, them house.User
}

// twoAgencies are two counties with a case each.
func twoAgencies(t *testing.T) pair { return twoAgenciesWith(t, hooks.Config{Now: time.Now}) }

func twoAgenciesWith(t *testing.T, cfg hooks.Config) pair {
	t.Parallel()
	p := pair{h: house.With(t, t.TempDir(), cfg)}
	p.here, p.there = p.h.Agency("甲县分局", "990101"), p.h.Agency("乙县分局", "990102")
	p.mine, p.yours = p.h.Case(p.here, "990101", "2026-000001"), p.h.Case(p.there, "990102", "2026-000002")
	p.dispatcher, p.them = p.h.User("dispatcher", p.here, "王丽"), p.h.User("dispatcher", p.there, "赵敏")
	return p
}

func TestADeskSeesTheCasesOfItsOwnRangeOnly(t *testing.T) {
	p := twoAgencies(t)
	city := p.h.User("reviewer", p.h.Agency("云川市局", "990100"), "孙正")
	for _, c := range []struct {
		user house.User
		want int
	}{{p.dispatcher, 1}, {p.them, 1}, {city, 2}, {p.h.User("inspector", p.here, "李强"), 0}} {
		status, body := p.h.Do("GET", "/api/cases", c.user.Token, nil)
		if status != http.StatusOK || body["total"].(float64) != float64(c.want) {
			t.Errorf("%s: %d %v, want %d cases", c.user.Name, status, body, c.want)
		}
	}
	if status, body := p.h.Do("GET", "/api/cases/"+p.yours, p.dispatcher.Token, nil); status != 404 || body["code"] != "case_unknown" {
		t.Errorf("a foreign case: %d %v", status, body)
	}
	if status, body := p.h.Do("GET", "/api/cases/"+p.mine, p.dispatcher.Token, nil); status != 200 || body["case"].(map[string]any)["number"] != "2026-000001" {
		t.Errorf("an own case: %d %v", status, body)
	}
}

func TestFiltersNarrowAndWrongOnesAreNamed(t *testing.T) {
	p := twoAgencies(t)
	for query, want := range map[string]int{
		"status=registered": 1, "status=closed,registered": 1, "status=closed": 0, "type=air": 1, "type=noise": 0, "type=noise,air": 1, "source=web,letter": 1,
		"q=刺鼻": 1, "q=2026-0000": 1, "q=%25": 0, "overdue=false": 1, "urgent=true": 0, "due_to=2026-12-05": 1, "due_to=2026-12-04": 0,
		"received_from=2026-11-20&received_to=2026-11-20": 1, "received_from=2026-11-21": 0, "page=2": 1, "sort=-due_strict": 1,
		"inspector=" + p.dispatcher.ID: 0, "leader_in_charge=false": 1,
	} {
		status, body := p.h.Do("GET", "/api/cases?"+query, p.dispatcher.Token, nil)
		if status != http.StatusOK || body["total"].(float64) != float64(want) {
			t.Errorf("%s: %d %v, want %d", query, status, body, want)
		}
	}
	for _, query := range []string{
		"status=done", "colour=red", "page=0", "per_page=201", "sort=text", "due_to=soon", "overdue=maybe",
		"type=smell", "source=fax", "outcome=fine", "supervision_level=high", "type=air&type=noise",
	} {
		status, body := p.h.Do("GET", "/api/cases?"+query, p.dispatcher.Token, nil)
		if status != http.StatusBadRequest || body["code"] != "filter_bad" || body["detail"] == "" {
			t.Errorf("%s: %d %v", query, status, body)
		}
	}
}

func TestNobodyReadsCasesWithoutARole(t *testing.T) {
	p := twoAgencies(t)
	for name, c := range map[string]struct {
		token, code string
		status      int
	}{
		"no token":         {"", "unauthorized", 401},
		"a wrong token":    {"abc", "unauthorized", 401},
		"an administrator": {p.h.User("admin", p.here, "钱进").Token, "forbidden", 403},
	} {
		for _, path := range []string{"/api/cases", "/api/cases/" + p.mine} {
			if status, body := p.h.Do("GET", path, c.token, nil); status != c.status || body["code"] != c.code {
				t.Errorf("%s at %s: %d %v", name, path, status, body)
			}
		}
	}
}

func TestAStatusMovesByActionsOnly(t *testing.T) {
	p := twoAgencies(t)
	r, err := p.h.App.FindRecordById("cases", p.mine)
	if err != nil {
		t.Fatal(err)
	}
	r.Set("status", "closed")
	if err := p.h.App.Save(r); err == nil {
		t.Fatal("the status was changed without an action")
	}
	if err := p.h.App.Delete(r); err == nil {
		t.Fatal("a case was deleted")
	}
}
