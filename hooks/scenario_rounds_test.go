package hooks_test

// A case that was finished is taken up again: the old round is frozen, the new one starts
// empty-handed.

import (
	"net/http"
	"strings"
	"testing"
)

// closedWithOrder is a case that went the whole way, with both phones synced.
func closedWithOrder(t *testing.T) (s *scene, r receipt, visit, order string) {
	s = openScene(t)
	r = s.file(s.intake.Token, complaint())
	s.accept(r.caseID)
	s.assign(r.caseID)
	visit = s.text(r.caseID, "inspection")
	s.arrive(r.caseID)
	order = s.order(r.caseID)
	s.rectify(r.caseID, order)
	s.answer(r.caseID, "工厂已整改。")
	s.agree(s.pa, s.pb)
	return s, r, visit, order
}

func (s *scene) held(code string, mutations ...string) {
	s.T.Helper()
	for _, m := range mutations {
		outcome(s.T, s.pa, m, "held", code)
	}
}

func TestTheDissatisfiedReopenAndTheOldRoundIsFrozen(t *testing.T) {
	s, r, visit, order := closedWithOrder(t)
	s.news(s.her(r), "accepted assigned rectifying verified answered solved")
	s.news(s.inspectors[0].ID, "assigned")
	closing := s.pa.Edit("inspections", visit, map[string]any{"findings": "办结之后所写"})
	s.wait()
	if status, p := s.as(r, "POST", "/rating", map[string]any{"solved": false, "score": 1, "text": "夜里还是臭"}); status != http.StatusCreated {
		t.Fatalf("%d %v", status, p)
	}
	s.stands(r.caseID, "reopened")
	s.sees(r, "handling [registered accepted assigned rectifying verified closed reopened] [withdraw]")
	s.news(s.her(r), "reopened")
	s.news(s.dispatcher.ID, "reopened")
	orderBefore, visitBefore := s.row("rectifications", order), s.row("inspections", visit)

	progress := s.pa.Edit("rectifications", order, map[string]any{"progress": 50})
	remark := s.pa.Edit("rectifications", order, map[string]any{"notes": note("n1", "补记")})
	again := s.pa.CreateAs("inspections", s.pa.NewID(), map[string]any{"case": r.caseID, "round": 1, "findings": "旧一轮的第二次到场"})
	joins := s.pa.Create("evidence", ofVisit(r.caseID, visit))
	caption := s.pa.Edit("evidence", joins, map[string]any{"caption": "旧一轮的照片"})
	s.sync(s.pa, s.pb)
	s.held("round_frozen", closing, progress, remark, again, caption)
	if res := s.pa.ResultOf(joins); res.Outcome != "ok" {
		t.Errorf("a photo of the old visit joins the case: %+v", res)
	}
	s.assign(r.caseID)
	s.news(s.inspectors[0].ID, "assigned")
	s.news(s.her(r), "assigned")
	late := s.pa.Edit("inspections", visit, map[string]any{"weather": "雨", "notes": note("n2", "补记")})
	fresh := s.text(r.caseID, "inspection")
	good := s.pa.Edit("inspections", fresh, map[string]any{"findings": "夜间有异味"})
	s.sync(s.pa, s.pb)
	s.held("round_frozen", late)
	outcome(t, s.pa, good, "ok", "")
	if fresh == visit || !holds(s.pb, "inspections", fresh) || !holds(s.pb, "inspections", visit) {
		t.Error("the new round's inspection is not beside the old one")
	}
	if a, b := s.row("rectifications", order), s.row("inspections", visit); a != orderBefore || b != visitBefore {
		t.Errorf("the old round changed:\n%s\n%s\n%s\n%s", orderBefore, a, visitBefore, b)
	}
	s.frozenAtTheDesk(r.caseID, 7)

	s.do(s.supervisor, r.caseID, "supervise", map[string]any{"level": "supervised", "due": s.in(9)})
	s.news(s.inspectors[0].ID, "supervised")
	s.refused(s.inspectors[0], r.caseID, "conclude", map[string]any{"inspection": fresh, "outcome": "unsubstantiated"}, "wrong_state")
	s.arrive(r.caseID)
	s.refused(s.inspectors[0], r.caseID, "conclude", map[string]any{"inspection": visit, "outcome": "unsubstantiated"}, "inspection_unknown")
	second := s.order(r.caseID)
	s.submit(r.caseID, second)
	s.refused(s.inspectors[0], r.caseID, "verify", s.passed(r.caseID, s.crew()), "new_officer_missing")
	eye := s.User("inspector", s.agency, "秦川")
	s.assign(r.caseID, s.inspectors[0].ID, eye.ID)
	s.do(s.inspectors[0], r.caseID, "verify", s.passed(r.caseID, []string{s.inspectors[0].ID, eye.ID}))
	s.answer(r.caseID, "夜间排放已查处。")
	p := s.sees(r, "done [registered accepted assigned rectifying verified closed reopened assigned rectifying verified closed] [rate]")
	if p["reply"].(map[string]any)["text"] != "夜间排放已查处。" || p["round"] != 2.0 {
		t.Errorf("%v", p)
	}
	s.agree(s.pa, s.pb, s.phone(eye))
}

// ofVisit is a photo of a visit, whose bytes stay on the phone.
func ofVisit(caseID, visit string) map[string]any {
	return map[string]any{
		"case": caseID, "inspection": visit, "purpose": "scene", "sha256": strings.Repeat("a", 64), "size": 1, "mime": "image/jpeg",
	}
}

// row is a record as it is stored, but for the place of it in the feed.
func (s *scene) row(collection, id string) string {
	s.T.Helper()
	r, err := s.App.FindRecordById(collection, id)
	if err != nil {
		s.T.Fatal(err)
	}
	fields := r.FieldsData()
	delete(fields, "seq")
	return encoded(fields)
}

// frozenAtTheDesk: a dispatcher may close what came for the old round, not take it in.
func (s *scene) frozenAtTheDesk(caseID string, want int) {
	s.T.Helper()
	_, page := s.Do("GET", heldPath+"?case="+caseID, s.dispatcher.Token, nil)
	items := page["items"].([]any)
	if len(items) != want {
		s.T.Errorf("%d wait, want %d: %v", len(items), want, items)
	}
	for _, row := range items {
		item := row.(map[string]any)
		path := heldPath + "/" + item["id"].(string)
		if status, body := s.Do("POST", path, s.dispatcher.Token, map[string]any{"take": "ours", "version": item["version"]}); status != http.StatusConflict || body["code"] != "round_frozen" {
			s.T.Errorf("%v: %d %v", item, status, body)
		}
		if status, body := s.Do("POST", path, s.dispatcher.Token, map[string]any{"take": "theirs", "reason": "上一轮已办结"}); status != http.StatusOK {
			s.T.Errorf("%v: %d %v", item, status, body)
		}
	}
}

func TestAReviewerReopensWhatWasNotAccepted(t *testing.T) {
	s := openScene(t)
	r := s.file(s.intake.Token, complaint())
	s.do(s.intake, r.caseID, "refuse", map[string]any{"reason": "insufficient_clue", "advice": "请补充时间和地点。"})
	s.sees(r, "refused [registered not_accepted] []")
	if status, p := s.as(r, "POST", "/rating", map[string]any{"solved": false, "score": 1}); status != http.StatusConflict || p["code"] != "rating_early" {
		t.Errorf("%d %v", status, p)
	}
	s.refused(s.dispatcher, r.caseID, "reopen", map[string]any{"reason": "x"}, "role_not_allowed")
	s.do(s.reviewer, r.caseID, "reopen", map[string]any{"reason": "线索足够"})
	if p := s.sees(r, "handling [registered not_accepted reopened] [withdraw]"); p["refusal"] != nil || p["due"] != s.in(60) {
		t.Errorf("%v", p)
	}
	s.news(s.dispatcher.ID, "reopened")
	s.assign(r.caseID)
	s.arrive(r.caseID)
	s.unfounded(r.caseID)
	s.answer(r.caseID, "已核查。")
	s.sees(r, "done [registered not_accepted reopened assigned inspected closed] [rate]")
	s.news(s.her(r), "not_accepted reopened assigned inspected answered solved")
	s.agree(s.pa, s.pb)
}

func TestAReviewerReopensAfterTheRuleHasWarned(t *testing.T) {
	s, r, _, _ := closedWithOrder(t)
	s.days(60)
	s.news(s.supervisor.ID, "")
	if status, _ := s.as(r, "POST", "/rating", map[string]any{"solved": false, "score": 2}); status != http.StatusCreated {
		t.Fatal(status)
	}
	s.stands(r.caseID, "closed")
	s.news(s.supervisor.ID, "warning")
	s.do(s.reviewer, r.caseID, "reopen", map[string]any{"reason": "举报人不满意，复查"})
	s.sees(r, "handling [registered accepted assigned rectifying verified closed reopened] [withdraw]")
	s.assign(r.caseID)
	s.arrive(r.caseID)
	s.unfounded(r.caseID)
	s.refused(s.reviewer, r.caseID, "approve", map[string]any{"delivered": true}, "reply_incomplete") // the old texts are gone
	s.answer(r.caseID, "复查未发现异味。")
	p := s.sees(r, "done [registered accepted assigned rectifying verified closed reopened assigned inspected closed] [rate]")
	if p["reply"].(map[string]any)["text"] != "复查未发现异味。" {
		t.Errorf("%v", p["reply"])
	}
	s.agree(s.pa, s.pb)
}
