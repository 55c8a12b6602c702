package sync

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Sum adds up what a client holds, in any order.
type Sum struct {
	Count int64
	hash  [sha256.Size]byte
}

// Add adds one row; adding it again takes it out.
func (s *Sum) Add(collection, record string, seq int64) {
	row := sha256.Sum256([]byte(collection + "\x00" + record + "\x00" + strconv.FormatInt(seq, 10)))
	for i := range row {
		s.hash[i] ^= row[i]
	}
	s.Count++
}

// Digest is the sum as it goes over the wire: lower-case hexadecimal, zeros for none.
func (s *Sum) Digest() Digest { return Digest{s.Count, hex.EncodeToString(s.hash[:])} }
