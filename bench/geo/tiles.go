package main

// A million cases on a map: how soon they are there and in how much memory, how long a tile
// takes while cases change, how long a change takes, and that no case is lost on the way.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"xuncha/geo/tiles"
)

type tileSizes struct {
	cases   int
	asked   int // tiles of each zoom
	changes int // one after the other
	rate    int // of changes a second, while tiles are asked for
}

var (
	fullTiles  = tileSizes{cases: 1_000_000, asked: 2_000, changes: 20_000, rate: 100}
	smallTiles = tileSizes{cases: 5_000, asked: 20, changes: 200, rate: 100}
)

func (b *bench) tiles() error {
	n := b.n.tiles
	r := rand.New(rand.NewPCG(20261126, 1))
	live := gathered(r, n.cases)
	set, err := b.gather(live)
	if err != nil {
		return err
	}
	if err := b.askEach(r, set, live); err != nil {
		return err
	}
	if err := b.asFiltered(r, set, live); err != nil {
		return err
	}
	if err := b.changed(r, set, live); err != nil {
		return err
	}
	return b.supercluster(live)
}

// statuses as casework has them, in a country where most cases are closed.
var (
	statusNames = [tiles.Statuses]string{
		"registered", "accepted", "not_accepted", "transferred", "merged", "assigned", "inspecting",
		"rectifying", "verifying", "verified", "replying", "closed", "stage_closed", "reopened",
	}
	statusShares = []int{3, 3, 4, 3, 4, 4, 4, 5, 2, 1, 2, 62, 2, 1}
)

// gathered are cases as they lie in a country: 300 cities, each smaller than the one before,
// dense in their middles, with a fifth of all cases anywhere around. Each is in the nation, a
// province, a city and one of ten counties; one in five also with another agency or two.
func gathered(r *rand.Rand, n int) []tiles.Point {
	const cities = 300
	var share [cities]float64
	var middle [cities]orb.Point
	total := 0.0
	for i := range share {
		total += 1 / float64(i+3)
		share[i] = total
		middle[i] = orb.Point{98 + 25*r.Float64(), 22 + 20*r.Float64()}
	}
	out := make([]tiles.Point, n)
	for i := range out {
		city, _ := slices.BinarySearch(share[:], r.Float64()*total)
		wide := 0.05 + 0.15*share[city]/total
		if r.IntN(5) == 0 {
			wide *= 6
		}
		east, north := r.NormFloat64(), r.NormFloat64()
		county := int(4+2.5*max(-1.6, min(1.6, east))) + r.IntN(20)/19 // stripes that touch
		nodes := []string{"nation", fmt.Sprintf("%02d0000", city/10), fmt.Sprintf("%02d%02d00", city/10, city%10), fmt.Sprintf("%02d%02d%02d", city/10, city%10, county)}
		for range max(0, r.IntN(10)-7) {
			nodes = append(nodes, fmt.Sprintf("%02d%02d00-%d", city/10, city%10, r.IntN(3)))
		}
		out[i] = tiles.Point{
			ID: fmt.Sprintf("case%011d", i), At: orb.Point{middle[city][0] + wide*east, middle[city][1] + wide*north},
			Status: drawnStatus(r), Types: 1 << r.IntN(9), Flags: drawnFlags(r), Received: 20000 + r.IntN(700), Nodes: nodes,
		}
	}
	return out
}

func drawnStatus(r *rand.Rand) uint8 {
	at := r.IntN(100)
	for status, share := range statusShares {
		if at -= share; at < 0 {
			return uint8(status)
		}
	}
	return 0
}

// anotherStatus is one that is not this.
func anotherStatus(r *rand.Rand, this uint8) uint8 {
	for {
		if status := drawnStatus(r); status != this {
			return status
		}
	}
}

func drawnFlags(r *rand.Rand) (f tiles.Flags) {
	for i, oneIn := range []int{10, 10, 50, 100} { // overdue, due soon, urgent, starred
		if r.IntN(oneIn) == 0 {
			f |= 1 << i
		}
	}
	return f
}

// gather builds the set, several times, and says what it takes.
func (b *bench) gather(live []tiles.Point) (*tiles.Set, error) {
	var set *tiles.Set
	var took []time.Duration
	var size float64
	for range b.n.rounds {
		set = nil
		before, began := heap(), time.Now()
		set = tiles.New(statusNames, uint64(began.UnixMicro()))
		err := set.Build(func(yield func(tiles.Point, error) bool) {
			for _, p := range live {
				if !yield(p, nil) {
					return
				}
			}
		})
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
		size = heap() - before
	}
	nodes := 0
	for _, p := range live {
		nodes += len(p.Nodes)
	}
	b.line("cases in all their nodes", "%d in %.1f nodes each", len(live), float64(nodes)/float64(len(live)))
	b.line("built, all nodes, the best of all rounds", "%s", millis(slices.Min(took)))
	b.goal("built, all nodes, median", millis(median(took)), "< 1 s", median(took) < time.Second)
	perMillion := size / 1e6 / float64(len(live)) * 1e6
	b.goal("memory, all nodes, a million cases", fmt.Sprintf("%.0f MB", perMillion), "< 100 MB", b.n.small || perMillion < 100)
	return set, nil
}

// askEach asks for tiles of each zoom, those around cases, so that crowded ones come often,
// while cases change.
func (b *bench) askEach(r *rand.Rand, set *tiles.Set, live []tiles.Point) error {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int)
	began := time.Now()
	go func() { done <- changing(ctx, set, live, b.n.tiles.rate) }()
	worst := time.Duration(0)
	for z := maptile.Zoom(3); z <= 18; z++ {
		p99, err := b.zoom(r, set.Node, live, z)
		if err != nil {
			stop()
			return err
		}
		worst = max(worst, p99)
	}
	stop()
	n := <-done
	b.line("cases that changed meanwhile", "%d, %.0f a second", n, float64(n)/time.Since(began).Seconds())
	b.goal("a tile of any zoom, p99", micros(worst), "< 2 ms", worst < 2*time.Millisecond)
	return nil
}

func (b *bench) zoom(r *rand.Rand, node func(string) tiles.Snapshot, live []tiles.Point, z maptile.Zoom) (p99 time.Duration, err error) {
	var took [2][]time.Duration
	size, largest := 0, 0
	for range b.n.tiles.asked {
		p := live[r.IntN(len(live))]
		t := maptile.At(p.At, z)
		for i, name := range []string{p.Nodes[0], p.Nodes[3]} {
			from := time.Now()
			data, err := node(name).Tile(t, tiles.Filter{})
			took[i] = append(took[i], time.Since(from))
			if err != nil || data == nil {
				return 0, fmt.Errorf("the tile %v of %s around %s is empty: %w", t, name, p.ID, err)
			}
			if i == 0 {
				size, largest = size+len(data), max(largest, len(data))
			}
		}
	}
	nation, county := slices.Sorted(slices.Values(took[0])), slices.Sorted(slices.Values(took[1]))
	at := func(of []time.Duration, share int) time.Duration { return of[len(of)*share/100] }
	b.line(fmt.Sprintf("zoom %d, of the nation", z), "p50 %-7s p99 %-7s max %-8s %.1f kB, at most %.1f   of a county p50 %s, p99 %s",
		micros(at(nation, 50)), micros(at(nation, 99)), micros(nation[len(nation)-1]), float64(size)/1e3/float64(len(nation)), float64(largest)/1e3,
		micros(at(county, 50)), micros(at(county, 99)))
	return max(at(nation, 99), at(county, 99)), nil
}

// changing gives cases another status, so many a second, and returns how many.
func changing(ctx context.Context, set *tiles.Set, live []tiles.Point, rate int) (n int) {
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	r := rand.New(rand.NewPCG(20261126, 2))
	for {
		select {
		case <-ctx.Done():
			return n
		case <-tick.C:
		}
		p := &live[r.IntN(len(live))]
		changed := *p
		changed.Status = anotherStatus(r, p.Status)
		if _, err := set.Put(changed); err == nil {
			n++
		}
	}
}

// asFiltered asks for what the tallies do not know, at a zoom that shows everything, and for
// what lies in a lasso around the largest city.
func (b *bench) asFiltered(r *rand.Rand, set *tiles.Set, live []tiles.Point) error {
	nation := set.Node("nation")
	tile := maptile.At(live[r.IntN(len(live))].At, 3)
	for _, c := range []struct {
		name string
		f    tiles.Filter
	}{
		{"overdue", tiles.Filter{With: tiles.Overdue}},
		{"two of nine types", tiles.Filter{Types: 3}},
		{"the last 30 days", tiles.Filter{From: 20670}},
		{"open, four of nine types, not urgent, a year", tiles.Filter{Statuses: 1<<11 - 1, Types: 15, Without: tiles.Urgent, From: 20335}},
	} {
		var took []time.Duration
		for range max(3, b.n.rounds*3) {
			from := time.Now()
			if _, err := nation.Tile(tile, c.f); err != nil {
				return err
			}
			took = append(took, time.Since(from))
		}
		b.goal("zoom 3, "+c.name, millis(median(took)), "< 2 ms", median(took) < 2*time.Millisecond)
	}
	at := live[0].At
	var ring orb.Ring
	for _, d := range [][2]float64{{-0.2, -0.1}, {0, -0.25}, {0.22, 0}, {0.05, 0.05}, {0.1, 0.2}, {-0.15, 0.15}} {
		ring = append(ring, orb.Point{at[0] + d[0], at[1] + d[1]})
	}
	var took []time.Duration
	var got tiles.Selection
	for range max(3, b.n.rounds*3) {
		from := time.Now()
		var err error
		if got, err = nation.Select(orb.Polygon{ring}, tiles.Filter{}, 2000); err != nil {
			return err
		}
		took = append(took, time.Since(from))
	}
	b.line("a lasso, with 2000 ids", "%s for %d cases", millis(median(took)), got.N)
	return nil
}

// changed makes changes one after the other, as a day brings them: nine in ten another
// status, the rest new places. After them every node must have its cases.
func (b *bench) changed(r *rand.Rand, set *tiles.Set, live []tiles.Point) error {
	var status, moves []time.Duration
	for i := range b.n.tiles.changes {
		p := &live[r.IntN(len(live))]
		into := &status
		if i%10 == 9 {
			into = &moves
			p.At[0] += r.NormFloat64() / 100
		}
		p.Status = anotherStatus(r, p.Status)
		from := time.Now()
		_, err := set.Put(*p)
		*into = append(*into, time.Since(from))
		if err != nil {
			return err
		}
	}
	b.goal("another status of a case, median", micros(median(status)), "< 10 us", median(status) < 10*time.Microsecond)
	b.line("another place of a case, median", "%s", micros(median(moves)))
	for _, p := range live { // those that changed while tiles were asked for
		if _, err := set.Put(p); err != nil {
			return err
		}
	}
	return b.nothingLost(set, live)
}

// nothingLost compares the counts of each node, and what its tiles show, with the cases.
func (b *bench) nothingLost(set *tiles.Set, live []tiles.Point) error {
	want := map[string]tiles.Counts{}
	for _, p := range live {
		for i, node := range p.Nodes {
			if slices.Contains(p.Nodes[:i], node) {
				continue
			}
			c := want[node]
			c.N++
			c.Status[p.Status]++
			if p.Flags&tiles.Overdue != 0 {
				c.Overdue++
			}
			want[node] = c
		}
	}
	for node, c := range want {
		now := set.Node(node)
		if got := now.Count(tiles.Filter{}); got != c {
			return fmt.Errorf("%s has %+v, want %+v", node, got, c)
		}
		if shown, err := shownIn(now, 2); err != nil || shown != c.N {
			return fmt.Errorf("the tiles of %s show %d cases, want %d: %w", node, shown, c.N, err)
		}
	}
	b.line("nodes whose counts and tiles were compared", "%d, and all are right", len(want))
	return nil
}

// shownIn adds up what all tiles of a zoom show.
func shownIn(now tiles.Snapshot, z maptile.Zoom) (n int, err error) {
	for x := range uint32(1) << z {
		for y := range uint32(1) << z {
			data, err := now.Tile(maptile.New(x, y, z), tiles.Filter{})
			if err != nil {
				return n, err
			}
			layers, err := mvt.Unmarshal(data)
			if err != nil {
				return n, err
			}
			for _, layer := range layers {
				for _, f := range layer.Features {
					n += f.Properties.MustInt("n")
				}
			}
		}
	}
	return n, nil
}
