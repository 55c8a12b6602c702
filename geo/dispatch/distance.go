package dispatch

// Distances: a place is a unit vector, so that one costs a square root instead of six
// sines. The result is the haversine's, to the rounding.

import (
	"math"

	"github.com/paulmach/orb"
)

// radius of the earth in metres, the mean.
const radius = 6_371_008.8

// vector is a place on the globe.
type vector struct{ x, y, z float64 }

func vectorOf(p orb.Point) vector {
	sinLon, cosLon := math.Sincos(p[0] * math.Pi / 180)
	sinLat, cosLat := math.Sincos(p[1] * math.Pi / 180)
	return vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// near is the half chord up to which three terms of the arc sine are exact to 1e-9: 640 km.
const near = 0.05

// metres along the great circle.
func metres(a, b vector) float64 {
	dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
	square := (dx*dx + dy*dy + dz*dz) / 4
	h := math.Sqrt(square)
	if h < near {
		return 2 * radius * h * (1 + square*(1.0/6+square*(3.0/40)))
	}
	return 2 * radius * math.Asin(min(1, h))
}

// driving is the minutes that so many metres take.
func driving(metres float64) float64 { return metres * (Detour / Speed) }
