package demo

// The polluter puts things right, two officers see that it is so; sometimes it is not.

import "time"

// rectified submits and verifies until all items have passed.
func (l *Life) rectified(two []string) bool {
	fails := l.plan.until == "" && l.r.Float64() < 0.15
	atNight := l.Case.NightWindow && l.site.matter.effect == "noise"
	wait := 9.0
	for {
		if !l.submit(l.onSite(wait*0.5, wait*1.5, false), two[0]) {
			return false
		}
		at := l.onSite(0.5, 4, atNight)
		if len(l.Case.Inspectors) == len(two) && l.repeatedBy(at) {
			if l.refresh("fresh.repeat"); l.ended || l.err != nil {
				return false
			}
			at = l.onSite(0.2, 2, atNight)
		}
		officers := two
		if n := len(l.Case.Inspectors); n > len(two) {
			officers = []string{two[1], l.Case.Inspectors[n-1]}
		}
		if !l.verify(at, officers, fails) {
			return false
		}
		if !fails {
			return true
		}
		fails, wait = false, 5.0
	}
}

// repeatedBy says whether the case is a repeated one when the server hears of what is done
// at a time, which may be hours later.
func (l *Life) repeatedBy(at time.Time) bool {
	for late := range 9 {
		if l.repeatsAt(at.Add(time.Duration(late)*time.Hour)) > 0 {
			return true
		}
	}
	return false
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
			items = append(items, args{"id": item.ID, "passed": false, "reason": l.found.fail})
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
