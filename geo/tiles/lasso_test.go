package tiles

// Lassos against a plain way to tell what lies inside, in fractions of whole numbers.

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"xuncha/geo"
)

// within counts the edges to the east of a place.
func within(shape orb.Polygon, at orb.Point) bool {
	p, _ := spotOf(at)
	in := false
	for _, ring := range shape {
		for i := range ring {
			a, _ := spotOf(ring[i])
			b, _ := spotOf(ring[(i+1)%len(ring)])
			if (a.y() > p.y()) == (b.y() > p.y()) {
				continue
			}
			part := big.NewRat(int64(p.y())-int64(a.y()), int64(b.y())-int64(a.y()))
			x := new(big.Rat).Mul(part, big.NewRat(int64(b.x())-int64(a.x()), 1))
			if x.Add(x, big.NewRat(int64(a.x()), 1)).Cmp(big.NewRat(int64(p.x()), 1)) > 0 {
				in = !in
			}
		}
	}
	return in
}

// shapes have corners where cases are, on one line with them, and far away; they cross
// themselves more often than not.
func shapes(heaps []orb.Point) *rapid.Generator[orb.Polygon] {
	corner := rapid.Custom(func(t *rapid.T) orb.Point {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return orb.Point{rapid.SampledFrom([]float64{-180, 180, 0}).Draw(t, "lon"), rapid.SampledFrom([]float64{-90, 90, -85, 0}).Draw(t, "lat")}
		case 1, 2:
			return rapid.SampledFrom(heaps).Draw(t, "a case")
		case 3:
			return orb.Point{rapid.SampledFrom(heaps).Draw(t, "lon of a case")[0], rapid.SampledFrom(heaps).Draw(t, "lat of a case")[1]}
		}
		return orb.Point{rapid.Float64Range(116.3, 116.5).Draw(t, "lon"), rapid.Float64Range(39.8, 40).Draw(t, "lat")}
	}).Filter(func(at orb.Point) bool { return geo.Check(at) == nil })
	return rapid.Custom(func(t *rapid.T) orb.Polygon {
		var out orb.Polygon
		for range rapid.IntRange(1, 3).Draw(t, "rings") {
			out = append(out, rapid.SliceOfN(corner, 4, 9).Draw(t, "ring"))
		}
		for i := range out { // one that is closed already is the same
			if rapid.Bool().Draw(t, "closed") {
				out[i][len(out[i])-1] = out[i][0]
			}
		}
		return out
	})
}

func TestALassoHoldsWhatLiesInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, live := sized(names, 0, little), model{}
		heaps := []orb.Point{{116.4, 39.9}}
		for _, p := range rapid.SliceOfN(points(), 0, 60).Draw(t, "points") {
			live.put(p)
			if _, err := s.Put(p); err != nil {
				t.Fatal(err)
			}
			if _, onMap := spotOf(p.At); onMap {
				heaps = append(heaps, p.At)
			}
		}
		f, limit := filters().Draw(t, "filter"), rapid.IntRange(0, 9).Draw(t, "limit")
		shape := shapes(heaps).Draw(t, "shape")
		flat := make(orb.Polygon, len(shape)) // the corners that web mercator does not have lie on its end
		for i, ring := range shape {
			for _, at := range ring {
				flat[i] = append(flat[i], orb.Point{at[0], max(-maxLat, min(maxLat, at[1]))})
			}
		}
		var want []Point
		for _, p := range live.of("nation", f) {
			if within(flat, p.At) {
				want = append(want, p)
			}
		}
		got, err := s.Node("nation").Select(shape, f, limit)
		if err != nil || got.Counts != counted(want) || len(got.IDs) != min(limit, len(want)) {
			t.Fatalf("%+v (%v), want %+v of %v", got, err, counted(want), want)
		}
		for i, id := range got.IDs {
			if id != want[i].ID {
				t.Fatalf("%d. is %s, want %s", i, id, want[i].ID)
			}
		}
	})
}

func TestNeighboursThatShareALineShareNoCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.Float64Range(0, 1)
		var line orb.Ring
		for i := range rapid.IntRange(2, 12).Draw(t, "corners") {
			line = append(line, orb.Point{step.Draw(t, "lon"), float64(i)})
		}
		top := line[len(line)-1][1]
		west := slices.Concat(orb.Ring{{-1, top}, {-1, 0}}, line)
		east := slices.Concat(orb.Ring{{2, top}, {2, 0}}, line)
		s, n := New(names, 0), 0
		for i, at := range line { // cases on the corners, and anywhere
			for j, at := range []orb.Point{at, {step.Draw(t, "any lon"), top * step.Draw(t, "any lat")}} {
				if _, err := s.Put(Point{ID: id(2*i + j), At: at, Nodes: []string{"nation"}}); err != nil {
					t.Fatal(err)
				}
				if p, _ := spotOf(at); within(orb.Polygon{{{-1, top}, {-1, 0}, {2, 0}, {2, top}}}, at) && p != 0 {
					n++
				}
			}
		}
		w, err := s.Node("nation").Select(orb.Polygon{west}, Filter{}, 99)
		e, err2 := s.Node("nation").Select(orb.Polygon{east}, Filter{}, 99)
		if err != nil || err2 != nil || w.N+e.N != n {
			t.Fatalf("%d and %d of %d (%v, %v)", w.N, e.N, n, err, err2)
		}
		if slices.ContainsFunc(w.IDs, func(id string) bool { return slices.Contains(e.IDs, id) }) {
			t.Fatalf("%v and %v", w.IDs, e.IDs)
		}
	})
}

// Many cases, many corners, a tree of its usual size.
func TestALargeLassoHoldsWhatLiesInside(t *testing.T) {
	const seed = 11
	r := rand.New(rand.NewPCG(seed, 0))
	s, live := New(names, 0), make([]Point, 20_000)
	for i := range live {
		live[i] = Point{ID: id(i), At: orb.Point{116 + r.NormFloat64()/4, 40 + r.NormFloat64()/4}, Flags: Flags(r.IntN(2)), Nodes: []string{"nation", nodeNames[1+i%4]}}
	}
	if err := s.Build(all(live)); err != nil {
		t.Fatal(err)
	}
	var ring orb.Ring
	for i := range MaxCorners {
		sin, cos := math.Sincos(float64(i) / MaxCorners * 2 * math.Pi)
		away := 0.2 + 0.1*r.Float64()
		ring = append(ring, orb.Point{116 + away*cos, 40 + away*sin})
	}
	var want []string
	for _, p := range live {
		if p.Flags&Overdue != 0 && slices.Contains(p.Nodes, "city") && within(orb.Polygon{ring}, p.At) {
			want = append(want, p.ID)
		}
	}
	got, err := s.Node("city").Select(orb.Polygon{ring}, Filter{With: Overdue}, len(live))
	for limit := range 200 {
		some, err := s.Node("city").Select(orb.Polygon{ring}, Filter{With: Overdue}, limit)
		if err != nil || some.Counts != got.Counts || !slices.Equal(some.IDs, got.IDs[:limit]) {
			t.Fatalf("seed %d, limit %d: of %d cases %v, want %v (%v)", seed, limit, some.N, some.IDs, got.IDs[:limit], err)
		}
	}
	slices.Sort(want)
	slices.Sort(got.IDs)
	if err != nil || len(want) < 300 || got.N != len(want) || !slices.Equal(got.IDs, want) {
		t.Errorf("seed %d: %d cases, want %d (%v)", seed, got.N, len(want), err)
	}
}

func TestWhatIsNoShapeIsRefused(t *testing.T) {
	s := New(names, 0).Node("nation")
	square := orb.Ring{{116, 39}, {117, 39}, {117, 40}, {116, 40}}
	for name, c := range map[string]struct {
		shape orb.Polygon
		code  string
	}{
		"nothing":             {nil, CodeFew},
		"an empty ring":       {orb.Polygon{{}}, CodeFew},
		"two corners":         {orb.Polygon{{{116, 39}, {117, 39}}}, CodeFew},
		"two corners, closed": {orb.Polygon{{{116, 39}, {117, 39}, {116, 39}}}, CodeFew},
		"a hole of two":       {orb.Polygon{square, {{116, 39}, {117, 39}}}, CodeFew},
		"no number":           {orb.Polygon{{{116, 39}, {math.NaN(), 39}, {117, 40}}}, "coordinates_invalid"},
		"without end":         {orb.Polygon{{{116, 39}, {117, math.Inf(1)}, {117, 40}}}, "coordinates_invalid"},
		"beyond the globe":    {orb.Polygon{{{116, 39}, {300, 39}, {117, 40}}}, "coordinates_invalid"},
		"swapped":             {orb.Polygon{{{39, 116}, {39, 117}, {40, 117}}}, "coordinates_swapped"},
		"too many corners":    {orb.Polygon{square, make(orb.Ring, MaxCorners)}, CodeCorners},
	} {
		if got, err := s.Select(c.shape, Filter{}, 9); code(err) != c.code || got.N != 0 {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	bow := orb.Polygon{{{116, 39}, {117, 40}, {117, 39}, {116, 40}}}
	if _, err := s.Select(bow, Filter{}, 9); err != nil {
		t.Errorf("a line that crosses itself: %v", err)
	}
}

func TestProductsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(-1<<33, 1<<33), rapid.SampledFrom([]int64{0, 1, -1, 1 << 32, 1<<32 - 1, -1 << 32}))
		a, b, c, d := n.Draw(t, "a"), n.Draw(t, "b"), n.Draw(t, "c"), n.Draw(t, "d")
		want := new(big.Int).Mul(big.NewInt(a), big.NewInt(b)).Cmp(new(big.Int).Mul(big.NewInt(c), big.NewInt(d)))
		if got := sign(a, b, c, d); got != want {
			t.Fatalf("%s: %d, want %d", fmt.Sprint(a, b, c, d), got, want)
		}
	})
}
