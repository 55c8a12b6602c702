package tiles_test

// The package as a server uses it.

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"xuncha/geo/tiles"
)

// statuses are the caller's: the package knows their names only.
var statuses = [tiles.Statuses]string{"accepted", "closed"}

// cases of two counties of one city; the first two lie 300 m apart.
var cases = []tiles.Point{
	{ID: "c00000000000001", At: orb.Point{116.401, 39.900}, Status: 0, Flags: tiles.Overdue, Received: 20000, Nodes: []string{"110000", "110105"}},
	{ID: "c00000000000002", At: orb.Point{116.404, 39.901}, Status: 1, Received: 20007, Nodes: []string{"110000", "110105"}},
	{ID: "c00000000000003", At: orb.Point{116.310, 39.810}, Status: 0, Received: 20009, Nodes: []string{"110000", "110108"}},
}

func built() *tiles.Set {
	set := tiles.New(statuses, 0) // a server gives its time
	err := set.Build(func(yield func(tiles.Point, error) bool) {
		for _, p := range cases {
			if !yield(p, nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err)
	}
	return set
}

func ExampleSet_Build() {
	set := built()
	for _, node := range []string{"110000", "110105", "110108"} {
		now := set.Node(node)
		fmt.Println(node, "has", now.Count(tiles.Filter{}).N, "cases, overdue", now.Count(tiles.Filter{With: tiles.Overdue}).N)
	}
	// Output:
	// 110000 has 3 cases, overdue 1
	// 110105 has 2 cases, overdue 1
	// 110108 has 1 cases, overdue 0
}

func ExampleSet_Put() {
	set := built()
	before := set.Node("110000")
	moved := cases[2]
	moved.Status, moved.Nodes = 1, []string{"110000", "110105"}
	change, err := set.Put(moved)
	if err != nil {
		panic(err)
	}
	fmt.Println("another map, version", change.Version, "for", change.Nodes)
	for _, t := range change.Tiles(10) {
		fmt.Printf("another tile: %d/%d/%d\n", t.Z, t.X, t.Y)
	}
	fmt.Println("closed before:", before.Count(tiles.Filter{}).Status[1], "and now:", set.Node("110000").Count(tiles.Filter{}).Status[1])
	// Output:
	// another map, version 2 for [110000 110105 110108]
	// another tile: 10/842/388
	// closed before: 1 and now: 2
}

func ExampleSnapshot_Tile() {
	city := built().Node("110000")
	for _, zoom := range []maptile.Zoom{9, 15} {
		data, err := city.Tile(maptile.At(cases[0].At, zoom), tiles.Filter{})
		if err != nil {
			panic(err)
		}
		layers, err := mvt.Unmarshal(data)
		if err != nil {
			panic(err)
		}
		for _, f := range layers[0].Features {
			var said []string
			for key, value := range f.Properties {
				said = append(said, fmt.Sprintf("%s=%v", key, value))
			}
			slices.Sort(said)
			fmt.Println("zoom", zoom, f.Geometry, said)
		}
	}
	// Output:
	// zoom 9 [1714 756] [id=c00000000000003 n=1 overdue=0 s_accepted=1 status=accepted]
	// zoom 9 [2253 70] [n=2 overdue=1 s_accepted=1 s_closed=1]
	// zoom 15 [318 635] [id=c00000000000001 n=1 overdue=1 s_accepted=1 status=accepted]
	// zoom 15 [1436 149] [id=c00000000000002 n=1 overdue=0 s_closed=1 status=closed]
}

func ExampleSnapshot_Select() {
	city := built().Node("110000")
	around := orb.Polygon{{{116.39, 39.89}, {116.42, 39.89}, {116.41, 39.92}}}
	got, err := city.Select(around, tiles.Filter{}, 1)
	if err != nil {
		panic(err)
	}
	fmt.Println(got.N, "cases, overdue", got.Overdue, "first", got.IDs)
	// Output: 2 cases, overdue 1 first [c00000000000001]
}
