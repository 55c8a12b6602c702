package dispatch

// The order of a day beside the shortest there is, and whatever else is promised of it.

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// shortest is the least length of a way from the first node through all to the last, by Held
// and Karp.
func (t *tour) shortest() float64 {
	n := t.n - 2
	best := make([]float64, (1<<n)*n)
	for i := range best {
		best[i] = math.Inf(1)
	}
	for j := range n {
		best[(1<<j)*n+j] = t.d(0, int32(j+1))
	}
	for set := 1; set < 1<<n; set++ {
		for j := range n {
			here := best[set*n+j]
			for k := range n {
				if set&(1<<k) == 0 {
					at := (set|1<<k)*n + k
					best[at] = min(best[at], here+t.d(int32(j+1), int32(k+1)))
				}
			}
		}
	}
	out := math.Inf(1)
	for j := range n {
		out = min(out, best[((1<<n)-1)*n+j]+t.d(int32(j+1), int32(n+1)))
	}
	return out
}

// drawn fills a tour with places of 40 by 30 km.
func (t *tour) drawn(r *rand.Rand, stops int, closed bool) {
	t.reset(stops)
	at := make([]vector, stops+2)
	for i := range at {
		at[i] = vectorOf(orb.Point{116 + r.Float64()*0.45, 39.8 + r.Float64()*0.27})
		for j := range i {
			t.set(i, j, metres(at[i], at[j]))
			if i == stops+1 && !closed {
				t.set(i, j, 0)
			}
		}
	}
}

func TestTheOrderOfADayIsWithinAPerCentOfTheShortestInTheMean(t *testing.T) {
	const days = 150
	for _, closed := range []bool{false, true} {
		for _, stops := range []int{1, 2, 3, 5, 8, 10, 11, 13} {
			r := rand.New(rand.NewPCG(7, uint64(stops)))
			var w tour
			sum, worst := 0.0, 0.0
			for range days {
				w.drawn(r, stops, closed)
				w.order()
				more := w.length()/w.shortest() - 1
				sum, worst = sum+more, max(worst, more)
			}
			t.Logf("%2d stops, with a way home %-5v: %.2f %% longer in the mean, %.1f %% at worst", stops, closed, 100*sum/days, 100*worst)
			if sum/days > 0.01 || worst > 0.15 {
				t.Errorf("%d stops, with a way home %v: %.2f %% longer than the shortest, %.1f %% at worst", stops, closed, 100*sum/days, 100*worst)
			}
			if stops <= 3 && worst > 1e-9 {
				t.Errorf("%d stops are not in the best order", stops)
			}
		}
	}
}

func TestAnOrderIsAPermutationThatNoTurnAndNoMoveMakesShorter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w tour
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		w.drawn(r, rapid.IntRange(0, 25).Draw(t, "stops"), rapid.Bool().Draw(t, "closed"))
		w.order()
		sorted := slices.Sorted(slices.Values(w.seq))
		for i, node := range sorted {
			if int(node) != i {
				t.Fatalf("%v is no permutation", w.seq)
			}
		}
		if len(w.seq) != w.n || w.seq[0] != 0 || int(w.seq[w.n-1]) != w.n-1 {
			t.Fatalf("%v does not lead from the start to the end", w.seq)
		}
		if short := w.rearranged(); short < w.length()-2*gain {
			t.Fatalf("%f m could be %f m", w.length(), short)
		}
	})
}

// rearranged is the shortest way that differs by one piece: turned round, or of up to three
// moved elsewhere either way round.
func (t *tour) rearranged() float64 {
	best, was := t.length(), slices.Clone(t.seq)
	look := func(seq []int32) {
		t.seq = seq
		best = min(best, t.length())
	}
	for i := 1; i < t.n-1; i++ {
		for j := i + 1; j < t.n; j++ {
			piece := slices.Clone(was[i:j])
			slices.Reverse(piece)
			look(slices.Concat(was[:i], piece, was[j:]))
			rest := slices.Concat(was[:i], was[j:])
			for at := 1; at < len(rest) && j-i <= segment; at++ {
				look(slices.Insert(slices.Clone(rest), at, was[i:j]...))
				look(slices.Insert(slices.Clone(rest), at, piece...))
			}
		}
	}
	t.seq = was
	return best
}

func stopsOf(t *rapid.T) []Stop {
	point := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{rapid.Float64Range(116, 117).Draw(t, "lon"), rapid.Float64Range(39, 40).Draw(t, "lat")}
	})
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) Stop {
		return Stop{
			ID: rapid.StringMatching(`[a-z]{3}`).Draw(t, "id"), At: rapid.OneOf(point, rapid.SampledFrom([]orb.Point{{116.5, 39.5}, {116.6, 39.5}})).Draw(t, "at"),
			Minutes: rapid.Float64Range(0, 90).Draw(t, "minutes"), Urgent: rapid.IntRange(0, 4).Draw(t, "urgency") == 0,
			Due: rapid.SampledFrom([]string{"", "2026-06-08", "2026-06-09", "2026-06-20"}).Draw(t, "due"),
		}
	}), 0, 14, func(s Stop) string { return s.ID }).Draw(t, "stops")
}

func TestADayDoesNotDependOnTheOrderItsStopsStandIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trip := Trip{Start: orb.Point{116.4, 39.4}, Stops: stopsOf(t)}
		if rapid.Bool().Draw(t, "home") {
			trip.End = orb.Point{116.9, 39.9}
		}
		a, err := Route(trip, Default(), monday)
		if err != nil {
			t.Fatal(err)
		}
		trip.Stops = rapid.Permutation(trip.Stops).Draw(t, "other order")
		b, err := Route(trip, Default(), monday)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Visits, b.Visits) || a.Metres != b.Metres || len(a.Visits) != len(trip.Stops) {
			t.Fatalf("%+v\n%+v", a, b)
		}
		urgent := map[string]bool{}
		for _, s := range trip.Stops {
			urgent[s.ID] = s.Urgent
		}
		for i := 1; i < len(a.Visits); i++ {
			if urgent[a.Visits[i].ID] && !urgent[a.Visits[i-1].ID] {
				t.Fatalf("%s is urgent and waits for %s", a.Visits[i].ID, a.Visits[i-1].ID)
			}
			if a.Visits[i].ArriveMinutes < a.Visits[i-1].ArriveMinutes || a.Visits[i].Day < a.Visits[i-1].Day {
				t.Fatalf("time runs backwards: %+v", a.Visits)
			}
		}
	})
}

func TestADayThatIsMoreThanADaysWorkGoesOnOnTheNext(t *testing.T) {
	seat := orb.Point{116.4, 39.9}
	trip := Trip{Start: seat, Stops: []Stop{
		{ID: "a", At: orb.Point{116.41, 39.9}, Minutes: 300, Due: "2026-06-12"},
		{ID: "b", At: orb.Point{116.42, 39.9}, Minutes: 300, Due: "2026-06-13"},
		{ID: "c", At: orb.Point{116.43, 39.9}, Minutes: 10},
		{ID: "nowhere", At: orb.Point{}},
		{ID: "no number", At: orb.Point{math.NaN(), 39.9}},
		{ID: "swapped", At: orb.Point{39.9, 116.4}},
	}}
	rules := Default()
	rules.Workdays = []string{"2026-06-12", "2026-06-15", "2026-06-16"}
	day, err := Route(trip, rules, time.Date(2026, 6, 12, 8, 0, 0, 0, shanghai)) // a Friday, before work begins
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Visit{{ID: "a", Day: "2026-06-12"}, {ID: "b", Day: "2026-06-15", Late: true}, {ID: "c", Day: "2026-06-15"}} {
		if got := day.Visits[i]; got.ID != want.ID || got.Day != want.Day || got.Late != want.Late {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if want := []string{"no number", "nowhere", "swapped"}; !slices.Equal(day.Unplaced, want) || len(day.Visits) != 3 {
		t.Errorf("without a position are %v, want %v", day.Unplaced, want)
	}
	if got := day.DrivingMinutes; math.Abs(got-day.Metres*Detour/Speed) > 1e-9 || math.Abs(got-6.66) > 0.01 {
		t.Errorf("%f minutes for %f m", got, day.Metres)
	}
}

func TestATripWithoutAStartOrWithAWrongDayIsRefused(t *testing.T) {
	at := orb.Point{116.4, 39.9}
	for sentence, c := range map[string]struct {
		trip  Trip
		rules func(*Rules)
		want  error
	}{
		"no start":             {Trip{}, nil, ErrPlace},
		"a start of no number": {Trip{Start: orb.Point{math.NaN(), 39}}, nil, ErrPlace},
		"an end off the globe": {Trip{Start: at, End: orb.Point{400, 39}}, nil, ErrPlace},
		"a wrong day":          {Trip{Start: at, Stops: []Stop{{ID: "a", At: at, Due: "2026-02-30"}}}, nil, ErrDay},
		"a wrong working day":  {Trip{Start: at}, func(r *Rules) { r.Workdays = []string{"monday"} }, ErrDay},
		"nothing to do":        {Trip{Start: at}, nil, nil},
		"all in one place":     {Trip{Start: at, Stops: []Stop{{ID: "a", At: at}, {ID: "b", At: at}}}, nil, nil},
	} {
		rules := Default()
		if c.rules != nil {
			c.rules(&rules)
		}
		if _, err := Route(c.trip, rules, monday); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", sentence, err, c.want)
		}
	}
}

func TestWorkingTimeSkipsTheDaysThatAreNotWorked(t *testing.T) {
	rules := Default()
	rules.Workdays = []string{"2026-06-12", "2026-06-15", "2026-06-16"}
	for _, c := range []struct {
		sentence string
		now      string
		minutes  float64
		day      string
	}{
		{"what is done at once is done today", "2026-06-12 09:00", 0, "2026-06-12"},
		{"until the last minute it is today", "2026-06-12 09:00", 510, "2026-06-12"},
		{"a minute later it is Monday", "2026-06-12 09:00", 511, "2026-06-15"},
		{"after a whole Monday it is Tuesday", "2026-06-12 09:00", 510 + 541, "2026-06-16"},
		{"beyond the list every day is one", "2026-06-12 09:00", 510 + 2*540 + 1, "2026-06-17"},
		{"before work begins the whole day is left", "2026-06-12 06:00", 540, "2026-06-12"},
		{"in the evening work goes on on Monday", "2026-06-12 20:00", 1, "2026-06-15"},
		{"what takes a whole day is done on Monday evening", "2026-06-12 20:00", 540, "2026-06-15"},
		{"on a Saturday it begins on Monday", "2026-06-13 10:00", 1, "2026-06-15"},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		left := rules
		left.Workdays = slices.DeleteFunc(slices.Clone(rules.Workdays), func(d string) bool { return d < c.now[:10] })
		clock, err := newClock(left, now.UTC())
		if err != nil {
			t.Fatal(err)
		}
		if got := dateOf(clock.day(c.minutes)); got != c.day {
			t.Errorf("%s: %s, want %s", c.sentence, got, c.day)
		}
	}
}

func TestTheEndOfADayIsTheLastMinuteThatLiesInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := Default()
		on := 0
		for range rapid.IntRange(0, 6).Draw(t, "days") {
			on += rapid.IntRange(0, 4).Draw(t, "gap")
			rules.Workdays = append(rules.Workdays, monday.AddDate(0, 0, on).Format(time.DateOnly))
			on++
		}
		clock, err := newClock(rules, monday.Add(time.Duration(rapid.IntRange(-540, 900).Draw(t, "minute"))*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		day := clock.days[0] + rapid.IntRange(0, 40).Draw(t, "day")
		end := clock.until(day)
		if got := clock.day(end); got > day {
			t.Fatalf("day %d ends at minute %f, which lies on %d", day, end, got)
		}
		if got := clock.day(end + 0.001); got <= day {
			t.Fatalf("day %d goes on after its end, minute %f", day, end)
		}
		if clock.until(clock.days[0]-1) >= 0 {
			t.Fatal("yesterday has not ended")
		}
	})
}

func TestDistancesAreThoseOfTheHaversine(t *testing.T) {
	haversine := func(a, b orb.Point) float64 {
		const rad = math.Pi / 180
		lat, lon := math.Sin((b[1]-a[1])*rad/2), math.Sin((b[0]-a[0])*rad/2)
		return 2 * radius * math.Asin(math.Sqrt(lat*lat+math.Cos(a[1]*rad)*math.Cos(b[1]*rad)*lon*lon))
	}
	rapid.Check(t, func(t *rapid.T) {
		point := func(name string) orb.Point {
			return orb.Point{rapid.Float64Range(73, 135).Draw(t, name+" lon"), rapid.Float64Range(3, 54).Draw(t, name+" lat")}
		}
		a := point("a")
		b := rapid.OneOf(rapid.Just(a), rapid.Just(orb.Point{a[0] + 0.001, a[1] - 0.002}), rapid.Just(point("b"))).Draw(t, "b")
		got, want := metres(vectorOf(a), vectorOf(b)), haversine(a, b)
		if math.Abs(got-want) > 1e-3+want*1e-8 {
			t.Fatalf("%v to %v: %f m, want %f m", a, b, got, want)
		}
	})
}
