package sync

// What a push needs of the house: a ledger of mutations, the records, and a place for
// what does not stand. All calls of one mutation happen in one transaction.

import (
	"context"
	"encoding/json"
)

// User is who speaks. Disabled people's work is held, not lost.
type User struct {
	ID       string
	Disabled bool
}

// Stored is a mutation that was answered before.
type Stored struct {
	Hash    string
	Client  string
	N       int64
	Result  Result
	Base    map[string]string
	BasedOn map[string]string // per field: the mutation that it built on
}

// Ledger remembers which mutations were answered, and how.
type Ledger interface {
	past
	// Applied returns whose the client id is and its highest n; "" for a new one.
	Applied(client string) (user string, n int64, err error)
	// Enter stores an answered mutation and moves the client's n.
	Enter(user User, client string, m *Mutation, s Stored) error
}

// Place is where a record stands for a user.
type Place struct {
	Exists   bool
	InScope  bool   // the user's phone may hold it now
	Had      bool   // it is or once was on the user's phone
	Closed   bool   // the root of its case is closed
	Case     string // the case it belongs to
	ClosedAt string // when, UTC
	Author   string // who created it
}

// Records reads and writes what phones edit.
type Records interface {
	// Place finds where a record stands, or where a create of set would.
	Place(user User, m *Mutation) (Place, error)
	// Record returns the record as phones see it; nil Doc if there is none.
	Record(collection, id string) (Record, error)
	// Save writes fields of a record, or creates it, and returns the new seq and the
	// action's verdict where it is one. It saves nothing where nothing changes.
	Save(ctx context.Context, w Write) (Saved, error)
	// Successor returns an applied mutation that was built on mutation for a field, ""
	// if there is none.
	Successor(mutation, field string) (string, error)
}

// Write is one save of a record by a mutation.
type Write struct {
	User     User
	Client   string
	M        *Mutation
	Set      Fields
	Versions map[string]string // tokens other than that of the new seq
	Create   bool
	Late     bool // evidence that came after the close
	Review   bool // an action that is to be kept, not applied
}

// Fields are values by field name.
type Fields = map[string]json.RawMessage

// Saved is what a save made.
type Saved struct {
	Seq     int64
	Outcome Outcome // of an action: ok or held
	Code    string  // of an action
}

// Holds keeps what does not stand and returns the seq of its row.
type Holds interface {
	Hold(user User, client string, m *Mutation, h Holding) (int64, error)
}

// Holding is one thing that is kept.
type Holding struct {
	Kind  string // edit, create, action, body
	State string // open, dismissed, refused
	Case  string
	Loss
}

// Kinds and states of what is kept.
const (
	KindEdit   = "edit"
	KindCreate = "create"
	KindAction = "action"
	KindBody   = "body"

	StateOpen      = "open"
	StateDismissed = "dismissed"
	StateRefused   = "refused"
)

// Tx is the house within one transaction.
type Tx interface {
	Ledger
	Records
	Holds
	// Next takes a seq for a write that changes no record.
	Next() (int64, error)
}

// House runs one mutation's work in one transaction: all of it or nothing.
type House interface {
	InTransaction(ctx context.Context, do func(Tx) error) error
}
