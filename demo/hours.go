package demo

// When people work: desks in office hours of working days, officers when the trouble is.

import (
	"time"

	"xuncha/casework"
)

// after is the time when the server last heard of the case and some days.
func (l *Life) after(least, most float64) time.Time {
	days := least + l.r.Float64()*(most-least)
	return l.last.Add(time.Duration(days * 24 * float64(time.Hour))).In(shanghai)
}

// desk is some days later, within office hours.
func (l *Life) desk(least, most float64) time.Time {
	at := l.after(least, most)
	early := time.Duration(8*60+30+l.r.IntN(90)) * time.Minute
	for {
		midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, shanghai)
		switch of := at.Sub(midnight); {
		case !(casework.Calendar{}).Working(at) || of > 17*time.Hour+30*time.Minute:
			at = midnight.AddDate(0, 0, 1)
		case of < 8*time.Hour+30*time.Minute:
			return midnight.Add(early).Add(time.Duration(l.r.IntN(60)) * time.Second)
		default:
			return at
		}
	}
}

// onSite is a time on site some days later: by day, or at night where it is the night that
// is complained of.
func (l *Life) onSite(least, most float64) time.Time {
	at := l.after(least, most)
	from, hours := 8, 9
	if l.Case.NightWindow {
		from, hours = 21, 2
	}
	out := time.Date(at.Year(), at.Month(), at.Day(), from+l.r.IntN(hours), l.r.IntN(60), l.r.IntN(60), 0, shanghai)
	for !out.After(l.last) {
		out = out.AddDate(0, 0, 1)
	}
	return out
}
