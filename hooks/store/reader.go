package store

// Reading the feed: one page is one read transaction, read whole before a byte is sent.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// Reader is the port of pulls over one read transaction.
type Reader struct{ DB dbx.Builder }

var (
	_ sync.View = Reader{}
	_ sync.Runs = Reader{}
)

// InRead runs do in one read transaction: everything it reads is of one moment.
func InRead(app core.App, do func(Reader) error) error {
	db, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return fmt.Errorf("the read pool is a %T", app.ConcurrentDB())
	}
	return db.Transactional(func(tx *dbx.Tx) error { return do(Reader{tx}) })
}

const readState = `SELECT key, value FROM sync_meta`

// State returns the epoch and the head.
func (s Reader) State() (sync.State, error) {
	var rows []struct {
		Key   string `db:"key"`
		Value string `db:"value"`
	}
	var state sync.State
	if err := s.DB.NewQuery(readState).All(&rows); err != nil {
		return state, err
	}
	numbers := map[string]*int64{"head": &state.Head, "compacted": &state.Compacted}
	for _, row := range rows {
		switch row.Key {
		case "epoch":
			state.Epoch = row.Value
		case "run":
			state.Run = row.Value
		}
		if n := numbers[row.Key]; n != nil {
			if _, err := fmt.Sscan(row.Value, n); err != nil {
				return state, fmt.Errorf("sync_meta %s: %w", row.Key, err)
			}
		}
	}
	return state, nil
}

// Applied returns whose a client id is and its highest n.
func (s Reader) Applied(client string) (string, int64, error) { return appliedOf(s.DB, client) }

// Grants returns the buckets a user may read and their generation.
func (s Reader) Grants(user string) ([]string, int64, error) { return grantsOf(s.DB, user) }

// Refusals of a log-in that was good when it was checked.
var (
	ErrDisabled  = errors.New("the user is disabled")
	ErrSignedOut = errors.New("the log-in does not count any more")
)

const readUser = `SELECT tokenKey, disabled_at FROM users WHERE id = {:id}`

// Standing tells whether a user is still who signed in: not disabled, and with the same
// key in his tokens, which a new password changes.
func (s Reader) Standing(user, tokenKey string) error {
	var rows []struct {
		Key      string `db:"tokenKey"`
		Disabled string `db:"disabled_at"`
	}
	err := s.DB.NewQuery(readUser).Bind(dbx.Params{"id": user}).All(&rows)
	switch {
	case err != nil:
		return err
	case len(rows) == 0, rows[0].Key != tokenKey:
		return ErrSignedOut
	case rows[0].Disabled != "":
		return ErrDisabled
	}
	return nil
}

// pageOf reads one bucket from its index; the pages of several buckets are merged.
const pageOf = `SELECT * FROM (SELECT f.bucket, f.collection, f.record, f.seq, f.gone, f.reason FROM sync_feed f
	WHERE f.bucket = {:b%[1]d} AND (f.seq, f.collection, f.record) > ({:seq}, {:c}, {:r}) AND (f.gone = '' OR f.seq > {:base})
	ORDER BY f.seq, f.collection, f.record LIMIT {:limit})`

const withDocs = `SELECT p.*, coalesce(d.doc, '') AS doc, coalesce(d.versions, '') AS versions FROM (%s) p
	LEFT JOIN sync_doc d ON d.collection = p.collection AND d.record = p.record AND p.gone = ''
	ORDER BY p.seq, p.collection, p.record LIMIT {:limit}`

type pageRow struct {
	Bucket     string `db:"bucket"`
	Collection string `db:"collection"`
	Record     string `db:"record"`
	Seq        int64  `db:"seq"`
	Gone       string `db:"gone"`
	Reason     string `db:"reason"`
	Doc        string `db:"doc"`
	Versions   string `db:"versions"`
}

// Rows reads a page of the buckets after a position.
func (s Reader) Rows(buckets []string, after sync.Position, base int64, limit int) ([]sync.Row, error) {
	params := dbx.Params{"seq": after.Seq, "c": after.Collection, "r": after.Record, "base": base, "limit": limit}
	pages := make([]string, len(buckets))
	for i, b := range buckets {
		params[fmt.Sprintf("b%d", i)] = b
		pages[i] = fmt.Sprintf(pageOf, i)
	}
	var rows []pageRow
	sql := fmt.Sprintf(withDocs, strings.Join(pages, " UNION ALL "))
	if err := s.DB.NewQuery(sql).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	out := make([]sync.Row, len(rows))
	for i, r := range rows {
		out[i] = sync.Row{Bucket: r.Bucket, Change: sync.Change{Collection: r.Collection, Record: r.Record, Seq: r.Seq, Gone: r.Gone, Reason: r.Reason}}
		if r.Gone == "" {
			out[i].Doc, out[i].Versions = json.RawMessage(r.Doc), json.RawMessage(r.Versions)
		}
	}
	return out, nil
}

const readLive = `SELECT collection, record, seq FROM sync_feed WHERE bucket = {:b} AND gone = ''`

// Live reads every row that a holder of the buckets should hold.
func (s Reader) Live(buckets []string, each func(collection, record string, seq int64)) error {
	for _, b := range buckets {
		rows, err := s.DB.NewQuery(readLive).Bind(dbx.Params{"b": b}).Rows()
		if err != nil {
			return err
		}
		for rows.Next() {
			var collection, record string
			var seq int64
			if err := rows.Scan(&collection, &record, &seq); err != nil {
				return err
			}
			each(collection, record, seq)
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

const readHead = `SELECT seq FROM sync_feed WHERE bucket = {:b} ORDER BY seq DESC LIMIT 1`

// HeadOf is the highest seq in the buckets.
func (s Reader) HeadOf(buckets []string) (int64, error) {
	head := int64(0)
	for _, b := range buckets {
		var seqs []int64
		if err := s.DB.NewQuery(readHead).Bind(dbx.Params{"b": b}).Column(&seqs); err != nil {
			return 0, err
		}
		for _, seq := range seqs {
			head = max(head, seq)
		}
	}
	return head, nil
}
