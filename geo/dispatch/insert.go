package dispatch

// What one more case costs in a day, at the place of the way where it costs least.

import "math"

// fit is a case in a day.
type fit struct {
	metres  float64 // more on the way
	arrive  float64 // minutes of work from now
	wait    float64 // minutes until somebody is there, and that others wait longer; of urgent cases
	missed  int     // days by which the case misses its margin
	delayed int     // days by which others miss it more
	cost    float64
}

// insert finds the place of a case in a day, among the urgent ones if it is one.
func (p *planner) insert(d *day, c visit) fit {
	first, last, before := d.urgent, len(d.visits), d.start
	if c.urgent {
		first, last = 0, d.urgent
	}
	leave := 0.0
	if first > 0 {
		before, leave = d.visits[first-1].at, d.visits[first-1].done
	}
	best := fit{cost: math.Inf(1)}
	to := metres(before, c.at)
	for i := first; i <= last; i++ {
		on := 0.0
		switch {
		case i < len(d.visits):
			on = metres(c.at, d.visits[i].at)
		case d.closed:
			on = metres(c.at, d.end)
		}
		f := fit{metres: max(0, to+on-d.legs[i]), arrive: leave + driving(to)}
		if p.Weights.Travel*driving(f.metres) < best.cost {
			if p.weigh(&f, d, i, c); f.cost < best.cost {
				best = f
			}
		}
		if i < last {
			leave = d.visits[i].done
		}
		to = on
	}
	return best
}

// weigh says what the rest of the day makes of a case that is visited before the i-th.
func (p *planner) weigh(f *fit, d *day, i int, c visit) {
	delay := driving(f.metres) + c.minutes
	f.missed = p.missed(f.arrive+c.minutes, c.due)
	f.delayed = p.delayed(d, i, delay)
	if c.urgent {
		f.wait = f.arrive + delay*float64(d.urgent-i)
	}
	f.cost = p.Weights.Travel*driving(f.metres) + p.Weights.Wait*f.wait + p.Weights.Late*float64(f.missed+f.delayed)
}

// delayed is by how many days the visits from one on miss their margins more, if they come
// so many minutes later.
func (p *planner) delayed(d *day, from int, minutes float64) int {
	if minutes <= d.leeway[from] {
		return 0
	}
	sum := 0
	for _, v := range d.visits[from:] {
		sum += p.missed(v.done+minutes, v.due) - p.missed(v.done, v.due)
	}
	return sum
}

// parts of the score of an inspector with a load, for a case that fits so into his day.
func (p *planner) parts(in *Inspector, load int, f fit) Parts {
	w := p.Weights
	return Parts{
		Travel: w.Travel * driving(f.metres),
		Wait:   w.Wait * f.wait,
		Load:   w.Load * float64(load),
		Late:   w.Late * float64(f.missed+f.delayed),
		Stale:  w.Stale * p.age(in) / 3600,
	}
}

// age in seconds of where an inspector is taken to be.
func (p *planner) age(in *Inspector) float64 {
	if !p.fresh(in) {
		return p.FreshSeconds
	}
	return max(0, in.AtAge)
}
