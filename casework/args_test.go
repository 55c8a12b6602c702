// Tests of the arguments: what each type takes, at its edges.

package casework

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatEachTypeOfArgumentTakes(t *testing.T) {
	for _, c := range []struct {
		arg        Arg
		takes, not []string // as JSON
	}{
		{
			Arg{Type: "id"},
			[]string{`"a"`, quoted("a", longestName)},
			[]string{`""`, quoted("a", longestName+1), `1`, `["a"]`, `true`, `{}`},
		},
		{
			Arg{Type: "new_id"},
			[]string{quoted("A", 15), quoted("9", 26)},
			[]string{quoted("a", 14), quoted("a", 27), `"aaaaaaaaaaaaaa-"`, `"aaaaaaaaaaaaaaa\n"`},
		},
		{Arg{Type: "name"}, []string{`"1"`, quoted("一", longestName/3)}, []string{`""`, quoted("一", longestName)}},
		{
			Arg{Type: "text"},
			[]string{`"好"`, quoted("好", longestText)},
			[]string{`""`, `" \n　"`, quoted("好", longestText+1), `5`},
		},
		{Arg{Type: "flag"}, []string{`true`, `false`}, []string{`"true"`, `0`, `[]`}},
		{Arg{Type: "number", Min: 1}, []string{`1`, `2147483647`, `1e2`}, []string{`0`, `2147483648`, `1.5`, `"1"`, `-1`}},
		{Arg{Type: "date"}, []string{`"2024-02-29"`}, []string{`"2026-02-29"`, `"2026-2-1"`, `"2026-06-10T00:00:00Z"`, `20260610`}},
		{
			Arg{Type: "time"},
			[]string{`"2026-06-10T09:00:00+08:00"`, `"2026-06-10T01:00:00.000Z"`},
			[]string{`"2026-06-10"`, `"2026-06-10T09:00:00"`, `"now"`, `1749517200`},
		},
		{
			Arg{Type: "division"},
			[]string{`"990101"`, `"990101002"`, `"990101002003"`},
			[]string{`"99010"`, `"9901010"`, `"99010A"`, `"９９０１０１"`, `990101`},
		},
		{Arg{Type: "word", Word: "outcome"}, []string{`"mostly"`}, []string{`"Mostly"`, `"属实"`, `""`, `1`}},
		{
			Arg{Type: "words", Word: "outcome", Min: 1},
			[]string{`["mostly"]`, `["mostly","partly"]`},
			[]string{`[]`, `"mostly"`, `["mostly",1]`, `[null]`, `{}`},
		},
		{
			Arg{Type: "ids", Min: 1},
			[]string{`["a"]`, listOf(`"a"`, longestList)},
			[]string{`[]`, `"a"`, `[""]`, `[["a"]]`, listOf(`"a"`, longestList+1)},
		},
		{
			Arg{Type: "record", Fields: []Arg{{Name: "what", Type: "text", Required: true}}},
			[]string{`{"what":"x"}`, `{"what":"x","more":1}`},
			[]string{`{}`, `{"what":""}`, `{"WHAT":"x"}`, `[]`, `"x"`},
		},
		{
			Arg{Type: "records", Fields: []Arg{{Name: "what", Type: "text", Required: true}}},
			[]string{`[]`, `[{"what":"x"}]`},
			[]string{`{}`, `[{}]`, `["x"]`, `[null]`},
		},
		{Arg{Type: "colour"}, nil, []string{`"green"`}}, // a type that nobody knows takes nothing
	} {
		c.arg.Name, c.arg.Required = "it", true
		rule := ActionRule{Args: []Arg{c.arg}}
		for _, value := range c.takes {
			if _, err := readArgs(rule, json.RawMessage(`{"it":`+value+`}`)); err != nil {
				t.Errorf("%s does not take %.60s: %v", c.arg.Type, value, err)
			}
		}
		for _, value := range append(c.not, `null`) {
			if _, err := readArgs(rule, json.RawMessage(`{"it":`+value+`}`)); err == nil {
				t.Errorf("%s takes %.60s", c.arg.Type, value)
			}
		}
	}
}

func quoted(s string, n int) string { return `"` + strings.Repeat(s, n) + `"` }

func listOf(entry string, n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + "]"
}

func TestNoArgumentsAreArguments(t *testing.T) {
	for _, raw := range []string{"", "null", "{}", `{"reason":null}`, `{"reason":""}`} {
		if _, err := readArgs(ActionRule{Args: []Arg{{Name: "reason", Type: "text"}}}, json.RawMessage(raw)); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
	for _, raw := range []string{"[]", `"x"`, "{", "1", "{}{}"} {
		if _, err := readArgs(ActionRule{}, json.RawMessage(raw)); err == nil {
			t.Errorf("%q is read", raw)
		}
	}
}

func TestANameInAnotherCaseIsAnotherName(t *testing.T) {
	rule, _ := Process().Action("arrive")
	in, err := readArgs(rule, json.RawMessage(`{"inspection":"i","officers":["a","b"],"OFFICERS":["c"],"certificate_shown":true,"items":[{}]}`))
	if err != nil || len(in.Officers) != 2 || in.Items != nil {
		t.Errorf("%+v %v", in, err)
	}
}

func TestTheErrorNamesThePlace(t *testing.T) {
	rule, _ := Process().Action("verify")
	_, err := readArgs(rule, json.RawMessage(`{"officers":["a"],"items":[{"id":"1","passed":true},{"id":"2","passed":"yes"}]}`))
	if err == nil || !strings.HasPrefix(err.Error(), "items[1].passed:") {
		t.Errorf("got %v", err)
	}
}
