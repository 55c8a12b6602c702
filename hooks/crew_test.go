package hooks_test

// Two desks that change who goes to one case: nobody overwrites what he has not seen.

import (
	"net/http"
	"testing"
	"time"

	"xuncha/internal/house"
	"xuncha/internal/phone"
)

func TestNobodyChangesACrewThatHeHasNotSeen(t *testing.T) {
	f := inField(t)
	third := f.h.User("inspector", f.here, "吴刚")
	other := f.h.User("dispatcher", f.here, "孙立")
	send := func(who house.User, name string, args map[string]any) (int, map[string]any) {
		return f.h.Do("POST", "/api/collections/actions/records", who.Token, map[string]any{"id": phone.ULID(time.Now()), "case": f.mine, "name": name, "args": args})
	}
	crew := func(seen []string, who ...string) map[string]any {
		return map[string]any{"inspectors": who, "due": soon(), "reason": "人手调整", "instead_of": seen}
	}
	first := []string{f.a.ID, f.b.ID}
	if status, said := send(f.dispatcher, "assign", crew(first, f.a.ID, third.ID)); status != http.StatusOK {
		t.Fatalf("%d %v", status, said)
	}
	if status, said := send(other, "assign", crew(first, f.b.ID, third.ID)); status != http.StatusConflict || said["code"] != "crew_changed" {
		t.Errorf("who had not seen it: %d %v", status, said)
	}
	if status, said := send(other, "assign", crew([]string{third.ID, f.a.ID}, f.b.ID, third.ID)); status != http.StatusOK {
		t.Errorf("who had seen it: %d %v", status, said)
	}
	mine := []string{f.a.ID, third.ID}
	for name, args := range map[string]map[string]any{"assign": crew(mine, first...), "unassign": {"reason": "撤销", "instead_of": mine}} {
		if status, said := send(f.dispatcher, name, args); status != http.StatusConflict || said["code"] != "crew_changed" {
			t.Errorf("%s takes back what another did since: %d %v", name, status, said)
		}
	}
}
