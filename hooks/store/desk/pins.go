package desk

// Pins: what the map needs of a case, read along one index that holds all of it.

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/store"
)

// Pin is a case on the map.
type Pin struct {
	Seq      int64
	ID       string
	Status   casework.Status
	Agency   string
	Division string
	Target   string // the agency that it was handed to
	Overdue  bool
	DueSoon  bool
	Urgent   bool
	Starred  bool
	Received string
	TypeList string
	Place    string
}

const pinFields = "cases.seq, cases.id, cases.status, cases.agency, cases.division_code, coalesce((SELECT t.target FROM transfers t WHERE cases.transfer <> '' AND t.id = cases.transfer), '') AS target, " +
	"cases.overdue, cases.due_soon, cases.urgent, cases.starred, cases.received_at, coalesce(cases.pollution_types, '') AS pollution_types, coalesce(cases.location, '') AS location"

// pinsAfter are those between two places in the order of changes.
const pinsAfter = "SELECT " + pinFields + " FROM cases WHERE (cases.seq, cases.id) > ({:seq}, {:id}) AND cases.seq <= {:upto} ORDER BY cases.seq, cases.id LIMIT {:limit}"

// Pins reads pins.
type Pins struct{ App core.App }

// After returns at most limit pins behind another one and up to a seq, in the order of their
// seqs. The zero Pin has a place before all others.
func (s Pins) After(last Pin, upto int64, limit int) (pins []Pin, err error) {
	return read(s.App.DB().NewQuery(pinsAfter).Bind(dbx.Params{"seq": last.Seq, "id": last.ID, "upto": upto, "limit": limit}), limit)
}

// read reads pins by hand, which takes a third of the time: a million of them are read at a start.
func read(q *dbx.Query, most int) (pins []Pin, err error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	pins = make([]Pin, 0, min(most, 5000))
	for rows.Next() {
		var p Pin
		if err := rows.Scan(&p.Seq, &p.ID, &p.Status, &p.Agency, &p.Division, &p.Target, &p.Overdue, &p.DueSoon, &p.Urgent, &p.Starred,
			&p.Received, &p.TypeList, &p.Place); err != nil {
			return nil, err
		}
		pins = append(pins, p)
	}
	return pins, rows.Err()
}

// pinsByID are those of some cases.
const pinsByID = "SELECT " + pinFields + " FROM cases WHERE cases.id IN (SELECT value FROM json_each({:ids}))"

// ByID returns the pins of some cases, in any order.
func (s Pins) ByID(ids []string) (pins []Pin, err error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return read(s.App.DB().NewQuery(pinsByID).Bind(dbx.Params{"ids": string(list)}), len(ids))
}

// Head is the highest seq of a case.
func (s Pins) Head() (seq int64, err error) {
	return seq, s.App.DB().NewQuery("SELECT coalesce(max(seq), 0) FROM cases").Row(&seq)
}

// Count is how many cases there are.
func (s Pins) Count() (n int64, err error) {
	return n, s.App.DB().NewQuery("SELECT count(*) FROM cases").Row(&n)
}

// Of returns the pins of a user's scope that a filter takes, at most limit.
func (s Pins) Of(user *core.Record, f store.CaseFilter, limit int) (pins []Pin, err error) {
	where := append([]dbx.Expression{store.Scope(user)}, f.Where...)
	q := s.App.DB().Select().From("cases").Where(dbx.And(where...)).OrderBy("cases.id").Limit(int64(limit))
	return read(q.Select(pinFields).Build(), limit)
}

// Position is where a pin is; ok is false where nobody knows.
func (p Pin) Position() (at casework.Position, ok bool) {
	lon, err := numberOf(p.Place, `"lon":`)
	if err != nil {
		return at, false
	}
	if at.Lat, err = numberOf(p.Place, `"lat":`); err != nil {
		return at, false
	}
	at.Lon = lon
	return at, placed(at)
}

// numberOf is a member of an object that we wrote, flat and without spaces.
func numberOf(object, member string) (float64, error) {
	_, rest, _ := strings.Cut(object, member)
	end := strings.IndexAny(rest, ",}")
	if end < 0 {
		return 0, errNoMember
	}
	return strconv.ParseFloat(rest[:end], 64)
}

var errNoMember = errors.New("no such member")

// Types are those of the pollution.
func (p Pin) Types() (types []string) {
	if json.Unmarshal([]byte(p.TypeList), &types) != nil {
		return nil
	}
	return types
}

// Day is when it was received, in days since 1970 of a zone; 0 where nobody knows.
func (p Pin) Day(zone *time.Location) int {
	at, err := time.Parse(time.RFC3339, p.Received)
	if err != nil {
		return 0
	}
	y, m, d := at.In(zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600))
}

// Scope is what a desk sees: a range of division codes, and what its agency answers for or was
// handed. Many users share one.
type Scope struct {
	Agency string `db:"agency"`
	From   string `db:"scope_from"`
	To     string `db:"scope_to"`
}

// ScopeOf is a user's; ok is false for who is not at a desk.
func ScopeOf(user *core.Record) (s Scope, ok bool) {
	s = Scope{user.GetString("agency"), user.GetString("scope_from"), user.GetString("scope_to")}
	return s, slices.Contains(desks, user.GetString("role"))
}

var desks = []string{"intake", "dispatcher", "reviewer", "supervisor"}

// Sees tells whether a case lies in the scope. It is the condition of store.Scope.
func (s Scope) Sees(p Pin) bool {
	return s.From <= p.Division && p.Division <= s.To || p.Agency == s.Agency || p.Target != "" && p.Target == s.Agency
}

// Scopes are those of all users at desks.
func (s Pins) Scopes() (scopes []Scope, err error) {
	err = s.App.DB().NewQuery("SELECT DISTINCT agency, scope_from, scope_to FROM users WHERE role IN ('intake', 'dispatcher', 'reviewer', 'supervisor')").All(&scopes)
	return scopes, err
}

// Step is what somebody did to a case last.
type Step struct {
	Case   string `db:"case"`
	Number string `db:"number"`
	Name   string `db:"name"` // of the action
	By     string `db:"actor"`
	ByName string `db:"by_name"`
}

// lastSteps are those of some cases: of each its latest action.
const lastSteps = "SELECT c.id AS `case`, c.number, coalesce(a.name, '') AS name, coalesce(a.actor, '') AS actor, coalesce(u.name, '') AS by_name FROM cases c" +
	" LEFT JOIN actions a ON a.id = (SELECT b.id FROM actions b WHERE b.`case` = c.id ORDER BY b.seq DESC LIMIT 1)" +
	" LEFT JOIN users u ON u.id = a.actor WHERE c.id IN (SELECT value FROM json_each({:ids}))"

// Steps returns the last step of each of some cases, by case.
func (s Pins) Steps(ids []string) (map[string]Step, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var rows []Step
	err = s.App.DB().NewQuery(lastSteps).Bind(dbx.Params{"ids": string(list)}).All(&rows)
	out := map[string]Step{}
	for _, r := range rows {
		out[r.Case] = r
	}
	return out, err
}
