package tiles

// What is known of many cases at once: a tally for each node and status.

import (
	"cmp"
	"slices"
)

// tally counts the cases of one status in one node, and adds up where they are.
type tally struct {
	who        uint32 // node<<4 | status
	n, overdue uint32
	x, y       uint64
}

// whoBits are those of the status in who.
const whoBits = 4

// tallies are sorted by who; none is empty.
type tallies []tally

// seek is the first tally with at least this who, or the end.
func (ts tallies) seek(who uint32) int {
	i, j := 0, len(ts)
	for i < j {
		if half := int(uint(i+j) >> 1); ts[half].who < who {
			i = half + 1
		} else {
			j = half
		}
	}
	return i
}

// of are those of one node.
func (ts tallies) of(node uint32) tallies {
	i := ts.seek(node << whoBits)
	j := i
	for j < len(ts) && ts[j].who>>whoBits == node {
		j++
	}
	return ts[i:j]
}

// any tells whether a node has cases of some statuses.
func (ts tallies) any(node uint32, statuses uint64) bool {
	return slices.ContainsFunc(ts.of(node), func(t tally) bool { return statuses>>(t.who&(Statuses-1))&1 != 0 })
}

// n is how many cases there are.
func (ts tallies) n() int {
	n := 0
	for i := range ts {
		n += int(ts[i].n)
	}
	return n
}

// plus counts one case more, in place.
func (ts tallies) plus(nodes []uint32, s spot, a attr) tallies {
	for _, node := range nodes {
		who := node<<whoBits | uint32(a.status())
		i := ts.seek(who)
		if i == len(ts) || ts[i].who != who {
			ts = slices.Insert(ts, i, tally{who: who})
		}
		t := &ts[i]
		t.n, t.overdue, t.x, t.y = t.n+1, t.overdue+a.overdue(), t.x+s.x(), t.y+s.y()
	}
	return ts
}

// minus counts one case less, in place: one that is in it.
func (ts tallies) minus(nodes []uint32, s spot, a attr) tallies {
	for _, node := range nodes {
		i := ts.seek(node<<whoBits | uint32(a.status()))
		t := &ts[i]
		t.n, t.overdue, t.x, t.y = t.n-1, t.overdue-a.overdue(), t.x-s.x(), t.y-s.y()
		if t.n == 0 {
			ts = slices.Delete(ts, i, i+1)
		}
	}
	return ts
}

// swapped is a copy in which one case has other attributes.
func (ts tallies) swapped(old row, a attr, sets [][]uint32) tallies {
	before, after := sets[old.attr.set()], sets[a.set()]
	return slices.Clone(ts).minus(before, old.spot, old.attr).plus(after, old.spot, a)
}

// heap is tallies in no order, one for each who.
type heap struct {
	tallies
	at map[uint32]int
}

func newHeap() *heap { return &heap{at: map[uint32]int{}} }

func (h *heap) add(t tally) {
	i, known := h.at[t.who]
	if !known {
		h.at[t.who] = len(h.tallies)
		h.tallies = append(h.tallies, t)
		return
	}
	all := &h.tallies[i]
	all.n, all.overdue, all.x, all.y = all.n+t.n, all.overdue+t.overdue, all.x+t.x, all.y+t.y
}

// sorted are the tallies in their order, with no more room than they need.
func (h *heap) sorted() tallies {
	slices.SortFunc(h.tallies, func(a, b tally) int { return cmp.Compare(a.who, b.who) })
	return slices.Clone(h.tallies)
}

// together joins tallies that are each in order.
func together(all ...tallies) tallies {
	h := newHeap()
	for _, ts := range all {
		for _, t := range ts {
			h.add(t)
		}
	}
	return h.sorted()
}

// sum is what a question adds up.
type sum struct {
	Counts
	x, y uint64
}

// tallies adds those of one node whose status is looked at.
func (s *sum) tallies(ts tallies, statuses uint64) {
	for i := range ts {
		t := &ts[i]
		status := t.who & (Statuses - 1)
		if statuses>>status&1 == 0 {
			continue
		}
		s.N += int(t.n)
		s.Overdue += int(t.overdue)
		s.Status[status] += int(t.n)
		s.x += t.x
		s.y += t.y
	}
}

// less takes away what is in it.
func (s *sum) less(other *sum) {
	s.N, s.Overdue, s.x, s.y = s.N-other.N, s.Overdue-other.Overdue, s.x-other.x, s.y-other.y
	for status, n := range other.Status {
		s.Status[status] -= n
	}
}

// point adds one case.
func (s *sum) point(at spot, a attr) {
	s.N++
	s.Overdue += int(a.overdue())
	s.Status[a.status()]++
	s.x += at.x()
	s.y += at.y()
}
