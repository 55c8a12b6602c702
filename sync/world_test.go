package sync_test

// The in-memory peer: everything a house does for sync, in maps. A transaction is a copy
// that replaces the world when it commits.

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"xuncha/sync"
)

type key struct{ collection, id string }

// row is a record as phones see it; it is replaced, never changed.
type row struct {
	caseID, author string
	doc            map[string]json.RawMessage
	versions       map[string]string
	seq            int64
}

// mark is a row of the feed.
type mark struct {
	seq          int64
	gone, reason string
}

type heldRow struct {
	user string
	m    string
	sync.Holding
}

type world struct {
	epoch    string
	base     int64 // the highest seq that an earlier epoch can have given
	head     int64
	durable  int64              // what outlives the machine
	forgot   int64              // marks up to here were dropped
	had      map[[2]string]bool // bucket and record: it once lay there
	rows     map[key]row
	feed     map[string]map[key]mark // by bucket
	ledger   map[[2]string]sync.Stored
	clients  map[string]client
	newer    map[[2]string]sync.Version
	held     []heldRow
	assigned map[string][]string // case: users
	closed   map[string]bool
	agency   map[string]string // user: agency
	gen      map[string]int64
	wrong    string // the wrong reading of the protocol that is switched on
	spent    int    // by this transaction
}

type client struct {
	user    string
	applied int64
}

func newWorld() *world {
	return &world{
		epoch: "e1", rows: map[key]row{}, feed: map[string]map[key]mark{}, ledger: map[[2]string]sync.Stored{},
		clients: map[string]client{}, newer: map[[2]string]sync.Version{}, assigned: map[string][]string{}, closed: map[string]bool{},
		agency: map[string]string{}, gen: map[string]int64{}, had: map[[2]string]bool{},
	}
}

func (w *world) clone() *world {
	c := *w
	c.spent = 0
	c.rows, c.ledger, c.clients, c.newer = maps.Clone(w.rows), maps.Clone(w.ledger), maps.Clone(w.clients), maps.Clone(w.newer)
	c.assigned, c.closed, c.agency, c.gen = maps.Clone(w.assigned), maps.Clone(w.closed), maps.Clone(w.agency), maps.Clone(w.gen)
	c.held, c.had = slices.Clone(w.held), maps.Clone(w.had)
	c.feed = map[string]map[key]mark{}
	for b, rows := range w.feed {
		c.feed[b] = maps.Clone(rows)
	}
	return &c
}

func (w *world) next() int64 {
	w.head++
	return w.head
}

// place puts a row into its buckets and marks it gone from all others.
func (w *world) place(k key, seq int64, buckets []string, moveAll bool) {
	for b, rows := range w.feed {
		if m, ok := rows[k]; ok && m.gone == "" && !slices.Contains(buckets, b) {
			rows[k] = mark{seq, "scope", "reassigned"}
		}
	}
	for _, b := range buckets {
		if w.feed[b] == nil {
			w.feed[b] = map[key]mark{}
		}
		if m, ok := w.feed[b][k]; !ok || m.gone != "" || moveAll {
			w.feed[b][k] = mark{seq: seq}
			w.had[[2]string{b, k.id}] = true
		}
	}
}

// compact drops the marks of what is gone up to a seq.
func (w *world) compact(upTo int64) {
	for _, rows := range w.feed {
		maps.DeleteFunc(rows, func(_ key, m mark) bool { return m.gone != "" && m.seq <= upTo })
	}
	w.forgot = max(w.forgot, upTo)
}

func (w *world) bucketsOf(k key, r row) []string {
	switch {
	case k.collection == "dictionaries":
		return []string{r.caseID} // the bucket itself, here
	case k.collection == "held":
		return []string{"u:" + r.author}
	case k.collection == "cases":
		return userBuckets(w.assigned[k.id])
	}
	return userBuckets(w.assigned[r.caseID])
}

func userBuckets(users []string) []string {
	out := make([]string, len(users))
	for i, u := range users {
		out[i] = "u:" + u
	}
	return out
}

// write saves fields of a row; token gives each changed field its version.
func (w *world) write(k key, r row, set sync.Fields, token func(field string, seq int64) string) int64 {
	seq := w.next()
	r.doc, r.versions, r.seq = maps.Clone(r.doc), maps.Clone(r.versions), seq
	if r.doc == nil {
		r.doc, r.versions = sync.Fields{"id": json.RawMessage(`"` + k.id + `"`)}, map[string]string{}
	}
	for field, value := range set {
		if string(r.doc[field]) != string(value) {
			r.doc[field] = value
			r.versions[field] = token(field, seq)
		}
	}
	w.rows[k] = r
	w.place(k, seq, w.bucketsOf(k, r), true)
	return seq
}

func byServer(_ string, seq int64) string { return strconv.FormatInt(seq, 10) }

// assign gives a case to users; everything of it travels at the case's new seq.
func (w *world) assign(caseID string, users []string) {
	w.assigned[caseID] = users
	k := key{"cases", caseID}
	seq := w.write(k, w.rows[k], sync.Fields{"inspectors": encoded(users)}, byServer)
	for child, r := range w.rows {
		if r.caseID == caseID && child.collection != "held" {
			if w.wrong == "entering children keep their seq" {
				seq = r.seq
			}
			w.place(child, seq, w.bucketsOf(child, r), false)
		}
	}
}

func encoded(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // a test gave a value without JSON form
	}
	return data
}

// The ports.

type tx struct{ *world }

var (
	_ sync.Tx    = tx{}
	_ sync.View  = tx{}
	_ sync.House = (*server)(nil)
)

func (w tx) Next() (int64, error) { return w.next(), nil }

// Spent: all documents are large here, so that a push takes several transactions.
func (w tx) Spent() int { return w.spent }

func (w tx) EpochBase() (int64, error) { return w.base, nil }

func (w tx) Known(user, id string) (*sync.Stored, error) {
	if s, ok := w.ledger[[2]string{user, id}]; ok {
		return &s, nil
	}
	return nil, nil
}

func (w tx) Applied(id string) (string, int64, error) {
	return w.clients[id].user, w.clients[id].applied, nil
}

func (w tx) Enter(user sync.User, k string, _ *sync.Mutation, s sync.Stored) error {
	if _, ok := w.ledger[[2]string{user.ID, k}]; ok {
		return nil
	}
	w.ledger[[2]string{user.ID, k}] = s
	for field, older := range s.BasedOn {
		at, k := sync.ParseVersion(s.Result.Fields[field].Version), [2]string{older, field}
		if had, ok := w.newer[k]; !ok || had.Seq < at.Seq {
			w.newer[k] = at
		}
	}
	return nil
}

func (w tx) Move(user sync.User, id string, n int64) error {
	w.clients[id] = client{user.ID, max(n, w.clients[id].applied)}
	return nil
}

func (w tx) Shown(user sync.User, collection, id string) (sync.Record, bool, error) {
	k := key{collection, id}
	for _, b := range []string{"u:" + user.ID, "a:" + w.agency[user.ID], "g"} {
		if m, ok := w.feed[b][k]; ok && m.gone == "" {
			return sync.Record{Doc: w.rows[k].doc, Versions: w.rows[k].versions}, true, nil
		}
	}
	return sync.Record{}, false, nil
}

func (w tx) Touch(user sync.User, collection, id string) (int64, error) {
	b, k := "u:"+user.ID, key{collection, id}
	if w.feed[b] == nil {
		w.feed[b] = map[key]mark{}
	}
	m, ok := w.feed[b][k]
	if !ok {
		m = mark{gone: "scope", reason: "held"}
	}
	m.seq = w.next()
	w.feed[b][k] = m
	return m.seq, nil
}

func (w tx) Successor(mutation, field string) (at sync.Version, found bool, err error) {
	at, found = w.newer[[2]string{mutation, field}]
	return at, found, nil
}

func (w tx) Place(user sync.User, m *sync.Mutation) (sync.Place, error) {
	var p sync.Place
	if r, ok := w.rows[key{m.Collection, m.Record}]; ok {
		p.Exists, p.Case, p.Author = true, r.caseID, r.author
	} else if m.Op == sync.OpCreate {
		_ = json.Unmarshal(m.Set["case"], &p.Case) // its form was checked
	}
	at, here := w.feed["u:"+user.ID][key{"cases", p.Case}]
	p.Had, p.InScope, p.Closed = w.had[[2]string{"u:" + user.ID, p.Case}], here && at.gone == "", w.closed[p.Case]
	p.ClosedAt = "2026-11-24T00:00:00.000Z"
	return p, nil
}

func (w tx) Record(collection, id string) (sync.Record, error) {
	w.spent += 1 << 20
	r := w.rows[key{collection, id}]
	return sync.Record{Doc: r.doc, Versions: r.versions}, nil
}

func (w tx) Save(_ context.Context, s sync.Write) (sync.Saved, error) {
	k := key{s.M.Collection, s.M.Record}
	r := w.rows[k]
	saved := sync.Saved{Outcome: sync.OK}
	if s.Create {
		r.author = s.User.ID
		_ = json.Unmarshal(s.Set["case"], &r.caseID) // its form was checked
	}
	set := maps.Clone(s.Set)
	if s.M.Collection == "actions" && (s.Review || string(s.Set["name"]) != `"note"`) {
		saved.Outcome, saved.Code = sync.Held, "wrong_state"
		set["outcome"], set["code"] = encoded("needs_review"), encoded(saved.Code)
	}
	saved.Seq = w.write(k, r, set, func(field string, seq int64) string {
		if old := s.Versions[field]; old != "" {
			return old
		}
		return sync.Version{Seq: seq, Mutation: s.M.ID}.String()
	})
	return saved, nil
}

func (w tx) Hold(user sync.User, _ string, m *sync.Mutation, h sync.Holding) (int64, error) {
	author, mutation := user.ID, m.ID
	if h.Other {
		author, mutation = "", h.Mutation
		for k := range w.ledger {
			if k[1] == h.Mutation {
				author = k[0]
			}
		}
	}
	w.world.held = append(w.world.held, heldRow{author, mutation, h})
	k := key{"held", "held" + strconv.FormatInt(w.head+1, 10) + "000000000000000"}
	seq := w.write(k, row{author: author}, sync.Fields{"field": encoded(h.Field), "code": encoded(h.Code), "value": h.Ours}, byServer)
	if w.wrong == "held takes no seq" {
		w.world.head--
	}
	return seq, nil
}

func (w tx) State() (sync.State, error) {
	return sync.State{Epoch: w.epoch, Head: w.head, Compacted: w.forgot}, nil
}

func (w tx) Grants(user string) ([]string, int64, error) {
	return []string{"u:" + user, "a:" + w.agency[user], "g"}, w.gen[user], nil
}

func (w tx) Moment(user, id string) (m sync.Moment, err error) {
	m.State, _ = w.State()
	m.Buckets, m.Gen, _ = w.Grants(user)
	m.Owner, m.Applied, _ = w.Applied(id)
	return m, nil
}

func (w tx) Rows(q sync.Query, take func(*sync.Row) bool) error {
	var out []sync.Row
	for _, b := range q.Buckets {
		for k, m := range w.feed[b] {
			if m.gone != "" && m.seq <= q.Base || compare(k, m.seq, q.After) <= 0 || q.Collection != "" && q.Collection != k.collection {
				continue
			}
			if w.wrong == "no tie-break inside a page" && m.seq == q.After.Seq {
				continue
			}
			c := sync.Change{Collection: k.collection, Record: k.id, Seq: m.seq, Gone: m.gone, Reason: m.reason}
			if m.gone == "" {
				c.Doc, c.Versions = encoded(w.rows[k].doc), encoded(w.rows[k].versions)
			}
			out = append(out, sync.Row{Bucket: b, Change: c})
		}
	}
	slices.SortFunc(out, func(a, b sync.Row) int {
		return compare(key{a.Collection, a.Record}, a.Seq, sync.Position{Seq: b.Seq, Collection: b.Collection, Record: b.Record})
	})
	for i := range out[:min(q.Limit, len(out))] {
		if !take(&out[i]) {
			break
		}
	}
	return nil
}

func compare(k key, seq int64, p sync.Position) int {
	if seq != p.Seq {
		return int(seq - p.Seq)
	}
	if c := strings.Compare(k.collection, p.Collection); c != 0 {
		return c
	}
	return strings.Compare(k.id, p.Record)
}

func (w tx) Live(buckets []string, each func(collection, record string, seq int64)) error {
	for _, b := range buckets {
		for k, m := range w.feed[b] {
			if m.gone == "" {
				each(k.collection, k.id, m.seq)
			}
		}
	}
	return nil
}
