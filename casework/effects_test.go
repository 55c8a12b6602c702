// Tests of what each action leaves behind, told as short stories.

package casework_test

import (
	"reflect"
	"slices"
	"testing"

	"xuncha/casework"
	"xuncha/casework/casetest"
)

// done applies examples and fails the test if one is refused; the last verdict is returned.
func done(t *testing.T, w *casetest.World, names ...string) casework.Verdict {
	t.Helper()
	var v casework.Verdict
	for _, name := range names {
		if v = w.Do(w.Example(name)); !v.Applied {
			t.Fatalf("%s: %s %s", name, v.Code, v.Detail)
		}
	}
	return v
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// notices are the messages of a verdict as kind>to.
func notices(v casework.Verdict) []string {
	out := []string{}
	for _, n := range v.Notices {
		out = append(out, n.Kind+">"+n.To)
	}
	return out
}

func TestAcceptanceStartsTheHandlingClockOnce(t *testing.T) {
	w := casetest.New()
	equal(t, "due at registration", w.Case.DueStrict, "2026-06-24")
	v := done(t, w, "accept")
	equal(t, "due", v.Case.DueStrict, "2026-08-09") // a Sunday
	equal(t, "legal", v.Case.DueLegal, "2026-08-10")
	equal(t, "notices", notices(v), []string{"accepted>complainant"})
	w.Now = w.Now.AddDate(0, 0, 5)
	v = done(t, w, "transfer", "object", "return")
	equal(t, "due after the return", v.Case.DueStrict, "2026-08-09")
	v = done(t, w, "accept")
	equal(t, "due after the second acceptance", v.Case.DueStrict, "2026-08-09")
	equal(t, "accepted", v.Case.AcceptedAt, casework.Stamp(casetest.Now))
}

func TestATransferBeforeAcceptanceDoesNotLoseTheClockOfAcceptance(t *testing.T) {
	w := casetest.New()
	v := done(t, w, "transfer")
	equal(t, "due while transferred", v.Case.DueStrict, "2026-08-09")
	v = done(t, w, "object", "return")
	equal(t, "due after the return", v.Case.DueStrict, "2026-06-24")
	equal(t, "state", v.Case.Status, casework.Registered)
}

func TestATransferIsReceivedAndFedBack(t *testing.T) {
	w := casetest.At(casework.Assigned)
	v := done(t, w, "transfer")
	equal(t, "notices", notices(v), []string{"transferred>complainant", "transferred>dispatchers", "recalled>inspectors"})
	equal(t, "told at the target", v.Notices[1].Agency, casetest.Elsewhere)
	equal(t, "recalled", v.Notices[2].Recipients, []string{casetest.Lin, casetest.Wu})
	equal(t, "still on the case", len(v.Case.Inspectors), 0)
	equal(t, "agency", v.Case.Agency, casetest.County)
	v = done(t, w, "receive")
	equal(t, "transfer", v.Transfer.State, casework.TransferReceived)
	v = done(t, w, "feed_back")
	equal(t, "state", v.Case.Status, casework.Replying)
	equal(t, "result", v.Reply.HandlingResult, "已督促停止排放。")
	equal(t, "told at the sender", v.Notices[0].Agency, casetest.County)
}

func TestAHandOverChangesWhoAnswersForTheCase(t *testing.T) {
	w := casetest.At(casework.Accepted)
	a := w.Example("transfer")
	a.Args = casetest.With(a.Args, casetest.Args{"mode": "hand_over"})
	w.Do(a)
	equal(t, "agency", done(t, w, "receive").Case.Agency, casetest.Elsewhere)
	equal(t, "agency after the return", done(t, w, "object", "return").Case.Agency, casetest.County)
}

func TestAFurtherTransferEndsTheFormer(t *testing.T) {
	w := casetest.At(casework.Transferred)
	former := w.Case.Transfer
	v := done(t, w, "object", "transfer")
	equal(t, "replaces", v.Transfer.Replaces, former)
	equal(t, "target", v.Transfer.Target, casetest.City)
}

func TestUnmergeGivesTheStateBack(t *testing.T) {
	w := casetest.At(casework.Merged)
	v := done(t, w, "unmerge")
	equal(t, "state", v.Case.Status, casework.Accepted)
	equal(t, "primary", v.Case.Primary, "")
}

func TestAnAssignmentCreatesTheInspectionOfTheRoundOnce(t *testing.T) {
	w := casetest.At(casework.Accepted)
	v := done(t, w, "assign")
	if v.Inspection == nil || v.Inspection.ID != v.Case.Inspection || v.Inspection.Round != 1 {
		t.Fatalf("inspection %+v", v.Inspection)
	}
	first := v.Case.Inspection
	a := w.Example("assign")
	a.Args = casetest.With(a.Args, casetest.Args{"inspectors": []string{casetest.Zhou, casetest.Lin}, "lead": nil})
	v = w.Do(a)
	if v.Inspection != nil || v.InspectionChange == nil {
		t.Fatalf("a reassignment in the round makes no new inspection: %+v", v)
	}
	equal(t, "inspection", v.Case.Inspection, first)
	equal(t, "lead", v.Case.Lead, casetest.Zhou)
	equal(t, "notices", notices(v), []string{"assigned>complainant", "assigned>inspectors", "reassigned>inspectors"})
	equal(t, "joins", v.Notices[1].Recipients, []string{casetest.Zhou})
	equal(t, "leaves", v.Notices[2].Recipients, []string{casetest.Wu})
}

func TestACallBackTakesTheCaseFromThoseWhoHaveNotArrivedAndKeepsTheInspection(t *testing.T) {
	w := casetest.At(casework.Assigned)
	inspection := w.Case.Inspection
	v := done(t, w, "unassign")
	equal(t, "state", v.Case.Status, casework.Accepted)
	equal(t, "crew", len(v.Case.Inspectors), 0)
	equal(t, "lead and day", v.Case.Lead+v.Case.Due, "")
	equal(t, "notices", notices(v), []string{"recalled>inspectors"})
	equal(t, "recalled", v.Notices[0].Recipients, []string{casetest.Lin, casetest.Wu})
	if v := done(t, w, "assign"); v.Inspection != nil || v.Case.Inspection != inspection {
		t.Errorf("the next crew has another inspection: %+v", v.Inspection)
	}
	w = casetest.At(casework.Reopened)
	done(t, w, "assign")
	equal(t, "state of a later round", done(t, w, "unassign").Case.Status, casework.Reopened)
}

func TestAReassignmentDuringTheWorkLeavesTheStateAlone(t *testing.T) {
	for _, state := range []casework.Status{casework.Inspecting, casework.Rectifying, casework.Verifying} {
		equal(t, string(state), done(t, casetest.At(state), "assign").Case.Status, state)
	}
}

func TestTheFirstArrivalStartsTheVisit(t *testing.T) {
	w := casetest.At(casework.Assigned)
	a := w.Example("arrive")
	a.Device, a.DeviceAt = "phone000000001", "2026-06-10T08:00:00+08:00"
	v := w.Do(a)
	equal(t, "started", v.InspectionChange.StartedAt, "2026-06-10T00:00:00.000Z")
	equal(t, "arrivals", w.Arrivals(), []string{casetest.Lin, casetest.Wu})
	if v := done(t, w, "arrive"); v.InspectionChange != nil {
		t.Errorf("the second arrival changes the start: %+v", v.InspectionChange)
	}
}

func TestConcludeOrdersOrGoesOnToTheReply(t *testing.T) {
	v := done(t, casetest.At(casework.Inspecting), "conclude")
	equal(t, "state", v.Case.Status, casework.Rectifying)
	equal(t, "order", v.Rectification.ID, casetest.Order)
	equal(t, "recheck", v.Rectification.RecheckDue, "2026-07-10")
	equal(t, "items", len(v.Case.Items), 2)

	w := casetest.At(casework.Inspecting)
	a := w.Example("conclude")
	a.Args = casetest.With(a.Args, casetest.Args{"outcome": "unsubstantiated", "order": nil})
	equal(t, "unsubstantiated", w.Clone().Do(a).Case.Status, casework.Replying)
	a.Args = casetest.With(a.Args, casetest.Args{"outcome": "partly", "corrected": true})
	a.Evidence = []string{casetest.Photo("after", "item1")}
	v = w.Do(a)
	equal(t, "corrected on the spot", v.Case.Status, casework.Replying)
	equal(t, "no order", v.Rectification == nil, true)
}

func TestAFailedItemBeginsTheNextRoundAndWhatPassedStaysPassed(t *testing.T) {
	w := casetest.At(casework.Verifying)
	v := w.Do(w.By(casetest.Lin, "verify", casetest.Verification(w, "item2")))
	equal(t, "state", v.Case.Status, casework.Rectifying)
	equal(t, "round", v.Case.Round, 2)
	equal(t, "rectification", v.Rectification.State, casework.ItemsFailed)
	equal(t, "same record", v.Rectification.ID, casetest.Order)

	v = done(t, w, "submit")
	if again := w.Do(w.By(casetest.Lin, "submit", casetest.Args{})); again.Applied {
		t.Error("submitted twice")
	}
	v = done(t, w, "verify")
	equal(t, "state", v.Case.Status, casework.Verified)
	equal(t, "round", v.Case.Round, 2)
	equal(t, "judged in", []int{v.Rectification.Items[0].Round, v.Rectification.Items[1].Round}, []int{1, 2})
	v = done(t, w, "reply", "approve")
	equal(t, "state", v.Case.Status, casework.Closed)
}

func TestAReplyKeepsTheTextsThatItDoesNotName(t *testing.T) {
	w := casetest.At(casework.Replying)
	v := w.Do(w.By("", "reply", casetest.Args{"legal_basis": "噪声污染防治法"}))
	equal(t, "basis", v.Reply.LegalBasis, "噪声污染防治法")
	equal(t, "reply", v.Reply.ComplainantReply, "您反映的问题已经解决。")
	v = done(t, w, "send_back")
	equal(t, "state of the reply", v.Reply.State, casework.ReplySentBack)
	v = done(t, w, "approve")
	equal(t, "approver", v.Reply.Approver, casetest.Reviewer)
	equal(t, "told", notices(v), []string{"answered>complainant", "solved>complainant"})
}

func TestAReopenedCaseStartsItsRoundEmptyHanded(t *testing.T) {
	w := casetest.At(casework.Closed)
	w.Now = w.Now.AddDate(0, 0, 100)
	v := done(t, w, "reopen")
	c := v.Case
	equal(t, "round", c.Round, 2)
	equal(t, "left of the old round", c.Inspection+c.Rectification+c.OrderNo+c.LegalBasis+c.ClosedAt+string(c.Outcome), "")
	equal(t, "due", c.DueStrict, "2026-11-17")
	a := w.Example("assign")
	a.Args = casetest.With(a.Args, casetest.Args{"due": "2026-11-01"})
	v = w.Do(a)
	equal(t, "state", v.Case.Status, casework.Assigned)
	equal(t, "round of the new inspection", v.Inspection.Round, 2)
	equal(t, "arrivals of the old round", len(w.Arrivals()), 0)
	if v := w.Do(w.Example("conclude")); v.Applied {
		t.Error("the old round's arrivals count in the new one")
	}
}

func TestARuleMayReopenForTheDissatisfied(t *testing.T) {
	w := casetest.At(casework.Closed)
	a := w.Example("reopen")
	a.ActorKind, a.Actor, a.ActorRole = casework.ByRule, "dissatisfied", ""
	equal(t, "state", w.Do(a).Case.Status, casework.Reopened)
}

func TestAStageClosedCaseResumesWhereItWas(t *testing.T) {
	w := casetest.At(casework.StageClosed)
	equal(t, "plan", len(w.Case.Plan), 1)
	v := done(t, w, "resume")
	equal(t, "state", v.Case.Status, casework.Rectifying)
	equal(t, "plan", len(v.Case.Plan), 0)
}

func TestAWithdrawalDoesNotStopAnEnforcementMatter(t *testing.T) {
	w := casetest.At(casework.Inspecting)
	equal(t, "before an order", done(t, w, "withdraw").Case.Status, casework.Withdrawn)
	w = casetest.At(casework.Inspecting)
	w.Complaints = 2
	equal(t, "while others complain of the same", done(t, w, "withdraw").Case.Status, casework.Inspecting)
	w = casetest.At(casework.Rectifying)
	a := w.Example("withdraw")
	a.ActorKind, a.Actor, a.ActorRole = casework.ByComplainant, "complaint000001", ""
	v := w.Do(a)
	equal(t, "after an order", v.Case.Status, casework.Rectifying)
	equal(t, "told", notices(v), []string{"withdrawn>complainant"})
}

func TestAnExtensionMovesBothDatesAndTellsTheComplainant(t *testing.T) {
	v := done(t, casetest.At(casework.Assigned), "extend")
	equal(t, "strict", v.Case.DueStrict, "2026-09-08")
	equal(t, "extended", v.Case.Extended, true)
	equal(t, "told", notices(v), []string{"extended>complainant", "extended>inspectors"})
}

func TestSupervisionIsRecordedAndTold(t *testing.T) {
	v := done(t, casetest.At(casework.Assigned), "supervise")
	equal(t, "level", v.Case.SupervisionLevel, casework.Supervised)
	equal(t, "record", *v.Supervision, casework.Supervision{
		ID: v.Supervision.ID, Case: casetest.CaseID, Level: casework.Supervised, Due: "2026-06-30",
		By: casetest.Supervisor, Agency: casetest.City, At: casework.Stamp(casetest.Now),
	})
}

func TestAStarIsSetAndTakenAway(t *testing.T) {
	w := casetest.At(casework.Assigned)
	equal(t, "set", done(t, w, "star").Case.Starred, true)
	equal(t, "taken away", w.Do(w.By(casetest.Supervisor, "star", casetest.Args{"on": false})).Case.Starred, false)
}

func TestUrgencyReachesTheStaffAndNotTheComplainant(t *testing.T) {
	w := casetest.At(casework.Accepted)
	w.Case.Urgent = true
	for _, n := range done(t, w, "assign").Notices {
		equal(t, n.Kind+">"+n.To, n.Urgent, n.To != casework.ToComplainant)
	}
}

func TestOfficersAreAllWhoEverWorkedOnTheCase(t *testing.T) {
	w := casetest.At(casework.Inspecting)
	a := w.Example("assign")
	a.Args = casetest.With(a.Args, casetest.Args{"inspectors": []string{casetest.Lin, casetest.Zhou}})
	w.Do(a)
	equal(t, "officers", w.Officers(), []string{casetest.Lin, casetest.Wu, casetest.Zhou})
	w = casetest.At(casework.Assigned)
	w.Do(w.By(casetest.Zhou, "arrive", casetest.Args{})) // kept for review, but he was there
	equal(t, "officers", w.Officers(), []string{casetest.Lin, casetest.Wu, casetest.Zhou})
}

func TestNeedsNamesWhatAnActionSpeaksOf(t *testing.T) {
	w := casetest.At(casework.Verifying)
	n := casework.Needs(w.Example("verify"))
	equal(t, "people", n.People, []string{casetest.Lin, casetest.Wu})
	equal(t, "photos", len(n.Evidence), 2)
	n = casework.Needs(w.Example("return"))
	equal(t, "who agreed", n.People, []string{casetest.Dispatcher})
	conclude := casework.Needs(casetest.At(casework.Inspecting).Example("conclude"))
	equal(t, "order", conclude.Order, casetest.Order)
	equal(t, "complaints", casework.Needs(w.Example("withdraw")).Complaints, true)
	equal(t, "primary", casework.Needs(w.Example("merge")).Primary, casetest.PrimaryID)
	broken := w.Example("merge")
	broken.Args = []byte(`{"primary":`)
	equal(t, "nothing of what is broken", casework.Needs(broken).Primary, "")
}

func TestRootFollowsThePrimaryToTheEnd(t *testing.T) {
	primaries := map[string]string{"a": "b", "b": "c", "x": "y", "y": "x"}
	of := func(id string) string { return primaries[id] }
	equal(t, "chain", casework.Root("a", of), "c")
	equal(t, "alone", casework.Root("z", of), "z")
	if !slices.Contains([]string{"x", "y"}, casework.Root("x", of)) {
		t.Error("a ring has no end")
	}
}

func TestLateEvidenceJoinsIfItWasTakenBeforeTheClose(t *testing.T) {
	closed := casework.Case{Status: casework.Closed, ClosedAt: "2026-06-10T01:00:00.000Z"}
	for taken, want := range map[string][2]bool{
		"2026-06-10T08:59:00+08:00": {true, true},
		"2026-06-10T09:01:00+08:00": {false, true},
		"noon":                      {false, true},
	} {
		takes, late := closed.TakesEvidence(taken)
		equal(t, taken, [2]bool{takes, late}, want)
	}
	takes, late := casework.Case{Status: casework.Rectifying}.TakesEvidence("2030-01-01T00:00:00Z")
	equal(t, "open", [2]bool{takes, late}, [2]bool{true, false})
}
