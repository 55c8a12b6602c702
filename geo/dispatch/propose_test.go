package dispatch

// Many cases at once: the least there is, by brute force; never worse than one by one; nobody
// beyond their room, nobody who may not go.

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// exhaustive tries all teams for all cases. A case that comes earlier is served before any
// that come later; of what serves the same cases the least cost is kept.
type exhaustive struct {
	cost   [][]int64
	room   []int
	step   int64
	given  []int
	served []bool
	best   []bool
	least  int64
}

func (e *exhaustive) try(c int, sum int64) {
	if c == len(e.cost) {
		if better := slices.Compare(bits(e.served), bits(e.best)); e.best == nil || better > 0 || better == 0 && sum < e.least {
			e.best, e.least = slices.Clone(e.served), sum
		}
		return
	}
	for a := range e.room {
		for b := range a {
			if e.cost[c][a] >= impossible || e.cost[c][b] >= impossible || e.given[a] >= e.room[a] || e.given[b] >= e.room[b] {
				continue
			}
			more := e.cost[c][a] + e.cost[c][b] + e.step*int64(e.given[a]+e.given[b])
			e.given[a]++
			e.given[b]++
			e.served[c] = true
			e.try(c+1, sum+more)
			e.given[a]--
			e.given[b]--
			e.served[c] = false
		}
	}
	e.try(c+1, sum)
}

func bits(of []bool) []int {
	out := make([]int, len(of))
	for i, b := range of {
		if b {
			out[i] = 1
		}
	}
	return out
}

func TestAnAssignmentCostsTheLeastThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(0, 4).Draw(t, "cases"), rapid.IntRange(0, 5).Draw(t, "people")
		cost := make([][]int64, n)
		for i := range cost {
			cost[i] = rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-20, 60), rapid.Just(int64(impossible))), m, m).Draw(t, "cost")
		}
		room := rapid.SliceOfN(rapid.IntRange(0, 3), m, m).Draw(t, "room")
		step := rapid.Int64Range(0, 15).Draw(t, "step")
		a := newAssignment(cost, room, step)
		var served []bool
		for c := range cost {
			served = append(served, a.add(c))
		}
		given, sum := make([]int, m), int64(0)
		for c, team := range a.teams {
			if (team[0] == nobody) != !served[c] || (team[1] == nobody) != !served[c] || served[c] && team[0] == team[1] {
				t.Fatalf("case %d, served %v: %v", c, served[c], team)
			}
			for _, j := range team {
				if j != nobody {
					sum += cost[c][j] + step*int64(given[j])
					given[j]++
				}
			}
		}
		for j := range room {
			if given[j] > room[j] || given[j] != len(a.held[j]) {
				t.Fatalf("%d has %d cases, room for %d, and holds %v", j, given[j], room[j], a.held[j])
			}
		}
		e := exhaustive{cost: cost, room: room, step: step, given: make([]int, m), served: make([]bool, n)}
		e.try(0, 0)
		if !slices.Equal(served, e.best) || sum != e.least {
			t.Fatalf("served %v at %d; brute force: %v at %d", served, sum, e.best, e.least)
		}
	})
}

// greedily gives the cases away in their order, each to the two who cost least.
func greedily(cost [][]int64, room []int, step int64) (int64, int) {
	given, sum, served := make([]int, len(room)), int64(0), 0
	for c := range cost {
		now := func(j int) int64 { return cost[c][j] + step*int64(given[j]) }
		var free []int
		for j := range room {
			if cost[c][j] < impossible && given[j] < room[j] {
				free = append(free, j)
			}
		}
		slices.SortFunc(free, func(a, b int) int { return int(now(a) - now(b)) })
		if len(free) < Crew {
			continue
		}
		served++
		for _, j := range free[:Crew] {
			sum += now(j)
			given[j]++
		}
	}
	return sum, served
}

func TestAnAssignmentIsNeverWorseThanTheGreedyOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, m := rapid.IntRange(1, 40).Draw(t, "cases"), rapid.IntRange(2, 40).Draw(t, "people")
		cost, room := make([][]int64, n), make([]int, m)
		for j := range room {
			room[j] = r.IntN(5)
		}
		for i := range cost {
			cost[i] = make([]int64, m)
			for j := range cost[i] {
				if cost[i][j] = r.Int64N(1000); r.IntN(10) == 0 {
					cost[i][j] = impossible
				}
			}
		}
		a, sum, served := newAssignment(cost, room, 50), int64(0), 0
		for c := range cost {
			if a.add(c) {
				served++
			}
		}
		for j, held := range a.held {
			for k, c := range held {
				sum += cost[c][j] + 50*int64(k)
			}
		}
		if greedy, many := greedily(cost, room, 50); many == n && (served < n || sum > greedy) {
			t.Fatalf("%d of %d served at %d; greedily %d at %d", served, n, sum, many, greedy)
		}
	})
}

// claims are what holds of every plan.
func claims(t *rapid.T, plan Plan, cases []Case, people []Inspector, rules Rules) {
	if wire, err := json.Marshal(plan); err != nil || bytes.Contains(wire, []byte("null")) {
		t.Fatalf("%s (%v)", wire, err)
	}
	p, _ := newPlanner(rules, monday)
	at, who := map[string]Case{}, map[string]Inspector{}
	for _, c := range cases {
		at[c.ID] = c
	}
	for _, in := range people {
		who[in.ID] = in
	}
	given := map[string]int{}
	for _, team := range plan.Teams {
		c := at[team.Case]
		delete(at, team.Case)
		if team.Lead.ID == team.Second.ID {
			t.Fatalf("%s goes to %s with themselves", team.Lead.ID, team.Case)
		}
		if team.Lead.Score > team.Second.Score {
			t.Fatalf("%s leads at %f before %f", team.Lead.ID, team.Lead.Score, team.Second.Score)
		}
		for _, o := range []Candidate{team.Lead, team.Second} {
			in, known := who[o.ID]
			if !known || !p.may(&in, &c) || !placed(c.At) {
				t.Fatalf("%s may not go to %s", o.ID, team.Case)
			}
			if len(o.Reasons) == 0 && c.Due != "" {
				t.Fatalf("%s goes to %s for no reason", o.ID, team.Case)
			}
			given[o.ID]++
		}
	}
	for _, team := range plan.Teams {
		for _, o := range []Candidate{team.Lead, team.Second} {
			if want := who[o.ID].Load + given[o.ID] - 1; o.Load != want {
				t.Fatalf("%s goes to %s with a load of %d, want %d", o.ID, team.Case, o.Load, want)
			}
		}
	}
	for id, n := range given {
		if in := who[id]; n > rules.MaxNew || in.Load+n > rules.MaxLoad {
			t.Fatalf("%s with a load of %d gets %d", id, in.Load, n)
		}
	}
	for _, u := range plan.Untaken {
		c := at[u.Case]
		delete(at, u.Case)
		able := 0
		for _, in := range people {
			if p.may(&in, &c) {
				able++
			}
		}
		want := lack(able)
		if !placed(c.At) {
			want = PlaceWrong
		}
		if u.Lack != want || len(u.Refused) != len(people)-able {
			t.Fatalf("%s: %s, %d refused; %d of %d may go", u.Case, u.Lack, len(u.Refused), able, len(people))
		}
	}
	if len(at) > 0 {
		t.Fatalf("nothing is said of %v", at)
	}
}

func TestAPlanKeepsToWhatIsAllowedAndIsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, people := someDistrict(t, sizes{14, 14, 5, 3})
		rules := someRules(t)
		plan, err := Propose(cases, people, rules, monday)
		if err != nil {
			t.Fatal(err)
		}
		claims(t, plan, cases, people, rules)
		if v := plan.Travel; v.OneByOneUntaken == len(plan.Untaken) && v.PlannedCost > v.OneByOneCost && sameUntaken(plan, cases, people, rules) {
			t.Fatalf("worse than one by one: %+v", v)
		}
		shuffled := rapid.Permutation(people).Draw(t, "people in another order")
		for j := range shuffled {
			shuffled[j].Stops = rapid.Permutation(shuffled[j].Stops).Draw(t, "stops in another order")
		}
		again, err := Propose(rapid.Permutation(cases).Draw(t, "cases in another order"), shuffled, rules, monday)
		if err != nil || !reflect.DeepEqual(plan, again) {
			t.Fatalf("in another order: %v\n%+v\n%+v", err, plan, again)
		}
	})
}

// sameUntaken tells whether one by one leaves out the same cases.
func sameUntaken(plan Plan, cases []Case, people []Inspector, rules Rules) bool {
	p, _ := newPlanner(rules, monday)
	people, _ = roster(people, cases)
	cases = slices.SortedFunc(slices.Values(cases), byUrgency)
	var left []string
	for i, team := range newDiary(p, people, cases).oneByOne().teams {
		if team[0] == nobody {
			left = append(left, cases[i].ID)
		}
	}
	return slices.EqualFunc(left, plan.Untaken, func(id string, u Untaken) bool { return id == u.Case })
}

func TestByTheDaysOfTodayAPlanCostsTheLeastThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, people := someDistrict(t, sizes{3, 7, 3, 3})
		rules := someRules(t)
		plan, err := Propose(cases, people, rules, monday)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := newPlanner(rules, monday)
		people, _ = roster(people, cases)
		slices.SortFunc(cases, byUrgency)
		b := newDiary(p, people, cases)
		teams, given, cost := assigned(b), make([]int, len(people)), int64(0)
		for i, team := range teams {
			for _, j := range team {
				if j != nobody {
					cost += b.table[i][j] + milli(rules.Weights.Load)*int64(given[j])
					given[j]++
				}
			}
		}
		e := exhaustive{cost: b.table, room: b.room, step: milli(rules.Weights.Load), given: make([]int, len(people)), served: make([]bool, len(cases))}
		e.try(0, 0)
		if cost != e.least || len(plan.Teams) != sum(bits(e.best)) {
			t.Fatalf("%d teams at %d; brute force: %v at %d", len(plan.Teams), cost, e.best, e.least)
		}
		if b.with(teams).total()-b.total() < milli(plan.Travel.PlannedCost) {
			t.Fatalf("the plan costs %f, the assignment %d", plan.Travel.PlannedCost, b.with(teams).total()-b.total())
		}
	})
}

func sum(of []int) int {
	n := 0
	for _, v := range of {
		n += v
	}
	return n
}

func TestEachMoveOfACaseSaves(t *testing.T) {
	moves := 0
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		cases, people := district(r, sizes{20, 14, rapid.IntRange(0, 14).Draw(t, "stops"), 3})
		rules := Default()
		rules.MaxNew, rules.Margin = 5, rapid.IntRange(0, 8).Draw(t, "margin")
		p, _ := newPlanner(rules, monday)
		people, _ = roster(people, cases)
		b := newDiary(p, people, cases)
		plan := b.with(assigned(b))
		for i := range cases {
			for k := range Crew {
				before := plan.total()
				moved := plan.move(i, k, plan.near(i))
				if after := plan.total(); moved != (after < before) || !moved && after != before {
					t.Fatalf("moved %v, from %d to %d", moved, before, after)
				}
				if moved {
					moves++
				}
			}
		}
		before := plan.total()
		plan.polish()
		if fresh := b.with(plan.teams); plan.total() > before || fresh.total() != plan.total() || fresh.metres() != plan.metres() {
			t.Fatalf("from %d to %d; the same teams on new days cost %d", before, plan.total(), fresh.total())
		}
	})
	if t.Logf("%d moves", moves); moves == 0 {
		t.Error("nothing is ever moved")
	}
}

func TestOneCaseIsGivenToTheTeamThatIsOffered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, people := someDistrict(t, sizes{1, 12, 6, 3})
		rules := someRules(t)
		plan, err := Propose(cases, people, rules, monday)
		if err != nil {
			t.Fatal(err)
		}
		offer, err := Candidates(cases[0], people, rules, monday)
		switch {
		case err != nil:
			if !errors.Is(err, ErrPlace) || plan.Untaken[0].Lack != PlaceWrong {
				t.Fatal(err, plan)
			}
		case offer.Team == nil:
			if len(plan.Teams) > 0 || plan.Untaken[0].Lack != offer.Lack || !reflect.DeepEqual(plan.Untaken[0].Refused, offer.Refused) {
				t.Fatalf("%+v\n%+v", plan, offer)
			}
		default:
			got, want := plan.Teams[0], *offer.Team
			if got.Lead.ID != want.Lead.ID || got.Second.ID != want.Second.ID {
				t.Fatalf("%+v\n%+v", got, want)
			}
		}
	})
}

func TestWhereThereAreNotEnoughTheUrgentComeFirst(t *testing.T) {
	at := func(id, due string, urgent bool) Case {
		c := smoke()
		c.ID, c.Due, c.Urgent = id, due, urgent
		return c
	}
	cases := []Case{at("later", "2026-06-20", false), at("sooner", "2026-06-12", false), at("burns", "2026-06-28", true), at("dateless", "", false)}
	nowhere := at("nowhere", "2026-06-12", false)
	nowhere.At = orb.Point{math.NaN(), 39.9}
	radiation := at("radiation", "2026-06-30", false)
	radiation.Needs = []string{"radiation"}
	alone := at("alone", "2026-06-30", false)
	alone.Recused = []string{"wu"}
	rules := Default()
	rules.MaxNew = 2
	plan, err := Propose(append(cases, nowhere, radiation, alone), []Inspector{officer("wu"), officer("zz")}, rules, monday)
	if err != nil {
		t.Fatal(err)
	}
	var teams, untaken []string
	for _, team := range plan.Teams {
		teams = append(teams, team.Case)
	}
	for _, u := range plan.Untaken {
		untaken = append(untaken, u.Case+" "+string(u.Lack))
	}
	if got, want := strings.Join(teams, ", "), "burns, sooner"; got != want {
		t.Errorf("teams for %s, want %s", got, want)
	}
	if got, want := strings.Join(untaken, ", "), "nowhere place_unknown, later all_taken, alone one_officer_only, radiation nobody, dateless all_taken"; got != want {
		t.Errorf("untaken are %s, want %s", got, want)
	}
}

func TestCasesBesideEachOtherDoNotAllGoToTheNearestTwo(t *testing.T) {
	var cases []Case
	for _, id := range []string{"a", "b", "c"} {
		c := smoke()
		c.ID = id
		cases = append(cases, c)
	}
	var people []Inspector
	for _, id := range []string{"p", "q", "r", "s", "t", "u"} {
		people = append(people, officer(id))
	}
	rules := Default()
	rules.Weights.Travel = 0
	plan, err := Propose(cases, people, rules, monday)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, team := range plan.Teams {
		seen[team.Lead.ID], seen[team.Second.ID] = true, true
	}
	if len(seen) != 6 {
		t.Errorf("three cases go to %v", seen)
	}
	if v := plan.Travel; v.PlannedCost != 120 || v.OneByOneCost != 120 { // six times a load of four
		t.Errorf("they cost %+v", v)
	}
}

func TestAPlanOfWhatIsWrongIsAnError(t *testing.T) {
	wrong := smoke()
	wrong.Due = "soon"
	for sentence, c := range map[string]struct {
		cases []Case
		who   []Inspector
		rules func(*Rules)
		want  error
	}{
		"one case twice":      {[]Case{smoke(), smoke()}, nil, nil, ErrTwice},
		"one inspector twice": {nil, []Inspector{officer("wu"), officer("wu")}, nil, ErrTwice},
		"due on no day":       {[]Case{wrong}, nil, nil, ErrDay},
		"no working day":      {nil, nil, func(r *Rules) { r.Workdays = []string{""} }, ErrDay},
		"nothing to plan":     {nil, nil, nil, nil},
	} {
		rules := Default()
		if c.rules != nil {
			c.rules(&rules)
		}
		if _, err := Propose(c.cases, c.who, rules, monday); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", sentence, err, c.want)
		}
	}
}
