package geo

// The frame of the grid: which cell a place lies in, and which ones an edge goes through.

import (
	"math"

	"github.com/paulmach/orb"
)

// frame divides a box into cells, counted from its south-west corner. Axis 0 is longitude.
type frame struct {
	origin orb.Point
	size   [2]float64 // degrees of a cell
	per    [2]float64 // cells in a degree
	n      [2]int     // cells along each axis
}

const (
	// margin in degrees, a tenth of a millimetre: an edge so near to a cell counts as in it,
	// which hides the rounding of where cells end.
	margin = 1e-9
	// leastCell in degrees: finer ones would say nothing of the ground.
	leastCell = 1e-6
	// mostCells along an axis. Each costs four bytes, a border or not.
	mostCells = 2048
)

// newFrame has as many cells as its borders are worth: a few for each edge, but not so small
// that long edges lie in many of them.
func newFrame(vertices []orb.Point, arcs []arc) frame {
	if len(arcs) == 0 {
		return frame{}
	}
	bound := orb.MultiPoint(vertices).Bound().Pad(2 * leastCell)
	var edges int
	var length [2]float64
	for _, a := range arcs {
		edges += int(a.edges)
		for i := a.first; i < a.first+a.edges; i++ {
			length[0] += math.Abs(vertices[i+1][0] - vertices[i][0])
			length[1] += math.Abs(vertices[i+1][1] - vertices[i][1])
		}
	}
	f := frame{origin: bound.Min}
	extent := [2]float64{bound.Max[0] - bound.Min[0], bound.Max[1] - bound.Min[1]}
	crossings := length[0]/extent[0] + length[1]/extent[1] // for each cell more along an axis
	n := min(mostCells, 16+2*math.Sqrt(float64(edges)), 16+4*float64(edges)/crossings)
	for axis := range 2 {
		f.n[axis] = int(max(1, min(n, extent[axis]/leastCell)))
		f.size[axis] = extent[axis] / float64(f.n[axis])
		f.per[axis] = float64(f.n[axis]) / extent[axis]
	}
	return f
}

// cell that a place lies in; false beyond the frame, and for what is no number.
func (f *frame) cell(at orb.Point) (column, row int, ok bool) {
	x, y := (at[0]-f.origin[0])*f.per[0], (at[1]-f.origin[1])*f.per[1]
	if !(x >= 0 && x < float64(f.n[0]) && y >= 0 && y < float64(f.n[1])) {
		return 0, 0, false
	}
	return int(x), int(y), true
}

// corner is the south-western one of a cell. The product is rounded by itself, so that each
// machine finds one corner wherever it asks.
func (f *frame) corner(column, row int) orb.Point {
	return orb.Point{f.origin[0] + float64(float64(column)*f.size[0]), f.origin[1] + float64(float64(row)*f.size[1])}
}

// span are the cells from one degree to another along an axis, those of the frame only.
func (f *frame) span(from, to float64, axis int) (first, last int) {
	most := float64(f.n[axis] - 1)
	place := func(v float64) int { return int(max(0, min(most, (v-f.origin[axis])*f.per[axis]))) }
	return place(from), place(to)
}

// cover calls each for every cell that an edge goes through or comes near to.
func (f *frame) cover(a, b orb.Point, each func(cell int)) {
	if a[1] > b[1] {
		a, b = b, a
	}
	first, last := f.span(a[1]-margin, b[1]+margin, 1)
	for row := first; row <= last; row++ {
		from, to := a[0], b[0]
		if first != last && a[1] != b[1] {
			south := f.corner(0, row)[1] - margin
			from = along(a, b, max(a[1], south))
			to = along(a, b, min(b[1], south+f.size[1]+2*margin))
		}
		west, east := f.span(min(from, to)-margin, max(from, to)+margin, 0)
		for column := west; column <= east; column++ {
			each(row*f.n[0] + column)
		}
	}
}

// along is the longitude of an edge at a latitude.
func along(a, b orb.Point, lat float64) float64 {
	return a[0] + (b[0]-a[0])*((lat-a[1])/(b[1]-a[1]))
}
