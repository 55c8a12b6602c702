package hooks_test

// The days of a case: extended once, closed for a stage, and photos that come after the end.

import (
	"net/http"
	"strings"
	"testing"
)

func (s *scene) extend(caseID string, days int) {
	s.T.Helper()
	s.do(s.reviewer, caseID, "extend", map[string]any{"days": days, "reason": "承办人李强休假"})
}

// marked moves the clock, lets the server look at the days and wants these marks.
func (s *scene) marked(caseID string, days int, overdue, soon bool) {
	s.T.Helper()
	s.days(days)
	s.mark()
	if a, b := s.text(caseID, "overdue") == "true", s.text(caseID, "due_soon") == "true"; a != overdue || b != soon {
		s.T.Errorf("%s: overdue %v, due soon %v, want %v and %v", s.in(0), a, b, overdue, soon)
	}
}

func TestAnExtensionIsGrantedOnceInTimeAndToldWithItsDate(t *testing.T) {
	s := openScene(t)
	r, other := s.file(s.intake.Token, complaint()), s.file(s.intake.Token, complaint())
	s.device(r)
	s.accept(r.caseID) // due on 20 November
	s.accept(other.caseID)
	s.assign(r.caseID)
	s.refused(s.reviewer, r.caseID, "extend", map[string]any{"days": 31, "reason": "情况复杂"}, "extension_too_long")
	s.refused(s.dispatcher, r.caseID, "extend", map[string]any{"days": 10, "reason": "情况复杂"}, "role_not_allowed")
	s.marked(r.caseID, 58, false, true)
	s.news(s.inspectors[0].ID, "assigned due_soon")
	s.extend(r.caseID, 30)
	s.refused(s.reviewer, r.caseID, "extend", map[string]any{"days": 1, "reason": "情况复杂"}, "extended_already")
	p := s.sees(r, "handling [registered accepted assigned extended] [withdraw]")
	line := p["timeline"].([]any)[3].(map[string]any)
	if p["due"] != "2026-12-21" || line["zh"] != "办理期限延长 30 日，至 2026-12-21。" || strings.Contains(encoded(p), "休假") {
		t.Errorf("due %v: %v", p["due"], line) // 20 December is a Sunday
	}
	s.news(s.her(r), "received accepted assigned extended")
	s.pushed(r, "received accepted assigned extended")
	s.news(s.inspectors[0].ID, "extended")
	s.marked(other.caseID, 3, true, false)
	s.marked(r.caseID, 0, false, false)
	s.refused(s.reviewer, other.caseID, "extend", map[string]any{"days": 5, "reason": "情况复杂"}, "extension_late")
	s.news(s.dispatcher.ID, "overdue") // of the other
	s.marked(r.caseID, 27, false, true)
	s.marked(r.caseID, 3, true, false)
	s.news(s.inspectors[0].ID, "due_soon overdue")
	s.news(s.dispatcher.ID, "overdue")
	s.sync(s.pa)
	if !strings.Contains(string(s.pa.Rows("cases")[r.caseID].Doc["flags"]), `"overdue":true`) {
		t.Errorf("the phone: %s", s.pa.Rows("cases")[r.caseID].Doc["flags"])
	}
	s.arrive(r.caseID)
	s.unfounded(r.caseID)
	s.answer(r.caseID, "未发现。")
	s.marked(r.caseID, 0, false, false)
	s.do(s.reviewer, r.caseID, "reopen", map[string]any{"reason": "复查"})
	s.extend(r.caseID, 10) // a new round
	p = s.sees(r, "handling [registered accepted assigned extended inspected closed reopened extended] [withdraw]")
	first, second := p["timeline"].([]any)[3].(map[string]any)["zh"], p["timeline"].([]any)[7].(map[string]any)["zh"]
	if first != "办理期限延长 30 日。" || second != "办理期限延长 10 日，至 "+p["due"].(string)+"。" {
		t.Errorf("%v %v", first, second)
	}
	s.mark()
	s.agree(s.pa, s.pb)
}

func TestACaseClosedForAStageGoesByItsPlan(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.device(r)
	s.accept(r.caseID)
	s.assign(r.caseID)
	s.arrive(r.caseID)
	order := s.order(r.caseID)
	s.sync(s.pa, s.pb)
	s.marked(r.caseID, 61, true, false) // it is late already, and that was told
	s.news(s.inspectors[0].ID, "assigned overdue")
	s.news(s.dispatcher.ID, "overdue")
	s.refused(s.reviewer, r.caseID, "stage_close", map[string]any{"plan": []map[string]any{{"what": "安装设施", "due": s.in(-1)}}}, "plan_in_past")
	end := s.in(20)
	s.do(s.reviewer, r.caseID, "stage_close", map[string]any{"plan": []map[string]any{{"what": "采购", "due": s.in(5)}, {"what": "安装设施", "due": end}}})
	p := s.sees(r, "handling [registered accepted assigned rectifying stage_closed] [withdraw]")
	if line := p["timeline"].([]any)[4].(map[string]any)["zh"]; line != "已阶段性办结，后续工作预计至 "+end+"。" {
		t.Errorf("%v", line)
	}
	s.news(s.her(r), "received accepted assigned rectifying stage_closed")
	s.news(s.inspectors[0].ID, "recalled")
	s.news(s.inspectors[1].ID, "assigned overdue recalled")
	s.sync(s.pa, s.pb)
	for _, q := range s.bothPhones() {
		if got := string(q.Rows("cases")[r.caseID].Doc["status"]); got != `"stage_closed"` {
			t.Errorf("a phone shows %s", got)
		}
	}
	waits := s.pa.Act(r.caseID, "submit", map[string]any{"rectification": order, "items": []map[string]any{{"id": "i1", "before": s.shoot(s.pa, r.caseID, "before"), "after": s.shoot(s.pa, r.caseID, "after")}}}, nil)
	s.sync(s.pa)
	if res := s.pa.ResultOf(waits); res.Outcome != "held" || res.Code != "wrong_state" {
		t.Errorf("%+v", res)
	}
	s.news(s.dispatcher.ID, "held_edits")
	s.marked(r.caseID, 0, false, false)
	s.marked(r.caseID, 18, false, true)
	s.marked(r.caseID, 3, true, false)
	s.news(s.inspectors[0].ID, "due_soon overdue") // of the plan, not of what was told before
	s.news(s.dispatcher.ID, "overdue")
	s.do(s.reviewer, r.caseID, "resume", map[string]any{})
	s.stands(r.caseID, "rectifying")
	s.sees(r, "handling [registered accepted assigned rectifying stage_closed resumed] [withdraw]")
	s.news(s.her(r), "resumed")
	s.pushed(r, "received accepted assigned rectifying stage_closed resumed")
	s.news(s.inspectors[1].ID, "due_soon overdue resumed")
	if n := s.settled(s.dispatcher, r.caseID, "ours"); n != 1 { // what Li sent during the stage counts now
		t.Errorf("%d wait", n)
	}
	s.stands(r.caseID, "verifying")
	s.do(s.inspectors[0], r.caseID, "verify", s.passed(r.caseID, s.crew()))
	s.answer(r.caseID, "设施已安装。")
	s.sees(r, "done [registered accepted assigned rectifying stage_closed resumed verified closed] [rate]")
	s.mark()
	s.agree(s.pa, s.pb)
}

func TestAPhotoTakenBeforeTheEndJoinsLateAndOneTakenAfterItWaits(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.accept(r.caseID)
	s.assign(r.caseID)
	s.arrive(r.caseID)
	s.unfounded(r.caseID)
	s.sync(s.pa, s.pb)
	before, bytesBefore := s.capture(s.pa, r.caseID, "scene")
	caption := s.pa.Edit("evidence", before, map[string]any{"caption": "大门"})
	s.answer(r.caseID, "未发现异味。")
	s.wait()
	after, bytesAfter := s.capture(s.pb, r.caseID, "scene")
	s.sync(s.pa, s.pb)
	if a, b := s.pa.ResultOf(before), s.pb.ResultOf(after); a.Outcome != "ok" || a.Code != "late" || b.Outcome != "held" || b.Code != "case_closed" {
		t.Errorf("%+v %+v", a, b)
	}
	outcome(t, s.pa, caption, "held", "case_closed")
	upload(t, s.House, s.inspectors[0].Token, bytesBefore)
	upload(t, s.House, s.inspectors[1].Token, bytesAfter)
	if row := stored(t, s.House, before); encoded(row["flags"]) != `["late"]` || row["state"] != "stored" {
		t.Errorf("%v %v", row["state"], row["flags"])
	}
	s.sees(r, "done [registered accepted assigned inspected closed] [rate]")
	if !has(s.dossier(s.reviewer, r.caseID), "evidence", before) || has(s.dossier(s.reviewer, r.caseID), "evidence", after) {
		t.Error("the file holds the wrong one")
	}
	_, page := s.Do("GET", heldPath+"?case="+r.caseID, s.dispatcher.Token, nil)
	for _, row := range page["items"].([]any) {
		item, want := row.(map[string]any), http.StatusOK
		if item["kind"] == "edit" {
			want = http.StatusConflict // a finished case is reopened first
		}
		if status, body := s.Do("POST", heldPath+"/"+item["id"].(string), s.dispatcher.Token, map[string]any{"take": "ours", "reason": "作为线索保存"}); status != want {
			t.Errorf("%v: %d %v", item, status, body)
		}
	}
	if row := stored(t, s.House, after); encoded(row["flags"]) != `["late"]` {
		t.Errorf("taken in by the desk: %v", row["flags"])
	}
	s.agree(s.pa, s.pb)
	if got := heldState(s.pb, after); len(got) != 1 || got[0] != "taken" {
		t.Errorf("its author reads %v", got)
	}
}
