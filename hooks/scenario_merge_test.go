package hooks_test

// Several people complain of one matter: their cases are merged and un-merged, and each keeps
// number, story and reply.

import (
	"fmt"
	"net/http"
	"testing"

	"xuncha/internal/photo"
)

// neighbours are three complaints of one matter, the second with a photo.
func neighbours(t *testing.T) (s *scene, first, second, third receipt, shot string) {
	s = openScene(t)
	first = s.file(s.intake.Token, complaint())
	status, answer := s.fileForm(s.intake.Token, complaint(), photo.JPEG(photo.Scene(900, 640, 480), photo.Tags{}))
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, answer)
	}
	second = receipt{answer["number"].(string), answer["code"].(string), answer["phrase"].(string), answer["case"].(string)}
	third = s.file(s.intake.Token, complaint())
	row, err := s.App.FindFirstRecordByData("evidence", "case", second.caseID)
	if err != nil {
		t.Fatal(err)
	}
	stored(t, s.House, row.Id)
	return s, first, second, third, row.Id
}

func (s *scene) merge(caseID, primary string) {
	s.T.Helper()
	s.do(s.dispatcher, caseID, "merge", map[string]any{"primary": primary})
}

func (s *scene) unmerge(caseID string) {
	s.T.Helper()
	s.do(s.dispatcher, caseID, "unmerge", map[string]any{})
}

func (s *scene) repeats(caseID string, want string) {
	s.T.Helper()
	if got := s.text(caseID, "repeat_count"); got != want {
		s.T.Errorf("%s repeats, want %s", got, want)
	}
}

func TestThreeComplaintsAreAnsweredAsOneEachInItsOwnNumber(t *testing.T) {
	s, first, second, third, shot := neighbours(t)
	s.device(third)
	s.accept(first.caseID)
	s.accept(second.caseID)
	s.merge(third.caseID, second.caseID) // a chain: the third into the second, the second into the first
	s.merge(second.caseID, first.caseID)
	s.repeats(first.caseID, "1")
	s.repeats(second.caseID, "1")
	s.assign(first.caseID)
	for _, p := range []string{second.caseID, third.caseID} {
		if !holds(s.pa, "cases", p) || !holds(s.pb, "cases", p) {
			t.Errorf("the merged case %s is not on both phones", p)
		}
	}
	if !holds(s.pa, "evidence", shot) || !holds(s.pb, "evidence", shot) || !has(s.dossier(s.dispatcher, first.caseID), "evidence", shot) {
		t.Error("the second complainant's photo is not with the first case")
	}
	if status, _ := s.Raw("GET", "/api/evidence/"+shot+"/320", map[string]string{"Authorization": s.inspectors[1].Token}, nil); status != http.StatusOK {
		t.Errorf("an officer looks at it: %d", status)
	}
	s.arrive(first.caseID)
	on := s.shoot(s.pa, third.caseID, "scene") // an officer's photo of the third complaint's place
	order := s.order(first.caseID, shot, on)
	fix := s.shoot(s.pa, second.caseID, "after")
	s.do(s.inspectors[0], first.caseID, "submit", map[string]any{"rectification": order, "items": []map[string]any{{"id": "i1", "before": on, "after": fix}}})
	fresh := s.User("inspector", s.agency, "秦川") // a repeated matter asks for a fresh eye
	checked := map[string]any{"officers": s.crew(), "items": []map[string]any{{"id": "i1", "passed": true, "evidence": []string{on, shot}}}}
	s.refused(s.inspectors[0], first.caseID, "verify", checked, "new_officer_missing")
	s.assign(first.caseID, s.inspectors[0].ID, fresh.ID)
	checked["officers"] = []string{s.inspectors[0].ID, fresh.ID}
	s.do(s.inspectors[0], first.caseID, "verify", checked)
	s.answer(first.caseID, "工厂已整改。")
	s.sees(first, "done [registered accepted assigned rectifying verified closed] [rate]")
	s.sees(second, "done [registered accepted merged assigned rectifying verified closed] [rate]")
	s.sees(third, "done [registered merged assigned rectifying verified closed] [rate]")
	for r, want := range map[receipt]string{
		first:  "accepted assigned rectifying verified answered solved",
		second: "accepted merged assigned rectifying verified answered solved",
		third:  "received merged merged assigned rectifying verified answered solved",
	} {
		s.news(s.her(r), want)
		if p := s.sees(r, fmt.Sprintf("done %v [rate]", steps(s.read1(r)))); p["reply"].(map[string]any)["text"] != "工厂已整改。" {
			t.Errorf("%s: %v", r.number, p["reply"])
		}
		if status, p := s.as(r, "POST", "/rating", map[string]any{"solved": true, "score": 5}); status != http.StatusCreated {
			t.Errorf("%s rates: %d %v", r.number, status, p)
		}
	}
	s.pushed(third, "received merged merged assigned rectifying verified answered solved")
	s.agree(s.pa, s.pb)
}

// read1 is what she reads now.
func (s *scene) read1(r receipt) map[string]any {
	s.T.Helper()
	_, p := s.as(r, "GET", "", nil)
	return p
}

func TestAnUnmergedCaseGoesItsOwnWayToTheEnd(t *testing.T) {
	s, first, second, third, shot := neighbours(t)
	s.accept(first.caseID)
	s.accept(second.caseID)
	before := s.text(second.caseID, "due_strict")
	s.merge(second.caseID, first.caseID)
	s.merge(third.caseID, first.caseID)
	s.repeats(first.caseID, "2")
	s.assign(first.caseID)
	s.arrive(first.caseID)
	mine := s.shoot(s.pa, second.caseID, "scene")
	s.unfounded(first.caseID, shot)
	s.unmerge(second.caseID) // another factory, as it turns out
	s.repeats(first.caseID, "1")
	s.stands(second.caseID, "accepted")
	if got := s.text(second.caseID, "due_strict"); got != before {
		t.Errorf("due %s, before the merge %s", got, before)
	}
	s.sync(s.pa, s.pb)
	for _, p := range s.bothPhones() {
		if holds(p, "cases", second.caseID) || holds(p, "evidence", shot) || holds(p, "evidence", mine) {
			t.Error("a phone still holds the un-merged case")
		}
		if !holds(p, "cases", third.caseID) {
			t.Error("the case that stays merged left the phone")
		}
	}
	if file := s.dossier(s.dispatcher, first.caseID); has(file, "evidence", shot) || len(file["complaints"].([]any)) != 2 {
		t.Error("the first case kept what is the second's")
	}
	if file := s.dossier(s.dispatcher, second.caseID); !has(file, "evidence", shot) || !has(file, "evidence", mine) || len(file["complaints"].([]any)) != 1 {
		t.Error("the second case did not get its own back")
	}
	s.sees(second, "handling [registered accepted merged assigned inspected unmerged] [withdraw]")
	s.answer(first.caseID, "未发现异味。") // the photo that the conclusion cites has left with its case
	s.sees(third, "done [registered merged assigned inspected closed] [rate]")
	s.sees(second, "handling [registered accepted merged assigned inspected unmerged] [withdraw]")
	s.news(s.her(second), "accepted merged assigned inspected")
	s.assign(second.caseID)
	for _, p := range s.bothPhones() {
		if !holds(p, "cases", second.caseID) || !holds(p, "evidence", shot) || !holds(p, "evidence", mine) {
			t.Error("the assigned case is not whole on the phone")
		}
	}
	s.arrive(second.caseID)
	s.unfounded(second.caseID, shot, mine)
	s.answer(second.caseID, "已查清。")
	s.news(s.her(second), "assigned inspected answered solved")
	p := s.sees(second, "done [registered accepted merged assigned inspected unmerged assigned inspected closed] [rate]")
	if p["reply"].(map[string]any)["text"] != "已查清。" {
		t.Errorf("%v", p["reply"])
	}
	s.agree(s.pa, s.pb)
}

func TestWhoRatedTheMainCaseRatesHerOwnAfterTheUnmerge(t *testing.T) {
	s, first, second, _, _ := neighbours(t)
	s.accept(first.caseID)
	s.accept(second.caseID)
	s.merge(second.caseID, first.caseID)
	s.assign(first.caseID)
	s.arrive(first.caseID)
	s.unfounded(first.caseID)
	s.answer(first.caseID, "未发现异味。")
	s.wait()
	if status, p := s.as(second, "POST", "/rating", map[string]any{"solved": true, "score": 3, "text": "不是同一家"}); status != http.StatusCreated || p["rating"] == nil {
		t.Fatalf("%d %v", status, p)
	}
	s.unmerge(second.caseID)
	if p := s.sees(second, "handling [registered accepted merged assigned inspected closed unmerged] [withdraw]"); p["rating"] != nil {
		t.Errorf("the rating of another case: %v", p["rating"])
	}
	s.assign(second.caseID)
	s.arrive(second.caseID)
	s.unfounded(second.caseID)
	s.answer(second.caseID, "已查清。")
	s.wait()
	if status, p := s.as(second, "POST", "/rating", map[string]any{"solved": true, "score": 5}); status != http.StatusCreated {
		t.Errorf("%d %v", status, p)
	}
	s.agree(s.pa, s.pb)
}

func TestAChainIsToldInItsOrderToWhoStandsAtItsEnd(t *testing.T) {
	s, first, second, third, _ := neighbours(t)
	s.merge(third.caseID, second.caseID)
	s.accept(second.caseID) // while the third belonged to it
	s.accept(first.caseID)
	s.do(s.reviewer, first.caseID, "extend", map[string]any{"days": 3, "reason": "情况复杂"}) // before it was any matter of theirs
	s.merge(second.caseID, first.caseID)
	s.assign(first.caseID)
	s.sees(third, "handling [registered merged accepted assigned] []")
	s.sees(second, "handling [registered accepted merged assigned] []")
	s.unmerge(second.caseID)
	s.sees(third, "handling [registered merged accepted assigned] []")
	s.unmerge(third.caseID)
	s.stands(third.caseID, "registered")
	s.sees(third, "not_started [registered merged accepted assigned unmerged] [withdraw]")
	s.agree(s.pa, s.pb)
}
