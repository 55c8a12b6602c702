package tiles

// Leaves of the tree: a few hundred cases that are neighbours. Nothing of a leaf changes
// once it is in a tree.

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
)

// leaf holds cases in the order of their keys, those of one key by their ids.
type leaf struct {
	spots []spot
	attrs []attr
	ids   []packed
	tallies
}

// row is one case of a leaf.
type row struct {
	spot spot
	attr attr
	id   packed
}

// compare is the order of cases.
func compare(key uint64, id packed, otherKey uint64, other packed) int {
	if key != otherKey {
		return cmp.Compare(key, otherKey)
	}
	return bytes.Compare(id[:], other[:])
}

// seek is the first case with at least this key, or the end.
func (l *leaf) seek(key uint64) int {
	return sort.Search(len(l.spots), func(i int) bool { return l.spots[i].key() >= key })
}

// find is the place of a case, and whether it is there.
func (l *leaf) find(key uint64, id packed) (int, bool) {
	return sort.Find(len(l.spots), func(i int) int { return compare(key, id, l.spots[i].key(), l.ids[i]) })
}

// changed is the leaf with other attributes of one case.
func (l *leaf) changed(i int, a attr, sets [][]uint32) *leaf {
	out := *l
	out.attrs = slices.Clone(l.attrs)
	out.attrs[i] = a
	out.tallies = l.swapped(row{l.spots[i], l.attrs[i], l.ids[i]}, a, sets)
	return &out
}

// with is the leaf with one case more.
func (l *leaf) with(i int, r row, nodes []uint32) *leaf {
	return &leaf{
		spots: inserted(l.spots, i, r.spot), attrs: inserted(l.attrs, i, r.attr), ids: inserted(l.ids, i, r.id),
		tallies: slices.Clone(l.tallies).plus(nodes, r.spot, r.attr),
	}
}

// without is the leaf with one case less.
func (l *leaf) without(i int, nodes []uint32) *leaf {
	return &leaf{
		spots: removed(l.spots, i), attrs: removed(l.attrs, i), ids: removed(l.ids, i),
		tallies: slices.Clone(l.tallies).minus(nodes, l.spots[i], l.attrs[i]),
	}
}

// halves are two leaves of one that is too large.
func (l *leaf) halves(sets [][]uint32) []*leaf {
	half := len(l.spots) / 2
	return []*leaf{l.part(0, half, sets), l.part(half, len(l.spots), sets)}
}

func (l *leaf) part(i, j int, sets [][]uint32) *leaf {
	out := &leaf{spots: slices.Clone(l.spots[i:j]), attrs: slices.Clone(l.attrs[i:j]), ids: slices.Clone(l.ids[i:j])}
	out.tallies = out.counted(sets)
	return out
}

// joined is one leaf of two that have become small.
func joined(l, next *leaf) *leaf {
	return &leaf{
		spots: slices.Concat(l.spots, next.spots), attrs: slices.Concat(l.attrs, next.attrs), ids: slices.Concat(l.ids, next.ids),
		tallies: together(l.tallies, next.tallies),
	}
}

// counted adds a leaf up. Neighbours are mostly in the same nodes: each set and status is
// added up first, then given to its nodes.
func (l *leaf) counted(sets [][]uint32) tallies {
	groups := newHeap() // who is set<<4 | status here
	for i, a := range l.attrs {
		groups.add(tally{a.set()<<whoBits | uint32(a.status()), 1, a.overdue(), l.spots[i].x(), l.spots[i].y()})
	}
	all := newHeap()
	for _, g := range groups.tallies {
		status := g.who & (Statuses - 1)
		for _, node := range sets[g.who>>whoBits] {
			g.who = node<<whoBits | status
			all.add(g)
		}
	}
	return all.sorted()
}

// inserted and removed leave the old slice as it was and make one of the exact size.
func inserted[T any](in []T, i int, v T) []T {
	out := make([]T, len(in)+1)
	copy(out, in[:i])
	out[i] = v
	copy(out[i+1:], in[i:])
	return out
}

func removed[T any](in []T, i int) []T {
	out := make([]T, len(in)-1)
	copy(out, in[:i])
	copy(out[i:], in[i+1:])
	return out
}
