package store

// Bulk: many new records at once, as a demo's year is, with all that saving each of them
// through the hooks would write beside it: document, feed, who works on a case, external ids.

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/intake"
)

// Bulk prepares batches of new records and writes them. A record comes after those that it
// speaks of. It counts the seqs itself and remembers what it would otherwise read for each
// record, so nobody else may write meanwhile; Write fails if somebody did.
//
// Prepare touches no database: one batch can be prepared while another is written.
type Bulk struct {
	app     core.App
	head    int64
	buckets map[string][]string       // of each case's root
	units   map[string]map[string]any // respondents as documents of cases show them
	inserts map[string]string         // SQL by collection
}

// Batch is what one transaction writes.
type Batch struct {
	before, after int64 // the head
	rows          []row
}

type row struct {
	sql    string
	params dbx.Params
}

const lastSeq = `SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head'`

// moveHead moves the head over a whole batch, if it is still where the batch begins.
const moveHead = `UPDATE sync_meta SET value = {:after} WHERE key = 'head' AND CAST(value AS INTEGER) = {:before}`

// NewBulk begins at the present head.
func NewBulk(app core.App) (*Bulk, error) {
	b := &Bulk{app: app, buckets: map[string][]string{}, units: map[string]map[string]any{}, inserts: map[string]string{}}
	return b, app.DB().NewQuery(lastSeq).Row(&b.head)
}

// Prepare makes a batch of the records, in their order.
func (b *Bulk) Prepare(records []*core.Record) (Batch, error) {
	batch := Batch{before: b.head}
	for _, r := range records {
		if err := b.add(&batch, r); err != nil {
			return batch, fmt.Errorf("%s %s: %w", r.Collection().Name, r.Id, err)
		}
	}
	batch.after = b.head
	return batch, nil
}

func (b *Bulk) add(batch *Batch, r *core.Record) error {
	name := r.Collection().Name
	switch name {
	case "respondents":
		b.units[r.Id] = unitInCase(r)
	case "complaints":
		if err := batch.external(r); err != nil {
			return err
		}
	case "cases":
		if err := b.crew(batch, r); err != nil {
			return err
		}
	case "evidence":
		batch.upload(r)
	}
	if p, ok := projections[name]; ok {
		b.head++
		r.Set("seq", b.head)
		if err := b.feed(batch, p, r); err != nil {
			return err
		}
	}
	values, err := r.DBExport(b.app)
	if err != nil {
		return err
	}
	if b.inserts[name] == "" {
		b.inserts[name] = insertInto(r.Collection())
	}
	batch.put(b.inserts[name], values)
	return nil
}

func (b *Batch) put(sql string, params dbx.Params) { b.rows = append(b.rows, row{sql, params}) }

func insertInto(c *core.Collection) string {
	names := c.Fields.FieldNames()
	return "INSERT INTO {{" + c.Name + "}} ([[" + strings.Join(names, "]], [[") + "]]) VALUES ({:" + strings.Join(names, "}, {:") + "})"
}

// external writes how other systems know a complaint.
func (b *Batch) external(r *core.Record) error {
	var ids []intake.ExternalID
	if err := r.UnmarshalJSONField("external_ids", &ids); err != nil {
		return err
	}
	for _, e := range ids {
		b.put(putExternal, dbx.Params{"system": e.System, "id": e.ID, "complaint": r.Id})
	}
	return nil
}

const putBrought = `INSERT OR IGNORE INTO uploads (owner, sha256, id, size, done, begun_at) VALUES ({:owner}, {:sum}, {:id}, {:size}, 1, {:at})`

// upload writes that an author brought the bytes of a photo himself; so he may see them.
func (b *Batch) upload(r *core.Record) {
	if author := r.GetString("author"); author != "" && r.GetString("complaint") == "" {
		b.put(putBrought, dbx.Params{
			"owner": author, "sum": r.GetString("sha256"), "id": r.Id, "size": r.GetInt("size"), "at": r.GetString("received_at"),
		})
	}
}

// crew writes who works on a case, and remembers where the case and what belongs to it lie.
func (b *Bulk) crew(batch *Batch, r *core.Record) error {
	var inspectors []string
	_ = r.UnmarshalJSONField("inspectors", &inspectors) // an empty column is nobody
	for _, user := range unique(inspectors) {
		batch.put(addUser, dbx.Params{"user": user, "case": r.Id})
		b.buckets[r.Id] = append(b.buckets[r.Id], "u:"+user)
	}
	if primary := r.GetString("primary"); primary != "" {
		b.buckets[r.Id] = b.buckets[primary]
	}
	return nil
}

// feed writes a record's document and its rows, as Feed.Prepare and Feed.Write do for a
// record that is new.
func (b *Bulk) feed(batch *Batch, p projection, r *core.Record) error {
	doc, of := p.copied(r), r.GetString("case")
	switch {
	case p.as == "cases":
		of = r.Id
		doc["flags"], doc["respondent"] = flagsOf(r), nil
		if unit := b.units[r.GetString("respondent")]; unit != nil {
			doc["respondent"] = unit
		}
	case p.adjust != nil:
		if err := p.adjust(b.app, r, doc); err != nil {
			return err
		}
	}
	doc["seq"] = b.head
	fields, err := fieldsOf(doc)
	if err != nil {
		return err
	}
	seq, versions := strconv.FormatInt(b.head, 10), map[string]string{}
	for _, name := range changedFields(nil, fields) {
		if name != "seq" {
			versions[name] = seq
		}
	}
	written, err := json.Marshal(versions)
	if err != nil {
		return err
	}
	batch.put(putDoc, dbx.Params{"c": p.as, "r": r.Id, "seq": b.head, "doc": joined(fields), "versions": string(written)})
	for _, bucket := range b.buckets[of] {
		batch.put(putRow, dbx.Params{"b": bucket, "c": p.as, "r": r.Id, "seq": b.head})
	}
	return nil
}

// Write writes a batch; app is a transaction. Each statement is prepared once.
func (b *Bulk) Write(app core.App, batch Batch) error {
	db, prepared := app.NonconcurrentDB(), map[string]*dbx.Query{}
	defer func() {
		for _, q := range prepared {
			_ = q.Close()
		}
	}()
	for _, r := range batch.rows {
		q := prepared[r.sql]
		if q == nil {
			q = db.NewQuery(r.sql).Prepare()
			prepared[r.sql] = q
		}
		if _, err := q.Bind(r.params).Execute(); err != nil {
			return fmt.Errorf("%s: %w", r.sql[:min(len(r.sql), 60)], err)
		}
	}
	moved, err := db.NewQuery(moveHead).Bind(dbx.Params{"before": batch.before, "after": batch.after}).Execute()
	if err != nil {
		return err
	}
	if n, err := moved.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("somebody else wrote after seq %d: %w", batch.before, err)
	}
	return nil
}
