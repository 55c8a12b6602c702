package geo

// Borders taken apart: an edge that two neighbours share is held once, with both of them.

import (
	"math"
	"math/bits"

	"github.com/paulmach/orb"
)

// none stands where there is no part.
const none = math.MaxUint32

// edge is a piece of border between two vertices, and the parts that end there: one on a
// coast, two between neighbours.
type edge struct {
	a, b  orb.Point // as it was first walked
	parts [2]uint32
}

// seams are the edges of all parts, each found by its two ends.
type seams struct {
	edges []edge
	table []uint32 // places of edges + 1, by the hash of their ends
	shift int
}

// newSeams has room for the edges of some rings.
func newSeams(vertices int) *seams {
	size := max(4, bits.Len(uint(vertices+vertices/3)))
	return &seams{edges: make([]edge, 0, vertices/2+vertices/16), table: make([]uint32, 1<<size), shift: 64 - size}
}

// add walks the rings of a part. A ring that is not closed is closed.
func (s *seams) add(polygon orb.Polygon, part uint32) {
	for _, ring := range polygon {
		for i := range ring {
			a, b := settled(ring[i]), settled(ring[(i+1)%len(ring)])
			if a != b {
				s.put(a, b, part)
			}
		}
	}
}

// put adds a part to an edge. Where the part has the edge already, ground of it lies on both
// sides, or on none, and the edge is no border of it. A third part of an edge, which only
// divisions that overlap have, gets a further edge with the same ends.
func (s *seams) put(a, b orb.Point, part uint32) {
	room := -1
	slot := hash(a, b) >> s.shift
	for ; s.table[slot] != 0; slot = (slot + 1) % uint64(len(s.table)) {
		i := int(s.table[slot] - 1)
		e := &s.edges[i]
		if (e.a != a || e.b != b) && (e.a != b || e.b != a) {
			continue
		}
		for k, held := range e.parts {
			if held == part {
				e.parts[k] = none
				return
			}
			if held == none && room < 0 {
				room = 2*i + k
			}
		}
	}
	if room >= 0 {
		s.edges[room/2].parts[room%2] = part
		return
	}
	s.edges = append(s.edges, edge{a, b, [2]uint32{part, none}})
	s.table[slot] = uint32(len(s.edges))
}

// hash is the same for both ways of walking an edge.
func hash(a, b orb.Point) uint64 {
	if b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
		a, b = b, a
	}
	h := uint64(0)
	for _, v := range [...]float64{a[0], a[1], b[0], b[1]} {
		h = (bits.RotateLeft64(h, 31) ^ math.Float64bits(v)) * 0x9E3779B97F4A7C15
	}
	return h
}

// arc is a stretch of border with the same two parts along it; the second one is none on a
// coast. Its edges lie between vertices that follow each other.
type arc struct {
	first, edges uint32
	parts        [2]uint32
}

// arcs joins the edges, which were walked one after the other.
func (s *seams) arcs() ([]orb.Point, []arc) {
	vertices := make([]orb.Point, 0, len(s.edges)+len(s.edges)/16)
	var out []arc
	for _, e := range s.edges {
		parts := [2]uint32{min(e.parts[0], e.parts[1]), max(e.parts[0], e.parts[1])}
		if parts[0] == none {
			continue
		}
		if last := len(out) - 1; last < 0 || out[last].parts != parts || vertices[len(vertices)-1] != e.a {
			out = append(out, arc{first: uint32(len(vertices)), parts: parts})
			vertices = append(vertices, e.a)
		}
		vertices = append(vertices, e.b)
		out[len(out)-1].edges++
	}
	return vertices, out
}
