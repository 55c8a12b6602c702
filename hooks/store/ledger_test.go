package store_test

// What pushes of one group remember for each other.

import (
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/sync"
)

// A server was put back and lacks X. Within one commit somebody's edit names X as what it was
// built on, somebody else does too, and then X itself comes again: it must find the latest who
// built on it.
func TestAMutationFindsWhoBuiltOnItInTheSameCommit(t *testing.T) {
	t.Parallel()
	books := store.NewBooks(openApp(t), time.Now)
	const lost, newest, newer = "01JD000000000000000000000X", "01JD000000000000000000000Y", "01JD000000000000000000000Z"
	err := books.InTransaction(3, func(tx sync.Tx) error {
		for _, id := range []string{newest, newer, lost} {
			if known, err := tx.Known("bob", id); err != nil || known != nil {
				t.Errorf("%s: %+v %v", id, known, err)
			}
		}
		for id, at := range map[string]string{newer: "9." + newer, newest: "10." + newest} {
			if err := tx.Enter(sync.User{ID: "bob"}, id, &sync.Mutation{ID: id}, sync.Stored{
				Result:  sync.Result{Fields: map[string]sync.FieldResult{"notes": {Winner: sync.ByClient, Version: at}}},
				BasedOn: map[string]string{"notes": lost},
			}); err != nil {
				return err
			}
		}
		if known, err := tx.Known("ann", lost); err != nil || known != nil {
			t.Errorf("%+v %v", known, err)
		}
		at, found, err := tx.Successor(lost, "notes")
		if !found || at.String() != "10."+newest {
			t.Errorf("who built on it stood at %v, want 10.%s", at, newest)
		}
		if _, found, other := tx.Successor(lost, "weather"); found || other != nil {
			t.Errorf("somebody built on a field that nobody wrote: %v", other)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
