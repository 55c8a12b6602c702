// Effects in the field: assigned, arrived, concluded, put right, verified.

package casework

import "slices"

// assign creates the inspection of the round; a later assignment in the same round keeps it,
// so that nobody's phone loses the record it edits.
func (j *judgement) assign() string {
	c := &j.out.Case
	crew := slices.Clone(j.in.Inspectors)
	j.joins, j.leaves = without(crew, c.Inspectors), without(c.Inspectors, crew)
	if c.Status == Reopened {
		j.joins = crew // a new round is news to those who did the old one too
	}
	c.Inspectors, c.Due = crew, j.in.Due
	c.Lead = j.in.Lead
	if c.Lead == "" {
		c.Lead = crew[0]
	}
	c.Agency = j.in.Agency
	if c.Agency == "" {
		c.Agency = j.Actor.Agency
	}
	j.crewInspection()
	if slices.Contains([]Status{Inspecting, Rectifying, Verifying}, j.Case.Status) {
		return "continued"
	}
	return "first"
}

// unassign takes the case back from officers of whom none has arrived. The round's inspection
// stays, for one of them may have begun to write on the way; the next crew goes on with it.
func (j *judgement) unassign() string {
	c := &j.out.Case
	j.leaves, c.Inspectors, c.Lead, c.Due = c.Inspectors, nil, "", ""
	if c.Round > 1 {
		return "again"
	}
	return "first"
}

func (j *judgement) crewInspection() {
	c := &j.out.Case
	if j.Inspection != nil && j.Inspection.ID == c.Inspection && j.Inspection.Round == c.Round {
		j.out.InspectionChange = &InspectionChange{ID: c.Inspection, Inspectors: c.Inspectors, Lead: c.Lead}
		return
	}
	c.Inspection = j.NextID
	j.out.Inspection = &NewInspection{
		ID: j.NextID, Case: c.ID, Round: c.Round, Inspectors: c.Inspectors, Lead: c.Lead,
	}
}

func without(list, other []string) []string {
	var out []string
	for _, id := range list {
		if !slices.Contains(other, id) {
			out = append(out, id)
		}
	}
	return out
}

// arrive notes the first arrival as the start of the visit.
func (j *judgement) arrive() string {
	if j.Inspection == nil || j.Inspection.StartedAt == "" {
		j.out.InspectionChange = &InspectionChange{ID: j.in.Inspection, StartedAt: Stamp(j.did)}
	}
	return ""
}

func (j *judgement) conclude() string {
	c := &j.out.Case
	c.Outcome = j.in.Outcome
	o := j.in.Order
	if o == nil {
		return "no_order"
	}
	served := mustTime(o.ServedAt)
	c.Rectification, c.Items = o.Rectification, slices.Clone(o.Items)
	c.OrderNo, c.ServedAt, c.RectifyDeadline = o.No, Stamp(served), o.Deadline
	c.Measures, c.Responsible = o.Measures, o.Responsible
	j.out.Rectification = &RectificationChange{Create: true, Rectification: Rectification{
		ID: o.Rectification, Case: c.ID, Inspection: j.in.Inspection, Round: c.Round,
		OrderNo: o.No, ServedAt: c.ServedAt, Deadline: o.Deadline, Measures: o.Measures,
		Responsible: o.Responsible, State: Ordered, Items: ordered(o.Items),
		RecheckDue: j.due(*c, StepRecheck, Date(served)).Strict,
	}}
	return "order"
}

func ordered(items []Item) []RectificationItem {
	out := make([]RectificationItem, len(items))
	for i, it := range items {
		out[i] = RectificationItem{ID: it.ID, Text: it.Text}
	}
	return out
}

func (j *judgement) submit() string {
	r := j.changedRectification(func(into *RectificationItem, from item) {
		into.Before, into.After = from.Before, from.After
	})
	r.State, r.SubmittedAt = Submitted, Stamp(j.did)
	return ""
}

// verify judges each open item. What has passed stays passed; if one fails the case goes back
// to rectifying, and the next round begins.
func (j *judgement) verify() string {
	round := j.Case.Round
	r := j.changedRectification(func(into *RectificationItem, from item) {
		into.Passed, into.Evidence, into.Reason, into.Round = from.Passed, from.Evidence, from.Reason, round
	})
	r.Officers = slices.Clone(j.in.Officers)
	if slices.ContainsFunc(r.Items, func(i RectificationItem) bool { return !i.Passed }) {
		j.out.Case.Round++
		r.State, r.Round = ItemsFailed, j.out.Case.Round
		return "failed"
	}
	r.State, r.VerifiedAt = ItemsPassed, Stamp(j.did)
	return "passed"
}

// changedRectification copies the case's rectification into the verdict and lets set write
// each item that the action names.
func (j *judgement) changedRectification(set func(into *RectificationItem, from item)) *RectificationChange {
	r := &RectificationChange{Rectification: *j.Rectification}
	r.Items = slices.Clone(r.Items)
	for _, from := range j.in.Items {
		i := slices.IndexFunc(r.Items, func(it RectificationItem) bool { return it.ID == from.ID })
		set(&r.Items[i], from)
	}
	j.out.Rectification = r
	return r
}
