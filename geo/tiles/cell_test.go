package tiles

// Tiles as a map reads them.

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

func TestAHeapStaysAClusterAtEveryZoomAndSaysSo(t *testing.T) {
	s, at, nation := New(names, 0), orb.Point{116.4, 39.9}, []string{"nation"}
	for i := range MostSingly {
		put(t, s, Point{ID: id(i), At: at, Status: uint8(i % 2), Flags: Overdue, Nodes: nation})
	}
	for z := range maptile.Zoom(MaxZoom + 1) {
		data, err := s.Node("nation").Tile(maptile.At(at, z), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		got, want := decoded(t, data), 1
		if z >= Singly {
			want = MostSingly
		}
		if len(got) != want || strings.Contains(got[0], "crowded") {
			t.Errorf("zoom %d: %v", z, got)
		}
	}
	put(t, s, Point{ID: id(99), At: at, Status: 3, Nodes: nation})
	for z := range maptile.Zoom(MaxZoom + 1) {
		data, err := s.Node("nation").Tile(maptile.At(at, z), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		got := decoded(t, data)
		if len(got) != 1 || !strings.Contains(got[0], "n=33 overdue=32 s_accepted=16 s_closed=1 s_registered=16") || strings.Contains(got[0], "crowded=true") != (z >= Singly) {
			t.Errorf("zoom %d: %v", z, got)
		}
	}
}

func TestLargeNumbersStandInATile(t *testing.T) {
	s, at := New(names, 0), orb.Point{116.4, 39.9}
	for i := range 70_000 {
		if i%2 == 0 || i < 600 {
			put(t, s, Point{ID: id(i), At: at, Flags: Flags(i % 2), Nodes: []string{"nation"}})
		}
	}
	data, err := s.Node("nation").Tile(maptile.New(0, 0, 0), Filter{})
	if got := decoded(t, data); err != nil || len(got) != 1 || !strings.HasSuffix(got[0], " n=35300 overdue=300 s_registered=35300") {
		t.Errorf("%v %v", got, err)
	}
}

func TestTilesThatAreNoneAreRefused(t *testing.T) {
	s := New(names, 0).Node("nation")
	for _, c := range []maptile.Tile{{Z: 0, X: 1}, {Z: 3, Y: 8}, {Z: MaxZoom + 1}, {Z: 40}, {Z: 15, X: 1 << 15}} {
		if data, err := s.Tile(c, Filter{}); code(err) != CodeTile || data != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	if data, err := s.Tile(maptile.New(1<<22-1, 1<<22-1, 22), Filter{}); err != nil || data != nil {
		t.Errorf("the last tile of all: %v %v", data, err)
	}
}

func TestAChangeNamesTheTilesThatAreOther(t *testing.T) {
	s, beijing, shanghai := New(names, 0), orb.Point{116.4, 39.9}, orb.Point{121.47, 31.23}
	p := Point{ID: id(1), At: beijing, Nodes: []string{"city", "nation"}}
	first := put(t, s, p)
	if again := put(t, s, p); len(again.Nodes) > 0 || again.Tiles(9) != nil {
		t.Errorf("nothing changed, and told was %+v", again)
	}
	p.At, p.Nodes = shanghai, []string{"nation", "other"}
	moved := put(t, s, p)
	gone := s.Drop(p.ID)
	for name, c := range map[string]struct {
		change Change
		nodes  []string
		tiles  []maptile.Tile
	}{
		"came":  {first, []string{"city", "nation"}, []maptile.Tile{maptile.At(beijing, 9)}},
		"moved": {moved, []string{"city", "nation", "other"}, []maptile.Tile{maptile.At(beijing, 9), maptile.At(shanghai, 9)}},
		"went":  {gone, []string{"nation", "other"}, []maptile.Tile{maptile.At(shanghai, 9)}},
	} {
		if !slices.Equal(c.change.Nodes, c.nodes) || !slices.Equal(c.change.Tiles(9), c.tiles) {
			t.Errorf("%s: %+v %v, want %v %v", name, c.change, c.change.Tiles(9), c.nodes, c.tiles)
		}
	}
}
