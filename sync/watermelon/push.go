package watermelon

// Push: rows as a client holds them become drafts, each column one of its own, so that what
// is wrong in one costs no other.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"xuncha/sync"
)

// Push is what a client sends.
type Push struct {
	Since   string // the timestamp up to which the client had nothing unsent; "" where it says none
	Changes map[string]Changes
}

// Changes of one table.
type Changes struct {
	Created []json.RawMessage `json:"created"`
	Updated []json.RawMessage `json:"updated"`
	Deleted []json.RawMessage `json:"deleted"`
}

// Pushed is what a client is answered.
type Pushed struct {
	// Rejected are the records that are worth sending again.
	Rejected map[string][]string `json:"experimentalRejectedIds"`
	// Again: something does not stand as it was sent, and the next pull tells.
	Again bool `json:"-"`
}

// Refusal is a body that is none, with its stable code.
type Refusal struct{ detail string }

func (r Refusal) Error() string { return "bad_json: " + r.detail }

// Code is bad_json.
func (r Refusal) Code() string { return "bad_json" }

// ReadPush reads a body; it fails with a Refusal.
func ReadPush(since string, body []byte) (Push, error) {
	p := Push{Since: since}
	var sent struct {
		Changes map[string]Changes `json:"changes"`
	}
	if err := json.Unmarshal(sync.WellFormed(body), &sent); err != nil {
		return p, Refusal{err.Error()}
	}
	p.Changes = sent.Changes
	return p, nil
}

// order is that in which tables are applied: what an action needs comes before it.
var order = []string{"inspections", "rectifications", "evidence", "actions"}

func (p Push) tables() []string {
	rest := slices.Sorted(maps.Keys(p.Changes))
	rest = slices.DeleteFunc(rest, func(name string) bool { return slices.Contains(order, name) })
	return slices.Concat(order[:len(order)-1], rest, order[len(order)-1:])
}

// Apply applies a push. It returns an error only where the house fails.
func (p Push) Apply(ctx context.Context, house sync.House, user sync.User) (Pushed, error) {
	out, err := p.apply(ctx, house, user)
	if errors.Is(err, sync.ErrEpoch) { // it began this moment; what was applied is known
		return p.apply(ctx, house, user)
	}
	return out, err
}

func (p Push) apply(ctx context.Context, house sync.House, user sync.User) (out Pushed, err error) {
	var state sync.State
	if err := house.Reading(func(v sync.View) (err error) {
		state, err = v.State()
		return err
	}); err != nil {
		return out, err
	}
	drafts, rest := p.drafts(seenBy(p.Since, state))
	done, err := sync.PushDrafts(ctx, house, user, state.Epoch, drafts)
	out = Pushed{Rejected: rest, Again: len(rest) > 0}
	for i, d := range done {
		out.Again = out.Again || drafts[i].Touch && !d.Stands || drafts[i].Collection == "actions"
	}
	return out, err
}

// drafts of at most so many rows; the client sends the rest again.
func (p Push) drafts(s seen) (drafts []sync.Draft, rest map[string][]string) {
	rest = map[string][]string{}
	rows := 0
	for _, table := range p.tables() {
		c := p.Changes[table]
		for _, r := range inOrder(table, c) {
			if rows++; rows > sync.MaxMutations && r.record != "" {
				rest[table] = append(rest[table], r.record)
				continue
			}
			drafts = append(drafts, r.drafts(s)...)
		}
	}
	return drafts, rest
}

// inOrder are the rows of a table: what is new first, actions as they happened.
func inOrder(table string, c Changes) []row {
	var out []row
	for _, raw := range c.Created {
		out = append(out, readRow(table, raw, isCreated))
	}
	for _, raw := range c.Updated {
		out = append(out, readRow(table, raw, isUpdated))
	}
	if table == "actions" {
		slices.SortStableFunc(out, func(a, b row) int { return a.when().Compare(b.when()) })
	}
	for _, raw := range c.Deleted {
		out = append(out, readRow(table, raw, isDeleted))
	}
	return out
}

// seen is what a client's user had before him.
type seen struct {
	token string // as it was sent, a part of what makes a change the same one
	seq   int64  // 0: nothing is known
	lost  bool   // the seq is of an epoch that ended, or was never given
}

func seenBy(since string, state sync.State) seen {
	n, known := readNumber(since)
	if !known || n <= fresh {
		return seen{token: since}
	}
	return seen{token: since, seq: n - 1, lost: n-1 > state.Head || state.EpochBase > 0 && n-1 <= state.EpochBase}
}

// base is the version of a field that an editor had before him: what stands, where he had
// seen it or wrote it himself; else the moment that he had seen, so that what it displaces
// is kept.
func (s seen) base(stands sync.Standing, field string) (string, error) {
	version := stands.Versions[field]
	if version == "" {
		return "", nil // nothing was ever there
	}
	if mine, err := stands.Mine(field); err != nil || mine {
		return version, err
	}
	if !s.lost && sync.ParseVersion(version).Seq <= s.seq {
		return version, nil
	}
	return fmt.Sprint(s.seq), nil
}
