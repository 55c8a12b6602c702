package store

// What clients that keep no mutations need beside the ledger: a record as its user holds
// it, and a nudge to his feed.

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"xuncha/sync"
)

// readShown: a document that lies in one of the user's buckets.
const readShown = `SELECT d.doc AS doc, d.versions AS versions FROM sync_doc d WHERE d.collection = {:c} AND d.record = {:r} AND EXISTS (
	SELECT 1 FROM sync_grant g CROSS JOIN sync_feed f ON f.bucket = g.bucket AND f.collection = d.collection AND f.record = d.record AND f.gone = ''
	WHERE g.user = {:user} AND g.active = 1)`

// Shown returns a record as a user's phone holds it.
func (s book) Shown(user sync.User, collection, id string) (r sync.Record, ok bool, err error) {
	var row struct {
		Doc      string `db:"doc"`
		Versions string `db:"versions"`
	}
	err = s.App.DB().NewQuery(readShown).Bind(dbx.Params{"c": collection, "r": id, "user": user.ID}).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	if err := errors.Join(json.Unmarshal([]byte(row.Doc), &r.Doc), json.Unmarshal([]byte(row.Versions), &r.Versions)); err != nil {
		return r, false, fmt.Errorf("document %s %s: %w", collection, id, err)
	}
	return s.memo.spend(r), true, nil
}

const (
	// touchRows moves a record's rows where the user may see it.
	touchRows = `UPDATE sync_feed SET seq = {:seq} WHERE collection = {:c} AND record = {:r} AND gone = ''
		AND bucket IN (SELECT bucket FROM sync_grant WHERE user = {:user} AND active = 1)`
	// touchMark moves the mark that a record is gone; what was never there gets one.
	touchMark = `INSERT INTO sync_feed (bucket, collection, record, seq, gone, reason) VALUES ({:b}, {:c}, {:r}, {:seq}, 'scope', 'held')
		ON CONFLICT (bucket, collection, record) DO UPDATE SET seq = excluded.seq`
)

// Touch moves a record's row, so that the user's next pull tells how it stands. What lies in
// a bucket of many, a colleague or a rule, is told to all of them again: there is no row of
// his own to move.
func (s book) Touch(user sync.User, collection, id string) (int64, error) {
	feed := Feed{App: s.App}
	seq, err := feed.Next()
	if err != nil {
		return 0, err
	}
	moved, err := s.App.NonconcurrentDB().NewQuery(touchRows).Bind(dbx.Params{"user": user.ID, "c": collection, "r": id, "seq": seq}).Execute()
	if err != nil {
		return 0, err
	}
	if n, err := moved.RowsAffected(); err != nil || n > 0 {
		return seq, err
	}
	return seq, feed.exec(touchMark, dbx.Params{"b": "u:" + user.ID, "c": collection, "r": id, "seq": seq})
}
