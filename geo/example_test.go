package geo_test

// How the package is used: from a file of borders to the owner of a place.

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"xuncha/geo"
)

// file holds two counties that share a border at 116.5 degrees; the first one has a lake.
const file = `{"type":"FeatureCollection","features":[
	{"type":"Feature","properties":{"adcode":990101,"name":"东湖县"},"geometry":{"type":"Polygon","coordinates":[
		[[116,39],[116.5,39],[116.5,40],[116,40],[116,39]], [[116.2,39.4],[116.2,39.6],[116.3,39.6],[116.3,39.4],[116.2,39.4]]]}},
	{"type":"Feature","properties":{"adcode":990102,"name":"白石县"},"geometry":{"type":"Polygon","coordinates":[
		[[116.5,39],[117,39],[117,40],[116.5,40],[116.5,39]]]}}]}`

func counties() *geo.Partition {
	divisions, _, err := geo.ReadDivisions([]byte(file), geo.Reading{CRS: geo.WGS84, CodeField: "adcode", NameField: "name"})
	if err != nil {
		panic(err)
	}
	return geo.NewPartition(divisions)
}

// A place on a shared border has one owner as well, and a lake has none.
func ExamplePartition_Owner() {
	p := counties()
	for _, at := range []orb.Point{{116.1, 39.5}, {116.5, 39.5}, {116.25, 39.5}} {
		fmt.Printf("%v %q\n", at, p.Owner(at))
	}
	// Output:
	// [116.1 39.5] "990101"
	// [116.5 39.5] "990102"
	// [116.25 39.5] ""
}

// A phone that knows its place to 50 metres stands 26 metres from the next county.
func ExamplePartition_Lookup() {
	owner, err := counties().Lookup(orb.Point{116.4997, 39.5}, 50)
	if err != nil {
		panic(err)
	}
	fmt.Println(owner.Code, owner.Name, "of", owner.Ancestors)
	fmt.Printf("uncertain: %v, it may be %s, %.0f m away\n", owner.Uncertain, owner.Second, owner.BorderM)
	// Output:
	// 990101 东湖县 of [990100 990000]
	// uncertain: true, it may be 990102, 26 m away
}

// A ring that crosses itself is named, and nothing of its file is read.
func ExampleReadDivisions() {
	const bowTie = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"adcode":990101,"name":"东湖县"},
		"geometry":{"type":"Polygon","coordinates":[[[116,39],[117,40],[117,39],[116,40],[116,39]]]}}]}`
	divisions, faults, err := geo.ReadDivisions([]byte(bowTie), geo.Reading{CRS: geo.WGS84, CodeField: "adcode", NameField: "name"})
	fmt.Println(len(divisions), "divisions;", errors.Is(err, geo.ErrFaults))
	fmt.Println(faults[0].Code, faults[0].Name, faults[0].Kind)
	// Output:
	// 0 divisions; true
	// 990101 东湖县 self_intersection
}

// What a map in GCJ-02 gave is converted, because its source says so.
func ExampleToWGS84() {
	at, err := geo.ToWGS84(orb.Point{116.3975461789, 39.9088592767}, geo.GCJ02)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.6f %.6f\n", at[0], at[1])
	_, err = geo.ToWGS84(orb.Point{39.9, 116.4}, geo.GCJ02)
	fmt.Println(err)
	// Output:
	// 116.391305 39.907458
	// lon 39.9, lat 116.4 look swapped: longitude comes first
}
