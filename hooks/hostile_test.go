package hooks_test

// What comes to a sync from outside, through the whole server: cursors of others, forged and
// cut ones, numbers that no counter reaches, bodies that are broken in any way. Each has a
// stable answer, and the phone beside it goes on as before.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuncha/hooks/problem"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// asked is the body of a sync of a phone that stands where p does.
func asked(p *phone.Phone, cursor, push, pull string) string {
	return fmt.Sprintf(`{"client":{"id":%q,"schema":1},"epoch":%q,"cursor":%q,"push":[%s],"pull":%s}`, p.Client, p.Epoch, cursor, push, pull)
}

// sentRaw sends a body as it is and reads what the server says of it.
func sentRaw(t *testing.T, f field, token, encoding, body string) (status int, a struct {
	Code    string
	Applied int64
	Reset   *sync.Reset
	Changes []json.RawMessage
	More    bool
},
) {
	t.Helper()
	head := map[string]string{"Authorization": token, "Content-Type": "application/json", "Content-Encoding": encoding}
	status, data := f.h.Raw("POST", "/api/sync", head, reader(body))
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatalf("%d %.300s", status, data)
	}
	return status, a
}

func TestACursorIsOnesOwnAndWhole(t *testing.T) {
	f := inField(t)
	good := f.pa.Cursor
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	altered := func(i int) string {
		b := bytes.Clone(raw)
		b[i] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	another := sync.Cursor{Epoch: f.pa.Epoch, User: f.a.ID, Gen: 1, Schema: 1, Base: 1}
	for name, cursor := range map[string]string{
		"another user's": f.pb.Cursor, "of another key": another.Seal([]byte("another")), "its signature altered": altered(0),
		"its content altered": altered(len(raw) - 3), "cut": good[:len(good)-1], "cut to its signature": good[:21], "one letter": "A",
		"no letters": "\\u0000\\uffff", "with something behind it": good + "AAAA", "twice": good + good, "with spaces": " " + good,
		"a megabyte": strings.Repeat("A", 1<<20), "an unsigned one": base64.RawURLEncoding.EncodeToString(append(make([]byte, 16), raw[16:]...)),
	} {
		body := strings.Replace(asked(f.pa, "CURSOR", "", `{"limit":500}`), "CURSOR", cursor, 1)
		status, a := sentRaw(t, f, f.a.Token, "", body)
		if status != http.StatusOK || a.Reset == nil || a.Reset.Reason != sync.ResetCursor || len(a.Changes) == 0 {
			t.Errorf("%s: %d %+v, %d rows", name, status, a.Reset, len(a.Changes))
		}
	}
	if status, a := sentRaw(t, f, f.a.Token, "", asked(f.pa, good, "", `{"limit":500}`)); status != http.StatusOK || a.Reset != nil || len(a.Changes) != 0 {
		t.Errorf("the good one: %d %+v, %d rows", status, a.Reset, len(a.Changes))
	}
}

func TestNumbersThatNoCounterReaches(t *testing.T) {
	f := inField(t)
	push := func(n string) string {
		return fmt.Sprintf(`{"n":%s,"id":%q,"op":"patch","collection":"inspections","record":%q,"set":{"weather":"晴"},"base":{"weather":""},"at":"2026-11-24T09:30:00+08:00"}`,
			n, phone.ULID(time.Now()), f.visit)
	}
	for n, want := range map[string]string{
		"0": "bad_order", "-1": "bad_order", "-9007199254740993": "bad_order", "1.5": "bad_order", "1e400": "bad_order", "-1e400": "bad_order",
		"9007199254740993": "bad_order", "18446744073709551616": "bad_order", "1e-400": "bad_order", `"1"`: "bad_order", "null": "bad_order",
		"[1]": "bad_order", "true": "bad_order", strings.Repeat("9", 100_000): "bad_order", "01": "bad_json", "+1": "bad_json", "0x1": "bad_json",
		"NaN": "bad_json", "9007199254740992": "bad_order", "9007199254740991": "gap", "9.007199254740991e15": "gap", "2": "gap", "1.0": "", "1e0": "",
	} {
		p := phone.New(f.h.URL, f.a.Token)
		p.Epoch = f.pa.Epoch
		status, a := sentRaw(t, f, f.a.Token, "", asked(p, "", push(n), "null"))
		refused := want == "bad_order" || want == "bad_json"
		if a.Code != want || refused != (status == http.StatusBadRequest) || !refused && status != http.StatusOK {
			t.Errorf("n %.30s: %d %q, want %q", n, status, a.Code, want)
		}
		if want == "gap" && a.Applied != 0 || want == "" && a.Applied != 1 {
			t.Errorf("n %s: applied %d", n, a.Applied)
		}
	}
	for limit, want := range map[string]string{
		"0": "bad_request", "-1": "bad_request", "2001": "bad_request", "9007199254740993": "bad_request", "1e400": "bad_json", "1.5": "bad_json",
		"18446744073709551616": "bad_json", `"5"`: "bad_json", "[]": "bad_json", "2000": "", "1": "",
	} {
		status, a := sentRaw(t, f, f.a.Token, "", asked(f.pa, f.pa.Cursor, "", `{"limit":`+limit+`}`))
		if a.Code != want || (status == http.StatusBadRequest) != (want != "") {
			t.Errorf("limit %s: %d %q, want %q", limit, status, a.Code, want)
		}
	}
	for schema, want := range map[string]string{"-1": sync.ResetSchema, "9007199254740993": sync.ResetSchema} {
		body := strings.Replace(asked(f.pa, f.pa.Cursor, "", `{"limit":5}`), `"schema":1`, `"schema":`+schema, 1)
		if status, a := sentRaw(t, f, f.a.Token, "", body); status != http.StatusOK || a.Reset == nil || a.Reset.Reason != want {
			t.Errorf("schema %s: %d %+v", schema, status, a.Reset)
		}
	}
}

// Good requests of two phones, broken in any way: compressed, cut, altered, with the parts of
// one in the other. Every one is answered by the table, and good ones still work.
func TestABrokenSyncIsToldSo(t *testing.T) {
	f := inField(t)
	rapid.Check(t, func(r *rapid.T) {
		cursors := []string{"", f.pa.Cursor, f.pb.Cursor, f.pa.Cursor[:len(f.pa.Cursor)/2], f.pb.Cursor[1:] + "A"}
		n := rapid.SampledFrom([]string{"1", "2", "-1", "1.5", "1e400", "9007199254740993"}).Draw(r, "n")
		push := fmt.Sprintf(`{"n":%s,"id":"01JD0000000000000000000001","op":"patch","collection":"inspections","record":%q,"set":{"round":1e400},"base":{}}`, n, f.visit)
		limit := rapid.SampledFrom([]string{"1", "500", "-1", "1e400"}).Draw(r, "limit")
		body := []byte(asked(phone.New(f.h.URL, ""), rapid.SampledFrom(cursors).Draw(r, "cursor"), push, `{"limit":`+limit+`,"digest":true}`))
		if rapid.Bool().Draw(r, "epoch") {
			body = bytes.Replace(body, []byte(`"epoch":""`), []byte(`"epoch":"`+f.pa.Epoch+`"`), 1)
		}
		broken := func() {
			for range rapid.IntRange(0, 3).Draw(r, "altered") {
				body[rapid.IntRange(0, len(body)-1).Draw(r, "at")] ^= byte(rapid.IntRange(1, 255).Draw(r, "by"))
			}
			body = body[:len(body)-rapid.SampledFrom([]int{0, 0, 0, 1, len(body) / 2}).Draw(r, "cut")]
		}
		broken()
		encoding := rapid.SampledFrom([]string{"", "gzip", "zstd"}).Draw(r, "encoding")
		switch encoding {
		case "gzip":
			body = []byte(gzipped(t, string(body)))
			broken()
		case "zstd":
			body = []byte(zstded(t, string(body)))
			broken()
		}
		status, a := sentRaw(t, f, rapid.SampledFrom([]string{f.a.Token, f.b.Token}).Draw(r, "token"), encoding, string(body))
		row, known := problem.Rows()[a.Code]
		if status != http.StatusOK && (!known || row.Status != status || status >= 500) {
			r.Fatalf("%d %q for %s %q", status, a.Code, encoding, body)
		}
	})
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa, f.pb)
	if got := f.view(t, f.pb)["weather"]; got != "晴" {
		t.Errorf("the weather is %v", got)
	}
	clean(t, f.h)
}
