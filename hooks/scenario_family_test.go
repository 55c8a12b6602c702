package hooks_test

// A matter of several complainants goes the longer ways: handed on, late, not solved.

import (
	"net/http"
	"testing"
)

func TestTheAgencyThatGetsAMatterGetsAllWhoComplainedOfIt(t *testing.T) {
	s, main, merged, third, shot := neighbours(t)
	s.accept(main.caseID)
	s.merge(merged.caseID, main.caseID)
	s.transfer(s.dispatcher, main.caseID, s.there, "forward")
	s.news(s.theirs.ID, "transferred")
	file := s.dossier(s.theirs, main.caseID)
	if len(file["complaints"].([]any)) != 2 || !has(file, "evidence", shot) {
		t.Error("the file that was handed on is not whole")
	}
	for _, form := range []string{"320", "original"} {
		if status, _ := formOf(s.T, s.House, s.theirs.Token, shot, form); status != http.StatusOK {
			t.Errorf("the complainant's photo as %s: %d", form, status)
		}
	}
	s.merge(third.caseID, main.caseID) // while it is in other hands
	s.sees(merged, "handling [registered merged transferred] []")
	s.sees(third, "handling [registered merged] []")
	s.do(s.theirs, main.caseID, "feed_back", map[string]any{"result": "已处理。", "outcome": "substantiated"})
	s.unmerge(merged.caseID)
	if s.dossier(s.theirs, merged.caseID) != nil || has(s.dossier(s.theirs, main.caseID), "evidence", shot) {
		t.Error("what was un-merged was not handed on")
	}
	s.draft(s.dispatcher, main.caseID, "已由乙县处理。")
	s.do(s.reviewer, main.caseID, "approve", map[string]any{"delivered": true})
	s.sees(third, "done [registered merged closed] [rate]")
	s.sees(merged, "not_started [registered merged transferred unmerged] [withdraw]")
	s.news(s.her(merged), "merged transferred")
	s.news(s.her(third), "merged answered solved")
	s.agree(s.pa, s.pb)
}

func TestTheMainCaseJudgesLatePhotosAndOneOfSeveralReopensItForAll(t *testing.T) {
	s, main, merged, third, _ := neighbours(t)
	s.accept(main.caseID)
	s.merge(merged.caseID, main.caseID)
	s.merge(third.caseID, main.caseID)
	s.assign(main.caseID)
	s.arrive(main.caseID)
	s.unfounded(main.caseID)
	s.sync(s.pa, s.pb)
	early, data := s.capture(s.pa, merged.caseID, "scene")
	s.answer(main.caseID, "未发现异味。")
	s.wait()
	afterwards, _ := s.capture(s.pb, third.caseID, "scene")
	s.sync(s.pa, s.pb)
	if a, b := s.pa.ResultOf(early), s.pb.ResultOf(afterwards); a.Code != "late" || b.Outcome != "held" || b.Code != "case_closed" {
		t.Errorf("%+v %+v", a, b)
	}
	upload(t, s.House, s.inspectors[0].Token, data)
	if row := stored(t, s.House, early); encoded(row["flags"]) != `["late"]` {
		t.Errorf("%v", row["flags"])
	}
	if status, p := s.as(third, "POST", "/rating", map[string]any{"solved": false, "score": 1, "text": "夜里还是臭"}); status != http.StatusCreated {
		t.Fatalf("%d %v", status, p)
	}
	s.stands(main.caseID, "reopened")
	s.sees(main, "handling [registered accepted assigned inspected closed reopened] [withdraw]")
	s.sees(merged, "handling [registered merged assigned inspected closed reopened] []")
	s.sees(third, "handling [registered merged assigned inspected closed reopened] []")
	s.news(s.her(main), "accepted assigned inspected answered solved reopened")
	s.news(s.her(merged), "merged assigned inspected answered solved reopened")
	s.news(s.her(third), "merged assigned inspected answered solved reopened")
	s.assign(main.caseID)
	s.arrive(main.caseID)
	s.unfounded(main.caseID, early)
	s.answer(main.caseID, "夜间复查，未发现异味。")
	s.agree(s.pa, s.pb)
	if status, _ := s.as(merged, "POST", "/rating", map[string]any{"solved": true, "score": 4}); status != http.StatusCreated {
		t.Errorf("%d", status)
	}
	s.sees(merged, "done [registered merged assigned inspected closed reopened assigned inspected closed] []")
	s.sees(main, "done [registered accepted assigned inspected closed reopened assigned inspected closed] [rate]")
}

func TestACaseThatRanLateWhileItWasMergedIsLateWhenItComesBack(t *testing.T) {
	s, main, merged, _, _ := neighbours(t)
	s.accept(main.caseID)
	s.accept(merged.caseID)
	s.merge(merged.caseID, main.caseID)
	s.marked(merged.caseID, 61, false, false)  // the main case is late, this one has no days of its own
	s.news(s.dispatcher.ID, "overdue overdue") // of the main case and of the third, which nobody accepted
	s.unmerge(merged.caseID)
	s.marked(merged.caseID, 0, true, false)
	s.news(s.dispatcher.ID, "overdue")
	s.refused(s.reviewer, merged.caseID, "extend", map[string]any{"days": 3, "reason": "情况复杂"}, "extension_late")
	s.assign(merged.caseID)
	s.arrive(merged.caseID)
	s.unfounded(merged.caseID)
	s.answer(merged.caseID, "已查清。")
	s.marked(merged.caseID, 0, false, false)
	s.agree(s.pa, s.pb)
}
