package sync

// Push: mutations in their order, each whole, each answered exactly once.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Pushed is the answer's half that a push makes.
type Pushed struct {
	Applied int64
	Code    string
	Results []Result
	Reset   *Reset
	stopped bool // the rest is not looked at
}

// Greet finds out within a transaction whether a phone belongs to the server as it stands;
// else it is the reset that the phone gets, and nothing is applied.
type Greet func(Tx) (*Reset, error)

// InEpoch greets those of one epoch.
func InEpoch(epoch string) Greet {
	return func(tx Tx) (*Reset, error) {
		state, err := tx.State()
		if err == nil && state.Epoch != epoch {
			return &Reset{ResetEpoch}, nil
		}
		return nil, err
	}
}

// Push applies the mutations of a request. It returns an error only where the envelope is
// broken or the house fails; what was applied before stays applied.
func Push(ctx context.Context, house House, user User, client string, greet Greet, raws []json.RawMessage) (Pushed, error) {
	p := Pushed{Results: []Result{}}
	if len(raws) > MaxMutations {
		return p, TooMany(len(raws), "mutations")
	}
	batch, err := readBatch(raws)
	if err != nil {
		return p, err
	}
	w := work{ctx: context.WithoutCancel(ctx), user: user, client: client, greet: greet} // who hangs up undoes nobody's work
	err = inPieces(house, len(batch), func(tx Tx, from, to int) (Pushed, int, error) {
		did, n, err := w.piece(tx, batch[from:to])
		return did, from + n, err
	}, p.join, func(i int, reason string) bool {
		refusable := batch[i].bad == ""
		batch[i].bad = reason
		return refusable
	})
	return p, err
}

// join adds what a further transaction did.
func (p *Pushed) join(done Pushed) (stop bool) {
	results := append(p.Results, done.Results...)
	*p = done
	if p.Results = results; p.Reset != nil {
		p.Results = []Result{}
	}
	return p.stopped
}

// work is a push on its way through transactions.
type work struct {
	ctx    context.Context
	user   User
	client string
	greet  Greet
}

// piece applies mutations within one transaction, and says how many.
func (w work) piece(tx Tx, batch []arrival) (p Pushed, steps int, err error) {
	if reset, err := w.greet(tx); err != nil || reset != nil {
		return Pushed{Reset: reset, stopped: true}, 0, err
	}
	owner, applied, err := tx.Applied(w.client)
	if err != nil {
		return p, 0, err
	}
	if owner != "" && owner != w.user.ID {
		p.fork()
		return p, 0, nil
	}
	n := applied
	for steps < len(batch) && !p.stopped && !(steps > 0 && tx.Spent() > spentMost) {
		a := batch[steps] // judging changes it, and it may be judged again
		err := w.step(tx, &p, &n, &a)
		var unfit Unfit
		if errors.As(err, &unfit) {
			return p, steps, refusedAt{unfit, steps}
		}
		if err != nil {
			return p, steps, err
		}
		steps++
	}
	if n > applied {
		err = tx.Move(w.user, w.client, n)
	}
	return p, steps, err
}

func (p *Pushed) fork() {
	p.Results, p.Applied, p.Reset, p.stopped = nil, 0, &Reset{ResetForked}, true
}

// arrival is a mutation as it came.
type arrival struct {
	Mutation
	raw  json.RawMessage
	key  string // in the ledger; the mutation's id where it has a good one
	bad  string // the code of what makes it unreadable
	keep string // a code: it is kept for a dispatcher, whatever stands
	hash string
}

// readBatch reads the mutations and checks that n rises by one. A mutation that is
// wrong in any other way is still one, so that it cannot block the queue.
func readBatch(raws []json.RawMessage) ([]arrival, error) {
	batch := make([]arrival, len(raws))
	for i, raw := range raws {
		n, id := headOf(raw)
		if n < 1 {
			return nil, refuse("bad_order", "mutation %d has no whole number above 0 as its n", i)
		}
		if i > 0 && n != batch[i-1].N+1 {
			return nil, refuse("bad_order", "n %d follows %d; it must rise by 1", n, batch[i-1].N)
		}
		batch[i] = arrive(raw)
		batch[i].name(n, id)
	}
	return batch, nil
}

func arrive(raw json.RawMessage) arrival {
	a := arrival{raw: raw, hash: hashOf(raw)}
	switch {
	case len(raw) > MaxMutation:
		a.bad = CodeTooLarge // its members are not looked at
	case tooDeep(raw), json.Unmarshal(raw, &a.Mutation) != nil:
		a.bad = CodeBadMutation
	}
	return a
}

// name gives a mutation its place and its identity. One without a good id goes by what
// it holds.
func (a *arrival) name(n int64, id string) {
	a.N, a.ID, a.key = n, id, id
	if !mutationID.MatchString(id) {
		a.bad, a.key = CodeBadMutation, "sha256:"+a.hash
	}
	a.ID = echo(id)
}

// maxEcho bounds what of a malformed mutation is repeated and stored, in bytes.
const maxEcho = 64

// step applies the client's next mutation, or one that it sends again; n is the highest n
// that is applied.
func (w work) step(tx Tx, p *Pushed, n *int64, a *arrival) error {
	known, err := tx.Known(w.user.ID, a.key)
	if err != nil {
		return err
	}
	switch {
	case a.N <= *n && known == nil:
		p.fork() // two phones with one client id: the storage was cloned or restored
		return nil
	case a.N > *n+1:
		p.Code, p.Applied, p.stopped = CodeGap, *n, true
		return nil
	}
	result, err := w.answer(tx, a, known)
	if err != nil {
		return fmt.Errorf("mutation %s: %w", a.key, err)
	}
	result.N = a.N // under a new client id, after a renew, it is another
	p.Results = append(p.Results, result)
	*n = max(*n, a.N)
	p.Applied = *n
	return nil
}

// answer repeats a known mutation's result, or judges a new one and stores its result.
func (w work) answer(tx Tx, a *arrival, known *Stored) (Result, error) {
	switch {
	case known != nil && known.Hash != a.hash:
		return w.reuse(tx, a)
	case known != nil:
		return known.Result, nil
	}
	j := judge{ctx: w.ctx, tx: tx, user: w.user, client: w.client, a: a, m: &a.Mutation}
	result, err := j.run()
	if err != nil {
		return result, err
	}
	result.N, result.ID = a.N, a.ID
	if result.Seq == 0 { // whatever writes anything takes a seq
		if result.Seq, err = tx.Next(); err != nil {
			return result, err
		}
	}
	j.version(&result)
	return result, tx.Enter(w.user, a.key, j.m, Stored{
		Hash: a.hash, Client: w.client, N: a.N, Result: result, Base: j.baseOf(), BasedOn: j.basedOn(result),
	})
}

// reuse: an id that stands for another content. The body is kept; nothing is applied.
func (w work) reuse(tx Tx, a *arrival) (Result, error) {
	key := "reused:" + a.hash // the id keeps its first meaning
	known, err := tx.Known(w.user.ID, key)
	if err != nil || known != nil {
		return deref(known), err
	}
	j := judge{tx: tx, user: w.user, client: w.client, a: a, m: &a.Mutation}
	result, err := j.reject(CodeIDReused)
	if err != nil {
		return result, err
	}
	result.N, result.ID = a.N, a.ID
	return result, tx.Enter(w.user, key, &a.Mutation, Stored{Hash: a.hash, Client: w.client, N: a.N, Result: result})
}

// bodyOf keeps at most MaxKept bytes of a body: as it came where it can be read again,
// else as a text.
func bodyOf(raw json.RawMessage) json.RawMessage {
	var v any
	if len(raw) <= MaxKept && !tooDeep(raw) && json.Unmarshal(raw, &v) == nil {
		return raw
	}
	return quoted(strings.ToValidUTF8(string(raw[:min(len(raw), MaxKept)]), ""))
}
