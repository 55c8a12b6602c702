package store

// The ledger of mutations, and what of them does not stand.

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"xuncha/casework"
	"xuncha/sync"
)

// Books is the house as a push sees it; Now is the server's clock.
type Books struct {
	App core.App
	Now func() time.Time

	group *sync.Committer
}

var _ sync.House = Books{}

// NewBooks opens the books; all that push through them share commits.
func NewBooks(app core.App, now func() time.Time) Books {
	return Books{App: app, Now: now, group: &sync.Committer{Run: func(do func(sync.Tx) error) error {
		return app.RunInTransaction(func(tx core.App) error { return do(newBook(tx, now)) })
	}}}
}

// InTransaction runs the work of so many mutations, perhaps together with that of others.
func (s Books) InTransaction(mutations int, do func(sync.Tx) error) error {
	return s.group.Do(mutations, do)
}

// Reading shows one moment's state.
func (s Books) Reading(do func(sync.View) error) error {
	return InPages(s.App, func(p Pages) error { return do(p) })
}

// book is the house within one transaction.
type book struct {
	App  core.App
	now  func() time.Time
	memo *memo
}

func newBook(tx core.App, now func() time.Time) book {
	return book{App: tx, now: now, memo: &memo{cases: map[[2]string]sync.Place{}, over: map[string]int{}}}
}

// memo spares a transaction what it has read already.
type memo struct {
	state sync.State
	found *core.Record             // what the present mutation patches
	first string                   // the latest new mutation: neither known nor built upon
	lies  lies                     // where the record lies that was read last
	cases map[[2]string]sync.Place // how cases stand for users; actions change that
	over  map[string]int           // the last round of a case that is over; likewise
	spent int                      // bytes of documents
}

type lies struct {
	collection, record string
	buckets            []string
}

var (
	_ sync.Tx   = book{}
	_ sync.Runs = book{}
)

// State is where the server stood when the transaction first asked.
func (s book) State() (sync.State, error) {
	if s.memo.state.Epoch != "" {
		return s.memo.state, nil
	}
	var state sync.State
	var key, value string
	var bad error
	_, err := scan(reading(s.App), readState, nil, func() { bad = errors.Join(bad, setMeta(&state, key, value)) }, &key, &value)
	if err = errors.Join(err, bad); err == nil {
		s.memo.state = state
	}
	return state, err
}

// Until returns the head at the end of a run.
func (s book) Until(run string) (head int64, known bool, err error) {
	return Reader{reading(s.App)}.Until(run)
}

// Spent counts the documents that were read to be judged: what is written is about as large.
func (s book) Spent() int { return s.memo.spent }

func (m *memo) spend(r sync.Record) sync.Record {
	for _, value := range r.Doc {
		m.spent += len(value)
	}
	return r
}

func (s book) Next() (int64, error) { return Feed{App: s.App}.Next() }

// readEpochBase: a restore writes it, one below the first seq of its epoch.
const readEpochBase = `SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'epoch_base'`

func (s book) EpochBase() (base int64, err error) {
	err = s.App.DB().NewQuery(readEpochBase).Row(&base)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // there was no restore yet
	}
	return base, err
}

const readClient = `SELECT user, applied FROM sync_client WHERE id = {:id}`

func (s book) Applied(client string) (string, int64, error) { return appliedOf(reading(s.App), client) }

func appliedOf(db dbx.Builder, client string) (user string, applied int64, err error) {
	_, err = scan(db, readClient, dbx.Params{"id": client}, nil, &user, &applied)
	return user, applied, err
}

const (
	readMutation = `SELECT client, n, hash, result, base FROM sync_mutation WHERE user = {:user} AND id = {:id}`
	// readTraces tells in one question what nearly every mutation is: new.
	readTraces = `SELECT EXISTS (SELECT 1 FROM sync_mutation WHERE user = {:user} AND id = {:id}), EXISTS (SELECT 1 FROM sync_based_on WHERE older = {:id})`
)

func (s book) Known(user, id string) (*sync.Stored, error) {
	s.memo.first = ""
	var known, builtOn bool
	if err := one(reading(s.App), readTraces, dbx.Params{"user": user, "id": id}, &known, &builtOn); err != nil {
		return nil, err
	}
	if !known {
		if !builtOn {
			s.memo.first = id
		}
		return nil, nil
	}
	var m sync.Stored
	var result, base sql.RawBytes
	var bad error
	n, err := scan(reading(s.App), readMutation, dbx.Params{"user": user, "id": id}, func() {
		bad = errors.Join(json.Unmarshal(result, &m.Result), json.Unmarshal(base, &m.Base))
	}, &m.Client, &m.N, &m.Hash, &result, &base)
	if n == 0 {
		return nil, err
	}
	return &m, errors.Join(err, bad)
}

const (
	putMutation = `INSERT INTO sync_mutation (user, id, client, n, hash, seq, result, based_on, collection, record, base, device_at, at)
		VALUES ({:user}, {:id}, {:client}, {:n}, {:hash}, {:seq}, {:result}, {:on}, {:c}, {:r}, {:base}, {:device_at}, {:at})
		ON CONFLICT (user, id) DO NOTHING`
	putBasedOn = `INSERT OR IGNORE INTO sync_based_on (older, field, newer) VALUES ({:older}, {:field}, {:newer})`
	putClient  = `INSERT INTO sync_client (id, user, applied, last_seen_at) VALUES ({:id}, {:user}, {:n}, {:at})
		ON CONFLICT (id) DO UPDATE SET applied = max(applied, excluded.applied), last_seen_at = excluded.last_seen_at`
	readNewer = `SELECT m.result FROM sync_based_on b JOIN sync_mutation m ON m.id = b.newer WHERE b.older = {:older} AND b.field = {:field}`
)

// Enter stores an answered mutation under its key.
func (s book) Enter(user sync.User, key string, m *sync.Mutation, st sync.Stored) error {
	feed := Feed{App: s.App}
	result, err := json.Marshal(st.Result)
	if err != nil {
		return err
	}
	base, on, err := twoJSON(st.Base, st.BasedOn)
	if err != nil {
		return err
	}
	if err := feed.exec(putMutation, dbx.Params{
		"user": user.ID, "id": key, "client": st.Client, "n": st.N, "hash": st.Hash, "seq": st.Result.Seq, "result": string(result),
		"on": on, "c": m.Collection, "r": m.Record, "base": base, "device_at": string(m.At), "at": s.now().UTC().Format(stampLayout),
	}); err != nil {
		return err
	}
	for field, older := range st.BasedOn {
		if err := feed.exec(putBasedOn, dbx.Params{"older": older, "field": field, "newer": key}); err != nil {
			return err
		}
	}
	return nil
}

// Move says that a client has come to its n.
func (s book) Move(user sync.User, client string, n int64) error {
	return Feed{App: s.App}.exec(putClient, dbx.Params{"id": client, "user": user.ID, "n": n, "at": s.now().UTC().Format(stampLayout)})
}

const stampLayout = "2006-01-02T15:04:05.000Z"

func twoJSON(a, b map[string]string) (string, string, error) {
	x, errx := json.Marshal(a)
	y, erry := json.Marshal(b)
	return string(x), string(y), errors.Join(errx, erry)
}

// Successor finds the latest of the applied mutations that were built on an older one.
func (s book) Successor(mutation, field string) (at sync.Version, found bool, err error) {
	if mutation == s.memo.first {
		return at, false, nil
	}
	var result sql.RawBytes
	var bad error
	n, err := scan(reading(s.App), readNewer, dbx.Params{"older": mutation, "field": field}, func() {
		var r sync.Result
		bad = errors.Join(bad, json.Unmarshal(result, &r))
		if v := sync.ParseVersion(r.Fields[field].Version); v.Seq > at.Seq {
			at = v
		}
	}, &result)
	return at, n > 0, errors.Join(err, bad)
}

// origin is where a value came from.
type origin struct {
	User     string `db:"user"`
	Client   string `db:"client"`
	Base     string `db:"base"`
	DeviceAt string `db:"device_at"`
	At       string `db:"at"`
}

// Hold keeps what does not stand, as a row that its author's phone receives.
func (s book) Hold(user sync.User, client string, m *sync.Mutation, h sync.Holding) (int64, error) {
	r, err := newRecord(s.App, "held_edits", "")
	if err != nil {
		return 0, err
	}
	from := origin{User: user.ID, Client: client, DeviceAt: string(m.At), At: s.now().UTC().Format(stampLayout)}
	base, mutation := m.Base[h.Field], m.ID
	if h.Other {
		if from, base, err = s.originOf(h); err != nil {
			return 0, err
		}
		mutation = h.Mutation
	}
	for name, value := range map[string]string{
		"kind": h.Kind, "case": h.Case, "collection": m.Collection, "record": m.Record, "field": h.Field, "author": from.User,
		"client": from.Client, "mutation": mutation, "device_at": from.DeviceAt, "received_at": from.At, "code": h.Code, "state": h.State,
	} {
		r.Set(name, cut(value, columnMax))
	}
	for name, value := range map[string]json.RawMessage{"base": encoded(base), "theirs": h.Theirs, "ours": h.Ours} {
		r.Set(name, types.JSONRaw(bounded(value)))
	}
	if err := s.App.Save(r); err != nil {
		return 0, err
	}
	if h.State == sync.StateOpen {
		err = s.alarm(r)
	}
	return int64(r.GetInt("seq")), err
}

// columnMax and documentMax are what a column of held_edits takes: characters of a text,
// bytes of a document. What is kept must never be refused for its size, or the phone
// would send it for ever.
const (
	columnMax   = 5000
	documentMax = 1 << 20
)

// cut is at most so many characters of a text.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}

// bounded is a document as a column takes it. Only the server's own are ever longer; of
// those the beginning is kept, as a text.
func bounded(raw json.RawMessage) json.RawMessage {
	if len(raw) <= documentMax {
		return raw
	}
	if short, err := sync.Canonical(raw); err == nil && len(short) <= documentMax {
		return short
	}
	return encoded(cut(string(raw), sync.MaxKept))
}

func encoded(s string) json.RawMessage {
	data, _ := json.Marshal(s) // a text always has a JSON form
	return data
}

const readHeldAction = `SELECT seq, ours FROM held_edits WHERE mutation = {:id} AND author = {:author} AND kind = 'action' ORDER BY rowid`

// HoldAction keeps an action that a phone sent of a case that was never its user's, once
// however often it comes, and returns the seq of its row.
func (s Books) HoldAction(a casework.Action) (seq int64, err error) {
	ours, err := sentOf(a)
	if err != nil {
		return 0, err
	}
	err = s.App.RunInTransaction(func(tx core.App) error {
		var kept []struct {
			Seq  int64  `db:"seq"`
			Ours string `db:"ours"`
		}
		if err := tx.DB().NewQuery(readHeldAction).Bind(dbx.Params{"id": a.ID, "author": a.Actor}).All(&kept); err != nil {
			return err
		}
		for _, k := range kept {
			if sync.Same(json.RawMessage(k.Ours), ours) {
				seq = k.Seq // it is kept already; other content is kept beside it
				return nil
			}
		}
		m := &sync.Mutation{ID: a.ID, Op: sync.OpCreate, Collection: "actions", Record: a.ID, At: sync.Stamp(a.DeviceAt)}
		seq, err = newBook(tx, s.Now).Hold(sync.User{ID: a.Actor}, a.Device, m, sync.Holding{
			Kind: sync.KindAction, State: sync.StateOpen, Case: a.Case, Loss: sync.Loss{Code: sync.CodeNotInScope, Ours: ours},
		})
		return err
	})
	return seq, err
}

const readOrigin = `SELECT user, client, base, device_at, at FROM sync_mutation WHERE id = {:id} LIMIT 1`

// originOf finds who wrote a displaced value, when, and before what; it is empty where
// the server wrote it.
func (s book) originOf(h sync.Holding) (from origin, base string, err error) {
	if h.Mutation == "" {
		return from, "", nil
	}
	err = s.App.DB().NewQuery(readOrigin).Bind(dbx.Params{"id": h.Mutation}).One(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return from, "", nil // forgotten after its time
	}
	if err != nil {
		return from, "", err
	}
	bases := map[string]string{}
	err = json.Unmarshal([]byte(from.Base), &bases)
	return from, bases[h.Field], err
}
