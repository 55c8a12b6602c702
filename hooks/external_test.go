package hooks_test

// Messages that come with an id of another system: the same one is one complaint, and nothing
// that says something else is lost or tells what there is.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/intake"
	"xuncha/internal/house"
	"xuncha/internal/photo"
)

func external(body map[string]any, system, id string) map[string]any {
	return with(body, "external_id", map[string]any{"system": system, "id": id})
}

// The public can neither take the hotline's ids nor learn what came under them.
func TestThePublicHasIDsOfItsOwn(t *testing.T) {
	h := openHall(t, unlimited)
	taken := h.file("", external(with(complaint(), "text", "占用编号的留言，请忽略。"), "12345", "HL-1"))
	real := h.file(h.intake.Token, external(complaint(), "12345", "HL-1"))
	if real.number == taken.number || real.caseID == "" {
		t.Fatalf("the hotline's message was dropped: %+v %+v", taken, real)
	}
	h.unchanged("a guess", func() {
		status, answer := h.Do("POST", "/api/complaints", "", external(with(complaint(), "text", "猜测编号的留言，试试看。"), "12345", "HL-1"))
		if status != http.StatusConflict || answer["code"] != "external_id_taken" || strings.Contains(fmt.Sprint(answer), taken.number) {
			t.Errorf("%d %v", status, answer)
		}
	})
	for name, body := range map[string]map[string]any{
		"another place":   with(with(complaint(), "text", "占用编号的留言，请忽略。"), "address", "环城路9号"),
		"another point":   with(with(complaint(), "text", "占用编号的留言，请忽略。"), "location", map[string]any{"lon": 116.5, "lat": 39.9, "crs": "wgs84"}),
		"another accused": with(with(complaint(), "text", "占用编号的留言，请忽略。"), "respondent_name", "乙厂"),
	} {
		h.unchanged(name, func() {
			if status, answer := h.Do("POST", "/api/complaints", "", external(body, "12345", "HL-1")); status != http.StatusConflict {
				t.Errorf("%s: %d %v", name, status, answer)
			}
		})
	}
	h.unchanged("the same without what may be left out", func() {
		status, answer := h.Do("POST", "/api/complaints", "", external(map[string]any{"text": "占用编号的留言，请忽略。", "address": "化工路3号"}, "12345", "HL-1"))
		if status != http.StatusOK || answer["number"] != taken.number {
			t.Errorf("%d %v", status, answer)
		}
	})
	if status, answer := h.Do("POST", "/api/complaints", h.intake.Token, external(complaint(), "public:12345", "HL-1")); status != http.StatusBadRequest ||
		answer["code"] != "external_id_invalid" {
		t.Errorf("staff in the public's namespace: %d %v", status, answer)
	}
	for _, source := range []string{"hotline_12345", "wechat", "web", "letter", "visit", "email", "online_message", "other"} {
		body := external(with(complaint(), "source", source), "gateway", source)
		r := h.file("", body)
		if status, answer := h.Do("POST", "/api/complaints", "", body); status != http.StatusOK || answer["number"] != r.number {
			t.Errorf("%s again: %d %v", source, status, answer)
		}
	}
	for _, source := range []string{"leader_instruction", "superior_referral", "inspection_team", "phone_12369"} {
		h.file(h.intake.Token, with(complaint(), "source", source))
	}
}

// The hotline sends under an id that is known and says more: the number stays, and what it
// says is kept, with identity and photo, once.
func TestWhatStaffSendsUnderAKnownIDIsKept(t *testing.T) {
	h := openHall(t, unlimited)
	first := h.file(h.intake.Token, external(complaint(), "12345", "HL-1"))
	h.unchanged("the same again", func() {
		status, answer := h.Do("POST", "/api/complaints", h.intake.Token, external(complaint(), "12345", "HL-1"))
		if status != http.StatusOK || answer["number"] != first.number || answer["case"] != first.caseID || answer["differs"] != nil || answer["phrase"] != nil {
			t.Errorf("%d %v", status, answer)
		}
	})
	more := external(plantedComplaint(), "12345", "HL-1")
	more["text"] = more["text"].(string) + "昨夜又排了三个小时。"
	shot := photo.JPEG(photo.Scene(5, 320, 240), photo.Tags{Taken: time.Now(), Orientation: 1})
	status, answer := h.fileForm(h.intake.Token, more, shot)
	if status != http.StatusOK || answer["number"] != first.number || answer["case"] != first.caseID || answer["differs"] != true || answer["phrase"] != nil {
		t.Fatalf("%d %v", status, answer)
	}
	h.unchanged("the differing one again", func() {
		if status, answer := h.fileForm(h.intake.Token, more, shot); status != http.StatusOK || answer["differs"] != true {
			t.Errorf("%d %v", status, answer)
		}
	})
	_, file := h.Do("GET", "/api/cases/"+first.caseID, h.dispatcher.Token, nil)
	complaints, actions := file["complaints"].([]any), file["actions"].([]any)
	if len(complaints) != 2 || len(actions) != 1 || len(file["evidence"].([]any)) != 1 {
		t.Fatalf("%d complaints, %d actions, %v", len(complaints), len(actions), file["evidence"])
	}
	kept := complaints[1].(map[string]any)
	if !strings.Contains(kept["text"].(string), "昨夜又排了三个小时") || kept["contact"].(map[string]any)["phone"] != "139****5678" {
		t.Errorf("%v", kept)
	}
	note := fmt.Sprint(actions[0])
	if !strings.Contains(note, "昨夜又排了三个小时") || !strings.Contains(note, kept["number"].(string)) || !strings.Contains(note, h.intake.ID) {
		t.Errorf("%s", note)
	}
	h.look("whoever reads the note", []byte(note))
	if status, answer := h.Do("POST", "/api/complaints/"+kept["id"].(string)+"/reveal", h.intake.Token, map[string]any{"reason": "核对举报人情况"}); status != http.StatusOK ||
		answer["name"] != "欧阳芷晴" {
		t.Errorf("%d %v", status, answer)
	}
}

// A desk of another county cannot write into the case, and still nothing is lost.
func TestWhatAnotherCountysDeskSendsIsKeptToo(t *testing.T) {
	h := openHall(t, unlimited)
	first := h.file(h.intake.Token, external(complaint(), "12345", "HL-1"))
	stranger := h.User("intake", h.elsewhere(), "郑")
	status, answer := h.Do("POST", "/api/complaints", stranger.Token, external(with(complaint(), "text", "同一编号，另一件事情。"), "12345", "HL-1"))
	if status != http.StatusOK || answer["differs"] != true {
		t.Fatalf("%d %v", status, answer)
	}
	_, file := h.Do("GET", "/api/cases/"+first.caseID, h.dispatcher.Token, nil)
	if len(file["complaints"].([]any)) != 2 || len(file["actions"].([]any)) != 0 {
		t.Errorf("%v", file)
	}
}

// Behind a reverse proxy that the settings trust, each citizen has his own turn; a header
// that nobody trusts gives none.
func TestBehindATrustedProxyEachCitizenHasHisTurn(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		h := &hall{clock: &clock{at: time.Now()}}
		h.House = house.With(t, t.TempDir(), hooks.Config{Now: h.clock.now, Intake: intake.Limits{PerHour: 1, Burst: 1, Tries: 1, AddressTries: 1}})
		h.agency = h.Agency("甲县分局", "990101")
		if trusted {
			settings := h.App.Settings()
			settings.TrustedProxy.Headers = []string{"X-Forwarded-For"}
			if err := h.App.Save(settings); err != nil {
				t.Fatal(err)
			}
		}
		ask := func(method, path, from, body string) int {
			status, _ := h.Raw(method, path, map[string]string{"X-Forwarded-For": from, "Content-Type": "application/json"}, strings.NewReader(body))
			return status
		}
		body := `{"text": "工厂夜间排放刺鼻气味", "address": "化工路3号"}`
		if got := ask("POST", "/api/complaints", "203.0.113.7", body); got != http.StatusCreated {
			t.Fatalf("trusted %v: %d", trusted, got)
		}
		another := map[bool]int{true: http.StatusCreated, false: http.StatusTooManyRequests}[trusted]
		if got := ask("POST", "/api/complaints", "198.51.100.9", body); got != another {
			t.Errorf("trusted %v, another citizen: %d, want %d", trusted, got, another)
		}
		if got := ask("POST", "/api/complaints", "10.0.0.1, 203.0.113.7", body); got != http.StatusTooManyRequests {
			t.Errorf("trusted %v, the same one with an invented hop: %d", trusted, got)
		}
		if got := ask("GET", "/api/complaints/2020-000001?code=ABCDEF", "203.0.113.7", ""); got != http.StatusNotFound {
			t.Errorf("trusted %v, a wrong try: %d", trusted, got)
		}
		wrong := map[bool]int{true: http.StatusNotFound, false: http.StatusTooManyRequests}[trusted]
		if got := ask("GET", "/api/complaints/2020-000001?code=ABCDEF", "198.51.100.9", ""); got != wrong {
			t.Errorf("trusted %v, another's wrong try: %d, want %d", trusted, got, wrong)
		}
	}
}
