package geo

// Files of borders: read whole, each ring looked at, all of it or nothing.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Division is one administrative division with its border in WGS-84.
type Division struct {
	Code   string // 行政区划代码
	Name   string
	Border orb.MultiPolygon
}

// Reading says how a file is to be read.
type Reading struct {
	CRS       CRS
	CodeField string // property with the division code
	NameField string // property with the name; may be empty
	Repair    bool   // mend what is unambiguous
	Skip      bool   // leave out features that cannot be mended
}

// ErrFaults: the file has faults; nothing was read.
var ErrFaults = errors.New("the file has faults")

// ReadDivisions reads a GeoJSON feature collection of polygons. The faults are returned
// whether they were mended or not; an error says that nothing may be imported.
func ReadDivisions(data []byte, how Reading) ([]Division, []Fault, error) {
	if _, err := ToWGS84(orb.Point{}, how.CRS); err != nil {
		return nil, nil, err
	}
	fc, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		return nil, nil, fmt.Errorf("no GeoJSON feature collection: %w", err)
	}
	if len(fc.Features) == 0 {
		return nil, nil, errors.New("the file has no features")
	}
	var (
		out    []Division
		all    []Fault
		broken bool
	)
	for i, f := range fc.Features {
		d, found, err := readFeature(f, how)
		if err != nil {
			return nil, nil, fmt.Errorf("feature %d: %w", i, err)
		}
		bad := slices.ContainsFunc(found, func(f Fault) bool { return !f.Mended })
		for _, fault := range found {
			fault.Feature, fault.Code, fault.LeftOut = i, d.Code, bad && how.Skip
			all = append(all, fault)
		}
		if bad {
			broken = broken || !how.Skip
			continue
		}
		if slices.ContainsFunc(out, func(o Division) bool { return o.Code == d.Code }) {
			return nil, nil, fmt.Errorf("feature %d: the code %s stands twice", i, d.Code)
		}
		out = append(out, d)
	}
	if broken {
		return nil, all, ErrFaults
	}
	return out, all, nil
}

func readFeature(f *geojson.Feature, how Reading) (Division, []Fault, error) {
	d := Division{Code: property(f, how.CodeField), Name: property(f, how.NameField)}
	if len(d.Code) < 6 || strings.Trim(d.Code, "0123456789") != "" {
		return d, nil, fmt.Errorf("property %q is %q; a division code has six digits", how.CodeField, d.Code)
	}
	switch g := f.Geometry.(type) {
	case orb.Polygon:
		d.Border = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		d.Border = g
	default:
		return d, nil, fmt.Errorf("%s: a border is a Polygon or a MultiPolygon", d.Code)
	}
	var found []Fault
	for i, polygon := range d.Border {
		if len(polygon) == 0 {
			found = append(found, Fault{Ring: fmt.Sprintf("%d", i), Kind: TooShort, Detail: "no ring"})
		}
		for j := range polygon {
			faults, err := readRing(polygon, j, how)
			if err != nil {
				return d, nil, fmt.Errorf("%s, ring %d.%d: %w", d.Code, i, j, err)
			}
			for _, fault := range faults {
				fault.Ring = fmt.Sprintf("%d.%d", i, j)
				found = append(found, fault)
			}
		}
	}
	return d, found, nil
}

func property(f *geojson.Feature, name string) string {
	switch v := f.Properties[name].(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return fmt.Sprintf("%.0f", v)
	}
	return ""
}

// readRing converts a ring in place, looks for faults and mends what it may.
func readRing(p orb.Polygon, j int, how Reading) ([]Fault, error) {
	for k, at := range p[j] {
		moved, err := ToWGS84(at, how.CRS)
		if err != nil {
			return nil, err
		}
		p[j][k] = moved
	}
	found := faults(p[j], j > 0)
	if how.Repair && !slices.ContainsFunc(found, func(f Fault) bool { return !slices.Contains(mendable, f.Kind) }) {
		p[j] = mend(p[j])
		if anticlockwise(p[j]) == (j > 0) {
			slices.Reverse(p[j])
		}
		for k := range found {
			found[k].Mended = true
		}
	}
	if j > 0 && len(p[j]) > 0 && !inRing(p[0], p[j][0]) {
		found = append(found, Fault{Kind: HoleOutside, At: p[j][0]})
	}
	return found, nil
}
