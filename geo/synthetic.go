package geo

// A synthetic partition for tests and the demo: counties that share fractal borders, with
// an enclave and a lake. No real border is shipped.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Synthetic says what to draw.
type Synthetic struct {
	Seed       uint64
	Bound      orb.Bound
	Columns    int
	Rows       int
	CodePrefix string // the first four digits; counties get 01, 02 …
	Detail     int    // each border has 2^Detail edges
}

// Features draws the partition: Columns x Rows counties, the first of them with a lake
// that nobody owns and, if there are two, with an enclave of the second.
func (s Synthetic) Features() *geojson.FeatureCollection {
	fc := geojson.NewFeatureCollection()
	var borders []orb.MultiPolygon
	for row := range s.Rows {
		for column := range s.Columns {
			borders = append(borders, orb.MultiPolygon{{s.cell(column, row)}})
		}
	}
	w, h := s.size()
	at := orb.Point{s.Bound.Min[0] + w*0.35, s.Bound.Min[1] + h*0.35}
	lake := s.blob(1, at, min(w, h)*0.08)
	borders[0][0] = append(borders[0][0], lake)
	if len(borders) > 1 {
		enclave := s.blob(2, orb.Point{at[0] + w*0.3, at[1] + h*0.3}, min(w, h)*0.1)
		borders[0][0] = append(borders[0][0], enclave)
		island := slices.Clone(enclave)
		slices.Reverse(island)
		borders[1] = append(borders[1], orb.Polygon{island})
	}
	for i, border := range borders {
		f := geojson.NewFeature(border)
		f.Properties["code"] = fmt.Sprintf("%s%02d", s.CodePrefix, i+1)
		f.Properties["name"] = fmt.Sprintf("第%d县", i+1)
		fc.Append(f)
	}
	return fc
}

func (s Synthetic) size() (w, h float64) {
	return (s.Bound.Max[0] - s.Bound.Min[0]) / float64(s.Columns), (s.Bound.Max[1] - s.Bound.Min[1]) / float64(s.Rows)
}

// cell is the border of one county, anti-clockwise: four edges that its neighbours share.
func (s Synthetic) cell(column, row int) orb.Ring {
	south := s.edge(column, row, 0)
	north := s.edge(column, row+1, 0)
	west := s.edge(column, row, 1)
	east := s.edge(column+1, row, 1)
	slices.Reverse(north)
	slices.Reverse(west)
	var ring orb.Ring
	for _, side := range [][]orb.Point{south, east, north, west} {
		ring = append(ring, side[:len(side)-1]...)
	}
	return append(ring, ring[0])
}

// steepest keeps two edges that meet in a corner apart: each stays in its own cone.
const steepest = 0.3

// edge is a border between two corners of the grid, from west to east (axis 0) or from
// south to north (axis 1), the same for both neighbours.
func (s Synthetic) edge(column, row, axis int) []orb.Point {
	w, h := s.size()
	from := orb.Point{s.Bound.Min[0] + float64(column)*w, s.Bound.Min[1] + float64(row)*h}
	length, across := w, h
	if axis == 1 {
		length, across = h, w
	}
	r := rand.New(rand.NewPCG(s.Seed, uint64(column)<<33|uint64(row)<<1|uint64(axis))) //nolint:gosec // grid places
	n := 1 << s.Detail
	off := make([]float64, n+1)
	fractal(off, 0, n, 0.25, r)
	out := make([]orb.Point, n+1)
	for i := range out {
		t := float64(i) / float64(n)
		cone := steepest * math.Min(t, 1-t) * math.Min(length, across)
		shift := math.Max(-cone, math.Min(cone, off[i]*across))
		out[i] = from
		out[i][axis] += t * length
		out[i][1-axis] += shift
	}
	return out
}

// fractal displaces the middle of a stretch and goes on with both halves.
func fractal(off []float64, a, b int, amplitude float64, r *rand.Rand) {
	if b-a < 2 {
		return
	}
	m := (a + b) / 2
	off[m] = (off[a]+off[b])/2 + amplitude*(r.Float64()-0.5)
	fractal(off, a, m, amplitude*0.55, r)
	fractal(off, m, b, amplitude*0.55, r)
}

// blob is a clockwise ring around a centre, as a hole runs.
func (s Synthetic) blob(salt uint64, centre orb.Point, radius float64) orb.Ring {
	r := rand.New(rand.NewPCG(s.Seed, 1<<60|salt))
	n := 1 << s.Detail
	var ring orb.Ring
	for i := range n {
		angle := -2 * math.Pi * float64(i) / float64(n)
		d := radius * (0.7 + 0.3*r.Float64())
		ring = append(ring, orb.Point{centre[0] + d*math.Cos(angle), centre[1] + d*math.Sin(angle)})
	}
	return append(ring, ring[0])
}
