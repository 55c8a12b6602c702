package demo

// When people work: desks in office hours of working days, officers in daylight of working
// days too, unless it is the night that is complained of or it cannot wait.

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
		midnight := dayOf(at)
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

func dayOf(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, shanghai)
}

// Shares of visits that are not put off to the next working day.
const (
	urgentOnAnyDay = 0.5
	nightOnAnyDay  = 0.15 // noise at night
)

// onSite is a time on site some days later, by day or at night. The first hour of a visit
// leaves it time to end before midnight and before the evening.
func (l *Life) onSite(least, most float64, atNight bool) time.Time {
	anyDay := l.r.Float64()
	free := l.Case.Urgent && anyDay < urgentOnAnyDay || atNight && l.site.matter.effect == "noise" && anyDay < nightOnAnyDay
	begin, minutes := 8*time.Hour+40*time.Minute, 7*60+20
	if atNight {
		begin, minutes = 22*time.Hour, 40
	}
	hour := begin + time.Duration(l.r.IntN(minutes*60))*time.Second
	day, off := dayOf(l.after(least, most)), false
	for !free && !(casework.Calendar{}).Working(day) || !day.Add(hour).After(l.last) {
		off = off || !(casework.Calendar{}).Working(day)
		day = day.AddDate(0, 0, 1)
	}
	if off { // not everything that waited for the weekend is done on its first day
		for range l.r.IntN(4) {
			if next := day.AddDate(0, 0, 1); (casework.Calendar{}).Working(next) {
				day = next
			}
		}
	}
	return day.Add(hour)
}

// minutes is a time between so many minutes and so many more.
func (l *Life) minutes(least, more int) time.Duration {
	return time.Duration(least+l.r.IntN(more)) * time.Minute
}
