// The fold: what the applied actions of a case, one after the other, make of it.

package casework

import (
	"encoding/json"
	"slices"
	"time"
)

// Fold is the case that the applied actions make out of what it was when it was registered,
// without asking again whether they were admitted. A case is always equal to the fold of its
// actions, in Folded's sense.
func Fold(registered Case, history []Past, rules []DeadlineRule, cal Calendar) Case {
	f := folding{Facts: Facts{Case: registered, Rules: rules, Calendar: cal, NextID: "folded"}}
	for _, past := range history {
		if past.Outcome == Applied {
			f.step(past)
		}
	}
	return f.Case
}

// folding is a case on its way through its history.
type folding struct{ Facts }

func (f *folding) step(past Past) {
	rule, ok := Process().Action(past.Name)
	if !ok {
		return // it could not have been applied
	}
	now, err := time.Parse(time.RFC3339, past.AppliedAt)
	if err != nil {
		return
	}
	f.Actor = Person{ID: past.Actor, Agency: past.ActorAgency}
	f.Complaints = 1
	if past.To == f.Case.Status { // a withdrawal that ended nothing
		f.Complaints = 2
	}
	j := judgement{Facts: f.Facts, action: past.Action, rule: rule, in: argsOf(past.Action), now: now, did: actionTime(past.Action, now)}
	j.out = Verdict{Applied: true, Case: f.Case}
	j.move(rule.result(effects[past.Name](&j)).State)
	f.take(j.out)
	f.History = append(f.History, past)
}

// take keeps of a verdict what later effects look at.
func (f *folding) take(v Verdict) {
	f.Case = v.Case
	if v.Inspection != nil {
		f.Inspection = &Inspection{ID: v.Inspection.ID, Round: v.Inspection.Round}
	}
	if v.Rectification != nil {
		f.Rectification = &v.Rectification.Rectification
	}
	if v.Transfer != nil {
		f.Transfer = &v.Transfer.Transfer
	}
}

// Registered is a case as it was before its first action, as far as the case still tells:
// where it lies, what it is about and who answers for it stay as they are, for an action
// that changes them says to what.
func (c Case) Registered() Case {
	c.Status, c.StatusBefore, c.Round = Registered, "", 1
	c.Inspectors, c.Lead, c.Due, c.Inspection, c.Rectification, c.Items, c.Transfer, c.Primary = nil, "", "", "", "", nil, "", ""
	c.Outcome, c.HandlingResult, c.ComplainantReply, c.LegalBasis, c.Delivered, c.UndeliverableReason = "", "", "", "", false, ""
	c.Refusal, c.Advice, c.OrderNo, c.ServedAt, c.RectifyDeadline, c.Measures, c.Responsible, c.Plan = "", "", "", "", "", "", "", nil
	c.AcceptedAt, c.ClosedAt, c.Extended, c.Starred, c.SupervisionLevel = "", "", false, false, NotSupervised
	return c
}

// Folded is what of a case its actions alone decide, as text to compare. The days of its
// clock are left out: they follow rules and a calendar that change; so are the marks that
// follow the days, and the ids of the records beside it.
func (c Case) Folded() string {
	c.DueStrict, c.DueLegal, c.DueProvisional, c.Overdue, c.DueSoon = "", "", false, false, false
	c.Seq, c.RepeatCount = 0, 0
	for _, id := range []*string{&c.Inspection, &c.Transfer} {
		if *id != "" {
			*id = "there is one"
		}
	}
	c.Inspectors, c.PollutionTypes = some(c.Inspectors), some(c.PollutionTypes)
	c.Items, c.Plan = some(c.Items), some(c.Plan)
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // plain values only
	}
	return string(data)
}

// some makes no list and an empty one the same.
func some[T any](list []T) []T {
	if len(list) == 0 {
		return []T{}
	}
	return slices.Clip(list)
}
