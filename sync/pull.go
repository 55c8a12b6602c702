package sync

// Pull: one page of what changed, read in one transaction.

import (
	"errors"
	"slices"
	"strings"
)

// Row is one row of the feed with its document; a gone row has none.
type Row struct {
	Change
	Bucket string
}

// Query says which rows of the feed are read.
type Query struct {
	Buckets    []string
	Collection string   // of this one alone; "" is all
	After      Position // the rows behind it
	Base       int64    // gone marks at or below it are left out
	Limit      int      // rows at most
}

// Feed reads the order of changes within one read transaction.
type Feed interface {
	// State returns where the server stands.
	State() (State, error)
	// Grants returns the buckets a user may read and their generation.
	Grants(user string) (buckets []string, gen int64, err error)
	// Rows hands out the rows of a query in the order of (seq, collection, record), until
	// there are no more or take returns false. A row is take's only while it runs: its
	// document is overwritten by the next.
	Rows(q Query, take func(*Row) bool) error
	// Live goes through every row of the buckets that is not gone, for the digest.
	Live(buckets []string, each func(collection, record string, seq int64)) error
}

// Collect reads the rows of a query as the caller's own.
func Collect(f Feed, q Query) ([]Row, error) {
	var out []Row
	err := f.Rows(q, func(r *Row) bool {
		own := *r
		own.Doc, own.Versions = slices.Clone(r.Doc), slices.Clone(r.Versions)
		out = append(out, own)
		return true
	})
	return out, err
}

// State is where the server stands.
type State struct {
	Epoch     string
	Head      int64
	Compacted int64  // the highest seq whose gone marks were dropped; 0 while all are kept
	Run       string // since the database was opened
	EpochBase int64  // the highest seq that an earlier epoch can have given; 0 where there was none
}

// Moment is all that a sync needs to know before it reads the feed.
type Moment struct {
	State
	Buckets []string // that the user may read
	Gen     int64    // of his grants
	Owner   string   // whose the client id is; "" for a new one
	Applied int64    // the client's highest n
}

// Pulled is what a pull adds to its page.
type Pulled struct {
	Cursor string
	More   bool
	Digest *Digest
	Reset  *Reset
}

// Puller answers pulls; Key signs cursors.
type Puller struct {
	Feed Feed
	Key  []byte
}

// errLarge: there is more than a small page takes.
var errLarge = errors.New("this takes a page of its own")

// Fill answers one pull for a user from his cursor. For a small page it may be errLarge.
func (p Puller) Fill(page *Page, at Moment, user string, client Client, sealed string, spec PullSpec) (out Pulled, err error) {
	cursor, reason := p.open(user, client, sealed, at)
	if reason != "" {
		out.Reset = &Reset{reason}
	}
	small := page.most < MaxPage
	if small && (spec.Digest || !cursor.complete()) {
		return out, errLarge
	}
	if err := p.fill(&out, page, &cursor, classify(at.Buckets), spec); err != nil {
		return out, err
	}
	if small && page.full {
		return out, errLarge
	}
	if !out.More {
		cursor.finish(at.Head)
		if spec.Digest {
			out.Digest, err = p.digest(at.Buckets)
		}
	}
	cursor.Run, cursor.Seen = at.Run, at.Head
	out.Cursor = cursor.Seal(p.Key)
	return out, err
}

// open reads a cursor, or begins anew and says why.
func (p Puller) open(user string, client Client, sealed string, at Moment) (Cursor, string) {
	fresh := Cursor{Epoch: at.Epoch, User: user, Gen: at.Gen, Schema: client.Schema, Base: at.Head}
	if sealed == "" {
		return fresh, ""
	}
	c, ok := Unseal(p.Key, sealed)
	switch {
	case !ok, c.User != user, c.Epoch != at.Epoch:
		return fresh, ResetCursor
	case c.Schema != client.Schema:
		return fresh, ResetSchema
	case c.Gen != at.Gen:
		return fresh, ResetScope
	case c.Base < at.Compacted:
		return fresh, ResetCompacted
	}
	return c, ""
}

// classify puts the user's own bucket into class 0 and all others into class 1.
func classify(buckets []string) [classes][]string {
	var out [classes][]string
	for _, b := range slices.Sorted(slices.Values(buckets)) {
		class := 1
		if strings.HasPrefix(b, "u:") {
			class = 0
		}
		out[class] = append(out[class], b)
	}
	return out
}

// fill reads rows class by class until the page is full.
func (p Puller) fill(out *Pulled, page *Page, c *Cursor, buckets [classes][]string, spec PullSpec) error {
	limit := spec.Limit
	if limit <= 0 {
		limit = defaultRows
	}
	limit = min(limit, MaxRows)
	for class, names := range buckets {
		if len(names) == 0 {
			continue
		}
		at := c.Positions[class]
		q := Query{Buckets: names, After: at, Base: c.Base, Limit: limit - page.rows + 1}
		err := p.Feed.Rows(q, func(r *Row) bool {
			if page.rows == limit || !page.add(r) {
				out.More = true
				return false
			}
			at = Position{r.Seq, r.Collection, r.Record}
			return true
		})
		if c.Positions[class] = at; err != nil || out.More {
			return err
		}
	}
	return nil
}

func (p Puller) digest(buckets []string) (*Digest, error) {
	var sum Sum
	if err := p.Feed.Live(buckets, sum.Add); err != nil {
		return nil, err
	}
	d := sum.Digest()
	return &d, nil
}
