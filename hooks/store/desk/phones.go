// Package desk reads and keeps what the board of the dispatchers shows beside cases: phones
// and how they stand, who could go, what waits for a decision, where cases are.
package desk

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	stdsync "sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/sync"
)

// stamp is how times are written: UTC with milliseconds.
const stamp = "2006-01-02T15:04:05.000Z"

// Phones keeps what phones say of themselves. It is heard with each sync and written a few
// seconds later, all of it in one transaction: a phone that only asks must not wait for the
// disk. Use one for a house, by pointer.
type Phones struct {
	App core.App
	Now func() time.Time

	mu    stdsync.Mutex
	heard map[string]heard // by client
}

type heard struct {
	user, app string
	at        time.Time
	phone     *sync.Phone // nil where it said nothing of itself
}

// Hear takes note of a phone; phone is nil where it says nothing of itself.
func (s *Phones) Hear(user string, client sync.Client, phone *sync.Phone) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heard == nil {
		s.heard = map[string]heard{}
	}
	if phone == nil {
		phone = s.heard[client.ID].phone
	}
	s.heard[client.ID] = heard{user, client.App, s.Now(), phone}
}

const (
	putContact = `INSERT INTO phones (client, user, app, contact_at, reported_at, unsent, oldest_unsent_at, skew_ms, storage_free, battery, errors, position)
		VALUES ({:client}, {:user}, {:app}, {:at}, '', 0, '', 0, 0, 0, '', '')
		ON CONFLICT (client) DO UPDATE SET user = excluded.user, app = excluded.app, contact_at = excluded.contact_at`
	putReport = `UPDATE phones SET reported_at = {:at}, unsent = {:unsent}, oldest_unsent_at = {:oldest}, skew_ms = {:skew}, storage_free = {:free},
		battery = {:battery}, errors = {:errors} WHERE client = {:client}`
	// putPosition keeps where somebody is only while he is on duty.
	putPosition    = `UPDATE phones SET position = CASE WHEN EXISTS (SELECT 1 FROM users WHERE id = {:user} AND on_duty = 1 AND disabled_at = '') THEN {:position} ELSE '' END WHERE client = {:client}`
	forgetPosition = `UPDATE phones SET position = '' WHERE user = {:user} AND position <> ''`
	agedPositions  = `UPDATE phones SET position = '' WHERE position <> '' AND contact_at < {:before}`
)

// Write writes what was heard since.
func (s *Phones) Write() error {
	s.mu.Lock()
	list := s.heard
	s.heard = nil
	s.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	err := s.App.RunInTransaction(func(tx core.App) error {
		for client, h := range list {
			if err := h.write(tx, client); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil { // it is heard still, unless something newer was
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.Copy(list, s.heard)
		s.heard = list
	}
	return err
}

func (h heard) write(tx core.App, client string) error {
	at := h.at.UTC().Format(stamp)
	if err := exec(tx, putContact, dbx.Params{"client": client, "user": h.user, "app": h.app, "at": at}); err != nil || h.phone == nil {
		return err
	}
	list, err := json.Marshal(h.phone.Errors)
	if err != nil {
		return err
	}
	skew := int64(0)
	if its, err := time.Parse(time.RFC3339, string(h.phone.At)); err == nil {
		skew = its.Sub(h.at).Milliseconds()
	}
	err = exec(tx, putReport, dbx.Params{
		"client": client, "at": at, "unsent": h.phone.Unsent, "oldest": string(h.phone.OldestUnsentAt), "skew": skew,
		"free": h.phone.StorageFree, "battery": h.phone.Battery, "errors": string(list),
	})
	position := positionOf(h.phone.Position, h.at)
	if err != nil || position == "" {
		return err
	}
	return exec(tx, putPosition, dbx.Params{"client": client, "user": h.user, "position": position})
}

// position is where a phone says that it is, with the server's time of it where it says none.
type position struct {
	casework.Position
	At string `json:"at"`
}

func positionOf(raw json.RawMessage, heard time.Time) string {
	var p position
	if len(raw) == 0 || json.Unmarshal(raw, &p) != nil || !placed(p.Position) {
		return ""
	}
	if at, err := time.Parse(time.RFC3339, p.At); err != nil || at.After(heard) {
		p.At = heard.UTC().Format(stamp)
	}
	data, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(data)
}

// OffDuty forgets where a user is. App is a transaction.
func OffDuty(tx core.App, user string) error {
	return exec(tx, forgetPosition, dbx.Params{"user": user})
}

// positionDays: a position is kept for so many days, should its user stay on duty for ever.
const positionDays = 30

// Sweep forgets positions that are older than positionDays.
func (s *Phones) Sweep() {
	before := s.Now().AddDate(0, 0, -positionDays).UTC().Format(stamp)
	if err := exec(s.App, agedPositions, dbx.Params{"before": before}); err != nil {
		slog.Error("old positions were not forgotten", "error", err)
	}
}

// Limits of what is well.
type Limits struct {
	Unsent time.Duration // so long may work wait on a phone; 0 is a day
}

// Hours is how long work may wait.
func (l Limits) Hours() int { return int(l.unsent().Hours()) }

func (l Limits) unsent() time.Duration {
	if l.Unsent == 0 {
		return unsentDefault
	}
	return l.Unsent
}

const (
	unsentDefault = 24 * time.Hour
	skewMost      = 5 * time.Minute
	storageLeast  = 200 << 20 // bytes
	silentAfter   = 3 * 24 * time.Hour
)

// Alarms of a phone, by code.
const (
	AlarmUnsent  = "unsent_old"  // work has waited too long
	AlarmSilent  = "silent"      // it has not been heard of, and its user has open cases
	AlarmClock   = "clock_off"   // its clock is wrong
	AlarmStorage = "storage_low" // there is no room for photos
	AlarmErrors  = "errors"      // the server refuses something again and again
)

// PhoneState is a phone as the board shows it.
type PhoneState struct {
	Client         string          `db:"client" json:"client"`
	User           string          `db:"user" json:"user"`
	Name           string          `db:"name" json:"name"`
	Agency         string          `db:"agency" json:"agency"`
	App            string          `db:"app" json:"app"`
	LastContact    string          `db:"contact_at" json:"last_contact"`
	ReportedAt     string          `db:"reported_at" json:"reported_at"` // "" where it says nothing of itself
	Unsent         int64           `db:"unsent" json:"unsent"`
	OldestUnsentAt string          `db:"oldest_unsent_at" json:"oldest_unsent_at"`
	SkewMS         int64           `db:"skew_ms" json:"skew_ms"`
	StorageFree    int64           `db:"storage_free" json:"storage_free"`
	Battery        float64         `db:"battery" json:"battery"`
	ErrorList      string          `db:"errors" json:"-"`
	Errors         json.RawMessage `db:"-" json:"errors"`
	Open           int             `db:"open" json:"open"` // cases that its user has
	Alarm          []string        `db:"-" json:"alarm"`
	Disabled       bool            `db:"disabled" json:"disabled"` // its user is, and it was not heard of since
}

// phonesOf are those of the users in a range. Who is disabled has his phone wiped at its next
// contact; until then it holds what it holds. CROSS JOIN: by the users' index.
const phonesOf = `SELECT p.client, p.user, u.name, u.agency, p.app, p.contact_at, p.reported_at, p.unsent, p.oldest_unsent_at, p.skew_ms, p.storage_free,
	p.battery, p.errors, u.disabled_at <> '' AS disabled, (SELECT count(*) FROM case_user w JOIN cases c ON c.id = w."case" WHERE w.user = u.id AND c.status IN ('assigned', 'inspecting', 'rectifying', 'verifying')) AS open
	FROM users u CROSS JOIN phones p ON p.user = u.id WHERE u.scope_from >= {:from} AND u.scope_to <= {:to}
	AND (u.disabled_at = '' OR p.contact_at <= u.disabled_at) ORDER BY u.name, p.client`

// List returns the phones of the users in a desk's range.
func (s *Phones) List(user *core.Record, limits Limits) ([]PhoneState, error) {
	if err := s.Write(); err != nil {
		return nil, err
	}
	rows := []PhoneState{}
	if err := s.App.DB().NewQuery(phonesOf).Bind(rangeOf(user)).All(&rows); err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].judge(s.Now(), limits)
	}
	return rows, nil
}

// judge says what is wrong with a phone.
func (p *PhoneState) judge(now time.Time, limits Limits) {
	p.Errors = json.RawMessage("[]")
	if json.Valid([]byte(p.ErrorList)) && p.ErrorList != "null" && p.ErrorList != "" {
		p.Errors = json.RawMessage(p.ErrorList)
	}
	skew := time.Duration(p.SkewMS) * time.Millisecond
	p.Alarm = []string{}
	alarm := func(code string, on bool) {
		if on {
			p.Alarm = append(p.Alarm, code)
		}
	}
	oldest, err := time.Parse(time.RFC3339, p.OldestUnsentAt)
	alarm(AlarmUnsent, p.Unsent > 0 && err == nil && now.Sub(oldest.Add(-skew)) > limits.unsent())
	last, err := time.Parse(time.RFC3339, p.LastContact)
	alarm(AlarmSilent, p.Open > 0 && (err != nil || now.Sub(last) > silentAfter))
	alarm(AlarmClock, skew.Abs() > skewMost)
	alarm(AlarmStorage, p.ReportedAt != "" && p.StorageFree > 0 && p.StorageFree < storageLeast)
	alarm(AlarmErrors, len(p.Errors) > len("[]"))
}

// rangeOf is a desk's range of division codes.
func rangeOf(user *core.Record) dbx.Params {
	return dbx.Params{"from": user.GetString("scope_from"), "to": user.GetString("scope_to")}
}

func exec(app core.App, sql string, params dbx.Params) error {
	_, err := app.NonconcurrentDB().NewQuery(sql).Bind(params).Execute()
	return err
}

// ErrNobody: there is no such inspector in the user's range.
var ErrNobody = errors.New("inspector unknown")
