package dispatch

// A drawn district for the tests: agencies, officers with days, cases.

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"
)

// monday is when the tests begin: nine o'clock on a working day.
var monday = time.Date(2026, 6, 8, 9, 0, 0, 0, shanghai)

// sizes of a drawn district.
type sizes struct{ cases, people, stops, agencies int }

// district draws one of about 50 by 40 km. Everybody may go everywhere.
func district(r *rand.Rand, n sizes) ([]Case, []Inspector) {
	place := func() orb.Point { return orb.Point{116 + r.Float64()*0.6, 39.8 + r.Float64()*0.4} }
	due := func() string { return monday.AddDate(0, 0, 2+r.IntN(20)).Format(time.DateOnly) }
	seats := make([]orb.Point, n.agencies)
	for i := range seats {
		seats[i] = place()
	}
	cases := make([]Case, n.cases)
	for i := range cases {
		cases[i] = Case{
			Stop:     Stop{ID: fmt.Sprintf("case%04d", i), At: place(), Due: due(), Urgent: r.IntN(10) == 0},
			Agencies: []string{"district"}, ReceivedAt: monday.Add(-time.Duration(r.IntN(5000)) * time.Minute),
		}
	}
	people := make([]Inspector, n.people)
	for j := range people {
		in := Inspector{ID: fmt.Sprintf("officer%04d", j), Agency: "district", Seat: seats[r.IntN(len(seats))], CertificateUntil: "2027-12-31", OnDuty: true}
		if r.IntN(3) > 0 {
			in.At, in.AtAge = place(), float64(r.IntN(1800))
		}
		for k := range n.stops {
			at := orb.Point{in.Seat[0] + r.NormFloat64()*0.05, in.Seat[1] + r.NormFloat64()*0.04}
			in.Stops = append(in.Stops, Stop{ID: fmt.Sprintf("stop%d-%d", j, k), At: at, Due: due(), Minutes: 30})
		}
		in.Load = n.stops + r.IntN(15)
		people[j] = in
	}
	return cases, people
}
