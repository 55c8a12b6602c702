package sync_test

// Requests and cursors from outside, whatever stands in them: an answer or a named refusal,
// and the house stays whole.

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"xuncha/sync"
)

// openHouse has one case with an inspection that ann works on.
func openHouse() *server {
	s := newServer()
	s.w.agency["ann"] = "east"
	k := key{"cases", "aaaaaaaaaaaaaaaa1"}
	s.w.assigned[k.id] = []string{"ann"}
	s.w.write(k, row{caseID: k.id}, sync.Fields{"number": json.RawMessage(`"1"`)}, byServer)
	s.w.write(key{"inspections", "aaaaaaaaaaaaaaaa2"}, row{caseID: k.id}, sync.Fields{"case": json.RawMessage(`"` + k.id + `"`)}, byServer)
	return s
}

func FuzzAnswer(f *testing.F) {
	head := `{"client":{"id":"01JD0000000000000000000001","schema":1},"epoch":"","cursor":"","push":[`
	for _, m := range []string{
		`{"n":1,"id":"01JD0000000000000000000101","op":"patch","collection":"inspections","record":"aaaaaaaaaaaaaaaa2","set":{"findings":"x","samples":["a"]},"base":{"findings":""},"at":"2026-11-24T09:30:00+08:00"}`,
		`{"n":1,"id":"01JD0000000000000000000102","op":"create","collection":"actions","record":"01JD0000000000000000000A02","set":{"case":"aaaaaaaaaaaaaaaa1","name":"note","args":{"text":"x"}},"at":""}`,
		`{"n":1,"id":"01JD0000000000000000000103","op":"patch","collection":"__proto__","record":"x","set":{"__proto__":1e400},"base":{"a":".01JD"},"was":{"outcome":"held","seq":-1}}`,
		`null`, `{}`, `7`,
	} {
		f.Add([]byte(head + m + `],"pull":{"limit":5,"digest":true}}`))
	}
	f.Add([]byte(`{"client":{"id":"01JD0000000000000000000001"},"cursor":"AAAA","epoch":"e1","pull":{"limit":-1}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := sync.ReadRequest(body)
		if err != nil {
			named(t, err)
			return
		}
		s := openHouse()
		desk := sync.Desk{House: s, Key: []byte("k"), Now: func() time.Time { return time.Unix(1_795_000_000, 0) }}
		first, err := desk.Answer(context.Background(), sync.User{ID: "ann"}, req)
		if err != nil {
			named(t, err)
			return
		}
		again, err := desk.Answer(context.Background(), sync.User{ID: "ann"}, req)
		if err != nil {
			t.Fatalf("the same again: %v", err)
		}
		if a, b := string(encoded(first.Results)), string(encoded(again.Results)); a != b {
			t.Errorf("the same request twice:\n%s\n%s", a, b)
		}
		if wire := again.Wire(); !json.Valid(wire) {
			t.Errorf("no JSON: %s", wire)
		}
	})
}

// named: a refusal has a code.
func named(t *testing.T, err error) {
	t.Helper()
	if c, ok := err.(interface{ Code() string }); !ok || c.Code() == "" {
		t.Errorf("%v has no code", err)
	}
}

func FuzzUnseal(f *testing.F) {
	key := []byte("k")
	f.Add("")
	f.Add("not-a-cursor")
	f.Add(sync.Cursor{}.Seal(key))
	f.Fuzz(func(t *testing.T, sealed string) {
		c, ok := sync.Unseal(key, sealed)
		if !ok {
			return
		}
		if again, ok := sync.Unseal(key, c.Seal(key)); !ok || again != c {
			t.Errorf("%s opens as %+v and again as %+v", strconv.Quote(sealed), c, again)
		}
		if _, ok := sync.Unseal([]byte("another"), sealed); ok {
			t.Error("it opens with another key")
		}
	})
}
