package dispatch

// Teams for many cases at the least cost: successive shortest ways with potentials, as
// Jonker and Volgenant assign one to one, but each case asks for two different inspectors
// and each inspector has room for several cases.
//
// What an inspector gets beyond the first costs more each time, by the same step. So the
// places of one inspector are taken from the cheapest on by themselves, and all teams
// together cost the least there is at every step.

import "math"

const (
	impossible = math.MaxInt64 / 4 // the cost of who cannot go
	nobody     = -1
)

// assignment is the teams of the cases that were added.
type assignment struct {
	cost  [][]int64 // case × inspector
	room  []int     // cases that each inspector may get
	step  int64     // that each further case costs more
	teams [][Crew]int
	held  [][]int // cases of each inspector
	// potentials of both sides: with them no step of a way costs less than nothing
	caseAt, personAt []int64
	search
}

// search is the memory of one search: a way leads from a case to an inspector who may take
// it, from him to a case that he gives up for it, and so on to one who has room.
type search struct {
	toCase, toPerson   []int64 // the least cost, impossible where no way came
	viaPerson, viaCase []int   // and from whom
	cases, people      queue
	end                int // the nearest inspector with room
	far                int64
}

func newAssignment(cost [][]int64, room []int, step int64) *assignment {
	n, m := len(cost), len(room)
	a := &assignment{
		cost: cost, room: room, step: step, teams: make([][Crew]int, n), held: make([][]int, m),
		caseAt: make([]int64, n), personAt: make([]int64, m),
		search: search{toCase: make([]int64, n), toPerson: make([]int64, m), viaPerson: make([]int, n), viaCase: make([]int, m)},
	}
	for i := range n {
		a.teams[i], a.toCase[i] = [Crew]int{nobody, nobody}, impossible
	}
	for j := range m {
		a.toPerson[j] = impossible
	}
	return a
}

// add gives a case its team, and others another one where that costs less. Those that have a
// team keep one. It tells whether there is a team for the case; if not, all stays as it was.
func (a *assignment) add(c int) bool {
	a.caseAt[c] = math.MinInt64
	for j, cost := range a.cost[c] {
		if cost < impossible {
			a.caseAt[c] = max(a.caseAt[c], a.personAt[j]-cost)
		}
	}
	var done []exchange
	for range Crew {
		if !a.shortest(c) {
			for i := len(done) - 1; i >= 0; i-- {
				a.swap(done[i].of, done[i].is, done[i].was)
			}
			return false
		}
		for j := a.end; j != nobody; {
			x := exchange{a.viaCase[j], nobody, j}
			if x.of != c {
				x.was = a.viaPerson[x.of]
			}
			a.swap(x.of, x.was, x.is)
			done = append(done, x)
			j = x.was
		}
	}
	return true
}

// exchange of an inspector of a case for another.
type exchange struct{ of, was, is int }

func (a *assignment) swap(c, was, is int) {
	for k := range a.teams[c] {
		if a.teams[c][k] == was {
			a.teams[c][k] = is
			break
		}
	}
	if was != nobody {
		h := a.held[was]
		for i := range h {
			if h[i] == c {
				h[i] = h[len(h)-1]
				a.held[was] = h[:len(h)-1]
				break
			}
		}
	}
	if is != nobody {
		a.held[is] = append(a.held[is], c)
	}
}

// shortest finds the cheapest way from a case to an inspector with room, by Dijkstra, and
// moves the potentials by it.
func (a *assignment) shortest(from int) bool {
	a.cases.clear()
	a.people.clear()
	a.end, a.far = nobody, impossible
	a.reachCase(from, nobody, 0)
	for {
		i, toCase := a.cases.nearest(a.toCase)
		j, toPerson := a.people.nearest(a.toPerson)
		if min(toCase, toPerson) >= a.far {
			break
		}
		if toPerson < toCase {
			a.leavePerson(a.people.leave(j))
		} else {
			a.leaveCase(a.cases.leave(i))
		}
	}
	for _, c := range a.cases.reached {
		if a.end != nobody {
			a.caseAt[c] += min(0, a.toCase[c]-a.far)
		}
		a.toCase[c] = impossible
	}
	for _, j := range a.people.reached {
		if a.end != nobody {
			a.personAt[j] += min(0, a.toPerson[j]-a.far)
		}
		a.toPerson[j] = impossible
	}
	return a.end != nobody
}

func (a *assignment) reachCase(c, from int, to int64) {
	if to < a.toCase[c] {
		if a.toCase[c] == impossible {
			a.cases.reach(c)
		}
		a.toCase[c], a.viaPerson[c] = to, from
	}
}

// leavePerson goes on from an inspector to the cases that he may give up.
func (a *assignment) leavePerson(j int) {
	for _, c := range a.held[j] {
		a.reachCase(c, j, a.toPerson[j]-a.cost[c][j]+a.personAt[j]-a.caseAt[c])
	}
}

// leaveCase goes on from a case to the inspectors who may take it. Who is farther than the
// nearest with room is of no use.
func (a *assignment) leaveCase(c int) {
	base, team := a.toCase[c]+a.caseAt[c], a.teams[c]
	for j, cost := range a.cost[c] {
		to := base + cost - a.personAt[j]
		if to >= a.far || to >= a.toPerson[j] || cost >= impossible || j == team[0] || j == team[1] {
			continue
		}
		if a.toPerson[j] == impossible {
			a.people.reach(j)
		}
		a.toPerson[j], a.viaCase[j] = to, c
		if n := len(a.held[j]); n < a.room[j] {
			if all := to + a.personAt[j] + int64(n)*a.step; all < a.far {
				a.far, a.end = all, j
			}
		}
	}
}

// queue is who was reached; those before the mark were left again. It is short.
type queue struct {
	reached []int
	left    int
}

func (q *queue) clear()      { q.reached, q.left = q.reached[:0], 0 }
func (q *queue) reach(n int) { q.reached = append(q.reached, n) }

// nearest of those that were not left: its index.
func (q *queue) nearest(to []int64) (int, int64) {
	at, least := nobody, int64(impossible)
	for i := q.left; i < len(q.reached); i++ {
		if t := to[q.reached[i]]; t < least {
			at, least = i, t
		}
	}
	return at, least
}

func (q *queue) leave(i int) int {
	n := q.reached[i]
	q.reached[i], q.reached[q.left] = q.reached[q.left], n
	q.left++
	return n
}
