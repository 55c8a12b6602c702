package tiles

// Who draws a line around cases gets all of them, shown or hidden in a cluster.

import "github.com/paulmach/orb"

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

// few cases are looked at one by one; of more the square is divided.
const few = 64

// square selects what lies in the square of zoom z that a key is in. Of the edges those come
// down that are not yet ruled out: a place in the square looks to the east.
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
	case z == 32 || l.root.within(from, to, few):
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
