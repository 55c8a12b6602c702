package sync

// One round trip: what a phone sends is applied, then it is told what changed.

import (
	"context"
	"errors"
	"io"
	"time"
)

// Desk answers phones. Key signs cursors; without a Gate all pages are filled at once.
type Desk struct {
	House House
	Key   []byte
	Now   func() time.Time
	Gate  *Gate

	// Restored begins a new epoch where a witness knows more than the database; one epoch
	// is enough for many witnesses. Nil where none can begin.
	Restored func(Witness) error
	// Durable is the highest seq of this epoch that outlives the machine; nil: the head.
	Durable func(State) int64

	ahead io.Writer
}

// Ahead lets a large answer go to w piece by piece while it is still being read, so that it
// can be compressed meanwhile. Rest is what comes behind the pieces; where Answer fails they
// mean nothing. To write must not wait for anybody: a transaction is open.
func (s Desk) Ahead(w io.Writer) Desk {
	s.ahead = w
	return s
}

// stampLayout is how the server writes a time: UTC text that sorts.
const stampLayout = "2006-01-02T15:04:05.000Z"

// Answer pushes first and pulls then, so that a phone reads its own writes. It returns
// an error only where the envelope is broken or the house fails; what was applied
// before stays applied, and the same request again is answered the same. The caller ends
// the answer with Done.
func (s Desk) Answer(ctx context.Context, user User, req Request) (a Answer, err error) {
	a = Answer{Now: s.Now().UTC().Format(stampLayout), Results: []Result{}, Changes: []Change{}}
	if len(req.Push) > 0 {
		err = s.push(ctx, &a, user, req)
	} else {
		err = s.meet(&a, user, req)
	}
	if errors.Is(err, errLarge) {
		req.Push = nil // no body is held while it waits
		err = s.large(ctx, &a, user, req)
	}
	if a.Durable = a.Head; s.Durable != nil { // which may read by itself: no transaction is open here
		a.Durable = s.Durable(a.state)
	}
	return a, err
}

// reading shows do one moment's state.
func (s Desk) reading(user User, req Request, do func(View, Moment) error) error {
	return s.House.Reading(func(v View) error {
		at, err := v.Moment(user.ID, req.Client.ID)
		if err != nil {
			return err
		}
		return do(v, at)
	})
}

// meet greets a phone that pushes nothing and answers its pull. Where its cursor testifies
// that the database was put back, a new epoch begins, and the phone is greeted in that.
func (s Desk) meet(a *Answer, user User, req Request) error {
	var against *Witness
	greet := func(v View, at Moment) (err error) {
		if against, err = s.greet(a, v, at, user, req); err != nil || a.Reset != nil {
			return err
		}
		return s.beside(a, v, at, user, req)
	}
	if err := s.reading(user, req, greet); err != nil || against == nil || s.Restored == nil {
		return err
	}
	if err := s.Restored(*against); err != nil {
		return err
	}
	return s.reading(user, req, greet)
}

// greet finds out where the server stands and whether the phone belongs to it. A phone
// of another epoch and a cloned one are told so and nothing else.
func (s Desk) greet(a *Answer, v View, at Moment, user User, req Request) (against *Witness, err error) {
	if against, err = s.witness(v, req, at.State); err != nil {
		return nil, err
	}
	a.stand(at.State)
	a.Reset = nil
	switch {
	case against != nil, s.astray(user.ID, req, at.State):
		a.Reset = &Reset{ResetEpoch}
	case at.Owner != "" && at.Owner != user.ID:
		a.Reset = &Reset{ResetForked}
	default:
		a.Applied = at.Applied
	}
	return against, nil
}

// stand says where the server stands.
func (a *Answer) stand(state State) { a.Epoch, a.Head, a.state = state.Epoch, state.Head, state }

// push greets a phone in the transaction that applies what it sends, and then answers its
// pull: two questions less than to greet it before.
func (s Desk) push(ctx context.Context, a *Answer, user User, req Request) error {
	var against *Witness
	p, err := Push(ctx, s.House, user, req.Client.ID, func(tx Tx) (reset *Reset, err error) {
		at, err := tx.State()
		if err != nil {
			return nil, err
		}
		if against, err = s.witness(tx, req, at); err != nil {
			return nil, err
		}
		a.stand(at)
		if against != nil || s.astray(user.ID, req, at) {
			reset = &Reset{ResetEpoch}
		}
		return reset, nil
	}, req.Push)
	if err == nil && against != nil && s.Restored != nil {
		err = s.Restored(*against)
	}
	a.Applied, a.Code, a.Results, a.Reset = p.Applied, p.Code, p.Results, p.Reset
	if err != nil {
		return err
	}
	if a.Reset == nil && req.Pull == nil && !user.Disabled {
		a.Cursor = req.Cursor
		a.reach(p.Results)
		return nil
	}
	return s.reading(user, req, func(v View, at Moment) error {
		if a.Reset != nil {
			a.stand(at.State) // the epoch may be new
			return nil
		}
		return s.beside(a, v, at, user, req)
	})
}

// reach: the head is at least where the results are.
func (a *Answer) reach(results []Result) {
	for _, r := range results {
		a.Head = max(a.Head, r.Seq)
	}
	a.state.Head = a.Head
}

// beside answers a pull to which there is little or nothing new; else it is errLarge.
func (s Desk) beside(a *Answer, v View, at Moment, user User, req Request) error {
	page := s.Gate.beside()
	defer a.unless(page)
	return s.pull(a, page, v, at, user, req)
}

// large waits for a turn to fill a page of its own; no transaction is open meanwhile.
func (s Desk) large(ctx context.Context, a *Answer, user User, req Request) error {
	page, err := s.Gate.enter(ctx)
	if err != nil {
		return err
	}
	defer a.unless(page)
	page.ahead = s.ahead
	return s.reading(user, req, func(v View, at Moment) error { return s.pull(a, page, v, at, user, req) })
}

// pull fills a page, which is the answer's from then on.
func (s Desk) pull(a *Answer, page *Page, v View, at Moment, user User, req Request) error {
	epoch := a.Epoch
	a.stand(at.State)
	switch {
	case at.Epoch != epoch: // it changed since the greeting; numbers of two do not mix
		a.Results, a.Applied, a.Reset = []Result{}, 0, &Reset{ResetEpoch}
		return nil
	case user.Disabled:
		a.Reset = &Reset{ResetDisabled}
		a.Cursor = nowhere(at, user.ID, req.Client).Seal(s.Key)
		return nil
	case req.Pull == nil:
		a.Cursor = req.Cursor
		return nil
	}
	page.open(a)
	p, err := Puller{Feed: v, Key: s.Key}.Fill(page, at, user.ID, req.Client, req.Cursor, *req.Pull)
	if err != nil {
		return err
	}
	a.Cursor, a.More, a.Digest, a.Reset, a.page = p.Cursor, p.More, p.Digest, p.Reset, page
	return nil
}
