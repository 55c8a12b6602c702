package hooks_test

// A case goes to other hands: received, objected to, returned, sent elsewhere, fed back.

import (
	"slices"
	"testing"

	"xuncha/internal/house"
)

// transfer sends the case to an agency.
func (s *scene) transfer(by house.User, caseID, target, mode string) {
	s.T.Helper()
	s.do(by, caseID, "transfer", map[string]any{"target": target, "mode": mode, "feedback_due": s.in(20)})
}

// seenBy wants exactly these people to see the case, in the list and as a file.
func (s *scene) seenBy(caseID string, who ...house.User) {
	s.T.Helper()
	for _, u := range []house.User{s.dispatcher, s.reviewer, s.cityDesk, s.theirs, s.theirReviewer, s.inspectors[0]} {
		_, page := s.Do("GET", "/api/cases", u.Token, nil)
		listed := false
		for _, row := range page["items"].([]any) {
			listed = listed || row.(map[string]any)["id"] == caseID
		}
		want := slices.ContainsFunc(who, func(w house.User) bool { return w.ID == u.ID })
		if filed := s.dossier(u, caseID) != nil; listed != want || filed != want {
			s.T.Errorf("%s: in the list %v, the file %v, want %v", u.Name, listed, filed, want)
		}
	}
}

func TestACaseIsObjectedToReturnedSentElsewhereAndFedBack(t *testing.T) {
	s := openScene(t)
	third := s.Agency("丙县分局", "990103")
	thirdDesk := s.User("dispatcher", third, "许达")
	r := s.file(s.intake.Token, complaint())
	s.accept(r.caseID)
	s.assign(r.caseID)
	s.news(s.inspectors[0].ID, "assigned")
	visit := s.text(r.caseID, "inspection")
	edit := s.pa.Edit("inspections", visit, map[string]any{"findings": "上风向有异味"})
	shot, data := s.capture(s.pa, r.caseID, "scene")
	arrival := s.pa.Act(r.caseID, "arrive", map[string]any{"inspection": visit, "officers": s.crew(), "certificate_shown": true}, here)

	s.transfer(s.dispatcher, r.caseID, s.there, "forward")
	s.news(s.theirs.ID, "transferred")
	s.news(s.inspectors[0].ID, "recalled")
	s.seenBy(r.caseID, s.dispatcher, s.reviewer, s.cityDesk, s.theirs, s.theirReviewer)
	if p := s.sees(r, "handling [registered accepted assigned transferred] [withdraw]"); p["agency"].(map[string]any)["name"] != "甲县分局" {
		t.Errorf("who answers: %v", p["agency"])
	}
	s.sync(s.pa, s.pb)
	if holds(s.pa, "cases", r.caseID) || holds(s.pb, "cases", r.caseID) || holds(s.pb, "inspections", visit) {
		t.Error("a phone still holds the case")
	}
	outcome(t, s.pa, edit, "held", "not_in_scope")
	if a, b := s.pa.ResultOf(shot), s.pa.ResultOf(arrival); a.Outcome != "held" || b.Outcome != "held" {
		t.Errorf("%+v %+v", a, b)
	}
	s.news(s.dispatcher.ID, "held_edits held_edits held_edits")
	s.refused(thirdDesk, r.caseID, "receive", nil, "case_unknown")
	s.refused(s.dispatcher, r.caseID, "receive", nil, "not_transfer_target")
	s.do(s.theirs, r.caseID, "receive", nil) // on Monday
	s.days(8)                                // the fifth working day: Friday was a holiday
	s.do(s.theirs, r.caseID, "object", map[string]any{"reason": "不在本辖区"})
	s.news(s.dispatcher.ID, "objected")
	s.refused(s.theirs, r.caseID, "return", map[string]any{}, "return_not_agreed")
	s.do(s.dispatcher, r.caseID, "return", map[string]any{"reason": "同意退回"})
	s.news(s.dispatcher.ID, "") // she did it herself
	s.seenBy(r.caseID, s.dispatcher, s.reviewer, s.cityDesk)
	s.sees(r, "not_started [registered accepted assigned transferred returned] [withdraw]")

	upload(t, s.House, s.inspectors[0].Token, data)
	s.transfer(s.dispatcher, r.caseID, s.there, "forward")
	s.transfer(s.dispatcher, r.caseID, third, "forward") // they say at once whose it is
	s.seenBy(r.caseID, s.dispatcher, s.reviewer, s.cityDesk)
	s.refused(s.theirs, r.caseID, "receive", nil, "case_unknown")
	s.do(thirdDesk, r.caseID, "receive", nil)
	s.held3(r.caseID, shot)
	s.do(thirdDesk, r.caseID, "feed_back", map[string]any{"result": "已督促整改。", "outcome": "mostly"})
	s.news(s.dispatcher.ID, "fed_back")
	s.refused(s.reviewer, r.caseID, "approve", map[string]any{"delivered": true}, "reply_incomplete")
	s.draft(s.dispatcher, r.caseID, "已由丙县处理。")
	s.do(s.reviewer, r.caseID, "approve", map[string]any{"delivered": true})
	p := s.sees(r, "done [registered accepted assigned transferred returned transferred transferred closed] [rate]")
	if p["reply"].(map[string]any)["text"] != "已由丙县处理。" {
		t.Errorf("%v", p["reply"])
	}
	s.news(s.her(r), "accepted assigned transferred transferred transferred answered solved")
	s.agree(s.pa, s.pb)
}

// held3 settles what the phones still held: the photo and the text are taken, the arrival is
// closed with a reason.
func (s *scene) held3(caseID, shot string) {
	s.T.Helper()
	_, page := s.Do("GET", heldPath+"?case="+caseID, s.dispatcher.Token, nil)
	items := page["items"].([]any)
	if len(items) != 3 {
		s.T.Fatalf("%d wait, want an edit, a photo and an arrival", len(items))
	}
	for _, row := range items {
		item := row.(map[string]any)
		take := "ours"
		if item["kind"] == "action" {
			take = "theirs"
		}
		if status, body := s.Do("POST", heldPath+"/"+item["id"].(string), s.dispatcher.Token, map[string]any{"take": take, "reason": "转办前所做"}); status != 200 {
			s.T.Errorf("%v: %d %v", item, status, body)
		}
	}
	stored(s.T, s.House, shot)
	if !has(s.dossier(s.dispatcher, caseID), "evidence", shot) {
		s.T.Error("the photo is not in the file")
	}
}

func TestAnObjectionComesWithinFiveWorkingDays(t *testing.T) {
	s := openScene(t)
	far := map[string]any{"reason": "不在本辖区"}
	inTime, late := s.file(s.intake.Token, complaint()), s.file(s.intake.Token, complaint())
	for _, r := range []receipt{inTime, late} {
		s.transfer(s.dispatcher, r.caseID, s.there, "forward")
		s.do(s.theirs, r.caseID, "receive", nil) // on Monday
	}
	s.days(8) // Tuesday of next week is the fifth working day: Friday was a holiday
	s.do(s.theirs, inTime.caseID, "object", far)
	s.days(1)
	s.refused(s.theirs, late.caseID, "object", far, "objection_late")
	s.refused(s.dispatcher, late.caseID, "return", map[string]any{}, "transfer_not_objected")
	s.do(s.theirs, late.caseID, "feed_back", map[string]any{"result": "已处理。", "outcome": "partly"})
	s.news(s.dispatcher.ID, "objected fed_back")
	s.sees(late, "handling [registered transferred] [withdraw]")
	s.agree(s.pa, s.pb)
}

func TestTheCityAssignsDownAndWhoTakesAHandOverAnswers(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.move(r.caseID, map[string]any{"agency": s.city}) // as one that came to the city's own desk
	if p := s.sees(r, "not_started [registered] [withdraw]"); p["agency"].(map[string]any)["name"] != "云川市局" {
		t.Errorf("%v", p["agency"])
	}
	s.refused(s.dispatcher, r.caseID, "transfer", map[string]any{"target": s.city, "mode": "assign_down", "feedback_due": s.in(3)}, "transfer_to_self")
	s.transfer(s.cityDesk, r.caseID, s.there, "assign_down")
	s.seenBy(r.caseID, s.dispatcher, s.reviewer, s.cityDesk, s.theirs, s.theirReviewer)
	s.do(s.theirs, r.caseID, "receive", nil)
	s.do(s.theirs, r.caseID, "object", map[string]any{"reason": "属甲县"})
	s.news(s.cityDesk.ID, "objected")
	s.do(s.theirs, r.caseID, "return", map[string]any{"agreed_by": s.cityDesk.ID, "reason": "电话同意"})
	s.news(s.cityDesk.ID, "returned")
	s.transfer(s.cityDesk, r.caseID, s.there, "hand_over")
	if p := s.sees(r, "handling [registered transferred returned transferred] [withdraw]"); p["agency"].(map[string]any)["name"] != "云川市局" {
		t.Errorf("sent, not received: %v", p["agency"])
	}
	s.do(s.theirs, r.caseID, "receive", nil)
	if p := s.sees(r, "handling [registered transferred returned transferred] [withdraw]"); p["agency"].(map[string]any)["name"] != "乙县分局" {
		t.Errorf("who answers after the receipt: %v", p["agency"])
	}
	s.do(s.theirs, r.caseID, "feed_back", map[string]any{"result": "已处理。", "outcome": "substantiated"})
	s.draft(s.theirs, r.caseID, "已处理完毕。")
	s.do(s.theirReviewer, r.caseID, "approve", map[string]any{"delivered": true})
	s.sees(r, "done [registered transferred returned transferred closed] [rate]")
	s.news(s.her(r), "transferred transferred answered solved")
	s.seenBy(r.caseID, s.dispatcher, s.reviewer, s.cityDesk, s.theirs, s.theirReviewer)
	s.agree(s.pa, s.pb)
}
