package sync_test

// One mutation at a time: what stands, what is kept, and that each gets an answer.

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuncha/sync"
)

// oneCase is a house with one case of ann's and bob's, and its inspection.
func oneCase() (*server, key) {
	s := newServer()
	c, k := key{"cases", "c0000000000000000000000001"}, key{"inspections", "i0000000000000000000000001"}
	s.w.write(c, row{}, sync.Fields{"text": encoded("t")}, byServer)
	s.w.write(k, row{caseID: c.id}, sync.Fields{"case": encoded(c.id)}, byServer)
	s.w.write(key{"rectifications", "r0000000000000000000000001"}, row{caseID: c.id}, sync.Fields{"case": encoded(c.id)}, byServer)
	s.w.assign(c.id, []string{"ann", "bob"})
	return s, k
}

// say pushes one mutation of a user's, as the next of his phone; raw is its members beside n and id.
func say(t interface{ Fatalf(string, ...any) }, s *server, user, raw string) sync.Result {
	client := fmt.Sprintf("%026s", user)
	n := s.w.clients[client].applied + 1
	raw = fmt.Sprintf(`{"n":%d,"id":"%s%0*d",%s`, n, user, 26-len(user), n, strings.TrimPrefix(raw, "{"))
	p, err := sync.Push(context.Background(), s, sync.User{ID: user}, client, sync.InEpoch(s.w.epoch), []json.RawMessage{[]byte(raw)})
	if err != nil || len(p.Results) != 1 {
		t.Fatalf("%.300s: %+v %v", raw, p, err)
	}
	return p.Results[0]
}

func patch(k key, set, base string) string {
	return fmt.Sprintf(`{"op":"patch","collection":%q,"record":%q,"set":%s,"base":%s,"at":"2026-11-24T09:30:00+08:00"}`, k.collection, k.id, set, base)
}

func create(collection, id, set string) string {
	return fmt.Sprintf(`{"op":"create","collection":%q,"record":%q,"set":%s,"at":"2026-11-24T09:30:00+08:00"}`, collection, id, set)
}

func (s *server) shows(t *testing.T, k key, field, want string) {
	t.Helper()
	if got := string(s.w.rows[k].doc[field]); got != want {
		t.Errorf("%s is %.200s, want %.200s", field, got, want)
	}
}

func is(t *testing.T, r sync.Result, outcome sync.Outcome, code string) {
	t.Helper()
	if r.Outcome != outcome || r.Code != code {
		t.Errorf("got %+v, want %s %q", r, outcome, code)
	}
}

func TestAUnionLosesNothingToDoublesInWhatStands(t *testing.T) {
	s, k := oneCase()
	s.w.write(k, s.w.rows[k], sync.Fields{"samples": encoded([]string{"W-1", "W-1"})}, byServer)
	is(t, say(t, s, "ann", patch(k, `{"samples":["W-1"]}`, `{}`)), sync.Noop, "")
	is(t, say(t, s, "ann", patch(k, `{"samples":["W-2"]}`, `{}`)), sync.Merged, "")
	s.shows(t, k, "samples", `["W-1","W-2"]`)
}

func TestACreateTidiesItsLists(t *testing.T) {
	s, _ := oneCase()
	k := key{"inspections", "i0000000000000000000000009"}
	is(t, say(t, s, "ann", create(k.collection, k.id, `{"case":"c0000000000000000000000001","round":1,"samples":["b","a","b"],
		"notes":[{"id":"n","text":"1"},{"id":"n","text":"2"}]}`)), sync.OK, "")
	s.shows(t, k, "samples", `["a","b"]`)
	s.shows(t, k, "notes", `[{"by":"ann","id":"n","text":"1"}]`)
	k.id = "i0000000000000000000000008"
	r := say(t, s, "ann", create(k.collection, k.id, `{"case":"c0000000000000000000000001","round":1,"samples":null,"notes":null,"weather":null}`))
	is(t, r, sync.OK, "")
	if len(r.Fields) != 5 || r.Fields["weather"].Winner != sync.ByClient {
		t.Errorf("%v", r.Fields)
	}
	s.shows(t, k, "samples", "[]")
	s.shows(t, k, "weather", "")
}

func TestAZeroThatSomebodyMeasuredIsAValue(t *testing.T) {
	s, k := oneCase()
	is(t, say(t, s, "ann", patch(k, `{"max_noise_db":0}`, `{"max_noise_db":""}`)), sync.OK, "")
	is(t, say(t, s, "bob", patch(k, `{"max_noise_db":-3}`, `{"max_noise_db":""}`)), sync.Conflict, sync.CodeDisplaced)
	s.shows(t, k, "max_noise_db", "0")
}

func TestAFullListCostsNoOtherField(t *testing.T) {
	s, k := oneCase()
	s.w.write(k, s.w.rows[k], sync.Fields{"notes": encoded([]map[string]string{{"id": "old", "text": strings.Repeat("x", 1<<20-200)}})}, byServer)
	note := strings.Repeat("记", 40_000)
	r := say(t, s, "ann", patch(k, `{"notes":[{"id":"new","text":"`+note+`"}],"weather":"晴"}`, `{"weather":""}`))
	is(t, r, sync.Conflict, sync.CodeTooLarge)
	s.shows(t, k, "weather", `"晴"`)
	if h := s.w.held[0]; len(s.w.held) != 1 || h.State != sync.StateOpen || h.Field != "notes" || !strings.Contains(string(h.Ours), note) {
		t.Errorf("%d kept, the first %s %s of %d bytes", len(s.w.held), h.State, h.Field, len(h.Ours))
	}
}

func TestALongTextCostsNoOtherField(t *testing.T) {
	s, k := oneCase()
	fits, long := strings.Repeat("雨", 5000), strings.Repeat("雨", 5001)
	is(t, say(t, s, "ann", patch(k, `{"weather":"`+fits+`"}`, `{"weather":""}`)), sync.OK, "")
	r := say(t, s, "ann", patch(k, `{"weather":"`+long+`","findings":"`+long+`"}`, `{"weather":"99","findings":""}`))
	is(t, r, sync.Conflict, sync.CodeTooLarge)
	s.shows(t, k, "findings", `"`+long+`"`)
	s.shows(t, k, "weather", `"`+fits+`"`)
	n := key{"inspections", "i0000000000000000000000009"}
	r = say(t, s, "ann", create(n.collection, n.id, `{"case":"c0000000000000000000000001","round":2,"weather":"`+long+`"}`))
	is(t, r, sync.Conflict, sync.CodeTooLarge)
	s.shows(t, n, "round", "2")
	if h := s.w.held; len(h) != 2 || string(h[0].Ours) != `"`+long+`"` || string(h[1].Ours) != string(h[0].Ours) || h[1].State != sync.StateOpen {
		t.Errorf("%d kept", len(h))
	}
	is(t, say(t, s, "ann", create(n.collection, "i0000000000000000000000008", `{"case":"c0000000000000000000000001","round":2,"lead":"`+long+`"}`)),
		sync.Rejected, sync.CodeTooLarge)
}

func TestAResultIsBelievedOnlyFromAnEarlierEpoch(t *testing.T) {
	for _, c := range []struct {
		base    int64
		outcome sync.Outcome
		stands  string
	}{{0, sync.Conflict, `"a"`}, {4, sync.Conflict, `"a"`}, {50, sync.OK, `"b"`}} {
		s, k := oneCase()
		s.w.write(k, s.w.rows[k], sync.Fields{"findings": encoded("a")}, byServer)
		s.w.base, s.w.head = c.base, 100
		raw := strings.TrimSuffix(patch(k, `{"findings":"b"}`, `{}`), "}") +
			`,"was":{"outcome":"ok","seq":50,"fields":{"findings":{"winner":"client","version":"50.x"}}}}`
		if r := say(t, s, "bob", raw); r.Outcome != c.outcome {
			t.Errorf("after %d: %+v", c.base, r)
		}
		s.shows(t, k, "findings", c.stands)
	}
}

func TestWhatAPhoneMayNotWriteIsTheServers(t *testing.T) {
	s, k := oneCase()
	for _, field := range []string{"due", "complaint", "created_at", "created_by", "round", "seq", "colour", "id", "Findings"} {
		is(t, say(t, s, "ann", patch(k, `{"`+field+`":"x"}`, `{}`)), sync.Rejected, sync.CodeNotWritable)
	}
}

const photo = `"case":"c0000000000000000000000001","sha256":"%s","size":1,"mime":"image/jpeg","purpose":"scene"`

func TestValuesHaveTheirForm(t *testing.T) {
	s, k := oneCase()
	hash, made := strings.Repeat("0a", 32), 100
	evidence := func(more string) string {
		made++
		return create("evidence", fmt.Sprintf("e%025d", made), "{"+fmt.Sprintf(photo, hash)+more+"}")
	}
	visit := func(round string) string {
		made++
		return create("inspections", fmt.Sprintf("i%025d", made), `{"case":"c0000000000000000000000001","round":`+round+`}`)
	}
	order := key{"rectifications", "r0000000000000000000000001"}
	for name, c := range map[string]struct {
		raw  string
		code string
	}{
		"a photo":                 {evidence(""), ""},
		"nothing of the optional": {evidence(`,"heading":null,"position":null,"pair_of":null,"mock_location":null,"taken_at":null,"item":null`), ""},
		"a hash in capitals":      {create("evidence", "e0000000000000000000000002", "{"+fmt.Sprintf(photo, strings.ToUpper(hash))+"}"), "wrong_type"},
		"a short hash":            {create("evidence", "e0000000000000000000000003", "{"+fmt.Sprintf(photo, "0a")+"}"), "wrong_type"},
		"no bytes":                {evidence(`,"size":0`), "wrong_type"},
		"half a byte":             {evidence(`,"size":1.5`), "wrong_type"},
		"a whole float":           {evidence(`,"size":2.0`), ""},
		"no size":                 {evidence(`,"size":null`), "field_missing"},
		"a heading":               {evidence(`,"heading":359.5`), ""},
		"a heading beyond":        {evidence(`,"heading":360.5`), "wrong_type"},
		"a heading below":         {evidence(`,"heading":-1`), "wrong_type"},
		"an unknown purpose":      {evidence(`,"purpose":"holiday"`), "wrong_type"},
		"a case that is no id":    {evidence(`,"case":"` + strings.Repeat("c", 9000) + `"`), "wrong_type"},
		"round 0":                 {visit("0"), "wrong_type"},
		"round 1.5":               {visit("1.5"), "wrong_type"},
		"round 1":                 {visit("1"), ""},
		"progress":                {patch(order, `{"progress":50}`, `{"progress":""}`), ""},
		"progress beyond":         {patch(order, `{"progress":101}`, `{}`), "wrong_type"},
		"progress below":          {patch(order, `{"progress":-1}`, `{}`), "wrong_type"},
		"a part of progress":      {patch(order, `{"progress":50.5}`, `{}`), "wrong_type"},
		"a remark of infinity":    {patch(order, `{"item_remarks":{"a":1e400}}`, `{}`), "wrong_type"},
		"an entry without id":     {patch(k, `{"notes":[{"ID":"a","text":"x"}]}`, `{}`), "wrong_type"},
		"an entry":                {patch(k, `{"notes":[{"id":"a","text":"x"}]}`, `{"notes":""}`), ""},
		"a text with NUL":         {patch(k, `{"weather":"a\u0000"}`, `{}`), "wrong_type"},
	} {
		r := say(t, s, "ann", c.raw)
		if r.Code != c.code || (r.Outcome == sync.Rejected) != (c.code != "") {
			t.Errorf("%s: %+v, want %q", name, r, c.code)
		}
	}
}

func TestASecondCreateOfAHeldActionIsHeld(t *testing.T) {
	s, _ := oneCase()
	conclude := create("actions", "a0000000000000000000000001", `{"case":"c0000000000000000000000001","name":"conclude","args":{}}`)
	note := create("actions", "a0000000000000000000000002", `{"case":"c0000000000000000000000001","name":"note","args":{}}`)
	is(t, say(t, s, "ann", conclude), sync.Held, "wrong_state")
	is(t, say(t, s, "ann", conclude), sync.Held, "wrong_state")
	is(t, say(t, s, "ann", note), sync.OK, "")
	is(t, say(t, s, "ann", note), sync.Noop, "")
	is(t, say(t, s, "bob", note), sync.Rejected, sync.CodeIDTaken)
}

func TestAnEqualValueIsNotSuperseded(t *testing.T) {
	s, k := oneCase()
	s.w.write(k, s.w.rows[k], sync.Fields{"findings": encoded("a")}, byServer)
	s.w.newer[[2]string{"ann" + strings.Repeat("0", 22) + "1", "findings"}] = sync.Version{Seq: 1, Mutation: "another"}
	is(t, say(t, s, "ann", patch(k, `{"findings":"a"}`, `{"findings":""}`)), sync.Noop, "")
}

func TestWhatAPersonTakesMustFitToo(t *testing.T) {
	full := encoded([]map[string]string{{"id": "old", "text": strings.Repeat("x", 1<<20-100)}})
	for name, c := range map[string]struct{ field, now, taken, want string }{
		"a list that grows":     {"samples", `["b"]`, `["a"]`, `["a","b"]`},
		"a list that is full":   {"notes", string(full), `[{"id":"new","text":"` + strings.Repeat("y", 200) + `"}]`, ""},
		"a text":                {"weather", `"晴"`, `"阴"`, `"阴"`},
		"a text that is longer": {"weather", `"晴"`, `"` + strings.Repeat("雨", 5001) + `"`, ""},
		"no text":               {"weather", `"晴"`, `7`, ""},
	} {
		got, err := sync.Settled("inspections", c.field, json.RawMessage(c.now), json.RawMessage(c.taken))
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %.100s %v", name, got, err)
		}
	}
}

// odd are values that no phone of ours sends.
var odd = []string{
	`null`, `""`, `7`, `1e400`, `-0`, `[]`, `{}`, `true`, `[null]`, `{"a":{"b":[1]}}`, `"` + strings.Repeat("9", 6000) + `"`,
	`"<&>\u2028\u0000\ufffd"`, `"2026-11-24T09:30:00.` + strings.Repeat("1", 5200) + `+08:00"`, deep(90), deep(150), deep(10_001),
	`"` + strings.Repeat("<", 200_000) + `"`, `"` + strings.Repeat("雨", 5_001) + `"`, `[{"id":"` + strings.Repeat("<", 90_000) + `"}]`,
}

// anyOf is one of the good values, or an odd one.
func anyOf(good ...string) *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(good), rapid.SampledFrom(good), rapid.SampledFrom(odd))
}

// anyMutation draws the members of any mutation, n and id aside, each of them as it should be or not.
func anyMutation(records, cases []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		collection := rapid.SampledFrom([]string{"inspections", "rectifications", "evidence", "actions", "cases", "nothing"}).Draw(t, "collection")
		var set []string
		for field := range sync.Writable[collection].Fields {
			set = append(set, field)
		}
		slices.Sort(set)
		set = append(set, "id", "seq", "x")
		var members []string
		for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(set), 0, len(set), rapid.ID[string]).Draw(t, "fields") {
			good := append([]string{`"x"`, `1`, `["s"]`, `[{"id":"e","text":"x"}]`, `{"a":1}`, `"before"`, `"` + strings.Repeat("0a", 32) + `"`}, cases...)
			members = append(members, fmt.Sprintf("%q:%s", f, anyOf(good...).Draw(t, f)))
		}
		return fmt.Sprintf(`{"op":%s,"collection":%s,"record":%s,"set":{%s},"base":%s,"at":%s,"was":%s}`,
			anyOf(`"create"`, `"patch"`).Draw(t, "op"), anyOf(encodedText(collection)).Draw(t, "its name"), anyOf(records...).Draw(t, "record"),
			strings.Join(members, ","), anyOf(`{}`, `{"weather":"","notes":"3"}`).Draw(t, "base"),
			anyOf(`"2026-11-24T09:30:00+08:00"`).Draw(t, "at"), anyOf(`null`, `{"outcome":"held","seq":1,"code":"x"}`).Draw(t, "was"))
	})
}

func encodedText(s string) string { return string(encoded(s)) }

func TestEveryMutationGetsAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, k := oneCase()
		s.w.base = 2
		records := []string{encodedText(k.id), `"r0000000000000000000000001"`, `"e0000000000000000000000001"`}
		for range 5 {
			say(t, s, "ann", anyMutation(records, []string{`"c0000000000000000000000001"`}).Draw(t, "mutation"))
		}
		for _, h := range s.w.held {
			if !json.Valid(h.Ours) || len(h.Ours) > 1<<20 || len(h.Case) > 26 || len(h.Code) > 64 {
				t.Fatalf("kept %.100s of %d bytes, case %.50s, code %.70s", h.Ours, len(h.Ours), h.Case, h.Code)
			}
		}
	})
}
