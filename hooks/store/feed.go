package store

// The feed: one row per record and bucket, moved to the new seq at each change, and
// beside it the document that a phone receives, serialised once.

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Feed writes the order of changes; App is a transaction. Poke is told, after the
// commit, which buckets moved; it may be nil.
type Feed struct {
	App  core.App
	Poke func(buckets []string, seq int64)
}

// poked remembers that buckets moved at seq, for when the transaction is committed.
func (s Feed) poked(seq int64, buckets ...string) {
	info := s.App.TxInfo()
	if s.Poke == nil || info == nil || len(buckets) == 0 {
		return
	}
	info.OnComplete(func(err error) error {
		if err == nil {
			s.Poke(buckets, seq)
		}
		return nil
	})
}

const nextSeq = `UPDATE sync_meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'head' RETURNING CAST(value AS INTEGER)`

// Next takes the next seq. It belongs to this transaction alone: SQLite has one writer.
func (s Feed) Next() (int64, error) {
	var seq int64
	err := s.App.NonconcurrentDB().NewQuery(nextSeq).Row(&seq)
	return seq, err
}

// Source says which mutation of a phone changes which record, so that its fields carry
// the mutation's id in their versions.
type Source struct {
	Collection, Record, Mutation string
	Versions                     map[string]string // of fields whose token is not that of the new seq
}

type sourceKey struct{}

// WithSource hands a mutation down to the save of its record.
func WithSource(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, sourceKey{}, s)
}

// token is the version of a field written now.
func token(ctx context.Context, r *core.Record, field string, seq int64) string {
	s, ok := ctx.Value(sourceKey{}).(Source)
	if !ok || s.Collection != r.Collection().Name || s.Record != r.Id {
		return strconv.FormatInt(seq, 10)
	}
	if old := s.Versions[field]; old != "" {
		return old
	}
	return strconv.FormatInt(seq, 10) + "." + s.Mutation
}

// Change is what a save will do to a document; the zero value changes nothing.
type Change struct {
	Seq      int64
	as       string
	doc      map[string]any
	versions map[string]string
	buckets  []string
	present  []string // where it was
	created  bool     // the record is new
	moved    bool     // it enters or leaves a bucket
	reason   string   // why it leaves
}

// Prepare compares a record that is about to be saved with its document. Where a phone
// would see no difference the change has no seq; else a seq is taken for it.
func (s Feed) Prepare(ctx context.Context, r *core.Record) (Change, error) {
	p := projections[r.Collection().Name]
	c := Change{as: p.as, created: r.IsNew()}
	var err error
	if c.doc, err = project(s.App, r); err != nil {
		return c, err
	}
	if c.buckets, err = p.travel(s.App, r); err != nil {
		return c, err
	}
	var old map[string]json.RawMessage
	versions := map[string]string{}
	if !c.created { // else there is no document, and it stands in no bucket
		if old, versions, err = s.Doc(p.as, r.Id); err != nil {
			return c, err
		}
		if c.present, err = s.present(p.as, r.Id); err != nil {
			return c, err
		}
	}
	changed, err := changedFields(old, c.doc)
	if err != nil {
		return c, err
	}
	c.moved = !sameSet(c.present, c.buckets)
	if old != nil && len(changed) == 0 && !c.moved {
		return c, nil
	}
	c.reason = "reassigned"
	if p.as == "cases" && r.GetString("primary") != "" {
		c.reason = "merged"
	}
	if c.Seq, err = s.Next(); err != nil {
		return c, err
	}
	c.versions = versions
	for _, name := range changed {
		c.versions[name] = token(ctx, r, name, c.Seq)
	}
	return c, nil
}

// changedFields compares by value; a new document's empty fields have no version yet.
func changedFields(old map[string]json.RawMessage, doc map[string]any) ([]string, error) {
	var names []string
	for name, value := range doc {
		now, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		was, known := old[name]
		if known && bytes.Equal(was, now) || !known && isEmpty(now) {
			continue
		}
		names = append(names, name)
	}
	return names, nil
}

func isEmpty(value []byte) bool {
	switch string(value) {
	case `""`, "null", "0", "false", "[]", "{}":
		return true
	}
	return false
}

func sameSet(a, b []string) bool {
	return slices.Equal(unique(a), unique(b))
}

const readDoc = `SELECT doc, versions FROM sync_doc WHERE collection = {:c} AND record = {:r}`

// Doc returns a stored document and the versions of its fields; nil if there is none.
func (s Feed) Doc(collection, record string) (map[string]json.RawMessage, map[string]string, error) {
	var row struct {
		Doc      string `db:"doc"`
		Versions string `db:"versions"`
	}
	versions := map[string]string{}
	err := s.App.DB().NewQuery(readDoc).Bind(dbx.Params{"c": collection, "r": record}).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, versions, nil
	}
	if err != nil {
		return nil, nil, err
	}
	doc := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(row.Doc), &doc); err != nil {
		return nil, nil, fmt.Errorf("document %s %s: %w", collection, record, err)
	}
	if err := json.Unmarshal([]byte(row.Versions), &versions); err != nil {
		return nil, nil, fmt.Errorf("versions %s %s: %w", collection, record, err)
	}
	return doc, versions, nil
}

const (
	readBuckets = `SELECT bucket FROM sync_feed WHERE collection = {:c} AND record = {:r} AND gone = ''`
	putDoc      = `INSERT INTO sync_doc (collection, record, seq, doc, versions) VALUES ({:c}, {:r}, {:seq}, {:doc}, {:versions})
		ON CONFLICT (collection, record) DO UPDATE SET seq = excluded.seq, doc = excluded.doc, versions = excluded.versions`
	dropDoc = `DELETE FROM sync_doc WHERE collection = {:c} AND record = {:r}`
	putRow  = `INSERT INTO sync_feed (bucket, collection, record, seq, gone, reason) VALUES ({:b}, {:c}, {:r}, {:seq}, '', '')
		ON CONFLICT (bucket, collection, record) DO UPDATE SET seq = excluded.seq, gone = '', reason = ''`
	markGone = `UPDATE sync_feed SET seq = {:seq}, gone = {:gone}, reason = {:reason}
		WHERE collection = {:c} AND record = {:r} AND bucket = {:b} AND gone = ''`
)

func (s Feed) present(collection, record string) ([]string, error) {
	var buckets []string
	err := s.App.DB().NewQuery(readBuckets).Bind(dbx.Params{"c": collection, "r": record}).Column(&buckets)
	return buckets, err
}

// Write stores a prepared change: the document, its row in each bucket, and a mark where
// it left one.
func (s Feed) Write(c Change) error {
	if c.Seq == 0 {
		return nil
	}
	c.doc["seq"] = c.Seq
	id := c.doc["id"].(string)
	doc, err := canonical(c.doc)
	if err != nil {
		return err
	}
	versions, err := json.Marshal(c.versions)
	if err != nil {
		return err
	}
	if err := s.exec(putDoc, dbx.Params{"c": c.as, "r": id, "seq": c.Seq, "doc": string(doc), "versions": string(versions)}); err != nil {
		return err
	}
	return s.place(id, c)
}

// place puts a record's row into its buckets at the new seq and marks it gone from all
// others.
func (s Feed) place(record string, c Change) error {
	s.poked(c.Seq, slices.Concat(c.buckets, c.present)...)
	for _, b := range c.buckets {
		if err := s.exec(putRow, dbx.Params{"b": b, "c": c.as, "r": record, "seq": c.Seq}); err != nil {
			return err
		}
	}
	for _, b := range c.present {
		if slices.Contains(c.buckets, b) {
			continue
		}
		if err := s.gone(b, c.as, record, c.Seq, "scope", c.reason); err != nil {
			return err
		}
	}
	return nil
}

func (s Feed) gone(bucket, collection, record string, seq int64, gone, reason string) error {
	return s.exec(markGone, dbx.Params{"b": bucket, "c": collection, "r": record, "seq": seq, "gone": gone, "reason": reason})
}

// Delete marks a record gone from every bucket and forgets its document.
func (s Feed) Delete(r *core.Record) error {
	as := projections[r.Collection().Name].as
	seq, err := s.Next()
	if err != nil {
		return err
	}
	present, err := s.present(as, r.Id)
	if err != nil {
		return err
	}
	s.poked(seq, present...)
	for _, b := range present {
		if err := s.gone(b, as, r.Id, seq, "deleted", ""); err != nil {
			return err
		}
	}
	return s.exec(dropDoc, dbx.Params{"c": as, "r": r.Id})
}

func (s Feed) exec(sql string, params dbx.Params) error {
	_, err := s.App.NonconcurrentDB().NewQuery(sql).Bind(params).Execute()
	return err
}
