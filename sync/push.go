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

// Push applies the mutations of a request that was greeted in an epoch. It returns an
// error only where the envelope is broken or the house fails; what was applied before
// stays applied.
func Push(ctx context.Context, house House, user User, client, epoch string, raws []json.RawMessage) (Pushed, error) {
	p := Pushed{Results: []Result{}}
	if len(raws) > MaxMutations {
		return p, refuse("push_too_large", "%d mutations; at most %d in one request", len(raws), MaxMutations)
	}
	batch, err := readBatch(raws)
	if err != nil {
		return p, err
	}
	w := work{ctx: context.WithoutCancel(ctx), user: user, client: client, epoch: epoch} // who hangs up undoes nobody's work
	err = inPieces(house, len(batch), func(tx Tx, from, to int) (Pushed, error) {
		return w.piece(tx, batch[from:to])
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
	ctx           context.Context
	user          User
	client, epoch string
}

// piece applies mutations within one transaction.
func (w work) piece(tx Tx, batch []arrival) (p Pushed, err error) {
	epoch, err := tx.Epoch()
	if err != nil || epoch != w.epoch { // it changed since the greeting
		return Pushed{Reset: &Reset{ResetEpoch}, stopped: true}, err
	}
	for i := range batch {
		a := batch[i] // judging changes it, and it may be judged again
		err := p.step(w.ctx, tx, w.user, w.client, &a)
		var unfit Unfit
		if errors.As(err, &unfit) {
			return p, refusedAt{unfit, i}
		}
		if err != nil || p.stopped {
			return p, err
		}
	}
	return p, nil
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

func (p *Pushed) step(ctx context.Context, tx Tx, user User, client string, a *arrival) error {
	owner, applied, err := tx.Applied(client)
	if err != nil {
		return err
	}
	known, err := tx.Known(user.ID, a.key)
	if err != nil {
		return err
	}
	switch {
	case owner != "" && owner != user.ID, a.N <= applied && known == nil:
		p.fork() // two phones with one client id: the storage was cloned or restored
		return nil
	case a.N > applied+1:
		p.Code, p.Applied, p.stopped = CodeGap, applied, true
		return nil
	}
	result, err := answer(ctx, tx, user, client, a, known, a.N > applied)
	if err != nil {
		return fmt.Errorf("mutation %s: %w", a.key, err)
	}
	p.Results = append(p.Results, result)
	p.Applied = max(applied, a.N)
	return nil
}

// answer repeats a known mutation's result, or judges a new one and stores its result.
// next says that the mutation takes the client's next n.
func answer(ctx context.Context, tx Tx, user User, client string, a *arrival, known *Stored, next bool) (Result, error) {
	if known != nil && known.Hash != a.hash {
		return reuse(tx, user, client, a, next)
	}
	if known != nil {
		return again(tx, user, client, a, known.Result, next)
	}
	j := judge{ctx: ctx, tx: tx, user: user, client: client, a: a, m: &a.Mutation}
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
	return result, tx.Enter(user, client, a.key, j.m, Stored{
		Hash: a.hash, Client: client, N: a.N, Result: result, Base: j.baseOf(), BasedOn: j.basedOn(result),
	})
}

// again gives a stored result; under a new client id, after a renew, it moves n.
func again(tx Tx, user User, client string, a *arrival, result Result, next bool) (Result, error) {
	result.N = a.N
	if !next {
		return result, nil
	}
	return result, tx.Enter(user, client, "", &a.Mutation, Stored{})
}

// reuse: an id that stands for another content. The body is kept; nothing is applied.
func reuse(tx Tx, user User, client string, a *arrival, next bool) (Result, error) {
	key := "reused:" + a.hash // the id keeps its first meaning
	known, err := tx.Known(user.ID, key)
	if err != nil {
		return Result{}, err
	}
	if known != nil {
		return again(tx, user, client, a, known.Result, next)
	}
	j := judge{tx: tx, user: user, client: client, a: a, m: &a.Mutation}
	result, err := j.reject(CodeIDReused)
	if err != nil {
		return result, err
	}
	result.N, result.ID = a.N, a.ID
	m := a.Mutation
	if !next {
		m.N = 0
	}
	return result, tx.Enter(user, client, key, &m, Stored{Hash: a.hash, Client: client, N: a.N, Result: result})
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
