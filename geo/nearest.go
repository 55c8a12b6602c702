package geo

// How far the next border is: looked for in the grid, from the place's cell outwards.

import (
	"math"

	"github.com/paulmach/orb"
)

// metresPerDegree of latitude, near enough for distances to a border.
const metresPerDegree = 111_320.0

// doubt looks for other divisions that the accuracy reaches.
func (p *Partition) doubt(o *Owner, at orb.Point, accuracy float64) {
	own, other, second := accuracy, math.Inf(1), ""
	scale := [2]float64{metresPerDegree * math.Cos(at[1]*math.Pi/180), metresPerDegree}
	p.grid.around(at, accuracy, scale, func(m mixed) float64 {
		for r, ok := m.next(); ok; r, ok = m.next() {
			d := distance(r.border, at, scale)
			if d > accuracy {
				continue
			}
			for _, place := range r.parts {
				if place == none {
					continue
				}
				code := p.parts[m.parts[place]].Code
				switch {
				case code == o.Code:
					own = min(own, d)
				case d < other || d == other && code < second:
					other, second = d, code
				}
			}
		}
		return max(own, other)
	})
	o.BorderM = own
	if second != "" {
		o.Second, o.Uncertain = second, true
	}
}

// around calls each for the mixed cells within reach metres of a place, ring by ring, until
// what lies further out is further than each says that matters. Scale is metres per degree.
func (g *grid) around(at orb.Point, reach float64, scale [2]float64, each func(mixed) (matters float64)) {
	if len(g.blocks) == 0 {
		return
	}
	lat, lon := reach/metresPerDegree, reach/max(0.1*metresPerDegree, scale[0])
	west, east := g.span(at[0]-lon, at[0]+lon, 0)
	south, north := g.span(at[1]-lat, at[1]+lat, 1)
	column, _ := g.span(at[0], at[0], 0)
	row, _ := g.span(at[1], at[1], 1)
	matters := math.Inf(1)
	for k := 0; ; k++ {
		for y := max(row-k, south); y <= min(row+k, north); y++ {
			step := 1
			if y != row-k && y != row+k {
				step = max(1, 2*k) // the two sides of the ring
			}
			for x := column - k; x <= column+k; x += step {
				if x < west || x > east {
					continue
				}
				if held := g.held(x, y); held >= mixedCell {
					matters = each(g.mixed(held))
				}
			}
		}
		all := column-k <= west && column+k >= east && row-k <= south && row+k >= north
		if all || matters <= g.beyond(at, [2]int{column, row}, k, scale) {
			return
		}
	}
}

// beyond is how many metres from a place everything lies that is not in the k rings around
// its cell: as far as the nearest side of them that is not the end of the grid.
func (g *grid) beyond(at orb.Point, cell [2]int, k int, scale [2]float64) float64 {
	low, high := g.corner(cell[0]-k, cell[1]-k), g.corner(cell[0]+k+1, cell[1]+k+1)
	d := math.Inf(1)
	for axis := range 2 {
		if cell[axis]-k > 0 {
			d = min(d, (at[axis]-low[axis])*scale[axis])
		}
		if cell[axis]+k < g.n[axis]-1 {
			d = min(d, (high[axis]-at[axis])*scale[axis])
		}
	}
	return d
}

// distance in metres from a place to a stretch of border.
func distance(border []orb.Point, at orb.Point, scale [2]float64) float64 {
	nearest := math.Inf(1)
	ax, ay := (border[0][0]-at[0])*scale[0], (border[0][1]-at[1])*scale[1]
	for _, b := range border[1:] {
		bx, by := (b[0]-at[0])*scale[0], (b[1]-at[1])*scale[1]
		nearest = min(nearest, toSegment(ax, ay, bx, by))
		ax, ay = bx, by
	}
	return math.Sqrt(nearest)
}

// toSegment is the squared distance of the origin from a segment.
func toSegment(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = max(0, min(1, -(ax*dx+ay*dy)/length))
	}
	x, y := ax+t*dx, ay+t*dy
	return x*x + y*y
}
