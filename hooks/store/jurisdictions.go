package store

// Jurisdictions: whose a place is, by the partition that is in force.

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

// Jurisdictions stores borders; App is a transaction where it writes.
type Jurisdictions struct{ App core.App }

// Partition builds the index of the divisions of a level that are in force on a day. A
// border that cannot be read is left out and logged.
func (s Jurisdictions) Partition(level, day string) (*geo.Partition, error) {
	divisions, err := s.InForce(level, day)
	if err != nil {
		return nil, err
	}
	return geo.NewPartition(divisions), nil
}

// onDay are the versions of a level that are in force on a day.
func onDay(level, day string) dbx.Expression {
	return dbx.NewExp("level = {:level} AND valid_from <= {:day} AND (valid_to = '' OR valid_to > {:day})", dbx.Params{"level": level, "day": day})
}

// InForce are the divisions of a level that are in force on a day. A border that cannot be read is
// left out and logged.
func (s Jurisdictions) InForce(level, day string) ([]geo.Division, error) {
	var records []*core.Record
	if err := s.App.RecordQuery("jurisdictions").AndWhere(onDay(level, day)).OrderBy("division_code").All(&records); err != nil {
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
	return divisions, nil
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
