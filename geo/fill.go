package geo

// The grid is filled once: the edges are laid into their cells, and then each row is walked
// from west to east, so that it is known who claims the corner of every cell.

import (
	"slices"

	"github.com/paulmach/orb"
)

// filling is a grid while it is filled from the arcs of all borders.
type filling struct {
	grid
	arcs   []arc
	border []orb.Point // the vertices of the arcs
	first  []uint32    // of each cell's hits; they end where the next cell's begin
	hits   []hit
}

// hit is an edge in a cell: the one after its vertex.
type hit struct{ vertex, arc uint32 }

func newGrid(in frame, border []orb.Point, arcs []arc) grid {
	f := filling{arcs: arcs, border: border}
	f.frame = in
	f.cells = make([]uint32, f.n[0]*f.n[1])
	f.lay()
	f.vertices = make([]orb.Point, 0, f.ends())
	var claims []uint32
	for row := range f.n[1] {
		claims = claims[:0] // nobody claims what lies west of all
		for column := range f.n[0] {
			cell := row*f.n[0] + column
			hits := f.hits[f.first[cell]:f.first[cell+1]]
			f.cells[cell] = f.content(claims, hits)
			claims = f.walk(claims, hits, f.corner(column, row), f.corner(column+1, row))
		}
	}
	f.fold()
	f.words, f.cells, f.blocks = slices.Clone(f.words), slices.Clone(f.cells), slices.Clone(f.blocks) // without room to grow
	return f.grid
}

// fold puts the cells into blocks, and keeps those only that differ from others in theirs.
func (f *filling) fold() {
	flat := f.cells
	f.cells = nil
	for south := 0; south < f.n[1]; south += blockSide {
		for west := 0; west < f.n[0]; west += blockSide {
			var block [blockSide * blockSide]uint32
			first, same := flat[south*f.n[0]+west], true
			for row := south; row < min(south+blockSide, f.n[1]); row++ {
				for column := west; column < min(west+blockSide, f.n[0]); column++ {
					held := flat[row*f.n[0]+column]
					block[row%blockSide*blockSide+column%blockSide] = held
					same = same && held == first && held < divided
				}
			}
			if same {
				f.blocks = append(f.blocks, first)
				continue
			}
			f.blocks = append(f.blocks, divided+uint32(len(f.cells)))
			f.cells = append(f.cells, block[:]...)
		}
	}
}

// lay counts how many edges each cell gets, and then gives it them, in the order of the arcs.
func (f *filling) lay() {
	f.first = make([]uint32, len(f.cells)+2)
	f.eachHit(func(cell int, _ hit) { f.first[cell+2]++ })
	for i := 1; i < len(f.first); i++ {
		f.first[i] += f.first[i-1]
	}
	f.hits = make([]hit, f.first[len(f.first)-1])
	f.eachHit(func(cell int, h hit) {
		f.hits[f.first[cell+1]] = h
		f.first[cell+1]++ // ends where the next cell's begin
	})
}

func (f *filling) eachHit(each func(cell int, h hit)) {
	for i, a := range f.arcs {
		for v := a.first; v < a.first+a.edges; v++ {
			f.cover(f.border[v], f.border[v+1], func(cell int) { each(cell, hit{v, uint32(i)}) })
		}
	}
}

// follows tells whether a hit goes on where the one before it in its cell ends.
func follows(before, h hit) bool { return h == hit{before.vertex + 1, before.arc} }

// ends are the vertices of all cells: one for each hit, and one more for each run.
func (f *filling) ends() int {
	n := len(f.hits)
	for i, h := range f.hits {
		if i == 0 || !follows(f.hits[i-1], h) {
			n++
		}
	}
	return n + len(f.hits)/16 // where a run ends with its cell
}

// content is what a cell holds of which some parts claim the corner.
func (f *filling) content(claims []uint32, hits []hit) uint32 {
	if len(hits) == 0 && len(claims) == 0 {
		return 0
	}
	if len(hits) == 0 && len(claims) == 1 {
		return claims[0] + 1
	}
	begin := len(f.words)
	parts := slices.Clone(claims)
	var runs []uint32
	first := len(f.vertices)
	for i, h := range hits {
		if i == 0 || !follows(hits[i-1], h) {
			runs = append(runs, 0, none, none)
			for k, part := range f.arcs[h.arc].parts {
				if part != none {
					parts, runs[len(runs)-2+k] = placed(parts, part)
				}
			}
			f.vertices = append(f.vertices, f.border[h.vertex])
		}
		runs[len(runs)-runWords]++
		f.vertices = append(f.vertices, f.border[h.vertex+1])
	}
	f.words = append(f.words, uint32(len(parts)), uint32(len(claims)), uint32(len(runs)/runWords), uint32(first))
	f.words = append(append(f.words, parts...), runs...)
	return mixedCell + uint32(begin)
}

// placed gives a part its place among others, a new one if it has none.
func placed(parts []uint32, part uint32) ([]uint32, uint32) {
	i := slices.Index(parts, part)
	if i < 0 {
		i, parts = len(parts), append(parts, part)
	}
	return parts, uint32(i)
}

// walk goes east from one corner to the next one and tells who claims that.
func (f *filling) walk(claims []uint32, hits []hit, from, to orb.Point) []uint32 {
	for _, h := range hits {
		a, b := f.border[h.vertex], f.border[h.vertex+1]
		if (a[1] > from[1]) == (b[1] > from[1]) || left(a, b, from) == left(a, b, to) {
			continue
		}
		for _, part := range f.arcs[h.arc].parts {
			if part == none {
				continue
			}
			if i := slices.Index(claims, part); i >= 0 {
				claims = slices.Delete(claims, i, i+1)
			} else {
				claims = append(claims, part)
			}
		}
	}
	return claims
}
