package sync_test

// The server of the simulation: the world behind the real desk and a line that loses,
// repeats and cuts, and an oracle that watches every commit.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"xuncha/sync"
)

// fault is what happens to one request.
type fault int

const (
	none       fault = iota
	lost             // the request never arrives
	answerLost       // it is applied, the answer never arrives
	twice            // it arrives twice, the second answer counts
	crash            // the server dies in the middle of the push
	faults
)

type server struct {
	w       *world
	fault   fault
	budget  int // transactions before a crash; below 0 means no crash
	results map[string]string
	shown   map[string]map[key]row // by cursor: what the user's phone must show
	oracle  oracle
	errs    []string
	twist   func(*sync.Request) // what a wrong reading makes of a request
	bend    func(sync.Request, *sync.Answer)
	breakTx func(sync.Tx) sync.Tx
	gate    *sync.Gate
}

func newServer() *server {
	return &server{
		w: newWorld(), budget: -1, results: map[string]string{}, shown: map[string]map[key]row{},
		gate:   sync.NewGate(1, 0, 0), // a page that is not given back stops everything
		oracle: oracle{saw: map[string]string{}, author: map[string]string{}},
	}
}

// failf notes that an invariant of the protocol does not hold.
func (s *server) failf(invariant, format string, args ...any) {
	if len(s.errs) < 5 {
		s.errs = append(s.errs, fmt.Sprintf(invariant+" ("+invariants[invariant]+"): "+format, args...))
	}
}

var errCrash = errors.New("the server died")

func (s *server) InTransaction(_ int, do func(sync.Tx) error) error {
	if s.budget == 0 {
		return errCrash
	}
	s.budget--
	next := s.w.clone()
	var t sync.Tx = watched{tx{next}, s}
	if s.breakTx != nil {
		t = s.breakTx(t)
	}
	if err := do(t); err != nil {
		return err
	}
	s.commit(next)
	return nil
}

// commit replaces the world; what was displaced unseen must have been kept.
func (s *server) commit(next *world) {
	if next.head < s.w.head {
		s.failf("I2", "the head went from %d back to %d", s.w.head, next.head)
	}
	for k, r := range next.rows {
		for field, value := range s.w.rows[k].doc {
			s.oracle.displaced(s, next, k, field, value, r.doc[field])
		}
	}
	s.w = next
}

func (s *server) Reading(do func(sync.View) error) error { return do(tx{s.w}) }

// serverWrites is an edit by somebody at a desk, who sees what stands.
func (s *server) serverWrites(k key, field string, value json.RawMessage, early bool) {
	next := s.w.clone()
	if early { // its seq was taken before the last change was committed
		next.head -= 2
		defer func() { s.w.head += 2 }()
	}
	s.oracle.learn(k, field, value, next.rows[k].doc[field])
	next.write(k, next.rows[k], sync.Fields{field: value}, byServer)
	s.commit(next)
}

// RoundTrip is the line: a phone's HTTP client sends through it.
func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	defer func() { s.budget = -1 }()
	switch s.fault {
	case lost:
		return nil, errors.New("no network")
	case crash:
		s.budget = len(body) % 3
	case twice:
		if _, _, err := s.answer(r, body); err != nil {
			return nil, err
		}
	}
	status, data, err := s.answer(r, body)
	if err != nil {
		return nil, err
	}
	if s.fault == answerLost {
		return nil, errors.New("the line was cut")
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(data)), Header: http.Header{}, Request: r}, nil
}

func (s *server) answer(r *http.Request, body []byte) (int, []byte, error) {
	user := sync.User{ID: r.Header.Get("Authorization")}
	req, err := sync.ReadRequest(body)
	if err != nil {
		return http.StatusBadRequest, []byte(err.Error()), nil //nolint:nilerr // it is the answer
	}
	if s.twist != nil {
		s.twist(&req)
	}
	desk := sync.Desk{House: s, Key: []byte("k"), Now: func() time.Time { return time.Unix(1_795_000_000, 0) }, Gate: s.gate}
	a, err := desk.Answer(r.Context(), user, req)
	if errors.Is(err, errCrash) {
		return http.StatusInternalServerError, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	if a, err = overTheWire(a); err != nil {
		return 0, nil, err
	}
	a.Durable = s.w.durable
	if s.bend != nil {
		s.bend(req, &a)
	}
	s.remember(user.ID, a)
	data, err := json.Marshal(a)
	for _, c := range a.Changes {
		if c.Gone != "" && len(c.Doc)+len(c.Versions) > 0 {
			s.failf("I13", "the mark of %s says %s", c.Record, c.Doc)
		}
	}
	for _, c := range s.foreign(user.ID) {
		if bytes.Contains(data, []byte(c)) {
			s.failf("I13", "%s received %s, which was never in his scope", user.ID, c)
		}
	}
	return http.StatusOK, data, err
}

// overTheWire is an answer as a phone reads it; its page is given back.
func overTheWire(a sync.Answer) (read sync.Answer, err error) {
	defer a.Done()
	return read, json.Unmarshal(a.Wire(), &read)
}

// remember checks that a mutation's result never changes, and keeps what the phone must
// show when it has this cursor.
func (s *server) remember(user string, a sync.Answer) {
	for _, r := range a.Results {
		r.N = 0
		data := string(encoded(r))
		id := s.w.epoch + user + r.ID
		if old, ok := s.results[id]; ok && old != data {
			s.failf("I4", "mutation %s had the result %s, then %s", r.ID, old, data)
		}
		s.results[id] = data
		if r.Seq == 0 || r.Seq > s.w.head {
			s.failf("I2", "mutation %s has seq %d, the head is %d", r.ID, r.Seq, s.w.head)
		}
	}
	if a.Cursor != "" && !a.More {
		s.shown[a.Cursor] = s.view(user)
	}
}

// view is what a phone of a user must show.
func (s *server) view(user string) map[key]row {
	out := map[key]row{}
	for _, b := range []string{"u:" + user, "a:" + s.w.agency[user], "g"} {
		for k, m := range s.w.feed[b] {
			if m.gone == "" {
				r := s.w.rows[k]
				r.seq = m.seq
				out[k] = r
			}
		}
	}
	return out
}

// foreign are the marks of cases that were never a user's.
func (s *server) foreign(user string) []string {
	var out []string
	for k, r := range s.w.rows {
		if _, had := s.w.feed["u:"+user][k]; k.collection == "cases" && !had {
			out = append(out, string(r.doc["text"]))
		}
	}
	return out
}

// oracle knows what each value's author had before his eyes when he wrote it. Every
// value of a run is unique within its field.
type oracle struct {
	saw    map[string]string // value: the value its author saw
	author map[string]string // value: mutation, for messages
}

func name(k key, field string, value json.RawMessage) string {
	return k.collection + "/" + k.id + "/" + field + "=" + string(value)
}

func (o *oracle) learn(k key, field string, value, seen json.RawMessage) {
	if string(value) != string(seen) {
		o.saw[name(k, field, value)] = name(k, field, seen)
	}
}

// knew tells whether who wrote value had seen old, himself or through those he saw.
func (o *oracle) knew(value, old string) bool {
	for range 10_000 {
		if value == old {
			return true
		}
		next, ok := o.saw[value]
		if !ok {
			return false
		}
		value = next
	}
	return false
}

// displaced: a value that goes must have been seen by who displaced it, or be kept.
func (o *oracle) displaced(s *server, next *world, k key, field string, old, now json.RawMessage) {
	if k.collection == "held" || k.collection == "cases" || string(old) == string(now) {
		return
	}
	if sync.Writable[k.collection].Fields[field].Policy == sync.Union || field == "notes" {
		return // only ever grows; checked at the end
	}
	if o.knew(name(k, field, now), name(k, field, old)) || isHeld(next, k, field, old) {
		return
	}
	s.failf("I15", "%s %s: %s displaced %s, which its author had not seen and nobody kept", k.id, field, now, old)
}

func isHeld(w *world, k key, field string, value json.RawMessage) bool {
	return slices.ContainsFunc(w.held, func(h heldRow) bool {
		if h.Field == "" { // a whole create or body
			return strings.Contains(string(h.Ours), string(value))
		}
		return h.Field == field && string(h.Ours) == string(value)
	})
}

// watched checks what is held against the oracle: nothing loses against a value that
// its author had seen, unless it had lost before.
type watched struct {
	tx
	s *server
}

// Save: a mutation writes the fields that it names and no others.
func (w watched) Save(ctx context.Context, save sync.Write) (sync.Saved, error) {
	for field := range save.Set {
		if _, named := save.M.Set[field]; !named {
			w.s.failf("I12", "%s writes %s of %s, which it does not name", save.M.ID, field, save.M.Record)
		}
	}
	return w.tx.Save(ctx, save)
}

func (w watched) Hold(user sync.User, client string, m *sync.Mutation, h sync.Holding) (int64, error) {
	asks := h.Code == sync.CodeReview || h.Code == sync.CodeDisplaced || h.Code == sync.CodeSuperseded || h.Code == sync.CodeUnknownBase
	lostBefore := m.Was != nil && (m.Was.Outcome == sync.Held || m.Was.Fields[h.Field].Winner != sync.ByClient)
	k := key{m.Collection, m.Record}
	if h.Kind == sync.KindEdit && !h.Other && asks && !lostBefore &&
		w.s.oracle.knew(name(k, h.Field, h.Ours), name(k, h.Field, h.Theirs)) {
		w.s.failf("I16", "%s %s: %s (%s, based on %s) lost against %s, which its author had seen: %s", k.id, h.Field, h.Ours, m.ID, m.Base[h.Field], h.Theirs, h.Code)
	}
	return w.tx.Hold(user, client, m, h)
}
