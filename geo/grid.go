package geo

// The grid that says whose a place is. Most cells lie in one part as a whole. The others hold
// the border edges in them and who claims their corner: to walk from the corner to the place
// and to change sides at each border gives the owner, and never more than one answer.

import (
	"math/bits"
	"slices"

	"github.com/paulmach/orb"
)

type grid struct {
	frame
	blocks   []uint32 // of blockSide x blockSide cells: what all of them hold, or divided and where they begin in cells
	cells    []uint32 // a part + 1, 0 for nobody, or mixedCell and where its words begin
	words    []uint32 // of the mixed cells, one after the other (see mixed)
	vertices []orb.Point
}

const (
	divided   = 1 << 30
	mixedCell = 1 << 31
	blockSide = 4 // the blocks of a country take a megabyte, which stays near to the processor
)

// held is what a cell holds.
func (g *grid) held(column, row int) uint32 {
	held := g.blocks[row/blockSide*g.across()+column/blockSide]
	if held < divided {
		return held
	}
	return g.cells[held-divided+uint32(row%blockSide*blockSide+column%blockSide)]
}

// across is how many blocks lie along a parallel.
func (g *grid) across() int { return (g.n[0] + blockSide - 1) / blockSide }

// mixed is a cell with borders in it, or one that two claim. In words: how many parts, claims
// and runs it has, and its first vertex; then the parts; then the runs, three words each: how
// many edges, and the places of two parts among those of the cell, the second one none on a
// coast. The vertices of a cell lie together, each run with both ends: a look-up waits for
// memory, and does so three times at the most.
type mixed struct {
	claims   uint32 // so many parts, the first ones, claim the south-western corner
	parts    []uint32
	runs     []uint32
	vertices []orb.Point // from the first one on
}

const (
	headWords = 4
	runWords  = 3
)

// mixed reads the cell whose words begin there.
func (g *grid) mixed(held uint32) mixed {
	w := g.words[held-mixedCell:]
	parts, runs := w[0], w[2]
	return mixed{claims: w[1], parts: w[headWords : headWords+parts], runs: w[headWords+parts : headWords+parts+runWords*runs], vertices: g.vertices[w[3]:]}
}

// run is a stretch of border in a cell: edges that follow each other.
type run struct {
	border []orb.Point
	parts  [2]uint32
}

// next takes the next run; false where there is none.
func (m *mixed) next() (r run, ok bool) {
	if len(m.runs) == 0 {
		return run{}, false
	}
	n := m.runs[0] + 1
	r = run{m.vertices[:n], [2]uint32{m.runs[1], m.runs[2]}}
	m.runs, m.vertices = m.runs[runWords:], m.vertices[n:]
	return r, true
}

// mostClaims is how many parts of a cell the fast way tells apart.
const mostClaims = 64

// owner is the part that a place lies in; none for nobody. It is not clear where two claim
// the place, or in a cell with a crowd of parts.
func (g *grid) owner(at orb.Point) (part uint32, clear bool) {
	column, row, ok := g.cell(at)
	if !ok {
		return none, true
	}
	held := g.held(column, row)
	if held < mixedCell {
		return held - 1, true // 0 - 1 is none
	}
	m := g.mixed(held)
	if len(m.parts) > mostClaims {
		return none, false
	}
	claims := uint64(1)<<m.claims - 1 // a bit for each part of the cell
	corner := g.corner(column, row)
	for r, ok := m.next(); ok; r, ok = m.next() {
		if changes(r.border, corner, at) {
			claims ^= 1<<r.parts[0] ^ 1<<r.parts[1] // for none there is no bit
		}
	}
	switch {
	case claims == 0:
		return none, true
	case claims&(claims-1) != 0:
		return none, false
	}
	return m.parts[bits.TrailingZeros64(claims)], true
}

// claims are all parts that a place lies in, the lowest first.
func (g *grid) claims(at orb.Point) []uint32 {
	column, row, ok := g.cell(at)
	if !ok {
		return nil
	}
	held := g.held(column, row)
	switch {
	case held == 0:
		return nil
	case held < mixedCell:
		return []uint32{held - 1}
	}
	m := g.mixed(held)
	claim := make([]bool, len(m.parts))
	for i := range m.claims {
		claim[i] = true
	}
	corner := g.corner(column, row)
	for r, ok := m.next(); ok; r, ok = m.next() {
		if !changes(r.border, corner, at) {
			continue
		}
		for _, place := range r.parts {
			if place != none {
				claim[place] = !claim[place]
			}
		}
	}
	var out []uint32
	for i, part := range m.parts {
		if claim[i] {
			out = append(out, part)
		}
	}
	slices.Sort(out)
	return out
}

// changes tells whether the way from the corner of a cell to a place changes sides along a
// stretch of border: it crosses it an odd number of times. The way goes along the western
// side of the cell to the place's latitude, and then east. Each end of it is taken a little
// to the east and much less to the north (see left), so that it meets no vertex.
func changes(border []orb.Point, corner, at orb.Point) bool {
	bend := orb.Point{corner[0], at[1]}
	odd := false
	a := border[0]
	east, north := a[0] > corner[0], a[1] > at[1]
	for _, b := range border[1:] {
		e, n := b[0] > corner[0], b[1] > at[1]
		if n != north && left(a, b, bend) != left(a, b, at) {
			odd = !odd
		}
		if e != east && left(a, b, corner) != left(a, b, bend) {
			odd = !odd
		}
		a, east, north = b, e, n
	}
	return odd
}
