// Package geo knows where a case is and whose it is. Positions are WGS-84; what came in
// another datum is converted by the datum that its source declared, never guessed. Every
// point of a partition has exactly one owner, also on a border. The package knows no
// database and no HTTP.
package geo

// Datums of China and the ways between them.

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// CRS is a datum as sources declare it.
type CRS string

// The datums.
const (
	WGS84    CRS = "wgs84"    // GNSS, EXIF, browsers
	GCJ02    CRS = "gcj02"    // 火星坐标: AMap, Tencent, WeChat
	BD09     CRS = "bd09"     // Baidu
	CGCS2000 CRS = "cgcs2000" // 国家2000, Tianditu: equal to WGS-84 at a phone's accuracy
)

// Refusal says why a position is not taken.
type Refusal struct{ code, detail string }

func (r Refusal) Error() string { return r.detail }

// Code is crs_unknown, coordinates_invalid or coordinates_swapped.
func (r Refusal) Code() string { return r.code }

// errCRS: the datum was not declared, or is none of ours.
func errCRS(crs CRS) error {
	return Refusal{"crs_unknown", fmt.Sprintf("the datum must be wgs84, gcj02, bd09 or cgcs2000, not %q", crs)}
}

// Bounds of China in degrees, generous: what lies outside is left as it is by GCJ-02.
const (
	chinaWest, chinaEast   = 72.004, 137.8347
	chinaSouth, chinaNorth = 0.8293, 55.8271
)

// Check refuses what is no position: NaN, beyond the globe, or longitude and latitude
// swapped (a latitude between 73 and 136 beside a longitude between 3 and 54 is a place in
// China written the wrong way round).
func Check(p orb.Point) error {
	lon, lat := p[0], p[1]
	switch {
	case !finite(p):
		return Refusal{"coordinates_invalid", "the coordinates are no numbers"}
	case lat >= 73 && lat <= 136 && lon >= 3 && lon <= 54:
		return Refusal{"coordinates_swapped", fmt.Sprintf("lon %g, lat %g look swapped: longitude comes first", lon, lat)}
	case !onGlobe(p):
		return Refusal{"coordinates_invalid", fmt.Sprintf("lon %g, lat %g lie beyond the globe", lon, lat)}
	}
	return nil
}

// onGlobe is false for what is no number, too.
func onGlobe(p orb.Point) bool { return math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 }

func finite(p orb.Point) bool {
	return !math.IsNaN(p[0]-p[0]) && !math.IsNaN(p[1]-p[1]) // what is no number, or without end, less itself is no number
}

// ToWGS84 converts a position from the datum its source declared. The error is a Refusal.
func ToWGS84(p orb.Point, from CRS) (orb.Point, error) {
	if err := Check(p); err != nil {
		return p, err
	}
	switch from {
	case WGS84, CGCS2000:
		return p, nil
	case GCJ02:
		return invert(p, gcjFromWGS), nil
	case BD09:
		return invert(invert(p, bdFromGCJ), gcjFromWGS), nil
	}
	return p, errCRS(from)
}

// FromWGS84 converts a position into a datum, e.g. for a map in GCJ-02.
func FromWGS84(p orb.Point, to CRS) (orb.Point, error) {
	if err := Check(p); err != nil {
		return p, err
	}
	switch to {
	case WGS84, CGCS2000:
		return p, nil
	case GCJ02:
		return gcjFromWGS(p), nil
	case BD09:
		return bdFromGCJ(gcjFromWGS(p)), nil
	}
	return p, errCRS(to)
}

// rounds of the fixed-point iteration: four reach 1e-9 degrees, the rest reaches rounding.
const rounds = 8

// invert finds the point that forward moves to p: the shift changes slowly.
func invert(p orb.Point, forward func(orb.Point) orb.Point) orb.Point {
	q := p
	for range rounds {
		f := forward(q)
		q = orb.Point{q[0] + p[0] - f[0], q[1] + p[1] - f[1]}
	}
	return q
}

// The Krasovsky 1940 ellipsoid, which the shift of GCJ-02 is computed on.
const (
	semiMajor = 6378245.0              // metres
	ecc2      = 0.00669342162296594323 // squared eccentricity
)

func gcjFromWGS(p orb.Point) orb.Point {
	lon, lat := p[0], p[1]
	if lon < chinaWest || lon > chinaEast || lat < chinaSouth || lat > chinaNorth {
		return p
	}
	x, y := lon-105, lat-35
	dLat, dLon := shiftLat(x, y), shiftLon(x, y)
	rad := lat / 180 * math.Pi
	magic := 1 - ecc2*math.Sin(rad)*math.Sin(rad)
	root := math.Sqrt(magic)
	dLat = dLat * 180 / (semiMajor * (1 - ecc2) / (magic * root) * math.Pi)
	dLon = dLon * 180 / (semiMajor / root * math.Cos(rad) * math.Pi)
	return orb.Point{lon + dLon, lat + dLat}
}

func wave(v float64) float64 { return math.Sin(v * math.Pi) }

func shiftLat(x, y float64) float64 {
	d := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x))
	d += (20*wave(6*x) + 20*wave(2*x)) * 2 / 3
	d += (20*wave(y) + 40*wave(y/3)) * 2 / 3
	return d + (160*wave(y/12)+320*wave(y/30))*2/3
}

func shiftLon(x, y float64) float64 {
	d := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x))
	d += (20*wave(6*x) + 20*wave(2*x)) * 2 / 3
	d += (20*wave(x) + 40*wave(x/3)) * 2 / 3
	return d + (150*wave(x/12)+300*wave(x/30))*2/3
}

func bdFromGCJ(p orb.Point) orb.Point {
	const k = math.Pi * 3000 / 180
	z := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*k)
	theta := math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*k)
	return orb.Point{z*math.Cos(theta) + 0.0065, z*math.Sin(theta) + 0.006}
}
