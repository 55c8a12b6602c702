package geo

// One feature of a file as it really comes: each thing that is wrong with it has a name.

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// rawFeature is a feature before anything of it is believed.
type rawFeature struct {
	Properties map[string]any `json:"properties"`
	Geometry   *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

// vertex reads a position. What has not two finite numbers is NaN, which a check finds: the
// usual reading takes [117] and [117, null] for a place on the equator.
type vertex orb.Point

func (v *vertex) UnmarshalJSON(data []byte) error {
	*v = vertex{math.NaN(), math.NaN()}
	var numbers []*float64
	if json.Unmarshal(data, &numbers) == nil && len(numbers) > 1 && numbers[0] != nil && numbers[1] != nil {
		*v = vertex{*numbers[0], *numbers[1]}
	}
	return nil
}

type (
	rawRing    []vertex
	rawPolygon []rawRing
)

// readFeature reads one feature; what is wrong with it stands in the faults.
func readFeature(data json.RawMessage, how Reading) (Division, []Fault) {
	var raw rawFeature
	if err := json.Unmarshal(data, &raw); err != nil {
		return Division{}, []Fault{{Kind: BadFeature, Detail: err.Error()}}
	}
	d := Division{Code: property(raw, how.CodeField), Name: property(raw, how.NameField)}
	var found []Fault
	if len(d.Code) < 6 || len(d.Code) > maxCode || strings.Trim(d.Code, "0123456789") != "" {
		found = append(found, Fault{
			Kind: CodeMissing, Detail: fmt.Sprintf("property %q is %q; a division code has six digits or more", how.CodeField, d.Code),
		})
	}
	border, fault := raw.border()
	if fault != nil {
		return d, append(found, *fault)
	}
	d.Border = border
	return d, append(found, readBorder(d.Border, how)...)
}

// maxCode is the length of the longest division code, that of a village.
const maxCode = 12

// border takes polygons out of a geometry, or says why there are none.
func (f rawFeature) border() (orb.MultiPolygon, *Fault) {
	if f.Geometry == nil {
		return nil, &Fault{Kind: EmptyBorder, Detail: "the geometry is null"}
	}
	var (
		polygons []rawPolygon
		err      error
	)
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([]rawPolygon, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		return nil, &Fault{Kind: NoPolygon, Detail: fmt.Sprintf("a border is a Polygon or a MultiPolygon, not a %q", f.Geometry.Type)}
	}
	switch {
	case err != nil:
		return nil, &Fault{Kind: BadFeature, Detail: "coordinates: " + err.Error()}
	case len(polygons) == 0:
		return nil, &Fault{Kind: EmptyBorder, Detail: "there is no polygon"}
	}
	out := make(orb.MultiPolygon, len(polygons))
	for i, polygon := range polygons {
		out[i] = make(orb.Polygon, len(polygon))
		for j, ring := range polygon {
			out[i][j] = make(orb.Ring, len(ring))
			for k, v := range ring {
				out[i][j][k] = orb.Point(v)
			}
		}
	}
	return out, nil
}

// readBorder converts the rings of a border in place and looks at each.
func readBorder(border orb.MultiPolygon, how Reading) []Fault {
	var found []Fault
	for i, polygon := range border {
		if len(polygon) == 0 {
			found = append(found, Fault{Ring: fmt.Sprintf("%d", i), Kind: TooShort, Detail: "no ring"})
		}
		whole := true
		for j := range polygon {
			faults := readRing(polygon, j, how)
			for _, fault := range faults {
				whole = whole && fault.Mended
			}
			found = append(found, named(i, j, faults)...)
		}
		if whole { // where holes lie can be said of whole rings only
			found = append(found, holeFaults(i, polygon)...)
		}
	}
	return found
}

func named(polygon, ring int, faults []Fault) []Fault {
	for k := range faults {
		faults[k].Ring = fmt.Sprintf("%d.%d", polygon, ring)
	}
	return faults
}

// property is a text or a number; a number of an adcode field has no fraction.
func property(f rawFeature, name string) string {
	switch v := f.Properties[name].(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return fmt.Sprintf("%.0f", v)
	}
	return ""
}

// readRing converts a ring in place, looks for faults and mends what it may.
func readRing(p orb.Polygon, j int, how Reading) []Fault {
	for k, at := range p[j] {
		moved, err := ToWGS84(at, how.CRS)
		var refused Refusal
		if errors.As(err, &refused) {
			return []Fault{refusedAt(at, k, refused)}
		}
		p[j][k] = moved
	}
	found := faults(p[j], j > 0)
	if how.Repair && mendableAll(found) {
		p[j] = mended(p[j], j > 0)
		for k := range found {
			found[k].Mended = true
		}
	}
	return found
}

// refusedAt names a position that is none; one that is no number is not quoted.
func refusedAt(at orb.Point, vertex int, refused Refusal) Fault {
	detail := fmt.Sprintf("vertex %d: %v", vertex, refused)
	if !finite(at) {
		return Fault{Kind: NotANumber, Detail: detail}
	}
	return Fault{Kind: refused.Code(), At: at, Detail: detail}
}
