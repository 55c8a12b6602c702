package sync

// Pull: one page of what changed, read in one transaction.

import (
	"slices"
	"strings"
)

// Row is one row of the feed with its document; a gone row has none.
type Row struct {
	Change
	Bucket string
}

// Feed reads the order of changes within one read transaction.
type Feed interface {
	// State returns where the server stands.
	State() (State, error)
	// Grants returns the buckets a user may read and their generation.
	Grants(user string) (buckets []string, gen int64, err error)
	// Rows returns at most limit rows of the buckets after a position, in the order of
	// (seq, collection, record), gone marks only above base.
	Rows(buckets []string, after Position, base int64, limit int) ([]Row, error)
	// Live goes through every row of the buckets that is not gone, for the digest.
	Live(buckets []string, each func(collection, record string, seq int64)) error
}

// State is where the server stands.
type State struct {
	Epoch     string
	Head      int64
	Compacted int64  // the highest seq whose gone marks were dropped; 0 while all are kept
	Run       string // since the database was opened
}

// Pulled is the answer's half that a pull makes.
type Pulled struct {
	Changes []Change
	Cursor  string
	More    bool
	Digest  *Digest
	Reset   *Reset
}

// Puller answers pulls; Key signs cursors.
type Puller struct {
	Feed Feed
	Key  []byte
}

// Page answers one pull for a user from his cursor.
func (p Puller) Page(user string, client Client, sealed string, spec PullSpec) (Pulled, error) {
	out := Pulled{Changes: []Change{}}
	state, err := p.Feed.State()
	if err != nil {
		return out, err
	}
	buckets, gen, err := p.Feed.Grants(user)
	if err != nil {
		return out, err
	}
	cursor, reason := p.open(user, client, sealed, state, gen)
	if reason != "" {
		out.Reset = &Reset{reason}
	}
	if err := p.fill(&out, &cursor, classify(buckets), spec); err != nil {
		return out, err
	}
	if !out.More {
		cursor.Base = state.Head
		for i := range cursor.Positions {
			cursor.Positions[i] = Position{Seq: state.Head, Collection: last}
		}
		if spec.Digest {
			out.Digest, err = p.digest(buckets)
		}
	}
	cursor.Run = state.Run
	out.Cursor = cursor.Seal(p.Key)
	return out, err
}

// last sorts after every collection: all rows of the seq are behind.
const last = "\U0010ffff"

// open reads a cursor, or begins anew and says why.
func (p Puller) open(user string, client Client, sealed string, state State, gen int64) (Cursor, string) {
	fresh := Cursor{Epoch: state.Epoch, User: user, Gen: gen, Schema: client.Schema, Base: state.Head}
	if sealed == "" {
		return fresh, ""
	}
	c, ok := Unseal(p.Key, sealed)
	switch {
	case !ok, c.User != user, c.Epoch != state.Epoch:
		return fresh, ResetCursor
	case c.Schema != client.Schema:
		return fresh, ResetSchema
	case c.Gen != gen:
		return fresh, ResetScope
	case c.Base < state.Compacted:
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
func (p Puller) fill(out *Pulled, c *Cursor, buckets [classes][]string, spec PullSpec) error {
	limit := spec.Limit
	if limit <= 0 {
		limit = defaultRows
	}
	limit = min(limit, MaxRows)
	size := 0
	for class, names := range buckets {
		if len(names) == 0 {
			continue
		}
		rows, err := p.Feed.Rows(names, c.Positions[class], c.Base, limit-len(out.Changes)+1)
		if err != nil {
			return err
		}
		for _, row := range rows {
			size += len(row.Doc) + len(row.Versions) + rowFrame
			if len(out.Changes) == limit || size > MaxPage && len(out.Changes) > 0 {
				out.More = true
				return nil
			}
			out.Changes = append(out.Changes, row.Change)
			c.Positions[class] = Position{row.Seq, row.Collection, row.Record}
		}
	}
	return nil
}

// rowFrame is what a change takes in the answer beside its document, in bytes.
const rowFrame = 120

func (p Puller) digest(buckets []string) (*Digest, error) {
	var sum Sum
	if err := p.Feed.Live(buckets, sum.Add); err != nil {
		return nil, err
	}
	d := sum.Digest()
	return &d, nil
}
