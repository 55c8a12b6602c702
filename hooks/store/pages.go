package store

// What serves a sync: one read transaction in which rows go as they are stored from the
// database into the answer.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"unsafe"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
)

// Pages is what a phone is told, within one read transaction.
type Pages struct {
	Reader
	tx   *sql.Tx
	conn *sql.Conn // the transaction's
}

var _ sync.View = Pages{}

const (
	// readMoment is State, Grants and Applied in one.
	readMoment = `SELECT 'meta' AS kind, key, value FROM sync_meta
		UNION ALL SELECT 'grant', bucket, '' FROM sync_grant WHERE user = ?1 AND active = 1
		UNION ALL SELECT 'gen', '', gen FROM sync_grant_gen WHERE user = ?1
		UNION ALL SELECT 'client', user, applied FROM sync_client WHERE id = ?2`

	// pageOf reads one bucket in the order of its index, which holds all but the documents.
	pageOf = `SELECT f.collection, f.record, f.seq, f.gone, f.reason, d.doc, d.versions FROM sync_feed f
		LEFT JOIN sync_doc d ON d.id = f.doc AND f.gone = ''
		WHERE f.bucket = ?%d AND (f.seq, f.collection, f.record) > (?1, ?2, ?3) AND (f.gone = '' OR f.seq > ?4)`

	// ofCollection restricts a page to one collection; without the plus SQLite would sort.
	ofCollection = ` AND +f.collection = ?6`

	// inOrder merges buckets that are each in order. A bare parameter as limit would have the
	// query prepared again at each run, to plan for its value.
	inOrder = ` ORDER BY 3, 1, 2 LIMIT ?5 + 0`

	// readLive is what a holder of a bucket should hold.
	readLive = `SELECT collection, record, seq FROM sync_feed WHERE bucket = ?1 AND gone = ''`

	readHead = `SELECT coalesce(max(seq), 0) FROM sync_feed WHERE bucket = ?1`
)

// firstBucket is the number of the parameter that names the first bucket.
const firstBucket = 7

// pageQuery is the query of a page of so many buckets, of one collection or of all.
func pageQuery(buckets int, ofOne bool) string {
	arms := make([]string, buckets)
	for i := range arms {
		arms[i] = fmt.Sprintf(pageOf, firstBucket+i)
		if ofOne {
			arms[i] += ofCollection
		}
	}
	return strings.Join(arms, "\nUNION ALL ") + inOrder
}

// usualBuckets: a user has his own bucket, his agency's and the common one.
const usualBuckets = 3

// PageQueries are the queries that serve a sync, by name.
func PageQueries() map[string]string {
	out := map[string]string{"moment": readMoment, "live": readLive, "head": readHead}
	for n := 1; n <= usualBuckets; n++ {
		out[fmt.Sprintf("page of %d", n)] = pageQuery(n, false)
		out[fmt.Sprintf("page of %d, one collection", n)] = pageQuery(n, true)
	}
	return out
}

// InPages runs do in one read transaction: everything it reads is of one moment.
func InPages(app core.App, do func(Pages) error) error {
	db, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return fmt.Errorf("the read pool is a %T", app.ConcurrentDB())
	}
	conn, err := db.DB().Conn(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	tx, err := conn.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // a reader has nothing to commit
	return do(Pages{Reader{db.Wrap(tx)}, tx, conn})
}

// Moment answers in one question what every sync asks.
func (s Pages) Moment(user, client string) (m sync.Moment, err error) {
	rows, err := s.tx.Query(readMoment, user, client)
	if err != nil {
		return m, err
	}
	defer func() { _ = rows.Close() }()
	var kind, key, value string
	for rows.Next() {
		if err := rows.Scan(&kind, &key, &value); err != nil {
			return m, err
		}
		switch kind {
		case "meta":
			err = setMeta(&m.State, key, value)
		case "grant":
			m.Buckets = append(m.Buckets, key)
		case "gen":
			_, err = fmt.Sscan(value, &m.Gen)
		case "client":
			m.Owner = key
			_, err = fmt.Sscan(value, &m.Applied)
		}
		if err != nil {
			return m, fmt.Errorf("%s %s: %w", kind, key, err)
		}
	}
	return m, rows.Err()
}

// Rows hands out a page of the feed row by row, with the documents as they are stored. It
// asks the driver itself: what database/sql does for each row is a seventh of a page.
func (s Pages) Rows(q sync.Query, take func(*sync.Row) bool) error {
	values := []any{q.After.Seq, q.After.Collection, q.After.Record, q.Base, int64(q.Limit), q.Collection}
	for _, b := range q.Buckets {
		values = append(values, b)
	}
	args := make([]driver.NamedValue, len(values))
	for i, v := range values {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return s.conn.Raw(func(conn any) error {
		db, ok := conn.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("%T answers no queries", conn)
		}
		rows, err := db.QueryContext(context.Background(), pageQuery(len(q.Buckets), q.Collection != ""), args)
		if err != nil {
			return err
		}
		return errors.Join(handOut(rows, take), rows.Close())
	})
}

// handOut hands out rows until there are no more or take returns false.
func handOut(rows driver.Rows, take func(*sync.Row) bool) error {
	v := make([]driver.Value, len(rows.Columns()))
	var r sync.Row
	for {
		switch err := rows.Next(v); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		r.Collection, _ = v[0].(string) // what is NULL is empty
		r.Record, _ = v[1].(string)
		r.Seq, _ = v[2].(int64)
		r.Gone, _ = v[3].(string)
		r.Reason, _ = v[4].(string)
		r.Doc, r.Versions = bytesOf(v[5]), bytesOf(v[6])
		if !take(&r) {
			return nil
		}
	}
}

// bytesOf is a text of the driver as it is: a copy of each document is a part of a page that
// is felt.
func bytesOf(v driver.Value) []byte {
	text, _ := v.(string)                                   // what is NULL is empty
	return unsafe.Slice(unsafe.StringData(text), len(text)) //nolint:gosec // nobody writes into it
}

// Live reads every row that a holder of the buckets should hold.
func (s Pages) Live(buckets []string, each func(collection, record string, seq int64)) error {
	for _, b := range buckets {
		if err := s.live(b, each); err != nil {
			return err
		}
	}
	return nil
}

func (s Pages) live(bucket string, each func(collection, record string, seq int64)) error {
	rows, err := s.tx.Query(readLive, bucket)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var collection, record string
	var seq int64
	for rows.Next() {
		if err := rows.Scan(&collection, &record, &seq); err != nil {
			return err
		}
		each(collection, record, seq)
	}
	return rows.Err()
}

// HeadOf is the highest seq in the buckets.
func (s Pages) HeadOf(buckets []string) (head int64, err error) {
	for _, b := range buckets {
		var seq int64
		if err := s.tx.QueryRow(readHead, b).Scan(&seq); err != nil {
			return 0, err
		}
		head = max(head, seq)
	}
	return head, nil
}
