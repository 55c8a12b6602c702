package tiles

// The set of all cases: who writes, and what a change tells.

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb/maptile"
)

// Set holds all cases in all their nodes. It is safe for concurrent use: writers take turns,
// and readers wait for nobody.
type Set struct {
	words words
	now   atomic.Pointer[root]
	nodes nodes

	mu      sync.Mutex // of writers, for what follows
	version uint64
	where   index
	sets    sets
}

// New is an empty set. The names of the statuses stand in the tiles; one without a name is
// its number there. Versions begin above version: a server that gives something that grows
// from start to start, such as its time, never names two contents by one.
func New(statuses [Statuses]string, version uint64) *Set {
	return sized(statuses, version, usual)
}

func sized(statuses [Statuses]string, version uint64, n sizes) *Set {
	s := &Set{words: wordsOf(statuses), version: version, where: newIndex(), sets: newSets(n.sets)}
	s.nodes.numbers = map[string]uint32{}
	s.now.Store(&root{sizes: n})
	return s
}

// Node is the map of one node as it is now. One that no case was ever in is empty and has
// version 0.
func (s *Set) Node(name string) Snapshot {
	// The name comes first: a root that is newer than it knows the node.
	node, known := s.nodes.number(name)
	if !known {
		return Snapshot{root: &root{}, words: &s.words}
	}
	return Snapshot{s.now.Load(), node, &s.words}
}

// Change is what one Put or Drop did; the zero value is that nothing changed.
type Change struct {
	Nodes   []string // whose map is another now, sorted
	Version uint64   // of each of them
	spots   []spot   // where the case was and is
}

// Tiles are those of one zoom, up to MaxZoom, that changed: one, or two for a case that
// moved. For a case that left one node and came into another, each is named for both.
func (c Change) Tiles(z maptile.Zoom) []maptile.Tile {
	var out []maptile.Tile
	for _, s := range c.spots {
		if t := tileOf(s, min(z, MaxZoom)); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// Put stores a case as it is now, whatever it was before: in its nodes and in no other. In
// no node, or without a position on the map, it is forgotten. The error is a Refusal, and
// the set is as it was.
func (s *Set) Put(p Point) (Change, error) {
	id, err := pack(p.ID)
	if err != nil {
		return Change{}, err
	}
	if err := p.check(); err != nil {
		return Change{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, onMap := spotOf(p.At)
	if !onMap || len(p.Nodes) == 0 {
		return s.drop(id), nil
	}
	set, err := s.sets.add(&s.nodes, p.Nodes)
	if err != nil {
		return Change{}, err
	}
	return s.put(row{at, attrOf(p, set), id}), nil
}

// Drop forgets a case. One that is not known is no change.
func (s *Set) Drop(id string) Change {
	p, err := pack(id)
	if err != nil {
		return Change{} // what is no id was never put in
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drop(p)
}

// draft is a new root that shares all with the one now.
func (s *Set) draft() *root {
	r := *s.now.Load()
	r.sets = s.sets.list
	return &r
}

// find is where a case is, if it is, and the slot that says so.
func (s *Set) find(r *root, id packed) (p position, slot int, found bool) {
	slot, found = s.where.find(id, func(key uint64) (is bool) {
		p, is = r.find(key, id)
		return is
	})
	return p, slot, found
}

func (s *Set) put(in row) Change {
	r := s.draft()
	p, slot, found := s.find(r, in.id)
	if !found {
		p, _ = r.find(in.spot.key(), in.id)
		r.insert(p, in)
		s.where.add(in.id, in.spot.key())
		return s.publish(r, in, in)
	}
	old := r.row(p)
	switch {
	case old == in:
		return Change{}
	case old.spot == in.spot:
		r.change(p, in.attr)
	default:
		r.remove(p)
		p, _ = r.find(in.spot.key(), in.id)
		r.insert(p, in)
		s.where.places[slot] = in.spot.key()
	}
	return s.publish(r, old, in)
}

func (s *Set) drop(id packed) Change {
	r := s.draft()
	p, slot, found := s.find(r, id)
	if !found {
		return Change{}
	}
	old := r.row(p)
	r.remove(p)
	s.where.remove(slot)
	return s.publish(r, old, old)
}

// publish shows a new root to readers and tells what is new in it.
func (s *Set) publish(r *root, before, after row) Change {
	s.version++
	c := Change{Version: s.version, spots: []spot{before.spot, after.spot}}
	touched := slices.Concat(r.sets[before.attr.set()], r.sets[after.attr.set()])
	slices.Sort(touched)
	touched = slices.Compact(touched)
	for _, node := range touched {
		c.Nodes = append(c.Nodes, s.nodes.names[node])
	}
	slices.Sort(c.Nodes)
	r.versions = r.versions.with(touched, s.version)
	s.now.Store(r)
	return c
}
