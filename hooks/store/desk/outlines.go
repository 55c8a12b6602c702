package desk

// Outlines: the borders of divisions as a map draws them, coarse enough to be sent at once; and
// where agencies sit, which is taken to be the middle of their divisions.

import (
	"log/slog"
	"strings"
	stdsync "sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/geo"
	"xuncha/hooks/store"
)

// Outlines keeps what was drawn until borders or the day change. Use one for a house, by pointer.
type Outlines struct {
	App core.App
	Now func() time.Time

	mu      stdsync.Mutex
	day     string
	borders []geo.Division       // of all levels, drawn as finely as any scope asks for
	drawn   map[string][]byte    // by scope
	centres map[string]orb.Point // of the counties, by code
}

// Stale forgets everything: the borders changed.
func (s *Outlines) Stale() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.borders, s.drawn, s.centres = nil, nil, nil
}

// finest is the tolerance in degrees of the outlines that are kept, some 20 m; so many times
// the width of what is shown is the tolerance of what is sent.
const (
	finest = 0.0002
	detail = 1.0 / 2000
)

// load reads the counties in force. The caller holds the lock.
func (s *Outlines) load() error {
	day := casework.Date(s.Now())
	if s.borders != nil && s.day == day {
		return nil
	}
	list, err := store.Jurisdictions{App: s.App}.InForce(store.County, day)
	if err != nil {
		return err
	}
	s.day, s.drawn, s.centres = day, map[string][]byte{}, map[string]orb.Point{}
	s.borders = make([]geo.Division, 0, len(list))
	for _, d := range list {
		centre, area := planar.CentroidArea(d.Border)
		if area == 0 {
			slog.Warn("a border without an area is not drawn", "code", d.Code)
			continue
		}
		s.centres[d.Code] = centre
		s.borders = append(s.borders, geo.Division{Code: d.Code, Name: d.Name, Border: simplify.DouglasPeucker(finest).MultiPolygon(d.Border)})
	}
	return nil
}

// Of returns the outlines in a user's range as GeoJSON: features with a code and a name.
func (s *Outlines) Of(user *core.Record) ([]byte, error) {
	from, to := user.GetString("scope_from"), user.GetString("scope_to")
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return nil, err
	}
	if data := s.drawn[from+to]; data != nil {
		return data, nil
	}
	var mine []geo.Division
	var all orb.MultiPolygon
	for _, d := range s.borders {
		if from <= d.Code && d.Code <= to {
			mine, all = append(mine, d), append(all, d.Border...)
		}
	}
	fc := geojson.NewFeatureCollection()
	bound := all.Bound()
	coarse := simplify.DouglasPeucker(max(finest, (bound.Max[0]-bound.Min[0])*detail))
	for _, d := range mine {
		f := geojson.NewFeature(coarse.MultiPolygon(d.Border.Clone()))
		f.Properties["code"], f.Properties["name"] = d.Code, d.Name
		fc.Append(f)
	}
	if len(mine) > 0 {
		fc.BBox = geojson.NewBBox(bound)
	}
	data, err := fc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	s.drawn[from+to] = data
	return data, nil
}

// Seat is the middle of a division, or of all counties in it; the zero point if none is drawn.
func (s *Outlines) Seat(code string) (orb.Point, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return orb.Point{}, err
	}
	if at, ok := s.centres[code]; ok {
		return at, nil
	}
	prefix := strings.TrimRight(code, "0")
	if len(prefix)%2 == 1 {
		prefix += "0"
	}
	var sum orb.Point
	n := 0.0
	for county, at := range s.centres {
		if strings.HasPrefix(county, prefix) {
			sum[0], sum[1], n = sum[0]+at[0], sum[1]+at[1], n+1
		}
	}
	if n == 0 {
		return orb.Point{}, nil
	}
	return orb.Point{sum[0] / n, sum[1] / n}, nil
}
