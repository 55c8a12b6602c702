package main

// A demo's city written into the house: each record saved once, through the hooks that
// keep what phones are sent.

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/demo"
	"xuncha/evidence"
	"xuncha/geo"
	"xuncha/hooks/store"
	"xuncha/intake"
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

func (s seeding) city(c demo.City) error {
	for _, part := range []func() error{
		func() error { return s.people(c) },
		func() error {
			return store.Jurisdictions{App: s.app}.Put(c.Divisions, store.Import{Level: store.County, ValidFrom: "2020-01-01", CRS: string(geo.WGS84), Source: "demo"})
		},
		func() error { return s.photos(c.Photos) },
		func() error { return s.lives(c.Lives) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (s seeding) people(c demo.City) error {
	for _, a := range c.Agencies {
		if err := s.save(s.app, demo.Row{Collection: "agencies", ID: a.ID, Fields: map[string]any{
			"name": a.Name, "division_code": a.Code, "level": a.Level,
		}}); err != nil {
			return err
		}
	}
	for _, p := range c.People {
		r, err := s.record(s.app, demo.Row{Collection: "users", ID: p.ID, Fields: map[string]any{
			"name": p.Name, "role": p.Role, "agency": p.Agency, "email": p.Email, "certificate_no": p.CertificateNo,
			"certificate_until": p.CertificateUntil, "language": "zh-CN", "on_duty": true, "verified": true,
		}})
		if err != nil {
			return err
		}
		r.SetPassword(p.Password)
		if err := s.app.SaveWithContext(s.ctx, r); err != nil {
			return fmt.Errorf("user %s: %w", p.Email, err)
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
		for size, data := range derived {
			if err := s.shelf.PutDerivative(sum, size, data); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s seeding) lives(lives []demo.Life) error {
	for from := 0; from < len(lives); from += casesAtOnce {
		group := lives[from:min(from+casesAtOnce, len(lives))]
		err := s.app.RunInTransaction(func(tx core.App) error {
			for _, l := range group {
				if err := s.life(tx, l); err != nil {
					return fmt.Errorf("case %s: %w", l.Number, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(s.says, "\r%d of %d cases", from+len(group), len(lives))
	}
	fmt.Fprintln(s.says)
	return nil
}

func (s seeding) life(tx core.App, l demo.Life) error {
	for _, row := range l.Rows {
		if row.Collection == "complaints" {
			if err := s.complaint(tx, l, row); err != nil {
				return err
			}
			continue
		}
		if err := s.save(tx, row); err != nil {
			return err
		}
	}
	return nil
}

// complaint adds what only the house's keys can make: the hashes and the sealed identity.
func (s seeding) complaint(tx core.App, l demo.Life, row demo.Row) error {
	fields := row.Fields.(map[string]any)
	complainant := core.GenerateDefaultRandomId()
	sealed, err := intake.Seal(s.keys.For("identity"), l.ComplaintID, l.Contact, rand.Reader)
	if err != nil {
		return err
	}
	if err := s.save(tx, demo.Row{Collection: "complainants", ID: complainant, Fields: map[string]any{
		"complaint": l.ComplaintID, "identity_mode": fields["identity_mode"], "sealed": sealed, "masked": l.Contact.Masked(),
		"contact_hash": intake.ContactHash(s.keys.For("contact"), l.Contact), "language": "zh-CN",
	}}); err != nil {
		return err
	}
	fields["complainant"] = complainant
	fields["code_hash"] = s.keys.QueryHash(l.Number, intake.FoldCode(l.Code))
	fields["phrase_hash"] = s.keys.QueryHash(l.Number, intake.FoldPhrase(l.Phrase))
	return s.save(tx, row)
}

func (s seeding) record(app core.App, row demo.Row) (*core.Record, error) {
	col, err := app.FindCachedCollectionByNameOrId(row.Collection)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	if err := store.Load(r, row.Fields); err != nil {
		return nil, err
	}
	r.Id = row.ID
	return r, nil
}

func (s seeding) save(app core.App, row demo.Row) error {
	r, err := s.record(app, row)
	if err != nil {
		return err
	}
	if row.Collection == "actions" {
		r.Set("content_hash", store.ContentHash(store.ActionOf(r)))
	}
	if err := app.SaveWithContext(s.ctx, r); err != nil {
		return fmt.Errorf("%s %s: %w", row.Collection, row.ID, err)
	}
	return nil
}
