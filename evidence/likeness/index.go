package likeness

// The index: all hashes in memory, looked through one after the other.

import (
	"math/bits"
	"sync"
)

// Index holds hashes by the key of their picture. It is safe for concurrent use; the zero
// value is empty. A million take 24 MB.
type Index struct {
	mu            sync.RWMutex
	first, second []uint64
	keys          []int64
}

// Add puts a picture in. Each key is to be added once.
func (x *Index) Add(key int64, h Hash) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.first, x.second, x.keys = append(x.first, h[0]), append(x.second, h[1]), append(x.keys, key)
}

// Len is how many pictures there are.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.keys)
}

// Match is a picture by how many bits it differs, in the direction that fits best.
type Match struct {
	Key  int64
	Bits int
}

// Apart is by how many bits two hashes differ, in the direction that fits best.
func Apart(a, b Hash) int {
	turns := a.Turns()
	return apart(&turns, b)
}

func apart(turns *[8]Hash, b Hash) int {
	best := Bits
	for _, t := range turns {
		best = min(best, bits.OnesCount64(t[0]^b[0])+bits.OnesCount64(t[1]^b[1]))
	}
	return best
}

// Near returns the pictures that differ by at most within bits, in the order they were added.
// Most are ruled out by their lowest frequencies alone.
func (x *Index) Near(h Hash, within int) []Match {
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := h.Turns()
	var out []Match
	for i, w := range x.first {
		a := min(bits.OnesCount64(t[0][0]^w), bits.OnesCount64(t[1][0]^w), bits.OnesCount64(t[2][0]^w), bits.OnesCount64(t[3][0]^w))
		b := min(bits.OnesCount64(t[4][0]^w), bits.OnesCount64(t[5][0]^w), bits.OnesCount64(t[6][0]^w), bits.OnesCount64(t[7][0]^w))
		if min(a, b) > within {
			continue
		}
		if n := apart(&t, Hash{w, x.second[i]}); n <= within {
			out = append(out, Match{x.keys[i], n})
		}
	}
	return out
}
