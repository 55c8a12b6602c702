package hooks_test

// Complaints over real HTTP: filed, followed, rated, withdrawn; and what is refused leaves
// nothing behind.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/intake"
	"xuncha/internal/house"
)

// hall is a county with a desk and two inspectors, and what a complainant does.
type hall struct {
	*house.House
	agency, other        string
	intake, dispatcher   house.User
	reviewer, supervisor house.User
	inspectors           [2]house.User
	clock                *clock
}

// clock is the house's, which a test moves on.
type clock struct {
	mu stdsync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func openHall(t *testing.T, limits intake.Limits) *hall {
	h := &hall{clock: &clock{at: time.Now()}}
	h.House = house.With(t, t.TempDir(), hooks.Config{Now: h.clock.now, Intake: limits})
	h.agency = h.Agency("甲县分局", "990101")
	h.intake, h.dispatcher = h.User("intake", h.agency, "赵敏"), h.User("dispatcher", h.agency, "王丽")
	h.reviewer, h.supervisor = h.User("reviewer", h.agency, "孙立"), h.User("supervisor", h.agency, "吴静")
	h.inspectors = [2]house.User{h.User("inspector", h.agency, "李强"), h.User("inspector", h.agency, "周敏")}
	return h
}

var unlimited = intake.Limits{PerHour: -1, Tries: -1, AddressTries: -1}

// complaint is a good one.
func complaint() map[string]any {
	return map[string]any{
		"text": "化工厂夜间排放刺鼻气味，持续一周。", "source": "wechat", "pollution_types": []string{"odour"},
		"occurred_at": "2026-01-02T22:10:00+08:00", "address": "化工路3号", "respondent_name": "甲县某化工厂",
		"location": map[string]any{"lon": 116.3975461789, "lat": 39.9088592767, "accuracy_m": 20, "crs": "gcj02"},
	}
}

func with(body map[string]any, field string, value any) map[string]any {
	body = maps.Clone(body)
	body[field] = value
	return body
}

type receipt struct{ number, code, phrase, caseID string }

func (h *hall) file(token string, body map[string]any) receipt {
	h.T.Helper()
	status, answer := h.Do("POST", "/api/complaints", token, body)
	if status != http.StatusCreated {
		h.T.Fatalf("%d %v", status, answer)
	}
	r := receipt{number: answer["number"].(string), code: answer["code"].(string), phrase: answer["phrase"].(string)}
	r.caseID, _ = answer["case"].(string)
	return r
}

// as asks as the complainant of a receipt.
func (h *hall) as(r receipt, method, path string, body any) (int, map[string]any) {
	h.T.Helper()
	data := []byte{}
	if body != nil {
		data, _ = json.Marshal(body)
	}
	status, answer := h.Raw(method, "/api/complaints/"+r.number+path+"?code="+r.code,
		map[string]string{"X-Phrase": r.phrase, "Content-Type": "application/json"}, strings.NewReader(string(data)))
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		h.T.Fatalf("%d %q", status, answer)
	}
	return status, out
}

// written counts the rows of everything that a complaint may write.
func (h *hall) written() map[string]int {
	h.T.Helper()
	out := map[string]int{}
	for _, table := range []string{
		"complaints", "complainants", "respondents", "cases", "actions", "evidence", "ratings", "reveals", "warnings",
		"external_ids", "counters", "uploads", "sync_doc", "sync_feed", "notifications",
	} {
		var n int
		if err := h.App.DB().Select("count(*)").From(table).Row(&n); err != nil {
			h.T.Fatal(err)
		}
		out[table] = n
	}
	return out
}

// unchanged fails if what is done writes anything.
func (h *hall) unchanged(name string, do func()) {
	h.T.Helper()
	before := h.written()
	do()
	if after := h.written(); !maps.Equal(before, after) {
		h.T.Errorf("%s: something was written:\n%v\n%v", name, before, after)
	}
}

func TestAComplaintBecomesACase(t *testing.T) {
	h := openHall(t, intake.Limits{})
	r := h.file("", complaint())
	if r.caseID != "" {
		t.Error("the public is told the id of the case")
	}
	status, progress := h.as(r, "GET", "", nil)
	if status != http.StatusOK || progress["status"].(map[string]any)["zh"] != "未办理" {
		t.Fatalf("%d %v", status, progress)
	}
	row, err := h.App.FindFirstRecordByData("cases", "number", r.number)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"status": "registered", "agency": h.agency, "division_code": "990101", "source": "wechat", "address": "化工路3号",
		"title": "甲县某化工厂：恶臭异味", "identity_mode": "anonymous", "supervision_level": "none",
	} {
		if got := row.GetString(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	var at, raw struct {
		Lon, Lat float64
		CRS      string
	}
	_ = row.UnmarshalJSONField("location", &at)
	if d := (at.Lon - 116.391305) * (at.Lon - 116.391305); d > 1e-17 || at.CRS != "wgs84" {
		t.Errorf("location %+v", at)
	}
	first, err := h.App.FindFirstRecordByData("complaints", "number", r.number)
	if err != nil {
		t.Fatal(err)
	}
	_ = first.UnmarshalJSONField("location_raw", &raw)
	if raw.Lon != 116.3975461789 || raw.CRS != "gcj02" {
		t.Errorf("raw %+v", raw)
	}
	if row.GetString("due_strict") == "" || first.GetString("case") != row.Id || row.GetString("complaint") != first.Id {
		t.Errorf("case %v", row.FieldsData())
	}
}

func TestBadComplaintsAreNamedAndLeaveNothing(t *testing.T) {
	h := openHall(t, intake.Limits{})
	at := func(lon, lat any, crs string) map[string]any {
		return with(complaint(), "location", map[string]any{"lon": lon, "lat": lat, "crs": crs})
	}
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"four characters":           {with(complaint(), "text", "有臭味！"), 400, "text_too_short"},
		"blanks only":               {with(complaint(), "text", "  \n   \t  "), 400, "text_too_short"},
		"a text without end":        {with(complaint(), "text", strings.Repeat("臭", intake.MaxText+1)), 400, "too_long"},
		"a body without end":        {with(complaint(), "text", strings.Repeat("a", intake.MaxBody)), 413, "body_too_large"},
		"unknown source":            {with(complaint(), "source", "dream"), 400, "source_unknown"},
		"an order from above":       {with(complaint(), "source", "leader_instruction"), 403, "source_reserved"},
		"a referral from above":     {with(complaint(), "source", "superior_referral"), 403, "source_reserved"},
		"an inspection team":        {with(complaint(), "source", "inspection_team"), 403, "source_reserved"},
		"a hotline that is history": {with(complaint(), "source", "phone_12369"), 403, "source_reserved"},
		"unknown pollution type":    {with(complaint(), "pollution_types", []string{"odour", "light"}), 400, "pollution_type_unknown"},
		"unknown identity mode":     {with(complaint(), "identity_mode", "secret"), 400, "identity_mode_unknown"},
		"unknown datum":             {at(116.4, 39.9, "utm"), 400, "crs_unknown"},
		"no datum":                  {at(116.4, 39.9, ""), 400, "crs_unknown"},
		"swapped coordinates":       {at(39.9, 116.4, "wgs84"), 400, "coordinates_swapped"},
		"beyond the globe":          {at(200, 39.9, "wgs84"), 400, "coordinates_invalid"},
		"a longitude only":          {with(complaint(), "location", map[string]any{"lon": 116.4, "crs": "wgs84"}), 400, "coordinates_missing"},
		"a coordinate in words":     {at("NaN", 39.9, "wgs84"), 400, "field_invalid"},
		"negative accuracy":         {with(complaint(), "location", map[string]any{"lon": 116.4, "lat": 39.9, "crs": "wgs84", "accuracy_m": -1}), 400, "accuracy_invalid"},
		"neither place nor address": {map[string]any{"text": "工厂夜间排放刺鼻气味"}, 400, "place_missing"},
		"an address without end":    {with(complaint(), "address", strings.Repeat("路", 201)), 400, "too_long"},
		"a field that is not there": {with(complaint(), "adress", "化工路3号"), 400, "field_unknown"},
		"a number for the text":     {with(complaint(), "text", 12345678), 400, "field_invalid"},
		"no name, real name":        {with(with(complaint(), "identity_mode", "real_name"), "contact", map[string]any{"phone": "13912345678"}), 400, "contact_missing"},
		"no contact, contact only":  {with(complaint(), "identity_mode", "contact_only"), 400, "contact_missing"},
		"a contact, anonymous":      {with(with(complaint(), "identity_mode", "anonymous"), "contact", map[string]any{"phone": "13912345678"}), 400, "contact_unexpected"},
		"a phone in words":          {with(complaint(), "contact", map[string]any{"phone": "ask my neighbour"}), 400, "phone_invalid"},
		"an e-mail without at":      {with(complaint(), "contact", map[string]any{"email": "wang.example.org"}), 400, "email_invalid"},
		"a swapped home":            {with(complaint(), "contact", map[string]any{"phone": "13912345678", "home": map[string]any{"lon": 39.9, "lat": 116.4, "crs": "wgs84"}}), 400, "coordinates_swapped"},
		"a day, no time":            {with(complaint(), "occurred_at", "2026-01-02"), 400, "time_invalid"},
		"a time to come":            {with(complaint(), "occurred_at", "2199-01-02T00:00:00Z"), 400, "time_ahead"},
		"half an external id":       {with(complaint(), "external_id", map[string]any{"system": "12345"}), 400, "external_id_invalid"},
		"a division from outside":   {with(complaint(), "division_code", "990101"), 403, "field_locked"},
		"no language":               {with(complaint(), "language", "<b>"), 400, "language_invalid"},
		"eleven pollution types":    {with(complaint(), "pollution_types", strings.Fields(strings.Repeat("odour ", 11))), 400, "too_many"},
	} {
		h.unchanged(name, func() {
			status, answer := h.Do("POST", "/api/complaints", "", c.body)
			if status != c.status || answer["code"] != c.code {
				t.Errorf("%s: %d %v, want %d %s", name, status, answer, c.status, c.code)
			}
		})
	}
	for name, c := range map[string]struct{ body, code string }{
		"broken JSON": {`{"text": "工厂夜间排放`, "bad_json"},
		"NaN":         {`{"text": "工厂夜间排放刺鼻气味", "location": {"lon": NaN, "lat": 39.9, "crs": "wgs84"}}`, "bad_json"},
		"without end": {`{"text": "工厂夜间排放刺鼻气味", "location": {"lon": 1e999, "lat": 39.9, "crs": "wgs84"}}`, "field_invalid"},
		"two bodies":  {`{"text": "工厂夜间排放刺鼻气味", "address": "化工路"} {}`, "bad_json"},
		"not UTF-8":   {"{\"text\": \"\xff\xfe工厂夜间排放刺鼻气味\", \"address\": \"化工路\"}", "bad_json"},
		"a list":      {`[]`, "field_invalid"},
		"nothing":     {``, "text_too_short"},
	} {
		h.unchanged(name, func() {
			status, data := h.Raw("POST", "/api/complaints", map[string]string{"Content-Type": "application/json"}, strings.NewReader(c.body))
			var answer map[string]any
			if err := json.Unmarshal(data, &answer); err != nil || status != 400 || answer["code"] != c.code {
				t.Errorf("%s: %d %s, want %s", name, status, data, c.code)
			}
		})
	}
	if r := h.file("", complaint()); !strings.HasSuffix(r.number, "-000001") {
		t.Errorf("the refused ones took numbers: %s", r.number)
	}
}

func TestTheSameMessageTwiceIsOneComplaint(t *testing.T) {
	h := openHall(t, intake.Limits{})
	body := with(complaint(), "external_id", map[string]any{"system": "12345", "id": "2026-A-77"})
	r := h.file("", body)
	h.unchanged("again", func() {
		status, answer := h.Do("POST", "/api/complaints", "", body)
		if status != http.StatusOK || answer["number"] != r.number {
			t.Errorf("%d %v", status, answer)
		}
		for _, secret := range []string{"code", "phrase", "case", "differs"} {
			if _, told := answer[secret]; told {
				t.Errorf("%s is told again: %v", secret, answer)
			}
		}
	})
}

func TestManyAtOnceGetNumbersWithoutGaps(t *testing.T) {
	h := openHall(t, unlimited)
	const n = 40
	numbers := make(chan string, n)
	for i := range n { // each message comes twice
		go func() {
			status, data := h.Raw("POST", "/api/complaints", map[string]string{"Content-Type": "application/json"},
				strings.NewReader(fmt.Sprintf(`{"text": "工厂夜间排放刺鼻气味", "address": "化工路", "external_id": {"system": "s", "id": "%d"}}`, i/2)))
			var answer struct{ Number string }
			_ = json.Unmarshal(data, &answer)
			if status/100 != 2 {
				t.Errorf("%d %s", status, data)
			}
			numbers <- answer.Number
		}()
	}
	seen := map[string]bool{}
	for range n {
		seen[<-numbers] = true
	}
	count := h.written()["complaints"]
	if len(seen) != n/2 || count != n/2 {
		t.Errorf("%d numbers for %d complaints of %d messages", len(seen), count, n/2)
	}
	last := intake.Number(intake.Year(h.clock.now()), int64(count))
	if !seen[last] {
		t.Errorf("the last number is not %s: %v", last, seen)
	}
}
