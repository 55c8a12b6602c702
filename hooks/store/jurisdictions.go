package store

// Jurisdictions: versions of borders, and the partition that is in force.

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	stdsync "sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/geo"
)

// Import is what is known of all divisions of one file.
type Import struct {
	Level     string // county, city, province
	ValidFrom string // YYYY-MM-DD
	CRS       string // as the file was in
	Source    string
}

// Jurisdictions stores borders; App is a transaction where it writes.
type Jurisdictions struct{ App core.App }

// Put stores a version of each division; the versions before end where it begins.
func (s Jurisdictions) Put(divisions []geo.Division, in Import) error {
	for _, d := range divisions {
		olds, err := s.App.FindAllRecords("jurisdictions", dbx.HashExp{"division_code": d.Code, "level": in.Level})
		if err != nil {
			return err
		}
		var same *core.Record
		for _, old := range olds {
			from, to := old.GetString("valid_from"), old.GetString("valid_to")
			if from == in.ValidFrom {
				same = old
			} else if from < in.ValidFrom && (to == "" || to > in.ValidFrom) {
				old.Set("valid_to", in.ValidFrom)
				if err := s.App.Save(old); err != nil {
					return err
				}
			}
		}
		if err := s.put(same, d, in); err != nil {
			return fmt.Errorf("division %s: %w", d.Code, err)
		}
	}
	return nil
}

func (s Jurisdictions) put(r *core.Record, d geo.Division, in Import) error {
	if r == nil {
		var err error
		if r, err = newRecord(s.App, "jurisdictions", ""); err != nil {
			return err
		}
	}
	border, err := json.Marshal(geojson.NewGeometry(d.Border))
	if err != nil {
		return err
	}
	agencies, err := s.App.FindAllRecords("agencies", dbx.HashExp{"division_code": d.Code})
	if err != nil {
		return err
	}
	if len(agencies) > 0 {
		r.Set("agency", agencies[0].Id)
	}
	if err := Load(r, map[string]any{
		"division_code": d.Code, "name": d.Name, "level": in.Level, "valid_from": in.ValidFrom, "crs": in.CRS, "source": in.Source,
		"geometry": json.RawMessage(border),
	}); err != nil {
		return err
	}
	return s.App.Save(r)
}

// Partition builds the index of the divisions of a level that are in force on a day. A
// border that cannot be read is left out and logged.
func (s Jurisdictions) Partition(level, day string) (*geo.Partition, error) {
	var records []*core.Record
	err := s.App.RecordQuery("jurisdictions").AndWhere(dbx.NewExp(
		"level = {:level} AND valid_from <= {:day} AND (valid_to = '' OR valid_to > {:day})", dbx.Params{"level": level, "day": day})).
		OrderBy("division_code").All(&records)
	if err != nil {
		return nil, err
	}
	divisions := make([]geo.Division, 0, len(records))
	for _, r := range records {
		border, err := borderOf(r)
		if err != nil { // the other borders still say whose a place is
			slog.Error("a border is left out", "id", r.Id, "error", err)
			continue
		}
		divisions = append(divisions, geo.Division{Code: r.GetString("division_code"), Name: r.GetString("name"), Border: border})
	}
	return geo.NewPartition(divisions), nil
}

func borderOf(r *core.Record) (orb.MultiPolygon, error) {
	var g geojson.Geometry
	if err := json.Unmarshal([]byte(r.GetString("geometry")), &g); err != nil {
		return nil, err
	}
	if g.Type == "" {
		return nil, errors.New("it is not drawn")
	}
	border, ok := g.Geometry().(orb.MultiPolygon)
	if !ok {
		return nil, fmt.Errorf("it is a %s", g.Type)
	}
	return border, nil
}

// County is the level whose partition decides whose a place is.
const County = "county"

// Map is the partition in force, built when it is first asked for and again when the
// borders or the day change.
type Map struct {
	App core.App
	Now func() time.Time

	mu   stdsync.Mutex
	day  string
	held *geo.Partition
}

// Stale forgets the partition: the borders changed.
func (m *Map) Stale() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = nil
}

// Locate finds whose a WGS-84 place is. The error is a geo.Refusal or the database's.
func (m *Map) Locate(at orb.Point, accuracy float64) (geo.Owner, error) {
	m.mu.Lock()
	day := casework.Date(m.Now())
	if m.held == nil || m.day != day {
		p, err := Jurisdictions{m.App}.Partition(County, day)
		if err != nil {
			m.mu.Unlock()
			return geo.Owner{}, err
		}
		m.held, m.day = p, day
	}
	p := m.held
	m.mu.Unlock()
	return p.Lookup(at, accuracy)
}
