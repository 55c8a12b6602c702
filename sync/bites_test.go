package sync_test

// Proof that the simulation bites: each plausible wrong reading of the protocol,
// switched on, is found.

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuncha/internal/phone"
	"xuncha/sync"
)

var wrongReadings = []string{
	"results applied at once, pages later",
	"held takes no seq",
	"durable is compared across epochs",
	"seq goes on from the restored head",
	"versions are compared by equality",
	"a replay is judged like a new mutation",
	"a request of an old epoch is applied",
	"client id and n are kept after a reset",
	"results are keyed by client and n only",
	"any late answer is applied",
	"mutations are dropped when answered",
	"the base is the snapshot's while an own edit is pending",
	"seq is taken outside the transaction",
	"no tie-break inside a page",
	"entering children keep their seq",
	"the cursor is that of the last row, not of the head",
}

// aboutRestores are readings that only show where a restore meets many edits.
var aboutRestores = map[string]bool{
	"a replay is judged like a new mutation": true, "seq goes on from the restored head": true, "versions are compared by equality": true,
	"durable is compared across epochs": true,
}

// schedules is how many are tried before a reading counts as not found.
const schedules = 5000

func TestEachWrongReadingIsFound(t *testing.T) {
	for _, wrong := range wrongReadings {
		t.Run(wrong, func(t *testing.T) {
			t.Parallel()
			schedule := played(wrong)
			for seed := range schedules {
				if errs := schedule.Example(seed); len(errs) > 0 {
					t.Logf("found by schedule %d: %.300s", seed, errs[0])
					return
				}
			}
			t.Errorf("%d schedules did not find it", schedules)
		})
	}
}

// played is what a schedule found, under a wrong reading of the protocol or none.
func played(wrong string) *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		s := newSimulation(t, wrong)
		s.run()
		return s.errs
	})
}

// arrange switches a wrong reading of the server on.
func (s *simulation) arrange() {
	s.w.wrong = s.wrong
	switch s.wrong {
	case "a replay is judged like a new mutation":
		s.twist = func(r *sync.Request) {
			for i, raw := range r.Push {
				r.Push[i] = without(raw, "was")
			}
		}
	case "a request of an old epoch is applied":
		s.twist = func(r *sync.Request) {
			if r.Epoch != "" && r.Epoch != s.w.epoch {
				r.Epoch, r.Cursor = s.w.epoch, ""
			}
		}
	case "versions are compared by equality":
		s.breakTx = func(t sync.Tx) sync.Tx { return byEquality{t} }
	case "the cursor is that of the last row, not of the head":
		s.bend = lastRow
	case "results are keyed by client and n only":
		s.breakTx = func(t sync.Tx) sync.Tx { return &byClient{Tx: t} }
	}
}

// byEquality: a base that is above what stands, because what was seen is lost, is not known.
type byEquality struct{ sync.Tx }

func (b byEquality) Place(user sync.User, m *sync.Mutation) (sync.Place, error) {
	r, err := b.Record(m.Collection, m.Record)
	for field, token := range m.Base {
		if sync.ParseVersion(token).Seq > sync.ParseVersion(r.Versions[field]).Seq {
			m.Base[field] = "0"
		}
	}
	p, err2 := b.Tx.Place(user, m)
	return p, errors.Join(err, err2)
}

// lastRow is the cursor of the last row that was sent, where it must be the head's.
func lastRow(req sync.Request, a *sync.Answer) {
	c, ok := sync.Unseal([]byte("k"), a.Cursor)
	if !ok || a.More {
		return
	}
	old, _ := sync.Unseal([]byte("k"), req.Cursor) // a new phone has none
	if a.Reset == nil {
		c.Base = old.Base
	}
	for _, row := range a.Changes {
		c.Base = row.Seq
	}
	for i := range c.Positions {
		c.Positions[i].Seq = c.Base
	}
	a.Cursor = c.Seal([]byte("k"))
}

// byClient forgets what a user sent under another client id.
type byClient struct {
	sync.Tx
	client string
}

func (b *byClient) Applied(client string) (string, int64, error) {
	b.client = client
	return b.Tx.Applied(client)
}

func (b *byClient) Known(user, id string) (*sync.Stored, error) {
	known, err := b.Tx.Known(user, id)
	if known != nil && known.Client != b.client {
		return nil, err
	}
	return known, err
}

// rebase is where a phone goes wrong as it makes an edit.
func (s *simulation) rebase(d *device, m *sync.Mutation) {
	if s.wrong == "the base is the snapshot's while an own edit is pending" {
		for field := range m.Base {
			m.Base[field] = d.Snapshot[m.Collection][m.Record].Versions[field]
		}
	}
}

// addressed is where a phone goes wrong about which answers count.
func (s *simulation) addressed(d *device, req sync.Request) sync.Request {
	if s.wrong == "any late answer is applied" {
		return d.Request()
	}
	return req
}

// store is where a phone goes wrong as it stores an answer.
func (s *simulation) store(d *device, was phone.Disk, a sync.Answer) {
	switch s.wrong {
	case "results applied at once, pages later":
		for i := range d.Answered {
			d.Answered[i].Shown = true
		}
	case "client id and n are kept after a reset":
		if d.Client != was.Client {
			d.Client, d.N, d.Outbox, d.Answered = was.Client, was.N, was.Outbox, was.Answered
		}
	case "mutations are dropped when answered":
		d.Answered = nil
	case "durable is compared across epochs":
		d.Outbox = slices.DeleteFunc(d.Outbox, func(k phone.Kept) bool {
			return k.Mutation.Was != nil && k.Mutation.Was.Seq <= a.Durable && d.Now().Sub(k.At) > 7*24*time.Hour
		})
	}
}

func without(raw json.RawMessage, member string) json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return raw
	}
	delete(m, member)
	return encoded(m)
}
