package board

// The index by itself: what it is given, and what it keeps in memory.

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"xuncha/geo/tiles"
	"xuncha/hooks/store/desk"
)

// given are pins that come from no database.
type given struct{ pins []desk.Pin }

var all = desk.Scope{Agency: "a", From: "000000", To: "999999"}

func (g given) After(last desk.Pin, _ int64, _ int) (pins []desk.Pin, err error) {
	if last.ID == "" {
		pins = g.pins
	}
	return pins, nil
}
func (g given) ByID([]string) ([]desk.Pin, error)            { return g.pins, nil }
func (g given) Head() (int64, error)                         { return 1, nil }
func (g given) Count() (int64, error)                        { return int64(len(g.pins)), nil }
func (g given) Scopes() ([]desk.Scope, error)                { return []desk.Scope{all}, nil }
func (g given) Steps([]string) (map[string]desk.Step, error) { return map[string]desk.Step{}, nil }

func pinAt(n int, received string) desk.Pin {
	return desk.Pin{Seq: 1, ID: fmt.Sprintf("case%011d", n), Status: "accepted", Division: "990101", Received: received, Place: `{"lon":116.4,"lat":39.9}`}
}

// noon is a clock that a test moves.
type noon struct{ at time.Time }

func (n *noon) now() time.Time { return n.at }

func boardOf(pins ...desk.Pin) (*Board, *noon) {
	n := &noon{time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)}
	return New(given{pins}, time.UTC, n.now), n
}

// Both were handed the nodes of their division, which the index found once.
func TestWhatOneCaseLeftDoesNotOverwriteWhatAnotherDid(t *testing.T) {
	s := &state{
		scopes: map[desk.Scope]string{all: "a", {Agency: "b", From: "99", To: "991"}: "b", {Agency: "c", From: "99", To: "992"}: "c"},
		of:     map[nodeKey][]string{}, loose: map[string][]string{},
	}
	one, two := desk.Pin{ID: "1", Division: "990101"}, desk.Pin{ID: "2", Division: "990101"}
	s.left(one, nil)
	s.left(two, nil)
	first := s.left(one, []string{"x"})
	second := s.left(two, []string{"y"})
	if !slices.Equal(first, []string{"a", "b", "c", "x"}) || !slices.Equal(second, []string{"a", "b", "c", "y"}) {
		t.Errorf("%v and %v", first, second)
	}
}

func TestACaseThatTheMapRefusesDoesNotKeepTheOthersFromIt(t *testing.T) {
	b, _ := boardOf(pinAt(1, "2026-11-20T00:00:00Z"), pinAt(2, "9999-12-31T00:00:00Z"), pinAt(3, "2026-11-21T00:00:00Z"))
	if err := b.step(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s, ok := b.Map(all); !ok || s.Count(tiles.Filter{}).N != 2 {
		t.Errorf("ready %v", ok)
	}
	beside, err := b.Aside("x", func() ([]desk.Pin, error) { return b.Pins.ByID(nil) })
	if err != nil || beside.Count(tiles.Filter{}).N != 2 {
		t.Errorf("beside it: %v", err)
	}
}

func TestAMapBesideTheIndexIsLetGoOfOnceNobodyAsksForIt(t *testing.T) {
	b, clock := boardOf(pinAt(1, ""))
	ask := func(name string) {
		if _, err := b.Aside(name, func() ([]desk.Pin, error) { return b.Pins.ByID(nil) }); err != nil {
			t.Fatal(err)
		}
	}
	ask("left")
	ask("used")
	clock.at = clock.at.Add(asideIdle - time.Second)
	ask("used")
	clock.at = clock.at.Add(2 * time.Second)
	b.asides.sweep(clock.at)
	if len(b.asides.kept) != 1 || b.asides.kept["used"] == nil {
		t.Errorf("%d are kept", len(b.asides.kept))
	}
}

func TestMapsBesideTheIndexAreBoundTogether(t *testing.T) {
	b, clock := boardOf()
	for i := range asideKept {
		name := fmt.Sprint(i)
		b.asides.of(name, clock.at.Add(time.Duration(i)*time.Millisecond))
		b.asides.holds(name, AsideMost)
	}
	total := 0
	for _, a := range b.asides.kept {
		total += a.n
	}
	if total > asideAll || total < asideAll-AsideMost || b.asides.kept[fmt.Sprint(asideKept-1)] == nil {
		t.Errorf("%d cases on %d maps", total, len(b.asides.kept))
	}
}
