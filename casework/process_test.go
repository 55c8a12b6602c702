// Tests of the table itself: it names what the code knows, and the code knows what it names.

package casework

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestEveryNameInTheFileHasItsFunctionAndTheOtherWayRound(t *testing.T) {
	names := func(list []Guard) []string {
		out := []string{}
		for _, g := range list {
			out = append(out, g.Name)
		}
		return out
	}
	actions := []string{}
	for _, a := range Process().Actions {
		actions = append(actions, a.Name)
	}
	same(t, "actions", actions, slices.Collect(maps.Keys(effects)))
	same(t, "guards", names(Process().Guards), slices.Collect(maps.Keys(guards)))
	same(t, "conditions", names(Process().Conditions), slices.Collect(maps.Keys(conditions)))
}

func same(t *testing.T, what string, a, b []string) {
	t.Helper()
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Errorf("%s differ:\n%v\n%v", what, a, b)
	}
}

func TestEveryGuardIsUsedAndEveryGuardUsedIsExplained(t *testing.T) {
	used := map[string]bool{}
	for _, a := range Process().Actions {
		for _, g := range a.Guards {
			used[g] = true
		}
	}
	for _, g := range Process().Guards {
		if !used[g.Name] {
			t.Errorf("no action asks for %s", g.Name)
		}
		delete(used, g.Name)
	}
	if len(used) > 0 {
		t.Errorf("asked for but not explained: %v", used)
	}
}

func TestEveryCodeStandsOnceAndHasBothSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, list := range [][]Guard{Process().Refusals, Process().Conditions, Process().Guards} {
		for _, g := range list {
			if seen[g.Code] || g.ZH == "" || g.EN == "" || g.Name == "" {
				t.Errorf("%+v stands twice or is not explained", g)
			}
			seen[g.Code] = true
		}
	}
}

func TestEveryStateRoleKindAndListInTheFileIsKnown(t *testing.T) {
	p := Process()
	for _, a := range p.Actions {
		for _, from := range a.From {
			if p.State(from).Code == "" {
				t.Errorf("%s: from unknown state %q", a.Name, from)
			}
		}
		results := map[string]bool{}
		for _, to := range a.To {
			if to.State != Same && to.State != Before && p.State(to.State).Code == "" {
				t.Errorf("%s: to unknown state %q", a.Name, to.State)
			}
			for _, from := range to.From {
				if !slices.Contains(a.From, from) {
					t.Errorf("%s: %s is narrowed to %s, where the action does not begin", a.Name, to.Result, from)
				}
			}
			if results[to.Result] || (len(a.To) > 1 && (to.Result == "" || to.When == "")) {
				t.Errorf("%s: results must be told apart", a.Name)
			}
			results[to.Result] = true
		}
		for _, w := range a.Who {
			if !known("actor_kind", string(w.Kind)) || (w.Kind == ByUser) != known("role", string(w.Role)) {
				t.Errorf("%s: who is %+v", a.Name, w)
			}
			if w.If != "" && conditions[w.If] == nil {
				t.Errorf("%s: no condition %q", a.Name, w.If)
			}
		}
	}
	for _, s := range p.States {
		if !known("public_status", s.Public) || s.ZH == "" || s.EN == "" || s.Holds == "" {
			t.Errorf("state %+v is not explained", s)
		}
	}
}

func TestEveryArgumentInTheFileIsReadAndTheOtherWayRound(t *testing.T) {
	inFile := map[string]bool{}
	var walk func(at string, list []Arg)
	walk = func(at string, list []Arg) {
		for _, a := range list {
			inFile[at+a.Name] = true
			if strings.HasPrefix(a.Type, "word") && len(Process().Words[a.Word]) == 0 {
				t.Errorf("%s%s: no list %q", at, a.Name, a.Word)
			}
			walk(at+a.Name+".", a.Fields)
		}
	}
	for _, a := range Process().Actions {
		walk("", a.Args)
	}
	inGo := map[string]bool{}
	fieldsOf(reflect.TypeFor[args](), "", inGo)
	same(t, "arguments", slices.Collect(maps.Keys(inFile)), slices.Collect(maps.Keys(inGo)))
}

func fieldsOf(typ reflect.Type, at string, into map[string]bool) {
	for i := range typ.NumField() {
		name := at + typ.Field(i).Tag.Get("json")
		into[name] = true
		inner := typ.Field(i).Type
		if inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			fieldsOf(inner, name+".", into)
		}
	}
}

func TestTheFileHoldsNothingThatIsNotRead(t *testing.T) {
	for name, file := range map[string]struct {
		data []byte
		into any
	}{
		"process.json":   {processJSON, &Table{}},
		"holidays.json":  {holidaysJSON, &[]HolidayYear{}},
		"deadlines.json": {deadlinesJSON, &[]DeadlineRule{}},
		"rights.json":    {rightsJSON, &RightsTable{}},
	} {
		d := json.NewDecoder(strings.NewReader(string(file.data)))
		d.DisallowUnknownFields()
		if err := d.Decode(file.into); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
