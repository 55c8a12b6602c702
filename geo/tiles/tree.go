package tiles

// The tree of all cases of all nodes, in one order: branches, leaves, cases. A change makes
// a new root and shares with the old one whatever it did not touch.

import (
	"slices"
	"sort"
)

// root is the map at one moment.
type root struct {
	branches []*branch
	sets     [][]uint32 // the nodes of each set; grows only
	versions versions
	sizes    sizes
}

// sizes are those of the tree.
type sizes struct {
	leaf   int // cases at most
	branch int // leaves at most
	sets   int // of nodes
	few    int // cases that a lasso looks at one by one
	alone  int // branches that one processor adds up: less is done before others have begun
}

// usual sizes, as measured: smaller leaves make a scan slower, larger branches a change.
var usual = sizes{leaf: 512, branch: 8, sets: maxSets, few: 64, alone: 64}

// branch is a few leaves that are neighbours, and what they add up to. Nothing of it changes
// once it is in a tree.
type branch struct {
	leaves []*leaf
	first  []uint64 // key of each leaf's first case
	n      int      // cases
	tallies
}

// branchOf adds leaves up.
func branchOf(leaves []*leaf) *branch {
	all := make([]tallies, len(leaves))
	for i, l := range leaves {
		all[i] = l.tallies
	}
	return &branch{leaves, firsts(leaves), cases(leaves), together(all...)}
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

// position of a case in the tree; the end is behind the last branch.
type position struct{ branch, leaf, at int }

// seek is the first case with at least this key.
func (r *root) seek(key uint64) position {
	b := max(0, sort.Search(len(r.branches), func(i int) bool { return r.branches[i].first[0] >= key })-1)
	if b == len(r.branches) {
		return position{}
	}
	in := r.branches[b]
	l, _ := slices.BinarySearch(in.first, key)
	l = max(0, l-1) // the leaf before may end with that key
	return r.settled(position{b, l, in.leaves[l].seek(key)})
}

// settled moves from a leaf's end to what comes next.
func (r *root) settled(p position) position {
	if p.at == len(r.branches[p.branch].leaves[p.leaf].spots) {
		p.leaf, p.at = p.leaf+1, 0
	}
	if p.leaf == len(r.branches[p.branch].leaves) {
		p.branch, p.leaf = p.branch+1, 0
	}
	return p
}

// behind is the first case behind a span.
func (r *root) behind(s span) position {
	if s.last+1 == 0 {
		return position{branch: len(r.branches)}
	}
	return r.seek(s.last + 1)
}

// key is that of a case; false at the end.
func (r *root) key(p position) (uint64, bool) {
	if p.branch >= len(r.branches) {
		return 0, false
	}
	return r.branches[p.branch].leaves[p.leaf].spots[p.at].key(), true
}

// within tells whether there are at most n cases from one position to another; it may deny
// it where they lie in three leaves.
func (r *root) within(from, to position, n int) bool {
	behind := r.settled(position{from.branch, from.leaf, len(r.branches[from.branch].leaves[from.leaf].spots)})
	switch {
	case to.branch == from.branch && to.leaf == from.leaf:
		return to.at-from.at <= n
	case to.branch == behind.branch && to.leaf == behind.leaf:
		return len(r.branches[from.branch].leaves[from.leaf].spots)-from.at+to.at <= n
	}
	return false
}

// find is the place of a case, or where it would go, and whether it is there.
func (r *root) find(key uint64, id packed) (position, bool) {
	if len(r.branches) == 0 {
		return position{}, false
	}
	b := max(0, sort.Search(len(r.branches), func(i int) bool {
		first := r.branches[i].leaves[0]
		return compare(first.spots[0].key(), first.ids[0], key, id) > 0
	})-1)
	l := r.branches[b].holding(key, id)
	at, found := r.branches[b].leaves[l].find(key, id)
	return position{b, l, at}, found
}

// row is the case at a position.
func (r *root) row(p position) row {
	l := r.branches[p.branch].leaves[p.leaf]
	return row{l.spots[p.at], l.attrs[p.at], l.ids[p.at]}
}

// put replaces branches from i to j. The root is not in use yet.
func (r *root) put(i, j int, branches ...*branch) {
	r.branches = slices.Concat(r.branches[:i], branches, r.branches[j:])
}

// change gives other attributes to a case.
func (r *root) change(p position, a attr) {
	b, old := r.branches[p.branch], r.row(p)
	l := b.leaves[p.leaf].changed(p.at, a, r.sets)
	r.put(p.branch, p.branch+1, b.replaced(p.leaf, p.leaf+1, []*leaf{l}, b.swapped(old, a, r.sets)))
}

// insert puts a case in, at the position that find gave for it.
func (r *root) insert(p position, in row) {
	nodes := r.sets[in.attr.set()]
	if len(r.branches) == 0 {
		r.put(0, 0, branchOf([]*leaf{(&leaf{}).with(0, in, nodes)}))
		return
	}
	b := r.branches[p.branch]
	leaves := []*leaf{b.leaves[p.leaf].with(p.at, in, nodes)}
	if len(leaves[0].spots) > r.sizes.leaf {
		leaves = leaves[0].halves(r.sets)
	}
	b = b.replaced(p.leaf, p.leaf+1, leaves, slices.Clone(b.tallies).plus(nodes, in.spot, in.attr))
	if half := len(b.leaves) / 2; len(b.leaves) > r.sizes.branch {
		r.put(p.branch, p.branch+1, branchOf(slices.Clone(b.leaves[:half])), branchOf(slices.Clone(b.leaves[half:])))
		return
	}
	r.put(p.branch, p.branch+1, b)
}

// remove takes a case out. What becomes small is joined with the one beside it, so that many
// moves leave no crumbs.
func (r *root) remove(p position) {
	b, old := r.branches[p.branch], r.row(p)
	nodes := r.sets[old.attr.set()]
	ts := slices.Clone(b.tallies).minus(nodes, old.spot, old.attr)
	l := b.leaves[p.leaf].without(p.at, nodes)
	i, j := p.leaf, p.leaf+1
	var leaves []*leaf
	switch n := len(l.spots); {
	case n == 0:
	case i > 0 && crumbs(n, len(b.leaves[i-1].spots), r.sizes.leaf):
		i, leaves = i-1, []*leaf{joined(b.leaves[i-1], l)}
	case j < len(b.leaves) && crumbs(n, len(b.leaves[j].spots), r.sizes.leaf):
		j, leaves = j+1, []*leaf{joined(l, b.leaves[j])}
	default:
		leaves = []*leaf{l}
	}
	r.shrunk(p.branch, b.replaced(i, j, leaves, ts))
}

// shrunk puts in a branch that may have become small or empty.
func (r *root) shrunk(i int, b *branch) {
	switch n := len(b.leaves); {
	case n == 0:
		r.put(i, i+1)
	case i > 0 && crumbs(n, len(r.branches[i-1].leaves), r.sizes.branch):
		r.put(i-1, i+1, branchOf(slices.Concat(r.branches[i-1].leaves, b.leaves)))
	case i+1 < len(r.branches) && crumbs(n, len(r.branches[i+1].leaves), r.sizes.branch):
		r.put(i, i+2, branchOf(slices.Concat(b.leaves, r.branches[i+1].leaves)))
	default:
		r.put(i, i+1, b)
	}
}

// crumbs tells whether two neighbours of these sizes are better one.
func crumbs(n, beside, limit int) bool { return n <= limit/4 && n+beside <= limit/2 }
