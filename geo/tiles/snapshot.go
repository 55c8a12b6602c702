package tiles

// What readers hold, and how their questions are added up.

import "slices"

// Snapshot is the map of one node at one moment. It is a value of three words that may be
// kept; it stays as it was.
type Snapshot struct {
	root  *root
	node  uint32
	words *words
}

// Version grows with each change of this node, and with no other but Build: together with
// what was asked of the snapshot, an ETag of the answer.
func (s Snapshot) Version() uint64 { return s.root.versions.of(s.node) }

// Counts are numbers of cases.
type Counts struct {
	N, Overdue int
	Status     [Statuses]int
}

// Count counts the cases of the node.
func (s Snapshot) Count(f Filter) Counts {
	q := s.query(f)
	var all sum
	q.add(&all, position{}, position{branch: len(s.root.branches)})
	return all.Counts
}

// query is one question to a snapshot.
type query struct {
	match
	root *root
	node uint32
	set  uint32 // the last that was looked at, and whether the node is in it
	in   bool

	all   bool    // the node has every case of the branch
	taken []int32 // of one leaf
}

func (s Snapshot) query(f Filter) *query {
	return &query{match: f.match(), root: s.root, node: s.node, set: maxSets}
}

// holds tells whether the node is in a set; neighbours mostly have the same.
func (q *query) holds(set uint32) bool {
	if set != q.set {
		q.set, q.in = set, slices.Contains(q.root.sets[set], q.node)
	}
	return q.in
}

// add adds up what lies between two positions: branches and leaves as wholes where it can.
func (q *query) add(s *sum, from, to position) {
	for b := from.branch; b <= to.branch && b < len(q.root.branches); b++ {
		in := q.root.branches[b]
		i, j := position{}, position{leaf: len(in.leaves)}
		if b == from.branch {
			i = from
		}
		if b == to.branch {
			j = to
		}
		mine := in.of(q.node)
		q.all = mine.n() == in.n
		switch {
		case len(mine) == 0:
		case q.plain && i.leaf == 0 && i.at == 0 && j.leaf == len(in.leaves):
			s.tallies(mine, q.statuses)
		default:
			q.leaves(s, in, i, j)
		}
	}
}

// leaves adds up what lies between two positions of a branch.
func (q *query) leaves(s *sum, in *branch, from, to position) {
	for i := from.leaf; i <= to.leaf && i < len(in.leaves); i++ {
		l := in.leaves[i]
		a, b := 0, len(l.spots)
		if i == from.leaf {
			a = from.at
		}
		if i == to.leaf {
			b = to.at
		}
		if a >= b {
			continue
		}
		q.leaf(s, l, a, b)
	}
}

// leaf adds up the cases of a leaf from i to j. Where its tallies know the leaf, the lesser
// part is looked at: those from i to j, or the others.
func (q *query) leaf(s *sum, l *leaf, i, j int) {
	n := len(l.spots)
	if !q.plain || j-i <= n/2 {
		q.cases(s, l, i, j)
		return
	}
	s.tallies(l.of(q.node), q.statuses)
	if j-i < n {
		var others sum
		q.cases(&others, l, 0, i)
		q.cases(&others, l, j, n)
		s.less(&others)
	}
}

// cases adds up those of a leaf from i to j one by one. A million pass here for a filter of
// more than statuses.
func (q *query) cases(s *sum, l *leaf, i, j int) {
	attrs, spots := l.attrs[i:j], l.spots[i:j]
	q.taken = q.pick(q.taken, attrs)
	var n, overdue int
	var x, y uint64
	for _, k := range q.taken {
		a := attrs[k]
		if !q.all && !q.holds(a.set()) {
			continue
		}
		n++
		overdue += int(a.overdue())
		x += spots[k].x()
		y += spots[k].y()
		s.Status[a.status()]++
	}
	s.N, s.Overdue, s.x, s.y = s.N+n, s.Overdue+overdue, s.x+x, s.y+y
}

// each calls do for the cases between two positions, in their order, until it returns false.
// It passes over branches and leaves that have none.
func (q *query) each(from, to position, do func(row) bool) {
	for p := from; p != to && p.branch < len(q.root.branches); {
		in := q.root.branches[p.branch]
		if !in.any(q.node, q.statuses) {
			if p.branch == to.branch {
				return
			}
			p = position{branch: p.branch + 1}
			continue
		}
		l := in.leaves[p.leaf]
		end := len(l.spots)
		if p.branch == to.branch && p.leaf == to.leaf {
			end = to.at
		}
		if l.any(q.node, q.statuses) && !q.eachOf(l, p.at, end, do) {
			return
		}
		p.at = end
		p = q.root.settled(p)
	}
}

// eachOf does it for those of a leaf from i to j.
func (q *query) eachOf(l *leaf, i, j int, do func(row) bool) bool {
	for ; i < j; i++ {
		if a := l.attrs[i]; q.takes(a) && q.holds(a.set()) && !do(row{l.spots[i], a, l.ids[i]}) {
			return false
		}
	}
	return true
}
