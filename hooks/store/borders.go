package store

// Versions of borders: each day of a division has one at most, in whatever order the files
// are imported.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/paulmach/orb/geojson"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/geo"
)

// Levels are those that a border may have.
var Levels = []string{"nation", "province", "city", County, "town"}

// Import is what is known of all divisions of one file.
type Import struct {
	Level     string // one of Levels
	ValidFrom string // YYYY-MM-DD
	CRS       string // as the file was in
	Source    string
}

// Put stores a version of each division. It ends where the next later one begins, and the
// version before ends where it begins.
func (s Jurisdictions) Put(divisions []geo.Division, in Import) error {
	for _, d := range divisions {
		if err := s.put(d, in); err != nil {
			return fmt.Errorf("division %s: %w", d.Code, err)
		}
	}
	return nil
}

func (s Jurisdictions) put(d geo.Division, in Import) error {
	versions, err := s.App.FindAllRecords("jurisdictions", dbx.HashExp{"division_code": d.Code, "level": in.Level})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(versions, func(r *core.Record) bool { return r.GetString("valid_from") == in.ValidFrom })
	if i < 0 {
		r, err := newRecord(s.App, "jurisdictions", "")
		if err != nil {
			return err
		}
		r.Set("valid_to", endOf(versions, in.ValidFrom))
		i, versions = len(versions), append(versions, r)
	}
	if err := s.fill(versions[i], d, in); err != nil {
		return err
	}
	return s.chain(versions, versions[i])
}

// endOf is the end of the version that a new one takes over from: where a division ended for
// good, an older file does not bring it back.
func endOf(versions []*core.Record, from string) string {
	for _, r := range versions {
		if to := r.GetString("valid_to"); r.GetString("valid_from") < from && to > from {
			return to
		}
	}
	return ""
}

// chain lets each version end no later than the next one begins, and saves the ones that
// changed, the written one in any case.
func (s Jurisdictions) chain(versions []*core.Record, written *core.Record) error {
	slices.SortFunc(versions, func(a, b *core.Record) int { return cmp.Compare(a.GetString("valid_from"), b.GetString("valid_from")) })
	for i, r := range versions {
		changed := r == written
		if i+1 < len(versions) {
			next, to := versions[i+1].GetString("valid_from"), r.GetString("valid_to")
			if to == "" || to > next {
				r.Set("valid_to", next)
				changed = true
			}
		}
		if !changed {
			continue
		}
		if err := s.App.Save(r); err != nil {
			return err
		}
	}
	return nil
}

func (s Jurisdictions) fill(r *core.Record, d geo.Division, in Import) error {
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
	return Load(r, map[string]any{
		"division_code": d.Code, "name": d.Name, "level": in.Level, "valid_from": in.ValidFrom, "crs": in.CRS, "source": in.Source,
		"geometry": json.RawMessage(border),
	})
}

// End ends the versions of the level whose codes begin with prefix and are not among held,
// on the day from which the file is valid: an abolished division owns nothing any more.
func (s Jurisdictions) End(prefix string, held []string, in Import) ([]geo.Named, error) {
	var records []*core.Record
	err := s.App.RecordQuery("jurisdictions").AndWhere(onDay(in.Level, in.ValidFrom)).
		AndWhere(dbx.Like("division_code", prefix).Match(false, true)).OrderBy("division_code").All(&records)
	if err != nil {
		return nil, err
	}
	var out []geo.Named
	for _, r := range records {
		code := r.GetString("division_code")
		if slices.Contains(held, code) {
			continue
		}
		r.Set("valid_to", in.ValidFrom)
		if err := s.App.Save(r); err != nil {
			return nil, err
		}
		out = append(out, geo.Named{Code: code, Name: r.GetString("name")})
	}
	return out, nil
}

// Overlaps finds the divisions of a level that claim the same ground on a day or later, each
// two of them once: on the first day of it.
func (s Jurisdictions) Overlaps(level, from string) ([]geo.Overlap, error) {
	var days []string
	err := s.App.DB().Select("valid_from").Distinct(true).From("jurisdictions").
		Where(dbx.NewExp("level = {:level} AND valid_from > {:day}", dbx.Params{"level": level, "day": from})).OrderBy("valid_from").Column(&days)
	if err != nil {
		return nil, err
	}
	var out []geo.Overlap
	for _, day := range append([]string{from}, days...) {
		divisions, err := s.InForce(level, day)
		if err != nil {
			return nil, err
		}
		for _, o := range geo.Overlaps(divisions) {
			if !slices.ContainsFunc(out, func(p geo.Overlap) bool { return p.A == o.A && p.B == o.B }) {
				o.Day = day
				out = append(out, o)
			}
		}
	}
	return out, nil
}
