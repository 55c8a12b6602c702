package store

// fsck recomputes the feed and the documents from the records and says where they differ.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Fsck checks a database; it only reads.
type Fsck struct{ App core.App }

// Report is what was checked and every difference found.
type Report struct {
	Records     int          `json:"records"`
	Documents   int          `json:"documents"`
	Rows        int          `json:"rows"`
	Head        int64        `json:"head"`
	Epoch       string       `json:"epoch"`
	NewEpoch    string       `json:"new_epoch"` // why the next opening for writing begins one; empty if it does not
	Differences []Difference `json:"differences"`

	check string    // that is under way
	far   []farFile // what Look has to ask for
}

// Difference is one thing that is not as it would be computed anew.
type Difference struct {
	Check      string `json:"check"` // documents, access, history, marks, parents, outbox, files
	Collection string `json:"collection"`
	Record     string `json:"record"`
	What       string `json:"what"`
	Derived    bool   `json:"derived"` // it can be made anew from the records
}

// Run checks everything: what phones are sent, who may read it, what actions made of each
// case, days and counts, what points to what, what was told, and the photos.
func (s Fsck) Run() (Report, error) {
	r := Report{Differences: []Difference{}}
	var err error
	if r.NewEpoch, err = (Epochs{App: s.App}).Behind(); err != nil { // before the moment that is read begins
		return r, err
	}
	state, err := Reader{s.App.DB()}.State()
	if err != nil {
		return r, err
	}
	r.Head, r.Epoch = state.Head, state.Epoch
	for _, c := range []struct {
		name string
		run  func(*Report) error
	}{
		{"documents", s.documents},
		{"documents", s.orphans},
		{"documents", s.bare},
		{"documents", s.words},
		{"documents", s.head},
		{"access", s.grants},
		{"access", s.caseUsers},
		{"history", s.cases},
		{"marks", s.repeats},
		{"parents", s.dangling},
		{"outbox", s.outbox},
		{"files", s.files},
	} {
		r.check = c.name
		if err := c.run(&r); err != nil {
			return r, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return r, nil
}

// documents are compared with the records that they are made from.
func (s Fsck) documents(r *Report) error {
	names := Synced()
	slices.Sort(names)
	for _, name := range names {
		if err := s.collection(r, name); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) add(collection, record, format string, args ...any) {
	r.Differences = append(r.Differences, Difference{r.check, collection, record, fmt.Sprintf(format, args...), false})
}

// repairable notes a difference of something that is made from the records.
func (r *Report) repairable(collection, record, format string, args ...any) {
	r.Differences = append(r.Differences, Difference{r.check, collection, record, fmt.Sprintf(format, args...), true})
}

const fsckPage = 500 // records read at a time

func (s Fsck) collection(r *Report, name string) error {
	return s.each(name, func(record *core.Record) error {
		r.Records++
		return s.record(r, record)
	})
}

func (s Fsck) record(r *Report, record *core.Record) error {
	p := projections[record.Collection().Name]
	want, err := project(s.App, record)
	if err != nil {
		return err
	}
	want["seq"] = int64(record.GetInt("seq"))
	feed := Feed{App: s.App}
	have, _, err := feed.Doc(p.as, record.Id)
	if err != nil {
		return err
	}
	if have == nil {
		r.repairable(p.as, record.Id, "has no document")
	} else if err := compare(r, p.as, record.Id, want, have); err != nil {
		return err
	}
	buckets, err := p.travel(s.App, record)
	if err != nil {
		return err
	}
	present, err := feed.present(p.as, record.Id)
	if err != nil {
		return err
	}
	if !sameSet(buckets, present) {
		r.repairable(p.as, record.Id, "lies in buckets %v, should lie in %v", present, buckets)
	}
	return nil
}

func compare(r *Report, as, id string, want map[string]any, have map[string]json.RawMessage) error {
	for name, value := range want {
		data, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if !bytes.Equal(data, have[name]) {
			r.repairable(as, id, "field %s is %.200s in the document, should be %.200s", name, have[name], data)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			r.repairable(as, id, "field %s stands in the document and should not", name)
		}
	}
	return nil
}

const allDocs = `SELECT d.collection AS collection, d.record AS record, d.seq AS seq, json_extract(d.doc, '$.seq') AS inner,
	(SELECT max(f.seq) FROM sync_feed f WHERE f.collection = d.collection AND f.record = d.record AND f.gone = '') AS newest
	FROM sync_doc d ORDER BY d.collection, d.record`

// orphans: a document without its record, or whose seqs do not agree.
func (s Fsck) orphans(r *Report) error {
	var docs []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Seq        int64  `db:"seq"`
		Inner      int64  `db:"inner"`
		Newest     *int64 `db:"newest"`
	}
	if err := s.App.DB().NewQuery(allDocs).All(&docs); err != nil {
		return err
	}
	r.Documents = len(docs)
	known, err := s.ids()
	if err != nil {
		return err
	}
	for _, d := range docs {
		if !known[d.Collection+"/"+d.Record] {
			r.repairable(d.Collection, d.Record, "has a document and no record")
		}
		if d.Seq != d.Inner {
			r.repairable(d.Collection, d.Record, "has seq %d in its row and %d in its document", d.Seq, d.Inner)
		}
		if d.Newest != nil && *d.Newest < d.Seq {
			r.repairable(d.Collection, d.Record, "stands at seq %d in the feed, its document at %d", *d.Newest, d.Seq)
		}
	}
	return s.App.DB().NewQuery(`SELECT count(*) FROM sync_feed`).Row(&r.Rows)
}

const bareRows = `SELECT f.bucket AS bucket, f.collection AS collection, f.record AS record FROM sync_feed f
	LEFT JOIN sync_doc d ON d.id = f.doc AND d.collection = f.collection AND d.record = f.record
	WHERE f.gone = '' AND d.record IS NULL ORDER BY f.collection, f.record`

// bare: a row that a phone would be sent without a document.
func (s Fsck) bare(r *Report) error {
	var rows []feedPlace
	if err := s.App.DB().NewQuery(bareRows).All(&rows); err != nil {
		return err
	}
	for _, row := range rows {
		r.repairable(row.Collection, row.Record, "lies in bucket %s without a document", row.Bucket)
	}
	return nil
}

type feedPlace struct {
	Bucket     string `db:"bucket"`
	Collection string `db:"collection"`
	Record     string `db:"record"`
}

// grants: each user reads his agency's bucket, his own and the common one.
func (s Fsck) grants(r *Report) error {
	users, err := s.App.FindAllRecords("users")
	if err != nil {
		return err
	}
	for _, user := range users {
		have, _, err := Grants(s).Of(user.Id)
		if err != nil {
			return err
		}
		if want := grantsFor(user); !sameSet(have, want) {
			r.repairable("users", user.Id, "may read buckets %v, should read %v", have, want)
		}
	}
	return nil
}

func (s Fsck) ids() (map[string]bool, error) {
	known := map[string]bool{}
	for id := range wordDocs() {
		known[wordsAs+"/"+id] = true
	}
	for name, p := range projections {
		var ids []string
		if err := s.App.DB().Select("id").From(name).Column(&ids); err != nil {
			return nil, err
		}
		for _, id := range ids {
			known[p.as+"/"+id] = true
		}
	}
	return known, nil
}

func (s Fsck) head(r *Report) error {
	var newest int64
	if err := s.App.DB().NewQuery(`SELECT coalesce(max(seq), 0) FROM sync_feed`).Row(&newest); err != nil {
		return err
	}
	if newest > r.Head {
		r.repairable("sync_meta", "head", "is %d, the feed holds %d", r.Head, newest)
	}
	for _, key := range []string{"compacted", "epoch_base"} {
		var seqs []int64
		if err := s.App.DB().NewQuery(readMetaSeq).Bind(dbx.Params{"key": key}).Column(&seqs); err != nil {
			return err
		}
		for _, seq := range seqs {
			if seq < 0 || seq > max(r.Head, newest) {
				r.add("sync_meta", key, "is %d, the head %d", seq, r.Head)
			}
		}
	}
	return nil
}

const readMetaSeq = `SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = {:key}`
