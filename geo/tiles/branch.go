package tiles

// Branches: a few leaves that are neighbours, and what they add up to. Nothing of a branch
// changes once it is in a tree.

import "slices"

type branch struct {
	leaves []*leaf
	first  []uint64 // key of each leaf's first case
	n      int      // cases
	tallies
}

// branchOf adds leaves up.
func branchOf(leaves []*leaf) *branch {
	var all tallies
	for _, l := range leaves {
		all = append(all, l.tallies...)
	}
	return &branch{leaves, firsts(leaves), cases(leaves), together(all)}
}

func firsts(leaves []*leaf) []uint64 {
	out := make([]uint64, len(leaves))
	for i, l := range leaves {
		out[i] = l.spots[0].key()
	}
	return out
}

// cases is how many there are.
func cases(leaves []*leaf) int {
	n := 0
	for _, l := range leaves {
		n += len(l.spots)
	}
	return n
}

// holding is the leaf that a case is in or would go to.
func (b *branch) holding(key uint64, id packed) int {
	i, _ := slices.BinarySearch(b.first, key)
	for i < len(b.leaves) && b.first[i] == key && compare(key, b.leaves[i].ids[0], key, id) <= 0 {
		i++ // leaves of one key: by id
	}
	return max(0, i-1)
}

// replaced is the branch with other leaves for those from i to j, and other tallies.
func (b *branch) replaced(i, j int, leaves []*leaf, ts tallies) *branch {
	return &branch{
		leaves:  slices.Concat(b.leaves[:i], leaves, b.leaves[j:]),
		first:   slices.Concat(b.first[:i], firsts(leaves), b.first[j:]),
		n:       b.n - cases(b.leaves[i:j]) + cases(leaves),
		tallies: ts,
	}
}
