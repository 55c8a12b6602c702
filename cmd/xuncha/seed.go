package main

// A demo's city written into the house: agencies and people through the hooks, the year of
// cases in bulk, with all that the hooks would keep beside them.

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	stdsync "sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/demo"
	"xuncha/evidence"
	"xuncha/geo"
	"xuncha/hooks/store"
	"xuncha/hooks/store/desk"
	"xuncha/intake"
	"xuncha/sync"
)

// seeding writes one city.
type seeding struct {
	app   core.App
	keys  store.Keys
	shelf evidence.Shelf
	ctx   context.Context
	says  io.Writer // progress
}

// casesAtOnce are written in one transaction.
const casesAtOnce = 100

// seedingGC lets the heap grow while the year is written: it is all garbage soon.
const seedingGC = 400

func (s seeding) city(c demo.City) error {
	defer debug.SetGCPercent(debug.SetGCPercent(seedingGC))
	var shelved error
	var photos stdsync.WaitGroup
	photos.Go(func() { shelved = s.photos(c.Photos) })
	err := s.people(c)
	if err == nil {
		err = store.Jurisdictions{App: s.app}.Put(c.Divisions, store.Import{Level: store.County, ValidFrom: "2020-01-01", CRS: string(geo.WGS84), Source: "demo"})
	}
	if err == nil {
		err = s.lives(c.Lives)
	}
	if err == nil {
		err = store.Feed{App: s.app}.History()
	}
	if err == nil {
		err = s.phones(c.Phones)
	}
	photos.Wait()
	return errors.Join(err, shelved)
}

// phones say of themselves what they would have said in their last sync.
func (s seeding) phones(list []demo.Phone) error {
	now := time.Time{}
	phones := desk.Phones{App: s.app, Now: func() time.Time { return now }}
	for _, p := range list {
		now = p.Contact
		says := sync.Phone{
			Unsent: int64(p.Unsent), At: sync.Stamp(p.Clock.Format(time.RFC3339)), StorageFree: p.StorageFree, Battery: p.Battery,
		}
		if p.Unsent > 0 {
			says.OldestUnsentAt = sync.Stamp(p.OldestUnsent.Format(time.RFC3339))
		}
		if p.Lon != 0 {
			says.Position = fmt.Appendf(nil, `{"lon":%.6f,"lat":%.6f,"accuracy_m":%.0f}`, p.Lon, p.Lat, p.AccuracyM)
		}
		phones.Hear(p.User, sync.Client{ID: p.Client, App: p.App}, &says)
	}
	return phones.Write()
}

func (s seeding) people(c demo.City) error {
	for _, a := range c.Agencies {
		if err := s.save(demo.Row{Collection: "agencies", ID: a.ID, Fields: map[string]any{
			"name": a.Name, "division_code": a.Code, "level": a.Level,
		}}); err != nil {
			return err
		}
	}
	users := make([]*core.Record, len(c.People))
	for i, p := range c.People {
		var err error
		users[i], err = s.record(demo.Row{Collection: "users", ID: p.ID, Fields: map[string]any{
			"name": p.Name, "role": p.Role, "agency": p.Agency, "email": p.Email, "certificate_no": p.CertificateNo,
			"certificate_until": p.CertificateUntil, "language": "zh-CN", "on_duty": true, "verified": true,
		}})
		if err != nil {
			return err
		}
	}
	var hashing stdsync.WaitGroup // 50 ms each
	for i, p := range c.People {
		hashing.Go(func() { users[i].SetPassword(p.Password) })
	}
	hashing.Wait()
	for _, r := range users {
		if err := s.app.SaveWithContext(s.ctx, r); err != nil {
			return fmt.Errorf("user %s: %w", r.Email(), err)
		}
	}
	return nil
}

// photos go onto the shelf with their derivatives, as the worker would have made them.
func (s seeding) photos(list []demo.Photo) error {
	for _, p := range list {
		sum, _, _, err := s.shelf.Put(bytes.NewReader(p.Data), evidence.MaxBytes)
		if err != nil {
			return err
		}
		derived, err := evidence.Derive(s.ctx, bytes.NewReader(p.Data), 1)
		if err != nil {
			return err
		}
		for _, size := range []int{evidence.Small, evidence.Large} { // the large one says that both are there
			if err := s.shelf.PutDerivative(sum, size, derived[size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// lives writes the cases in groups; the next group is put together while one is written.
func (s seeding) lives(lives []demo.Life) error {
	bulk, err := store.NewBulk(s.app)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	type group struct {
		batch store.Batch
		err   error
	}
	groups := make(chan group, 1)
	go func() {
		defer close(groups)
		for from := 0; from < len(lives); from += casesAtOnce {
			records, err := s.records(lives[from:min(from+casesAtOnce, len(lives))])
			batch := store.Batch{}
			if err == nil {
				batch, err = bulk.Prepare(records)
			}
			select {
			case groups <- group{batch, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	done := 0
	for g := range groups {
		if err := errors.Join(g.err, ctx.Err()); err != nil {
			return err
		}
		// Nobody asks again whether the records are well formed: casework made them, and a
		// test of ours asks.
		if err := s.app.RunInTransaction(func(tx core.App) error { return bulk.Write(tx, g.batch) }); err != nil {
			return err
		}
		done = min(done+casesAtOnce, len(lives))
		fmt.Fprintf(s.says, "\r%d of %d cases", done, len(lives))
	}
	fmt.Fprintln(s.says)
	return ctx.Err()
}

func (s seeding) records(lives []demo.Life) ([]*core.Record, error) {
	var out []*core.Record
	for _, l := range lives {
		for _, row := range l.Rows {
			if row.Collection == "complaints" {
				complainant, err := s.complainant(l, row)
				if err != nil {
					return nil, err
				}
				out = append(out, complainant)
			}
			r, err := s.record(row)
			if err != nil {
				return nil, fmt.Errorf("case %s: %w", l.Number, err)
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// complainant makes who wrote a complaint, and adds to the complaint what only the house's
// keys can make: the hashes of its secrets.
func (s seeding) complainant(l demo.Life, row demo.Row) (*core.Record, error) {
	fields := row.Fields.(map[string]any)
	sealed, err := intake.Seal(s.keys.For("identity"), l.ComplaintID, l.Contact, rand.Reader)
	if err != nil {
		return nil, err
	}
	id := core.GenerateDefaultRandomId()
	fields["complainant"] = id
	fields["code_hash"] = s.keys.QueryHash(l.Number, intake.FoldCode(l.Code))
	fields["phrase_hash"] = s.keys.QueryHash(l.Number, intake.FoldPhrase(l.Phrase))
	return s.record(demo.Row{Collection: "complainants", ID: id, Fields: map[string]any{
		"complaint": l.ComplaintID, "identity_mode": fields["identity_mode"], "sealed": sealed, "masked": l.Contact.Masked(),
		"contact_hash": intake.ContactHash(s.keys.For("contact"), l.Contact), "language": "zh-CN",
	}})
}

func (s seeding) record(row demo.Row) (*core.Record, error) {
	col, err := s.app.FindCachedCollectionByNameOrId(row.Collection)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	if err := store.Fill(r, row.Fields); err != nil {
		return nil, fmt.Errorf("%s %s: %w", row.Collection, row.ID, err)
	}
	r.Id = row.ID
	if row.Collection == "actions" {
		r.Set("content_hash", store.ContentHash(store.ActionOf(r)))
	}
	return r, nil
}

func (s seeding) save(row demo.Row) error {
	r, err := s.record(row)
	if err != nil {
		return err
	}
	return s.app.SaveWithContext(s.ctx, r)
}
