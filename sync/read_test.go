package sync_test

// Reading what phones send: an envelope is whole or refused; a mutation may be anything.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"xuncha/sync"
)

const phoneID = "01JD0000000000000000000001"

func envelope(push string) []byte {
	return []byte(`{"client":{"id":"` + phoneID + `"},"push":` + push + `}`)
}

func refusalOf(t *testing.T, body []byte) string {
	t.Helper()
	_, err := sync.ReadRequest(body)
	var r sync.Refusal
	if err != nil && !errors.As(err, &r) {
		t.Fatalf("%v is no refusal", err)
	}
	return r.Code()
}

func TestWhatIsReadIsUTF8WithoutHalvesOfPairs(t *testing.T) {
	for sent, want := range map[string]string{
		"\"a\xffb\"": `"a�b"`, `"\ud800"`: `"\ufffd"`, `"\ud800\ud800"`: `"\ufffd\ufffd"`, `"\udc00\ud800x"`: `"\ufffd\ufffdx"`,
		`"\ud83d\ude00"`: `"\ud83d\ude00"`, `"\\ud800"`: `"\\ud800"`, `"\\\ud800"`: `"\\\ufffd"`, `"\uD800A"`: `"\ufffdA"`,
	} {
		r, err := sync.ReadRequest(envelope(`[{"n":1,"set":{"f":` + sent + `}}]`))
		if err != nil || len(r.Push) != 1 {
			t.Fatalf("%q: %v %v", sent, r.Push, err)
		}
		if got := string(r.Push[0]); !utf8.ValidString(got) || !strings.Contains(got, want) {
			t.Errorf("%q is read as %s, want %s in it", sent, got, want)
		}
	}
}

func TestTheSizeOfAPageIsWithinItsBounds(t *testing.T) {
	for pull, want := range map[string]string{
		`{}`: "", `{"limit":1}`: "", `{"limit":2000}`: "", `{"limit":null}`: "", `null`: "",
		`{"limit":0}`: "bad_request", `{"limit":-1}`: "bad_request", `{"limit":2001}`: "bad_request", `{"limit":"7"}`: "bad_json",
	} {
		if got := refusalOf(t, []byte(`{"client":{"id":"`+phoneID+`"},"pull":`+pull+`}`)); got != want {
			t.Errorf("%s: %q, want %q", pull, got, want)
		}
	}
	r, err := sync.ReadRequest([]byte(`{"client":{"id":"` + phoneID + `"},"pull":{"digest":true}}`))
	if err != nil || r.Pull.Limit != 500 || !r.Pull.Digest {
		t.Errorf("%+v %v", r.Pull, err)
	}
}

func TestTheEnvelopeIsStillHeldToItsForm(t *testing.T) {
	for body, want := range map[string]string{
		`[]`: "bad_json", ``: "bad_json", `{`: "bad_json", `{"push":[}`: "bad_json", `{"push":[{"n":1]}`: "bad_json", `{"push":7}`: "bad_json",
		`{"push":[{"n":1}{"n":2}]}`: "bad_json", `{"push":[{"n":1},]}`: "bad_json", `{"push":[{"n":01}]}`: "bad_json", `{"push":[1 2]}`: "bad_json",
		`{"push":[]}`: "client_invalid", `{"push":[],"client":{"id":"x"}}`: "client_invalid", string(envelope("null")): "",
		string(envelope(`[{"n":1}],"push":[{"n":5},{"n":6}]`)): "",
	} {
		if got := refusalOf(t, []byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// deep is a list in a list in a list …
func deep(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

func TestOneMutationThatCannotBeReadCostsOnlyItself(t *testing.T) {
	s, k := oneCase()
	good := func(n string, i int) string {
		return fmt.Sprintf(`{"n":%s,"id":"01JD%022d","op":"patch","collection":"inspections","record":%q,"set":{"samples":["s%d"]},"base":{}}`, n, i, k.id, i)
	}
	bad := fmt.Sprintf(`{"set":{"samples":%s},"n":2,"id":"01JD%022d"}`, deep(10_001), 2)
	r, err := sync.ReadRequest(envelope("[" + good("1.0", 1) + "," + bad + "," + good("3e0", 3) + "]"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := sync.Push(t.Context(), s, sync.User{ID: "ann"}, phoneID, sync.InEpoch(s.w.epoch), r.Push)
	if err != nil || p.Applied != 3 || len(p.Results) != 3 {
		t.Fatalf("%+v %v", p, err)
	}
	for i, want := range []sync.Outcome{sync.Merged, sync.Rejected, sync.Merged} {
		if p.Results[i].Outcome != want {
			t.Errorf("mutation %d is %+v", i+1, p.Results[i])
		}
	}
	if p.Results[1].Code != sync.CodeBadMutation || p.Results[1].ID != fmt.Sprintf("01JD%022d", 2) || len(s.w.held) != 1 || !json.Valid(s.w.held[0].Ours) {
		t.Errorf("%+v, kept %v", p.Results[1], s.w.held)
	}
	for _, n := range []string{"1.5", "0", "-1", `"1"`, "null", "1e300", "[]"} {
		if _, err := sync.Push(t.Context(), s, sync.User{ID: "ann"}, phoneID, sync.InEpoch(s.w.epoch), []json.RawMessage{[]byte(good(n, 9))}); err == nil {
			t.Errorf("n %s is taken", n)
		}
	}
}

func TestABaseThatIsNullIsUnknown(t *testing.T) {
	var m sync.Mutation
	if err := json.Unmarshal([]byte(`{"base":{"a":null,"b":"","B":"7"},"SET":{"x":1}}`), &m); err != nil {
		t.Fatal(err)
	}
	if _, known := m.Base["a"]; known || len(m.Base) != 2 || m.Set != nil {
		t.Errorf("%v %v", m.Base, m.Set)
	}
}

func FuzzReadRequest(f *testing.F) {
	for _, push := range []string{"[]", `[{"n":1,"id":"x"}]`, "[" + deep(200) + ",1]", `[{"a":"\ud800"}]`, `[[[`, "[ 1 , \"]\" ]"} {
		f.Add(envelope(push))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := sync.ReadRequest(body)
		var whole struct {
			Push []json.RawMessage `json:"push"`
		}
		if err != nil || json.Unmarshal(body, &whole) != nil || len(whole.Push) == 0 {
			return
		}
		if len(r.Push) > 0 && len(r.Push) != len(whole.Push) {
			t.Fatalf("%d mutations, the library finds %d", len(r.Push), len(whole.Push))
		}
		for _, raw := range r.Push {
			if !utf8.Valid(raw) {
				t.Fatalf("%q is not UTF-8", raw)
			}
		}
	})
}
