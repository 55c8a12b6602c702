package demo

// The polluter puts things right, two officers see that it is so; sometimes it is not.

import "time"

// rectified submits and verifies until all items have passed.
func (l *Life) rectified(two []string) bool {
	fails := l.plan.until == "" && l.r.Float64() < 0.15
	wait := 11.0
	for {
		if !l.submit(l.onSite(wait*0.5, wait*1.5), two[0]) {
			return false
		}
		officers := two
		if l.watched() {
			officers = []string{two[1], l.Case.Inspectors[len(l.Case.Inspectors)-1]}
		}
		if !l.verify(l.onSite(0.5, 4), officers, fails) {
			return false
		}
		if !fails {
			return true
		}
		fails, wait = false, 5.0
	}
}

// future says whether something would happen after now; then nothing is left of it.
func (l *Life) future(at time.Time) bool {
	if at.After(l.m.Now) {
		l.ended = true
	}
	return l.ended || l.err != nil
}

// submit brings a pair of photos for each item that has not passed.
func (l *Life) submit(at time.Time, by string) bool {
	if l.future(at) {
		return false
	}
	pairs, before := []args{}, len(l.photos)
	for i, item := range l.order.Items {
		if !item.Passed {
			pair := args{"id": item.ID, "before": l.befores[item.ID]}
			pair["after"] = l.snap(at.Add(-time.Duration(10-i)*time.Minute), by, "after", item.ID, l.befores[item.ID])
			pairs = append(pairs, pair)
		}
	}
	return l.shown(at, by, "submit", args{"rectification": l.order.ID, "items": pairs}, before)
}

func (l *Life) verify(at time.Time, officers []string, fails bool) bool {
	if l.future(at) {
		return false
	}
	items, before := []args{}, len(l.photos)
	for i, item := range l.order.Items {
		switch {
		case item.Passed:
		case fails && len(items) == 0:
			items = append(items, args{"id": item.ID, "passed": false, "reason": say(l.r, "failed", nil)})
		default:
			photo := l.snap(at.Add(-time.Duration(8-i)*time.Minute), officers[1], "scene", item.ID, "")
			items = append(items, args{"id": item.ID, "passed": true, "evidence": []string{photo}})
		}
	}
	return l.shown(at, officers[0], "verify", args{"officers": officers, "items": items}, before)
}

// shown does an action that rests on photos; if its time has not come, neither has theirs.
func (l *Life) shown(at time.Time, by, name string, in args, photos int) bool {
	before := len(l.actions)
	ok := l.step(at, by, name, in)
	if len(l.actions) == before {
		l.untake(photos)
	}
	return ok
}
