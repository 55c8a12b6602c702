package store

// Repair makes anew what is made from the records: the feed and its documents, who may read
// and work on what, marks and counts, small copies of photos. What somebody sent is never
// touched.

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// rounds of repair: what one mends may show what was made from it.
const rounds = 4

// Repair mends what is derived, in the transaction of App, and returns how much it took up
// and what is left. The log, which needs no key, is told of copies that are made anew.
func (s Fsck) Repair(ctx context.Context, log Custody) (mended int, left Report, err error) {
	for range rounds {
		if left, err = s.Run(); err != nil {
			return mended, left, err
		}
		n, err := s.mend(ctx, log.In(s.App), left)
		if err != nil || n == 0 {
			return mended, left, err
		}
		mended += n
	}
	left, err = s.Run()
	return mended, left, err
}

func (s Fsck) mend(ctx context.Context, log Custody, report Report) (int, error) {
	done := map[string]bool{}
	for _, d := range report.Differences {
		key := d.Collection + "/" + d.Record
		if !d.Derived || done[key] {
			continue
		}
		done[key] = true
		if err := s.repair(ctx, log, d); err != nil {
			return len(done), fmt.Errorf("%s: %w", key, err)
		}
	}
	return len(done), nil
}

func (s Fsck) repair(ctx context.Context, log Custody, d Difference) error {
	if d.Collection == "sync_meta" { // only the head is derived
		return Feed{App: s.App}.exec(`UPDATE sync_meta SET value = (SELECT max(seq) FROM sync_feed) WHERE key = 'head'`, dbx.Params{})
	}
	if d.Collection == wordsAs && wordDocs()[d.Record] != nil {
		return Words(s).Furnish()
	}
	source := sourceOf(d.Collection)
	for _, name := range source {
		records, err := s.App.FindRecordsByIds(name, []string{d.Record})
		if err != nil {
			return err
		}
		for _, r := range records {
			if name == "evidence" && d.Check == "files" {
				return s.derive(ctx, log, r)
			}
			return s.anew(ctx, d.Collection, r)
		}
	}
	return s.forget(d)
}

// sourceOf are the collections that a phone's collection is made from.
func sourceOf(as string) []string {
	out := []string{}
	for name, p := range projections {
		if p.as == as || name == as {
			out = append(out, name)
		}
	}
	return out
}

// anew makes a record's document, rows and tables once more.
func (s Fsck) anew(ctx context.Context, as string, r *core.Record) error {
	switch r.Collection().Name {
	case "users":
		if as == "users" {
			return Grants(s).Keep(r)
		}
	case "cases":
		if err := s.tables(ctx, r); err != nil {
			return err
		}
	}
	if _, synced := projections[r.Collection().Name]; !synced {
		return nil
	}
	fresh, err := s.App.FindRecordById(r.Collection().Name, r.Id)
	if err != nil {
		return err
	}
	return s.document(fresh)
}

// tables are what is kept beside a case and in it: who works on it, repeats, marks.
func (s Fsck) tables(ctx context.Context, r *core.Record) error {
	cases := Cases(s)
	if err := cases.SetUsers(r); err != nil {
		return err
	}
	if err := cases.CountRepeats(ctx, r.Id); err != nil {
		return err
	}
	at, err := MarkedAt(s.App)
	if err != nil || at.IsZero() {
		return err
	}
	rules, calendar, err := Dictionaries(s).Load()
	if err != nil {
		return err
	}
	_, err = cases.turn(r, func(c casework.Case) casework.Case { return casework.Tick(c, rules, calendar, at) })
	return err
}

// document writes a record's document and its rows once more, as they would be written
// today. The record is not saved: its seq is its place in the history.
func (s Fsck) document(r *core.Record) error {
	p, feed := projections[r.Collection().Name], Feed{App: s.App}
	doc, err := project(s.App, r)
	if err != nil {
		return err
	}
	old, versions, err := feed.Doc(p.as, r.Id)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(doc)
	if err != nil {
		return err
	}
	changed := changedFields(old, fields)
	c := Change{Seq: int64(r.GetInt("seq")), id: r.Id, as: p.as, doc: fields, versions: versions, reason: "reassigned"}
	if c.buckets, err = p.travel(s.App, r); err != nil {
		return err
	}
	if c.present, err = feed.present(p.as, r.Id); err != nil {
		return err
	}
	seq, err := feed.Next()
	if err != nil {
		return err
	}
	for _, name := range changed {
		versions[name] = strconv.FormatInt(seq, 10)
	}
	if err := feed.Write(c); err != nil {
		return err
	}
	c.Seq = seq // phones see it now
	return feed.place(r.Id, c)
}

// forget drops a document whose record is gone, and says so to the phones that hold it.
func (s Fsck) forget(d Difference) error {
	feed := Feed{App: s.App}
	seq, err := feed.Next()
	if err != nil {
		return err
	}
	present, err := feed.present(d.Collection, d.Record)
	if err != nil {
		return err
	}
	for _, b := range present {
		if err := feed.gone(b, d.Collection, d.Record, seq, "deleted", ""); err != nil {
			return err
		}
	}
	return feed.exec(dropDoc, dbx.Params{"c": d.Collection, "r": d.Record})
}
