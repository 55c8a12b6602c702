// What each action does to the case, once it is admitted, and what is written with it.

package casework

import (
	"slices"
	"time"
)

// An effect writes into j.out and names the result of the action, as process.json lists it;
// "" where there is only one. The state itself is moved by Apply.
type effect func(*judgement) string

var effects = map[string]effect{
	"accept":      (*judgement).accept,
	"refuse":      (*judgement).refuse,
	"transfer":    (*judgement).transfer,
	"receive":     (*judgement).receive,
	"object":      (*judgement).object,
	"return":      (*judgement).giveBack,
	"feed_back":   (*judgement).feedBack,
	"merge":       (*judgement).merge,
	"unmerge":     (*judgement).unmerge,
	"assign":      (*judgement).assign,
	"unassign":    (*judgement).unassign,
	"arrive":      (*judgement).arrive,
	"conclude":    (*judgement).conclude,
	"submit":      (*judgement).submit,
	"verify":      (*judgement).verify,
	"reply":       (*judgement).reply,
	"approve":     (*judgement).approve,
	"send_back":   (*judgement).sendBack,
	"reopen":      (*judgement).reopen,
	"stage_close": (*judgement).stageClose,
	"resume":      (*judgement).resume,
	"withdraw":    (*judgement).withdraw,
	"extend":      (*judgement).extend,
	"supervise":   (*judgement).supervise,
	"star":        (*judgement).star,
	"note":        func(*judgement) string { return "" }, // the action itself is the note

	"flag_decided": (*judgement).decideFlags,
}

// accept starts the handling clock, unless it runs already: a case that was handed on and
// came back gains no time by it.
func (j *judgement) accept() string {
	c := &j.out.Case
	c.PollutionTypes = slices.Clone(j.in.Types)
	c.DivisionCode, c.Urgent = j.in.DivisionCode, c.Urgent || j.in.Urgent
	if c.Agency == "" {
		c.Agency = j.Actor.Agency
	}
	if c.AcceptedAt == "" {
		c.AcceptedAt = Stamp(j.now)
		c.runs(j.due(*c, StepHandle, Date(j.now)))
	}
	return ""
}

func (j *judgement) refuse() string {
	j.out.Case.Refusal, j.out.Case.Advice = j.in.Reason, j.in.Advice
	return ""
}

func (j *judgement) merge() string {
	j.out.Case.Primary = j.in.Primary
	return ""
}

func (j *judgement) unmerge() string {
	j.out.Case.Primary = ""
	return ""
}

// reopen starts a new round with a new clock. What the old round found stays in its own
// records; in the case its place is empty again.
func (j *judgement) reopen() string {
	c := &j.out.Case
	c.Round++
	c.Inspection, c.Rectification, c.Items, c.Due = "", "", nil, ""
	c.Outcome, c.HandlingResult, c.ComplainantReply, c.LegalBasis = "", "", "", ""
	c.Delivered, c.UndeliverableReason = false, ""
	c.OrderNo, c.ServedAt, c.RectifyDeadline, c.Measures, c.Responsible = "", "", "", "", ""
	c.Refusal, c.Advice, c.ClosedAt, c.Plan, c.Transfer = "", "", "", nil, ""
	c.Extended = false
	if c.AcceptedAt == "" {
		c.AcceptedAt = Stamp(j.now) // it had been refused
	}
	c.runs(j.due(*c, StepHandle, Date(j.now)))
	return ""
}

func (j *judgement) stageClose() string {
	j.out.Case.Plan = slices.Clone(j.in.Plan)
	return ""
}

func (j *judgement) resume() string {
	j.out.Case.Plan = nil
	return ""
}

// withdraw ends the complaint, not the enforcement: once there is an order the case goes on,
// and so it does for others who complained of the same.
func (j *judgement) withdraw() string {
	if j.Case.Rectification != "" || j.Complaints > 1 {
		return "kept"
	}
	j.out.Case.ClosedAt = Stamp(j.now)
	return "withdrawn"
}

// extend moves both dates; the strict one by the days granted.
func (j *judgement) extend() string {
	c := &j.out.Case
	c.Extended = true
	if d, err := j.Calendar.Deadline(c.DueStrict, j.in.Days, NaturalDay); err == nil {
		c.runs(d)
	}
	return ""
}

func (j *judgement) supervise() string {
	j.out.Case.SupervisionLevel = j.in.Level
	j.out.Supervision = &Supervision{
		ID: j.NextID, Case: j.Case.ID, Level: j.in.Level, Due: j.in.Due,
		By: j.action.Actor, Agency: j.action.ActorAgency, At: Stamp(j.now),
	}
	return ""
}

func (j *judgement) star() string {
	j.out.Case.Starred = j.in.On == nil || *j.in.On
	return ""
}

// dateOf is the day of a time as it stands in a record; "" if it cannot be read.
func dateOf(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return ""
	}
	return Date(t)
}
