package sync

// One round trip: what a phone sends is applied, then it is told what changed.

import (
	"context"
	"time"
)

// Desk answers phones. Key signs cursors.
type Desk struct {
	House House
	Key   []byte
	Now   func() time.Time
}

// stampLayout is how the server writes a time: UTC text that sorts.
const stampLayout = "2006-01-02T15:04:05.000Z"

// Answer pushes first and pulls then, so that a phone reads its own writes. It returns
// an error only where the envelope is broken or the house fails; what was applied
// before stays applied, and the same request again is answered the same.
func (s Desk) Answer(ctx context.Context, user User, req Request) (Answer, error) {
	a := Answer{Now: s.Now().UTC().Format(stampLayout), Results: []Result{}, Changes: []Change{}}
	if err := s.House.Reading(func(v View) error { return s.greet(&a, v, user, req) }); err != nil || a.Reset != nil {
		return a, err
	}
	if len(req.Push) > 0 {
		p, err := Push(ctx, s.House, user, req.Client.ID, a.Epoch, req.Push)
		a.Applied, a.Code, a.Results, a.Reset = p.Applied, p.Code, p.Results, p.Reset
		switch {
		case err != nil:
			return a, err
		case a.Reset != nil:
			return a, s.House.Reading(func(v View) error { // the epoch may be new
				state, err := v.State()
				a.stand(state)
				return err
			})
		}
	}
	return a, s.pull(&a, user, req)
}

// greet finds out where the server stands and whether the phone belongs to it. A phone
// of another epoch and a cloned one are told so and nothing else.
func (s Desk) greet(a *Answer, v View, user User, req Request) error {
	state, err := v.State()
	if err != nil {
		return err
	}
	owner, applied, err := v.Applied(req.Client.ID)
	if err != nil {
		return err
	}
	a.stand(state)
	switch {
	case s.astray(user.ID, req, state):
		a.Reset = &Reset{ResetEpoch}
	case owner != "" && owner != user.ID:
		a.Reset = &Reset{ResetForked}
	default:
		a.Applied = applied
	}
	return nil
}

// stand says where the server stands.
func (a *Answer) stand(s State) { a.Epoch, a.Head, a.Durable = s.Epoch, s.Head, s.Head }

// astray tells whether a request comes from an epoch that is not this one, or from a
// head that this database never reached. Without epoch and cursor it is a first contact.
func (s Desk) astray(user string, req Request, state State) bool {
	if req.Epoch == "" && req.Cursor == "" {
		return false
	}
	if req.Epoch != state.Epoch {
		return true
	}
	c, ok := Unseal(s.Key, req.Cursor)
	return ok && c.User == user && (c.Epoch != state.Epoch || c.newest() > state.Head)
}

func (s Desk) pull(a *Answer, user User, req Request) error {
	if user.Disabled {
		a.Reset = &Reset{ResetDisabled}
		return nil
	}
	return s.House.Reading(func(v View) error {
		state, err := v.State()
		if err != nil {
			return err
		}
		a.stand(state)
		if req.Pull == nil {
			a.Cursor = req.Cursor
			return nil
		}
		page, err := Puller{Feed: v, Key: s.Key}.Page(user.ID, req.Client, req.Cursor, *req.Pull)
		a.Changes, a.Cursor, a.More, a.Digest, a.Reset = page.Changes, page.Cursor, page.More, page.Digest, page.Reset
		return err
	})
}
