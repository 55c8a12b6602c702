package demo

// What is done in the field: two officers go, look, order, come back and verify.

import (
	"fmt"
	"slices"
	"time"

	"xuncha/casework"
)

// work is the way from the dispatch to the answer.
func (l *Life) work() {
	two := l.assign()
	if l.ended {
		return
	}
	l.arrive(two)
	began, there := l.began()
	if l.err != nil || !there {
		return
	}
	scenes := l.look(began, two)
	if l.ended {
		return
	}
	at := began.Add(l.minutes(38, 30)) // by the clock on site, whenever the server heard of the arrival
	if period(began) == "day" {
		at = at.Add(l.minutes(0, 80))
	}
	switch l.plan.course {
	case unfounded:
		l.step(at, two[0], "conclude", args{"inspection": l.Case.Inspection, "outcome": l.outcomeOf(), "evidence": scenes})
		l.reply("unfounded")
		return
	case spot:
		before := len(l.photos)
		photos := append(scenes, l.snap(at, two[0], "after", "", ""))
		l.shown(at, two[0], "conclude", args{"inspection": l.Case.Inspection, "outcome": l.outcomeOf(), "corrected": true, "evidence": photos}, before)
		l.reply("spot")
		return
	}
	l.conclude(at, two, scenes)
	l.between()
	if l.ended || !l.rectified(two) {
		return
	}
	l.reply("ordered")
}

// assign sends two officers; sometimes others take over, and what the first ones did
// meanwhile is kept for the dispatcher. A second round is for those who know the case, so
// that somebody new is left to verify it.
func (l *Life) assign() []string {
	crew := l.crew()
	if l.Case.Round > 1 && len(l.Case.Inspectors) > 1 {
		crew = slices.Clone(l.Case.Inspectors)
	}
	at := l.desk(0.1, 2)
	l.step(at, l.one("dispatcher"), "assign", args{"inspectors": crew[:2], "lead": crew[0], "due": l.due(at, 15)})
	if l.plan.until != "" || l.Case.Round > 1 || l.r.Float64() > 0.05 {
		return crew[:2]
	}
	old := crew[0]
	crew = []string{crew[2], crew[1]}
	at = l.desk(0.5, 2)
	l.step(at, l.one("dispatcher"), "assign", args{"inspectors": crew, "lead": crew[0], "due": l.due(at, 15), "reason": say(l.r, "reassign", nil)})
	if !l.ended && l.r.Float64() < 0.5 {
		l.offer(l.last.Add(-time.Hour), old, "arrive", args{"inspection": l.Case.Inspection, "officers": []string{old, crew[1]}, "certificate_shown": true})
		l.decide()
	}
	return crew
}

// crew are the officers of the agency, shuffled.
func (l *Life) crew() []string {
	var ids []string
	for _, p := range l.m.byRole["inspector"+l.Case.Agency] {
		ids = append(ids, p.ID)
	}
	l.r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids
}

// due is the day a dispatcher asks for, never after the legal one.
func (l *Life) due(at time.Time, days int) string {
	due := casework.Date(at.AddDate(0, 0, days))
	if legal := l.Case.DueLegal; legal != "" && legal >= casework.Date(at) && legal < due {
		return legal
	}
	return due
}

// decideDays: so long what a phone did against the process waits for its dispatcher.
const decideDays = 3

// decide closes what was kept for review, unless it is recent.
func (l *Life) decide() {
	if len(l.actions) == 0 {
		return
	}
	a := l.actions[len(l.actions)-1]
	at := l.last.AddDate(0, 0, 1+l.r.IntN(decideDays))
	if a["outcome"] == casework.NeedsReview && at.Before(l.m.Now) {
		a["decided_by"], a["decided_at"] = l.one("dispatcher"), casework.Stamp(at)
	}
}

func (l *Life) arrive(two []string) {
	at := l.onSite(0.6, 5, l.seenAtNight())
	for i, officer := range two {
		l.step(at.Add(time.Duration(i)*l.minutes(2, 9)), officer, "arrive", args{
			"inspection": l.Case.Inspection, "officers": two, "certificate_shown": true,
		})
	}
}

// seenAtNight says whether officers come at night: dust and water are looked at by day.
func (l *Life) seenAtNight() bool {
	mt := l.site.matter
	return l.Case.NightWindow && (mt.effect == "noise" || mt.name == "restaurant" || mt.name == "chemical")
}

// conclude orders what the finding asks for.
func (l *Life) conclude(at time.Time, two, scenes []string) {
	if l.future(at) {
		return
	}
	var items []args
	photos, before := slices.Clone(scenes), len(l.photos)
	for i, text := range l.found.items {
		id := fmt.Sprintf("item%d", i+1)
		items = append(items, args{"id": id, "text": text})
		l.befores[id] = l.snap(at.Add(-time.Duration(20-5*i)*time.Minute), two[0], "before", id, "")
		photos = append(photos, l.befores[id])
	}
	id := l.m.id(l.r)
	l.shown(at, two[0], "conclude", args{
		"inspection": l.Case.Inspection, "evidence": photos, "outcome": l.outcomeOf(),
		"order": args{
			"rectification": id, "no": unnumbered + id, "served_at": local(at),
			"deadline": casework.Date(at.AddDate(0, 0, 10+l.r.IntN(16))), "measures": say(l.r, "measures", nil),
			"responsible": l.site.boss, "items": items,
		},
	}, before)
}

// between the order and its verification: desks extend, close for a stage, send a fresh eye.
func (l *Life) between() {
	if l.ended {
		return
	}
	reviewer, known := l.one("reviewer"), l.words(true)
	if l.r.Float64() < 0.07 {
		l.step(l.desk(0.5, 3), reviewer, "extend", args{"days": 10 * (1 + l.r.IntN(3)), "reason": say(l.r, "extend", known)})
	}
	if l.plan.course == staged || l.plan.course == resumed {
		at := l.desk(2, 6)
		due := at.AddDate(0, 4+l.r.IntN(4), 0)
		l.step(at, reviewer, "stage_close", args{"plan": []args{{"what": l.found.plan, "due": casework.Date(due)}}})
		if l.plan.course == staged {
			l.ended = true
			return
		}
		l.step(l.desk(20, 45), reviewer, "resume", nil)
	}
	if l.watched() {
		l.refresh("fresh")
	}
}

// watched cases are verified by one more officer, who is new to them.
func (l *Life) watched() bool {
	return l.Case.Starred || l.Case.SupervisionLevel == casework.Supervised || l.Case.SupervisionLevel == casework.Listed
}

// refresh puts an officer on the case who is new to it.
func (l *Life) refresh(why string) {
	if l.ended {
		return
	}
	crew := append(slices.Clone(l.Case.Inspectors), l.newcomer())
	at := l.desk(0.5, 3)
	l.step(at, l.one("dispatcher"), "assign", args{"inspectors": crew, "lead": crew[0], "due": l.due(at, 30), "reason": say(l.r, why, nil)})
}

func (l *Life) newcomer() string {
	var seen []string
	for _, past := range l.history {
		seen = append(seen, past.Actor)
	}
	for _, id := range l.crew() {
		if !slices.Contains(seen, id) && !slices.Contains(l.Case.Inspectors, id) {
			return id
		}
	}
	return l.crew()[0]
}
