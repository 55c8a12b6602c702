package desk

// Duplicates: cases near another one, or from the same complainant, and how much they look
// like it.

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// Duplicates finds them within a user's scope.
type Duplicates struct {
	App core.App
	Now func() time.Time
	// Near returns cases of the user's scope around a place, within so many metres or somewhat more.
	Near func(user *core.Record, at orb.Point, metres float64) ([]string, error)
}

// Duplicate is a case that may be the same matter.
type Duplicate struct {
	Case      string             `json:"case"`
	Number    string             `json:"number"`
	Title     string             `json:"title"`
	Status    casework.Status    `json:"status"`
	Received  string             `json:"received_at"`
	Location  *casework.Position `json:"location"`
	DistanceM *float64           `json:"distance_m"` // nil where one of both has no place
	intake.Likeness
}

// matterRow is a case as it is compared.
type matterRow struct {
	ID       string          `db:"id"`
	Number   string          `db:"number"`
	Title    string          `db:"title"`
	Status   casework.Status `db:"status"`
	Primary  string          `db:"primary"`
	Source   string          `db:"source"`
	Received string          `db:"received_at"`
	Types    string          `db:"pollution_types"`
	Text     string          `db:"text"`
	Place    string          `db:"location"`
	Contact  string          `db:"contact"`
}

const (
	matterFields = "cases.id, cases.number, cases.title, cases.status, cases.`primary`, cases.source, cases.received_at, coalesce(cases.pollution_types, '') AS pollution_types," +
		" coalesce(cases.text, '') AS text, coalesce(cases.location, '') AS location," +
		" coalesce((SELECT p.contact_hash FROM complainants p WHERE p.complaint = cases.complaint AND cases.complaint <> '' LIMIT 1), '') AS contact"
	// byContact are cases of complaints with the same keyed hash of a contact.
	byContact = "cases.complaint IN (SELECT p.complaint FROM complainants p WHERE p.contact_hash = {:contact} AND p.complaint <> '')"
)

func (s Duplicates) rows(user *core.Record, where dbx.Expression) (rows []matterRow, err error) {
	q := s.App.DB().Select().From("cases").Where(where).AndWhere(store.Scope(user)).OrderBy("cases.received_at DESC").Limit(lookedAt)
	return rows, q.Select(matterFields).All(&rows)
}

// lookedAt is how many cases are compared at most; shown how many are shown.
const (
	lookedAt = 200
	shown    = 10
)

// Of returns the cases that look most like one, the likeliest first; store.ErrCaseUnknown if
// the user may not see it.
func (s Duplicates) Of(user *core.Record, id string) ([]Duplicate, error) {
	asked, err := s.rows(user, dbx.HashExp{"cases.id": id})
	if err != nil {
		return nil, err
	}
	if len(asked) == 0 {
		return nil, store.ErrCaseUnknown
	}
	it := asked[0]
	reach := intake.NearPublic
	if it.Source == "inspection_team" {
		reach = intake.NearInspector
	}
	others, err := s.others(user, it, reach)
	if err != nil {
		return nil, err
	}
	out := []Duplicate{}
	for _, o := range others {
		if d, ok := s.compare(it, o, reach); ok {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b Duplicate) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), shown)], nil
}

// others are those near by and those of the same complainant, each once.
func (s Duplicates) others(user *core.Record, it matterRow, reach float64) ([]matterRow, error) {
	var rows []matterRow
	if at, ok := placeOf(it.Place); ok {
		ids, err := s.Near(user, orb.Point{at.Lon, at.Lat}, reach)
		if err != nil {
			return nil, err
		}
		if rows, err = s.rows(user, dbx.In("cases.id", anyOf(ids)...)); err != nil {
			return nil, err
		}
	}
	if it.Contact != "" {
		more, err := s.rows(user, dbx.NewExp(byContact, dbx.Params{"contact": it.Contact}))
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	seen := map[string]bool{it.ID: true}
	return slices.DeleteFunc(rows, func(r matterRow) bool {
		again := seen[r.ID]
		seen[r.ID] = true
		return again || r.Primary == it.ID || !s.fresh(r)
	}), nil
}

// fresh: the case is open, or not long over.
func (s Duplicates) fresh(r matterRow) bool {
	at, err := time.Parse(time.RFC3339, r.Received)
	return casework.Process().State(r.Status).Open || err == nil && s.Now().Sub(at) < intake.DuplicateDays*24*time.Hour
}

func (s Duplicates) compare(it, other matterRow, reach float64) (Duplicate, bool) {
	d := Duplicate{Case: other.ID, Number: other.Number, Title: other.Title, Status: other.Status, Received: other.Received}
	a, b := it.matter(), other.matter()
	here, placed := placeOf(it.Place)
	if there, ok := placeOf(other.Place); ok {
		d.Location = &there
		if placed {
			metres := geo.Distance(orb.Point{here.Lon, here.Lat}, orb.Point{there.Lon, there.Lat})
			d.DistanceM, b.DistanceM = &metres, metres
		}
	}
	if d.DistanceM != nil && *d.DistanceM > reach && (it.Contact == "" || it.Contact != other.Contact) {
		return d, false
	}
	var ok bool
	d.Likeness, ok = intake.Compare(a, b, reach)
	return d, ok
}

func (r matterRow) matter() intake.Matter {
	m := intake.Matter{Text: r.Text, Contact: r.Contact}
	_ = json.Unmarshal([]byte(r.Types), &m.Types)  // none are none
	m.At, _ = time.Parse(time.RFC3339, r.Received) // likewise
	_, placed := placeOf(r.Place)
	m.NoDistance = !placed
	return m
}

func placeOf(text string) (at casework.Position, ok bool) {
	if json.Unmarshal([]byte(text), &at) != nil {
		return at, false
	}
	return at, placed(at)
}

func anyOf(list []string) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
