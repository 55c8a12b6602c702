package main

// Whose a place is: how many places a second one thread tells the owners of, that each has
// one, and what the index needs.

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/paulmach/orb"

	"xuncha/geo"
)

type lookupSizes struct {
	columns, rows, detail int // of the country
	places                int // that the index is asked about, each of which must have one owner
	borders               int // more places, near borders and on them, compared with a search
	slow                  int // that the slow ones are asked about in each round
}

var (
	fullLookups  = lookupSizes{columns: 60, rows: 50, detail: 8, places: 1_000_000, borders: 100_000, slow: 20_000}
	smallLookups = lookupSizes{columns: 8, rows: 6, detail: 5, places: 20_000, borders: 5_000, slow: 2_000}
)

func (b *bench) lookups() error {
	n := b.n.lookups
	drawn := country(n.columns, n.rows, n.detail)
	ds := drawn.Divisions()
	p, err := b.index(ds)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(drawn.Seed, 2))
	search := newTree(ds)
	random := anywhere(r, inside(drawn), n.places)
	if err := b.oneOwner(p, search, random); err != nil {
		return err
	}
	near := nearBorders(r, ds, inside(drawn), n.places, 200)
	if err := b.sameOwner(p, search, []placesOf{
		{"anywhere", random[:n.borders/4], true},
		{"within 200 m of a border", near[:n.borders/4], true},
		{"on the middles of edges", nearBorders(r, ds, inside(drawn), n.borders/4, 0), false},
		{"on vertices and one step beside", onVertices(r, ds, inside(drawn), n.borders/4), false},
	}); err != nil {
		return err
	}
	if err := b.speed(p, search, random, near); err != nil {
		return err
	}
	return b.postgis(ds, random[:n.slow], p)
}

// index builds the index and says what it needs.
func (b *bench) index(ds []geo.Division) (*geo.Partition, error) {
	vertices := 0
	for _, d := range ds {
		for _, polygon := range d.Border {
			for _, ring := range polygon {
				vertices += len(ring)
			}
		}
	}
	b.line("the country", "%d counties, %d vertices, codes %s to %s", len(ds), vertices, ds[0].Code, ds[len(ds)-1].Code)
	var p *geo.Partition
	var took []float64
	var size float64
	for range b.n.rounds {
		p = nil
		before := heap()
		began := time.Now()
		p = geo.NewPartition(ds)
		took = append(took, time.Since(began).Seconds())
		size = heap() - before
	}
	if p.Owner(ds[0].Border[0][0][0]) == "" { // also, p is held until here
		return nil, fmt.Errorf("the first vertex %v is nobody's", ds[0].Border[0][0][0])
	}
	b.goal("the index is built in", fmt.Sprintf("%.2f s", median(took)), "< 5 s", median(took) < 5)
	b.goal("the index keeps, borders and all", fmt.Sprintf("%.1f MB", size/1e6), "< 200 MB", size < 200e6)
	return p, nil
}

// heap is what is alive, in bytes.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// oneOwner asks the search who claims each place: one division, in a lake none.
func (b *bench) oneOwner(p *geo.Partition, search *tree, places []orb.Point) error {
	other, lakes := 0, 0
	for _, at := range places {
		owners, lake := search.byCrossing(at)
		switch {
		case len(owners) == 0 && lake && p.Owner(at) == "":
			lakes++
		case len(owners) != 1 || p.Owner(at) != owners[0]:
			other++
		}
	}
	what := fmt.Sprintf("of %d places, with other than one owner", len(places))
	b.goal(what, fmt.Sprintf("%d", other), "0", other == 0)
	b.line("places in lakes, which nobody owns", "%d", lakes)
	if other > 0 {
		return fmt.Errorf("%s: %d", what, other)
	}
	return nil
}

// placesOf one kind; loose ones lie on no border, where orb knows one owner too.
type placesOf struct {
	what   string
	places []orb.Point
	loose  bool
}

func (b *bench) sameOwner(p *geo.Partition, search *tree, kinds []placesOf) error {
	wrong, asked := 0, 0
	for _, k := range kinds {
		differ := 0
		for _, at := range k.places {
			owner := ""
			owners, _ := search.byCrossing(at)
			if len(owners) > 0 {
				owner = owners[0]
			}
			if p.Owner(at) != owner || len(owners) > 1 || k.loose && search.byOrb(at) != owner {
				differ++
			}
		}
		b.line("compared with a search: "+k.what, "%d of %d differ", differ, len(k.places))
		wrong, asked = wrong+differ, asked+len(k.places)
	}
	what := fmt.Sprintf("of %d places, with another owner than a search finds", asked)
	b.goal(what, fmt.Sprintf("%d", wrong), "0", wrong == 0)
	if wrong > 0 {
		return fmt.Errorf("%s: %d", what, wrong)
	}
	return nil
}

// candidate tells owners.
type candidate struct {
	what   string
	places []orb.Point
	ask    func(orb.Point) bool
	rates  []float64
	owned  int // answers that were an owner
}

func (b *bench) speed(p *geo.Partition, search *tree, random, near []orb.Point) error {
	owner := func(at orb.Point) bool { return p.Owner(at) != "" }
	lookup := func(accuracy float64) func(orb.Point) bool {
		return func(at orb.Point) bool {
			o, err := p.Lookup(at, accuracy)
			return err == nil && o.Code != ""
		}
	}
	orbs := func(at orb.Point) bool { return search.byOrb(at) != "" }
	slow, few := b.n.lookups.slow, len(random)/10
	all := []*candidate{
		{what: "Owner, anywhere", places: random, ask: owner},
		{what: "Owner, within 200 m of borders", places: near, ask: owner},
		{what: "Lookup with ancestors, anywhere", places: random[:few], ask: lookup(0)},
		{what: "Lookup with an accuracy of 50 m, anywhere", places: random[:few], ask: lookup(50)},
		{what: "Lookup with an accuracy of 50 m, within 200 m of borders", places: near[:few], ask: lookup(50)},
		{what: "orb behind a tree of bounds, anywhere", places: random[:slow], ask: orbs},
		{what: "orb behind a tree of bounds, within 200 m of borders", places: near[:slow], ask: orbs},
	}
	for range b.n.rounds {
		for _, c := range all {
			began := time.Now()
			for _, at := range c.places {
				if c.ask(at) {
					c.owned++
				}
			}
			c.rates = append(c.rates, float64(len(c.places))/time.Since(began).Seconds())
		}
	}
	for _, c := range all {
		if c.owned*10 < len(c.places)*b.n.rounds*9 {
			return fmt.Errorf("%s: %d owners only", c.what, c.owned)
		}
		b.line(c.what, "%s", rate(median(c.rates)))
	}
	mine, theirs := median(all[0].rates), median(all[5].rates)
	b.goal("owners of places anywhere, one thread", rate(mine), ">= 5 M/s", mine >= 5e6)
	b.goal("the same, what a prototype reached", rate(mine), ">= 10 M/s", mine >= 10e6)
	b.goal("the same, ours / orb", fmt.Sprintf("%.0fx", mine/theirs), ">= 100x", mine/theirs >= 100)
	b.goal("within 200 m of borders, ours / orb", fmt.Sprintf("%.0fx", median(all[1].rates)/median(all[6].rates)), ">= 10x", median(all[1].rates) >= 10*median(all[6].rates))
	return nil
}
