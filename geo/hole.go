package geo

// Holes: each lies in its outer ring as a whole, and no two of them share ground. They may
// touch, in a vertex or along an edge: whose a place is stays clear then.

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// holeFaults looks at the holes of the i-th polygon, whose rings are whole.
func holeFaults(i int, polygon orb.Polygon) []Fault {
	if len(polygon) < 2 {
		return nil
	}
	var out []Fault
	bad := make([]bool, len(polygon)) // one fault for each ring says enough
	add := func(ring int, kind string, at orb.Point) {
		if !bad[ring] {
			bad[ring] = true
			out = append(out, named(i, ring, []Fault{{Kind: kind, At: at}})...)
		}
	}
	for _, c := range crossings(polygon) {
		if c.first == 0 {
			add(c.second, HoleOutside, c.at)
		} else {
			add(c.second, HolesOverlap, c.at)
		}
	}
	for j := 1; j < len(polygon); j++ {
		if in, out := sides(polygon[j], polygon[0]); out != nil {
			add(j, HoleOutside, *out)
		} else if in == nil {
			add(j, HoleOutside, polygon[j][0]) // all of it is border: nothing is left of the land
		}
		for k := 1; k < j; k++ {
			if !polygon[j].Bound().Intersects(polygon[k].Bound()) {
				continue
			}
			in, out := sides(polygon[j], polygon[k])
			if in == nil {
				in, _ = sides(polygon[k], polygon[j])
			}
			if in == nil && out == nil {
				in = &polygon[j][0] // the same hole twice
			}
			if in != nil {
				add(j, HolesOverlap, *in)
			}
		}
	}
	return out
}

// sides gives a place of a ring that lies in another and one that lies outside of it, looked
// for among its vertices and the middles of its edges, those on the other's border aside.
func sides(ring, other orb.Ring) (in, out *orb.Point) {
	for i := 1; i < len(ring) && (in == nil || out == nil); i++ {
		a, b := ring[i-1], ring[i]
		for _, p := range []orb.Point{a, {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}} {
			switch {
			case onBorder(other, p):
			case inRing(other, p):
				in = &p
			default:
				out = &p
			}
		}
	}
	return in, out
}

func onBorder(ring orb.Ring, p orb.Point) bool {
	for i := 1; i < len(ring); i++ {
		s := segment{a: ring[i-1], b: ring[i]}
		if between(s, p) && side(s.a, s.b, p) == 0 {
			return true
		}
	}
	return false
}

// meeting is where two rings of one polygon cross.
type meeting struct {
	first, second int // places of the rings, in order
	at            orb.Point
}

// crossings finds where different rings cross: a sweep from west to east over all edges.
func crossings(polygon orb.Polygon) []meeting {
	var segments []segment
	for j, ring := range polygon {
		for i := 1; i < len(ring); i++ {
			segments = append(segments, segment{ring[i-1], ring[i], j})
		}
	}
	slices.SortFunc(segments, func(x, y segment) int { return cmp.Compare(x.west(), y.west()) })
	var active []segment
	var out []meeting
	for _, s := range segments {
		active = slices.DeleteFunc(active, func(o segment) bool { return o.east() < s.west() })
		for _, o := range active {
			if s.i != o.i && crossProperly(s, o) {
				out = append(out, meeting{min(s.i, o.i), max(s.i, o.i), s.a})
			}
		}
		active = append(active, s)
	}
	return out
}

// crossProperly: each edge passes through the other one; a touch is no crossing.
func crossProperly(s, o segment) bool {
	if max(s.a[1], s.b[1]) < min(o.a[1], o.b[1]) || max(o.a[1], o.b[1]) < min(s.a[1], s.b[1]) {
		return false
	}
	return side(o.a, o.b, s.a)*side(o.a, o.b, s.b) < 0 && side(s.a, s.b, o.a)*side(s.a, s.b, o.b) < 0
}
