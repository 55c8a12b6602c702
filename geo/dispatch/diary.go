package dispatch

// The days of all inspectors, as they grow by the cases that a plan gives them.

import (
	"cmp"
	"math"
	"slices"
)

// diary is one plan in the making.
type diary struct {
	*planner
	people []Inspector
	cases  []Case
	visits []visit   // of the cases
	table  [][]int64 // case × inspector: the score in the day as it is today; impossible for who cannot go
	room   []int
	days   []day
	prices []int64 // of each day
	given  []int   // new cases of each
	teams  [][Crew]int
}

func newDiary(p *planner, people []Inspector, cases []Case) *diary {
	b := &diary{
		planner: p, people: people, cases: cases, visits: make([]visit, len(cases)), table: make([][]int64, len(cases)),
		room: make([]int, len(people)), days: make([]day, len(people)), prices: make([]int64, len(people)), given: make([]int, len(people)),
	}
	for j := range people {
		b.room[j] = p.Rules.room(&people[j])
		if p.located(&people[j]) { // the others go nowhere
			b.days[j] = p.dayOf(&people[j])
			b.prices[j] = p.price(&b.days[j])
		}
	}
	for i := range cases {
		b.visits[i] = p.visitOf(cases[i].Stop)
		b.table[i] = make([]int64, len(people))
		for j := range people {
			b.table[i][j] = impossible
			if placed(cases[i].At) && p.may(&people[j], &cases[i]) {
				b.table[i][j] = b.quote(i, j).cost
			}
		}
	}
	b.teams = noTeams(len(cases))
	return b
}

func noTeams(n int) [][Crew]int {
	return slices.Repeat([][Crew]int{{nobody, nobody}}, n)
}

// with is the diary with other teams, in days of its own.
func (b *diary) with(teams [][Crew]int) *diary {
	c := *b
	c.days, c.prices, c.given, c.teams = slices.Clone(b.days), slices.Clone(b.prices), slices.Clone(b.given), noTeams(len(teams))
	for i, team := range teams {
		if team[0] != nobody {
			c.give(i, team)
		}
	}
	return &c
}

// quote is what a case costs in somebody's day as it has grown.
func (b *diary) quote(i, j int) scored {
	return b.score(&b.people[j], b.people[j].Load+b.given[j], b.insert(&b.days[j], b.visits[i]))
}

// now is the same, from the table where the day has not grown.
func (b *diary) now(i, j int) int64 {
	if b.given[j] == 0 || b.table[i][j] == impossible {
		return b.table[i][j]
	}
	return b.quote(i, j).cost
}

func (b *diary) give(i int, team [Crew]int) {
	for k, j := range team {
		b.set(j, b.grown(i, j), 1)
		b.teams[i][k] = j
	}
}

// grown is somebody's day with a case more.
func (b *diary) grown(i, j int) day {
	d := b.days[j]
	d.visits = append(slices.Clone(d.visits), b.visits[i])
	b.arrange(&d)
	return d
}

// shrunk is somebody's day with a case less.
func (b *diary) shrunk(i, j int) day {
	d := b.days[j]
	d.visits = slices.DeleteFunc(slices.Clone(d.visits), func(v visit) bool { return v.id == b.visits[i].id })
	b.arrange(&d)
	return d
}

func (b *diary) set(j int, d day, more int) {
	b.days[j], b.prices[j] = d, b.price(&d)
	b.given[j] += more
}

// fixed is what a case costs somebody apart from his day, if he has so many new ones.
func (b *diary) fixed(j, given int) int64 {
	return b.score(&b.people[j], b.people[j].Load+given, fit{}).cost
}

// total is what all days cost, and all that was given.
func (b *diary) total() int64 {
	sum := int64(0)
	for j := range b.days {
		sum += b.prices[j]
		for n := range b.given[j] {
			sum += b.fixed(j, n)
		}
	}
	return sum
}

func (b *diary) metres() float64 {
	sum := 0.0
	for j := range b.days {
		sum += b.days[j].metres
	}
	return sum
}

// oneByOne gives the cases away in the order that they came in, each to the two who suit best
// by then: what a dispatcher does who follows each suggestion.
func (b *diary) oneByOne() *diary {
	c := b.with(noTeams(len(b.cases)))
	order := make([]int, len(b.cases)) // the cases stand by urgency
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return byArrival(b.cases[x], b.cases[y]) })
	for _, i := range order {
		team, cost := [Crew]int{nobody, nobody}, [Crew]int64{impossible, impossible}
		for j := range c.people {
			if c.given[j] >= c.room[j] {
				continue
			}
			switch now := c.now(i, j); {
			case now < cost[0]:
				team, cost = [Crew]int{j, team[0]}, [Crew]int64{now, cost[0]}
			case now < cost[1]:
				team[1], cost[1] = j, now
			}
		}
		if team[1] != nobody {
			c.give(i, team)
		}
	}
	return c
}

const (
	neighbours = 24 // who suit a case best, of whom a move is tried
	passes     = 3
)

// polish moves cases out of days that got several, as long as all days together cost less by
// it: the assignment knew each day as it is today, not what else comes into it.
func (b *diary) polish() {
	near := make([][]int, len(b.cases))
	for range passes {
		moved := false
		for i, team := range b.teams {
			for k, j := range team {
				if j == nobody || b.given[j] < 2 {
					continue
				}
				if near[i] == nil {
					near[i] = b.near(i)
				}
				moved = b.move(i, k, near[i]) || moved
			}
		}
		if !moved {
			return
		}
	}
}

// near are those who suit a case best.
func (b *diary) near(i int) []int {
	var out []int
	for j, cost := range b.table[i] {
		if cost < impossible {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(x, y int) int { return cmp.Or(cmp.Compare(b.table[i][x], b.table[i][y]), x-y) })
	return out[:min(len(out), neighbours)]
}

// move takes a case from one of its team to whoever suits better, if anybody does.
func (b *diary) move(i, k int, near []int) bool {
	j := b.teams[i][k]
	less := b.shrunk(i, j)
	saved := b.prices[j] - b.price(&less) + b.fixed(j, b.given[j]-1)
	to, cost := nobody, int64(math.MaxInt64)
	for _, n := range near {
		if n == b.teams[i][0] || n == b.teams[i][1] || b.given[n] >= b.room[n] {
			continue
		}
		if now := b.now(i, n); now < cost {
			to, cost = n, now
		}
	}
	if to == nobody || cost >= saved {
		return false
	}
	more := b.grown(i, to)
	if b.price(&more)-b.prices[to]+b.fixed(to, b.given[to]) >= saved {
		return false
	}
	b.set(j, less, -1)
	b.set(to, more, 1)
	b.teams[i][k] = to
	return true
}
