// Package phone is an inspector's phone as the protocol wants it: what it shows is one
// consistent snapshot with the user's own edits laid over it, an edit is stored before
// it is sent, and nothing is dropped before the server's answer is durable. Tests, benches
// and the demo drive the real server with it.
package phone

// What a phone holds, and how its user edits.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"xuncha/sync"
)

// Phone is one installation of one user. It is used by one goroutine at a time.
type Phone struct {
	URL   string
	Token string
	HTTP  *http.Client
	Now   func() time.Time
	NewID func() string // a ULID
	Limit int           // rows of a page

	Disk

	Says *sync.Phone // what it says of itself with each request; nil is nothing
}

// Disk is what a phone stores; Save and Load move it as a whole.
type Disk struct {
	Client   string
	Epoch    string
	Cursor   string
	Head     int64 // of the snapshot
	Durable  int64
	N        int64                     // of the last mutation
	Snapshot map[string]map[string]Row // by collection and id
	Staging  map[string]map[string]Row // of a pull that is not complete
	Replace  bool                      // the staging replaces the snapshot
	Outbox   []Kept                    // unsent, first to last
	Answered []Kept                    // kept until durable, for a renew
	Lost     []Rejection               // what did not stand, for the user to read
	Wiped    bool                      // the user was disabled
}

// Row is a record as it was pulled; a nil Doc is gone.
type Row struct {
	Seq      int64
	Doc      map[string]json.RawMessage
	Versions map[string]string
	Reason   string
}

// Kept is a mutation with its result, once there is one.
type Kept struct {
	Mutation sync.Mutation
	Result   *sync.Result
	At       time.Time // of the answer
	Shown    bool      // the snapshot contains it, also while it waits to be replayed
}

// Rejection is a change of the user's own that does not stand, or not wholly.
type Rejection struct {
	Mutation, Collection, Record string
	Outcome                      sync.Outcome
	Code                         string
	Fields                       []string // that did not stand
}

// New is a phone that has never synced.
func New(url, token string) *Phone {
	p := &Phone{URL: url, Token: token, HTTP: http.DefaultClient, Now: time.Now, Limit: sync.MaxRows}
	p.NewID = func() string { return ULID(p.Now()) }
	p.Disk = Disk{Client: p.NewID(), Snapshot: map[string]map[string]Row{}}
	return p
}

// Create stores a new record in the outbox and returns its id.
func (p *Phone) Create(collection string, set map[string]any) string {
	id := p.NewID()
	p.CreateAs(collection, id, set)
	return id
}

// CreateAs is Create with an id of the caller's; it returns the mutation's id.
func (p *Phone) CreateAs(collection, id string, set map[string]any) string {
	return p.put(sync.Mutation{Op: sync.OpCreate, Collection: collection, Record: id, Set: encode(set)})
}

// Edit stores an edit in the outbox, with what the user had before him as its base, and
// returns the mutation's id.
func (p *Phone) Edit(collection, id string, set map[string]any) string {
	base := map[string]string{}
	for field := range set {
		base[field] = p.base(collection, id, field)
	}
	return p.put(sync.Mutation{Op: sync.OpPatch, Collection: collection, Record: id, Set: encode(set), Base: base})
}

// Act stores an action on a case in the outbox and returns the action's id.
func (p *Phone) Act(caseID, name string, args map[string]any, more map[string]any) string {
	set := map[string]any{"case": caseID, "name": name, "args": args}
	if row, ok := p.Snapshot["cases"][caseID]; ok {
		set["base"] = row.Seq
	}
	maps.Copy(set, more)
	return p.Create("actions", set)
}

// base is what the user had before him: his own latest edit that no snapshot contains
// yet, else the version of the snapshot, else nothing.
func (p *Phone) base(collection, id, field string) string {
	pending := p.pending()
	for i := len(pending) - 1; i >= 0; i-- {
		m := pending[i].Mutation
		if _, ok := m.Set[field]; ok && m.Collection == collection && m.Record == id {
			return "." + m.ID
		}
	}
	return p.Snapshot[collection][id].Versions[field]
}

func (p *Phone) put(m sync.Mutation) string {
	p.N++
	m.N, m.ID, m.At = p.N, p.NewID(), sync.Stamp(p.Now().Format(time.RFC3339))
	p.Outbox = append(p.Outbox, Kept{Mutation: m})
	return m.ID
}

// pending are the user's own mutations that the snapshot does not contain, in order.
// Whatever their result: the screen changes with a finished snapshot, not before.
func (p *Phone) pending() []Kept {
	var out []Kept
	for _, k := range slices.Concat(p.Answered, p.Outbox) {
		if !k.Shown {
			out = append(out, k)
		}
	}
	return out
}

// Unsent is how many mutations wait for the network.
func (p *Phone) Unsent() int { return len(p.Outbox) }

// Rejections are the user's own changes that did not stand.
func (p *Phone) Rejections() []Rejection { return p.Lost }

// View is what the screen shows of a record: the snapshot with the user's own edits
// over it; nil where the phone has none.
func (p *Phone) View(collection, id string) map[string]json.RawMessage {
	row, found := p.Snapshot[collection][id]
	doc := maps.Clone(row.Doc)
	for _, k := range p.pending() {
		m := k.Mutation
		if m.Collection != collection || m.Record != id || !found && m.Op != sync.OpCreate {
			continue
		}
		if !found {
			found, doc = true, map[string]json.RawMessage{"id": encode(map[string]any{"id": id})["id"]}
		}
		overlay(doc, m)
	}
	return doc
}

// overlay lays a mutation over a document: lists grow, everything else is replaced.
func overlay(doc map[string]json.RawMessage, m sync.Mutation) {
	for field, value := range m.Set {
		switch sync.Writable[m.Collection].Fields[field].Policy {
		case sync.Append, sync.Union:
			var have, more []json.RawMessage
			_ = json.Unmarshal(doc[field], &have) // none yet
			_ = json.Unmarshal(value, &more)      // made by encode
			for _, item := range more {
				if !holds(have, item) {
					have = append(have, item)
				}
			}
			doc[field] = encode(map[string]any{"": have})[""]
		default:
			doc[field] = value
		}
	}
}

func holds(list []json.RawMessage, item json.RawMessage) bool {
	for _, have := range list {
		if string(have) == string(item) {
			return true
		}
	}
	return false
}

// Read decodes what the screen shows of a record.
func (p *Phone) Read(collection, id string, v any) error {
	doc := p.View(collection, id)
	if doc == nil {
		return fmt.Errorf("%s %s is not on this phone", collection, id)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// Result is the server's answer to a mutation, nil while there is none.
func (p *Phone) Result(mutation string) *sync.Result {
	for _, k := range p.Answered {
		if k.Mutation.ID == mutation {
			return k.Result
		}
	}
	return nil
}

// ResultOf is the server's answer to the create of a record, such as an action.
func (p *Phone) ResultOf(record string) *sync.Result {
	for _, k := range p.Answered {
		if k.Mutation.Record == record && k.Mutation.Op == sync.OpCreate {
			return k.Result
		}
	}
	return nil
}

// Rows are the records of a collection in the snapshot.
func (p *Phone) Rows(collection string) map[string]Row { return p.Snapshot[collection] }

func encode(set map[string]any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for name, value := range set {
		data, err := json.Marshal(value)
		if err != nil {
			panic(err) // a test gave a value without JSON form
		}
		out[name] = data
	}
	return out
}
