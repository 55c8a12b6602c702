package demo

// The courses that cases take, and how long each step of them lasts.

import (
	"fmt"
	"slices"
	"time"

	"xuncha/casework"
)

// course is what becomes of a complaint, as far as time allows.
type course string

const (
	handled   course = "handled"
	refused   course = "refused"
	repeated  course = "repeated"
	withdrawn course = "withdrawn"
	handed    course = "handed" // to the other county
	staged    course = "staged" // closed for a stage
	reopened  course = "reopened"
	unfounded course = "unfounded"
	resting   course = "resting" // verified, its reply not yet written
)

// courses with the shares of official bulletins.
var courses = []share[course]{
	{handled, 0.36}, {unfounded, 0.12}, {refused, 0.24}, {repeated, 0.17}, {withdrawn, 0.02}, {handed, 0.04}, {staged, 0.02}, {reopened, 0.03},
}

// days is a span with some chance in it, at office hours.
func (l *Life) days(from time.Time, least, most float64) time.Time {
	span := least + l.m.r.Float64()*(most-least)
	at := from.Add(time.Duration(span * 24 * float64(time.Hour))).In(shanghai)
	if h := at.Hour(); h < 8 || h > 18 {
		next := time.Date(at.Year(), at.Month(), at.Day(), 9, l.m.r.IntN(60), l.m.r.IntN(60), 0, shanghai)
		if next.Before(at) && h > 18 {
			next = next.AddDate(0, 0, 1)
		}
		if next.After(from) {
			at = next
		}
	}
	return at
}

func (l *Life) one(role string) string {
	if list := l.m.byRole[role+l.Case.Agency]; len(list) > 0 {
		return pick(l.m.r, list).ID
	}
	return pick(l.m.r, l.m.byRole[role]).ID
}

// run takes a life along its course.
func (l *Life) run(c course, from time.Time) {
	at := l.days(from, 0.1, 2.5)
	switch c {
	case refused:
		why := pick(l.m.r, refusals)
		l.step(at, l.one("intake"), "refuse", map[string]any{"reason": why.reason, "advice": why.advice})
		return
	case repeated:
		if l.primary != nil && l.step(at, l.one("intake"), "merge", map[string]any{"primary": l.primary.ID}) {
			return
		}
	}
	l.step(at, l.one("intake"), "accept", map[string]any{
		"types": l.Case.PollutionTypes, "division_code": l.Case.DivisionCode, "urgent": l.m.r.Float64() < 0.06,
	})
	if c == withdrawn {
		l.step(l.days(at, 0.5, 4), "", "withdraw", map[string]any{"reason": "问题已自行解决，申请撤回。"})
		return
	}
	if c == handed {
		l.hand(l.days(at, 0.2, 2))
		return
	}
	l.work(c, l.days(at, 0.1, 2))
}

// hand transfers a case to the city, which receives it and later feeds back.
func (l *Life) hand(at time.Time) {
	target := l.m.city.Agencies[1].ID
	if l.Case.Agency == target {
		target = l.m.city.Agencies[2].ID
	}
	due := casework.Date(at.AddDate(0, 0, 15))
	l.step(at, l.one("dispatcher"), "transfer", map[string]any{"target": target, "mode": "forward", "feedback_due": due})
	theirs := l.m.byRole["dispatcher"+target][0].ID
	at = l.days(at, 0.2, 2)
	l.step(at, theirs, "receive", nil)
	at = l.days(at, 4, 13)
	l.step(at, theirs, "feed_back", map[string]any{"result": "已现场处理，问题基本消除。", "outcome": "mostly"})
	l.finish(at, true)
}

// work is the way from the dispatch to the end.
func (l *Life) work(c course, at time.Time) {
	crew := slices.Clone(l.m.byRole["inspector"+l.Case.Agency])
	l.m.r.Shuffle(len(crew), func(i, j int) { crew[i], crew[j] = crew[j], crew[i] })
	two := []string{crew[0].ID, crew[1].ID}
	assigned := two
	if l.Case.Starred { // such a case is verified by one who is new to it
		assigned = append(slices.Clone(two), crew[2].ID)
	}
	if !l.step(at, l.one("dispatcher"), "assign", map[string]any{"inspectors": assigned, "lead": two[0], "due": casework.Date(at.AddDate(0, 0, 10))}) {
		return
	}
	if l.m.r.Float64() < 0.04 {
		l.step(l.days(at, 0.2, 1), l.one("supervisor"), "supervise", map[string]any{"level": "urged"})
	}
	at = l.days(at, 1, 6)
	for i, officer := range two {
		l.step(at.Add(time.Duration(i*7)*time.Minute), officer, "arrive", map[string]any{
			"inspection": l.Case.Inspection, "officers": two, "certificate_shown": true,
		})
	}
	if l.ended {
		return
	}
	l.look(at, two)
	at = at.Add(time.Duration(1+l.m.r.IntN(5)) * time.Hour)
	if c == unfounded {
		l.step(at, two[0], "conclude", map[string]any{"inspection": l.Case.Inspection, "outcome": "unsubstantiated"})
		l.finish(at, false)
		return
	}
	l.rectify(c, at, two)
}

// look fills the visit's record.
func (l *Life) look(at time.Time, two []string) {
	l.inspection["findings"] = l.matter.finding(l.m.r)
	l.inspection["statement"] = "现场负责人表示将按要求整改。"
	l.inspection["weather"] = pick(l.m.r, []string{"晴", "阴", "多云", "小雨"})
	l.inspection["finished_at"] = at.Add(90 * time.Minute).In(shanghai).Format(time.RFC3339)
	if slices.Contains(l.Case.PollutionTypes, "social_noise") || slices.Contains(l.Case.PollutionTypes, "construction_noise") {
		l.inspection["max_noise_db"] = float64(480+l.m.r.IntN(240)) / 10
	}
	for range 1 + l.m.r.IntN(3) {
		l.snap(at.Add(20*time.Minute), pick(l.m.r, two), "scene", "", "")
	}
}

func (l *Life) rectify(c course, at time.Time, two []string) {
	items := []map[string]any{}
	for i, n := range l.m.r.Perm(len(l.matter.items))[:1+l.m.r.IntN(min(2, len(l.matter.items)))] {
		items = append(items, map[string]any{"id": fmt.Sprintf("i%d", i+1), "text": l.matter.items[n]})
	}
	ok := l.step(at, two[0], "conclude", map[string]any{
		"inspection": l.Case.Inspection, "outcome": pick(l.m.r, []string{"substantiated", "substantiated", "mostly", "partly"}), "order": map[string]any{
			"rectification": l.m.id(), "no": fmt.Sprintf("云环责改〔%d〕%d号", at.Year(), 1+l.m.r.IntN(900)), "served_at": at.In(shanghai).Format(time.RFC3339),
			"deadline": casework.Date(at.AddDate(0, 0, 15)), "measures": "限期改正违法行为", "responsible": l.unit + "负责人", "items": items,
		},
	})
	if !ok {
		return
	}
	if c == staged {
		l.step(l.days(at, 2, 6), pick(l.m.r, l.m.byRole["reviewer"]).ID, "stage_close", map[string]any{"plan": []map[string]any{
			{"what": "完成设施改造", "due": casework.Date(l.m.Now.AddDate(0, 1+l.m.r.IntN(3), 0))},
		}})
		return
	}
	at = l.days(at, 7, 17)
	fails := l.m.r.Float64() < 0.15
	for {
		if !l.prove(at, two) {
			return
		}
		at = l.days(at, 0.5, 3)
		if !l.verify(at, two, fails) {
			return
		}
		if !fails {
			break
		}
		fails, at = false, l.days(at, 3, 7)
	}
	if c == resting {
		return
	}
	l.finish(at, true)
	if c == reopened {
		l.step(l.days(at, 6, 16), pick(l.m.r, l.m.byRole["reviewer"]).ID, "reopen", map[string]any{"reason": "举报人反映问题反弹。"})
	}
}

// prove submits a pair of photos for each item that has not passed.
func (l *Life) prove(at time.Time, two []string) bool {
	if l.ended || at.After(l.m.Now) {
		l.ended = true
		return false
	}
	pairs := []map[string]any{}
	for _, item := range l.order.Items {
		if item.Passed {
			continue
		}
		before := l.snap(at, two[0], "before", item.ID, "")
		pairs = append(pairs, map[string]any{"id": item.ID, "before": before, "after": l.snap(at, two[0], "after", item.ID, before)})
	}
	return l.step(at, two[0], "submit", map[string]any{"rectification": l.order.ID, "items": pairs})
}

func (l *Life) verify(at time.Time, two []string, fails bool) bool {
	if l.ended || at.After(l.m.Now) {
		l.ended = true
		return false
	}
	items := []map[string]any{}
	for _, item := range l.order.Items {
		if item.Passed {
			continue
		}
		if fails && len(items) == 0 {
			items = append(items, map[string]any{"id": item.ID, "passed": false, "reason": "现场仍有污染痕迹，整改不到位。"})
			continue
		}
		items = append(items, map[string]any{"id": item.ID, "passed": true, "evidence": []string{l.snap(at, two[1], "scene", item.ID, "")}})
	}
	officers := two
	if l.Case.Starred {
		officers = []string{two[1], l.Case.Inspectors[len(l.Case.Inspectors)-1]}
	}
	return l.step(at, two[1], "verify", map[string]any{"officers": officers, "items": items})
}

// finish replies and closes.
func (l *Life) finish(at time.Time, substantiated bool) {
	outcome := string(l.Case.Outcome)
	if outcome == "" {
		outcome = "mostly"
	}
	at = l.days(at, 0.5, 3)
	l.step(at, l.one("dispatcher"), "reply", map[string]any{
		"outcome": outcome, "handling_result": "现场核查、责令改正并核验完毕，材料归档。", "complainant_reply": l.matter.reply(l.unit, substantiated),
		"legal_basis": l.matter.article,
	})
	reviewer := pick(l.m.r, l.m.byRole["reviewer"]).ID
	if l.m.r.Float64() < 0.08 {
		at = l.days(at, 0.3, 1)
		l.step(at, reviewer, "send_back", map[string]any{"reason": "请在答复中写明整改完成时间。"})
	}
	l.step(l.days(at, 0.5, 3), reviewer, "approve", map[string]any{"delivered": true})
}
