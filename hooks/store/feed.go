package store

// The feed: one row per record and bucket, moved to the new seq at each change, and
// beside it the document that a phone receives, serialised once.

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
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

// Two statements take half the time of one that returns what it wrote: for that SQLite
// opens a table of its own.
const (
	nextSeq = `UPDATE sync_meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'head'`
	thisSeq = `SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head'`
)

// Next takes the next seq. It belongs to this transaction alone: SQLite has one writer.
func (s Feed) Next() (seq int64, err error) {
	if !s.App.IsTransactional() {
		err = s.App.RunInTransaction(func(tx core.App) error {
			seq, err = Feed{App: tx}.Next()
			return err
		})
		return seq, err
	}
	if err := s.exec(nextSeq, nil); err != nil {
		return 0, err
	}
	err = one(s.App.DB(), thisSeq, nil, &seq)
	return seq, err
}

// Source says which mutation of a phone changes which record, so that its fields carry
// the mutation's id in their versions.
type Source struct {
	Collection, Record, Mutation string
	Versions                     map[string]string // of fields whose token is not that of the new seq
	Stands                       sync.Record       // the record as it stands, where that was read in this transaction
	Buckets                      []string          // and where it lies
}

type sourceKey struct{}

// WithSource hands a mutation down to the save of its record.
func WithSource(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, sourceKey{}, s)
}

// savedBy is the mutation that saves a record; ok is false where none does.
func savedBy(ctx context.Context, r *core.Record) (s Source, ok bool) {
	s, ok = ctx.Value(sourceKey{}).(Source)
	return s, ok && s.Collection == r.Collection().Name && s.Record == r.Id
}

// token is the version of a field written now.
func token(ctx context.Context, r *core.Record, field string, seq int64) string {
	s, ok := savedBy(ctx, r)
	if !ok {
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
	id, as   string
	doc      map[string]json.RawMessage
	versions map[string]string
	rides    bool // it stays in the buckets of its case, whichever they are
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
	c := Change{id: r.Id, as: p.as, created: r.IsNew(), rides: p.rides && !r.IsNew() && r.GetString("case") == r.Original().GetString("case")}
	doc, err := project(s.App, r)
	if err != nil {
		return c, err
	}
	if c.doc, err = fieldsOf(doc); err != nil {
		return c, err
	}
	old, err := s.stands(ctx, r, &c)
	if err != nil {
		return c, err
	}
	if err := s.travels(&c, p, r); err != nil {
		return c, err
	}
	changed := changedFields(old.Doc, c.doc)
	if old.Doc != nil && len(changed) == 0 && !c.moved {
		return c, nil
	}
	c.reason = "reassigned"
	if p.as == "cases" && r.GetString("primary") != "" {
		c.reason = "merged"
	}
	if c.Seq, err = s.Next(); err != nil {
		return c, err
	}
	c.versions = maps.Clone(old.Versions)
	for _, name := range changed {
		c.versions[name] = token(ctx, r, name, c.Seq)
	}
	return c, nil
}

// stands is the document as it is before the save, and where it lies; a new record has none.
func (s Feed) stands(ctx context.Context, r *core.Record, c *Change) (old sync.Record, err error) {
	if c.created {
		return sync.Record{Versions: map[string]string{}}, nil
	}
	if source, ok := savedBy(ctx, r); ok && source.Stands.Doc != nil {
		c.present = source.Buckets
		return source.Stands, nil
	}
	old, c.present, err = s.standing(c.as, r.Id)
	return old, err
}

// travels finds the buckets that a record was in and those it goes into.
func (s Feed) travels(c *Change, p projection, r *core.Record) (err error) {
	if c.rides {
		return nil // what a case takes along is moved when the case is
	}
	c.buckets, err = p.travel(s.App, r)
	c.moved = !sameSet(c.present, c.buckets)
	return err
}

func sameSet(a, b []string) bool {
	return slices.Equal(unique(a), unique(b))
}

const readDoc = `SELECT doc, versions,
	coalesce((SELECT group_concat(bucket, ' ') FROM sync_feed WHERE collection = {:c} AND record = {:r} AND gone = ''), '')
	FROM sync_doc WHERE collection = {:c} AND record = {:r}`

// Doc returns a stored document and the versions of its fields; nil if there is none.
func (s Feed) Doc(collection, record string) (map[string]json.RawMessage, map[string]string, error) {
	r, _, err := s.standing(collection, record)
	return r.Doc, r.Versions, err
}

// standing is a stored document with the buckets it lies in.
func (s Feed) standing(collection, record string) (r sync.Record, buckets []string, err error) {
	var doc []byte
	var versions sql.RawBytes
	var in string
	r.Versions = map[string]string{}
	whole := true
	n, err := scan(reading(s.App), readDoc, dbx.Params{"c": collection, "r": record}, func() {
		var some, all bool
		r.Doc, some = sync.Members(doc)
		r.Versions, all = sync.Texts(versions)
		whole = some && all
	}, &doc, &versions, &in)
	if !whole {
		err = fmt.Errorf("document %s %s is no object", collection, record)
	}
	if err == nil && n == 0 { // nor should it lie anywhere
		buckets, err = s.present(collection, record)
		return r, buckets, err
	}
	return r, strings.Fields(in), err
}

const (
	readBuckets = `SELECT bucket FROM sync_feed WHERE collection = {:c} AND record = {:r} AND gone = ''`
	putDoc      = `INSERT INTO sync_doc (collection, record, seq, doc, versions) VALUES ({:c}, {:r}, {:seq}, {:doc}, {:versions})
		ON CONFLICT (collection, record) DO UPDATE SET seq = excluded.seq, doc = excluded.doc, versions = excluded.versions`
	dropDoc = `DELETE FROM sync_doc WHERE collection = {:c} AND record = {:r}`
	// putRow also notes the document's number, by which a page finds it.
	putRow = `INSERT INTO sync_feed (bucket, collection, record, seq, gone, reason, doc) VALUES ({:b}, {:c}, {:r}, {:seq}, '', '',
		coalesce((SELECT id FROM sync_doc WHERE collection = {:c} AND record = {:r}), 0))
		ON CONFLICT (bucket, collection, record) DO UPDATE SET seq = excluded.seq, gone = '', reason = '', doc = excluded.doc`
	markGone = `UPDATE sync_feed SET seq = {:seq}, gone = {:gone}, reason = {:reason}, doc = 0
		WHERE collection = {:c} AND record = {:r} AND bucket = {:b} AND gone = ''`
)

func (s Feed) present(collection, record string) ([]string, error) {
	var buckets []string
	var b string
	_, err := scan(reading(s.App), readBuckets, dbx.Params{"c": collection, "r": record}, func() { buckets = append(buckets, b) }, &b)
	return buckets, err
}

// Write stores a prepared change: the document, its row in each bucket, and a mark where
// it left one.
func (s Feed) Write(c Change) error {
	if c.Seq == 0 {
		return nil
	}
	c.doc["seq"] = strconv.AppendInt(nil, c.Seq, 10)
	versions, err := json.Marshal(c.versions)
	if err != nil {
		return err
	}
	if err := s.exec(putDoc, dbx.Params{"c": c.as, "r": c.id, "seq": c.Seq, "doc": joined(c.doc), "versions": string(versions)}); err != nil {
		return err
	}
	if c.rides {
		return s.ride(c)
	}
	return s.place(c.id, c)
}

// moveRow moves a record to a new seq where it stands.
const moveRow = `UPDATE sync_feed SET seq = {:seq} WHERE bucket = {:b} AND collection = {:c} AND record = {:r}`

func (s Feed) ride(c Change) error {
	s.poked(c.Seq, c.present...)
	for _, b := range c.present {
		if err := s.exec(moveRow, dbx.Params{"b": b, "c": c.as, "r": c.id, "seq": c.Seq}); err != nil {
			return err
		}
	}
	return nil
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

func (s Feed) exec(text string, params dbx.Params) error {
	return execute(s.App.NonconcurrentDB(), text, params)
}
