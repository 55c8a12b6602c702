package dispatch

// The day of one inspector: a way in its order, with the minutes at which each visit is done.

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// visit is a stop on the way.
type visit struct {
	id      string
	at      vector
	minutes float64 // that it takes
	due     int     // number of the day
	urgent  bool
	done    float64 // minutes of work from now
}

// day is a way from its start through the visits, the urgent ones first.
type day struct {
	start    vector
	end      vector
	closed   bool // it ends at end, else at its last visit
	visits   []visit
	urgent   int       // how many of them are
	legs     []float64 // metres to each visit, and from the last one to the end
	leeway   []float64 // minutes by which the visits from each on may be delayed and miss nothing more
	metres   float64
	unplaced []string // stops without a position
}

// planner makes days. Its memory is used again: it is for one goroutine.
type planner struct {
	Rules
	clock
	tour tour
}

func newPlanner(r Rules, now time.Time) (*planner, error) {
	c, err := newClock(r, now)
	return &planner{Rules: r, clock: c}, err
}

// fresh tells whether the position of an inspector counts.
func (p *planner) fresh(in *Inspector) bool { return placed(in.At) && in.AtAge <= p.FreshSeconds }

// located tells whether it is known where an inspector's day begins.
func (p *planner) located(in *Inspector) bool { return p.fresh(in) || placed(in.Seat) }

// dayOf is the day of one who is located.
func (p *planner) dayOf(in *Inspector) day { return p.lay(p.start(in), in.Seat, in.Stops) }

// start is where an inspector is taken to be.
func (p *planner) start(in *Inspector) orb.Point {
	if p.fresh(in) {
		return in.At
	}
	return in.Seat
}

// lay makes a day of stops in any order. Their due days are known to be days.
func (p *planner) lay(start, end orb.Point, stops []Stop) day {
	d := day{start: vectorOf(start), visits: make([]visit, 0, len(stops)+1), unplaced: []string{}}
	if placed(end) {
		d.end, d.closed = vectorOf(end), true
	}
	for _, s := range stops {
		if placed(s.At) {
			d.visits = append(d.visits, p.visitOf(s))
		} else {
			d.unplaced = append(d.unplaced, s.ID)
		}
	}
	slices.Sort(d.unplaced)
	p.arrange(&d)
	return d
}

// visitOf is a stop as a visit.
func (p *planner) visitOf(s Stop) visit {
	v := visit{id: s.ID, at: vectorOf(s.At), minutes: s.Minutes, urgent: s.Urgent}
	v.due, _ = dueOn(s.Due) // the roster was looked through
	if !(v.minutes > 0) || math.IsInf(v.minutes, 1) {
		v.minutes = p.VisitMinutes
	}
	return v
}

// arrange puts the visits into their order, whatever order they stand in.
func (p *planner) arrange(d *day) {
	slices.SortFunc(d.visits, func(a, b visit) int {
		if a.urgent != b.urgent {
			if a.urgent {
				return -1
			}
			return 1
		}
		return strings.Compare(a.id, b.id)
	})
	d.urgent = 0
	for d.urgent < len(d.visits) && d.visits[d.urgent].urgent {
		d.urgent++
	}
	d.legs = make([]float64, 0, len(d.visits)+1)
	from, rest := d.start, d.visits
	if d.urgent > 0 && d.urgent < len(d.visits) {
		d.legs = p.chain(d.legs, from, rest[:d.urgent], nil)
		d.legs = d.legs[:d.urgent] // it goes on
		from, rest = rest[d.urgent-1].at, rest[d.urgent:]
	}
	if d.closed {
		d.legs = p.chain(d.legs, from, rest, &d.end)
	} else {
		d.legs = p.chain(d.legs, from, rest, nil)
	}
	d.metres = 0
	for _, leg := range d.legs {
		d.metres += leg
	}
	p.clockIn(d)
}

// chain orders visits between a start and an end, where there is one, and adds the legs.
func (p *planner) chain(legs []float64, start vector, visits []visit, end *vector) []float64 {
	n := len(visits)
	home := func(v vector) float64 {
		if end == nil {
			return 0
		}
		return metres(v, *end)
	}
	t := &p.tour
	t.reset(n)
	t.set(0, n+1, home(start))
	for i, v := range visits {
		t.set(0, i+1, metres(start, v.at))
		t.set(i+1, n+1, home(v.at))
		for j := range i {
			t.set(j+1, i+1, metres(visits[j].at, v.at))
		}
	}
	t.order()
	was := slices.Clone(visits)
	for i := range n + 1 {
		legs = append(legs, t.d(t.seq[i], t.seq[i+1]))
		if i < n {
			visits[i] = was[t.seq[i+1]-1]
		}
	}
	return legs
}

// clockIn says when each visit is done, and what delay it bears.
func (p *planner) clockIn(d *day) {
	minutes := 0.0
	for i := range d.visits {
		v := &d.visits[i]
		minutes += driving(d.legs[i]) + v.minutes
		v.done = minutes
	}
	d.leeway = make([]float64, len(d.visits)+1)
	least := math.Inf(1)
	d.leeway[len(d.visits)] = least
	for i := len(d.visits) - 1; i >= 0; i-- {
		if v := d.visits[i]; v.due != never {
			least = min(least, p.until(max(p.day(v.done), v.due-p.Margin))-v.done)
		}
		d.leeway[i] = least
	}
}

// missed is by how many days something misses its margin that is done in so many minutes.
func (p *planner) missed(done float64, due int) int {
	if due == never {
		return 0
	}
	return max(0, p.day(done)-(due-p.Margin))
}

// price of a day: what a score counts of it, in thousandths of a minute.
func (p *planner) price(d *day) int64 {
	cost := p.Weights.Travel * driving(d.metres)
	for i := range d.visits {
		v := &d.visits[i]
		cost += p.Weights.Late * float64(p.missed(v.done, v.due))
		if v.urgent {
			cost += p.Weights.Wait * (v.done - v.minutes)
		}
	}
	return milli(cost)
}
