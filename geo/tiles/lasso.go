package tiles

// Who draws a line around cases gets all of them, shown or hidden in a cluster. All of it is
// exact: corners are spots as cases are, and products are compared in 128 bits.

import (
	"math/bits"

	"github.com/paulmach/orb"

	"xuncha/geo"
)

// Selection is what a shape holds.
type Selection struct {
	Counts          // of all that lie inside
	IDs    []string // of the first ones in the order of the map, up to the limit
}

// Select finds the cases inside a shape: rings of WGS-84 corners in degrees, closed or not,
// whose edges are straight on the map. A place is inside where a line from it crosses an odd
// number of edges, so a ring in a ring is a hole, and a line that crosses itself leaves out
// what it goes around twice. Up to limit ids are given, none for 0; if N is more, the limit
// was reached. The error is a Refusal, of this package or of geo.
func (s Snapshot) Select(shape orb.Polygon, f Filter, limit int) (Selection, error) {
	edges, err := edgesOf(shape)
	if err != nil {
		return Selection{}, err
	}
	l := lasso{query: s.query(f), limit: limit}
	l.square(0, 0, edges)
	return Selection{l.sum.Counts, l.ids}, nil
}

// lasso is one selection on its way.
type lasso struct {
	*query
	limit int
	sum   sum
	ids   []string
}

// square selects what lies in the square of zoom z that a key is in: all of it, none, a few
// cases one by one, or its quarters. Of the edges those come down that are not yet ruled
// out: a place in the square looks to the east.
func (l *lasso) square(key uint64, z uint, edges []edge) {
	here := around(key, z)
	from, to := l.root.seek(here.first), l.root.behind(here)
	if from == to {
		return
	}
	b := boxOf(here.first, z)
	edges, met := facing(edges, b)
	switch {
	case !met:
		if inside(edges, b.min) {
			l.whole(from, to)
		}
	case z == 32 || l.root.within(from, to, l.root.sizes.few):
		l.each(from, to, func(r row) bool {
			if inside(edges, vertexOf(r.spot)) {
				l.sum.point(r.spot, r.attr)
				l.name(r)
			}
			return true
		})
	default:
		for quarter := range uint64(4) {
			l.square(here.first|quarter<<(62-2*z), z+1, edges)
		}
	}
}

// whole selects all between two positions.
func (l *lasso) whole(from, to position) {
	l.add(&l.sum, from, to)
	if len(l.ids) < l.limit {
		l.each(from, to, l.name)
	}
}

// name gives the id of a case and tells whether there is room for more.
func (l *lasso) name(r row) bool {
	if len(l.ids) < l.limit {
		l.ids = append(l.ids, r.id.String())
	}
	return len(l.ids) < l.limit
}

// MaxCorners of a shape, all its rings together. A finger draws a few hundred.
const MaxCorners = 1000

// vertex is a corner of a shape.
type vertex struct{ x, y int64 }

func vertexOf(s spot) vertex { return vertex{int64(s.x()), int64(s.y())} }

// edge of a shape, from the north to the south.
type edge struct{ a, b vertex }

// edgesOf refuses what is no shape.
func edgesOf(shape orb.Polygon) ([]edge, error) {
	total := 0
	for _, ring := range shape {
		total += len(ring)
	}
	if total > MaxCorners {
		return nil, refuse(CodeCorners, "the shape has %d corners; %d is the most", total, MaxCorners)
	}
	var out []edge
	for _, ring := range shape {
		vs, err := verticesOf(ring)
		if err != nil {
			return nil, err
		}
		for i, a := range vs {
			b := vs[(i+1)%len(vs)]
			if a.y > b.y {
				a, b = b, a
			}
			out = append(out, edge{a, b})
		}
	}
	if len(out) == 0 {
		return nil, refuse(CodeFew, "the shape has no ring")
	}
	return out, nil
}

// verticesOf are the corners of a ring, the last one not repeated.
func verticesOf(ring orb.Ring) ([]vertex, error) {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		ring = ring[:n-1]
	}
	if len(ring) < 3 {
		return nil, refuse(CodeFew, "a ring has %d corners; a shape needs three", len(ring))
	}
	out := make([]vertex, len(ring))
	for i, at := range ring {
		if err := geo.Check(at); err != nil {
			return nil, err
		}
		s, _ := spotOf(orb.Point{at[0], max(-maxLat, min(maxLat, at[1]))})
		out[i] = vertexOf(s)
	}
	return out, nil
}

// less tells whether a*b < c*d.
func less(a, b, c, d int64) bool { return sign(a, b, c, d) < 0 }

// sign is that of a*b - c*d, for factors of up to 33 bits.
func sign(a, b, c, d int64) int {
	hi, lo := product(a, b)
	hi2, lo2 := product(c, d)
	switch {
	case hi != hi2:
		return order(hi < hi2)
	case lo != lo2:
		return order(lo < lo2)
	}
	return 0
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

// product of two numbers in 128 bits, in two's complement.
func product(a, b int64) (hi int64, lo uint64) {
	h, lo := bits.Mul64(uint64(a), uint64(b))
	hi = int64(h)
	if a < 0 {
		hi -= b
	}
	if b < 0 {
		hi -= a
	}
	return hi, lo
}

// inside counts the edges to the east of a place: odd is inside. An edge holds its northern
// end and not its southern one, so a place on a border that two shapes share, corner for
// corner, is inside exactly one of them.
func inside(edges []edge, p vertex) bool {
	in := false
	for i := range edges {
		e := &edges[i]
		if e.a.y <= p.y && p.y < e.b.y && less(p.x-e.a.x, e.b.y-e.a.y, e.b.x-e.a.x, p.y-e.a.y) {
			in = !in
		}
	}
	return in
}

// box is a square of spots, its ends in it.
type box struct{ min, max vertex }

// boxOf is the square of zoom z that begins with a key.
func boxOf(key uint64, z uint) box {
	at, side := vertexOf(spotAt(key)), int64(1)<<(32-z)
	return box{at, vertex{at.x + side - 1, at.y + side - 1}}
}

// facing are the edges that a place in the box may have to its east, and whether one of them
// meets the box. Where none does, all places in it are inside or none is.
func facing(edges []edge, b box) (out []edge, met bool) {
	for i := range edges {
		e := &edges[i]
		if e.b.y < b.min.y || e.a.y > b.max.y || max(e.a.x, e.b.x) < b.min.x {
			continue
		}
		out = append(out, *e)
		met = met || e.meets(b)
	}
	return out, met
}

// meets tells whether an edge that faces a box has a place in common with it: not all corners
// of the box lie on one side of the edge.
func (e *edge) meets(b box) bool {
	if min(e.a.x, e.b.x) > b.max.x {
		return false
	}
	side := e.side(b.min)
	return side == 0 || side != e.side(b.max) || side != e.side(vertex{b.min.x, b.max.y}) || side != e.side(vertex{b.max.x, b.min.y})
}

// side is where a place lies as seen from the edge: -1, 0 or 1.
func (e *edge) side(p vertex) int {
	return sign(e.b.x-e.a.x, p.y-e.a.y, p.x-e.a.x, e.b.y-e.a.y)
}
