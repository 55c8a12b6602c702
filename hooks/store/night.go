package store

// At night what nobody needs any more is forgotten: marks of what left a phone's scope long
// ago, and how old mutations were answered. In slices, so that nobody waits for the writer.

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// AwayDays: so long a phone may be away and is only told what changed; after that it begins
// anew.
const AwayDays = 90

// keptDays: so long the ledger remembers which mutations were answered.
const keptDays = 400

// Night forgets; Now is the server's clock.
type Night struct {
	App  core.App
	Now  func() time.Time
	Away int // days; 0 is AwayDays
}

// nightSlice is how many rows go in one transaction.
const nightSlice = 500

// Run does a night's work. What is left when ctx ends is done in the next night.
func (s Night) Run(ctx context.Context) error {
	if err := s.note(); err != nil {
		return err
	}
	horizon, err := s.horizon()
	if err != nil {
		return err
	}
	before := s.Now().AddDate(0, 0, -keptDays).UTC().Format(stampLayout)
	for _, forget := range []func(core.App) (int, error){
		func(tx core.App) (int, error) { return dropMarks(tx, horizon) },
		func(tx core.App) (int, error) { return dropMutations(tx, before) },
	} {
		for n := nightSlice; n == nightSlice; {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.App.RunInTransaction(func(tx core.App) (err error) {
				n, err = forget(tx)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	putDay  = `INSERT INTO sync_day (day, head) SELECT {:day}, CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head' ON CONFLICT (day) DO NOTHING`
	readDay = `SELECT head FROM sync_day WHERE day <= {:day} ORDER BY day DESC LIMIT 1`
	dropDay = `DELETE FROM sync_day WHERE day < (SELECT max(day) FROM sync_day WHERE day <= {:day})`
)

// note writes down where the order of changes stands today.
func (s Night) note() error {
	return Feed{App: s.App}.exec(putDay, dbx.Params{"day": s.Now().UTC().Format(time.DateOnly)})
}

// horizon is the head of so long ago that marks below it go; 0 where none is that old.
func (s Night) horizon() (int64, error) {
	away := s.Away
	if away == 0 {
		away = AwayDays
	}
	day := dbx.Params{"day": s.Now().AddDate(0, 0, -away).UTC().Format(time.DateOnly)}
	var heads []int64
	if err := s.App.DB().NewQuery(readDay).Bind(day).Column(&heads); err != nil || len(heads) == 0 {
		return 0, err
	}
	return heads[0], Feed{App: s.App}.exec(dropDay, day)
}

// oldMarks are the oldest marks up to the horizon. Those of cases stay: they are few, and say
// who once worked on a case.
const oldMarks = `SELECT bucket, collection, record, seq FROM sync_feed
	WHERE gone <> '' AND collection <> 'cases' AND seq <= {:horizon} ORDER BY seq LIMIT {:n}`

const (
	dropMark     = `DELETE FROM sync_feed WHERE bucket = {:b} AND collection = {:c} AND record = {:r} AND gone <> ''`
	putCompacted = `INSERT INTO sync_meta (key, value) VALUES ('compacted', {:seq})
		ON CONFLICT (key) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))`
)

// dropMarks drops one slice and says, in the same transaction, up to where marks are missing:
// a phone that stands below begins anew.
func dropMarks(tx core.App, horizon int64) (int, error) {
	var rows []struct {
		Bucket     string `db:"bucket"`
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Seq        int64  `db:"seq"`
	}
	if err := tx.DB().NewQuery(oldMarks).Bind(dbx.Params{"horizon": horizon, "n": nightSlice}).All(&rows); err != nil || len(rows) == 0 {
		return 0, err
	}
	feed := Feed{App: tx}
	for _, r := range rows {
		if err := feed.exec(dropMark, dbx.Params{"b": r.Bucket, "c": r.Collection, "r": r.Record}); err != nil {
			return 0, err
		}
	}
	return len(rows), feed.exec(putCompacted, dbx.Params{"seq": fmt.Sprint(rows[len(rows)-1].Seq)})
}

const oldMutations = `SELECT user, id, based_on FROM sync_mutation WHERE at < {:before} ORDER BY at LIMIT {:n}`

const (
	dropMutation = `DELETE FROM sync_mutation WHERE user = {:user} AND id = {:id}`
	dropBasedOn  = `DELETE FROM sync_based_on WHERE older = {:older} AND field = {:field} AND newer = {:newer}`
)

// dropMutations drops one slice. Clients are never forgotten: a phone whose n the server does
// not know any more would wait for ever in a gap.
func dropMutations(tx core.App, before string) (int, error) {
	var rows []struct {
		User    string `db:"user"`
		ID      string `db:"id"`
		BasedOn string `db:"based_on"`
	}
	if err := tx.DB().NewQuery(oldMutations).Bind(dbx.Params{"before": before, "n": nightSlice}).All(&rows); err != nil {
		return 0, err
	}
	feed := Feed{App: tx}
	for _, r := range rows {
		var on map[string]string
		_ = json.Unmarshal([]byte(r.BasedOn), &on) // an empty column is none
		for field, older := range on {
			if err := feed.exec(dropBasedOn, dbx.Params{"older": older, "field": field, "newer": r.ID}); err != nil {
				return 0, err
			}
		}
		if err := feed.exec(dropMutation, dbx.Params{"user": r.User, "id": r.ID}); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}
