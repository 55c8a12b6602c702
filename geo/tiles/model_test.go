package tiles

// A model that is plainly right, and cases that are drawn for it: few ids, few nodes, heaps at
// one place, and a tree so small that it divides and joins all the time.

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"pgregory.net/rapid"
)

var names = [Statuses]string{"registered", "accepted", "", "closed"} // the third is "2"

// words as they stand in a tile.
func word(status uint8) string {
	if names[status] == "" {
		return fmt.Sprint(status)
	}
	return names[status]
}

var nodeNames = []string{"nation", "province", "city", "county", "agency"}

// little is a tree of a few cases a leaf.
var little = sizes{leaf: 4, branch: 4, sets: 1 << 10, few: 2}

func id(n int) string { return fmt.Sprintf("case%011dA", n) }

// places are some of a city, several a step apart or at one place, and ends of the world.
func places() *rapid.Generator[orb.Point] {
	heaps := []orb.Point{{116.4, 39.9}, {116.4, 39.9}, {116.40001, 39.90001}, {0, 0}, {-180, 0}, {180, maxLat}, {180, -maxLat}, {-180, -maxLat}, {179.9999, -80}}
	nowhere := []orb.Point{Nowhere, {116, 86}, {181, 3}, {math.Inf(1), 0}, {116, math.NaN()}}
	return rapid.Custom(func(t *rapid.T) orb.Point {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom(nowhere).Draw(t, "nowhere")
		case 1, 2, 3:
			return rapid.SampledFrom(heaps).Draw(t, "heap")
		case 4:
			return orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-maxLat, maxLat).Draw(t, "lat")}
		}
		return orb.Point{rapid.Float64Range(116.3, 116.5).Draw(t, "lon"), rapid.Float64Range(39.8, 40).Draw(t, "lat")}
	})
}

func points() *rapid.Generator[Point] {
	return rapid.Custom(func(t *rapid.T) Point {
		return Point{
			ID: id(rapid.IntRange(0, 60).Draw(t, "id")), At: places().Draw(t, "at"),
			Status: rapid.Uint8Range(0, 4).Draw(t, "status"), Types: rapid.Uint16Range(0, 15).Draw(t, "types"),
			Flags: Flags(rapid.Uint8Range(0, uint8(allFlags)).Draw(t, "flags")), Received: rapid.SampledFrom([]int{0, 1, 19000, 19001, 19002, lastDay}).Draw(t, "day"),
			Nodes: rapid.SliceOfN(rapid.SampledFrom(nodeNames), 0, 4).Draw(t, "nodes"),
		}
	})
}

func filters() *rapid.Generator[Filter] {
	return rapid.Custom(func(t *rapid.T) Filter {
		var f Filter
		if rapid.Bool().Draw(t, "statuses") {
			f.Statuses = rapid.Uint16Range(0, 31).Draw(t, "which")
		}
		if rapid.Bool().Draw(t, "more") {
			f.Types = rapid.Uint16Range(0, 15).Draw(t, "types")
			f.With = Flags(rapid.SampledFrom([]uint8{0, 0, 1, 2, 4, 8, 3}).Draw(t, "with"))
			f.Without = Flags(rapid.SampledFrom([]uint8{0, 0, 1, 2, 4, 8}).Draw(t, "without"))
			f.From = rapid.SampledFrom([]int{0, 0, 1, 19001, lastDay, lastDay + 9, -3}).Draw(t, "from")
			f.To = rapid.SampledFrom([]int{0, 0, 1, 19001, lastDay, lastDay + 9, -3}).Draw(t, "to")
		}
		return f
	})
}

// wanted is the filter, read from its comment.
func wanted(f Filter, p Point) bool {
	return (f.Statuses == 0 || f.Statuses&(1<<p.Status) != 0) && (f.Types == 0 || f.Types&p.Types != 0) &&
		p.Flags&f.With == f.With && p.Flags&f.Without == 0 && p.Received >= f.From && (f.To == 0 || p.Received <= f.To)
}

// model is what is live, by its id.
type model map[string]Point

func (m model) put(p Point) {
	delete(m, p.ID)
	if _, onMap := spotOf(p.At); onMap && len(p.Nodes) > 0 {
		m[p.ID] = p
	}
}

// of are the cases of a node that a filter takes, in the order of the map.
func (m model) of(node string, f Filter) []Point {
	var out []Point
	for _, p := range m {
		if slices.Contains(p.Nodes, node) && wanted(f, p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Point) int {
		x, _ := spotOf(a.At)
		y, _ := spotOf(b.At)
		i, _ := pack(a.ID)
		j, _ := pack(b.ID)
		return compare(x.key(), i, y.key(), j)
	})
	return out
}

func counted(points []Point) Counts {
	var c Counts
	for _, p := range points {
		c.N++
		c.Status[p.Status]++
		if p.Flags&Overdue != 0 {
			c.Overdue++
		}
	}
	return c
}

// feature is one of a tile as a text, to be compared.
func feature(x, y int, properties map[string]any) string {
	s := fmt.Sprintf("%d,%d", x, y)
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		s += fmt.Sprintf(" %s=%v", key, properties[key])
	}
	return s
}

func properties(points []Point) map[string]any {
	c := counted(points)
	out := map[string]any{"n": c.N, "overdue": c.Overdue}
	for status, n := range c.Status {
		if n > 0 {
			out["s_"+word(uint8(status))] = n
		}
	}
	return out
}

// drawn is the tile as its comment says, by looking at each case.
func drawn(points []Point, t maptile.Tile) []string {
	cells := map[maptile.Tile][]Point{}
	var order []maptile.Tile
	for _, p := range points { // in the order of the map, and so are their cells
		s, _ := spotOf(p.At)
		if tileOf(s, t.Z) != t {
			continue
		}
		cell := tileOf(s, t.Z+cellBits)
		if cells[cell] == nil {
			order = append(order, cell)
		}
		cells[cell] = append(cells[cell], p)
	}
	local := func(v uint64, tile uint32) int { // place in the tile
		return int(math.Floor((float64(v)/math.Exp2(float64(32-t.Z)) - float64(tile)) * extent))
	}
	var out []string
	for _, cell := range order {
		in := cells[cell]
		if len(in) > 1 && t.Z < Singly || len(in) > MostSingly {
			var x, y uint64
			for _, p := range in {
				s, _ := spotOf(p.At)
				x, y = x+s.x(), y+s.y()
			}
			all := properties(in)
			if t.Z >= Singly {
				all["crowded"] = true
			}
			out = append(out, feature(local(x/uint64(len(in)), t.X), local(y/uint64(len(in)), t.Y), all))
			continue
		}
		for _, p := range in {
			s, _ := spotOf(p.At)
			one := properties([]Point{p})
			one["id"], one["status"] = p.ID, word(p.Status)
			for name, flag := range map[string]Flags{"due_soon": DueSoon, "urgent": Urgent, "starred": Starred} {
				if p.Flags&flag != 0 {
					one[name] = true
				}
			}
			out = append(out, feature(local(s.x(), t.X), local(s.y(), t.Y), one))
		}
	}
	return out
}

// decoded reads a tile with another's reader.
func decoded(t interface{ Fatalf(string, ...any) }, data []byte) []string {
	if data == nil {
		return nil
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil || len(layers) != 1 || layers[0].Name != "cases" || layers[0].Version != 2 || layers[0].Extent != extent {
		t.Fatalf("the tile is not one layer of cases: %v %v", layers, err)
	}
	var out []string
	for _, f := range layers[0].Features {
		out = append(out, asText(f))
	}
	return out
}

func asText(f *geojson.Feature) string {
	at := f.Geometry.(orb.Point)
	return feature(int(at[0]), int(at[1]), f.Properties)
}

// sound looks at everything that the tree promises itself.
func sound(t interface{ Fatalf(string, ...any) }, r *root) {
	var before *row
	for b, in := range r.branches {
		if len(in.leaves) == 0 || len(in.leaves) > r.sizes.branch || len(in.first) != len(in.leaves) || in.n != cases(in.leaves) {
			t.Fatalf("branch %d: %d leaves, %d keys, %d cases", b, len(in.leaves), len(in.first), in.n)
		}
		if !slices.Equal(in.tallies, branchOf(in.leaves).tallies) {
			t.Fatalf("branch %d: its tallies are %v", b, in.tallies)
		}
		for l, leaf := range in.leaves {
			if n := len(leaf.spots); n == 0 || n > r.sizes.leaf || len(leaf.attrs) != n || len(leaf.ids) != n || in.first[l] != leaf.spots[0].key() {
				t.Fatalf("leaf %d.%d has %d cases", b, l, len(leaf.spots))
			}
			if !slices.Equal(leaf.tallies, leaf.counted(r.sets)) {
				t.Fatalf("leaf %d.%d: its tallies are %v", b, l, leaf.tallies)
			}
			for i := range leaf.spots {
				now := r.row(position{b, l, i})
				if before != nil && compare(before.spot.key(), before.id, now.spot.key(), now.id) >= 0 {
					t.Fatalf("%v comes before %v", before, now)
				}
				before = &now
			}
		}
	}
}

func put(t testing.TB, s *Set, p Point) Change {
	t.Helper()
	c, err := s.Put(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
