package sync

// What sync needs of the house: a ledger of mutations, the records, a place for what
// does not stand, and the feed. All calls of one mutation happen in one transaction.

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

// Clients knows the installations.
type Clients interface {
	// Applied returns whose the client id is and its highest n; "" for a new one.
	Applied(client string) (user string, n int64, err error)
}

// Ledger remembers which mutations were answered, and how.
type Ledger interface {
	past
	Clients
	// Enter stores an answered mutation under key. One that is there already stays as it is.
	Enter(user User, key string, m *Mutation, s Stored) error
	// Move says that a user's client has come to its n.
	Move(user User, client string, n int64) error
	// Successor returns the highest version that the field had by an applied mutation which
	// was built on mutation; found is false if there is none.
	Successor(mutation, field string) (at Version, found bool, err error)
	// EpochBase is the highest seq that an earlier epoch can have given; 0 where there was
	// none.
	EpochBase() (int64, error)
}

// Place is where a record stands for a user.
type Place struct {
	Exists   bool
	Record   string // the record's id as it is spelled; ids that differ only in case are one
	InScope  bool   // the user's phone may hold it now
	Had      bool   // it is or once was on the user's phone
	Closed   bool   // the root of its case is closed
	Case     string // the case it belongs to
	ClosedAt string // when, UTC
	Frozen   bool   // it belongs to a round that is over, though the case goes on
	Author   string // who created it
}

// Records reads and writes what phones edit.
type Records interface {
	// Place finds where a record stands, or where a create of set would.
	Place(user User, m *Mutation) (Place, error)
	// Record returns the record as phones see it; nil Doc if there is none.
	Record(collection, id string) (Record, error)
	// Shown returns a record as the user's phone holds it; ok is false where it is in none
	// of his buckets.
	Shown(user User, collection, id string) (r Record, ok bool, err error)
	// Touch moves a record's row in the user's own bucket to a new seq, a mark that it is
	// gone where the record is not in it, so that his next pull tells how it stands.
	Touch(user User, collection, id string) (int64, error)
	// Save writes fields of a record, or creates it, and returns the new seq and the
	// action's verdict where it is one. What the record's own rules refuse for ever is
	// Unfit.
	Save(ctx context.Context, w Write) (Saved, error)
}

// Unfit is a write that will be refused however often it is sent.
type Unfit struct {
	Reason string // the stable code
	Err    error
}

func (u Unfit) Error() string { return u.Reason + ": " + u.Err.Error() }

func (u Unfit) Unwrap() error { return u.Err }

// Write is one save of a record by a mutation.
type Write struct {
	User     User
	Client   string
	M        *Mutation
	Set      Fields
	Versions map[string]string // tokens other than that of the new seq
	Stands   Record            // of a patch: what it was compared with
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

	StateOpen      = "open"      // a person is asked
	StateTaken     = "taken"     // a person took it
	StateDismissed = "dismissed" // a person left it, or nobody was to be asked
	StateRefused   = "refused"   // it has no valid form
)

// Tx is the house within one transaction.
type Tx interface {
	Ledger
	Records
	Holds
	// State is where the server stood when the transaction began.
	State() (State, error)
	// Next takes a seq for a write that changes no record.
	Next() (int64, error)
	// Spent is how many bytes of documents the transaction has gone through: for about as
	// long it holds the writer.
	Spent() int
}

// View is one moment's state, for reading.
type View interface {
	Feed
	Clients
	Marks
	// Moment answers in one question what every sync asks: State, Grants and Applied.
	Moment(user, client string) (Moment, error)
}

// Marks are for clients that keep no cursor and are told again and again what is gone.
type Marks interface {
	// Gone hands out what is gone from the buckets and lies in none of them any more, each
	// record once, with the newest seq at which it left.
	Gone(buckets []string, each func(collection, record string, seq int64)) error
	// Regranted is the seq at which the buckets of a user last changed; 0 if they never did.
	Regranted(user string) (int64, error)
}

// House is the server's store.
type House interface {
	// InTransaction runs the work of so many mutations: all of it or nothing. It may run
	// do again after it was rolled back; what counts is what the last run did.
	InTransaction(mutations int, do func(Tx) error) error
	// Reading shows do one moment's state; no writer waits for it.
	Reading(do func(View) error) error
}
