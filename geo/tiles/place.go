package tiles

// Where a case is: a spot of the web mercator square, and its place in the one order that
// makes each tile, and each cell of it, one range.

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// maxLat is where web mercator ends, in degrees.
const maxLat = 85.05112877980659

// spot is a place: x in the upper half, y in the lower, 2^32 of each around the world, from
// 180 degrees west and from the north. A step is 9 mm at the equator.
type spot uint64

// spotOf is false for what web mercator does not have, NaN among it.
func spotOf(at orb.Point) (spot, bool) {
	lon, lat := at[0], at[1]
	if !(math.Abs(lon) <= 180 && math.Abs(lat) <= maxLat) {
		return 0, false
	}
	sin := math.Sin(lat * (math.Pi / 180))
	x := (lon + 180) / 360
	y := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return spot(steps(x))<<32 | spot(steps(y)), true
}

// steps of a share of the world; its end belongs to the last step.
func steps(share float64) uint32 {
	return uint32(max(0, min(math.MaxUint32, share*(1<<32))))
}

func (s spot) x() uint64 { return uint64(s >> 32) }
func (s spot) y() uint64 { return uint64(s & math.MaxUint32) }

// key is the Morton order: bits of x and y in turn, y above. All that lies in one tile of
// zoom z has the upper 2z bits in common, and nothing else has.
func (s spot) key() uint64 { return spread(s.x()) | spread(s.y())<<1 }

// spread puts a nought above each of 32 bits.
func spread(v uint64) uint64 {
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

// spotAt is the spot with a key.
func spotAt(key uint64) spot { return spot(gather(key)<<32 | gather(key>>1)) }

// gather takes every other bit.
func gather(v uint64) uint64 {
	v &= 0x5555555555555555
	v = (v | v>>1) & 0x3333333333333333
	v = (v | v>>2) & 0x0f0f0f0f0f0f0f0f
	v = (v | v>>4) & 0x00ff00ff00ff00ff
	v = (v | v>>8) & 0x0000ffff0000ffff
	return (v | v>>16) & 0x00000000ffffffff
}

// span is the keys of a square, both ends in it.
type span struct{ first, last uint64 }

// spanOf is the square of zoom z with spot s in it.
func spanOf(s spot, z uint) span { return around(s.key(), z) }

// around is the square of zoom z that a key lies in.
func around(key uint64, z uint) span {
	below := uint64(math.MaxUint64) >> (2 * z) // nothing, for z = 32
	return span{key &^ below, key | below}
}

// corner is the north-western spot of a tile.
func corner(t maptile.Tile) spot {
	return spot(uint64(t.X)<<(32-t.Z))<<32 | spot(uint64(t.Y)<<(32-t.Z))
}

// tileOf is the tile of zoom z with s in it.
func tileOf(s spot, z maptile.Zoom) maptile.Tile {
	return maptile.New(uint32(s.x()>>(32-z)), uint32(s.y()>>(32-z)), z)
}
