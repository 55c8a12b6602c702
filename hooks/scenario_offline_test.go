package hooks_test

// Cases are merged and un-merged while both phones are away with work on either.

import (
	"net/http"
	"testing"

	"xuncha/internal/house"
	"xuncha/internal/phone"
)

// settled is what the dispatcher decides of all that waits on a case; it returns how many.
func (s *scene) settled(u house.User, caseID, take string) int {
	s.T.Helper()
	status, page := s.Do("GET", heldPath+"?case="+caseID, u.Token, nil)
	if status != http.StatusOK {
		s.T.Fatalf("%d %v", status, page)
	}
	items := page["items"].([]any)
	for _, item := range items {
		id := item.(map[string]any)["id"].(string)
		if status, body := s.Do("POST", heldPath+"/"+id, u.Token, map[string]any{"take": take, "reason": "断网时所做"}); status != http.StatusOK {
			s.T.Errorf("%v: %d %v", item, status, body)
		}
	}
	return len(items)
}

// mergedOnPhones is a case on both phones with another one merged into it.
func mergedOnPhones(t *testing.T) (s *scene, main, merged receipt, visit string) {
	s, main, merged, _, _ = neighbours(t)
	s.accept(main.caseID)
	s.accept(merged.caseID)
	s.merge(merged.caseID, main.caseID)
	s.assign(main.caseID)
	return s, main, merged, s.text(main.caseID, "inspection")
}

func TestWorkOnACaseThatWasUnmergedMeanwhileIsHeldAndTaken(t *testing.T) {
	s, main, merged, visit := mergedOnPhones(t)
	s.wait()
	mine := s.pa.Edit("inspections", visit, map[string]any{"findings": "有异味", "notes": note("n1", "甲")})
	his := s.pb.Edit("inspections", visit, map[string]any{"statement": "已停产", "notes": note("n2", "乙")})
	onMain, mainBytes := s.capture(s.pa, main.caseID, "scene")
	onMerged, mergedBytes := s.capture(s.pb, merged.caseID, "scene")
	second := s.pb.Create("inspections", map[string]any{"case": merged.caseID, "round": 1, "findings": "第二处"})
	s.unmerge(merged.caseID)
	s.sync(s.pa, s.pb)
	outcome(t, s.pa, mine, "ok", "")
	if r := s.pb.Result(his); r == nil || r.Outcome == "held" {
		t.Errorf("%+v", r)
	}
	if r := s.pb.ResultOf(onMerged); r.Outcome != "held" || r.Code != "not_in_scope" {
		t.Errorf("%+v", r)
	}
	if r := s.pb.ResultOf(second); r.Outcome != "held" {
		t.Errorf("%+v", r)
	}
	upload(t, s.House, s.inspectors[0].Token, mainBytes)
	upload(t, s.House, s.inspectors[1].Token, mergedBytes)
	stored(t, s.House, onMain)
	if n := s.settled(s.dispatcher, merged.caseID, "ours"); n != 2 {
		t.Errorf("%d wait, want a photo and a visit", n)
	}
	stored(t, s.House, onMerged)
	file := s.dossier(s.dispatcher, merged.caseID)
	if !has(file, "evidence", onMerged) || !has(file, "inspections", second) || has(s.dossier(s.dispatcher, main.caseID), "evidence", onMerged) {
		t.Error("the work is not with the case it was done on")
	}
	s.agree(s.pa, s.pb)
	if got := heldState(s.pb, onMerged); len(got) != 1 || got[0] != "taken" {
		t.Errorf("its author reads %v", got)
	}
}

func note(id, text string) []map[string]any {
	return []map[string]any{{"id": id, "at": "2026-09-22T09:00:00+08:00", "text": text}}
}

func TestUnmergedAndMergedAgainWhileThePhonesAreAwayLosesNothing(t *testing.T) {
	s, main, merged, visit := mergedOnPhones(t)
	s.wait()
	shots := map[*phone.Phone]string{}
	for i, p := range s.bothPhones() {
		id, data := s.capture(p, merged.caseID, "scene")
		shots[p] = id
		upload(t, s.House, s.inspectors[i].Token, data)
		p.Edit("inspections", visit, map[string]any{"notes": note(id, "断网")})
	}
	s.unmerge(merged.caseID)
	s.merge(merged.caseID, main.caseID)
	s.sync(s.pa, s.pb, s.pa)
	for p, id := range shots {
		if r := p.ResultOf(id); r.Outcome != "ok" {
			t.Errorf("%+v", r)
		}
		for _, q := range s.bothPhones() {
			if !holds(q, "evidence", id) {
				t.Error("a photo is not on both phones")
			}
		}
		stored(t, s.House, id)
	}
	s.agree(s.pa, s.pb)
	if n := s.settled(s.dispatcher, merged.caseID, "ours"); n != 0 {
		t.Errorf("%d wait", n)
	}
	s.arrive(main.caseID)
	s.unfounded(main.caseID, shots[s.pa], shots[s.pb])
	s.agree(s.pa, s.pb)
}

// TestWorkOnACaseThatCameBackAndWasMergedFollowsItsPrimary: a visited case is handed on, comes
// back, and joins another of the same officers, before their phones have the network again.
func TestWorkOnACaseThatCameBackAndWasMergedFollowsItsPrimary(t *testing.T) {
	s, main, other, _, _ := neighbours(t)
	s.accept(other.caseID)
	s.assign(other.caseID)
	visit := s.text(other.caseID, "inspection")
	s.arrive(other.caseID)
	early := s.shoot(s.pa, other.caseID, "scene")
	s.sync(s.pa, s.pb)
	edit := s.pa.Edit("inspections", visit, map[string]any{"findings": "有异味"})
	shot, data := s.capture(s.pb, other.caseID, "scene")
	late := s.pa.Act(other.caseID, "conclude", map[string]any{"inspection": visit, "outcome": "unsubstantiated"}, nil)
	s.do(s.dispatcher, other.caseID, "transfer", map[string]any{"target": s.there, "mode": "forward", "feedback_due": s.in(5)})
	s.do(s.theirs, other.caseID, "object", map[string]any{"reason": "不在本辖区"})
	s.do(s.dispatcher, other.caseID, "return", map[string]any{})
	s.accept(main.caseID)
	s.do(s.dispatcher, main.caseID, "assign", map[string]any{"inspectors": s.crew(), "due": s.in(5)})
	s.merge(other.caseID, main.caseID)
	s.sync(s.pa, s.pb)
	outcome(t, s.pa, edit, "ok", "")
	if r := s.pb.ResultOf(shot); r.Outcome != "ok" {
		t.Errorf("%+v", r)
	}
	if r := s.pa.ResultOf(late); r.Outcome != "held" || r.Code != "case_merged" {
		t.Errorf("%+v", r)
	}
	upload(t, s.House, s.inspectors[1].Token, data)
	stored(t, s.House, shot)
	s.agree(s.pa, s.pb)
	if !holds(s.pb, "inspections", visit) || !holds(s.pb, "evidence", early) {
		t.Error("what was done on the merged case is not on both phones")
	}
	s.arrive(main.caseID)
	s.unfounded(main.caseID, early, shot)
	s.unmerge(other.caseID)
	s.stands(other.caseID, "registered")
	s.agree(s.pa, s.pb)
	if holds(s.pa, "inspections", visit) || holds(s.pa, "cases", other.caseID) || !has(s.dossier(s.dispatcher, other.caseID), "evidence", shot) {
		t.Error("the un-merged case did not get its own back")
	}
	if n := s.settled(s.dispatcher, other.caseID, "theirs"); n != 1 {
		t.Errorf("%d wait, want the conclusion", n)
	}
	s.answer(main.caseID, "未发现异味。")
	s.accept(other.caseID)
	s.assign(other.caseID)
	if !holds(s.pa, "inspections", visit) || s.text(other.caseID, "inspection") != visit {
		t.Error("the round's visit did not come back")
	}
	s.agree(s.pa, s.pb)
}

// TestAConclusionThatIsAdmittedLateIsToldWhenItTookEffect: it was kept before the extension
// that she has read of already, and stands in her timeline after it.
func TestAConclusionThatIsAdmittedLateIsToldWhenItTookEffect(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.accept(r.caseID)
	s.assign(r.caseID)
	s.arrive(r.caseID)
	s.sync(s.pa)
	s.pa.Act(r.caseID, "conclude", map[string]any{"inspection": s.text(r.caseID, "inspection"), "outcome": "unsubstantiated"}, nil)
	fresh := s.User("inspector", s.agency, "秦川")
	s.do(s.dispatcher, r.caseID, "assign", map[string]any{"inspectors": []string{s.inspectors[1].ID, fresh.ID}, "due": s.in(3), "reason": "轮休"})
	s.sync(s.pa)
	s.news(s.dispatcher.ID, "held_edits")
	s.extend(r.caseID, 3)
	s.wait()
	if n := s.settled(s.dispatcher, r.caseID, "ours"); n != 1 {
		t.Errorf("%d wait", n)
	}
	s.stands(r.caseID, "replying")
	s.sees(r, "handling [registered accepted assigned extended inspected] [withdraw]")
	s.news(s.her(r), "accepted assigned extended inspected")
	s.agree(s.pa, s.pb, s.phone(fresh))
}
