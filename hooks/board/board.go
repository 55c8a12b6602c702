// Package board keeps the map of all cases in memory while the server runs, and tells the
// boards that are open what changed. Each desk has a map of its own, so a case that a desk
// may not see is not hidden from its tiles and counts: it is not in them.
package board

// The index: built from the database at the start, and kept by reading anew what is saved. The
// order of changes that phones follow would not do: what a phone is not told takes no place in it.

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	stdsync "sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"xuncha/casework"
	"xuncha/geo/tiles"
	"xuncha/hooks/store/desk"
)

// Pins is where cases are read.
type Pins interface {
	After(last desk.Pin, upto int64, limit int) ([]desk.Pin, error)
	ByID(ids []string) ([]desk.Pin, error)
	Head() (seq int64, err error)
	Count() (int64, error)
	Scopes() ([]desk.Scope, error)
	Steps(ids []string) (map[string]desk.Step, error)
}

// Board is the map and its followers.
type Board struct {
	Pins Pins
	Zone *time.Location
	Now  func() time.Time

	now    atomic.Pointer[state] // nil until the index is built
	wake   chan struct{}
	mu     stdsync.Mutex
	saved  map[string]bool // cases to be read anew
	stale  atomic.Bool     // somebody has a scope that the index does not know
	built  progress
	news   news
	asides asides
}

// state is an index with what it knows.
type state struct {
	set    *tiles.Set
	scopes map[desk.Scope]string // names of nodes
	of     map[nodeKey][]string  // the nodes of a division and an agency, found once
	loose  map[string][]string   // the nodes of cases without a place, which are on no map
}

type nodeKey struct{ division, agency, target string }

// progress is how far the index is built.
type progress struct{ done, all atomic.Int64 }

// New is a board that has not begun.
func New(pins Pins, zone *time.Location, now func() time.Time) *Board {
	return &Board{Pins: pins, Zone: zone, Now: now, wake: make(chan struct{}, 1)}
}

// Saved tells the board that a case was committed; it never waits.
func (b *Board) Saved(id string) {
	b.mu.Lock()
	if b.saved == nil {
		b.saved = map[string]bool{}
	}
	b.saved[id] = true
	b.mu.Unlock()
	b.ring()
}

func (b *Board) ring() {
	select {
	case b.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Stale tells the board that somebody may have a scope that it does not know.
func (b *Board) Stale() {
	b.stale.Store(true)
	b.ring()
}

// Progress is how many of how many cases are in the index while it is built.
func (b *Board) Progress() (done, all int64) { return b.built.done.Load(), b.built.all.Load() }

// again: a database that could not be read is asked again.
const again = time.Second

// Run builds the index and follows what changes until ctx ends.
func (b *Board) Run(ctx context.Context) {
	defer b.news.end()
	idle := time.NewTicker(asideIdle)
	defer idle.Stop()
	for ctx.Err() == nil {
		err := b.step(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("the map could not follow what changed; it is tried again", "error", err)
			wait(ctx, again)
			continue
		}
		select {
		case <-ctx.Done():
		case <-b.wake:
		case <-idle.C:
			b.asides.sweep(b.Now())
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (b *Board) step(ctx context.Context) error {
	if b.now.Load() == nil || b.stale.Swap(false) {
		if err := b.rebuild(ctx); err != nil {
			b.stale.Store(true)
			return err
		}
	}
	return b.follow(ctx)
}

// page is how many pins are read at a time.
const page = 5000

// rebuild makes a new index where there is none, or where there are scopes that it lacks.
func (b *Board) rebuild(ctx context.Context) error {
	list, err := b.Pins.Scopes()
	if err != nil {
		return err
	}
	old := b.now.Load()
	if old != nil && old.knows(list) {
		return nil
	}
	head, err := b.Pins.Head()
	if err != nil {
		return err
	}
	n, err := b.Pins.Count()
	if err != nil {
		return err
	}
	begun := b.Now()
	b.built.done.Store(0)
	b.built.all.Store(n)
	s := &state{set: tiles.New(statuses(), uint64(max(0, begun.UnixMilli()))), scopes: names(list), of: map[nodeKey][]string{}, loose: map[string][]string{}} //nolint:gosec // not negative
	if err := s.set.Build(b.points(ctx, s, head)); err != nil {
		return err
	}
	b.now.Store(s)
	slog.Info("the map is ready", "cases", b.built.done.Load(), "scopes", len(list), "took", b.Now().Sub(begun).Round(time.Millisecond))
	b.news.begin(begun.UnixMilli())
	return nil
}

// points are all cases up to a place in the order of changes. The next page is read while one is
// put together.
func (b *Board) points(ctx context.Context, s *state, head int64) iter.Seq2[tiles.Point, error] {
	return func(yield func(tiles.Point, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		pages := make(chan pageOf, 1)
		go b.pages(ctx, head, pages)
		for next := range pages {
			if next.err != nil {
				yield(tiles.Point{}, next.err)
				return
			}
			for _, p := range next.pins {
				s.left(p, nil)
				if point := s.point(p, b.Zone); taken(point) && !yield(point, nil) {
					return
				}
			}
			b.built.done.Add(int64(len(next.pins)))
		}
		if err := ctx.Err(); err != nil { // the pages ended before the cases did
			yield(tiles.Point{}, err)
		}
	}
}

type pageOf struct {
	pins []desk.Pin
	err  error
}

// pages reads all pins in their order, until ctx ends.
func (b *Board) pages(ctx context.Context, head int64, into chan<- pageOf) {
	defer close(into)
	for last := (desk.Pin{}); ; {
		pins, err := b.Pins.After(last, head, page)
		if err == nil {
			err = ctx.Err()
		}
		select {
		case into <- pageOf{pins, err}:
		case <-ctx.Done():
			return
		}
		if err != nil || len(pins) < page {
			return
		}
		last = pins[len(pins)-1]
	}
}

func names(list []desk.Scope) map[desk.Scope]string {
	out := map[desk.Scope]string{}
	for _, s := range list {
		out[s] = fmt.Sprintf("%s %s-%s", s.Agency, s.From, s.To)
	}
	return out
}

func (s *state) knows(list []desk.Scope) bool {
	return !slices.ContainsFunc(list, func(one desk.Scope) bool { return s.scopes[one] == "" })
}

// nodes are the names of the scopes that a case lies in.
func (s *state) nodes(p desk.Pin) []string {
	key := nodeKey{p.Division, p.Agency, p.Target}
	found, ok := s.of[key]
	if !ok {
		for scope, name := range s.scopes {
			if scope.Sees(p) {
				found = append(found, name)
			}
		}
		slices.Sort(found)
		s.of[key] = found
	}
	return found
}

// point is a pin as the index takes it. What has no place is on no map.
func (s *state) point(p desk.Pin, zone *time.Location) tiles.Point {
	return PointOf(p, s.nodes(p), zone)
}

// taken tells whether the map takes a case, and logs one that it does not: that must not stop all
// others.
func taken(p tiles.Point) bool {
	err := p.Check()
	if err != nil {
		slog.Error("a case is not on the map", "case", p.ID, "error", err)
	}
	return err == nil
}

// PointOf is a pin as an index takes it.
func PointOf(p desk.Pin, nodes []string, zone *time.Location) tiles.Point {
	at := tiles.Nowhere
	if where, ok := p.Position(); ok {
		at = orb.Point{where.Lon, where.Lat}
	}
	return tiles.Point{ID: p.ID, At: at, Status: statusNumber(p.Status), Types: typesOf(p), Flags: flagsOf(p), Received: max(0, p.Day(zone)), Nodes: nodes}
}

// follow reads anew what was saved.
func (b *Board) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		ids := b.some()
		if len(ids) == 0 {
			return nil
		}
		pins, err := b.Pins.ByID(ids)
		if err != nil {
			for _, id := range ids { // they are read once more
				b.Saved(id)
			}
			return err
		}
		s := b.now.Load()
		changes := make([]change, 0, len(pins))
		for _, p := range pins {
			done, err := s.set.Put(s.point(p, b.Zone))
			if err != nil { // a case that the map cannot take must not stop all others
				slog.Error("a case is not on the map", "case", p.ID, "error", err)
			}
			changes = append(changes, change{pin: p, nodes: s.nodes(p), was: s.left(p, done.Nodes), tiles: done.Tiles(changedZoom)})
		}
		b.news.add(changes)
	}
	return nil
}

// some are cases to be read anew, not too many at a time.
func (b *Board) some() (ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id := range maps.Keys(b.saved) {
		if len(ids) == page {
			break
		}
		ids = append(ids, id)
		delete(b.saved, id)
	}
	return ids
}

// left are the nodes that a case is or was in until now. changed are those whose map it changed.
func (s *state) left(p desk.Pin, changed []string) []string {
	was := slices.Concat(s.loose[p.ID], changed) // its own: the nodes of a division are shared
	delete(s.loose, p.ID)
	if _, placed := p.Position(); !placed {
		s.loose[p.ID] = s.nodes(p)
	}
	return was
}

var order = casework.Process().States

func statuses() (out [tiles.Statuses]string) {
	for i, s := range order {
		out[i] = string(s.Code)
	}
	return out
}
