package intake_test

// Bytes from outside: whatever is sent, a complaint is taken whole or its mistakes are named.

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"xuncha/casework"
	"xuncha/intake"
)

var (
	noon  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	asker = intake.Asker{Staff: true, Now: noon}
)

const good = `{"text": "化工厂夜间排放刺鼻气味", "source": "wechat", "pollution_types": ["odour"], "occurred_at": "2026-11-23T22:10:00+08:00",
	"location": {"lon": 116.397, "lat": 39.909, "accuracy_m": 20, "crs": "gcj02"}, "address": "化工路3号", "respondent_name": "某厂",
	"external_id": {"system": "12345", "id": "A-1"}, "identity_mode": "real_name", "language": "zh-CN", "division_code": "990101",
	"contact": {"name": "王小明", "phone": "139 1234 5678", "email": "a@b.cn", "id_number": "110101199003078515",
		"home": {"lon": 116.3, "lat": 39.8, "crs": "bd09"}}}`

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		good, `{}`, `[]`, `null`, ``, `{"text": null}`, `{"location": {"lon": 1e308, "lat": -1e308, "crs": "bd09"}}`,
		`{"location": {"lon": null}}`, `{"contact": {"home": {}}}`, `{"text": "\ud800\u0000工厂夜间排放"}`, `{"external_id": {"system": " ", "id": ""}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := intake.Decode(data)
		if err != nil {
			named(t, err)
			return
		}
		checkBody(t, body)
	})
}

func named(t *testing.T, err error) {
	t.Helper()
	mistakes, ok := err.(intake.Mistakes) //nolint:errorlint // that it is one is the promise
	if !ok || len(mistakes) == 0 || mistakes.Code() == "" {
		t.Fatalf("%T %v has no code", err, err)
	}
}

func checkBody(t *testing.T, body intake.Body) {
	t.Helper()
	c, mistakes := intake.Check(body, asker)
	if len(mistakes) > 0 {
		named(t, mistakes)
		return
	}
	if n := intake.Characters(c.Text); n < intake.MinText || n > intake.MaxText || !utf8.ValidString(c.Text) || strings.ContainsRune(c.Text, 0) {
		t.Fatalf("text %q", c.Text)
	}
	if c.Location == nil && c.Address == "" {
		t.Fatal("neither place nor address")
	}
	if p := c.Location; p != nil && (p.Lon != p.Lon || p.Lat != p.Lat || p.Lon < -181 || p.Lon > 181 || p.Lat < -91 || p.Lat > 91) {
		t.Fatalf("position %+v", p)
	}
	if c.IdentityMode == intake.Anonymous && c.Contact != (intake.Contact{}) {
		t.Fatalf("anonymous with %+v", c.Contact)
	}
	// what intake takes, casework registers
	_, err := casework.Register(casework.Case{
		Source: c.Source, IdentityMode: c.IdentityMode, TextLength: intake.Characters(c.Text), Location: c.Location, Address: c.Address,
		PollutionTypes: c.PollutionTypes, ReceivedAt: casework.Stamp(noon), DivisionCode: c.DivisionCode,
	}, casework.NationalRules(), casework.Calendar{})
	if err != nil {
		t.Fatalf("casework refuses what intake takes: %v", err)
	}
	masksHide(t, c.Contact)
	sealsOpen(t, c.Contact)
}

// masksHide: no part of a contact that is long enough to tell stands in its mask.
func masksHide(t *testing.T, c intake.Contact) {
	t.Helper()
	m := c.Masked()
	for shown, secret := range map[string]string{m.Name: c.Name, m.Phone: c.Phone, m.Email: c.Email, m.IDNumber: c.IDNumber} {
		if utf8.RuneCountInString(secret) > 4 && strings.Contains(shown, secret) {
			t.Fatalf("the mask %q shows %q", shown, secret)
		}
		if !utf8.ValidString(shown) {
			t.Fatalf("the mask %q is not UTF-8", shown)
		}
	}
}

func sealsOpen(t *testing.T, c intake.Contact) {
	t.Helper()
	key := bytes.Repeat([]byte{7}, 32)
	sealed, err := intake.Seal(key, "c1", c, bytes.NewReader(bytes.Repeat([]byte{9}, 12)))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := intake.Open(key, "c1", sealed)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(c)
	b, _ := json.Marshal(opened)
	if !bytes.Equal(a, b) {
		t.Fatalf("sealed %s, opened %s", a, b)
	}
}

func FuzzFromForm(f *testing.F) {
	f.Add("text", "化工厂夜间排放", "location.lon", "116.4")
	f.Add("complaint", good, "", "")
	f.Add("location", `null`, "location.lon", "NaN")
	f.Add("location", `{"lon": 1}`, "location.lat", "1e999")
	f.Add("contact.home", `{}`, "contact.home.lon", "0x1p-2")
	f.Add("contact", "x", "contact.name", "y")
	f.Add("pollution_types", `["odour"]`, "pollution_types", "noise")
	f.Add("a.b.c.d", "1", "text.x", "2")
	f.Fuzz(func(t *testing.T, name, value, name2, value2 string) {
		values := map[string][]string{name: {value}}
		values[name2] = slices.Concat(values[name2], []string{value2})
		data, err := intake.FromForm(values)
		if err != nil {
			named(t, err)
			return
		}
		body, err := intake.Decode(data)
		if err != nil {
			named(t, err)
			return
		}
		checkBody(t, body)
	})
}
