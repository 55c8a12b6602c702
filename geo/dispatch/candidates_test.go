package dispatch

// Who is named for one case, who is not, and why.

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

var (
	seat   = orb.Point{116.40, 39.90}
	plant  = orb.Point{116.45, 39.90} // 4.3 km east of it
	beyond = orb.Point{116.50, 39.90}
)

// smoke is a case at the plant, due on Wednesday.
func smoke() Case {
	return Case{Stop: Stop{ID: "smoke", At: plant, Due: "2026-06-10", Minutes: 30}, Agencies: []string{"district"}, Needs: []string{"air"}}
}

// officer is one who may go to it.
func officer(id string) Inspector {
	return Inspector{ID: id, Agency: "district", Seat: seat, At: seat, CertificateUntil: "2027-12-31", Skills: []string{"air", "noise"}, OnDuty: true, Load: 4}
}

func TestWhoCannotGoIsNamedWithAllThatStandsAgainstIt(t *testing.T) {
	for _, c := range []struct {
		sentence string
		spoil    func(*Inspector, *Case)
		want     []Code
	}{
		{"whoever has all that is asked for may go", func(*Inspector, *Case) {}, nil},
		{"a disabled account goes nowhere", func(in *Inspector, _ *Case) { in.Disabled = true }, []Code{Disabled}},
		{"who is off duty stays at home", func(in *Inspector, _ *Case) { in.OnDuty = false }, []Code{OffDuty}},
		{"officers of another agency have no say here", func(in *Inspector, _ *Case) { in.Agency = "next" }, []Code{OutOfReach}},
		{"a case without a jurisdiction is nobody's", func(_ *Inspector, c *Case) { c.Agencies = nil }, []Code{OutOfReach}},
		{"who is recused does not go", func(_ *Inspector, c *Case) { c.Recused = []string{"somebody", "wu"} }, []Code{Recused}},
		{"somebody else's recusal is no matter", func(_ *Inspector, c *Case) { c.Recused = []string{"somebody"} }, nil},
		{"a certificate that ended yesterday is worth nothing", func(in *Inspector, _ *Case) { in.CertificateUntil = "2026-06-07" }, []Code{CertificateOver}},
		{"without a certificate nobody is sent", func(in *Inspector, _ *Case) { in.CertificateUntil = "" }, []Code{CertificateOver}},
		{"a certificate that ends before the last day is not enough", func(in *Inspector, _ *Case) { in.CertificateUntil = "2026-06-09" }, []Code{CertificateEnds}},
		{"a certificate that holds on the last day is enough", func(in *Inspector, _ *Case) { in.CertificateUntil = "2026-06-10" }, nil},
		{"of a case that is overdue today counts", func(in *Inspector, c *Case) { c.Due, in.CertificateUntil = "2026-05-01", "2026-06-08" }, nil},
		{"a case without a last day asks for a certificate of today", func(in *Inspector, c *Case) { c.Due, in.CertificateUntil = "", "2026-06-08" }, nil},
		{"a skill that is needed and missing", func(_ *Inspector, c *Case) { c.Needs = []string{"noise", "radiation"} }, []Code{SkillMissing}},
		{"who has as many cases as one may have gets no other", func(in *Inspector, _ *Case) { in.Load = 40 }, []Code{LoadFull}},
		{"who has one less gets it", func(in *Inspector, _ *Case) { in.Load = 39 }, nil},
		{"a position of two hours ago gives way to the seat", func(in *Inspector, _ *Case) { in.AtAge = 7200 }, nil},
		{"who has neither a fresh position nor a seat cannot be judged", func(in *Inspector, _ *Case) { in.AtAge, in.Seat = 7200, orb.Point{} }, []Code{NoPosition}},
		{"a position that is no number gives way to the seat", func(in *Inspector, _ *Case) { in.At = orb.Point{math.NaN(), 39} }, nil},
		{"a position of unknown age gives way to the seat", func(in *Inspector, _ *Case) { in.AtAge = math.NaN() }, nil},
		{"two positions that are no numbers are none", func(in *Inspector, _ *Case) { in.At, in.Seat = orb.Point{math.NaN(), 39}, orb.Point{116, math.Inf(1)} }, []Code{NoPosition}},
		{"all of it is said at once", func(in *Inspector, c *Case) {
			*in, *c = Inspector{ID: "wu", Disabled: true, Load: 99}, Case{Stop: c.Stop, Recused: []string{"wu"}, Needs: []string{"air"}}
		}, []Code{Disabled, OffDuty, OutOfReach, Recused, CertificateOver, SkillMissing, LoadFull, NoPosition}},
	} {
		in, at := officer("wu"), smoke()
		c.spoil(&in, &at)
		offer, err := Candidates(at, []Inspector{officer("zz"), in}, Default(), monday)
		if err != nil {
			t.Errorf("%s: %v", c.sentence, err)
			continue
		}
		var got []Code
		for _, r := range offer.Refused {
			if r.ID == "wu" {
				got = r.Codes
			}
		}
		named := slices.ContainsFunc(offer.Candidates, func(o Candidate) bool { return o.ID == "wu" })
		if !slices.Equal(got, c.want) || named != (c.want == nil) {
			t.Errorf("%s: refused for %v, want %v; named %v", c.sentence, got, c.want, named)
		}
	}
}

func TestReasonsSayWhatSpeaksForAndAgainst(t *testing.T) {
	far := Stop{ID: "far", At: beyond, Due: "2026-06-20", Minutes: 60}
	for _, c := range []struct {
		sentence string
		paint    func(*Inspector, *Case)
		has      []Code
		hasNot   []Code
	}{
		{"who passes by has it on the way", func(in *Inspector, _ *Case) { in.Stops = []Stop{far} }, []Code{OnTheWay, InTime}, []Code{Late, Tight, FromSeat, DelaysOthers}},
		{"the nearest is called so", func(in *Inspector, _ *Case) { in.At = plant }, []Code{Nearest}, nil},
		{"who is farther off is not", func(in *Inspector, _ *Case) { in.At = orb.Point{116.55, 39.9} }, nil, []Code{Nearest}},
		{"who has least to do is called so", func(in *Inspector, _ *Case) { in.Load = 1 }, []Code{LeastLoad}, nil},
		{"who has more is not", func(in *Inspector, _ *Case) { in.Load = 9 }, nil, []Code{LeastLoad}},
		{"a case that is due today is tight", func(_ *Inspector, c *Case) { c.Due = "2026-06-08" }, []Code{Tight}, []Code{InTime, Late}},
		{"a case that was due yesterday is late", func(_ *Inspector, c *Case) { c.Due = "2026-06-07" }, []Code{Late}, []Code{InTime, Tight}},
		{"a case without a last day is neither", func(_ *Inspector, c *Case) { c.Due = "" }, nil, []Code{InTime, Tight, Late}},
		{"an old position is not used", func(in *Inspector, _ *Case) { in.AtAge = 1801 }, []Code{FromSeat}, nil},
		{"a certificate that ends in a month is mentioned", func(in *Inspector, _ *Case) { in.CertificateUntil = "2026-07-10" }, []Code{CertificateSoon}, nil},
		{"one that ends a day later is not", func(in *Inspector, _ *Case) { in.CertificateUntil = "2026-07-11" }, nil, []Code{CertificateSoon}},
		{"whose day is full delays what is due", func(in *Inspector, c *Case) {
			in.Stops = []Stop{{ID: "long", At: beyond, Due: "2026-06-09", Minutes: 480}}
			c.Urgent = true // comes first whatever it costs
		}, []Code{DelaysOthers}, nil},
	} {
		in, at := officer("wu"), smoke()
		c.paint(&in, &at)
		other := officer("zz")
		offer, err := Candidates(at, []Inspector{in, other}, Default(), monday)
		if err != nil {
			t.Errorf("%s: %v", c.sentence, err)
			continue
		}
		i := slices.IndexFunc(offer.Candidates, func(o Candidate) bool { return o.ID == "wu" })
		if i < 0 {
			t.Errorf("%s: not named", c.sentence)
			continue
		}
		got := offer.Candidates[i].Reasons
		for _, code := range c.has {
			if !slices.Contains(got, code) {
				t.Errorf("%s: %v lacks %s", c.sentence, got, code)
			}
		}
		for _, code := range c.hasNot {
			if slices.Contains(got, code) {
				t.Errorf("%s: %v has %s", c.sentence, got, code)
			}
		}
	}
}

func TestWhoSuitsBetterStandsFirst(t *testing.T) {
	for sentence, better := range map[string]func(wu, zz *Inspector, c *Case){
		"of two who are equal the first by id": func(_, _ *Inspector, _ *Case) {},
		"who passes by, though he is farther off": func(wu, _ *Inspector, _ *Case) {
			wu.At, wu.Stops, wu.Load = orb.Point{116.30, 39.90}, []Stop{{ID: "far", At: beyond}}, 5
		},
		"who has less to do":                          func(_, zz *Inspector, _ *Case) { zz.Load = 5 },
		"whose position is known rather than guessed": func(_, zz *Inspector, _ *Case) { zz.At = orb.Point{} },
		"whose position is newer":                     func(wu, zz *Inspector, _ *Case) { wu.AtAge, zz.AtAge = 60, 600 },
		"who is there sooner, if it is urgent": func(wu, zz *Inspector, c *Case) {
			c.Urgent = true
			wu.At, zz.Seat = plant, plant // both drive 4.3 km more
			wu.Load = 5
		},
		"who makes nothing late, though he drives more": func(wu, zz *Inspector, c *Case) {
			c.Due = "2026-06-09"
			zz.Stops = []Stop{{ID: "long", At: plant, Due: "2026-06-09", Minutes: 480}}
			wu.At = orb.Point{116.30, 39.90}
		},
	} {
		wu, zz, c := officer("wu"), officer("zz"), smoke()
		better(&wu, &zz, &c)
		for _, both := range [][]Inspector{{wu, zz}, {zz, wu}} {
			offer, err := Candidates(c, both, Default(), monday)
			if err != nil || len(offer.Candidates) != 2 || offer.Candidates[0].ID != "wu" {
				t.Errorf("%s: %+v (%v)", sentence, offer.Candidates, err)
				continue
			}
			if offer.Team == nil || offer.Team.Lead.ID != "wu" || offer.Team.Second.ID != "zz" || offer.Lack != "" {
				t.Errorf("%s: the team is %+v", sentence, offer.Team)
			}
		}
	}
}

func TestACandidateCarriesTheValuesOfTheReasons(t *testing.T) {
	wu := officer("wu")
	wu.AtAge, wu.Stops = 90, []Stop{{ID: "far", At: beyond, Due: "2026-06-20", Minutes: 60}}
	wu.Load = 7
	offer, err := Candidates(smoke(), []Inspector{wu}, Default(), monday)
	if err != nil {
		t.Fatal(err)
	}
	got := offer.Candidates[0]
	want := Candidate{
		ID: "wu", Score: 35.25, Parts: Parts{Load: 35, Stale: 0.25}, DistanceM: 4265, AddedM: 0, AddedMinutes: 0, ArriveMinutes: 11.1, Load: 7,
		SlackDays: 2, CertificateUntil: "2027-12-31", PositionAgeS: 90, Reasons: []Code{Nearest, OnTheWay, LeastLoad, InTime},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if offer.Team != nil || offer.Lack != OneOnly || offer.Eligible != 1 {
		t.Errorf("one alone is a team: %+v", offer)
	}
	wire, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(wire, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"distance_m", "added_minutes", "load", "slack_days", "certificate_until", "position_age_s", "reasons"} {
		if _, there := fields[name]; !there {
			t.Errorf("%s has no %s", wire, name)
		}
	}
}

func TestACaseOfTheDayIsJudgedAsIfItWereNotThere(t *testing.T) {
	wu, zz := officer("wu"), officer("zz")
	c := smoke()
	wu.Stops, wu.Load = []Stop{c.Stop}, wu.Load+1
	offer, err := Candidates(c, []Inspector{wu, zz}, Default(), monday)
	if err != nil {
		t.Fatal(err)
	}
	a, b := offer.Candidates[0], offer.Candidates[1]
	if a.ID, b.ID = "", ""; !reflect.DeepEqual(a, b) {
		t.Errorf("who has the case already differs from who has not:\n%+v\n%+v", a, b)
	}
	if wu.Stops[0] != c.Stop {
		t.Error("the caller's day was changed")
	}
}

func TestWhatCannotBeJudgedIsAnError(t *testing.T) {
	wu := officer("wu")
	wrong, twice, stop := wu, wu, wu
	wrong.ID, wrong.CertificateUntil = "wrong", "2027-02-30"
	stop.ID, stop.Stops = "stop", []Stop{{ID: "s", At: seat, Due: "tomorrow"}}
	nowhere, dated := smoke(), smoke()
	nowhere.At = orb.Point{math.NaN(), 39.9}
	dated.Due = "10.6.2026"
	for sentence, c := range map[string]struct {
		at   Case
		who  []Inspector
		want error
	}{
		"a case without a place":           {Case{Stop: Stop{ID: "c"}}, []Inspector{wu}, ErrPlace},
		"a place that is no number":        {nowhere, []Inspector{wu}, ErrPlace},
		"a last day that is none":          {dated, []Inspector{wu}, ErrDay},
		"a certificate until no day":       {smoke(), []Inspector{wrong}, ErrDay},
		"a stop that is due on no day":     {smoke(), []Inspector{stop}, ErrDay},
		"one inspector twice":              {smoke(), []Inspector{wu, officer("zz"), twice}, ErrTwice},
		"nobody at all is no error":        {smoke(), nil, nil},
		"a stop without a place is no one": {smoke(), []Inspector{{ID: "x", Stops: []Stop{{ID: "s"}}}}, nil},
	} {
		if _, err := Candidates(c.at, c.who, Default(), monday); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", sentence, err, c.want)
		}
	}
}

// someRules differ in what a drawn test is about.
func someRules(t *rapid.T) Rules {
	r := Default()
	r.Weights.Load = rapid.SampledFrom([]float64{0, 1, 5}).Draw(t, "weight of load")
	r.Weights.Wait = rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "weight of waiting")
	r.MaxNew = rapid.IntRange(1, 4).Draw(t, "new cases")
	r.MaxLoad = rapid.SampledFrom([]int{10, 40}).Draw(t, "load")
	r.Offered = rapid.IntRange(0, 5).Draw(t, "offered")
	return r
}

// someDistrict is drawn with officers who may not go here and there.
func someDistrict(t *rapid.T, most sizes) ([]Case, []Inspector) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	cases, people := district(r, sizes{
		rapid.IntRange(1, most.cases).Draw(t, "cases"), rapid.IntRange(0, most.people).Draw(t, "people"),
		rapid.IntRange(0, most.stops).Draw(t, "stops"), rapid.IntRange(1, most.agencies).Draw(t, "agencies"),
	})
	for j := range people {
		in := &people[j]
		in.OnDuty, in.Disabled = r.IntN(8) > 0, r.IntN(12) == 0
		switch r.IntN(6) {
		case 0:
			in.Agency = "next"
		case 1:
			in.CertificateUntil = "2026-06-12"
		case 2:
			in.At = orb.Point{math.NaN(), math.NaN()}
		case 3:
			in.Seat = rapid.SampledFrom([]orb.Point{{}, {math.NaN(), 39}, {39, 116}}).Draw(t, "seat")
		}
	}
	for i := range cases {
		c := &cases[i]
		if r.IntN(3) == 0 && len(people) > 0 {
			c.Recused = []string{people[r.IntN(len(people))].ID}
		}
		if r.IntN(4) == 0 {
			c.Agencies = append(c.Agencies, "next")
		}
		if r.IntN(8) == 0 {
			c.Due = ""
		}
		if r.IntN(12) == 0 {
			c.At = orb.Point{math.NaN(), 40}
		}
	}
	return cases, people
}

func TestThoseWhoAreNamedAreTheBestOfAllWhoCanGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, people := someDistrict(t, sizes{1, 40, 9, 4})
		c, rules := cases[0], someRules(t)
		offer, err := Candidates(c, people, rules, monday)
		if errors.Is(err, ErrPlace) && !placed(c.At) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		p, _ := newPlanner(rules, monday)
		var all []scored
		for i := range people {
			if p.may(&people[i], &c) {
				d := p.dayOf(&people[i])
				all = append(all, p.score(&people[i], people[i].Load, p.insert(&d, p.visitOf(c.Stop))))
			}
		}
		slices.SortFunc(all, byCost)
		if offer.Eligible != len(all) || len(offer.Candidates) != min(len(all), rules.Offered) || len(offer.Refused) != len(people)-len(all) {
			t.Fatalf("%d can go, %d are named, %d refused; of %d there are %d", offer.Eligible, len(offer.Candidates), len(offer.Refused), len(people), len(all))
		}
		for i, o := range offer.Candidates {
			if o.ID != all[i].who.ID {
				t.Fatalf("place %d: %s (%f), want %s (%f)", i, o.ID, o.Score, all[i].who.ID, minutes(all[i].cost))
			}
			if p := o.Parts; math.Abs(p.Travel+p.Wait+p.Load+p.Late+p.Stale-o.Score) > 1e-9 {
				t.Fatalf("%+v do not add up to %f", o.Parts, o.Score)
			}
		}
		if (offer.Team == nil) != (len(all) < Crew) || (offer.Lack == "") != (len(all) >= Crew) {
			t.Fatalf("%d can go, the team is %+v, the lack %q", len(all), offer.Team, offer.Lack)
		}
		again, err := Candidates(c, rapid.Permutation(people).Draw(t, "other order"), rules, monday)
		if err != nil || !reflect.DeepEqual(offer, again) {
			t.Fatalf("in another order: %v\n%+v\n%+v", err, offer, again)
		}
	})
}

// What a case costs in a day is what the day costs more with the case at that place.
func TestTheCostOfACaseIsWhatTheDayCostsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stops := stopsOf(t)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		cases, people := district(r, sizes{1, 1, 0, 1})
		p, err := newPlanner(someRules(t), monday)
		if err != nil {
			t.Fatal(err)
		}
		people[0].Stops = stops
		d, v := p.dayOf(&people[0]), p.visitOf(cases[0].Stop)
		got := p.insert(&d, v)
		least := int64(math.MaxInt64)
		for i := range len(d.visits) + 1 {
			if v.urgent && i > d.urgent || !v.urgent && i < d.urgent {
				continue
			}
			least = min(least, p.priceWith(d, v, i)-p.price(&d))
		}
		if math.Abs(float64(milli(got.cost)-least)) > 2 {
			t.Fatalf("it costs %d, the day %d more", milli(got.cost), least)
		}
	})
}

// priceWith is the price of a day with one more visit at the i-th place, computed anew.
func (p *planner) priceWith(d day, v visit, i int) int64 {
	d.visits = slices.Insert(slices.Clone(d.visits), i, v)
	at := d.start
	d.legs, d.metres = nil, 0
	for _, w := range d.visits {
		d.legs, at = append(d.legs, metres(at, w.at)), w.at
	}
	if d.closed {
		d.legs = append(d.legs, metres(at, d.end))
	}
	for _, leg := range d.legs {
		d.metres += leg
	}
	p.clockIn(&d)
	return p.price(&d)
}

func TestCodesAndWeightsAreThoseOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/dispatch.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Code]bool{}
	for _, c := range Codes {
		if c == "" || seen[c] {
			t.Errorf("%q stands twice", c)
		}
		seen[c] = true
	}
	for _, f := range filters {
		if !seen[f.code] {
			t.Errorf("%s is not among the codes", f.code)
		}
	}
	weights := map[string]float64{}
	wire, err := json.Marshal(Default().Weights)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(wire, &weights); err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([^|]*) ?\\|").FindAllStringSubmatch(string(page), -1) {
		if w, is := weights[row[1]]; is {
			if row[2] == fmt.Sprint(w)+" " {
				delete(weights, row[1])
				continue
			}
			if !seen[Code(row[1])] {
				t.Errorf("the page says %s for %s, it is %g", row[2], row[1], w)
			}
		}
		if !seen[Code(row[1])] {
			t.Errorf("%s is on the page and no code, or stands there twice", row[1])
		}
		delete(seen, Code(row[1]))
	}
	if len(seen) > 0 || len(weights) > 0 {
		t.Errorf("the page does not name %v and %v", seen, weights)
	}
}
