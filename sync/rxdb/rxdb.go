// Package rxdb promises a team with stock RxDB that nothing its phones do is lost: each
// collection replicates by RxDB's own protocol over the same feed, the same merge and the
// same held work as our phones. What RxDB would lose by itself is answered so that it
// does not: a document that does not stand as it was pushed comes back, also after a
// clean merge.
package rxdb

// The desk: whom it answers, and when a client has to begin again.

import (
	"errors"

	"xuncha/sync"
)

// Desk answers RxDB clients; the desk of our phones lends it house, key and gate.
type Desk struct{ sync.Desk }

// Reset asks a client to remove its replication and to begin again; its documents stay.
type Reset struct{ Reason string }

// ResetUser is the reason where the device's documents are another user's: they must not be
// sent as this one's.
const ResetUser = "user"

func (r Reset) Error() string { return "begin again: " + r.Reason }

// Code is the stable code of the refusal.
func (r Reset) Code() string { return "reset" }

// refusal is a broken request with its stable code.
type refusal struct{ code, detail string }

func (r refusal) Error() string { return r.code + ": " + r.detail }

// Code is the stable code of the refusal.
func (r refusal) Code() string { return r.code }

// known refuses a collection that does not travel.
func known(collection string) error {
	if !sync.Travels(collection) {
		return refusal{"collection_unknown", "there is no such collection to replicate"}
	}
	return nil
}

// inEpoch turns a push that began in a lost epoch into the reset that it asks for.
func inEpoch(err error) error {
	if errors.Is(err, sync.ErrEpoch) {
		return Reset{sync.ResetEpoch}
	}
	return err
}
