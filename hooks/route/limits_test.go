package route

// What the limits keep in memory, and what JSON is refused, without a server.

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"xuncha/hooks/problem"
)

func TestTheMemoryOfWaitsIsBounded(t *testing.T) {
	w, now := waits{free: 5}, time.Unix(1_795_000_000, 0)
	for i := range 3 * waitsKept {
		w.begin(fmt.Sprint(i), now)
		if len(w.keys) > waitsKept {
			t.Fatalf("%d keys", len(w.keys))
		}
	}
}

func TestWaitsDoubleAndEnd(t *testing.T) {
	w, now := waits{free: 2}, time.Unix(1_795_000_000, 0)
	var got []time.Duration
	for range 13 {
		if wait := w.begin("a", now); wait > 0 {
			got = append(got, wait)
			now = now.Add(wait)
			w.begin("a", now)
		}
	}
	if got[0] != time.Second || got[1] != 2*time.Second || got[len(got)-1] != longestWait {
		t.Errorf("%v", got)
	}
	w.begin("a", now.Add(2*longestWait+time.Second))
	if w.keys["a"].wrong != 1 {
		t.Errorf("what is long ago is not forgotten: %+v", w.keys["a"])
	}
}

func TestSoundJSON(t *testing.T) {
	for text, code := range map[string]string{
		`{}`: "", `[]`: "", `null`: "", ` {"a":{"b":[1,{"a":2}]},"b":"\\u0000"} `: "", `{"a":"\ud83d\ude00"}`: "", `"\\ud800"`: "",
		`{"a":1,"a":2}`: "field_doubled", `{"a":{"b":1,"b":1}}`: "field_doubled", `[{"a":1},{"a":1}]`: "", `{"a":1,"\u0061":2}`: "field_doubled",
		``: "bad_json", `{`: "bad_json", `{} {}`: "bad_json", `{"a":"\ud800"}`: "bad_json", `{"a":"\udc00\ud800"}`: "bad_json",
		`{"a":"\ud800\u0041"}`: "bad_json", `{"a":"\u0000"}`: "bad_json", "\xef\xbb\xbf{}": "bad_json", "\xff": "bad_json",
		`{"a":["b","b"],"b":"a"}`: "", strings.Repeat("[", 64) + strings.Repeat("]", 64): "", strings.Repeat("[", 65) + strings.Repeat("]", 65): "bad_json",
	} {
		err := sound([]byte(text))
		var p *problem.Problem
		if code == "" && err != nil || code != "" && (!errors.As(err, &p) || p.Code() != code) {
			t.Errorf("%.80q: %v, want %q", text, err, code)
		}
	}
}

func FuzzSound(f *testing.F) {
	for _, text := range []string{`{"a":[1,{"b":"\ud83d\ude00"}],"c":null}`, `{"a":1,"a":2}`, `{"a":"\ud800"}`, `[[[[`, "\xff", `"\`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := sound(data)
		a, known := problem.Of(err)
		if err != nil && (!known || a.Status != 400 || a.TitleZH == "") {
			t.Errorf("%v: %+v", err, a)
		}
	})
}

func FuzzDecision(f *testing.F) {
	for _, text := range []string{`{"take":"ours"}`, `{"take":"theirs","reason":"现场已复核"}`, `{"take":"text","value":{"a":[1]},"version":"5.01J"}`, `{"take":7}`, `[]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := decisionOf(data)
		a, known := problem.Of(err)
		switch {
		case err != nil && (!known || a.Status != 400 && a.Status != 413):
			t.Errorf("%v: %+v", err, a)
		case err == nil && d.Take != "ours" && d.Take != "theirs" && d.Take != "text":
			t.Errorf("%+v", d)
		}
	})
}
