package sync

// Push: mutations in their order, each whole, each answered exactly once.

import (
	"context"
	"encoding/json"
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
	if !mutationID.MatchString(client) {
		return p, refuse("client_invalid", "client.id must be a ULID of 26 characters, not %.40q", client)
	}
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
	if len(batch) == 0 {
		err = house.InTransaction(ctx, func(tx Tx) error {
			owner, n, err := tx.Applied(client)
			p.Applied = n
			if owner != "" && owner != user.ID {
				p.fork()
			}
			return err
		})
	}
	return p, err
}

func (p *Pushed) fork() {
	p.Results, p.Applied, p.Reset = []Result{}, 0, &Reset{ResetForked}
}

// arrival is a mutation as it came.
type arrival struct {
	Mutation
	raw  json.RawMessage
	bad  error // its JSON does not fit the form
	hash string
}

// readBatch reads the mutations and checks that n rises by one. A mutation whose members
// have the wrong types is still one, so that it cannot block the queue.
func readBatch(raws []json.RawMessage) ([]arrival, error) {
	batch := make([]arrival, len(raws))
	for i, raw := range raws {
		a := &batch[i]
		a.raw = raw
		var head struct {
			N  int64  `json:"n"`
			ID string `json:"id"`
		}
		if err := json.Unmarshal(raw, &head); err != nil || !mutationID.MatchString(head.ID) || head.N < 1 {
			return nil, refuse("bad_order", "mutation %d has no n above 0 or no id that is a ULID", i)
		}
		if i > 0 && head.N != batch[i-1].N+1 {
			return nil, refuse("bad_order", "n %d follows %d; it must rise by 1", head.N, batch[i-1].N)
		}
		a.bad = json.Unmarshal(raw, &a.Mutation)
		a.N, a.ID = head.N, head.ID
		hash, err := hashOf(raw)
		if err != nil {
			return nil, refuse("bad_request", "mutation %d: %v", i, err)
		}
		a.hash = hash
	}
	return batch, nil
}

// one applies one mutation in a transaction of its own; stop ends the batch.
func (p *Pushed) one(ctx context.Context, house House, user User, client string, a *arrival) (stop bool, err error) {
	err = house.InTransaction(ctx, func(tx Tx) error {
		owner, applied, err := tx.Applied(client)
		if err != nil {
			return err
		}
		if owner != "" && owner != user.ID {
			stop = true
			p.fork()
			return nil
		}
		known, err := tx.Known(user.ID, a.ID)
		if err != nil {
			return err
		}
		if a.N <= applied && known == nil {
			stop = true
			p.fork() // the same client and n, but another id: the storage was cloned
			return nil
		}
		if a.N > applied+1 {
			stop, p.Code, p.Applied = true, CodeGap, applied
			return nil
		}
		result, err := answer(ctx, tx, user, client, a, known, applied)
		if err != nil {
			return fmt.Errorf("mutation %s: %w", a.ID, err)
		}
		p.Results = append(p.Results, result)
		p.Applied = max(applied, a.N)
		return nil
	})
	return stop, err
}

// answer repeats a known mutation's result, or judges a new one and stores its result.
func answer(ctx context.Context, tx Tx, user User, client string, a *arrival, known *Stored, applied int64) (Result, error) {
	if known != nil {
		result := known.Result
		result.N = a.N
		if known.Hash != a.hash {
			return reuse(tx, user, client, a, applied, known.Result.Seq)
		}
		if a.N == applied+1 { // under a new client id after a renew
			return result, tx.Enter(user, client, &a.Mutation, *known)
		}
		return result, nil
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
	return result, tx.Enter(user, client, j.m, Stored{
		Hash: a.hash, Client: client, N: a.N, Result: result, Base: j.m.Base, BasedOn: j.basedOn(result),
	})
}

// reuse: an id that stands for another content. The body is kept; nothing is applied.
func reuse(tx Tx, user User, client string, a *arrival, applied, seq int64) (Result, error) {
	result := Result{Seq: seq, N: a.N, ID: a.ID, Outcome: Rejected, Code: CodeIDReused, Fields: map[string]FieldResult{}}
	if a.N <= applied {
		return result, nil
	}
	seq, err := tx.Hold(user, client, &a.Mutation, Holding{Kind: KindBody, State: StateRefused, Loss: Loss{Code: CodeIDReused, Ours: bodyOf(a.raw)}})
	if err != nil {
		return result, err
	}
	result.Seq = seq
	m := a.Mutation
	m.ID = "" // the id keeps its first meaning; only n moves
	return result, tx.Enter(user, client, &m, Stored{Client: client, N: a.N, Result: result})
}

// bodyOf keeps at most MaxKept bytes of a body, as JSON.
func bodyOf(raw json.RawMessage) json.RawMessage {
	if len(raw) <= MaxKept {
		return raw
	}
	return quoted(strings.ToValidUTF8(string(raw[:MaxKept]), ""))
}
