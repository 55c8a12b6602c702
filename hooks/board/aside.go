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
	AsideMost = 200_000         // cases on one
	asideFor  = 3 * time.Second // one is kept
	asideKept = 32              // so many are
)

// asides are the maps that were made lately. The zero value is ready.
type asides struct {
	mu   stdsync.Mutex
	kept map[string]*aside
}

type aside struct {
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
	if a.set == nil || b.Now().Sub(a.at) > asideFor {
		pins, err := read()
		if err != nil {
			return tiles.Snapshot{}, err
		}
		at := b.Now()
		set := tiles.New(statuses(), uint64(max(0, at.UnixMilli()))) //nolint:gosec // not negative
		err = set.Build(func(yield func(tiles.Point, error) bool) {
			for _, p := range pins {
				if !yield(PointOf(p, []string{asideNode}, b.Zone), nil) {
					return
				}
			}
		})
		if err != nil {
			return tiles.Snapshot{}, err
		}
		a.set, a.at = set, at
	}
	return a.set.Node(asideNode), nil
}

// of finds a map, and lets go of the oldest if there are too many.
func (s *asides) of(name string, now time.Time) *aside {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]*aside{}
	}
	a := s.kept[name]
	if a == nil {
		a = &aside{at: now}
		s.kept[name] = a
	}
	for len(s.kept) > asideKept {
		oldest := ""
		for n, other := range s.kept {
			if n != name && (oldest == "" || other.at.Before(s.kept[oldest].at)) {
				oldest = n
			}
		}
		delete(s.kept, oldest)
	}
	return a
}
