package tiles

// A tile: the cases of a square of the world, in cells.

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb/maptile"
)

// How a tile is divided. Eight cells a side are 64 pixels each where a tile is drawn with
// 512, the room that a cluster's ring needs.
const (
	MaxZoom    = 22
	Singly     = 15 // from this zoom on cases are shown one by one
	MostSingly = 32 // of a cell; with more it stays a cluster

	cellBits = 3
	extent   = 4096
)

// Tile is a vector tile (MVT 2.1) with one layer, "cases", of points; nil for one without
// cases. Each of its 64 cells that holds cases is a cluster at their mean position: n,
// overdue, and s_ with the name of each status that occurs, all counts. A case that is alone
// in its cell, and from zoom Singly on each, is shown where it is, with the same and its id
// and status, and with due_soon, urgent or starred where they are true. From there on a cell
// with more than MostSingly cases, such as a heap at one place, is a cluster still and says
// crowded: true; whoever wants them one by one asks with Select. The n of all features are
// the cases of the tile. The error is a Refusal.
func (s Snapshot) Tile(t maptile.Tile, f Filter) ([]byte, error) {
	if t.Z > MaxZoom || !t.Valid() {
		return nil, refuse(CodeTile, "there is no tile %d/%d/%d", t.Z, t.X, t.Y)
	}
	out, single := newLayer(s.words, t), 1
	if t.Z >= Singly {
		single = MostSingly
	}
	q, cells := s.query(f), s.cells(t)
	s.addUp(cells, q, f)
	for i := range cells {
		switch c := &cells[i]; {
		case c.N == 0:
		case c.N <= single:
			left := c.N
			q.each(c.from, c.to, func(r row) bool {
				out.single(r)
				left--
				return left > 0
			})
		default:
			out.cluster(&c.sum, single > 1)
		}
	}
	return out.bytes(), nil
}

// cell is a part of a tile: what lies between two positions.
type cell struct {
	from, to position
	sum
}

// cells are those of a tile in which there is anything of anybody.
func (s Snapshot) cells(t maptile.Tile) (cells []cell) {
	all := spanOf(corner(t), uint(t.Z))
	from := s.root.seek(all.first)
	for {
		key, more := s.root.key(from)
		if !more || key > all.last {
			return cells
		}
		to := s.root.behind(around(key, uint(t.Z)+cellBits))
		cells = append(cells, cell{from: from, to: to})
		from = to
	}
}

// addUp adds up each cell. What the tallies do not know, in a tile of most of the world's
// cases, is shared among the processors: a million cases take some milliseconds.
func (s Snapshot) addUp(cells []cell, q *query, f Filter) {
	if q.plain || len(cells) == 0 || cells[len(cells)-1].to.branch-cells[0].from.branch < s.root.sizes.alone {
		for i := range cells {
			q.add(&cells[i].sum, cells[i].from, cells[i].to)
		}
		return
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(cells), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			q := s.query(f)
			for i := next.Add(1) - 1; i < int64(len(cells)); i = next.Add(1) - 1 {
				q.add(&cells[i].sum, cells[i].from, cells[i].to)
			}
		})
	}
	workers.Wait()
}
