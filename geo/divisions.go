package geo

// Files of borders: read whole, each feature looked at, all of it or nothing.

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
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

// ReadDivisions reads a GeoJSON feature collection of polygons. The faults are those of all
// features, mended or not; an error says that nothing may be imported.
func ReadDivisions(data []byte, how Reading) ([]Division, []Fault, error) {
	if _, err := ToWGS84(orb.Point{}, how.CRS); err != nil {
		return nil, nil, err
	}
	features, err := featuresOf(data)
	if err != nil {
		return nil, nil, err
	}
	var (
		out    []Division
		all    []Fault
		broken bool
	)
	first := map[string]int{} // feature by code
	for i, f := range features {
		d, found := readFeature(f, how)
		if earlier, twice := first[d.Code]; twice {
			found = append(found, Fault{Kind: CodeTwice, Detail: fmt.Sprintf("feature %d has this code too", earlier)})
		}
		bad := slices.ContainsFunc(found, func(f Fault) bool { return !f.Mended })
		for _, fault := range found {
			fault.Feature, fault.Code, fault.Name, fault.LeftOut = i, d.Code, d.Name, bad && how.Skip
			all = append(all, fault)
		}
		if bad {
			broken = broken || !how.Skip
			continue
		}
		first[d.Code] = i
		out = append(out, d)
	}
	if broken {
		return nil, all, ErrFaults
	}
	return out, all, nil
}

func featuresOf(data []byte) ([]json.RawMessage, error) {
	var file struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("no GeoJSON feature collection: %w", err)
	}
	switch {
	case file.Type != "FeatureCollection":
		return nil, fmt.Errorf("no GeoJSON feature collection: its type is %q", file.Type)
	case len(file.Features) == 0:
		return nil, errors.New("the file has no features")
	}
	return file.Features, nil
}
