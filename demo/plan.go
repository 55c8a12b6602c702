package demo

// Which course each complaint takes: shares as in the bulletins, and some of every state
// to be seen today.

import (
	"math"
	"slices"
	"time"
)

// course is what becomes of a complaint, as far as time allows.
type course string

const (
	ordered   course = "ordered"   // inspected, put right, verified
	spot      course = "spot"      // put right while the officers were there
	unfounded course = "unfounded" // nothing was found
	refused   course = "refused"
	repeated  course = "repeated"  // merged into a case that is open
	parted    course = "parted"    // merged by mistake, and handled after all
	withdrawn course = "withdrawn" // by the complainant
	handed    course = "handed"    // to the other county, which feeds back
	objected  course = "objected"  // which objects, and it comes back
	staged    course = "staged"    // closed for a stage
	resumed   course = "resumed"   // and taken up again
	reopened  course = "reopened"  // and handled a second time
)

// courses with their shares; the rest is ordered.
var courses = []share[course]{
	{refused, 0.24},
	{repeated, 0.16},
	{parted, 0.004},
	{unfounded, 0.11},
	{spot, 0.06},
	{withdrawn, 0.018},
	{handed, 0.03},
	{objected, 0.01},
	{staged, 0.006},
	{resumed, 0.008},
	{reopened, 0.022},
}

// plan is one complaint before it happens.
type plan struct {
	index  int
	at     time.Time
	course course
	until  string // the action at which it rests today; "" goes on as far as time allows
}

// needsFault says whether there must be something to put right.
func (p plan) needsFault() bool {
	switch p.course {
	case spot, handed, staged, resumed, reopened:
		return true
	case ordered:
		return p.until != ""
	}
	return false
}

// shown are cases that rest where they are today, so many of each 2,000. Days is how long
// ago they came; 0 as short ago as the way allows.
var shown = []struct {
	course course
	until  string
	share  int
	days   float64
}{
	{ordered, "register", 9, 0.4},
	{ordered, "register", 2, 17}, // the acceptance is overdue
	{ordered, "register", 2, 13.2},
	{ordered, "accept", 9, 0},
	{handed, "transfer", 3, 0},
	{handed, "receive", 3, 0},
	{objected, "object", 1, 0},
	{ordered, "assign", 13, 0},
	{ordered, "arrive", 7, 0},
	{ordered, "conclude", 22, 0},
	{ordered, "conclude", 4, 74}, // the handling is overdue
	{ordered, "conclude", 3, 60.5},
	{ordered, "submit", 7, 0},
	{ordered, "verify", 5, 0},
	{ordered, "reply", 7, 0},
	{ordered, "reply", 1, 66},
	{staged, "stage_close", 6, 0},
	{reopened, "reopen", 5, 0},
	{withdrawn, "withdraw", 1, 0},
}

// plans are all complaints in the order in which they come.
func (m *maker) plans() []plan {
	var list []plan
	largest := 0
	for _, s := range shown {
		largest = max(largest, m.scaled(s.share))
	}
	for most := 1; most <= largest; most++ { // one of each first, for small cities
		for _, s := range shown {
			if n := m.scaled(s.share); n >= most && len(list) < m.Cases {
				p := plan{index: len(list), course: s.course, until: s.until, at: m.ago(s.days * (0.9 + 0.2*m.r.Float64()))}
				if s.days == 0 {
					p.at = m.lately(p)
				}
				list = append(list, p)
			}
		}
	}
	rest := m.Cases - len(list)
	for _, c := range courses {
		for range min(int(math.Round(c.weight*float64(m.Cases))), m.Cases-len(list)) {
			list = append(list, plan{index: len(list), course: c.value})
		}
	}
	for len(list) < m.Cases {
		list = append(list, plan{index: len(list), course: ordered})
	}
	for i := len(list) - rest; i < len(list); i++ {
		list[i].at = m.oneDay()
		if list[i].course == staged { // whose stage has not run out
			list[i].at = m.ago(50 + 70*m.r.Float64())
		}
	}
	slices.SortStableFunc(list, func(a, b plan) int { return a.at.Compare(b.at) })
	return list
}

// scaled is a number of each 2,000 cases, at least one.
func (m *maker) scaled(of2000 int) int { return max(1, int(math.Round(float64(of2000*m.Cases)/2000))) }

func (m *maker) ago(days float64) time.Time {
	return m.Now.Add(-time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Second)
}

// shareOfHour: people complain most in the morning and in the evening.
var shareOfHour = []float64{3, 2, 1, 1, 1, 1, 2, 4, 7, 8, 8, 7, 4, 4, 5, 6, 6, 6, 6, 7, 8, 8, 7, 5}

// oneDay is a time in the year before now; on Sundays people complain less.
func (m *maker) oneDay() time.Time {
	hours := make([]share[int], len(shareOfHour))
	for h, w := range shareOfHour {
		hours[h] = share[int]{h, w}
	}
	for {
		day := m.ago(m.r.Float64() * 364).In(shanghai)
		at := time.Date(day.Year(), day.Month(), day.Day(), weighed(m.r, hours), m.r.IntN(60), m.r.IntN(60), 0, shanghai)
		if at.Weekday() == time.Sunday && m.r.Float64() < 0.4 {
			continue
		}
		if age := m.Now.Sub(at); age > time.Hour && age < 365*24*time.Hour {
			return at
		}
	}
}

// lately is how short ago a complaint came that has got as far as its plan says.
func (m *maker) lately(p plan) time.Time {
	reaches := func(days float64) (time.Time, bool) {
		p.at = m.ago(days)
		l, err := m.live(p, &Life{})
		return l.last, err == nil && len(l.actions) > 0 && l.actions[len(l.actions)-1]["name"] == p.until && l.ended
	}
	const long = 150 // days: more than any way takes
	last, ok := reaches(long)
	if !ok {
		return m.ago(long)
	}
	least := last.Sub(m.ago(long)).Hours()/24 + m.r.Float64()
	for days := least; days < long; days++ {
		if _, ok := reaches(days); ok {
			return m.ago(days)
		}
	}
	return m.ago(long)
}
