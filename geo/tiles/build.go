package tiles

// All cases at once, at a start.

import (
	"cmp"
	"encoding/binary"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Build puts in all cases there are, in any order, in place of all that the set held. Where
// the sequence or a case has an error, it is returned and the set is as it was. Writers wait
// until it is done, so a change that was made meanwhile comes after it; readers do not wait.
// Every node gets a new version.
func (s *Set) Build(cases iter.Seq2[Point, error]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := builder{sets: newSets(s.sets.most), known: map[string]uint32{}}
	for p, err := range cases {
		if err != nil {
			return err
		}
		if err := b.take(p, &s.nodes); err != nil {
			return err
		}
	}
	var (
		where index
		twice error
		aside sync.WaitGroup
	)
	aside.Go(func() { where, twice = b.index(s.where.empty()) })
	r := &root{sizes: s.now.Load().sizes, sets: b.sets.list}
	r.branches = b.branches(r.sizes)
	aside.Wait()
	if twice != nil {
		return twice
	}
	all := make([]uint32, len(s.nodes.names))
	for i := range all {
		all[i] = uint32(i)
	}
	s.version++
	r.versions = versions{}.with(all, s.version)
	s.where, s.sets = where, b.sets
	s.now.Store(r)
	return nil
}

// builder takes cases in.
type builder struct {
	sets sets
	rows []row

	known map[string]uint32 // sets by the names as they came, for most come often
	text  []byte
}

func (b *builder) take(p Point, n *nodes) error {
	id, err := pack(p.ID)
	if err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	at, onMap := spotOf(p.At)
	if !onMap || len(p.Nodes) == 0 {
		return nil
	}
	set, err := b.set(p.Nodes, n)
	if err == nil {
		b.rows = append(b.rows, row{at, attrOf(p, set), id})
	}
	return err
}

// index is that of all rows: first to their numbers, so that a case that comes twice is
// seen, then to their keys.
func (b *builder) index(x index) (index, error) {
	x.grow(len(b.rows))
	for i := range b.rows {
		id := b.rows[i].id
		if _, twice := x.find(id, func(other uint64) bool { return b.rows[other].id == id }); twice {
			return x, refuse(CodeTwice, "case %s came twice", id)
		}
		x.add(id, uint64(i))
	}
	for slot, tag := range x.tags {
		if tag != 0 {
			x.places[slot] = b.rows[x.places[slot]].spot.key()
		}
	}
	return x, nil
}

// set is the number of a set of nodes.
func (b *builder) set(names []string, n *nodes) (uint32, error) {
	b.text = b.text[:0]
	for _, name := range names {
		b.text = append(binary.AppendUvarint(b.text, uint64(len(name))), name...)
	}
	set, known := b.known[string(b.text)]
	if known {
		return set, nil
	}
	set, err := b.sets.add(n, names)
	if err == nil {
		b.known[string(b.text)] = set
	}
	return set, err
}

// place is where a row goes.
type place struct {
	key uint64
	row int32
}

// branches sorts the cases and makes full leaves of them, on all processors.
func (b *builder) branches(n sizes) []*branch {
	order := make([]place, len(b.rows))
	for i := range b.rows {
		order[i] = place{b.rows[i].spot.key(), int32(i)}
	}
	slices.SortFunc(order, func(x, y place) int {
		if x.key != y.key {
			return cmp.Compare(x.key, y.key)
		}
		return compare(0, b.rows[x.row].id, 0, b.rows[y.row].id)
	})
	parts := slices.Collect(slices.Chunk(order, n.leaf*n.branch))
	out := make([]*branch, len(parts))
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
				out[i] = b.branch(parts[i], n)
			}
		})
	}
	all.Wait()
	return out
}

func (b *builder) branch(order []place, n sizes) *branch {
	var leaves []*leaf
	for part := range slices.Chunk(order, n.leaf) {
		l := &leaf{spots: make([]spot, len(part)), attrs: make([]attr, len(part)), ids: make([]packed, len(part))}
		for i, at := range part {
			r := &b.rows[at.row]
			l.spots[i], l.attrs[i], l.ids[i] = r.spot, r.attr, r.id
		}
		l.tallies = l.counted(b.sets.list)
		leaves = append(leaves, l)
	}
	return branchOf(leaves)
}
