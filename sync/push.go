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
}

// Push applies the mutations of a request. It returns an error only where the envelope
// is broken or the house fails; what was applied before stays applied.
func Push(ctx context.Context, house House, user User, client string, raws []json.RawMessage) (Pushed, error) {
	p := Pushed{Results: []Result{}}
	if len(raws) > MaxMutations {
		return p, refuse("push_too_large", "%d mutations; at most %d in one request", len(raws), MaxMutations)
	}
	batch, err := readBatch(raws)
	if err != nil {
		return p, err
	}
	for i := range batch {
		stop, err := p.one(ctx, house, user, client, &batch[i])
		if err != nil || stop {
			return p, err
		}
	}
	return p, nil
}

func (p *Pushed) fork() {
	p.Results, p.Applied, p.Reset = []Result{}, 0, &Reset{ResetForked}
}

// arrival is a mutation as it came.
type arrival struct {
	Mutation
	raw  json.RawMessage
	key  string // in the ledger; the mutation's id where it has a good one
	bad  string // the code of what makes it unreadable
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

// one applies one mutation in a transaction of its own; stop ends the batch. What its
// record refuses for ever is rejected in a second transaction, so that it is answered
// and the queue goes on.
func (p *Pushed) one(ctx context.Context, house House, user User, client string, a *arrival) (stop bool, err error) {
	work := func(tx Tx) (err error) {
		stop, err = p.step(ctx, tx, user, client, a)
		return err
	}
	err = house.InTransaction(ctx, work)
	var unfit Unfit
	if errors.As(err, &unfit) && a.bad == "" {
		a.bad = unfit.Reason
		err = house.InTransaction(ctx, work)
	}
	return stop, err
}

func (p *Pushed) step(ctx context.Context, tx Tx, user User, client string, a *arrival) (stop bool, err error) {
	owner, applied, err := tx.Applied(client)
	if err != nil {
		return true, err
	}
	known, err := tx.Known(user.ID, a.key)
	if err != nil {
		return true, err
	}
	switch {
	case owner != "" && owner != user.ID, a.N <= applied && known == nil:
		p.fork() // two phones with one client id: the storage was cloned or restored
		return true, nil
	case a.N > applied+1:
		p.Code, p.Applied = CodeGap, applied
		return true, nil
	}
	result, err := answer(ctx, tx, user, client, a, known, a.N > applied)
	if err != nil {
		return true, fmt.Errorf("mutation %s: %w", a.key, err)
	}
	p.Results = append(p.Results, result)
	p.Applied = max(applied, a.N)
	return false, nil
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
