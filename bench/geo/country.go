package main

// The country that is measured on, and a search through its borders that is slow and plain.

import (
	"cmp"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"xuncha/geo"
)

// country draws counties as many and as detailed as it is told, over the extent of China.
func country(columns, rows, detail int) geo.Synthetic {
	return geo.Synthetic{
		Seed: 1, Bound: orb.Bound{Min: orb.Point{73.5, 18}, Max: orb.Point{134.5, 53.5}}, Columns: columns, Rows: rows, CodePrefix: "1101",
		Detail: detail, PerCity: 10, PerProvince: 10, IslandEvery: 10,
	}
}

// inside is the box that lies within the outer border as a whole.
func inside(s geo.Synthetic) orb.Bound {
	w, h := (s.Bound.Max[0]-s.Bound.Min[0])/float64(s.Columns), (s.Bound.Max[1]-s.Bound.Min[1])/float64(s.Rows)
	return s.Bound.Pad(-0.3 * max(w, h))
}

// anywhere are places in a box.
func anywhere(r *rand.Rand, in orb.Bound, n int) []orb.Point {
	out := make([]orb.Point, n)
	for i := range out {
		out[i] = orb.Point{in.Min[0] + r.Float64()*(in.Max[0]-in.Min[0]), in.Min[1] + r.Float64()*(in.Max[1]-in.Min[1])}
	}
	return out
}

const metresPerDegree = 111_320.0

// nearBorders are places at most so many metres from an edge, 0 for the middles of edges.
func nearBorders(r *rand.Rand, ds []geo.Division, in orb.Bound, n int, metres float64) []orb.Point {
	var out []orb.Point
	for len(out) < n {
		polygon := ds[r.IntN(len(ds))].Border
		ring := polygon[r.IntN(len(polygon))]
		line := ring[r.IntN(len(ring))]
		i := 1 + r.IntN(len(line)-1)
		at := orb.Point{(line[i-1][0] + line[i][0]) / 2, (line[i-1][1] + line[i][1]) / 2}
		away, angle := metres*r.Float64()/metresPerDegree, 2*math.Pi*r.Float64()
		at[0] += away * math.Cos(angle) / math.Cos(at[1]*math.Pi/180)
		at[1] += away * math.Sin(angle)
		if in.Contains(at) {
			out = append(out, at)
		}
	}
	return out
}

// onVertices are places that are vertices, or one of the smallest steps beside one.
func onVertices(r *rand.Rand, ds []geo.Division, in orb.Bound, n int) []orb.Point {
	var out []orb.Point
	for len(out) < n {
		line := ds[r.IntN(len(ds))].Border[0][0]
		at := line[r.IntN(len(line))]
		if !in.Contains(at) {
			continue
		}
		for axis := range at {
			at[axis] = []float64{at[axis], math.Nextafter(at[axis], 0), math.Nextafter(at[axis], 180)}[r.IntN(3)]
		}
		out = append(out, at)
	}
	return out
}

// tree finds the polygons whose bounds hold a place: boxes, each halved until it holds few.
type tree struct {
	bound orb.Bound
	kids  []*tree
	parts []*shape
}

// shape is one polygon of a division.
type shape struct {
	code    string
	bound   orb.Bound
	polygon orb.Polygon
}

func newTree(ds []geo.Division) *tree {
	var all []*shape
	for _, d := range ds {
		for _, polygon := range d.Border {
			all = append(all, &shape{d.Code, polygon.Bound(), polygon})
		}
	}
	return halved(all, 0)
}

func halved(parts []*shape, axis int) *tree {
	t := &tree{bound: parts[0].bound}
	for _, p := range parts {
		t.bound = t.bound.Union(p.bound)
	}
	if len(parts) <= 4 {
		t.parts = parts
		return t
	}
	slices.SortFunc(parts, func(x, y *shape) int { return cmp.Compare(x.bound.Center()[axis], y.bound.Center()[axis]) })
	half := len(parts) / 2
	t.kids = []*tree{halved(parts[:half:half], 1-axis), halved(parts[half:], 1-axis)}
	return t
}

// visit calls each for every polygon whose bounds hold a place.
func (t *tree) visit(at orb.Point, each func(*shape)) {
	if !t.bound.Contains(at) {
		return
	}
	for _, p := range t.parts {
		if p.bound.Contains(at) {
			each(p)
		}
	}
	for _, kid := range t.kids {
		kid.visit(at, each)
	}
}

// byOrb is the owner of a place by orb's own test, which is the last one of both on a border.
func (t *tree) byOrb(at orb.Point) (owner string) {
	t.visit(at, func(s *shape) {
		if planar.PolygonContains(s.polygon, at) {
			owner = s.code
		}
	})
	return owner
}

// byCrossing are the owners of a place by the half-open crossing rule, in rational numbers
// where rounded ones may be wrong; a lake tells that the place lies in a hole.
func (t *tree) byCrossing(at orb.Point) (owners []string, lake bool) {
	t.visit(at, func(s *shape) {
		shell, hole := crossed(s.polygon[0], at), false
		for _, ring := range s.polygon[1:] {
			hole = hole || crossed(ring, at)
		}
		if shell && !hole {
			owners = append(owners, s.code)
		}
		lake = lake || hole
	})
	return owners, lake
}

func crossed(ring orb.Ring, at orb.Point) bool {
	odd := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a[1] > at[1]) == (b[1] > at[1]) {
			continue
		}
		if a[1] > b[1] {
			a, b = b, a
		}
		lon := a[0] + (b[0]-a[0])*((at[1]-a[1])/(b[1]-a[1]))
		if math.Abs(lon-at[0]) > 1e-9 && at[0] < lon || math.Abs(lon-at[0]) <= 1e-9 && westOf(a, b, at) {
			odd = !odd
		}
	}
	return odd
}

// westOf is exact: at lies west of the edge from a in the south to b.
func westOf(a, b, at orb.Point) bool {
	diff := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	l := new(big.Rat).Mul(diff(b[0], a[0]), diff(at[1], a[1]))
	return l.Cmp(new(big.Rat).Mul(diff(b[1], a[1]), diff(at[0], a[0]))) > 0
}
