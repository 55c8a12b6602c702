// Tests of the guards: one world in which each fails, one sentence for each.

package casework_test

import (
	"fmt"
	"testing"

	"xuncha/casework"
	"xuncha/casework/casetest"
)

// spoilt is an example of an action in a state with one thing changed, and what comes of it.
type spoilt struct {
	sentence string
	action   string
	state    casework.Status
	world    func(*casetest.World)
	args     casetest.Args // replaces single arguments; nil takes one away
	by       string
	at       **casework.Position // where, if not at the example's place
	evidence []string            // photos beside those of the example's arguments
	code     string              // "" means applied
}

// place is a position that an action claims; nil is none.
func place(p *casework.Position) **casework.Position { return &p }

func (s spoilt) run() casework.Verdict {
	w := casetest.At(s.state)
	if s.world != nil {
		s.world(w)
	}
	a := w.Example(s.action)
	if s.by != "" {
		by := w.By(s.by, s.action, nil)
		by.Args, by.Position = a.Args, a.Position
		a = by
	}
	a.Args, a.Evidence = casetest.With(a.Args, s.args), s.evidence
	if s.at != nil {
		a.Position = *s.at
	}
	return w.Do(a)
}

// person changes one person of the world.
func person(id string, change func(*casework.Person)) func(*casetest.World) {
	return func(w *casetest.World) {
		p := w.People[id]
		change(&p)
		w.People[id] = p
	}
}

func photo(id string, change func(*casework.Evidence)) func(*casetest.World) {
	return func(w *casetest.World) {
		e := w.Evidence[id]
		change(&e)
		w.Evidence[id] = e
	}
}

// decided lets a photo be one about which somebody has decided.
func decided(verdict casework.FlagVerdict) func(*casework.Evidence) {
	return func(e *casework.Evidence) {
		e.Decision = &casework.FlagDecision{Verdict: verdict, Reason: "核对无误"}
	}
}

func days(n int) func(*casetest.World) {
	return func(w *casetest.World) { w.Now = w.Now.AddDate(0, 0, n) }
}

func did(actions ...string) func(*casetest.World) {
	return func(w *casetest.World) {
		for _, name := range actions {
			if v := w.Do(w.Example(name)); !v.Applied {
				panic(fmt.Sprintf("%s: %s %s", name, v.Code, v.Detail))
			}
		}
	}
}

// takenOff gives the case to Wu and Zhou.
func takenOff(w *casetest.World) {
	a := w.Example("assign")
	a.Args = casetest.With(a.Args, casetest.Args{"inspectors": list(casetest.Wu, casetest.Zhou), "lead": casetest.Wu})
	if v := w.Do(a); !v.Applied {
		panic(v.Code)
	}
}

func list(v ...any) []any { return v }

var guardCases = []spoilt{
	// people
	{sentence: "an intake officer of another province does not reach the case", action: "accept", state: casework.Registered, by: casetest.Abroad, code: "out_of_scope"},
	{sentence: "a case without place and agency is everybody's", action: "accept", state: casework.Registered, by: casetest.Abroad, args: casetest.Args{"division_code": "880101"}, world: func(w *casetest.World) {
		w.Case.Agency, w.Case.DivisionCode = "", ""
	}},
	{sentence: "a case with a place and no agency belongs to the place", action: "accept", state: casework.Registered, by: casetest.Abroad, world: func(w *casetest.World) { w.Case.Agency = "" }, code: "out_of_scope"},
	{sentence: "a person without an agency reaches nothing by it", action: "accept", state: casework.Registered, world: func(w *casetest.World) {
		w.Case.Agency = ""
		person(casetest.Dispatcher, func(p *casework.Person) { p.Agency, p.ScopeFrom, p.ScopeTo = "", "", "" })(w)
	}, code: "out_of_scope"},
	{sentence: "a case is accepted into a town of the county", action: "accept", state: casework.Registered, args: casetest.Args{"division_code": "990101003"}},
	{sentence: "a case is not accepted into another county", action: "accept", state: casework.Registered, args: casetest.Args{"division_code": "990102"}, code: "division_elsewhere"},
	{sentence: "the agency that has a case reaches it wherever it lies", action: "accept", state: casework.Registered, world: func(w *casetest.World) { w.Case.DivisionCode = "880101" }},
	{sentence: "the city's supervisor reaches down into the county", action: "star", state: casework.Assigned},
	{sentence: "a disabled dispatcher does nothing", action: "accept", state: casework.Registered, world: person(casetest.Dispatcher, func(p *casework.Person) { p.Disabled = true }), code: "actor_disabled"},
	{sentence: "an inspector who is not on the case does not arrive", action: "arrive", state: casework.Assigned, by: casetest.Zhou, code: "not_case_officer"},
	{sentence: "one officer is not a crew", action: "assign", state: casework.Accepted, args: casetest.Args{"inspectors": list(casetest.Lin)}, code: "one_officer_only"},
	{sentence: "the same officer twice is one officer", action: "assign", state: casework.Accepted, args: casetest.Args{"inspectors": list(casetest.Lin, casetest.Lin)}, code: "one_officer_only"},
	{sentence: "an unknown user is no officer", action: "assign", state: casework.Accepted, args: casetest.Args{"inspectors": list(casetest.Lin, "user0unknown001")}, code: "officer_unknown"},
	{sentence: "a reviewer is no officer", action: "assign", state: casework.Accepted, args: casetest.Args{"inspectors": list(casetest.Lin, casetest.Reviewer)}, code: "officer_unknown"},
	{sentence: "a disabled inspector is not sent", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.Disabled = true }), code: "officer_unknown"},
	{sentence: "a certificate that ended yesterday is worth nothing", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.CertificateUntil = "2026-06-09" }), code: "certificate_expired"},
	{sentence: "a certificate holds on its last day", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.CertificateUntil = "2026-06-10" })},
	{sentence: "without a certificate nobody is sent", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.CertificateNo = "" }), code: "certificate_expired"},
	{sentence: "who is recused is not sent", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.Recused = true }), code: "officer_recused"},
	{sentence: "inspectors of another province are not ours to send", action: "assign", state: casework.Accepted, args: casetest.Args{"inspectors": list(casetest.Lin, casetest.Outsider)}, code: "officer_out_of_reach"},
	{sentence: "colleagues of the agency are ours to send, whatever their scope", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.ScopeFrom, p.ScopeTo = "", "" })},
	{sentence: "an inspector without a scope in another agency is not", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.Agency, p.ScopeFrom, p.ScopeTo = "agency000000009", "", "" }), code: "officer_out_of_reach"},
	{sentence: "another agency of the same county is in reach", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) { p.Agency = "agency000000009" })},
	{sentence: "an inspector of the city is not the county's to send", action: "assign", state: casework.Accepted, world: person(casetest.Wu, func(p *casework.Person) {
		p.Agency, p.ScopeFrom, p.ScopeTo = casetest.City, "990100", "990199"
	}), code: "officer_out_of_reach"},
	{sentence: "the agency is the dispatcher's or an officer's", action: "assign", state: casework.Accepted, args: casetest.Args{"agency": casetest.Elsewhere}, code: "agency_mismatch"},
	{sentence: "the lead is one of the crew", action: "assign", state: casework.Accepted, args: casetest.Args{"lead": casetest.Zhou}, code: "lead_not_on_crew"},
	{sentence: "nobody is sent for yesterday", action: "assign", state: casework.Accepted, args: casetest.Args{"due": "2026-06-09"}, code: "due_in_past"},
	{sentence: "the job may be due today", action: "assign", state: casework.Accepted, args: casetest.Args{"due": today}},
	{sentence: "on the last legal day no later day is given", action: "assign", state: casework.Accepted, world: days(61), args: casetest.Args{"due": "2026-08-11"}, code: "due_after_deadline"},
	{sentence: "nobody is given more time than the law gives", action: "assign", state: casework.Accepted, args: casetest.Args{"due": "2026-08-11"}, code: "due_after_deadline"},
	{sentence: "the last legal day may be given", action: "assign", state: casework.Accepted, args: casetest.Args{"due": "2026-08-10"}},
	{sentence: "once the deadline has passed any day is better than none", action: "assign", state: casework.Accepted, world: days(80), args: casetest.Args{"due": "2026-09-30"}},
	{sentence: "a reassignment is explained", action: "assign", state: casework.Inspecting, args: casetest.Args{"reason": nil}, code: "reassign_reason_missing"},
	{sentence: "a first assignment needs no reason", action: "assign", state: casework.Accepted, args: casetest.Args{"reason": nil}},
	{sentence: "who had not seen who goes now sends nobody else", action: "assign", state: casework.Inspecting, args: casetest.Args{"instead_of": list(casetest.Lin, casetest.Zhou)}, code: "crew_changed"},
	{sentence: "who saw nobody on the case sends nobody instead of others", action: "assign", state: casework.Assigned, args: casetest.Args{"instead_of": []any{}}, code: "crew_changed"},
	{sentence: "who has seen it sends others", action: "assign", state: casework.Inspecting, args: casetest.Args{"instead_of": list(casetest.Wu, casetest.Lin)}},
	{sentence: "a reopened case has no officers yet", action: "assign", state: casework.Reopened, args: casetest.Args{"instead_of": []any{}}},
	{sentence: "who had not seen who goes now calls nobody back", action: "unassign", state: casework.Assigned, args: casetest.Args{"instead_of": list(casetest.Lin)}, code: "crew_changed"},
	{sentence: "who has seen it calls them back", action: "unassign", state: casework.Assigned, args: casetest.Args{"instead_of": list(casetest.Lin, casetest.Wu)}},

	// on site
	{sentence: "who was taken off the case arrives no more", action: "arrive", state: casework.Assigned, world: takenOff, code: "not_case_officer"},
	{sentence: "who was taken off meanwhile arrived, if a dispatcher says so", action: "arrive", state: casework.Assigned, world: func(w *casetest.World) {
		takenOff(w)
		w.Late = true
	}},
	{sentence: "who never was on the case does not arrive, whoever says so", action: "arrive", state: casework.Assigned, by: casetest.Outsider, world: func(w *casetest.World) { w.Late = true }, code: "not_case_officer"},
	{sentence: "what a disabled officer did before counts, if a dispatcher says so", action: "arrive", state: casework.Assigned, world: func(w *casetest.World) {
		person(casetest.Lin, func(p *casework.Person) { p.Disabled = true })(w)
		w.Late = true
	}},
	{sentence: "a late word changes no state", action: "conclude", state: casework.Assigned, world: func(w *casetest.World) { w.Late = true }, code: "wrong_state"},
	{sentence: "certificates are shown", action: "arrive", state: casework.Assigned, args: casetest.Args{"certificate_shown": false}, code: "certificate_not_shown"},
	{sentence: "one does not arrive alone", action: "arrive", state: casework.Assigned, args: casetest.Args{"officers": list(casetest.Lin)}, code: "one_officer_only"},
	{sentence: "one does not arrive with somebody who is not on the case", action: "arrive", state: casework.Assigned, args: casetest.Args{"officers": list(casetest.Lin, casetest.Zhou)}, code: "officer_not_on_case"},
	{sentence: "one does not arrive for others", action: "arrive", state: casework.Assigned, by: casetest.Zhou, world: func(w *casetest.World) {
		w.Case.Inspectors = append(w.Case.Inspectors, casetest.Zhou)
	}, code: "actor_not_among_officers"},
	{sentence: "an arrival has a place", action: "arrive", state: casework.Assigned, at: place(nil), code: "position_missing"},
	{sentence: "an empty place is none", action: "arrive", state: casework.Assigned, at: place(&casework.Position{}), code: "position_missing"},
	{sentence: "a place is on the earth", action: "arrive", state: casework.Assigned, at: place(&casework.Position{Lon: 120, Lat: 99}), code: "position_missing"},
	{sentence: "the visit of another case is none", action: "arrive", state: casework.Assigned, args: casetest.Args{"inspection": "inspection00099"}, code: "inspection_unknown"},
	{sentence: "a further visit of the round counts", action: "arrive", state: casework.Assigned, args: casetest.Args{"inspection": "inspection00099"}, world: func(w *casetest.World) {
		w.Inspection = &casework.Inspection{ID: "inspection00099", Case: casetest.CaseID, Round: 1}
	}},
	{sentence: "a visit of an earlier round does not count", action: "arrive", state: casework.Assigned, args: casetest.Args{"inspection": "inspection00099"}, world: func(w *casetest.World) {
		w.Inspection = &casework.Inspection{ID: "inspection00099", Case: casetest.CaseID, Round: 0}
	}, code: "inspection_unknown"},
	{sentence: "nothing is concluded by a crew that did not arrive", action: "conclude", state: casework.Inspecting, world: func(w *casetest.World) {
		w.Case.Inspectors = []string{casetest.Lin, casetest.Zhou}
	}, code: "arrival_missing"},
	{sentence: "what is true and stays needs an order", action: "conclude", state: casework.Inspecting, args: casetest.Args{"order": nil}, code: "order_missing"},
	{sentence: "where nothing was found nothing is ordered", action: "conclude", state: casework.Inspecting, args: casetest.Args{"outcome": "unsubstantiated"}, code: "order_unexpected"},
	{sentence: "what was corrected on the spot has its photo", action: "conclude", state: casework.Inspecting, args: casetest.Args{"corrected": true, "order": nil}, code: "correction_unproved"},
	{sentence: "an order is not due before it is served", action: "conclude", state: casework.Inspecting, args: casetest.Args{"order.deadline": "2026-06-09"}, code: "order_dates_wrong"},
	{sentence: "an order may be due on the day it is served", action: "conclude", state: casework.Inspecting, args: casetest.Args{"order.deadline": today}},
	{sentence: "an order is not served tomorrow", action: "conclude", state: casework.Inspecting, args: casetest.Args{"order.served_at": "2026-06-11T09:00:00+08:00"}, code: "order_dates_wrong"},
	{sentence: "an order has an id of its own", action: "conclude", state: casework.Inspecting, world: func(w *casetest.World) { w.OrderTaken = true }, code: "order_id_taken"},
	{sentence: "an item stands once", action: "conclude", state: casework.Inspecting, args: casetest.Args{"order.items": list(casetest.Args{"id": "a", "text": "一"}, casetest.Args{"id": "a", "text": "二"})}, code: "item_repeated"},

	// put right and verified
	{sentence: "another case's rectification is not submitted", action: "submit", state: casework.Rectifying, args: casetest.Args{"rectification": "rectification99"}, code: "rectification_unknown"},
	{sentence: "an item that was not ordered is unknown", action: "submit", state: casework.Rectifying, args: casetest.Args{"items": list(pairOf("item3"), pairOf("item1"), pairOf("item2"))}, code: "item_unknown"},
	{sentence: "an item is submitted once", action: "submit", state: casework.Rectifying, args: casetest.Args{"items": list(pairOf("item1"), pairOf("item1"))}, code: "item_unknown"},
	{sentence: "each open item has its pair", action: "submit", state: casework.Rectifying, args: casetest.Args{"items": list(pairOf("item1"))}, code: "pair_missing"},
	{sentence: "a photo of another case proves nothing", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.Case = "case00000000077" }), code: "evidence_unknown"},
	{sentence: "a photo that nobody sent proves nothing", action: "submit", state: casework.Rectifying, world: func(w *casetest.World) { delete(w.Evidence, casetest.Photo("after", "item1")) }, code: "evidence_unknown"},
	{sentence: "photos may still be on their way when they are submitted", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.State = "pending" })},
	{sentence: "before and after are not one photo", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.SHA256 = "sha256 of " + casetest.Photo("before", "item1") }), code: "pair_wrong"},
	{sentence: "before and after are not swapped", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.Purpose = "before" }), code: "pair_wrong"},
	{sentence: "a photo belongs to one item", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.Item = "item2" }), code: "pair_wrong"},
	{sentence: "a photo has one partner", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.PairOf = "photo0000000099" }), code: "pair_wrong"},
	{sentence: "what a photo leaves open the action may say", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), func(e *casework.Evidence) { e.Item, e.PairOf = "", "" })},
	{sentence: "each open item is judged", action: "verify", state: casework.Verifying, args: casetest.Args{"items": list(casetest.Args{"id": "item1", "passed": true, "evidence": list(casetest.Photo("scene", "item1"))})}, code: "item_missing"},
	{sentence: "what passes has a photo", action: "verify", state: casework.Verifying, args: judged(true, nil, ""), code: "item_unproved"},
	{sentence: "what fails has a reason", action: "verify", state: casework.Verifying, args: judged(false, nil, ""), code: "item_reason_missing"},
	{sentence: "what fails with a reason is judged", action: "verify", state: casework.Verifying, args: judged(false, nil, "仍有异味")},
	{sentence: "one officer does not verify alone", action: "verify", state: casework.Verifying, args: casetest.Args{"officers": list(casetest.Lin)}, code: "one_officer_only"},
	{sentence: "a certificate that ends between the visits is noticed", action: "verify", state: casework.Verifying, world: person(casetest.Wu, func(p *casework.Person) { p.CertificateUntil = "2026-06-09" }), code: "certificate_expired"},
	{sentence: "a starred case is seen by a new eye", action: "verify", state: casework.Verifying, world: func(w *casetest.World) { w.Case.Starred = true }, code: "new_officer_missing"},
	{sentence: "a repeated case is seen by a new eye", action: "verify", state: casework.Verifying, world: func(w *casetest.World) { w.Case.RepeatCount = 1 }, code: "new_officer_missing"},
	{sentence: "a listed case is seen by a new eye", action: "verify", state: casework.Verifying, world: func(w *casetest.World) { w.Case.SupervisionLevel = casework.Listed }, code: "new_officer_missing"},
	{sentence: "an urged case is verified by those who inspected it", action: "verify", state: casework.Verifying, world: func(w *casetest.World) { w.Case.SupervisionLevel = casework.Urged }},
	{sentence: "an officer who did not inspect is the new eye", action: "verify", state: casework.Verifying, args: casetest.Args{"officers": list(casetest.Lin, casetest.Zhou)}, world: func(w *casetest.World) {
		w.Case.Starred, w.Case.Inspectors = true, []string{casetest.Lin, casetest.Wu, casetest.Zhou}
	}},

	// at the desk
	{sentence: "a reply has an outcome", action: "reply", state: casework.Replying, world: func(w *casetest.World) { w.Case.Outcome = "" }, args: casetest.Args{"outcome": nil}, code: "outcome_missing"},
	{sentence: "a reply keeps the outcome that was found", action: "reply", state: casework.Verified, args: casetest.Args{"outcome": nil}},
	{sentence: "who was an officer does not approve", action: "approve", state: casework.Replying, world: func(w *casetest.World) {
		p := w.People[casetest.Reviewer]
		p.ID = casetest.Lin
		w.People[casetest.Reviewer] = p
	}, code: "approver_was_officer"},
	{sentence: "who drafted the reply does not approve it", action: "approve", state: casework.Replying, world: func(w *casetest.World) {
		p := w.People[casetest.Reviewer]
		p.ID = casetest.Dispatcher
		w.People[casetest.Reviewer] = p
	}, code: "approver_was_officer"},
	{sentence: "without a legal basis nothing is closed", action: "approve", state: casework.Replying, world: func(w *casetest.World) { w.Case.LegalBasis = "" }, code: "reply_incomplete"},
	{sentence: "without a reply nothing is closed", action: "approve", state: casework.Replying, world: func(w *casetest.World) { w.Case.ComplainantReply = " " }, code: "reply_incomplete"},
	{sentence: "it is said whether the reply arrived", action: "approve", state: casework.Replying, args: casetest.Args{"delivered": nil}, code: "delivery_missing"},
	{sentence: "it may be said why the reply cannot arrive", action: "approve", state: casework.Replying, args: casetest.Args{"delivered": nil, "undeliverable_reason": "匿名举报，无联系方式"}},
	{sentence: "a case is not closed on photos that are not here", action: "approve", state: casework.Replying, world: photo(casetest.Photo("scene", "item2"), func(e *casework.Evidence) { e.State = "pending" }), code: "evidence_pending"},
	{sentence: "a flagged photo is shown, not refused", action: "approve", state: casework.Replying, world: photo(casetest.Photo("scene", "item2"), func(e *casework.Evidence) { e.State = "flagged" })},
	{sentence: "a case is not closed on a photo that was rejected", action: "approve", state: casework.Replying, world: photo(casetest.Photo("scene", "item2"), decided("rejected")), code: "photo_rejected"},
	{sentence: "a case is closed on a photo that was accepted", action: "approve", state: casework.Replying, world: photo(casetest.Photo("scene", "item2"), decided("accepted"))},
	{sentence: "a rejected photo that nothing rests on stops nothing", action: "approve", state: casework.Replying, world: photo(casetest.Doubted, decided("rejected"))},
	{sentence: "nothing is concluded on a photo that was rejected", action: "conclude", state: casework.Inspecting, world: photo(casetest.Doubted, decided("rejected")), evidence: []string{casetest.Doubted}, code: "photo_rejected"},
	{sentence: "a doubt about which nobody has decided stops no conclusion", action: "conclude", state: casework.Inspecting, evidence: []string{casetest.Doubted}},
	{sentence: "a rejected photo is half of no pair", action: "submit", state: casework.Rectifying, world: photo(casetest.Photo("after", "item1"), decided("rejected")), code: "photo_rejected"},
	{sentence: "an item does not pass by a rejected photo", action: "verify", state: casework.Verifying, world: photo(casetest.Photo("scene", "item1"), decided("rejected")), code: "photo_rejected"},
	{sentence: "nor by a pair of which one photo was rejected since", action: "verify", state: casework.Verifying, world: photo(casetest.Photo("after", "item1"), decided("rejected")), code: "photo_rejected"},
	{sentence: "an item whose photo was rejected fails", action: "verify", state: casework.Verifying, world: photo(casetest.Photo("after", "item1"), decided("rejected")), args: judged(false, nil, "照片不予采信")},
	{sentence: "a photo without a doubt needs no decision", action: "flag_decided", state: casework.Inspecting, args: casetest.Args{"photos": list(casetest.Doubted, casetest.Photo("scene", "item1"))}, code: "photo_not_doubted"},
	{sentence: "a decision is revised, also where the doubt is gone", action: "flag_decided", state: casework.Closed, args: casetest.Args{"photos": list(casetest.Photo("scene", "item1"))}, world: photo(casetest.Photo("scene", "item1"), decided("rejected"))},
	{sentence: "nobody decides about a photo of another case", action: "flag_decided", state: casework.Inspecting, world: photo(casetest.Doubted, func(e *casework.Evidence) { e.Case = "case00000000077" }), code: "evidence_unknown"},
	{sentence: "nobody decides about a photo that there is not", action: "flag_decided", state: casework.Inspecting, args: casetest.Args{"photos": list("photo0unknown01")}, code: "evidence_unknown"},
	{sentence: "no photo is no decision", action: "flag_decided", state: casework.Inspecting, args: casetest.Args{"photos": list()}, code: "bad_args"},
	{sentence: "a decision has its reason", action: "flag_decided", state: casework.Inspecting, args: casetest.Args{"reason": nil}, code: "bad_args"},
	{sentence: "a photo is accepted or rejected", action: "flag_decided", state: casework.Inspecting, args: casetest.Args{"verdict": "doubtful"}, code: "bad_args"},
	{sentence: "an officer does not decide about photos", action: "flag_decided", state: casework.Inspecting, by: casetest.Lin, code: "role_not_allowed"},
	{sentence: "nor does an intake officer", action: "flag_decided", state: casework.Inspecting, by: casetest.Intake, code: "role_not_allowed"},
	{sentence: "a desk elsewhere does not decide", action: "flag_decided", state: casework.Inspecting, by: casetest.Abroad, code: "out_of_scope"},
	{sentence: "the photos of a merged case are the primary's", action: "flag_decided", state: casework.Merged, code: "case_merged"},
	{sentence: "a case is not transferred to whom it belongs", action: "transfer", state: casework.Accepted, args: casetest.Args{"target": casetest.County}, code: "transfer_to_self"},
	{sentence: "a transferred case is not transferred again to the same agency", action: "transfer", state: casework.Transferred, args: casetest.Args{"target": casetest.Elsewhere}, code: "transfer_to_self"},
	{sentence: "a case is not called back by a transfer to oneself", action: "transfer", state: casework.Transferred, args: casetest.Args{"target": casetest.County}, code: "transfer_to_self"},
	{sentence: "a case that came back may go out again", action: "transfer", state: casework.Transferred, world: did("object", "return"), args: casetest.Args{"target": casetest.Elsewhere}},
	{sentence: "a case is not transferred to nobody", action: "transfer", state: casework.Accepted, args: casetest.Args{"target": "agency000unknown"}, code: "transfer_target_unknown"},
	{sentence: "a case is not assigned up", action: "transfer", state: casework.Accepted, args: casetest.Args{"target": casetest.City, "mode": "assign_down"}, code: "transfer_target_above"},
	{sentence: "a case is not assigned sideways", action: "transfer", state: casework.Accepted, args: casetest.Args{"target": casetest.Elsewhere, "mode": "assign_down"}, code: "transfer_target_above"},
	{sentence: "a case of the city is assigned down to the county", action: "transfer", state: casework.Accepted, args: casetest.Args{"target": casetest.County, "mode": "assign_down"}, world: func(w *casetest.World) {
		w.Case.Agency = casetest.City
		person(casetest.Dispatcher, func(p *casework.Person) { p.Agency, p.ScopeFrom, p.ScopeTo = casetest.City, "990100", "990199999999" })(w)
	}},
	{sentence: "feedback may be due today", action: "transfer", state: casework.Accepted, args: casetest.Args{"feedback_due": today}},
	{sentence: "feedback is not due yesterday", action: "transfer", state: casework.Accepted, args: casetest.Args{"feedback_due": "2026-06-09"}, code: "feedback_due_past"},
	{sentence: "only the target receives", action: "receive", state: casework.Transferred, by: casetest.Dispatcher, code: "not_transfer_target"},
	{sentence: "a transfer is received once", action: "receive", state: casework.Transferred, world: did("receive"), code: "already_received"},
	{sentence: "a third agency does not return a transfer", action: "return", state: casework.Transferred, world: func(w *casetest.World) {
		w.Do(w.Example("object"))
		w.Transfer.Target = casetest.City
	}, code: "not_transfer_party"},
	{sentence: "an objection comes within five working days", action: "object", state: casework.Transferred, world: days(8), code: "objection_late"},
	{sentence: "the days count from the receipt", action: "object", state: casework.Transferred, world: func(w *casetest.World) {
		days(3)(w)
		did("receive")(w)
		days(6)(w)
	}},
	{sentence: "the fifth working day is in time", action: "object", state: casework.Transferred, world: days(7)},
	{sentence: "what nobody objected to is not returned", action: "return", state: casework.Transferred, code: "transfer_not_objected"},
	{sentence: "a return is agreed by the sender", action: "return", state: casework.Transferred, world: did("object"), args: casetest.Args{"agreed_by": casetest.Abroad}, code: "return_not_agreed"},
	{sentence: "the sender's own hand is his agreement", action: "return", state: casework.Transferred, world: did("object"), by: casetest.Dispatcher, args: casetest.Args{"agreed_by": nil}},
	{sentence: "a settled transfer is not fed back", action: "feed_back", state: casework.Transferred, world: func(w *casetest.World) { w.Transfer.State = casework.TransferReturned }, code: "transfer_settled"},
	{sentence: "a case is not its own primary", action: "merge", state: casework.Accepted, args: casetest.Args{"primary": casetest.CaseID}, code: "merge_into_self"},
	{sentence: "a case is not merged into a merged one", action: "merge", state: casework.Accepted, world: func(w *casetest.World) { w.Primary.Status = casework.Merged }, code: "primary_not_open"},
	{sentence: "a case is not merged into one that nobody knows", action: "merge", state: casework.Accepted, world: func(w *casetest.World) { w.Primary = nil }, code: "primary_not_open"},
	{sentence: "a case is not merged into a foreign one", action: "merge", state: casework.Accepted, world: func(w *casetest.World) {
		w.Primary.Agency, w.Primary.DivisionCode = casetest.Elsewhere, "880101"
	}, code: "primary_out_of_scope"},
	{sentence: "a plan lies ahead", action: "stage_close", state: casework.Rectifying, args: casetest.Args{"plan": list(casetest.Args{"what": "补种", "due": "2026-06-09"})}, code: "plan_in_past"},
	{sentence: "a plan may begin today", action: "stage_close", state: casework.Rectifying, args: casetest.Args{"plan": list(casetest.Args{"what": "补种", "due": today})}},
	{sentence: "a deadline is extended once", action: "extend", state: casework.Assigned, world: did("extend"), code: "extended_already"},
	{sentence: "an extension is thirty days at most", action: "extend", state: casework.Assigned, args: casetest.Args{"days": 31}, code: "extension_too_long"},
	{sentence: "a local rule may grant less", action: "extend", state: casework.Assigned, world: func(w *casetest.World) {
		w.Rules = []casework.DeadlineRule{{Jurisdiction: "990000", Step: casework.StepExtend, Number: 10, Unit: casework.NaturalDay}}
	}, code: "extension_too_long"},
	{sentence: "an extension comes before the end", action: "extend", state: casework.Assigned, world: days(61), code: "extension_late"},
	{sentence: "an extension on the last day is in time", action: "extend", state: casework.Assigned, world: days(60)},
	{sentence: "a supervision is not due yesterday", action: "supervise", state: casework.Assigned, args: casetest.Args{"due": "2026-06-09"}, code: "due_in_past"},

	// states and arguments
	{sentence: "an unknown type of pollution is not accepted", action: "accept", state: casework.Registered, args: casetest.Args{"types": list("smell")}, code: "bad_args"},
	{sentence: "a case without a type is not accepted", action: "accept", state: casework.Registered, args: casetest.Args{"types": list()}, code: "bad_args"},
	{sentence: "a division code has six, nine or twelve digits", action: "accept", state: casework.Registered, args: casetest.Args{"division_code": "99010"}, code: "bad_args"},
	{sentence: "the thirtieth of February is no date", action: "assign", state: casework.Accepted, args: casetest.Args{"due": "2026-02-30"}, code: "bad_args"},
	{sentence: "the id of an order is one that a record can have", action: "conclude", state: casework.Inspecting, args: casetest.Args{"order.rectification": "a b"}, code: "bad_args"},
	{sentence: "blanks are no reason", action: "reopen", state: casework.Closed, args: casetest.Args{"reason": "  "}, code: "bad_args"},
	{sentence: "half a day is no extension", action: "extend", state: casework.Assigned, args: casetest.Args{"days": 0.5}, code: "bad_args"},
	{sentence: "what the action does not know is ignored", action: "note", state: casework.Assigned, args: casetest.Args{"colour": "green"}},
	{sentence: "a finished case says so", action: "assign", state: casework.Closed, code: "case_closed"},
	{sentence: "a merged case points to its primary", action: "assign", state: casework.Merged, code: "case_merged"},
	{sentence: "a state that is too early is wrong", action: "approve", state: casework.Accepted, code: "wrong_state"},
	{sentence: "an inspector does not dispatch", action: "assign", state: casework.Accepted, by: casetest.Lin, code: "role_not_allowed"},
}

func pairOf(item string) casetest.Args {
	return casetest.Args{"id": item, "before": casetest.Photo("before", item), "after": casetest.Photo("after", item)}
}

func judged(passed bool, evidence []any, reason string) casetest.Args {
	items := []any{}
	for _, id := range casetest.Items {
		items = append(items, casetest.Args{"id": id, "passed": passed, "evidence": evidence, "reason": reason})
	}
	return casetest.Args{"items": items}
}

func TestGuards(t *testing.T) {
	covered := map[string]bool{"unknown_action": true} // below
	for _, c := range guardCases {
		covered[c.code] = true
		t.Run(c.sentence, func(t *testing.T) {
			if v := c.run(); v.Code != c.code {
				t.Errorf("want %q, got %q (%s)", c.code, v.Code, v.Detail)
			}
		})
	}
	p := casework.Process()
	for _, guards := range [][]casework.Guard{p.Refusals, p.Conditions, p.Guards} {
		for _, g := range guards {
			if !covered[g.Code] {
				t.Errorf("no test in which %s fails", g.Name)
			}
		}
	}
}

func TestAnActionThatNobodyKnowsIsRefused(t *testing.T) {
	w := casetest.New()
	if v := w.Do(w.By("", "delete", casetest.Args{})); v.Code != "unknown_action" {
		t.Errorf("got %q", v.Code)
	}
}

func TestAPhoneIsJudgedByTheDayOfTheActAndABoardByTheDayOfReceipt(t *testing.T) {
	acts := map[string]string{ // device_at -> code, the certificate having ended on the 8th
		"2026-06-08T10:00:00+08:00": "",
		"2026-06-09T10:00:00+08:00": "certificate_expired",
		"2026-06-11T10:00:00+08:00": "certificate_expired", // a clock that runs ahead is not believed
		"2025-06-08T10:00:00+08:00": "certificate_expired", // nor one a year behind
		"yesterday":                 "certificate_expired",
	}
	for at, code := range acts {
		w := casetest.At(casework.Assigned)
		person(casetest.Wu, func(p *casework.Person) { p.CertificateUntil = "2026-06-08" })(w)
		a := w.Example("arrive")
		a.Device, a.DeviceAt = "phone000000001", at
		if v := w.Clone().Do(a); v.Code != code {
			t.Errorf("at %s: want %q, got %q", at, code, v.Code)
		}
		a.Device = ""
		if v := w.Do(a); v.Code != "certificate_expired" {
			t.Errorf("from a board at %s: got %q", at, v.Code)
		}
	}
}
