package hooks_test

// Deadlines over HTTP as a calendar is published: what was provisional becomes final, on
// the board and on the phones.

import (
	"context"
	"fmt"
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/internal/phone"
)

// winter is a hall on 10 December 2026, whose calendar ends with the year, and a case that
// two inspectors have on their phones: due on 8 February 2027.
func winter(t *testing.T) (h *hall, caseID string, p *phone.Phone) {
	h = openHall(t, unlimited)
	h.clock.forward(time.Date(2026, 12, 10, 1, 0, 0, 0, time.UTC).Sub(h.clock.now()))
	caseID = h.file(h.intake.Token, complaint()).caseID
	h.act(h.dispatcher, caseID, "accept", map[string]any{"types": []string{"air"}, "division_code": "990101"})
	h.act(h.dispatcher, caseID, "assign", map[string]any{
		"inspectors": []string{h.inspectors[0].ID, h.inspectors[1].ID}, "lead": h.inspectors[0].ID, "due": "2026-12-20",
	})
	p = phone.New(h.URL, h.inspectors[0].Token)
	h.days(caseID, p, "2027-02-08", "2027-02-08", true)
	return h, caseID, p
}

// days holds the days of a case, on the board and on a phone that syncs now, against what
// they should be.
func (h *hall) days(caseID string, p *phone.Phone, strict, legal string, provisional bool) {
	h.T.Helper()
	status, file := h.Do("GET", "/api/cases/"+caseID, h.dispatcher.Token, nil)
	c, _ := file["case"].(map[string]any)
	if status != 200 || c["due_strict"] != strict || c["due_legal"] != legal || c["due_provisional"] != provisional {
		h.T.Errorf("the board: %v %v %v, want %s %s %v", c["due_strict"], c["due_legal"], c["due_provisional"], strict, legal, provisional)
	}
	if err := p.Sync(context.Background()); err != nil {
		h.T.Fatal(err)
	}
	var held struct {
		Strict string `json:"due_strict"`
		Legal  string `json:"due_legal"`
	}
	if err := p.Read("cases", caseID, &held); err != nil {
		h.T.Fatal(err)
	}
	if held.Strict != strict || held.Legal != legal {
		h.T.Errorf("the phone: %+v, want %s %s", held, strict, legal)
	}
}

func festival(from, to int) []any {
	var days []any
	for d := from; d <= to; d++ {
		days = append(days, map[string]any{"date": fmt.Sprintf("2027-02-%02d", d), "kind": "holiday", "name": "春节"})
	}
	return days
}

func TestAPublishedCalendarMakesProvisionalDaysFinal(t *testing.T) {
	t.Parallel()
	h, caseID, p := winter(t)
	admin := h.User("admin", h.agency, "钱进")
	id := taken(t, h.House, "POST", holidaysPath, admin, map[string]any{"year": 2027, "days": festival(5, 11)})
	h.days(caseID, p, "2027-02-08", "2027-02-12", false)
	taken(t, h.House, "PATCH", holidaysPath+"/"+id, admin, map[string]any{"days": festival(5, 12)}) // a notice corrected
	h.days(caseID, p, "2027-02-08", "2027-02-15", false)
	taken(t, h.House, "PATCH", holidaysPath+"/"+id, admin, map[string]any{"days": festival(10, 12)})
	h.days(caseID, p, "2027-02-08", "2027-02-08", false)
	clean(t, h.House)
}

func TestTheHourlyClockSettlesWhatWasProvisional(t *testing.T) {
	t.Parallel()
	h, caseID, p := winter(t)
	mark := func(want int) {
		t.Helper()
		if n, err := (store.Cases{App: h.App}).Mark(h.clock.now()); err != nil || n != want {
			t.Errorf("%d cases changed, want %d: %v", n, want, err)
		}
	}
	mark(0)
	_, err := h.App.NonconcurrentDB().NewQuery(`INSERT INTO holidays (id, year, days) VALUES ('restored0000000', 2027,
		'[{"date":"2027-02-08","kind":"holiday","name":"春节"}]')`).Execute() // as a restore does
	if err != nil {
		t.Fatal(err)
	}
	mark(1)
	h.days(caseID, p, "2027-02-08", "2027-02-09", false)
	mark(0)
}
