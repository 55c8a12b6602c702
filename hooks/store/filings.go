package store

// Filings: many complaints in one transaction, as an import has them, with the same records
// that filing each of them would make.

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/intake"
)

// Filings files into the transaction it was made with. Nobody else writes meanwhile.
type Filings struct {
	ctx        context.Context
	complaints Complaints
	agencies   []intake.Agency
	rules      []casework.DeadlineRule
	calendar   casework.Calendar
	marked     time.Time

	pending []*core.Record
	numbers map[string]int64 // the last one of each year
	known   *dbx.Query
}

// Filings begins; s.App is a transaction. now marks days where nobody has looked at them yet:
// marks agree with the last look, or with this one.
func (s Complaints) Filings(ctx context.Context, now time.Time) (*Filings, error) {
	f := &Filings{ctx: ctx, complaints: s, numbers: map[string]int64{}, known: s.App.NonconcurrentDB().NewQuery(knownOfExternal).Prepare()}
	var err error
	if f.agencies, err = s.Agencies(); err != nil {
		return nil, err
	}
	if f.rules, f.calendar, err = (Dictionaries{s.App}).Load(); err != nil {
		return nil, err
	}
	if f.marked, err = MarkedAt(s.App); err == nil && f.marked.IsZero() {
		f.marked = now
	}
	return f, err
}

// Agencies are those that may answer for a case.
func (f *Filings) Agencies() []intake.Agency { return f.agencies }

// Known is a complaint that came before under an external id.
type Known struct {
	ID     string `db:"id"`
	Number string `db:"number"`
	Case   string `db:"case"`
}

const knownOfExternal = "SELECT c.id AS id, c.number AS number, c.`case` AS `case` FROM external_ids e JOIN complaints c ON c.id = e.complaint " +
	"WHERE e.system = {:system} AND e.id = {:id}"

// Known finds a complaint that was written before, not one that is only added.
func (f *Filings) Known(e intake.ExternalID) (Known, bool, error) {
	var k Known
	err := f.known.Bind(dbx.Params{"system": e.System, "id": e.ID}).One(&k)
	if errors.Is(err, sql.ErrNoRows) {
		return k, false, nil
	}
	return k, err == nil, err
}

// Said tells whether what is known, or what came later to the same case, says the same. Who
// complains counts.
func (f *Filings) Said(k Known, c intake.Complaint) (bool, error) {
	first, err := f.complaints.App.FindRecordById("complaints", k.ID)
	if err != nil {
		return false, err
	}
	if same, err := f.complaints.says(first, Filing{Complaint: c}, true); err != nil || same {
		return same, err
	}
	return f.complaints.saidOf(k.Case, Filing{Complaint: c})
}

// Add makes the records of a complaint that is not known; Write writes them. It comes without
// photos.
func (f *Filings) Add(in Filing) (Filed, error) {
	number, err := f.nextNumber(in.Now)
	if err != nil {
		return Filed{}, err
	}
	w, err := f.complaints.numbered(f.ctx, in, number)
	if err != nil {
		return Filed{}, err
	}
	w.out.Case, w.marked, w.put = in.NewID(), f.marked, f.put
	w.days = func() ([]casework.DeadlineRule, casework.Calendar, error) { return f.rules, f.calendar, nil }
	return w.out, w.write(w.respondent, w.complainant, w.photos, w.complaint, w.makeCase)
}

func (f *Filings) put(_ context.Context, m core.Model) error {
	f.pending = append(f.pending, m.(*core.Record)) // a writing makes no other models
	return nil
}

// nextNumber asks the counter once a year, and goes on from there.
func (f *Filings) nextNumber(at time.Time) (string, error) {
	year := intake.Year(at)
	if last := f.numbers[year]; last > 0 {
		f.numbers[year]++
		return intake.Number(year, last+1), nil
	}
	number, n, err := f.complaints.takeNumber(year)
	f.numbers[year] = n
	return number, err
}

const setNumber = "UPDATE counters SET value = {:value} WHERE name = {:name}"

// Write writes what was added. Each time anew, so that what was written weighs nothing.
func (f *Filings) Write() error {
	app := f.complaints.App
	bulk, err := NewBulk(app)
	if err != nil {
		return err
	}
	batch, err := bulk.Prepare(f.pending)
	if err != nil {
		return err
	}
	f.pending = f.pending[:0]
	if err := bulk.Write(app, batch); err != nil {
		return err
	}
	for year, n := range f.numbers {
		if err := (Feed{App: app}).exec(setNumber, dbx.Params{"name": counterOf(year), "value": n}); err != nil {
			return err
		}
	}
	return nil
}

// Close gives the statement back.
func (f *Filings) Close() error { return f.known.Close() }
