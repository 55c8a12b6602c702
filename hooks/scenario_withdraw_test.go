package hooks_test

// A complainant takes her complaint back: at any time, and what was found goes on without her.

import (
	"net/http"
	"testing"
)

func TestSheWithdrawsBeforeItIsAccepted(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.device(r)
	s.sees(r, "not_started [registered] [withdraw]")
	s.wait()
	if status, p := s.as(r, "POST", "/withdraw", map[string]any{"reason": "已经和解"}); status != http.StatusOK {
		t.Fatalf("%d %v", status, p)
	}
	s.sees(r, "done [registered withdrawn] []")
	s.pushed(r, "received withdrawn")
	s.news(s.her(r), "received withdrawn")
	s.news(s.dispatcher.ID, "")
	s.stands(r.caseID, "withdrawn")
	s.refused(s.dispatcher, r.caseID, "accept", map[string]any{"types": []string{"odour"}, "division_code": "990101"}, "case_closed")
	s.agree()
}

func TestIntakeWithdrawsForHerAndThePhonesStop(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.accept(r.caseID)
	s.assign(r.caseID)
	s.news(s.her(r), "accepted assigned")
	s.news(s.inspectors[0].ID, "assigned")
	shot, data := s.capture(s.pa, r.caseID, "scene") // on the way, without a network
	visit := s.text(r.caseID, "inspection")
	s.wait()
	edit := s.pa.Edit("inspections", visit, map[string]any{"findings": "门口有异味"})
	s.do(s.intake, r.caseID, "withdraw", map[string]any{"reason": "举报人来电撤回"})
	s.sees(r, "done [registered accepted assigned withdrawn] []")
	s.news(s.her(r), "withdrawn")
	s.news(s.inspectors[0].ID, "recalled")
	s.news(s.inspectors[1].ID, "assigned recalled")
	s.sync(s.pa)
	outcome(t, s.pa, edit, "held", "case_closed")
	upload(t, s.House, s.inspectors[0].Token, data)
	if row := stored(t, s.House, shot); encoded(row["flags"]) != `["late"]` {
		t.Errorf("the photo taken before the end: %v", row["flags"])
	}
	s.news(s.dispatcher.ID, "held_edits")
	s.agree(s.pa, s.pb)
}

func TestAfterAnOrderHerWithdrawalStopsNothing(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.device(r)
	s.accept(r.caseID)
	s.assign(r.caseID)
	s.arrive(r.caseID)
	order := s.order(r.caseID)
	s.news(s.her(r), "received accepted assigned rectifying")
	s.news(s.inspectors[1].ID, "assigned")
	s.wait()
	if status, p := s.as(r, "POST", "/withdraw", map[string]any{"reason": "算了"}); status != http.StatusOK {
		t.Fatalf("%d %v", status, p)
	}
	p := s.sees(r, "handling [registered accepted assigned rectifying withdrawal_noted] []")
	last := p["timeline"].([]any)[4].(map[string]any)
	if last["zh"] != "撤回申请已登记；已查实或另有人反映的问题将依法继续办理。" {
		t.Errorf("she is told %v", last["zh"])
	}
	s.news(s.her(r), "withdrawn")
	s.news(s.inspectors[1].ID, "") // nobody is recalled
	s.stands(r.caseID, "rectifying")
	s.rectify(r.caseID, order)
	s.answer(r.caseID, "工厂已完成整改。")
	p = s.sees(r, "done [registered accepted assigned rectifying withdrawal_noted verified closed] [rate]")
	if p["reply"].(map[string]any)["text"] != "工厂已完成整改。" {
		t.Errorf("%v", p["reply"])
	}
	s.news(s.her(r), "verified answered solved")
	s.agree(s.pa, s.pb)
}

func TestOneOfTwoWithdrawsAndTheOtherIsNotToldSo(t *testing.T) {
	for name, byIntake := range map[string]bool{"by herself": false, "by intake": true} {
		t.Run(name, func(t *testing.T) {
			s := openScene(t)
			first, second := s.file(s.intake.Token, complaint()), s.file(s.intake.Token, complaint())
			s.device(second)
			s.accept(first.caseID)
			s.do(s.dispatcher, second.caseID, "merge", map[string]any{"primary": first.caseID})
			s.assign(first.caseID)
			s.news(s.her(first), "accepted assigned")
			s.news(s.her(second), "received merged assigned")
			if byIntake {
				s.do(s.intake, first.caseID, "withdraw", map[string]any{"reason": "来电撤回"})
			} else {
				s.wait()
				s.as(first, "POST", "/withdraw", map[string]any{"reason": "算了"})
			}
			s.stands(first.caseID, "assigned")
			s.sees(first, "handling [registered accepted assigned withdrawal_noted] []")
			s.sees(second, "handling [registered merged assigned] []")
			s.news(s.her(first), "withdrawn")
			s.news(s.her(second), "") // she has not withdrawn
			s.arrive(first.caseID)
			s.unfounded(first.caseID)
			s.answer(first.caseID, "未发现异味。")
			s.news(s.her(second), "inspected answered solved")
			s.pushed(second, "received merged assigned inspected answered solved")
			s.agree(s.pa, s.pb)
		})
	}
}
