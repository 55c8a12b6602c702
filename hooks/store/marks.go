package store

// What clients without a cursor ask the feed: all that is gone, and since when they may read
// what they may.

import (
	"encoding/json"

	"github.com/pocketbase/dbx"

	"xuncha/sync"
)

var _ sync.Marks = Reader{}

// readGone: the marks of a bucket whose record lies in none of the user's; the index of
// marks holds nothing else.
const readGone = `SELECT f.collection AS collection, f.record AS record, f.seq AS seq FROM sync_feed f INDEXED BY idx_sync_feed_left
	WHERE f.bucket = {:b} AND f.gone <> '' AND NOT EXISTS (SELECT 1 FROM json_each({:all}) b CROSS JOIN sync_feed l
		ON l.bucket = b.value AND l.collection = f.collection AND l.record = f.record WHERE l.gone = '')
	ORDER BY f.collection, f.record`

// Gone hands out what left the buckets for good.
func (s Reader) Gone(buckets []string, each func(collection, record string, seq int64)) error {
	all, err := json.Marshal(buckets)
	if err != nil {
		return err
	}
	newest := map[[2]string]int64{}
	for _, b := range buckets {
		var rows []struct {
			Collection string `db:"collection"`
			Record     string `db:"record"`
			Seq        int64  `db:"seq"`
		}
		if err := s.DB.NewQuery(readGone).Bind(dbx.Params{"b": b, "all": string(all)}).All(&rows); err != nil {
			return err
		}
		for _, row := range rows {
			key := [2]string{row.Collection, row.Record}
			newest[key] = max(newest[key], row.Seq)
		}
	}
	for key, seq := range newest {
		each(key[0], key[1], seq)
	}
	return nil
}

const readRegranted = `SELECT coalesce(max(seq), 0) FROM sync_grant_gen WHERE user = {:user}`

// Regranted is the seq at which a user's buckets last changed.
func (s Reader) Regranted(user string) (seq int64, err error) {
	err = s.DB.NewQuery(readRegranted).Bind(dbx.Params{"user": user}).Row(&seq)
	return seq, err
}
