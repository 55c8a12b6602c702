package store

// Grants: which buckets a user may read. A change starts a new generation, and phones
// with a cursor of the old one begin again.

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Grants keeps the buckets of users; App is a transaction where it writes.
type Grants struct{ App core.App }

const (
	readGrants  = `SELECT bucket FROM sync_grant WHERE user = {:user} AND active = 1 ORDER BY bucket`
	clearGrants = `UPDATE sync_grant SET active = 0 WHERE user = {:user}`
	putGrant    = `INSERT INTO sync_grant (user, bucket, active) VALUES ({:user}, {:bucket}, 1)
		ON CONFLICT (user, bucket) DO UPDATE SET active = 1`
	raiseGen = `INSERT INTO sync_grant_gen (user, gen, seq) VALUES ({:user}, 1, {:seq})
		ON CONFLICT (user) DO UPDATE SET gen = gen + 1, seq = excluded.seq`
	readGen = `SELECT gen FROM sync_grant_gen WHERE user = {:user}`
)

// Of returns the buckets a user may read, and the generation.
func (s Grants) Of(user string) (buckets []string, gen int64, err error) {
	return grantsOf(s.App.DB(), user)
}

func grantsOf(db dbx.Builder, user string) (buckets []string, gen int64, err error) {
	if err = db.NewQuery(readGrants).Bind(dbx.Params{"user": user}).Column(&buckets); err != nil {
		return nil, 0, err
	}
	var gens []int64
	if err = db.NewQuery(readGen).Bind(dbx.Params{"user": user}).Column(&gens); err != nil {
		return nil, 0, err
	}
	if len(gens) > 0 {
		gen = gens[0]
	}
	return buckets, gen, nil
}

func grantsFor(user *core.Record) []string {
	return []string{"a:" + user.GetString("agency"), "g", "u:" + user.Id}
}

// Keep writes the buckets that a user's record gives him.
func (s Grants) Keep(user *core.Record) error {
	want := grantsFor(user)
	have, _, err := s.Of(user.Id)
	if err != nil || sameSet(have, want) {
		return err
	}
	feed := Feed{App: s.App}
	if err := feed.exec(clearGrants, dbx.Params{"user": user.Id}); err != nil {
		return err
	}
	for _, bucket := range want {
		if err := feed.exec(putGrant, dbx.Params{"user": user.Id, "bucket": bucket}); err != nil {
			return err
		}
	}
	seq, err := feed.Next()
	if err != nil {
		return err
	}
	return feed.exec(raiseGen, dbx.Params{"user": user.Id, "seq": seq})
}
