package rxdb

// Pull: one page of a collection, read in one transaction and written as it is read.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"xuncha/sync"
)

// Limits of a page. RxDB takes a page that is shorter than it asked for as the last one.
const (
	MaxRows     = sync.MaxRows
	DefaultRows = 500
)

// Page is the answer to a pull, in the form of the wire. Whoever has it ends it with Done.
type Page struct {
	Body  []byte
	leave func()
}

// Done gives the page's place at the gate back.
func (p Page) Done() {
	if p.leave != nil {
		p.leave()
	}
}

// errLarge: there is more than may be read without a turn.
var errLarge = errors.New("this takes a turn")

// Pull returns the next limit documents of a collection after a checkpoint, "" at the
// beginning. It fails with Reset where the client has to begin again.
func (d Desk) Pull(ctx context.Context, user sync.User, collection, checkpoint string, limit int) (page Page, err error) {
	if err := known(collection); err != nil {
		return page, err
	}
	if limit < 1 || limit > MaxRows {
		return page, refusal{"bad_request", fmt.Sprintf("limit must be 1 to %d, not %d", MaxRows, limit)}
	}
	p := pull{q: sync.Query{Collection: collection, Limit: limit + 1}, limit: limit, most: sync.SmallPage}
	err = d.page(&p, user, checkpoint)
	if errors.Is(err, errLarge) {
		if page.leave, err = d.Gate.Turn(ctx); err != nil {
			return Page{}, err
		}
		p.most = sync.MaxPage
		err = d.page(&p, user, checkpoint)
	}
	page.Body = p.out
	return page, err
}

// page fills a page in one moment.
func (d Desk) page(p *pull, user sync.User, checkpoint string) error {
	return d.reading(func(v sync.View) error {
		at, err := v.Moment(user.ID, "")
		if err != nil {
			return err
		}
		c := Checkpoint{Epoch: at.Epoch, User: user.ID, Gen: at.Gen, Collection: p.q.Collection, Base: at.Head}
		if checkpoint != "" {
			if c, err = d.resume(v, c, checkpoint, at.State); err != nil {
				return err
			}
		}
		p.q.Buckets, p.q.After, p.q.Base = at.Buckets, c.At, c.Base
		if err := p.fill(v); err != nil {
			return err
		}
		c.At, c.Run, c.Seen = p.q.After, at.Run, at.Head
		if !p.more { // nothing of the collection is left below the head
			c.Base, c.At = at.Head, sync.Position{Seq: at.Head, Collection: last}
		}
		p.out = append(p.out, `],"checkpoint":{"c":"`...)
		p.out = append(append(p.out, c.Seal(d.Key)...), `"}}`...)
		return nil
	})
}

// last sorts after every collection: all rows of the seq are behind.
const last = "\U0010ffff"

// resume reads a checkpoint that must belong where a fresh one would.
func (d Desk) resume(v sync.View, fresh Checkpoint, checkpoint string, state sync.State) (Checkpoint, error) {
	c, err := d.own(v, fresh.User, checkpoint, state)
	if err != nil {
		return c, err
	}
	switch {
	case c.Collection != fresh.Collection:
		return c, Reset{sync.ResetCursor}
	case c.Gen != fresh.Gen:
		return c, Reset{sync.ResetScope}
	case c.Base < state.Compacted:
		return c, Reset{sync.ResetCompacted}
	}
	return c, nil
}

// pull is a page being filled.
type pull struct {
	q     sync.Query
	limit int // documents
	most  int // bytes of them
	out   []byte
	rows  int
	more  bool
}

// fill reads until the page is full or the collection at its end: a page that is shorter
// for any other reason would end the client's loop.
func (p *pull) fill(feed sync.Feed) (err error) {
	p.out, p.rows, p.more = append(p.out[:0], `{"documents":[`...), 0, false
	failed := feed.Rows(p.q, func(r *sync.Row) bool {
		if p.rows == p.limit {
			p.more = true
			return false
		}
		var document json.RawMessage
		if document, err = wire(r); err != nil {
			return false
		}
		if len(p.out)+len(document) > p.most && (p.rows > 0 || p.most < sync.MaxPage) {
			p.more = true
			return false
		}
		p.add(document)
		p.q.After = sync.Position{Seq: r.Seq, Collection: r.Collection, Record: r.Record}
		return true
	})
	if p.more && p.rows < p.limit && err == nil {
		if p.most < sync.MaxPage {
			return errLarge
		}
		p.pad()
	}
	return errors.Join(failed, err)
}

func (p *pull) add(document json.RawMessage) {
	if p.rows > 0 {
		p.out = append(p.out, ',')
	}
	p.out = append(p.out, document...)
	p.rows++
}

// nobody is the id of a record that there never is.
const nobody = "00000000000000000000000000"

// pad fills a page that has its bytes before its documents with marks of a record that
// never was: the client goes on, and memory stays bounded.
func (p *pull) pad() {
	for p.rows < p.limit {
		p.add(gone(nobody))
	}
}
