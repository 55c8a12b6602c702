package tiles

// Whatever comes in whatever order: what is on the map is what is live, for each node; what a
// reader holds stays as it was.

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"pgregory.net/rapid"
)

// kept is what a reader took at some time, and what it said then.
type kept struct {
	snapshot Snapshot
	version  uint64
	said     string
}

// said is a snapshot's answer to some questions.
func said(t *rapid.T, s Snapshot) string {
	tile, err := s.Tile(maptile.New(0, 0, 0), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	china, err := s.Select(orb.Polygon{{{70, 10}, {140, 10}, {140, 55}, {70, 55}}}, Filter{With: Overdue}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(s.Version(), s.Count(Filter{Types: 5}), decoded(t, tile), china)
}

func all(points []Point) iter.Seq2[Point, error] {
	return func(yield func(Point, error) bool) {
		for _, p := range points {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// run is a set beside its model.
type run struct {
	set      *Set
	live     model
	versions map[string]uint64
}

// step does one thing to both and looks at what was told of it.
func (r *run) step(t *rapid.T) {
	before := maps.Clone(r.live)
	var c Change
	var one Point
	switch what := rapid.IntRange(0, 19).Draw(t, "what"); {
	case what == 0:
		points := slices.Collect(maps.Values(r.live))
		if err := r.set.Build(all(points)); err != nil {
			t.Fatal(err)
		}
		for node := range r.versions {
			if v := r.set.Node(node).Version(); v <= r.versions[node] {
				t.Fatalf("after a build %s has version %d, before it had %d", node, v, r.versions[node])
			}
			r.versions[node] = r.set.Node(node).Version()
		}
		return
	case what < 5:
		one.ID = points().Draw(t, "gone").ID
		delete(r.live, one.ID)
		c = r.set.Drop(one.ID)
	default:
		one = points().Draw(t, "point")
		r.live.put(one)
		var err error
		if c, err = r.set.Put(one); err != nil {
			t.Fatal(err)
		}
	}
	r.told(t, c, before[one.ID], r.live[one.ID])
}

// told: the nodes of the case, before and after, have the new version, and no other has; the
// tiles are those that it was and is in. No change has no version.
func (r *run) told(t *rapid.T, c Change, was, is Point) {
	nodes := slices.Compact(slices.Sorted(slices.Values(slices.Concat(was.Nodes, is.Nodes))))
	if c.Version == 0 { // nothing changed
		nodes = nil
	}
	if !slices.Equal(c.Nodes, nodes) {
		t.Fatalf("%+v to %+v: told was %+v", was, is, c)
	}
	for _, node := range nodes {
		if c.Version <= r.versions[node] {
			t.Fatalf("%s had version %d; now it is %d", node, r.versions[node], c.Version)
		}
		r.versions[node] = c.Version
	}
	for node, version := range r.versions {
		if v := r.set.Node(node).Version(); v != version {
			t.Fatalf("%s has version %d, want %d", node, v, version)
		}
	}
	for _, p := range []Point{was, is} {
		at, _ := spotOf(p.At)
		if c.Version > 0 && p.ID != "" && !slices.Contains(c.Tiles(7), tileOf(at, 7)) {
			t.Fatalf("%v is not in %v", p.At, c.Tiles(7))
		}
	}
}

// look holds a random question to a random node against the model.
func (r *run) look(t *rapid.T) {
	node, f := rapid.SampledFrom(nodeNames).Draw(t, "node"), filters().Draw(t, "filter")
	want, now := r.live.of(node, f), r.set.Node(node)
	if got := now.Count(f); got != counted(want) {
		t.Fatalf("%s, %+v: %+v, want %+v", node, f, got, counted(want))
	}
	at, _ := spotOf(orb.Point{116.4, 39.9})
	if len(want) > 0 {
		at, _ = spotOf(rapid.SampledFrom(want).Draw(t, "near").At)
	}
	tile := tileOf(at, maptile.Zoom(rapid.IntRange(0, MaxZoom).Draw(t, "zoom")))
	data, err := now.Tile(tile, f)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := decoded(t, data), drawn(want, tile); !slices.Equal(got, want) {
		t.Fatalf("%s, %v, %+v:\n%s\nwant\n%s", node, tile, f, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// hash gives ids the same tag often: then the table must look at the case itself.
func hash(values uint32) func(packed) uint32 {
	return func(id packed) uint32 { return 1 + (uint32(id[8])*31+uint32(id[10])*7+uint32(id[11]))%values<<28 }
}

func TestTheMapIsWhatIsLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := run{sized(names, 100, little), model{}, map[string]uint64{}}
		if rapid.Bool().Draw(t, "hashes meet") {
			r.set.where.hash = hash(3)
		}
		var keeps []kept
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			r.step(t)
			sound(t, r.set.now.Load())
			if rapid.IntRange(0, 9).Draw(t, "keep") == 0 {
				s := r.set.Node(rapid.SampledFrom(nodeNames).Draw(t, "kept"))
				keeps = append(keeps, kept{s, s.Version(), said(t, s)})
			}
			r.look(t)
		}
		for _, k := range keeps {
			if now := said(t, k.snapshot); now != k.said || k.snapshot.Version() != k.version {
				t.Fatalf("a snapshot changed:\n%s\n%s", k.said, now)
			}
		}
	})
}

func TestTheWayToASetDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(points(), 0, 80).Draw(t, "points")
		a, b, live := sized(names, 0, little), New(names, 7), model{}
		for _, p := range in {
			live.put(p)
			if _, err := a.Put(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Build(all(slices.Collect(maps.Values(live)))); err != nil {
			t.Fatal(err)
		}
		sound(t, b.now.Load())
		tile := maptile.New(0, 0, maptile.Zoom(0))
		for _, node := range nodeNames {
			x, err := a.Node(node).Tile(tile, Filter{})
			y, err2 := b.Node(node).Tile(tile, Filter{})
			if err != nil || err2 != nil || !slices.Equal(x, y) {
				t.Fatalf("%s: %v %v\n%v\n%v", node, err, err2, decoded(t, x), decoded(t, y))
			}
		}
	})
}

// Cases that go must not leave a tree of crumbs behind.
func TestASetThatEmptiesIsSmall(t *testing.T) {
	const seed, n = 3, 2000
	r := rand.New(rand.NewPCG(seed, 0))
	s := sized(names, 0, sizes{leaf: 8, branch: 8, sets: 9})
	for i := range n {
		put(t, s, Point{ID: id(i), At: orb.Point{r.Float64(), r.Float64()}, Nodes: []string{"nation"}})
	}
	for left, i := range r.Perm(n) {
		if c := s.Drop(id(i)); len(c.Nodes) != 1 {
			t.Fatalf("seed %d: %s was not there", seed, id(i))
		}
		now := s.now.Load()
		sound(t, now)
		leaves := 0
		for _, b := range now.branches {
			leaves += len(b.leaves)
		}
		if left = n - 1 - left; leaves > left/2+8 || len(now.branches) > leaves/2+2 {
			t.Fatalf("seed %d: %d cases in %d leaves in %d branches", seed, left, leaves, len(now.branches))
		}
	}
	if len(s.now.Load().branches) > 0 || s.where.n > 0 || slices.Max(s.where.tags) > 0 {
		t.Errorf("something is left of nothing: %+v", s.where)
	}
}

func TestReadersGoOnWhileWritersWrite(t *testing.T) {
	s := sized(names, 0, sizes{leaf: 16, branch: 4, sets: 1 << 10})
	done := make(chan struct{})
	var readers sync.WaitGroup
	for _, node := range []string{"a", "b"} {
		readers.Go(func() {
			for last := uint64(0); ; {
				now := s.Node(node)
				count, v := now.Count(Filter{}), now.Version()
				chosen, err := now.Select(orb.Polygon{{{0, 0}, {60, 0}, {60, 60}, {0, 60}}}, Filter{}, 0)
				if err != nil || count != chosen.Counts || count != now.Count(Filter{}) || v < last {
					t.Errorf("%s: version %d after %d; %+v and %+v (%v)", node, v, last, count, chosen.Counts, err)
					return
				}
				last = v
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for i := range 3000 {
				n := (i*7 + w) % 500
				p := Point{ID: id(n), At: orb.Point{1 + float64(n*13%50), 1 + float64(i%50)}, Status: uint8(i % 5), Nodes: []string{"a", "b", fmt.Sprint(i % 40)}[i%2:]}
				if _, err := s.Put(p); err != nil {
					t.Error(err)
				}
				if i%3 == 0 {
					s.Drop(id((n + 250) % 500))
				}
				if i%1000 == 999 {
					if err := s.Build(all([]Point{p})); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	sound(t, s.now.Load())
	if n := s.Node("b").Count(Filter{}).N; n == 0 {
		t.Error("nothing was left to read")
	}
}

func code(err error) string {
	var r interface{ Code() string }
	if errors.As(err, &r) {
		return r.Code()
	}
	return fmt.Sprint(err)
}

func TestWhatIsNoCaseIsRefusedAndChangesNothing(t *testing.T) {
	good := Point{ID: id(1), At: orb.Point{116.4, 39.9}, Nodes: []string{"nation"}}
	s := New(names, 0)
	put(t, s, good)
	for name, c := range map[string]struct {
		change func(*Point)
		code   string
	}{
		"a short id":        {func(p *Point) { p.ID = "short" }, CodeID},
		"a long id":         {func(p *Point) { p.ID = strings.Repeat("a", 27) }, CodeID},
		"an id with a sign": {func(p *Point) { p.ID = "case-0000000001" }, CodeID},
		"no such status":    {func(p *Point) { p.Status = Statuses }, CodePoint},
		"no such flag":      {func(p *Point) { p.Flags = 1 << 4 }, CodePoint},
		"before the days":   {func(p *Point) { p.Received = -1 }, CodePoint},
		"behind the days":   {func(p *Point) { p.Received = lastDay + 1 }, CodePoint},
	} {
		p := good
		c.change(&p)
		if change, err := s.Put(p); code(err) != c.code || len(change.Nodes) > 0 {
			t.Errorf("%s: %v %+v, want %s", name, err, change, c.code)
		}
		if err := s.Build(all([]Point{{ID: id(2), At: good.At, Nodes: good.Nodes}, p})); code(err) != c.code {
			t.Errorf("%s in a build: %v, want %s", name, err, c.code)
		}
	}
	if err := s.Build(all([]Point{good, good})); code(err) != CodeTwice {
		t.Errorf("twice: %v", err)
	}
	nowhere := Point{ID: id(3), At: Nowhere, Nodes: good.Nodes}
	other := New(names, 0)
	if err := other.Build(all([]Point{nowhere, {ID: id(4), At: good.At}, good})); err != nil || other.Node("nation").Count(Filter{}).N != 1 {
		t.Errorf("cases that are on no map: %v %+v", err, other.Node("nation").Count(Filter{}))
	}
	broken := errors.New("the rows broke off")
	if err := s.Build(func(yield func(Point, error) bool) { yield(Point{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("an error of the sequence: %v", err)
	}
	if c := s.Drop("short"); len(c.Nodes) > 0 || c.Tiles(3) != nil {
		t.Errorf("what is no id was dropped: %+v", c)
	}
	if n := s.Node("nation"); n.Count(Filter{}).N != 1 || n.Version() != 1 {
		t.Errorf("after all this: %+v, version %d", n.Count(Filter{}), n.Version())
	}
	if n := s.Node("nobody's"); n.Count(Filter{}).N != 0 || n.Version() != 0 {
		t.Errorf("a node that is not known: %+v", n)
	}
}

func TestWhereThereIsNoRoomForMoreSetsOfNodesACaseIsRefused(t *testing.T) {
	s := sized(names, 0, sizes{leaf: 4, branch: 4, sets: 2})
	for i, want := range []string{"<nil>", "<nil>", CodeNodes} {
		if _, err := s.Put(Point{ID: id(i), Nodes: []string{fmt.Sprint(i)}}); code(err) != want {
			t.Errorf("set %d: %v, want %s", i, err, want)
		}
	}
	put(t, s, Point{ID: id(5), Nodes: []string{"1", "1"}}) // a set that is there
}

func TestAFilterTakesWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, in := filters().Draw(t, "filter"), rapid.SliceOfN(points(), 0, 20).Draw(t, "points")
		m := f.match()
		var attrs []attr
		var want []int32
		for i, p := range in {
			attrs = append(attrs, attrOf(p, maxSets-1))
			if wanted(f, p) {
				want = append(want, int32(i))
			}
			if m.takes(attrs[i]) != wanted(f, p) {
				t.Fatalf("%+v takes %+v: %t", f, p, m.takes(attrs[i]))
			}
			if m.plain && m.statuses != 0 && f.Types|uint16(f.With|f.Without) != 0 {
				t.Fatalf("%+v asks for more than statuses", f)
			}
		}
		if got := m.pick(nil, attrs); !slices.Equal(got, want) {
			t.Fatalf("%+v picks %v, want %v", f, got, want)
		}
	})
}

func TestTheIndexFindsWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, there := newIndex(), map[packed]uint64{}
		tags := []uint32{1, 2, 1 << 31, math.MaxUint32 - 1, math.MaxUint32} // so that ways lead around the end
		x.hash = func(id packed) uint32 { return tags[int(id[19])%len(tags)] }
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			id := packed{0: 1, 19: byte(rapid.IntRange(0, 40).Draw(t, "id"))}
			slot, found := x.find(id, func(place uint64) bool { return place == uint64(id[19]) })
			if _, want := there[id]; found != want {
				t.Fatalf("%v was found: %t, want %t", id, found, want)
			}
			if found {
				x.remove(slot)
				delete(there, id)
				continue
			}
			x.add(id, uint64(id[19]))
			there[id] = 0
		}
		if x.n != len(there) {
			t.Fatalf("%d in the index, want %d", x.n, len(there))
		}
	})
}

func TestIdsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.StringMatching(`[A-Za-z0-9]{15,26}`).Draw(t, "x"), rapid.StringMatching(`[A-Za-z0-9]{15,26}`).Draw(t, "y")
		a, err := pack(x)
		b, err2 := pack(y)
		if err != nil || err2 != nil || a.String() != x || b.String() != y || (a == b) != (x == y) {
			t.Fatalf("%s became %s, %s became %s (%v, %v)", x, a, y, b, err, err2)
		}
	})
}

func TestASpotIsWhereOthersPutIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := orb.Point{rapid.Float64Range(-180, 179.9999).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")}
		z := maptile.Zoom(rapid.IntRange(0, 22).Draw(t, "zoom"))
		s, onMap := spotOf(at)
		want := maptile.Fraction(at, 31)
		if dx, dy := float64(s.x())/2-want[0], float64(s.y())/2-want[1]; !onMap || math.Abs(dx) > 1 || math.Abs(dy) > 1 {
			t.Fatalf("%v is at %d,%d, want twice %v", at, s.x(), s.y(), want)
		}
		if spotAt(s.key()) != s || corner(tileOf(s, z)).key() != around(s.key(), uint(z)).first {
			t.Fatalf("%v: spot %x, key %x", at, s, s.key())
		}
	})
}
