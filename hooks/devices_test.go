package hooks_test

// The registration of devices over HTTP.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xuncha/hooks/store"
	"xuncha/internal/house"
)

func device(token string) map[string]any {
	return map[string]any{"channel": "fcm", "token": token, "platform": "android", "language": "zh-CN"}
}

func (o *office) devicesOf(u house.User) []any {
	o.T.Helper()
	status, body := o.Do("GET", "/api/devices", u.Token, nil)
	if status != http.StatusOK {
		o.T.Fatalf("%d %v", status, body)
	}
	return body["items"].([]any)
}

func TestAUserKeepsHisDevices(t *testing.T) {
	o := openOffice(t)
	li, zhou := o.inspectors[0], o.inspectors[1]
	id := o.register(li, "token-1")
	status, body := o.Do("POST", "/api/devices", li.Token, device("token-1"))
	if status != http.StatusOK || body["id"] != id || body["language"] != "zh-CN" {
		t.Errorf("registered again: %d %v", status, body)
	}
	if _, shown := body["token"]; shown {
		t.Errorf("the answer shows the token: %v", body)
	}
	if status, body := o.Do("DELETE", "/api/devices/"+id, zhou.Token, nil); status != 404 || body["code"] != "device_unknown" {
		t.Errorf("a foreign device: %d %v", status, body)
	}
	if n := len(o.devicesOf(li)); n != 1 {
		t.Errorf("%d devices", n)
	}
	if status, body := o.Do("DELETE", "/api/devices/"+id, li.Token, nil); status != http.StatusNoContent {
		t.Errorf("%d %v", status, body)
	}
	if n := len(o.devicesOf(li)); n != 0 {
		t.Errorf("%d devices", n)
	}
}

func TestATokenMovesToWhoRegistersItLast(t *testing.T) {
	o := openOffice(t)
	li, zhou := o.inspectors[0], o.inspectors[1]
	first := o.register(li, "token-1")
	if second := o.register(zhou, "token-1"); second == first {
		t.Error("the device kept its id: what waits for the first owner would reach the second")
	}
	if a, b := len(o.devicesOf(li)), len(o.devicesOf(zhou)); a != 0 || b != 1 {
		t.Errorf("%d and %d devices", a, b)
	}
	o.registerComplainant(complaintNumber, "token-1")
	if n := len(o.devicesOf(zhou)); n != 0 {
		t.Errorf("%d devices", n)
	}
}

func TestWhatWaitsForTheFirstOwnerDoesNotReachTheSecond(t *testing.T) {
	o := openOffice(t)
	o.register(o.dispatcher, "token-1")
	o.Record("held_edits", map[string]any{"kind": "edit", "case": o.caseID, "state": "open"}) // waits for the digest
	o.register(o.inspectors[0], "token-1")
	records, err := o.App.FindAllRecords("deliveries")
	if err != nil || len(records) != 1 {
		t.Fatalf("%v %v", records, err)
	}
	if n, err := o.App.CountRecords("devices"); err != nil || n != 1 {
		t.Fatalf("%d devices %v", n, err)
	}
	if gone, _ := o.App.FindRecordsByIds("devices", []string{records[0].GetString("device")}); len(gone) != 0 {
		t.Error("the delivery still points at a device")
	}
}

func TestANewTokenOfTheSamePhoneReplacesItsOldOne(t *testing.T) {
	o := openOffice(t)
	li := o.inspectors[0]
	for _, token := range []string{"token-1", "token-2"} {
		body := device(token)
		body["client"] = "phone-client-1"
		if status, body := o.Do("POST", "/api/devices", li.Token, body); status/100 != 2 {
			t.Fatalf("%d %v", status, body)
		}
	}
	if n := len(o.devicesOf(li)); n != 1 {
		t.Errorf("%d devices", n)
	}
}

func TestNobodyHasMoreThanTwentyDevices(t *testing.T) {
	o := openOffice(t)
	for i := range store.MaxDevices {
		o.register(o.inspectors[0], fmt.Sprintf("token-%d", i))
	}
	for name, try := range map[string]func() (int, map[string]any){
		"our route": func() (int, map[string]any) {
			return o.Do("POST", "/api/devices", o.inspectors[0].Token, device("one-more"))
		},
		"PocketBase's own": func() (int, map[string]any) {
			body := device("one-more")
			body["user"] = o.inspectors[0].ID
			return o.Do("POST", "/api/collections/devices/records", o.inspectors[0].Token, body)
		},
	} {
		status, body := try()
		data, _ := body["data"].(map[string]any)
		if status != http.StatusConflict || body["code"] != "too_many_devices" || data["limit"] != 20.0 {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	if n := len(o.devicesOf(o.inspectors[0])); n != store.MaxDevices {
		t.Errorf("%d devices", n)
	}
	if status, body := o.Do("POST", "/api/devices", o.inspectors[0].Token, device("token-3")); status != http.StatusOK {
		t.Errorf("one of the twenty again: %d %v", status, body)
	}
}

func TestAComplainantRegistersWithNumberCodeAndPhrase(t *testing.T) {
	o := openOffice(t)
	o.complain("TS-2026-004712", o.caseID)
	good := func() map[string]any {
		body := device("token-1")
		body["number"], body["code"] = complaintNumber, code
		return body
	}
	for name, c := range map[string]struct {
		change func(map[string]any)
		phrase string
	}{
		"another number": {func(b map[string]any) { b["number"] = "TS-2026-004712x" }, phrase},
		"a wrong code":   {func(b map[string]any) { b["code"] = "000000" }, phrase},
		"no code":        {func(b map[string]any) { delete(b, "code") }, phrase},
		"a wrong phrase": {func(map[string]any) {}, "wrongwrongwr"},
		"no phrase":      {func(map[string]any) {}, ""},
	} {
		body := good()
		c.change(body)
		if status, answer := o.send("POST", "/api/devices", c.phrase, body); status != http.StatusNotFound || answer["code"] != "complaint_unknown" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	status, answer := o.send("POST", "/api/devices", phrase, good())
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, answer)
	}
	query := "?number=" + complaintNumber + "&code=" + code
	if status, list := o.send("GET", "/api/devices"+query, phrase, nil); status != http.StatusOK || len(list["items"].([]any)) != 1 {
		t.Errorf("%d %v", status, list)
	}
	if status, list := o.send("GET", "/api/devices"+query, "", nil); status != http.StatusNotFound {
		t.Errorf("without a phrase: %d %v", status, list)
	}
	path := "/api/devices/" + answer["id"].(string)
	if status, list := o.send("DELETE", path+"?number=TS-2026-004712&code="+code, phrase, nil); status != http.StatusNotFound {
		t.Errorf("another complainant: %d %v", status, list)
	}
	if status, list := o.send("DELETE", path+query, phrase, nil); status != http.StatusNoContent {
		t.Errorf("%d %v", status, list)
	}
}

func TestBadRegistrationsAreNamed(t *testing.T) {
	o := openOffice(t)
	li := o.inspectors[0]
	for name, c := range map[string]struct {
		field  string
		value  any
		status int
		code   string
	}{
		"no token":          {"token", "", 400, "token_invalid"},
		"a token with room": {"token", "a b", 400, "token_invalid"},
		"a huge token":      {"token", strings.Repeat("x", 5000), 400, "token_invalid"},
		"another channel":   {"channel", "pigeon", 400, "channel_unknown"},
		"no channel":        {"channel", "", 400, "channel_unknown"},
		"a long language":   {"language", strings.Repeat("x", 65), 400, "too_long"},
		"a number":          {"token", 17, 400, "field_invalid"},
	} {
		body := device("token-1")
		body[c.field] = c.value
		if status, answer := o.Do("POST", "/api/devices", li.Token, body); status != c.status || answer["code"] != c.code {
			t.Errorf("%s: %d %v, want %d %s", name, status, answer, c.status, c.code)
		}
	}
	if status, answer := o.Do("POST", "/api/devices", "", device("token-1")); status != 401 || answer["code"] != "unauthorized" {
		t.Errorf("nobody: %d %v", status, answer)
	}
	status, data := o.Raw("POST", "/api/devices", map[string]string{"Authorization": li.Token, "Content-Type": "application/json"}, strings.NewReader("{"))
	if status != 400 || !strings.Contains(string(data), "bad_json") {
		t.Errorf("broken JSON: %d %s", status, data)
	}
	user := o.record("users", li.ID)
	user.Set("disabled_at", "2026-11-24T00:00:00.000Z")
	if err := o.App.Save(user); err != nil {
		t.Fatal(err)
	}
	if status, answer := o.Do("POST", "/api/devices", li.Token, device("token-1")); status != 401 || answer["code"] != "disabled" {
		t.Errorf("a disabled user: %d %v", status, answer)
	}
	if n := o.count("devices"); n != 0 {
		t.Errorf("%d devices", n)
	}
}

func TestPocketBasesOwnAPIKeepsDevicesTheirOwners(t *testing.T) {
	o := openOffice(t)
	li, zhou := o.inspectors[0], o.inspectors[1]
	const base = "/api/collections/devices/records"
	with := func(token string, more map[string]any) map[string]any {
		body := device(token)
		for k, v := range more {
			body[k] = v
		}
		return body
	}
	status, made := o.Do("POST", base, li.Token, with("token-1", map[string]any{"user": li.ID}))
	if status != http.StatusOK || made["last_seen_at"] == "" {
		t.Fatalf("%d %v", status, made)
	}
	path := base + "/" + made["id"].(string)
	for name, c := range map[string]struct {
		method, path string
		user         house.User
		body         map[string]any
		want         int
	}{
		"for another user":        {"POST", base, li, with("token-2", map[string]any{"user": zhou.ID}), 400},
		"for a complaint":         {"POST", base, li, with("token-2", map[string]any{"user": li.ID, "complaint": o.complaint}), 403},
		"handed to another user":  {"PATCH", path, li, map[string]any{"user": zhou.ID}, 403},
		"bound to a complaint":    {"PATCH", path, li, map[string]any{"complaint": o.complaint}, 403},
		"a dated one":             {"PATCH", path, li, map[string]any{"last_seen_at": "2030"}, 403},
		"a foreign one changed":   {"PATCH", path, zhou, map[string]any{"language": "en"}, 404},
		"a foreign one seen":      {"GET", path, zhou, nil, 404},
		"a foreign one deleted":   {"DELETE", path, zhou, nil, 404},
		"an own one changed":      {"PATCH", path, li, map[string]any{"language": "en"}, 200},
		"an own one, a bad token": {"PATCH", path, li, map[string]any{"token": "a b"}, 400},
	} {
		if status, body := o.Do(c.method, c.path, c.user.Token, c.body); status != c.want {
			t.Errorf("%s: %d %v, want %d", name, status, body, c.want)
		}
	}
	if status, body := o.Do("DELETE", path, li.Token, nil); status != http.StatusNoContent {
		t.Errorf("%d %v", status, body)
	}
}
