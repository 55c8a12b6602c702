package geo

// On which side of a border a place lies: exactly, however near it is. Rounded numbers would
// give a place beside a corner to two divisions, or to none.

import (
	"math"

	"github.com/paulmach/orb"
)

// crosses tells whether the edge lies to the east of p at p's latitude. It is half-open: of
// two edges that meet at p's latitude one counts.
func crosses(a, b, p orb.Point) bool {
	return (a[1] > p[1]) != (b[1] > p[1]) && left(a, b, p)
}

// left tells whether p lies to the left of an edge that is walked northwards, or eastwards
// where it runs along a parallel: both neighbours get the very same answer, whichever way
// their rings run. A place on the edge is taken for one a little to the east of it, and by
// much less to the north: that is how a place on a border belongs to one side only.
func left(a, b, p orb.Point) bool {
	if a[1] > b[1] || a[1] == b[1] && a[0] > b[0] {
		a, b = b, a
	}
	t := turn(a, b, p)
	return t > 0 || t == 0 && a[1] == b[1]
}

// rounding bounds the error of a turn, beside the size of its two products (Shewchuk 1997).
const rounding = (3 + 16*0x1p-53) * 0x1p-53

// turn is above 0 where p lies to the left of the way from a to b, below 0 to its right and
// 0 on the line. Only its sign counts, which is exact for vertices that are settled.
func turn(a, b, p orb.Point) float64 {
	l, r := (b[0]-a[0])*(p[1]-a[1]), (b[1]-a[1])*(p[0]-a[0])
	d, doubt := l-r, rounding*(math.Abs(l)+math.Abs(r))
	if d > doubt || -d > doubt || l == 0 && r == 0 {
		return d
	}
	return exactTurn(a, b, p)
}

// exactTurn adds the six products without any rounding.
func exactTurn(a, b, p orb.Point) float64 {
	var s expansion
	for _, f := range [...][2]float64{{a[0], b[1]}, {-a[1], b[0]}, {b[0], p[1]}, {-b[1], p[0]}, {p[0], a[1]}, {-p[1], a[0]}} {
		high := float64(f[0] * f[1])
		s.add(math.FMA(f[0], f[1], -high)) // what the product lost
		s.add(high)
	}
	return s.sign()
}

// expansion is a sum that holds every bit: parts that do not overlap, the least ones first.
type expansion struct {
	parts [12]float64
	n     int
}

func (e *expansion) add(v float64) {
	for i, part := range e.parts[:e.n] {
		sum := v + part
		of := sum - v
		e.parts[i] = (v - (sum - of)) + (part - of) // what the sum lost
		v = sum
	}
	e.parts[e.n] = v
	e.n++
}

// sign is that of the largest part, which the others together do not reach.
func (e *expansion) sign() float64 {
	for i := e.n - 1; i >= 0; i-- {
		if e.parts[i] != 0 {
			return e.parts[i]
		}
	}
	return 0
}

// leastDegree is what still counts. Far below it products would leave the range of numbers.
const leastDegree = 1e-100

// settled is p with one zero only, and nothing too small to be computed with.
func settled(p orb.Point) orb.Point {
	for axis, v := range p {
		if math.Abs(v) < leastDegree {
			p[axis] = 0
		}
	}
	return p
}
