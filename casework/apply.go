// Apply: the one way a case moves.

package casework

import (
	"slices"
	"strings"
	"time"
)

// Apply judges one action on one case at one time. It looks, in this order, for: an enabled
// actor, the role, the state, the condition of who, the arguments, the guards. The first
// that fails gives the code; then nothing is changed.
func Apply(f Facts, a Action, now time.Time) Verdict {
	j := judgement{Facts: f, action: a, now: now, did: actionTime(a, now)}
	if no := j.admit(); no != nil {
		return Verdict{Code: no.code, Detail: no.detail, Case: f.Case}
	}
	j.out = Verdict{Applied: true, Case: f.Case}
	result := j.rule.result(effects[a.Name](&j))
	j.move(result.State)
	j.out.Case.Overdue, j.out.Case.DueSoon = Clock(j.out.Case, now)
	j.notify(result.Notices)
	return j.out
}

// judgement is one action being judged; effects write into out.
type judgement struct {
	Facts
	action Action
	rule   ActionRule
	in     args
	now    time.Time
	did    time.Time // when it was done, as far as the device can be believed
	out    Verdict
	leaves []string // inspectors who are taken off the case
	joins  []string // and who are put on it
}

// refusal says why an action does not stand.
type refusal struct{ code, detail string }

func (j *judgement) admit() *refusal {
	rule, ok := Process().Action(j.action.Name)
	if !ok {
		return &refusal{"unknown_action", j.action.Name}
	}
	j.rule = rule
	if j.action.ActorKind == ByUser && j.Actor.Disabled && !j.Late {
		return &refusal{"actor_disabled", j.Actor.ID}
	}
	who := rule.admitted(j.action.ActorKind, j.action.ActorRole)
	if len(who) == 0 {
		return &refusal{"role_not_allowed", string(j.action.ActorRole)}
	}
	if !slices.Contains(rule.From, j.Case.Status) {
		return &refusal{stateCode(j.Case.Status), string(j.Case.Status)}
	}
	if no := j.conditions(who); no != nil {
		return no
	}
	in, err := readArgs(rule, j.action.Args)
	if err != nil {
		return &refusal{"bad_args", err.Error()}
	}
	j.in = in
	return j.guards()
}

// stateCode tells a phone more than that the state is wrong, where there is more to tell.
func stateCode(s Status) string {
	switch s {
	case Closed, Withdrawn, NotAccepted:
		return "case_closed"
	case Merged:
		return "case_merged"
	}
	return "wrong_state"
}

// conditions asks whether one of the lines of who holds.
func (j *judgement) conditions(who []Who) *refusal {
	var no *refusal
	for _, w := range who {
		if w.If == "" || conditions[w.If](j) {
			return nil
		}
		no = &refusal{code: codeOf(Process().Conditions, w.If)}
	}
	return no
}

func (j *judgement) guards() *refusal {
	for _, name := range j.rule.Guards {
		if detail, ok := guards[name](j); !ok {
			return &refusal{codeOf(Process().Guards, name), detail}
		}
	}
	return nil
}

func codeOf(list []Guard, name string) string {
	i := slices.IndexFunc(list, func(g Guard) bool { return g.Name == name })
	return list[i].Code // a test holds the names of file and code together
}

// result finds the way an action ended; a single one needs no name.
func (a ActionRule) result(name string) Result {
	i := slices.IndexFunc(a.To, func(r Result) bool { return r.Result == name })
	return a.To[i]
}

// move sets the state. Whoever comes back from merged or stage_closed is where he was.
func (j *judgement) move(to Status) {
	c := &j.out.Case
	switch to {
	case Same:
		return
	case Before:
		c.Status, c.StatusBefore = c.StatusBefore, ""
		return
	case Merged, StageClosed:
		c.StatusBefore = c.Status
	}
	c.Status = to
}

// notify turns the lines of the table into messages with their readers.
func (j *judgement) notify(lines []NoticeRule) {
	for _, line := range lines {
		n := Notice{Kind: line.Kind, To: line.To, Agency: j.out.Case.Agency, Urgent: j.out.Case.Urgent}
		switch line.To {
		case ToInspectors:
			n.Recipients = j.out.Case.Inspectors
			if j.rule.Name == "assign" {
				n.Recipients = j.joins
			}
		case "leavers":
			n.To, n.Recipients = ToInspectors, j.leaves
		case "target":
			n.To, n.Agency = ToDispatchers, j.out.Transfer.Target
		case "sender":
			n.To, n.Agency = ToDispatchers, j.out.Transfer.From
		}
		if n.To == ToInspectors && len(n.Recipients) == 0 {
			continue
		}
		n.Urgent = n.Urgent && n.To != ToComplainant
		j.out.Notices = append(j.out.Notices, n)
	}
}

// beliefDays: how far back the clock of a phone is believed.
const beliefDays = 30

// actionTime is when the action was done: what a phone says, if that lies within the last
// days and not in the future; else the time of receipt. A board's clock is not asked.
func actionTime(a Action, now time.Time) time.Time {
	if a.Device == "" {
		return now
	}
	at, err := time.Parse(time.RFC3339, a.DeviceAt)
	if err != nil || at.After(now) || now.Sub(at) > beliefDays*24*time.Hour {
		return now
	}
	return at
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
