package board

// Maps beside the index: of an inspector's own cases, and of a list whose filters the index
// does not know, such as words in the text. They are made from the database and kept for a
// moment, for a screen asks for a dozen tiles at a time.

import (
	stdsync "sync"
	"time"

	"xuncha/geo/tiles"
	"xuncha/hooks/store/desk"
)

// Limits of maps beside the index.
const (
	AsideMost = 200_000          // cases on one
	asideFor  = 3 * time.Second  // one is shown without being made anew
	asideIdle = 30 * time.Second // nobody asked for it: it is let go of
	asideKept = 32               // so many are
	asideAll  = 5 * AsideMost    // cases on all that are kept
)

// asides are the maps that were made lately. The zero value is ready.
type asides struct {
	mu   stdsync.Mutex
	kept map[string]*aside
}

type aside struct {
	used time.Time // when it was asked for, and
	n    int       // its cases: both under the lock of all

	mu  stdsync.Mutex // while it is made, who wants the same waits
	at  time.Time
	set *tiles.Set
}

const asideNode = "aside"

// Aside returns the map of what read finds, made anew if the last one of that name is not of
// this moment.
func (b *Board) Aside(name string, read func() ([]desk.Pin, error)) (tiles.Snapshot, error) {
	a := b.asides.of(name, b.Now())
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set != nil && b.Now().Sub(a.at) <= asideFor {
		return a.set.Node(asideNode), nil
	}
	pins, err := read()
	if err != nil {
		return tiles.Snapshot{}, err
	}
	b.asides.holds(name, len(pins))
	at := b.Now()
	set := tiles.New(statuses(), uint64(max(0, at.UnixMilli()))) //nolint:gosec // not negative
	err = set.Build(func(yield func(tiles.Point, error) bool) {
		for _, p := range pins {
			if point := PointOf(p, []string{asideNode}, b.Zone); taken(point) && !yield(point, nil) {
				return
			}
		}
	})
	if err != nil {
		return tiles.Snapshot{}, err
	}
	a.set, a.at = set, at
	return set.Node(asideNode), nil
}

// of finds a map that is asked for now.
func (s *asides) of(name string, now time.Time) *aside {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]*aside{}
	}
	a := s.kept[name]
	if a == nil {
		a = &aside{}
		s.kept[name] = a
	}
	a.used = now
	s.bound(name)
	return a
}

// holds notes how many cases a map has.
func (s *asides) holds(name string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.kept[name]; a != nil {
		a.n = n
	}
	s.bound(name)
}

// bound lets go of those that were asked for the longest ago while there are too many, or too
// many cases on them, but never of the one that is asked for. The caller holds the lock.
func (s *asides) bound(but string) {
	total := 0
	for _, a := range s.kept {
		total += a.n
	}
	for len(s.kept) > 1 && (len(s.kept) > asideKept || total > asideAll) {
		oldest := ""
		for n, a := range s.kept {
			if n != but && (oldest == "" || a.used.Before(s.kept[oldest].used)) {
				oldest = n
			}
		}
		total -= s.kept[oldest].n
		delete(s.kept, oldest)
	}
}

// sweep lets go of those that nobody asked for lately.
func (s *asides) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, a := range s.kept {
		if now.Sub(a.used) > asideIdle {
			delete(s.kept, name)
		}
	}
}
