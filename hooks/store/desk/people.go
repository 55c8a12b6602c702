package desk

// Inspectors as a desk sees them: what they have to do, where they are while on duty, and what
// their phones may still hold.

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/geo"
	"xuncha/hooks/store"
)

// Inspector is somebody who may be sent.
type Inspector struct {
	ID               string       `db:"id" json:"id"`
	Name             string       `db:"name" json:"name"`
	Agency           string       `db:"agency" json:"agency"`
	AgencyName       string       `db:"agency_name" json:"agency_name"`
	CertificateNo    string       `db:"certificate_no" json:"certificate_no"`
	CertificateUntil string       `db:"certificate_until" json:"certificate_until"`
	OnDuty           bool         `db:"on_duty" json:"on_duty"`
	Load             int          `db:"load" json:"load"` // open cases
	Position         *Whereabouts `db:"-" json:"position"`
	Phones           []PhoneState `db:"-" json:"phones"`

	At           string `db:"position" json:"-"`
	DivisionCode string `db:"division_code" json:"-"` // of the agency
	From         string `db:"scope_from" json:"-"`
	To           string `db:"scope_to" json:"-"`
}

// Whereabouts is where somebody on duty was last, and how long ago.
type Whereabouts struct {
	Lon       float64 `json:"lon"`
	Lat       float64 `json:"lat"`
	AccuracyM float64 `json:"accuracy_m"`
	At        string  `json:"at"`
	AgeS      int     `json:"age_s"`
}

// atWork are the states in which a case is somebody's work.
const atWork = "('assigned', 'inspecting', 'rectifying', 'verifying')"

// inspectorsOf are those of a range, by the index on where it begins.
const inspectorsOf = `SELECT u.id, u.name, u.agency, coalesce(a.name, '') AS agency_name, coalesce(a.division_code, '') AS division_code, u.scope_from, u.scope_to, u.certificate_no, u.certificate_until, u.on_duty,
	(SELECT count(*) FROM case_user w CROSS JOIN cases c ON c.id = w."case" WHERE w.user = u.id AND c.status IN ` + atWork + `) AS load,
	coalesce((SELECT p.position FROM phones p WHERE p.user = u.id AND p.position <> '' ORDER BY p.contact_at DESC LIMIT 1), '') AS position
	FROM users u LEFT JOIN agencies a ON a.id = u.agency
	WHERE u.scope_from >= {:from} AND u.scope_to <= {:to} AND u.role = 'inspector' AND u.disabled_at = '' ORDER BY u.name, u.id`

// People reads inspectors within a desk's range.
type People struct {
	App    core.App
	Phones *Phones
	Limits Limits
}

// Inspectors returns those of the user's range, with their phones. Where they are only
// dispatchers learn, and only of who is on duty.
func (s People) Inspectors(user *core.Record) ([]Inspector, error) {
	phones, err := s.Phones.List(user, s.Limits)
	if err != nil {
		return nil, err
	}
	of := map[string][]PhoneState{}
	for _, p := range phones {
		of[p.User] = append(of[p.User], p)
	}
	list := []Inspector{}
	if err := s.App.DB().NewQuery(inspectorsOf).Bind(rangeOf(user)).All(&list); err != nil {
		return nil, err
	}
	sees := user.GetString("role") == string(casework.Dispatcher)
	for i := range list {
		list[i].Phones = append([]PhoneState{}, of[list[i].ID]...)
		if sees && list[i].OnDuty {
			list[i].Position = whereabouts(list[i].At, s.Phones.Now())
		}
	}
	return list, nil
}

func whereabouts(text string, now time.Time) *Whereabouts {
	var p position
	if json.Unmarshal([]byte(text), &p) != nil || !placed(p.Position) {
		return nil
	}
	at, err := time.Parse(time.RFC3339, p.At)
	if err != nil {
		return nil
	}
	return &Whereabouts{Lon: p.Lon, Lat: p.Lat, AccuracyM: p.AccuracyM, At: p.At, AgeS: max(0, int(now.Sub(at).Seconds()))}
}

// placed tells whether a position is one.
func placed(p casework.Position) bool {
	return (p.Lon != 0 || p.Lat != 0) && geo.Check(orb.Point{p.Lon, p.Lat}) == nil
}

// stopsOf are the open cases of the inspectors of a range.
const stopsOf = `SELECT w.user, c.id, c.number, c.title, c.status, c.due, c.due_strict, c.urgent, coalesce(c.location, '') AS location
	FROM users u CROSS JOIN case_user w ON w.user = u.id CROSS JOIN cases c ON c.id = w."case"
	WHERE u.scope_from >= {:from} AND u.scope_to <= {:to} AND u.role = 'inspector' AND u.disabled_at = '' AND c.status IN ` + atWork + ` ORDER BY w.user, c.due_strict, c.id`

// Stop is a case that somebody has to go to.
type Stop struct {
	User     string             `db:"user" json:"-"`
	Case     string             `db:"id" json:"case"`
	Number   string             `db:"number" json:"number"`
	Title    string             `db:"title" json:"title"`
	Status   casework.Status    `db:"status" json:"status"`
	Asked    string             `db:"due" json:"-"`          // the day that the dispatcher asked for
	Due      string             `db:"due_strict" json:"due"` // by law
	Urgent   bool               `db:"urgent" json:"urgent"`
	Text     string             `db:"location" json:"-"`
	Location *casework.Position `db:"-" json:"location"`
}

// Stops returns the open cases of each inspector of a range, by user; those without a place are
// among them.
func (s People) Stops(user *core.Record) (map[string][]Stop, error) {
	var rows []Stop
	if err := s.App.DB().NewQuery(stopsOf).Bind(rangeOf(user)).All(&rows); err != nil {
		return nil, err
	}
	out := map[string][]Stop{}
	for _, r := range rows {
		if at, ok := placeOf(r.Text); ok {
			r.Location = &at
		}
		out[r.User] = append(out[r.User], r)
	}
	return out, nil
}

// seen are those of some stops whose cases the user may see, by case: an inspector may be sent to
// where a desk that has him in its range sees nothing.
func (s People) seen(user *core.Record, stops []Stop) (map[string]Stop, error) {
	ids := make([]string, len(stops))
	for i, stop := range stops {
		ids[i] = stop.Case
	}
	var mine []string
	if err := s.App.DB().Select("cases.id").From("cases").Where(dbx.In("cases.id", anyOf(ids)...)).AndWhere(store.Scope(user)).Column(&mine); err != nil {
		return nil, err
	}
	out := map[string]Stop{}
	for _, stop := range stops {
		if slices.Contains(mine, stop.Case) {
			out[stop.Case] = stop
		}
	}
	return out, nil
}
