package geo

// A synthetic partition for tests, the bench and the demo: counties that share fractal
// borders, with enclaves and lakes. No real border is shipped.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Synthetic says what to draw. 60 x 50 counties of Detail 8 are as many and as detailed as
// those of the whole country: 3,000 with some 3 million vertices.
type Synthetic struct {
	Seed        uint64
	Bound       orb.Bound
	Columns     int
	Rows        int
	CodePrefix  string // the first four digits; counties get 01, 02 …, row by row
	Detail      int    // each border has 2^Detail edges
	PerCity     int    // counties, before the next city begins; 0 is 99
	PerProvince int    // cities, before the next province begins; 0 is 99
	IslandEvery int    // so many counties, one has a lake and an enclave; 0 is the first county only
}

// Features draws the partition as a file has it, with the properties code and name.
func (s Synthetic) Features() *geojson.FeatureCollection {
	fc := geojson.NewFeatureCollection()
	for _, d := range s.Divisions() {
		f := geojson.NewFeature(d.Border)
		f.Properties["code"], f.Properties["name"] = d.Code, d.Name
		fc.Append(f)
	}
	return fc
}

// Divisions draws the partition: Columns x Rows counties. Some have a lake that nobody owns
// and, if there are two counties, an enclave of the next one.
func (s Synthetic) Divisions() []Division {
	var out []Division
	for row := range s.Rows {
		for column := range s.Columns {
			i := len(out)
			out = append(out, Division{Code: s.code(i), Name: fmt.Sprintf("第%d县", i+1), Border: orb.MultiPolygon{{s.cell(column, row)}}})
		}
	}
	for i := range out {
		if i == 0 || s.IslandEvery > 0 && i%s.IslandEvery == 0 {
			s.islands(out, i)
		}
	}
	return out
}

// code of the i-th county.
func (s Synthetic) code(i int) string {
	perCity, perProvince := s.PerCity, s.PerProvince
	if perCity == 0 {
		perCity = 99
	}
	if perProvince == 0 {
		perProvince = 99
	}
	first, _ := strconv.Atoi(s.CodePrefix)
	city := first%100 - 1 + i/perCity
	return fmt.Sprintf("%02d%02d%02d", first/100+city/perProvince, city%perProvince+1, i%perCity+1)
}

// islands gives the i-th county a lake and an enclave.
func (s Synthetic) islands(counties []Division, i int) {
	w, h := s.size()
	column, row := i%s.Columns, i/s.Columns
	at := orb.Point{s.Bound.Min[0] + w*(float64(column)+0.35), s.Bound.Min[1] + h*(float64(row)+0.35)}
	shell := &counties[i].Border[0]
	*shell = append(*shell, s.blob(uint64(2*i+1), at, min(w, h)*0.08))
	if len(counties) < 2 {
		return
	}
	enclave := s.blob(uint64(2*i+2), orb.Point{at[0] + w*0.3, at[1] + h*0.3}, min(w, h)*0.1)
	*shell = append(*shell, enclave)
	island := slices.Clone(enclave)
	slices.Reverse(island)
	owner := &counties[(i+1)%len(counties)].Border
	*owner = append(*owner, orb.Polygon{island})
}

func (s Synthetic) size() (w, h float64) {
	return (s.Bound.Max[0] - s.Bound.Min[0]) / float64(s.Columns), (s.Bound.Max[1] - s.Bound.Min[1]) / float64(s.Rows)
}

// corner of the grid. The products are rounded by themselves, so that it is one on each machine.
func (s Synthetic) corner(column, row int) orb.Point {
	w, h := s.size()
	return orb.Point{s.Bound.Min[0] + float64(float64(column)*w), s.Bound.Min[1] + float64(float64(row)*h)}
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
	length, across := s.size()
	from, to := s.corner(column, row), s.corner(column+1, row)
	if axis == 1 {
		length, across, to = across, length, s.corner(column, row+1)
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
	out[n] = to // where others begin, to the last digit
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
