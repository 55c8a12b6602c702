// Package tiles is the map of a million cases. Each agency sees its own: how many lie where,
// in what state, how many are overdue, at any zoom, as vector tiles; and who draws a line
// around some of them gets every case inside, also those that a cluster hides.
//
// A case lies in several nodes, one for each agency whose map it is on: nation, province,
// city, county. Who reads holds a Snapshot, which stays as it was and waits for nobody; who
// writes replaces what it touches. Counts are exact. The package knows no database and no
// casework: a status is a number with a name.
package tiles

// A case on the map, and why one is not taken.

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Sizes of what a case carries.
const (
	Statuses = 16        // at most, numbered from 0
	lastDay  = 1<<16 - 1 // of Received: the year 2149
)

// Flags of a case, a bit set.
type Flags uint8

// The flags.
const (
	Overdue Flags = 1 << iota
	DueSoon
	Urgent
	Starred
	allFlags Flags = 1<<iota - 1
)

// Point is a case on the map.
type Point struct {
	ID       string    // 15 to 26 letters and digits
	At       orb.Point // WGS-84 longitude and latitude in degrees
	Status   uint8     // below Statuses
	Types    uint16    // of pollution, a bit set
	Flags    Flags
	Received int      // days since 1 January 1970, 0 to 65535
	Nodes    []string // whose maps it is on, in any order
}

// Nowhere is the position of a case that has none. Such a case, and one nearer to a pole than
// web mercator goes (85.0511 degrees), is on no tile and in no count.
var Nowhere = orb.Point{math.NaN(), math.NaN()}

// Refusal says why something is not taken.
type Refusal struct{ code, detail string }

func (r Refusal) Error() string { return r.detail }

// Codes of refusals. A corner of a shape may be refused by geo too, with its codes.
const (
	CodeID      = "id_invalid"      // the id has another form
	CodePoint   = "point_invalid"   // a status, day or flag that does not exist
	CodeTwice   = "id_twice"        // a case came twice in one Build
	CodeNodes   = "nodes_too_many"  // more nodes, or ways to be in several, than there is room for
	CodeTile    = "tile_invalid"    // no such tile, or beyond MaxZoom
	CodeFew     = "shape_too_few"   // a ring with fewer than three corners
	CodeCorners = "shape_too_large" // more than MaxCorners
)

// Code is one of the codes above.
func (r Refusal) Code() string { return r.code }

func refuse(code, format string, args ...any) error {
	return Refusal{code, fmt.Sprintf(format, args...)}
}

// Check is the Refusal that Put and Build answer a case with, nil where they take it: one that is
// refused ends a Build.
func (p Point) Check() error {
	if _, err := pack(p.ID); err != nil {
		return err
	}
	return p.check()
}

// check refuses what cannot be stored as it is.
func (p Point) check() error {
	switch {
	case p.Status >= Statuses:
		return refuse(CodePoint, "status %d: there are %d, from 0", p.Status, Statuses)
	case p.Flags&^allFlags != 0:
		return refuse(CodePoint, "flags %b: there are %b", p.Flags, allFlags)
	case p.Received < 0 || p.Received > lastDay:
		return refuse(CodePoint, "received on day %d: days go from 0 to %d", p.Received, lastDay)
	}
	return nil
}
