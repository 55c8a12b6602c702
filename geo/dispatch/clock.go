package dispatch

// Working time: on which day something is done that is so many minutes of work away.

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// shanghai is where days begin and end.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// never is the due day of what has none.
const never = math.MaxInt32

// dueOn is the number of a last day, if there is one. The error is ErrDay.
func dueOn(date string) (int, error) {
	if date == "" {
		return never, nil
	}
	return ordinal(date)
}

// ordinal numbers a day, from 1970 on. The error is ErrDay.
func ordinal(date string) (int, error) {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", ErrDay, date)
	}
	return int(t.Unix() / (24 * 60 * 60)), nil
}

// clock knows the working time that lies ahead.
type clock struct {
	today string
	left  float64 // minutes of work that are left today
	full  float64 // minutes of any other day
	days  []int   // today, and the working days after it
}

func newClock(r Rules, now time.Time) (clock, error) {
	now = now.In(shanghai)
	c := clock{today: now.Format(time.DateOnly), full: float64(max(1, r.DayEnds-r.DayBegins))}
	today, err := ordinal(c.today)
	if err != nil {
		return c, err
	}
	c.days = []int{today}
	for _, date := range r.Workdays {
		d, err := ordinal(date)
		if err != nil {
			return c, err
		}
		if d > c.days[len(c.days)-1] {
			c.days = append(c.days, d)
		}
	}
	if len(r.Workdays) == 0 || slices.Contains(r.Workdays, c.today) {
		minute := float64(now.Hour()*60 + now.Minute())
		c.left = min(c.full, max(0, float64(r.DayEnds)-minute))
	}
	return c, nil
}

// nth is the number of the day that is n working days away.
func (c clock) nth(n int) int {
	last := len(c.days) - 1
	if n <= last {
		return c.days[n]
	}
	return c.days[last] + n - last
}

// day on which so many minutes of work are done.
func (c clock) day(minutes float64) int {
	if minutes <= c.left {
		return c.days[0]
	}
	return c.nth(int(math.Ceil((minutes - c.left) / c.full)))
}

// until is the minutes of work from now to the end of a day; negative for one that is over.
func (c clock) until(day int) float64 {
	last := len(c.days) - 1
	n, found := slices.BinarySearch(c.days, day)
	switch {
	case day > c.days[last]:
		n = last + day - c.days[last]
	case !found:
		n-- // the working day before it
	}
	if n < 0 {
		return -1
	}
	return c.left + float64(n)*c.full
}

// dateOf writes the day of a number.
func dateOf(day int) string {
	return time.Unix(int64(day)*24*60*60, 0).UTC().Format(time.DateOnly)
}
