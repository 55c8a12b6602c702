package tiles

// All cases at once, at a start.

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
)

// Build puts in all cases there are, in any order, in place of all that the set held. Where
// the sequence or a case has an error, it is returned and the set is as it was. Writers wait
// until it is done, so a change that was made meanwhile comes after it; readers do not wait.
// Every node gets a new version.
func (s *Set) Build(cases iter.Seq2[Point, error]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := builder{index: s.where.empty(), sets: newSets(s.sets.most), known: map[string]uint32{}}
	for p, err := range cases {
		if err != nil {
			return err
		}
		if err := b.take(p, &s.nodes); err != nil {
			return err
		}
	}
	r := &root{sizes: s.now.Load().sizes, sets: b.sets.list}
	r.branches = b.branches(r.sizes)
	all := make([]uint32, len(s.nodes.names))
	for i := range all {
		all[i] = uint32(i)
	}
	s.version++
	r.versions = versions{}.with(all, s.version)
	s.where, s.sets = b.index, b.sets
	s.now.Store(r)
	return nil
}

// builder takes cases in.
type builder struct {
	index index // to the number of the row, until all are there
	sets  sets
	rows  []row

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
	if err != nil {
		return err
	}
	if _, twice := b.index.find(id, func(i uint64) bool { return b.rows[i].id == id }); twice {
		return refuse(CodeTwice, "case %s came twice", p.ID)
	}
	b.index.add(id, uint64(len(b.rows)))
	b.rows = append(b.rows, row{at, attrOf(p, set), id})
	return nil
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

// branches sorts the cases and makes full leaves of them.
func (b *builder) branches(n sizes) []*branch {
	type place struct {
		key uint64
		row int32
	}
	for i := range b.index.places {
		if b.index.tags[i] != 0 {
			b.index.places[i] = b.rows[b.index.places[i]].spot.key()
		}
	}
	order := make([]place, len(b.rows))
	for i, r := range b.rows {
		order[i] = place{r.spot.key(), int32(i)}
	}
	slices.SortFunc(order, func(x, y place) int {
		if x.key != y.key {
			return cmp.Compare(x.key, y.key)
		}
		return compare(0, b.rows[x.row].id, 0, b.rows[y.row].id)
	})
	var (
		out    []*branch
		leaves []*leaf
	)
	for part := range slices.Chunk(order, n.leaf) {
		l := &leaf{spots: make([]spot, len(part)), attrs: make([]attr, len(part)), ids: make([]packed, len(part))}
		for i, at := range part {
			r := &b.rows[at.row]
			l.spots[i], l.attrs[i], l.ids[i] = r.spot, r.attr, r.id
		}
		l.tallies = l.counted(b.sets.list)
		leaves = append(leaves, l)
	}
	for part := range slices.Chunk(leaves, n.branch) {
		out = append(out, branchOf(slices.Clone(part)))
	}
	return out
}
