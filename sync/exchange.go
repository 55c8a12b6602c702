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

	// Restored begins a new epoch where a witness knows more than the database; one epoch
	// is enough for many witnesses. Nil where none can begin.
	Restored func(Witness) error
	// Durable is the highest seq of this epoch that outlives the machine; nil: the head.
	Durable func(State) int64
}

// stampLayout is how the server writes a time: UTC text that sorts.
const stampLayout = "2006-01-02T15:04:05.000Z"

// Answer pushes first and pulls then, so that a phone reads its own writes. It returns
// an error only where the envelope is broken or the house fails; what was applied
// before stays applied, and the same request again is answered the same.
func (s Desk) Answer(ctx context.Context, user User, req Request) (Answer, error) {
	a := Answer{Now: s.Now().UTC().Format(stampLayout), Results: []Result{}, Changes: []Change{}}
	if err := s.meet(&a, user, req); err != nil || a.Reset != nil {
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
				s.stand(&a, state)
				return err
			})
		}
	}
	return a, s.pull(&a, user, req)
}

// meet greets a phone. Where its cursor testifies that the database was put back, a new
// epoch begins, and the phone is greeted in that.
func (s Desk) meet(a *Answer, user User, req Request) error {
	var against *Witness
	greet := func(v View) (err error) {
		against, err = s.greet(a, v, user, req)
		return err
	}
	if err := s.House.Reading(greet); err != nil || against == nil || s.Restored == nil {
		return err
	}
	if err := s.Restored(*against); err != nil {
		return err
	}
	return s.House.Reading(greet)
}

// greet finds out where the server stands and whether the phone belongs to it. A phone
// of another epoch and a cloned one are told so and nothing else.
func (s Desk) greet(a *Answer, v View, user User, req Request) (against *Witness, err error) {
	state, err := v.State()
	if err != nil {
		return nil, err
	}
	owner, applied, err := v.Applied(req.Client.ID)
	if err != nil {
		return nil, err
	}
	if against, err = s.witness(v, req, state); err != nil {
		return nil, err
	}
	s.stand(a, state)
	a.Reset = nil
	switch {
	case against != nil, s.astray(user.ID, req, state):
		a.Reset = &Reset{ResetEpoch}
	case owner != "" && owner != user.ID:
		a.Reset = &Reset{ResetForked}
	default:
		a.Applied = applied
	}
	return against, nil
}

// stand says where the server stands.
func (s Desk) stand(a *Answer, state State) {
	a.Epoch, a.Head, a.Durable = state.Epoch, state.Head, state.Head
	if s.Durable != nil {
		a.Durable = s.Durable(state)
	}
}

func (s Desk) pull(a *Answer, user User, req Request) error {
	return s.House.Reading(func(v View) error {
		state, err := v.State()
		if err != nil {
			return err
		}
		if state.Epoch != a.Epoch { // it changed since the greeting; numbers of two do not mix
			a.Results, a.Applied, a.Reset = []Result{}, 0, &Reset{ResetEpoch}
			s.stand(a, state)
			return nil
		}
		s.stand(a, state)
		if user.Disabled {
			a.Reset = &Reset{ResetDisabled}
			return nil
		}
		if req.Pull == nil {
			a.Cursor = req.Cursor
			return nil
		}
		page, err := Puller{Feed: v, Key: s.Key}.Page(user.ID, req.Client, req.Cursor, *req.Pull)
		a.Changes, a.Cursor, a.More, a.Digest, a.Reset = page.Changes, page.Cursor, page.More, page.Digest, page.Reset
		return err
	})
}
