package tiles

// Nodes, whose maps there are; sets of them, as cases have them; and the version of each.

import (
	"encoding/binary"
	"slices"
	"sync"
)

const maxNodes = 1 << (32 - whoBits)

// nodes are the names there are. Only one writes; number is for all.
type nodes struct {
	names   []string
	numbers map[string]uint32
	shown   sync.Map // name to number, for readers
}

// number of a node; false for a name that no case ever had.
func (n *nodes) number(name string) (uint32, bool) {
	number, known := n.shown.Load(name)
	if !known {
		return 0, false
	}
	return number.(uint32), true
}

// add gives a number to a name, the one it has or a new one.
func (n *nodes) add(name string) uint32 {
	number, known := n.numbers[name]
	if !known {
		number = uint32(len(n.names))
		n.names = append(n.names, name)
		n.numbers[name] = number
		n.shown.Store(name, number)
	}
	return number
}

// sets are the sets of nodes that cases are in, each kept once.
type sets struct {
	list    [][]uint32
	numbers map[string]uint32 // by the numbers of the nodes, as bytes
	most    int

	set  []uint32 // the one that is looked up
	text []byte
}

func newSets(most int) sets { return sets{numbers: map[string]uint32{}, most: most} }

// add gives a number to the set of the names, the one it has or a new one.
func (s *sets) add(n *nodes, names []string) (uint32, error) {
	s.set = s.set[:0]
	for _, name := range names {
		s.set = append(s.set, n.add(name))
	}
	slices.Sort(s.set)
	s.set = slices.Compact(s.set)
	s.text = s.text[:0]
	for _, number := range s.set {
		s.text = binary.LittleEndian.AppendUint32(s.text, number)
	}
	number, known := s.numbers[string(s.text)]
	if known {
		return number, nil
	}
	if len(s.list) == s.most || len(n.names) > maxNodes {
		return 0, refuse(CodeNodes, "there are %d nodes and %d ways to be in them, which is all there is room for", len(n.names), len(s.list))
	}
	number = uint32(len(s.list))
	s.list = append(s.list, slices.Clone(s.set))
	s.numbers[string(s.text)] = number
	return number, nil
}

// versions of all nodes by their number, in pages, so that a new one copies little.
type versions []*[versionPage]uint64

const versionPage = 32

// of is 0 for a node that is not known.
func (v versions) of(node uint32) uint64 {
	if int(node/versionPage) >= len(v) {
		return 0
	}
	return v[node/versionPage][node%versionPage]
}

// with are the versions with a new one for some nodes.
func (v versions) with(nodes []uint32, version uint64) versions {
	out := slices.Clone(v)
	for _, node := range nodes {
		page := int(node / versionPage)
		for page >= len(out) {
			out = append(out, new([versionPage]uint64))
		}
		if page < len(v) && out[page] == v[page] {
			copied := *v[page]
			out[page] = &copied
		}
		out[page][node%versionPage] = version
	}
	return out
}
