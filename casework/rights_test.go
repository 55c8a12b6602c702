// Tests of the rights table: it is whole, and says what the house has promised.

package casework_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"xuncha/casework"
)

var (
	staff      = []casework.Role{"intake", "dispatcher", "inspector", "reviewer", "supervisor", "admin"}
	operations = []string{"list", "view", "create", "update", "delete"}
)

func TestEveryRightNamesKnownRolesAndOperations(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range casework.Rights().Collections {
		for _, op := range r.May {
			for _, role := range r.Who {
				key := r.Collection + " " + op + " " + string(role)
				if seen[key] || !slices.Contains(operations, op) || !slices.Contains(staff, role) {
					t.Errorf("%s is unknown or stands twice", key)
				}
				seen[key] = true
			}
		}
	}
	for _, r := range casework.Rights().Routes {
		method, path, _ := strings.Cut(r.Route, " ")
		if !slices.Contains([]string{"GET", "POST", "DELETE"}, method) || !strings.HasPrefix(path, "/") || seen[r.Route] {
			t.Errorf("route %q is unknown or stands twice", r.Route)
		}
		seen[r.Route] = true
		for _, role := range r.Who {
			if !slices.Contains(append([]casework.Role{casework.Public, casework.Complainant}, staff...), role) {
				t.Errorf("%s: %q is nobody", r.Route, role)
			}
		}
	}
}

func TestNothingIsDeletedThroughTheApiButAnOwnDevice(t *testing.T) {
	for _, r := range casework.Rights().Collections {
		if slices.Contains(r.May, "delete") && (r.Collection != "devices" || r.Reach != "own") {
			t.Errorf("%s may be deleted", r.Collection)
		}
	}
}

func TestWhatIsNotNamedIsLocked(t *testing.T) {
	rights := casework.Rights()
	for _, role := range staff {
		for _, op := range operations {
			for _, collection := range []string{"cases", "complaints", "complainants", "evidence", "held_edits"} {
				equal(t, string(role)+" "+op+" "+collection, rights.Reach(role, collection, op), "")
			}
		}
		equal(t, "actions are not listed", rights.Reach(role, "actions", "list"), "")
		equal(t, "actions are created", rights.Reach(role, "actions", "create"), "case")
	}
}

func TestAnAdministratorSeesNoCase(t *testing.T) {
	equal(t, "cases", casework.Rights().Opens(casework.Admin, "GET /api/cases"), false)
	for _, a := range casework.Process().Actions {
		for _, w := range a.Who {
			if w.Role == casework.Admin {
				t.Errorf("an administrator may %s", a.Name)
			}
		}
	}
}

func TestThePhonesCaseHoldsNothingOfTheComplainant(t *testing.T) {
	typ := reflect.TypeFor[casework.Case]()
	columns := []string{}
	for i := range typ.NumField() {
		columns = append(columns, typ.Field(i).Tag.Get("json"))
	}
	for _, f := range append(casework.PhoneCaseFields(), casework.PhoneCaseFlags()...) {
		if f != "flags" && !slices.Contains(columns, f) {
			t.Errorf("%s is no field of a case", f)
		}
	}
	for _, f := range []string{"identity_mode", "source", "complainant_reply", "text_length"} {
		if slices.Contains(casework.PhoneCaseFields(), f) {
			t.Errorf("%s travels to a phone", f)
		}
	}
	for _, s := range casework.Rights().Sight {
		if s.What == "identity" || s.What == "home" {
			equal(t, s.What+" on a phone", s.Sees[casework.Inspector], "never")
		}
	}
}
