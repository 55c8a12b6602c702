package demo

// The courses of cases: what is done at desks.

import (
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
		reason := weighed(l.r, refusals)
		l.step(l.desk(0.1, 4), l.one("intake"), "refuse", args{"reason": reason, "advice": say(l.r, "refuse."+reason, nil)})
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
	l.step(l.desk(0.5, 4), by, "withdraw", args{"reason": say(l.r, "withdraw", nil)})
}

// hand passes a case to the other county, which feeds back.
func (l *Life) hand() {
	mode := weighed(l.r, []share[string]{{"forward", 0.7}, {"hand_over", 0.3}})
	theirs := l.transferTo(mode)
	l.step(l.desk(0.1, 2), theirs, "receive", nil)
	l.step(l.desk(5, 16), theirs, "feed_back", args{
		"result": say(l.r, "result.handed", l.site.words(l.r, true)), "outcome": pick(l.r, []string{"substantiated", "mostly", "partly"}),
	})
	l.reply("ordered")
}

// transferTo hands the case on and returns who gets it there.
func (l *Life) transferTo(mode string) string {
	target := l.m.city.Agencies[1].ID
	if l.Case.Agency == target {
		target = l.m.city.Agencies[2].ID
	}
	at := l.desk(0.2, 2)
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
		l.step(l.desk(0.05, 1), l.one("dispatcher"), "note", args{"text": say(l.r, "note", nil)})
	}
}

// reply drafts the answer, which a reviewer approves or first sends back.
func (l *Life) reply(how string) bool {
	outcome, _ := casework.Process().Word("outcome", string(l.Case.Outcome))
	known := l.site.words(l.r, true)
	known["outcome"], known["round"] = outcome.ZH, ""
	if l.Case.Round > 1 {
		known["round"] = "第二轮"
	}
	result := say(l.r, "result."+how, known)
	l.step(l.desk(0.4, 3), l.one("dispatcher"), "reply", args{
		"outcome": string(l.Case.Outcome), "handling_result": result, "complainant_reply": say(l.r, "reply."+how, known),
		"legal_basis": say(l.r, "basis."+l.site.matter.name, nil),
	})
	reviewer := l.one("reviewer")
	if l.r.Float64() < 0.08 {
		l.step(l.desk(0.3, 1.5), reviewer, "send_back", args{"reason": say(l.r, "send_back", nil)})
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
	score, text := 4+l.r.IntN(2), ""
	if solved && l.r.Float64() < 0.6 {
		text = say(l.r, "satisfied", nil)
	}
	if !solved {
		score, text = 1+l.r.IntN(2), say(l.r, "dissatisfied", nil)
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
