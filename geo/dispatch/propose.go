package dispatch

// Who should go to many cases at once.

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Plan is a proposal for many cases. Nothing is saved.
type Plan struct {
	Teams   []Team    `json:"teams"`   // the urgent cases first, then by their last day
	Untaken []Untaken `json:"untaken"` // in the same order
	Travel  Travel    `json:"travel"`
}

// Untaken is a case that gets no team, and why.
type Untaken struct {
	Case    string    `json:"case"`
	Lack    Code      `json:"lack"`
	Refused []Refused `json:"refused"` // who cannot go to it anyway
}

// Travel is the way of all days together in great-circle metres, and what all that is new
// costs, in the minutes of a score. Beside it stands what comes out if the cases are given
// away one by one in the order they came in.
type Travel struct {
	BeforeM         float64 `json:"before_m"` // without the cases
	PlannedM        float64 `json:"planned_m"`
	OneByOneM       float64 `json:"one_by_one_m"`
	PlannedCost     float64 `json:"planned_cost"`
	OneByOneCost    float64 `json:"one_by_one_cost"`
	OneByOneUntaken int     `json:"one_by_one_untaken"`
}

// Propose gives each case a team of two different inspectors, both at once. By the day of
// each inspector as it is today, and his growing load, no other teams cost less together;
// cases are then moved where the days as they grow cost less. Where there are not enough
// inspectors, an urgent case comes before others, and then the one that is due first: no case
// is left out for one that comes behind it. The plan never costs more than giving the same
// cases away one by one. The error is ErrTwice or ErrDay.
func Propose(cases []Case, inspectors []Inspector, r Rules, now time.Time) (Plan, error) {
	p, err := newPlanner(r, now)
	if err != nil {
		return Plan{}, err
	}
	people, err := roster(inspectors, cases)
	if err != nil {
		return Plan{}, err
	}
	cases = slices.Clone(cases)
	slices.SortFunc(cases, byUrgency)
	before := newDiary(p, people, cases)
	greedy := before.oneByOne()
	best := before.with(assigned(before))
	best.polish()
	plan := Plan{Teams: []Team{}, Untaken: []Untaken{}, Travel: Travel{
		BeforeM:         before.metres(),
		OneByOneM:       greedy.metres(),
		OneByOneCost:    minutes(greedy.total() - before.total()),
		OneByOneUntaken: greedy.untaken(),
	}}
	if greedy.total() < best.total() && sameCases(greedy.teams, best.teams) {
		best = greedy // with days that hold more than they can, the days of today say little
	}
	plan.Travel.PlannedM = best.metres()
	plan.Travel.PlannedCost = minutes(best.total() - before.total())
	best.write(&plan)
	return plan, nil
}

// assigned are the teams by the days of today.
func assigned(b *diary) [][Crew]int {
	a := newAssignment(b.table, b.room, milli(b.Weights.Load))
	for i := range b.cases {
		a.add(i)
	}
	return a.teams
}

// byUrgency: the urgent ones first, then by the last day; who has none comes last.
func byUrgency(a, b Case) int {
	rank := func(c Case) int {
		if c.Urgent {
			return 0
		}
		return 1
	}
	last := func(c Case) string { return cmp.Or(c.Due, "9999-12-31") }
	return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(last(a), last(b)), byArrival(a, b))
}

func byArrival(a, b Case) int {
	return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), strings.Compare(a.ID, b.ID))
}

func sameCases(a, b [][Crew]int) bool {
	return slices.EqualFunc(a, b, func(x, y [Crew]int) bool { return (x[0] == nobody) == (y[0] == nobody) })
}

func (b *diary) untaken() int {
	n := 0
	for _, team := range b.teams {
		if team[0] == nobody {
			n++
		}
	}
	return n
}

// write says who goes where and why, each as if all the rest of the plan stood.
func (b *diary) write(plan *Plan) {
	for i := range b.cases {
		c := &b.cases[i]
		if b.teams[i][0] == nobody {
			plan.Untaken = append(plan.Untaken, b.lacking(c))
			continue
		}
		able := make([]*Inspector, 0, len(b.people))
		for j := range b.people {
			if b.table[i][j] < impossible {
				able = append(able, &b.people[j])
			}
		}
		f := b.fieldOf(c, able)
		var both [Crew]Candidate
		for k, j := range b.teams[i] {
			d := b.shrunk(i, j)
			in := &b.people[j]
			s := b.score(in, in.Load+b.given[j]-1, b.insert(&d, b.visits[i]))
			both[k] = b.candidate(s, c, f)
		}
		plan.Teams = append(plan.Teams, teamOf(c.ID, both[0], both[1]))
	}
}

func (b *diary) lacking(c *Case) Untaken {
	refused := b.refused(b.people, c)
	u := Untaken{c.ID, lack(len(b.people) - len(refused)), refused}
	if !placed(c.At) {
		u.Lack = PlaceWrong
	}
	return u
}
