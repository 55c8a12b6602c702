package tiles

// A tile: the cases of a square of the world, in cells.

import (
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
	q, out := s.query(f), newLayer(s.words, t)
	single := 1
	if t.Z >= Singly {
		single = MostSingly
	}
	all := spanOf(corner(t), uint(t.Z))
	from := s.root.seek(all.first)
	for {
		key, more := s.root.key(from)
		if !more || key > all.last {
			return out.bytes(), nil
		}
		to := s.root.behind(around(key, uint(t.Z)+cellBits))
		var cell sum
		q.add(&cell, from, to)
		switch {
		case cell.N == 0:
		case cell.N <= single:
			left := cell.N
			q.each(from, to, func(r row) bool {
				out.single(r)
				left--
				return left > 0
			})
		default:
			out.cluster(&cell, single > 1)
		}
		from = to
	}
}
