package demo

// What is done in the field: two officers go, look, order, come back and verify.

import (
	"fmt"
	"math"
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
	if l.ended && (l.plan.until != "arrive" || l.visitStart() == "") {
		return
	}
	scenes := l.look(two)
	if l.ended {
		return
	}
	at := l.last.Add(time.Duration(40+l.r.IntN(200)) * time.Minute)
	switch l.plan.course {
	case unfounded:
		l.step(at, two[0], "conclude", args{"inspection": l.Case.Inspection, "outcome": "unsubstantiated", "evidence": scenes})
		l.reply("unfounded")
		return
	case spot:
		photos := append(scenes, l.snap(at, two[0], "after", "", ""))
		l.step(at, two[0], "conclude", args{
			"inspection": l.Case.Inspection, "outcome": pick(l.r, []string{"substantiated", "partly"}), "corrected": true, "evidence": photos,
		})
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
// meanwhile is kept for the dispatcher.
func (l *Life) assign() []string {
	crew := l.crew()
	at := l.desk(0.1, 2)
	l.step(at, l.one("dispatcher"), "assign", args{"inspectors": crew[:2], "lead": crew[0], "due": l.due(at, 15)})
	if l.plan.until != "" || l.r.Float64() > 0.05 {
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
	at := l.onSite(1, 6)
	for i, officer := range two {
		l.step(at.Add(time.Duration(i*(2+l.r.IntN(9)))*time.Minute), officer, "arrive", args{
			"inspection": l.Case.Inspection, "officers": two, "certificate_shown": true,
		})
	}
}

// look fills the visit's record and returns its photos.
func (l *Life) look(two []string) []string {
	began, err := time.Parse(time.RFC3339, l.visitStart())
	if err != nil {
		l.err = err
		return nil
	}
	noise, v := "", l.inspection
	if l.site.matter.noisy() {
		level := 52 + l.r.Float64()*22
		if l.plan.course == unfounded {
			level = 38 + l.r.Float64()*7
		}
		noise = fmt.Sprintf("%.1f", level)
		v["max_noise_db"] = math.Round(level*10) / 10
	}
	known := l.site.words(l.r, true)
	known["db"] = noise
	v["findings"] = say(l.r, "finding."+l.site.matter.name, known)
	v["statement"], v["weather"] = say(l.r, "statement", nil), say(l.r, "weather", nil)
	if l.plan.course == unfounded {
		v["findings"], v["statement"] = say(l.r, "finding.unfounded", nil)+level(noise), say(l.r, "statement.unfounded", nil)
	}
	v["finished_at"] = local(began.Add(time.Duration(30+l.r.IntN(60)) * time.Minute))
	if l.r.Float64() < 0.3 {
		v["notes"] = []args{{"id": l.m.id(l.r), "at": local(began.Add(20 * time.Minute)), "by": two[1], "text": say(l.r, "note", nil)}}
	}
	if effect := l.site.matter.effect; effect == "water" || effect == "waste" && l.r.Float64() < 0.5 {
		v["samples"] = []string{fmt.Sprintf("水样 W%s-1", began.In(shanghai).Format("0102")), fmt.Sprintf("水样 W%s-2", began.In(shanghai).Format("0102"))}
	}
	var photos []string
	for i := range 2 + l.r.IntN(2) {
		photos = append(photos, l.snap(began.Add(time.Duration(6+i*7)*time.Minute), two[i%2], "scene", "", ""))
	}
	return photos
}

func level(noise string) string {
	if noise == "" {
		return ""
	}
	return "厂界噪声 " + noise + " 分贝，达标。"
}

func (l *Life) visitStart() string {
	if l.visit == nil {
		return ""
	}
	return l.visit.StartedAt
}

func (l *Life) conclude(at time.Time, two, scenes []string) {
	pool := words()["item."+l.site.matter.name]
	var items []args
	photos := slices.Clone(scenes)
	for i, n := range l.r.Perm(len(pool))[:min(len(pool), 1+l.r.IntN(3))] {
		id := fmt.Sprintf("item%d", i+1)
		items = append(items, args{"id": id, "text": pool[n]})
		l.befores[id] = l.snap(at.Add(-time.Duration(20-5*i)*time.Minute), two[0], "before", id, "")
		photos = append(photos, l.befores[id])
	}
	l.step(at, two[0], "conclude", args{
		"inspection": l.Case.Inspection, "evidence": photos,
		"outcome": weighed(l.r, []share[string]{{"substantiated", 0.5}, {"mostly", 0.25}, {"partly", 0.25}}),
		"order": args{
			"rectification": l.m.id(l.r), "no": fmt.Sprintf("云环责改字〔%d〕%d号", at.Year(), 1+l.r.IntN(900)), "served_at": local(at),
			"deadline": casework.Date(at.AddDate(0, 0, 10+l.r.IntN(16))), "measures": say(l.r, "measures", nil),
			"responsible": say(l.r, "role", nil), "items": items,
		},
	})
}

// between the order and its verification: desks extend, close for a stage, send a fresh eye.
func (l *Life) between() {
	if l.ended {
		return
	}
	reviewer := l.one("reviewer")
	if l.r.Float64() < 0.07 {
		l.step(l.desk(0.5, 3), reviewer, "extend", args{"days": 10 * (1 + l.r.IntN(3)), "reason": say(l.r, "extend", nil)})
	}
	if l.plan.course == staged || l.plan.course == resumed {
		at := l.desk(2, 6)
		due := at.AddDate(0, 2+l.r.IntN(4), 0)
		l.step(at, reviewer, "stage_close", args{"plan": []args{{"what": say(l.r, "plan", nil), "due": casework.Date(due)}}})
		if l.plan.course == staged {
			l.ended = true
			return
		}
		l.step(l.desk(20, 45), reviewer, "resume", nil)
	}
	if l.watched() && !l.ended {
		crew := append(slices.Clone(l.Case.Inspectors), l.newcomer())
		at := l.desk(0.5, 3)
		l.step(at, l.one("dispatcher"), "assign", args{"inspectors": crew, "lead": crew[0], "due": l.due(at, 30), "reason": say(l.r, "fresh", nil)})
	}
}

// watched cases are verified by one more officer, who is new to them.
func (l *Life) watched() bool {
	return l.Case.Starred || l.Case.SupervisionLevel == casework.Supervised || l.Case.SupervisionLevel == casework.Listed
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
