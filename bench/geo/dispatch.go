package main

// Suggestions: a proposal for many cases beside giving them away one by one, the candidates
// of one case, and the order of a day beside the shortest there is.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"xuncha/geo/dispatch"
)

// monday is when all of it happens.
var monday = time.Date(2026, 6, 8, 9, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))

// district is a drawn one of about 50 by 40 km: seats of agencies, officers who are on the
// road or at their seats with a day around it, cases anywhere.
type district struct {
	cases, officers, stops int
	equal                  bool // all have the same load: nobody can be left aside
}

const seats = 12

func (d district) draw(seed uint64) ([]dispatch.Case, []dispatch.Inspector) {
	r := rand.New(rand.NewPCG(seed, 7))
	place := func() orb.Point { return orb.Point{116 + r.Float64()*0.6, 39.8 + r.Float64()*0.4} }
	due := func() string { return monday.AddDate(0, 0, 2+r.IntN(20)).Format(time.DateOnly) }
	var seat [seats]orb.Point
	for i := range seat {
		seat[i] = place()
	}
	cases := make([]dispatch.Case, d.cases)
	for i := range cases {
		cases[i] = dispatch.Case{
			Stop:     dispatch.Stop{ID: fmt.Sprintf("case%04d", i), At: place(), Due: due(), Urgent: r.IntN(10) == 0},
			Agencies: []string{"district"}, ReceivedAt: monday.Add(-time.Duration(r.IntN(5000)) * time.Minute),
		}
	}
	officers := make([]dispatch.Inspector, d.officers)
	for j := range officers {
		o := dispatch.Inspector{ID: fmt.Sprintf("officer%04d", j), Agency: "district", Seat: seat[r.IntN(seats)], CertificateUntil: "2027-12-31", OnDuty: true}
		if r.IntN(3) > 0 {
			o.At, o.AtAge = place(), float64(r.IntN(1800))
		}
		for k := range d.stops {
			at := orb.Point{o.Seat[0] + r.NormFloat64()*0.05, o.Seat[1] + r.NormFloat64()*0.04}
			o.Stops = append(o.Stops, dispatch.Stop{ID: fmt.Sprintf("stop%d-%d", j, k), At: at, Due: due(), Minutes: 30})
		}
		if o.Load = d.stops; !d.equal {
			o.Load += r.IntN(15)
		}
		officers[j] = o
	}
	return cases, officers
}

// dispatch measures all of it.
func (b *bench) dispatch() error {
	for _, part := range []func(*bench) error{(*bench).proposals, (*bench).candidates, (*bench).routes} {
		if err := part(b); err != nil {
			return err
		}
	}
	return nil
}

// rounds of a measure.
func (b *bench) rounds(full int) int {
	if b.n.small {
		return 1
	}
	return full
}

// proposals: how long one takes, and what giving the cases away one by one, in the order they
// came in and each to the two who suit best by then, drives beyond it.
func (b *bench) proposals() error {
	b.say("   a proposal, teams of two; one by one: more driving than the plan, of what the cases add and of all days")
	least := math.Inf(1)
	for _, d := range []district{
		{cases: 200, officers: 200},
		{cases: 200, officers: 200, stops: 3},
		{cases: 200, officers: 200, stops: 10},
		{cases: 50, officers: 200, stops: 3},
		{cases: 300, officers: 200, stops: 3},
		{cases: 10, officers: 12, stops: 4},
	} {
		var took []time.Duration
		var added, whole []float64
		for seed := range b.rounds(11) {
			cases, officers := d.draw(uint64(seed))
			from := time.Now()
			plan, err := dispatch.Propose(cases, officers, dispatch.Default(), monday)
			took = append(took, time.Since(from))
			if err != nil {
				return err
			}
			if err := sound(plan, d.cases); err != nil {
				return err
			}
			if v := plan.Travel; len(plan.Untaken) == v.OneByOneUntaken {
				added = append(added, (v.OneByOneM-v.BeforeM)/(v.PlannedM-v.BeforeM)-1)
				whole = append(whole, v.OneByOneM/v.PlannedM-1)
			}
		}
		b.say("   %3d cases, %3d officers with %2d stops   %-9s   one by one +%.0f %%, of all days +%.0f %%",
			d.cases, d.officers, d.stops, millis(median(took)), 100*median(added), 100*median(whole))
		if d.cases == 200 {
			least = min(least, median(added))
			b.goal(fmt.Sprintf("proposal, 200 cases × 200 officers with %d stops", d.stops), millis(median(took)), "< 100 ms", median(took) < 100*time.Millisecond)
		}
	}
	b.goal("one by one, 200 × 200: driving more than the plan", fmt.Sprintf("+%.0f %%", 100*least), ">= 27 %", least >= 0.27)
	return nil
}

// sound looks through a plan: a word on each case, teams of two different officers, none with
// more than they may get.
func sound(plan dispatch.Plan, cases int) error {
	if n := len(plan.Teams) + len(plan.Untaken); n != cases {
		return fmt.Errorf("the plan speaks of %d of %d cases", n, cases)
	}
	given := map[string]int{}
	for _, t := range plan.Teams {
		given[t.Lead.ID]++
		given[t.Second.ID]++
		if t.Lead.ID == t.Second.ID {
			return fmt.Errorf("%s is a team of one", t.Case)
		}
	}
	for id, n := range given {
		if n > dispatch.Default().MaxNew {
			return fmt.Errorf("%s gets %d cases", id, n)
		}
	}
	if plan.Travel.PlannedCost > plan.Travel.OneByOneCost && len(plan.Untaken) == 0 && plan.Travel.OneByOneUntaken == 0 {
		return fmt.Errorf("the plan costs more than one by one: %+v", plan.Travel)
	}
	return nil
}

// candidates of one case.
func (b *bench) candidates() error {
	b.say("\n   the candidates of one case, among officers with 10 stops")
	for _, d := range []district{
		{cases: 1, officers: 200, stops: 10}, {cases: 1, officers: 2000, stops: 10}, {cases: 1, officers: 2000, stops: 10, equal: true},
	} {
		var took []time.Duration
		for seed := range b.rounds(31) {
			cases, officers := d.draw(uint64(seed))
			from := time.Now()
			offer, err := dispatch.Candidates(cases[0], officers, dispatch.Default(), monday)
			took = append(took, time.Since(from))
			if err != nil {
				return err
			}
			if offer.Eligible != d.officers || len(offer.Candidates) != 3 {
				return fmt.Errorf("%d of %d may go, %d are named", offer.Eligible, d.officers, len(offer.Candidates))
			}
		}
		what := fmt.Sprintf("candidates among %d", d.officers)
		if d.equal {
			what += ", all with the same load"
		}
		b.say("   %-56s %s", what, millis(median(took)))
		b.goal(what, millis(median(took)), "< 20 ms", median(took) < 20*time.Millisecond)
	}
	return nil
}

// routes beside the shortest there is.
func (b *bench) routes() error {
	b.say("\n   the order of a day with a way home, beside the shortest there is")
	for _, stops := range []int{8, 10, 11, 13} {
		var took []time.Duration
		sum, worst, days := 0.0, 0.0, b.rounds(100)
		for seed := range days {
			trip := tripOf(uint64(seed), stops)
			from := time.Now()
			day, err := dispatch.Route(trip, dispatch.Default(), monday)
			took = append(took, time.Since(from))
			if err != nil {
				return err
			}
			more := day.Metres/shortest(trip) - 1
			if more < -1e-6 || len(day.Visits) != stops {
				return fmt.Errorf("%d of %d stops, %g shorter than the shortest", len(day.Visits), stops, -more)
			}
			sum, worst = sum+more, max(worst, more)
		}
		mean := 100 * sum / float64(days)
		b.say("   %2d stops   %-6s   %.2f %% longer in the mean, %.1f %% at worst", stops, micros(median(took)), mean, 100*worst)
		if stops == 13 {
			b.goal("13 stops, longer than the shortest, in the mean", fmt.Sprintf("%.2f %%", mean), "< 1 %", mean < 1)
			b.goal("13 stops, ordered and dated", micros(median(took)), "< 50 us", median(took) < 50*time.Microsecond)
		}
	}
	return nil
}

func tripOf(seed uint64, stops int) dispatch.Trip {
	r := rand.New(rand.NewPCG(seed, 13))
	place := func() orb.Point { return orb.Point{116 + r.Float64()*0.45, 39.8 + r.Float64()*0.27} }
	trip := dispatch.Trip{Start: place(), End: place()}
	for i := range stops {
		trip.Stops = append(trip.Stops, dispatch.Stop{ID: fmt.Sprintf("stop%02d", i), At: place(), Due: "2026-06-20"})
	}
	return trip
}

// shortest is the least metres of a trip, by Held and Karp.
func shortest(trip dispatch.Trip) float64 {
	n := len(trip.Stops)
	at := func(i int) orb.Point { return trip.Stops[i].At }
	best := make([]float64, (1<<n)*n)
	for i := range best {
		best[i] = math.Inf(1)
	}
	leg := make([]float64, n*n)
	for j := range n {
		best[(1<<j)*n+j] = haversine(trip.Start, at(j))
		for k := range n {
			leg[j*n+k] = haversine(at(j), at(k))
		}
	}
	for set := 1; set < 1<<n; set++ {
		for j := range n {
			here := best[set*n+j]
			for k := range n {
				if set&(1<<k) == 0 {
					to := (set|1<<k)*n + k
					best[to] = min(best[to], here+leg[j*n+k])
				}
			}
		}
	}
	out := math.Inf(1)
	for j := range n {
		out = min(out, best[((1<<n)-1)*n+j]+haversine(at(j), trip.End))
	}
	return out
}

func haversine(a, b orb.Point) float64 {
	const rad, radius = math.Pi / 180, 6_371_008.8
	lat, lon := math.Sin((b[1]-a[1])*rad/2), math.Sin((b[0]-a[0])*rad/2)
	return 2 * radius * math.Asin(math.Sqrt(lat*lat+math.Cos(a[1]*rad)*math.Cos(b[1]*rad)*lon*lon))
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }

func micros(d time.Duration) string { return fmt.Sprintf("%.0f us", d.Seconds()*1e6) }
