package dispatch_test

// What a board does with the package.

import (
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"xuncha/geo/dispatch"
)

var (
	nine  = time.Date(2026, 6, 8, 9, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))
	seat  = orb.Point{116.40, 39.90}
	smoke = dispatch.Case{
		Stop:     dispatch.Stop{ID: "smoke", At: orb.Point{116.45, 39.90}, Due: "2026-06-10", Minutes: 45},
		Agencies: []string{"chaoyang"}, Recused: []string{"zhao"},
	}
	noise = dispatch.Case{
		Stop:     dispatch.Stop{ID: "noise", At: orb.Point{116.35, 39.95}, Due: "2026-06-20"},
		Agencies: []string{"chaoyang"},
	}
	onDuty = []dispatch.Inspector{
		{ID: "wu", Agency: "chaoyang", Seat: seat, At: orb.Point{116.44, 39.91}, AtAge: 120, Load: 6, CertificateUntil: "2027-03-31", OnDuty: true},
		{ID: "lin", Agency: "chaoyang", Seat: seat, Load: 5, CertificateUntil: "2026-06-30", OnDuty: true, Stops: []dispatch.Stop{
			{ID: "dust", At: orb.Point{116.47, 39.90}, Due: "2026-06-09"},
		}},
		{ID: "ma", Agency: "chaoyang", Seat: seat, At: orb.Point{116.34, 39.96}, AtAge: 300, Load: 5, CertificateUntil: "2028-01-31", OnDuty: true},
		{ID: "zhao", Agency: "chaoyang", Seat: seat, Load: 1, CertificateUntil: "2026-06-09", OnDuty: true},
	}
)

// The best three, with the values and the codes that a dictionary makes sentences of; and why
// somebody is not among them.
func ExampleCandidates() {
	offer, err := dispatch.Candidates(smoke, onDuty, dispatch.Default(), nine)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range offer.Candidates {
		fmt.Printf("%-3s %5.1f = %4.1f driving + %.0f load + %.1f age: %v\n", c.ID, c.Score, c.Parts.Travel, c.Parts.Load, c.Parts.Stale, c.Reasons)
	}
	fmt.Println("lead", offer.Team.Lead.ID, "with", offer.Team.Second.ID)
	for _, r := range offer.Refused {
		fmt.Println("not", r.ID, r.Codes)
	}
	// Output:
	// lin  30.0 =  0.0 driving + 25 load + 5.0 age: [on_the_way least_load in_time from_seat certificate_ends_soon]
	// wu   35.7 =  5.4 driving + 30 load + 0.3 age: [nearest on_the_way in_time]
	// ma   45.0 = 19.2 driving + 25 load + 0.8 age: [least_load in_time]
	// lead lin with wu
	// not zhao [officer_recused certificate_ends_early]
}

// A whole morning at once. The plan is a proposal: nothing is saved.
func ExamplePropose() {
	plan, err := dispatch.Propose([]dispatch.Case{noise, smoke}, onDuty, dispatch.Default(), nine)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range plan.Teams {
		fmt.Println(t.Case, t.Lead.ID, t.Second.ID)
	}
	fmt.Printf("%.0f km instead of %.0f; nobody for %d cases\n", plan.Travel.PlannedM/1000, plan.Travel.BeforeM/1000, len(plan.Untaken))
	// Output:
	// smoke lin wu
	// noise ma lin
	// 39 km instead of 24; nobody for 0 cases
}

// The order of a day: what is urgent first, then the shortest way that was found.
func ExampleRoute() {
	day, err := dispatch.Route(dispatch.Trip{Start: seat, End: seat, Stops: []dispatch.Stop{
		{ID: "east", At: orb.Point{116.47, 39.90}},
		{ID: "north", At: orb.Point{116.40, 39.99}},
		{ID: "fire", At: orb.Point{116.41, 39.97}, Urgent: true},
		{ID: "northeast", At: orb.Point{116.46, 39.96}, Due: "2026-06-08"},
	}}, dispatch.Default(), nine)
	if err != nil {
		fmt.Println(err)
		return
	}
	var order []string
	for _, v := range day.Visits {
		order = append(order, v.ID)
	}
	fmt.Printf("%s: %.0f km, %.0f minutes on the road\n", strings.Join(order, ", "), day.Metres/1000, day.DrivingMinutes)
	// Output:
	// fire, north, northeast, east: 29 km, 75 minutes on the road
}
