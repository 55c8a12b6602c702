// Package sync promises a phone that nothing it did is lost. The server has one order
// of changes; a phone pushes what its user did and pulls what changed, in one round
// trip, as often as the network lets it, and the same request twice does no harm. Two
// people who edit different fields both win; on one field the field's policy decides,
// and what does not stand is kept where its author and a dispatcher find it.
//
// The package knows no database and no HTTP: Push and Pull work on small ports.
package sync

// The wire: what a phone sends and what it gets. Names are binding.

import "encoding/json"

// Limits of one request.
const (
	MaxBody      = 4 << 20   // bytes of a request after decompression
	MaxMutation  = 256 << 10 // bytes of one mutation
	MaxMutations = 1000      // mutations of one request
	MaxKept      = 64 << 10  // bytes that are kept of a refused body
	MaxRows      = 2000      // rows of a page
	MaxPage      = 1 << 20   // bytes of a page's documents
	defaultRows  = 500
)

// Request is one round trip: push first, then pull.
type Request struct {
	Client Client            `json:"client"`
	Epoch  string            `json:"epoch"`
	Cursor string            `json:"cursor"`
	Push   []json.RawMessage `json:"push"`
	Pull   *PullSpec         `json:"pull"`
	Phone  *Phone            `json:"phone,omitempty"`
}

// Client says which installation speaks. ID is a ULID, unique for ever.
type Client struct {
	ID     string `json:"id"`
	App    string `json:"app"`    // program and version, for people; nothing depends on it
	Schema int    `json:"schema"` // of the client's store; another than its cursor's begins anew
}

// PullSpec says how much the client takes; without it nothing is pulled.
type PullSpec struct {
	Limit  int  `json:"limit,omitempty"` // rows, 1-2,000; left out it is 500
	Digest bool `json:"digest"`          // with the last page: the sum of all that the client should hold
}

// Mutation is one change that a person made, whole or not at all.
type Mutation struct {
	N          int64                      `json:"n"`
	ID         string                     `json:"id"` // ULID, the identity of the change
	Op         string                     `json:"op"` // create, patch
	Collection string                     `json:"collection"`
	Record     string                     `json:"record"`
	Set        map[string]json.RawMessage `json:"set"`
	Base       map[string]string          `json:"base"` // per field: the version that the editor saw
	At         Stamp                      `json:"at"`   // RFC 3339 with offset, the device's clock
	Mono       json.RawMessage            `json:"mono"` // milliseconds since the device started; no part of the change, nothing depends on it
	Was        *Result                    `json:"was"`  // of a replay: the result it once got
}

// Stamp is a time as a device sent it. Whatever is no time is empty: a broken clock does
// not spoil a change.
type Stamp string

// UnmarshalJSON takes a time of RFC 3339 and leaves anything else out.
func (s *Stamp) UnmarshalJSON(data []byte) error {
	*s = ""
	var text string
	if json.Unmarshal(data, &text) == nil && goodTime(text) {
		*s = Stamp(text)
	}
	return nil
}

// Operations of a mutation.
const (
	OpCreate = "create"
	OpPatch  = "patch"
)

// Outcome says what became of a mutation.
type Outcome string

// The outcomes, from best to worst as far as fields are compared.
const (
	Noop     Outcome = "noop"     // it was so already
	OK       Outcome = "ok"       // it stands
	Merged   Outcome = "merged"   // it stands together with somebody else's
	Conflict Outcome = "conflict" // a value did not stand; it is kept
	Held     Outcome = "held"     // nothing was applied; all is kept for a dispatcher
	Rejected Outcome = "rejected" // it has no valid form; its body is kept
)

// Result is the server's answer to one mutation. It carries no values: they come with
// the pull.
type Result struct {
	N       int64                  `json:"n"`
	ID      string                 `json:"id"`
	Outcome Outcome                `json:"outcome"`
	Code    string                 `json:"code"`
	Seq     int64                  `json:"seq"`
	Fields  map[string]FieldResult `json:"fields"`
}

// FieldResult says whose value of a field stands, and its version.
type FieldResult struct {
	Winner  string `json:"winner"` // client, server
	Version string `json:"version"`
}

// Winners of a field.
const (
	ByClient = "client"
	ByServer = "server"
)

// Answer is what a request gets.
type Answer struct {
	Epoch   string   `json:"epoch"`
	Now     string   `json:"now"` // the server's clock, UTC
	Code    string   `json:"code"`
	Applied int64    `json:"applied"` // highest n applied of this client
	Results []Result `json:"results"`
	Changes []Change `json:"changes"`
	Cursor  string   `json:"cursor"`
	More    bool     `json:"more"`
	Head    int64    `json:"head"`
	Durable int64    `json:"durable"`
	Digest  *Digest  `json:"digest"`
	Reset   *Reset   `json:"reset"`

	page  *Page // the server's: Changes in the form of the wire
	state State
}

// Wire is the answer as it is sent; its bytes are good until Done.
func (a *Answer) Wire() []byte {
	if a.page != nil {
		return a.page.close(a)
	}
	type plain Answer
	return Encode((*plain)(a))
}

// Rest is what of the answer did not go ahead.
func (a *Answer) Rest() []byte {
	wire := a.Wire()
	if a.page == nil {
		return wire
	}
	return wire[a.page.gone:]
}

// unless gives a page back that did not become the answer's.
func (a *Answer) unless(page *Page) {
	if a.page != page {
		page.leave()
	}
}

// Done ends an answer whose bytes are not needed any more: its page is the next phone's.
func (a *Answer) Done() {
	a.page.leave()
	a.page = nil
}

// Change is one record as it stands, or its mark that it is gone.
type Change struct {
	Collection string          `json:"collection"`
	Record     string          `json:"record"`
	Seq        int64           `json:"seq"`
	Doc        json.RawMessage `json:"doc,omitempty"`
	Versions   json.RawMessage `json:"versions,omitempty"`
	Gone       string          `json:"gone,omitempty"` // deleted, scope
	Reason     string          `json:"reason,omitempty"`
}

// Digest lets a client find out whether it holds what it should. Where it does not, the client
// begins anew by itself: it sends an empty cursor.
type Digest struct {
	Count int64  `json:"count"`
	Hash  string `json:"hash"`
}

// Reset asks a client to begin anew, and says why.
type Reset struct {
	Reason string `json:"reason"`
}

// Reasons of a reset.
const (
	ResetEpoch     = "epoch"     // the server was restored: renew
	ResetForked    = "forked"    // the storage was cloned: renew
	ResetCompacted = "compacted" // the marks it would need are gone
	ResetSchema    = "schema"    // the client speaks another schema
	ResetScope     = "scope"     // the user's buckets changed
	ResetCursor    = "cursor"    // the cursor is malformed or foreign
	ResetDisabled  = "disabled"  // the user is disabled: wipe what is delivered
)

// CodeGap is the envelope's code where a mutation is missing before the next.
const CodeGap = "gap"
