package custody

// The log: leaves and the hashes of the tree above them, in a book that somebody keeps.

import (
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Book keeps a log. What is written stands or falls with the transaction that the book is in.
type Book interface {
	// Size is how many leaves there are.
	Size() (int64, error)
	// ReadHashes reads hashes of the tree by their places, in the order asked for.
	ReadHashes(places []int64) ([]tlog.Hash, error)
	// Put writes a leaf, its facts (nil: none), and the hashes that it completes, the first at
	// the place from.
	Put(leaf Leaf, text, facts []byte, from int64, hashes []tlog.Hash) error
}

// Clerk writes into a log.
type Clerk struct {
	Book  Book
	Now   func() time.Time
	Nonce func() string // by chance, never the same twice
}

// Append writes entries behind the last leaf, and returns the place of the first.
func (c Clerk) Append(entries ...Entry) (first int64, err error) {
	if first, err = c.Book.Size(); err != nil {
		return 0, err
	}
	at := c.Now()
	for i, e := range entries {
		n := first + int64(i)
		text, facts, err := e.write(n, at, c.Nonce())
		if err != nil {
			return first, err
		}
		leaf, err := ReadLeaf(text)
		if err != nil {
			return first, fmt.Errorf("leaf %d: %w", n, err)
		}
		hashes, err := tlog.StoredHashes(n, text, c.Book)
		if err != nil {
			return first, fmt.Errorf("leaf %d: %w", n, err)
		}
		if err := c.Book.Put(leaf, text, facts, tlog.StoredHashIndex(0, n), hashes); err != nil {
			return first, fmt.Errorf("leaf %d: %w", n, err)
		}
	}
	return first, nil
}

// Sealed is a head over all leaves that there are, signed by a key and by more that agree with
// it; ok is false where there are none.
func (c Clerk) Sealed(key Key, more ...Key) (h Head, signed string, ok bool, err error) {
	size, err := c.Book.Size()
	if err != nil || size == 0 {
		return Head{}, "", false, err
	}
	root, err := tlog.TreeHash(size, c.Book)
	if err != nil {
		return Head{}, "", false, err
	}
	h = Head{Size: size, Root: root, At: c.Now().UTC().Format(stampLayout)}
	signed, err = key.Sign(h, more...)
	return h, signed, err == nil, err
}

// Continues tells whether the log that a book keeps grew from the one that a head shows.
func Continues(b Book, h Head) (bool, error) {
	size, err := b.Size()
	if err != nil || size < h.Size {
		return false, err
	}
	root, err := tlog.TreeHash(h.Size, b)
	return err == nil && root == h.Root, err
}
