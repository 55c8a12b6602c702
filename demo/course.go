package demo

// The courses of cases: what is done at desks.

import (
	"slices"
	"time"

	"xuncha/casework"
)

// run takes a life along its course until its time or its plan ends it.
func (l *Life) run() {
	if l.ended {
		return
	}
	switch l.plan.course {
	case refused:
		known := l.words(true)
		reason := l.refusal(known)
		l.step(l.desk(0.1, 4), l.one("intake"), "refuse", args{"reason": reason, "advice": say(l.r, "refuse."+reason, known)})
		return
	case repeated:
		l.merge()
		return
	case parted:
		if l.merge() {
			l.step(l.desk(0.5, 2), l.one("intake"), "unmerge", nil)
		}
	}
	l.accept()
	switch l.plan.course {
	case withdrawn:
		l.withdraw()
		return
	case handed:
		l.hand()
		return
	case objected:
		l.objection()
	}
	if l.ended {
		return
	}
	l.watch()
	l.work()
	if l.plan.course == reopened && !l.ended {
		l.again()
	}
}

// refusal is a reason that there are words for: what is the bureau's own is not refused as
// somebody else's.
func (l *Life) refusal(known given) string {
	var fit []share[string]
	for _, s := range refusals {
		if slices.ContainsFunc(words()["refuse."+s.value], func(w line) bool { return w.fits(known[tags]) }) {
			fit = append(fit, s)
		}
	}
	return weighed(l.r, fit)
}

// merge: intake sees that the matter is being handled already.
func (l *Life) merge() bool {
	return l.step(l.desk(0.05, mergeWithin), l.one("intake"), "merge", args{"primary": l.primary.Case.ID})
}

func (l *Life) accept() bool {
	in := args{"types": l.Case.PollutionTypes, "division_code": l.Case.DivisionCode}
	if l.r.Float64() < 0.06 || l.Case.Source == "leader_instruction" {
		in["urgent"] = true
	}
	return l.step(l.desk(0.05, 3.5), l.one("intake"), "accept", in)
}

func (l *Life) withdraw() {
	by := byComplainant
	if l.r.Float64() < 0.4 {
		by = l.one("intake")
	}
	l.step(l.desk(0.5, 4), by, "withdraw", args{"reason": say(l.r, "withdraw", l.words(true))})
}

// hand passes a case to the other county, which feeds back what it found and did.
func (l *Life) hand() {
	mode := weighed(l.r, []share[string]{{"forward", 0.7}, {"hand_over", 0.3}})
	theirs := l.transferTo(mode)
	l.step(l.desk(0.1, 2), theirs, "receive", nil)
	l.found = pick(l.r, l.site.findings("day", wrong))
	known, outcome := l.told(), l.outcomeOf()
	word, _ := casework.Process().Word("outcome", outcome)
	known["outcome"] = word.ZH
	l.feedback = say(l.r, "feedback", known)
	l.step(l.desk(5, 16), theirs, "feed_back", args{"result": l.feedback, "outcome": outcome})
	l.reply("handed")
}

// transferTo hands the case on and returns who gets it there.
func (l *Life) transferTo(mode string) string {
	target := l.m.city.Agencies[1].ID
	if l.Case.Agency == target {
		target = l.m.city.Agencies[2].ID
	}
	at := l.desk(0.2, 2)
	l.sentTo = target
	l.step(at, l.one("dispatcher"), "transfer", args{"target": target, "mode": mode, "feedback_due": casework.Date(at.AddDate(0, 0, 20))})
	return l.m.byRole["dispatcher"+target][0].ID
}

// objection: the other county says that it is not its matter, and the case comes back.
func (l *Life) objection() {
	theirs := l.transferTo("forward")
	l.step(l.desk(0.1, 1), theirs, "receive", nil)
	l.step(l.desk(0.5, 2), theirs, "object", args{"reason": say(l.r, "object", nil)})
	if l.step(l.desk(0.3, 2), l.one("dispatcher"), "return", args{"reason": "同意退回。"}) {
		l.accept()
	}
}

// watch: superiors mark a case or press for it; desks write notes.
func (l *Life) watch() {
	supervisor := l.one("supervisor")
	if l.r.Float64() < 0.025 {
		l.step(l.desk(0.05, 1), supervisor, "star", nil)
	}
	if l.r.Float64() < 0.05 || l.Case.Source == "inspection_team" {
		level := weighed(l.r, []share[string]{{"urged", 0.55}, {"supervised", 0.35}, {"listed", 0.1}})
		at := l.desk(0.05, 1)
		l.step(at, supervisor, "supervise", args{"level": level, "due": casework.Date(at.AddDate(0, 0, 25))})
	}
	if l.r.Float64() < 0.1 {
		l.step(l.desk(0.05, 1), l.one("dispatcher"), "note", args{"text": say(l.r, "note", l.words(true))})
	}
}

// answering are the words for the answer to what came out.
func (l *Life) answering(how string) given {
	outcome, _ := casework.Process().Word("outcome", string(l.Case.Outcome))
	known := l.told()
	known["outcome"], known["round"], known["feedback"] = outcome.ZH, "", l.feedback
	if l.Case.Round > 1 {
		known["round"] = "第二轮"
	}
	for _, a := range l.m.city.Agencies {
		if a.ID == l.sentTo {
			known["target"] = a.Name
		}
	}
	known[tags] += how + " "
	return known
}

// reply drafts the answer, which a reviewer approves or first sends back.
func (l *Life) reply(how string) bool {
	if l.ended {
		return false
	}
	known := l.answering(how)
	basis := l.found.basis
	if basis == "" {
		basis = say(l.r, "basis."+l.site.matter.name, nil)
	}
	result := say(l.r, "result."+how, known)
	l.step(l.desk(0.4, 3), l.one("dispatcher"), "reply", args{
		"outcome": string(l.Case.Outcome), "handling_result": result, "complainant_reply": say(l.r, "reply."+how, known), "legal_basis": basis,
	})
	reviewer := l.one("reviewer")
	if l.r.Float64() < 0.08 {
		l.step(l.desk(0.3, 1.5), reviewer, "send_back", args{"reason": say(l.r, "send_back", known)})
		l.step(l.desk(0.2, 1), l.one("dispatcher"), "reply", args{"handling_result": result + "（已按审核意见补充）"})
	}
	in := args{"delivered": true}
	if l.Case.IdentityMode == "anonymous" {
		in = args{"undeliverable_reason": "匿名举报，未留联系方式；结果可凭编号、查询码和口令查询。"}
	}
	if !l.step(l.desk(0.3, 3), reviewer, "approve", in) {
		return false
	}
	if l.plan.course != reopened && l.Case.IdentityMode != "anonymous" && l.r.Float64() < 0.3 {
		l.rate(true)
	}
	return true
}

// rate is what the complainant says of the answer.
func (l *Life) rate(solved bool) bool {
	at := l.last.Add(time.Duration(1+l.r.IntN(140)) * time.Hour).Truncate(time.Second)
	if at.After(l.m.Now) {
		return false
	}
	score, text, known := 4+l.r.IntN(2), "", l.words(true)
	switch {
	case !solved:
		score, text = 1+l.r.IntN(2), say(l.r, "dissatisfied", known)
	case l.r.Float64() < 0.4:
	case l.found.clear:
		text = say(l.r, "satisfied.unfounded", known)
	default:
		text = say(l.r, "satisfied", known)
	}
	id := l.m.id(l.r)
	l.ratings = append(l.ratings, Row{"ratings", id, map[string]any{
		"complaint": l.ComplaintID, "case": l.Case.ID, "round": l.Case.Round, "solved": solved, "score": score, "text": text,
		"at": casework.Stamp(at),
	}})
	l.last = at
	return true
}

// again: not solved after all; the case begins its second round.
func (l *Life) again() {
	if l.Case.IdentityMode != "anonymous" && l.r.Float64() < 0.6 {
		if l.rate(false) {
			text, _ := l.ratings[len(l.ratings)-1].Fields.(map[string]any)["text"].(string)
			l.step(l.last.Add(time.Second), byRule, "reopen", args{"reason": "举报人评价：问题未解决。" + text})
		} else {
			l.ended = true
		}
	} else {
		l.step(l.desk(5, 20), l.one(pick(l.r, []string{"reviewer", "supervisor"})), "reopen", args{"reason": say(l.r, "reopen", nil)})
	}
	if !l.ended {
		l.plan.course = ordered
		l.work()
	}
}

// one of a role who may act: of the case's agency, else of the city.
func (l *Life) one(role string) string {
	if list := l.m.byRole[role+l.Case.Agency]; len(list) > 0 {
		return pick(l.r, list).ID
	}
	return pick(l.r, l.m.byRole[role]).ID
}
