// Package phone is an inspector's phone as the protocol wants it: what it shows is one
// consistent snapshot with the user's own edits laid over it, an edit is stored before
// it is sent, and nothing is dropped before the server's answer is durable. Tests and
// benches drive the real server with it.
package phone

// What a phone holds, and how its user edits.

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"time"

	"xuncha/sync"
)

// Phone is one installation of one user. It is used by one goroutine at a time.
type Phone struct {
	URL   string
	Token string
	HTTP  *http.Client
	Now   func() time.Time

	Disk
}

// Disk is what a phone stores; Save and Load move it as a whole.
type Disk struct {
	Client   string
	Epoch    string
	Cursor   string
	Head     int64
	Durable  int64
	N        int64 // of the last mutation
	Snapshot map[string]map[string]Row
	Staging  map[string]map[string]Row // of a pull that is not complete
	Replace  bool                      // the staging replaces the snapshot
	Outbox   []Kept                    // unsent first to last
	Answered []Kept                    // kept until durable, for a renew
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
}

// New is a phone that has never synced.
func New(url, token string) *Phone {
	return &Phone{
		URL: url, Token: token, HTTP: http.DefaultClient, Now: time.Now,
		Disk: Disk{Client: ULID(time.Now()), Snapshot: map[string]map[string]Row{}},
	}
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ULID makes an id of 26 characters: 48 bits of milliseconds, 80 of chance.
func ULID(now time.Time) string {
	var random [10]byte
	_, _ = rand.Read(random[:]) // never fails
	out := make([]byte, 26)
	ms := uint64(now.UnixMilli()) //nolint:gosec // after 1970
	for i := 9; i >= 0; i-- {
		out[i] = crockford[ms&31]
		ms >>= 5
	}
	for i := range 16 {
		bit := i * 5
		word := uint16(random[bit/8]) << 8
		if bit/8+1 < len(random) {
			word |= uint16(random[bit/8+1])
		}
		out[10+i] = crockford[word>>(11-bit%8)&31]
	}
	return string(out)
}

// Save writes everything to a file; Load reads it, as after a restart of the phone.
func (p *Phone) Save(path string) error {
	data, err := json.Marshal(p.Disk)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// Load replaces what the phone holds by what Save wrote.
func (p *Phone) Load(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p.Disk = Disk{}
	return json.Unmarshal(data, &p.Disk)
}

// Create stores a new record in the outbox and returns its id.
func (p *Phone) Create(collection string, set map[string]any) string {
	id := ULID(p.Now())
	p.CreateAs(collection, id, set)
	return id
}

// CreateAs is Create with an id of the caller's.
func (p *Phone) CreateAs(collection, id string, set map[string]any) {
	p.put(sync.Mutation{Op: sync.OpCreate, Collection: collection, Record: id, Set: encode(set)})
}

// Edit stores an edit in the outbox, with what the user had before him as its base.
func (p *Phone) Edit(collection, id string, set map[string]any) string {
	base := map[string]string{}
	for field := range set {
		base[field] = p.base(collection, id, field)
	}
	return p.put(sync.Mutation{Op: sync.OpPatch, Collection: collection, Record: id, Set: encode(set), Base: base})
}

// Act stores an action on a case in the outbox and returns its id.
func (p *Phone) Act(caseID, name string, args map[string]any, more map[string]any) string {
	set := map[string]any{"case": caseID, "name": name, "args": args}
	var doc struct {
		Seq int64 `json:"seq"`
	}
	if p.Read("cases", caseID, &doc) == nil {
		set["base"] = doc.Seq
	}
	maps.Copy(set, more)
	return p.Create("actions", set)
}

// base is rule 4: the user's own latest edit that no snapshot contains yet, else the
// version of the snapshot, else nothing.
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
	m.N, m.ID, m.At = p.N, ULID(p.Now()), p.Now().Format(time.RFC3339)
	p.Outbox = append(p.Outbox, Kept{Mutation: m})
	return m.ID
}

// pending are the user's own mutations that the snapshot does not contain, in order.
func (p *Phone) pending() []Kept {
	var out []Kept
	for _, k := range p.Answered {
		lost := k.Result.Outcome == sync.Held || k.Result.Outcome == sync.Rejected
		if k.Result.Seq > p.Head && !lost {
			out = append(out, k)
		}
	}
	return append(out, p.Outbox...)
}

// Unsent is how many mutations wait for the network.
func (p *Phone) Unsent() int { return len(p.Outbox) }

// Read decodes what the screen shows of a record: the snapshot with the user's own
// edits over it.
func (p *Phone) Read(collection, id string, v any) error {
	doc := map[string]json.RawMessage{}
	row, found := p.Snapshot[collection][id]
	found = found && row.Doc != nil
	maps.Copy(doc, row.Doc)
	for _, k := range p.pending() {
		m := k.Mutation
		if m.Collection != collection || m.Record != id || !found && m.Op != sync.OpCreate {
			continue
		}
		found = true
		maps.Copy(doc, m.Set)
	}
	if !found {
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
