// Tests of what is written beside the case, record by record and field by field.

package casework_test

import (
	"testing"

	"xuncha/casework"
	"xuncha/casework/casetest"
)

const (
	start = "2026-06-10T01:30:00.000Z" // casetest.Now as a record holds it
	today = "2026-06-10"
)

// by is an example with another actor and some arguments replaced.
func by(w *casetest.World, user, name string, changes casetest.Args) casework.Action {
	a := w.Example(name)
	changed := w.By(user, name, nil)
	changed.Args, changed.Position = casetest.With(a.Args, changes), a.Position
	return changed
}

func TestAcceptanceWritesTypesPlaceUrgencyAndOwner(t *testing.T) {
	w := casetest.New()
	w.Case.Agency, w.Case.DivisionCode = "", ""
	v := w.Do(by(w, casetest.Dispatcher, "accept", casetest.Args{"urgent": true, "types": list("dust", "noise"), "division_code": "990101002"}))
	c := v.Case
	equal(t, "types", c.PollutionTypes, []string{"dust", "noise"})
	equal(t, "place", c.DivisionCode, "990101002")
	equal(t, "urgent", c.Urgent, true)
	equal(t, "owner", c.Agency, casetest.County)

	w = casetest.New()
	w.Case.Urgent = true
	v = w.Do(by(w, casetest.Supervisor, "accept", nil))
	equal(t, "a supervisor does not accept", v.Code, "role_not_allowed")
	v = done(t, w, "accept")
	equal(t, "what intake called urgent stays so", v.Case.Urgent, true)
	equal(t, "owner", v.Case.Agency, casetest.County)
}

func TestARefusalSaysWhyAndWhereTo(t *testing.T) {
	v := done(t, casetest.New(), "refuse")
	equal(t, "why", v.Case.Refusal, "out_of_competence")
	equal(t, "where to", v.Case.Advice, "请向城市管理部门反映。")
	equal(t, "told", notices(v), []string{"not_accepted>complainant"})
}

func TestARefusedCaseThatIsReopenedStartsItsClock(t *testing.T) {
	w := casetest.At(casework.NotAccepted)
	c := done(t, w, "reopen").Case
	equal(t, "accepted", c.AcceptedAt, start)
	equal(t, "why it was refused", c.Refusal+c.Advice, "")
	equal(t, "due", c.DueStrict, "2026-08-09")
	w = casetest.At(casework.Closed)
	w.Now = w.Now.AddDate(0, 0, 1)
	equal(t, "accepted once", done(t, w, "reopen").Case.AcceptedAt, start)
}

func TestAReopenedCaseMayBeExtendedAgainAndIsNotDelivered(t *testing.T) {
	w := casetest.At(casework.Replying)
	done(t, w, "extend", "approve")
	equal(t, "delivered", w.Case.Delivered, true)
	c := done(t, w, "reopen").Case
	equal(t, "delivered", c.Delivered, false)
	equal(t, "extended", c.Extended, false)
}

func TestAWithdrawnCaseIsFinishedThen(t *testing.T) {
	equal(t, "finished", done(t, casetest.At(casework.Accepted), "withdraw").Case.ClosedAt, start)
	equal(t, "not finished", done(t, casetest.At(casework.Rectifying), "withdraw").Case.ClosedAt, "")
}

func TestTheRecordOfATransfer(t *testing.T) {
	w := casetest.At(casework.Accepted)
	want := casework.Transfer{
		ID: w.NextID, Case: casetest.CaseID, From: casetest.County, Target: casetest.Elsewhere, Mode: "forward",
		State: casework.TransferSent, FeedbackDue: "2026-06-30", SentAt: start,
	}
	v := done(t, w, "transfer")
	equal(t, "sent", *v.Transfer, casework.TransferChange{Transfer: want, Create: true})
	equal(t, "of the case", v.Case.Transfer, want.ID)

	want.State, want.ReceivedAt = casework.TransferReceived, start
	equal(t, "received", *done(t, w, "receive").Transfer, casework.TransferChange{Transfer: want})

	want.State, want.ObjectedAt, want.Reason = casework.TransferObjected, start, "不在本辖区。"
	equal(t, "objected", *done(t, w, "object").Transfer, casework.TransferChange{Transfer: want})

	back := want
	back.State, back.ReturnedAt, back.AgreedBy = casework.TransferReturned, start, casetest.Dispatcher
	equal(t, "returned", *done(t, w.Clone(), "return").Transfer, casework.TransferChange{Transfer: back})

	want.State, want.FedBackAt, want.Result = casework.TransferFedBack, start, "已督促停止排放。"
	v = done(t, w, "feed_back")
	equal(t, "fed back", *v.Transfer, casework.TransferChange{Transfer: want})
	equal(t, "outcome", v.Case.Outcome, casework.Substantiated)
	equal(t, "author", v.Reply.Author, casetest.Abroad)
}

func TestWhoReturnsItHimselfAgreed(t *testing.T) {
	w := casetest.At(casework.Transferred)
	done(t, w, "object")
	v := w.Do(by(w, casetest.Dispatcher, "return", casetest.Args{"agreed_by": nil}))
	equal(t, "agreed by", v.Transfer.AgreedBy, casetest.Dispatcher)
}

func TestATransferOfACaseWithoutAnOwnerComesFromWhoSendsIt(t *testing.T) {
	w := casetest.New()
	w.Case.Agency = ""
	equal(t, "from", done(t, w, "transfer").Transfer.From, casetest.County)
}

func TestFeedbackWithoutAnOutcomeKeepsTheOneThatWasFound(t *testing.T) {
	w := casetest.At(casework.Transferred)
	w.Case.Outcome = casework.Partly
	v := w.Do(by(w, casetest.Abroad, "feed_back", casetest.Args{"outcome": nil}))
	equal(t, "outcome", v.Case.Outcome, casework.Partly)
}

func TestTheRecordOfAnInspection(t *testing.T) {
	w := casetest.At(casework.Accepted)
	want := casework.NewInspection{
		ID: w.NextID, Case: casetest.CaseID, Round: 1, Inspectors: []string{casetest.Lin, casetest.Wu}, Lead: casetest.Lin,
	}
	v := done(t, w, "assign")
	equal(t, "created", *v.Inspection, want)
	equal(t, "due", v.Case.Due, "2026-06-20")
	v = w.Do(by(w, casetest.Dispatcher, "assign", casetest.Args{"inspectors": list(casetest.Wu, casetest.Zhou), "lead": casetest.Zhou}))
	equal(t, "changed", *v.InspectionChange, casework.InspectionChange{
		ID: want.ID, Inspectors: []string{casetest.Wu, casetest.Zhou}, Lead: casetest.Zhou,
	})
}

func TestAnAssignmentMayGoToTheAgencyOfAnOfficer(t *testing.T) {
	w := casetest.At(casework.Accepted)
	p := w.People[casetest.Supervisor]
	p.Role = casework.Dispatcher // the city's
	w.People[casetest.Supervisor] = p
	v := w.Do(by(w, casetest.Supervisor, "assign", casetest.Args{"agency": casetest.County}))
	equal(t, "code", v.Code, "")
	equal(t, "agency", v.Case.Agency, casetest.County)
	equal(t, "agency if none is named", w.Do(by(w, casetest.Supervisor, "assign", nil)).Case.Agency, casetest.City)
}

func TestANewRoundIsNewsToItsOldOfficersToo(t *testing.T) {
	v := done(t, casetest.At(casework.Reopened), "assign")
	equal(t, "told", v.Notices[1].Recipients, []string{casetest.Lin, casetest.Wu})
}

func TestTheRecordOfARectification(t *testing.T) {
	w := casetest.At(casework.Inspecting)
	want := casework.Rectification{
		ID: casetest.Order, Case: casetest.CaseID, Inspection: w.Case.Inspection, Round: 1,
		OrderNo: "责改〔2026〕1 号", ServedAt: "2026-06-10T01:00:00.000Z", Deadline: "2026-06-25", RecheckDue: "2026-07-10",
		Measures: "停止排放，清理现场", Responsible: "王经理", State: casework.Ordered,
		Items: []casework.RectificationItem{{ID: "item1", Text: "整改 item1"}, {ID: "item2", Text: "整改 item2"}},
	}
	v := done(t, w, "conclude")
	equal(t, "ordered", *v.Rectification, casework.RectificationChange{Rectification: want, Create: true})
	c := v.Case
	equal(t, "in the case", []string{c.Rectification, c.OrderNo, c.ServedAt, c.RectifyDeadline, c.Measures, c.Responsible},
		[]string{want.ID, want.OrderNo, want.ServedAt, want.Deadline, want.Measures, want.Responsible})
	equal(t, "items", c.Items, []casework.Item{{ID: "item1", Text: "整改 item1"}, {ID: "item2", Text: "整改 item2"}})
	equal(t, "outcome", c.Outcome, casework.Substantiated)

	want.State, want.SubmittedAt = casework.Submitted, start
	for i, id := range casetest.Items {
		want.Items[i].Before, want.Items[i].After = casetest.Photo("before", id), casetest.Photo("after", id)
	}
	equal(t, "submitted", *done(t, w, "submit").Rectification, casework.RectificationChange{Rectification: want})

	want.State, want.VerifiedAt, want.Officers = casework.ItemsPassed, start, []string{casetest.Lin, casetest.Wu}
	for i, id := range casetest.Items {
		want.Items[i].Passed, want.Items[i].Round = true, 1
		want.Items[i].Evidence = []string{casetest.Photo("scene", id)}
	}
	equal(t, "verified", *done(t, w, "verify").Rectification, casework.RectificationChange{Rectification: want})
}

func TestTheRecordOfAReply(t *testing.T) {
	w := casetest.At(casework.Verified)
	want := casework.ReplyChange{
		ID: w.NextID, Case: casetest.CaseID, Round: 1, Outcome: casework.Substantiated, State: casework.ReplyDraft,
		HandlingResult: "已责令改正并核验。", ComplainantReply: "您反映的问题已经解决。", LegalBasis: "大气污染防治法第九十九条",
		Author: casetest.Dispatcher,
	}
	equal(t, "drafted", *done(t, w, "reply").Reply, want)

	want.ID, want.State, want.Author, want.Approver, want.Reason = w.NextID, casework.ReplySentBack, "", casetest.Reviewer, "请写明法律依据。"
	equal(t, "sent back", *done(t, w.Clone(), "send_back").Reply, want)

	want.State, want.Reason, want.ApprovedAt, want.UndeliverableReason = casework.ReplyApproved, "", start, "无联系方式"
	v := w.Do(by(w, casetest.Reviewer, "approve", casetest.Args{"delivered": nil, "undeliverable_reason": "无联系方式"}))
	equal(t, "approved", *v.Reply, want)
	equal(t, "closed", v.Case.ClosedAt, start)
	equal(t, "in the case", v.Case.UndeliverableReason, "无联系方式")
}

func TestTheFlagsOfTheClockFollowEachAction(t *testing.T) {
	w := casetest.At(casework.Assigned)
	w.Now = w.Now.AddDate(0, 0, 70)
	equal(t, "overdue", done(t, w, "note").Case.Overdue, true)
	w = casetest.At(casework.Assigned)
	w.Now = w.Now.AddDate(0, 0, 59)
	equal(t, "due soon", done(t, w, "note").Case.DueSoon, true)
	equal(t, "not any more", done(t, w, "extend").Case.DueSoon, false)
}

func TestOnlyAReceiptMovesTheStartOfAnObjection(t *testing.T) {
	w := casetest.At(casework.Transferred)
	w.Now = w.Now.AddDate(0, 0, 9)
	equal(t, "never receipted", w.Clone().Do(w.Example("object")).Code, "objection_late")
	equal(t, "receipted late", func() string { done(t, w, "receive"); return w.Do(w.Example("object")).Code }(), "")
}

func TestADecisionIsWrittenOncePerPhotoAndTheCaseStaysAsItIs(t *testing.T) {
	w := casetest.At(casework.Inspecting)
	before := w.Case
	v := w.Do(by(w, casetest.Reviewer, "flag_decided", casetest.Args{"photos": list(casetest.Doubted, casetest.Doubted)}))
	equal(t, "code", v.Code, "")
	equal(t, "decisions", v.Decisions, []casework.PhotoDecision{{Photo: casetest.Doubted, Decision: casework.FlagDecision{
		Verdict: casework.FlagAccepted, Reason: "与现场核对一致。", By: casetest.Reviewer, At: start, Flags: []string{"size_differs"},
	}}})
	equal(t, "case", v.Case, before)
	equal(t, "told", notices(v), []string{})
	v = w.Do(by(w, casetest.Supervisor, "flag_decided", casetest.Args{"verdict": "rejected", "reason": "与另案照片相同。"}))
	equal(t, "revised", v.Decisions[0].Decision.Verdict, casework.FlagRejected)
	equal(t, "by", w.Evidence[casetest.Doubted].Decision.By, casetest.Supervisor)
	equal(t, "the fold", casework.Fold(w.Case.Registered(), w.History, nil, casework.Calendar{}).Folded(), w.Case.Folded())
}

func TestAPhotoThatWasRejectedIsReplacedInTheNextRound(t *testing.T) {
	w := casetest.At(casework.Verifying)
	photo(casetest.Photo("after", "item1"), decided(casework.FlagRejected))(w)
	fails := w.Example("verify")
	fails.Args = casetest.With(fails.Args, casetest.Args{"items": casetest.Verification(w, "item1")["items"]})
	equal(t, "failed", w.Do(fails).Case.Status, casework.Rectifying)
	again := w.Example("submit")
	w.Evidence["photo0again0001"] = casework.Evidence{ID: "photo0again0001", Case: casetest.CaseID, SHA256: "other", State: "stored"}
	again.Args = casetest.With(again.Args, casetest.Args{"items": list(casetest.Args{
		"id": "item1", "before": casetest.Photo("before", "item1"), "after": "photo0again0001",
	})})
	equal(t, "submitted again", w.Do(again).Code, "")
	done(t, w, "verify", "reply")
	equal(t, "closed", done(t, w, "approve").Case.Status, casework.Closed)
}

func TestWhatARejectedPhotoProvedIsFoundAnew(t *testing.T) {
	for name, way := range map[string][]string{
		"concluded again":    {"transfer", "object", "return", "accept", "assign", "arrive", "conclude", "reply"},
		"the next round":     {"approve", "reopen", "transfer", "feed_back", "reply"},
		"nothing was redone": {"reply"},
	} {
		w := casetest.At(casework.Replying)
		for _, step := range way {
			a := w.Example(step)
			if step == "conclude" {
				a.Args = casetest.With(a.Args, casetest.Args{"outcome": "unsubstantiated", "order": nil})
			}
			if v := w.Do(a); !v.Applied {
				t.Fatalf("%s: %s: %s %s", name, step, v.Code, v.Detail)
			}
		}
		photo(casetest.Photo("scene", "item2"), decided(casework.FlagRejected))(w)
		want := ""
		if name == "nothing was redone" {
			want = "photo_rejected"
		}
		equal(t, name, w.Do(w.Example("approve")).Code, want)
	}
}
