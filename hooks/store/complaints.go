package store

// Complaints: filed whole in one transaction, and found again by number, code and phrase.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/intake"
)

// ErrComplaintUnknown: number, code and phrase do not open a complaint together; which of
// them is wrong is not told.
var ErrComplaintUnknown = errors.New("complaint unknown")

// Complaints keeps complaints.
type Complaints struct {
	App  core.App
	Keys Keys
}

const secretsOf = "SELECT id, code_hash, phrase_hash FROM complaints WHERE number = {:number}"

// nobody is compared with where there is no complaint, so that both take the same time.
var nobody = strings.Repeat("0", 64)

// ByQuery finds the complaint that number, code and phrase open together, else
// ErrComplaintUnknown.
func (s Complaints) ByQuery(number, code, phrase string) (string, error) {
	row := struct {
		ID     string `db:"id"`
		Code   string `db:"code_hash"`
		Phrase string `db:"phrase_hash"`
	}{Code: nobody, Phrase: nobody}
	err := s.App.DB().NewQuery(secretsOf).Bind(dbx.Params{"number": number}).One(&row)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	codeRight := s.Keys.OpensWith(row.Code, number, intake.FoldCode(code))
	phraseRight := s.Keys.OpensWith(row.Phrase, number, intake.FoldPhrase(phrase))
	if row.ID == "" || !codeRight || !phraseRight {
		return "", ErrComplaintUnknown
	}
	return row.ID, nil
}

// agenciesInWork are those that may answer for a case, the oldest first.
const agenciesInWork = "SELECT id, name, division_code FROM agencies WHERE disabled_at = '' ORDER BY rowid"

// Agencies returns the agencies that may answer for a case.
func (s Complaints) Agencies() ([]intake.Agency, error) {
	var rows []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
		Code string `db:"division_code"`
	}
	if err := s.App.DB().NewQuery(agenciesInWork).All(&rows); err != nil {
		return nil, err
	}
	out := make([]intake.Agency, len(rows))
	for i, r := range rows {
		out[i] = intake.Agency{ID: r.ID, Name: r.Name, DivisionCode: r.Code}
	}
	return out, nil
}

// Filing is a checked complaint with all that is needed to file it.
type Filing struct {
	intake.Complaint
	Staff   *core.Record // who takes it in; nil: the public
	Routing intake.Routing
	Photos  []Photo
	Now     time.Time
	Random  io.Reader
	NewID   func() string
}

// Photo is a complainant's photo whose bytes are on the shelf.
type Photo struct {
	Sum  string
	Size int64
	Mime string
}

// Filed is what became of a filing. Known: a message with this external id had come before;
// then there are no secrets. Differs: it said something else, and this one is kept beside it.
type Filed struct {
	Number  string
	Code    string
	Phrase  string
	ID      string // of the complaint
	Case    string
	Known   bool
	Differs bool
}

// File writes complaint, complainant, respondent, photos and case, or nothing. The error may
// be intake.ExternalTaken.
func (s Complaints) File(ctx context.Context, f Filing) (Filed, error) {
	var out Filed
	err := s.App.RunInTransaction(func(tx core.App) error {
		var err error
		out, err = Complaints{tx, s.Keys}.file(ctx, f)
		return err
	})
	return out, err
}

func (s Complaints) file(ctx context.Context, f Filing) (Filed, error) {
	first, err := s.byExternal(f.ExternalID)
	if err != nil {
		return Filed{}, err
	}
	if first != nil {
		return s.again(ctx, f, first)
	}
	w, err := s.begin(ctx, f)
	if err != nil {
		return Filed{}, err
	}
	w.out.Case = f.NewID()
	return w.out, w.write(w.respondent, w.complainant, w.photos, w.complaint, w.external, w.makeCase, w.showPhotos)
}

// begin takes a number and draws the secrets.
func (s Complaints) begin(ctx context.Context, f Filing) (*writing, error) {
	number, err := s.nextNumber(f.Now)
	if err != nil {
		return nil, err
	}
	return s.numbered(ctx, f, number)
}

func (s Complaints) numbered(ctx context.Context, f Filing, number string) (*writing, error) {
	secrets, err := intake.NewSecrets(f.Random)
	if err != nil {
		return nil, err
	}
	return &writing{
		Complaints: s, Filing: f, ctx: ctx, days: (Dictionaries{s.App}).Load, put: s.App.SaveWithContext, hidden: map[string]string{},
		out: Filed{Number: number, Code: secrets.Code, Phrase: secrets.Phrase, ID: f.NewID()},
	}, nil
}

func (w *writing) write(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("complaint %s: %w", w.out.Number, err)
		}
	}
	return nil
}

// takeNumber counts on from the counter, or from the highest number in use where the
// counter is behind it.
const takeNumber = `INSERT INTO counters (name, value) SELECT {:name}, 1 + max(
		coalesce((SELECT cast(substr(number, 6) AS INTEGER) FROM complaints WHERE number > {:low} AND number < {:high} ORDER BY number DESC LIMIT 1), 0),
		coalesce((SELECT cast(substr(number, 6) AS INTEGER) FROM cases WHERE number > {:low} AND number < {:high} ORDER BY number DESC LIMIT 1), 0))
	WHERE true ON CONFLICT (name) DO UPDATE SET value = max(counters.value + 1, excluded.value) RETURNING value`

// nextNumber takes the next number of the year; a refused transaction gives it back.
func (s Complaints) nextNumber(now time.Time) (string, error) {
	number, _, err := s.takeNumber(intake.Year(now))
	return number, err
}

func (s Complaints) takeNumber(year string) (string, int64, error) {
	var n int64
	err := s.App.NonconcurrentDB().NewQuery(takeNumber).
		Bind(dbx.Params{"name": counterOf(year), "low": year + "-", "high": year + "-A"}).Row(&n)
	return intake.Number(year, n), n, err
}

func counterOf(year string) string { return "complaint:" + year }

// writing is one filing under way. Its records go to put, in the order in which they speak
// of each other.
type writing struct {
	Complaints
	Filing
	ctx         context.Context
	days        func() ([]casework.DeadlineRule, casework.Calendar, error)
	marked      time.Time // when days were last marked; zero: the next look marks this case
	put         func(context.Context, core.Model) error
	out         Filed
	complainee  string // the respondent's id, or ""
	whoIsIt     string // the complainant's id
	evidenceIDs []string
	hidden      map[string]string // redacted texts
}

// redacted is a text without who wrote it.
// Complaint, accused unit and case hold the same texts: each is looked through once.
func (w *writing) redacted(text string) string {
	out, ok := w.hidden[text]
	if !ok {
		out = casework.Redact(text, w.Contact.Written())
		w.hidden[text] = out
	}
	return out
}

func (w *writing) respondent() error {
	if w.RespondentName == "" {
		return nil
	}
	w.complainee = w.NewID()
	return w.save("respondents", w.complainee, map[string]any{
		"name": w.redacted(w.RespondentName), "address": w.redacted(w.Address), "location": w.Location,
	})
}

func (w *writing) complainant() error {
	sealed, err := intake.Seal(w.Keys.For("identity"), w.out.ID, w.Contact, w.Random)
	if err != nil {
		return err
	}
	w.whoIsIt = w.NewID()
	return w.save("complainants", w.whoIsIt, map[string]any{
		"complaint": w.out.ID, "identity_mode": w.IdentityMode, "sealed": sealed, "masked": w.Contact.Masked(),
		"contact_hash": intake.ContactHash(w.Keys.For("contact"), w.Contact), "language": w.Language,
	})
}

func (w *writing) complaint() error {
	ids := []intake.ExternalID{}
	if w.ExternalID != (intake.ExternalID{}) {
		ids = append(ids, w.ExternalID)
	}
	return w.save("complaints", w.out.ID, map[string]any{
		"number": w.out.Number, "case": w.out.Case, "complainant": w.whoIsIt, "source": w.Source, "text": w.Text,
		"redacted": w.redacted(w.Text), "pollution_types": w.PollutionTypes, "occurred_at": w.OccurredAt,
		"received_at": casework.Stamp(w.Now), "location": w.Location, "location_raw": w.LocationRaw, "address": w.Address,
		"respondent_name": w.RespondentName, "external_ids": ids, "identity_mode": w.IdentityMode, "language": w.Language,
		"code_hash": w.Keys.QueryHash(w.out.Number, w.out.Code), "phrase_hash": w.Keys.QueryHash(w.out.Number, w.out.Phrase),
		"photos": w.evidenceIDs,
	})
}

// makeCase registers the case that the complaint leads to; it has the complaint's number.
func (w *writing) makeCase() error {
	rules, calendar, err := w.days()
	if err != nil {
		return err
	}
	address, respondent := w.redacted(w.Address), w.redacted(w.RespondentName)
	c, err := casework.Register(casework.Case{
		ID: w.out.Case, Number: w.out.Number, Source: w.Source, IdentityMode: w.IdentityMode, Agency: w.Routing.Agency,
		DivisionCode: w.Routing.DivisionCode, PollutionTypes: w.PollutionTypes, Respondent: w.complainee,
		Title: casework.Title(respondent, address, w.PollutionTypes), Text: w.redacted(w.Text),
		TextLength: intake.Characters(w.Text), Location: w.Location, Address: address, ReceivedAt: casework.Stamp(w.Now),
	}, rules, calendar)
	if err != nil {
		return err
	}
	if !w.marked.IsZero() {
		c.Overdue, c.DueSoon = casework.Clock(c, w.marked)
	}
	r, err := newRecord(w.App, "cases", w.out.Case)
	if err != nil {
		return err
	}
	if err := Load(r, c); err != nil {
		return err
	}
	r.Set("complaint", w.out.ID)
	r.Set("uncertain", w.Routing.Uncertain)
	r.Set("second_code", w.Routing.SecondCode)
	return w.put(ByCasework(w.ctx), r)
}

const putPhoto = `INSERT OR IGNORE INTO uploads (id, owner, sha256, size, done, begun_at) VALUES ({:id}, {:owner}, {:sum}, {:size}, 1, {:at})`

// photos are given ids; the bytes count as uploaded by the complaint.
func (w *writing) photos() error {
	w.evidenceIDs = []string{}
	for _, p := range w.Photos {
		w.evidenceIDs = append(w.evidenceIDs, w.NewID())
		err := Feed{App: w.App}.exec(putPhoto, dbx.Params{
			"id": w.NewID(), "owner": w.out.ID, "sum": p.Sum, "size": p.Size, "at": casework.Stamp(w.Now),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// showPhotos puts the photos beside the case, whose desk sees them as they came.
func (w *writing) showPhotos() error {
	for i, p := range w.Photos {
		err := w.save("evidence", w.evidenceIDs[i], map[string]any{
			"case": w.out.Case, "complaint": w.out.ID, "purpose": "complaint", "sha256": p.Sum, "size": p.Size, "mime": p.Mime,
			"state": "pending", "author": w.out.ID, "received_at": casework.Stamp(w.Now), "flags": []string{},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) save(collection, id string, fields map[string]any) error {
	r, err := newRecord(w.App, collection, id)
	if err != nil {
		return err
	}
	if err := Fill(r, fields); err != nil {
		return err
	}
	if err := w.put(w.ctx, r); err != nil {
		return fmt.Errorf("%s %s: %w", collection, id, err)
	}
	return nil
}
