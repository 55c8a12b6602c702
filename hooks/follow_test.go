package hooks_test

// What a complainant reads and does with number, code and phrase.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/intake"
	"xuncha/internal/photo"
)

func (h *hall) caseBy(r receipt) string {
	h.T.Helper()
	row, err := h.App.FindFirstRecordByData("cases", "number", r.number)
	if err != nil {
		h.T.Fatal(err)
	}
	return row.Id
}

// closeCase puts a case where a reviewer has closed it.
func (h *hall) closeCase(caseID, reply string) {
	h.move(caseID, map[string]any{
		"status": "closed", "outcome": "mostly", "handling_result": "内部结果", "complainant_reply": reply,
		"legal_basis": "大气污染防治法第八十条", "closed_at": casework.Stamp(h.clock.now()),
	})
}

func steps(progress map[string]any) []string {
	var out []string
	for _, line := range progress["timeline"].([]any) {
		out = append(out, line.(map[string]any)["step"].(string))
	}
	return out
}

func can(progress map[string]any) string { return fmt.Sprint(progress["can"]) }

func TestAComplainantFollowsHisCase(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file(h.intake.Token, complaint())
	status, p := h.as(r, "GET", "", nil)
	if status != http.StatusOK || can(p) != "[withdraw]" || fmt.Sprint(steps(p)) != "[registered]" || p["agency"].(map[string]any)["name"] != "甲县分局" {
		t.Fatalf("%d %v", status, p)
	}
	h.act(h.dispatcher, r.caseID, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101"})
	h.act(h.dispatcher, r.caseID, "assign", map[string]any{"inspectors": []string{h.inspectors[0].ID, h.inspectors[1].ID}, "due": soon()})
	h.act(h.reviewer, r.caseID, "extend", map[string]any{"days": 10, "reason": "承办人李强休假，情况复杂"})
	h.act(h.dispatcher, r.caseID, "note", map[string]any{"text": "内部备注"})
	_, p = h.as(r, "GET", "", nil)
	if got := fmt.Sprint(steps(p)); got != "[registered accepted assigned extended]" {
		t.Errorf("%s", got)
	}
	line := p["timeline"].([]any)[3].(map[string]any)
	if due := p["due"].(string); line["zh"] != "办理期限延长 10 日，至 "+due+"。" || !strings.Contains(line["en"].(string), due) || line["at"] == "" {
		t.Errorf("%v", line)
	}
	if p["status"].(map[string]any)["zh"] != "办理中" || p["due"] == "" || p["reply"] != nil {
		t.Errorf("%v", p)
	}
	h.closeCase(r.caseID, "工厂已停产整改，异味已消除。")
	_, p = h.as(r, "GET", "", nil)
	reply := p["reply"].(map[string]any)
	if p["status"].(map[string]any)["code"] != "done" || reply["text"] != "工厂已停产整改，异味已消除。" || reply["legal_basis"] == "" ||
		reply["outcome"].(map[string]any)["zh"] != "基本属实" || can(p) != "[rate]" {
		t.Errorf("%v", p)
	}
	data, _ := json.Marshal(p)
	for _, secret := range []string{"内部备注", "内部结果", "休假", h.inspectors[0].ID, "李强", r.caseID, r.phrase} {
		if strings.Contains(string(data), secret) {
			t.Errorf("a complainant reads %q", secret)
		}
	}
}

func TestARefusalSaysWhyAndWhereToTurn(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file(h.intake.Token, complaint())
	h.act(h.intake, r.caseID, "refuse", map[string]any{"reason": "out_of_competence", "advice": "请向城管部门反映。"})
	_, p := h.as(r, "GET", "", nil)
	refusal := p["refusal"].(map[string]any)
	if refusal["advice"] != "请向城管部门反映。" || refusal["reason"].(map[string]any)["zh"] != "不属于生态环境部门职责" ||
		p["status"].(map[string]any)["code"] != "refused" || can(p) != "[]" {
		t.Errorf("%v", p)
	}
	if line := p["timeline"].([]any)[1].(map[string]any); line["en"] != "Your complaint was not accepted: outside our remit." {
		t.Errorf("%v", line)
	}
}

func TestAMergedComplaintReadsTheMainCase(t *testing.T) {
	h := openHall(t, unlimited)
	main, merged := h.file(h.intake.Token, plantedComplaint()), h.file(h.intake.Token, complaint())
	h.act(h.dispatcher, main.caseID, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101"})
	h.clock.forward(time.Minute)
	h.act(h.dispatcher, merged.caseID, "merge", map[string]any{"primary": main.caseID})
	h.clock.forward(time.Minute)
	h.act(h.dispatcher, main.caseID, "assign", map[string]any{"inspectors": []string{h.inspectors[0].ID, h.inspectors[1].ID}, "due": soon()})
	h.clock.forward(time.Minute)
	if status, p := h.as(main, "POST", "/withdraw", map[string]any{"reason": "算了"}); status != http.StatusOK || p["status"].(map[string]any)["code"] != "handling" {
		t.Errorf("one of two withdraws: %d %v", status, p)
	}
	_, p := h.as(merged, "GET", "", nil)
	if got := fmt.Sprint(steps(p)); got != "[registered merged assigned]" || p["merged"] != true || p["number"] != merged.number {
		t.Errorf("%s %v", got, p)
	}
	if status, p := h.as(merged, "POST", "/withdraw", map[string]any{}); status != http.StatusConflict || p["code"] != "case_merged" {
		t.Errorf("%d %v", status, p)
	}
	h.closeCase(main.caseID, "欧阳芷晴您好，工厂已停产整改。如有疑问请联系 13912345678。")
	_, p = h.as(merged, "GET", "", nil)
	data, _ := json.Marshal(p)
	h.look("the other complainant", data)
	if text := p["reply"].(map[string]any)["text"].(string); !strings.Contains(text, "工厂已停产整改") {
		t.Errorf("%s", text)
	}
	if status, p := h.as(merged, "POST", "/rating", map[string]any{"solved": true, "score": 4}); status != http.StatusCreated || can(p) != "[]" {
		t.Errorf("%d %v", status, p)
	}
	if status, _ := h.as(main, "POST", "/rating", map[string]any{"solved": true, "score": 5}); status != http.StatusCreated {
		t.Errorf("each complainant rates: %d", status)
	}
}

func TestARatingIsGivenOnceARoundAfterTheReply(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file(h.intake.Token, plantedComplaint())
	rate := func(body any) (int, any) {
		status, answer := h.as(r, "POST", "/rating", body)
		return status, answer["code"]
	}
	good := map[string]any{"solved": true, "score": 5, "text": "解决了"}
	h.unchanged("early", func() {
		if status, code := rate(good); status != http.StatusConflict || code != "rating_early" {
			t.Errorf("%d %v", status, code)
		}
	})
	h.closeCase(r.caseID, "已整改。")
	for name, c := range map[string]struct {
		body map[string]any
		code string
	}{
		"no score":        {map[string]any{"solved": true}, "score_invalid"},
		"six":             {with(good, "score", 6), "score_invalid"},
		"nought":          {with(good, "score", 0), "score_invalid"},
		"a half":          {with(good, "score", 2.5), "field_invalid"},
		"a word for yes":  {with(good, "solved", "yes"), "field_invalid"},
		"neither":         {map[string]any{"score": 3}, "rating_incomplete"},
		"a text too long": {with(good, "text", strings.Repeat("好", intake.MaxRatingText+1)), "too_long"},
	} {
		h.unchanged(name, func() {
			if status, code := rate(c.body); status != http.StatusBadRequest || code != c.code {
				t.Errorf("%s: %d %v", name, status, code)
			}
		})
	}
	if status, p := h.as(r, "POST", "/rating", with(good, "text", "谢谢，我是欧阳芷晴")); status != http.StatusCreated || p["rating"].(map[string]any)["score"] != 5.0 {
		t.Errorf("%d %v", status, p)
	}
	h.unchanged("twice", func() {
		if status, code := rate(good); status != http.StatusConflict || code != "rating_given" {
			t.Errorf("%d %v", status, code)
		}
	})
	row, err := h.App.FindFirstRecordByData("ratings", "case", r.caseID)
	if err != nil {
		t.Fatal(err)
	}
	h.look("whoever reads the ratings", []byte(row.GetString("text")))
}

func TestWhatIsNotSolvedIsReopenedTwiceAndThenWarns(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file(h.intake.Token, complaint())
	for round := 1; round <= 3; round++ {
		h.closeCase(r.caseID, "已整改。")
		status, p := h.as(r, "POST", "/rating", map[string]any{"solved": false, "score": 1, "text": "还是臭"})
		if status != http.StatusCreated {
			t.Fatalf("round %d: %d %v", round, status, p)
		}
		want := "handling"
		if round == 3 {
			want = "done"
		}
		if got := p["status"].(map[string]any)["code"]; got != want {
			t.Errorf("round %d: %v", round, got)
		}
	}
	rows, err := h.App.FindAllRecords("warnings")
	if err != nil || len(rows) != 1 || rows[0].GetString("kind") != "dissatisfied" || rows[0].GetString("division_code") != "990101" {
		t.Errorf("%v %v", rows, err)
	}
	row, err := h.App.FindFirstRecordByFilter("actions", "name = 'reopen'")
	if err != nil || row.GetString("actor_kind") != "rule" || !strings.Contains(row.GetString("args"), "还是臭") {
		t.Errorf("%v %v", row, err)
	}
}

func TestALateRatingWarnsInsteadOfReopening(t *testing.T) {
	h := openHall(t, unlimited)
	above := h.User("supervisor", h.Agency("云川市生态环境局", "990100"), "何局")
	h.User("supervisor", h.elsewhere(), "别县") // is not told
	away := h.User("supervisor", h.agency, "休假")
	if status, answer := h.Do("PATCH", "/api/collections/users/records/"+away.ID, h.User("admin", h.agency, "管").Token, map[string]any{"disabled_at": "2026-01-01T00:00:00.000Z"}); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	r := h.file(h.intake.Token, complaint())
	h.closeCase(r.caseID, "已整改。")
	h.clock.forward(50 * 24 * time.Hour) // 30 days, and the longest holiday
	_, p := h.as(r, "POST", "/rating", map[string]any{"solved": false, "score": 1})
	if n := h.written()["warnings"]; p["status"].(map[string]any)["code"] != "done" || n != 1 {
		t.Errorf("%v, %d warnings", p, n)
	}
	var told []struct {
		Recipient, Case, Payload string
		Audience                 string `db:"recipient_kind"`
	}
	err := h.App.DB().NewQuery("SELECT recipient, `case`, payload, recipient_kind FROM notifications WHERE kind = 'warning'").All(&told)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, n := range told {
		got[n.Recipient] = true
		if n.Case != r.caseID || n.Audience != "dispatcher" || !strings.Contains(n.Payload, r.number) {
			t.Errorf("%+v", n)
		}
	}
	if want := map[string]bool{h.supervisor.ID: true, above.ID: true, h.dispatcher.ID: true}; !maps.Equal(got, want) {
		t.Errorf("%v are warned, want %v", got, want)
	}
}

func TestAComplainantWithdraws(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file("", plantedComplaint())
	status, p := h.as(r, "POST", "/withdraw", map[string]any{"reason": "我欧阳芷晴与对方和解"})
	if status != http.StatusOK || p["status"].(map[string]any)["code"] != "done" || can(p) != "[]" || fmt.Sprint(steps(p)) != "[registered withdrawn]" {
		t.Errorf("%d %v", status, p)
	}
	row, err := h.App.FindFirstRecordByData("actions", "case", h.caseBy(r))
	if err != nil {
		t.Fatal(err)
	}
	if row.GetString("actor_kind") != "complainant" || row.GetString("outcome") != "applied" {
		t.Errorf("%v", row.FieldsData())
	}
	h.look("whoever reads the action", []byte(row.GetString("args")))
	h.unchanged("again", func() {
		if status, p := h.as(r, "POST", "/withdraw", map[string]any{"reason": "再撤"}); status != http.StatusConflict {
			t.Errorf("%d %v", status, p)
		}
	})
}

// wrong are the ways of not knowing number, code and phrase.
func wrong(r receipt) map[string]receipt {
	return map[string]receipt{
		"another number": {number: "2026-999999", code: r.code, phrase: r.phrase},
		"a wrong code":   {number: r.number, code: "222222", phrase: r.phrase},
		"no code":        {number: r.number, phrase: r.phrase},
		"a wrong phrase": {number: r.number, code: r.code, phrase: "222222222222"},
		"no phrase":      {number: r.number, code: r.code},
	}
}

func TestWhateverIsWrongTheAnswerIsTheSame(t *testing.T) {
	h := openHall(t, unlimited)
	r := h.file("", complaint())
	answers := map[string]bool{}
	for name, w := range wrong(r) {
		for _, route := range []struct{ method, path string }{{"GET", ""}, {"POST", "/rating"}, {"POST", "/withdraw"}} {
			h.unchanged(name, func() {
				status, data := h.Raw(route.method, "/api/complaints/"+w.number+route.path+"?code="+w.code, map[string]string{"X-Phrase": w.phrase}, nil)
				if status != http.StatusNotFound {
					t.Errorf("%s %s: %d", name, route.path, status)
				}
				answers[string(data)] = true
			})
		}
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	spelled := receipt{number: r.number, code: strings.ToLower(r.code), phrase: strings.ToUpper(r.phrase[:4] + "-" + r.phrase[4:8] + " " + r.phrase[8:])}
	if status, p := h.as(spelled, "GET", "", nil); status != http.StatusOK {
		t.Errorf("as people write it down: %d %v", status, p)
	}
}

func TestWhoGuessesWaits(t *testing.T) {
	h := openHall(t, intake.Limits{})
	r, other := h.file("", complaint()), h.file("", complaint())
	guess := receipt{number: r.number, code: r.code, phrase: "222222222222"}
	for i := range 5 {
		if status, _ := h.as(guess, "GET", "", nil); status != http.StatusNotFound {
			t.Fatalf("try %d: %d", i, status)
		}
		for range 3 {
			if status, _ := h.as(other, "GET", "", nil); status != http.StatusOK {
				t.Fatalf("a right one is counted: %d", status)
			}
		}
	}
	for name, asker := range map[string]receipt{"a sixth guess": guess, "the right phrase": r} {
		status, p := h.as(asker, "GET", "", nil)
		if data, _ := p["data"].(map[string]any); status != http.StatusTooManyRequests || data["limit"] != 5.0 {
			t.Errorf("%s: %d %v", name, status, p)
		}
	}
	h.clock.forward(intake.TryWindow)
	if status, _ := h.as(r, "GET", "", nil); status != http.StatusOK {
		t.Errorf("after the wait: %d", status)
	}
	for i := range 51 { // another number each time
		status, _ := h.as(receipt{number: fmt.Sprintf("2025-%06d", i), code: "222222", phrase: "222222222222"}, "GET", "", nil)
		if want := map[bool]int{true: 404, false: 429}[i < 50]; status != want {
			t.Fatalf("number %d: %d", i, status)
		}
	}
}

func TestThePublicComplainsInTurn(t *testing.T) {
	h := openHall(t, intake.Limits{PerHour: 2, Burst: 3})
	for range 3 {
		h.file("", complaint())
	}
	h.unchanged("the fourth", func() {
		status, data := h.Raw("POST", "/api/complaints", map[string]string{"Content-Type": "application/json"}, strings.NewReader(`{}`))
		if status != http.StatusTooManyRequests || !strings.Contains(string(data), `"limit":2`) || !strings.Contains(string(data), `"retry_after":1800`) {
			t.Errorf("%d %s", status, data)
		}
	})
	res, err := http.Post(h.URL+"/api/complaints", "application/json", strings.NewReader(`{}`))
	if err != nil || res.Body.Close() != nil || res.Header.Get("Retry-After") != "1800" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %v", res, err)
	}
	h.file(h.intake.Token, complaint())
	h.file(h.dispatcher.Token, complaint())
	if status, _ := h.Do("POST", "/api/complaints", h.inspectors[0].Token, complaint()); status != http.StatusTooManyRequests {
		t.Errorf("an inspector complains as anybody: %d", status)
	}
	h.clock.forward(30 * time.Minute)
	for range 5 { // mistakes cost nothing
		if status, _ := h.Do("POST", "/api/complaints", "", with(complaint(), "text", "臭")); status != http.StatusBadRequest {
			t.Fatalf("%d", status)
		}
	}
	h.file("", complaint())
}

func TestBadFormsLeaveNothing(t *testing.T) {
	h := openHall(t, unlimited)
	small := photo.JPEG(photo.Scene(1, 64, 48), photo.Tags{})
	tiff := append([]byte("II*\x00\x08\x00\x00\x00"), make([]byte, 200)...)
	for name, c := range map[string]struct {
		photos [][]byte
		body   map[string]any
		status int
		code   string
	}{
		"ten photos":          {slices.Repeat([][]byte{small}, 10), complaint(), 400, "too_many_photos"},
		"a TIFF named .jpg":   {[][]byte{small, tiff}, complaint(), 415, "media_type_not_supported"},
		"nothing in a photo":  {[][]byte{{}}, complaint(), 415, "media_type_not_supported"},
		"a photo without end": {[][]byte{append(slices.Clone(small), make([]byte, 20<<20)...)}, complaint(), 413, "file_too_large"},
		"a bad text":          {[][]byte{small}, with(complaint(), "text", "臭"), 400, "text_too_short"},
	} {
		h.unchanged(name, func() {
			if status, answer := h.fileForm("", c.body, c.photos...); status != c.status || answer["code"] != c.code {
				t.Errorf("%s: %d %v", name, status, answer)
			}
		})
	}
	h.unchanged("a form that breaks off", func() {
		kind, data := form(t, complaint(), small)
		status, answer := h.Raw("POST", "/api/complaints", map[string]string{"Content-Type": kind}, strings.NewReader(string(data[:len(data)/2])))
		if status != http.StatusBadRequest || !strings.Contains(string(answer), "bad_form") {
			t.Errorf("%d %s", status, answer)
		}
	})
	if status, answer := h.fileForm("", complaint(), small, small); status != http.StatusCreated {
		t.Errorf("the same picture twice: %d %v", status, answer)
	}
	if n := h.written()["evidence"]; n != 1 {
		t.Errorf("%d photos", n)
	}
}
