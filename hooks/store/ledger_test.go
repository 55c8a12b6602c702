package store_test

// What pushes of one group remember for each other.

import (
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/sync"
)

// A server was put back and lacks X. Within one commit somebody's edit names X as what it was
// built on, and then X itself comes again: it must find who built on it.
func TestAMutationFindsWhoBuiltOnItInTheSameCommit(t *testing.T) {
	t.Parallel()
	books := store.NewBooks(openApp(t), time.Now)
	const lost, newer = "01JD000000000000000000000X", "01JD000000000000000000000Y"
	err := books.InTransaction(2, func(tx sync.Tx) error {
		for _, id := range []string{newer, lost} {
			if known, err := tx.Known("bob", id); err != nil || known != nil {
				t.Errorf("%s: %+v %v", id, known, err)
			}
		}
		if err := tx.Enter(sync.User{ID: "bob"}, newer, &sync.Mutation{ID: newer}, sync.Stored{BasedOn: map[string]string{"notes": lost}}); err != nil {
			return err
		}
		if known, err := tx.Known("ann", lost); err != nil || known != nil {
			t.Errorf("%+v %v", known, err)
		}
		got, err := tx.Successor(lost, "notes")
		if got != newer {
			t.Errorf("%q was built on it, want %q", got, newer)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
