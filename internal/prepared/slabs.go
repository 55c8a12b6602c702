package prepared

import (
	"time"

	"modernc.org/libc"
)

// The driver's allocator has slabs of 64 KiB for pieces of one size up to 16 KiB, and gives a
// slab back to the kernel when its last piece is freed. Where all others are full, a statement
// that needs one more piece asks for a slab and gives it back, again and again: that took up to
// a quarter of the time of a write.
const (
	slabSize  = 64 << 10
	smallest  = 16
	largest   = 16 << 10
	firstsEnd = 32 // bytes into a slab: what it says of itself comes before its first piece
)

// KeepSlabs keeps the slabs that come and go, from now on: as much memory as SQLite once
// needed stays with the process.
func KeepSlabs() {
	go func() {
		tls := libc.NewTLS()
		for ; ; time.Sleep(time.Second) {
			HoldSlabs(tls)
		}
	}()
}

// HoldSlabs holds on to a slab of each size where the next piece needs a new one.
func HoldSlabs(tls *libc.TLS) { holdSlabs(tls, libc.Xmalloc) }

// holdSlabs takes malloc to learn how a size is called here, for systems do not agree.
func holdSlabs[Size ~uint64 | ~uint32](tls *libc.TLS, malloc func(*libc.TLS, Size) uintptr) {
	for size := Size(smallest); size <= largest; size *= 2 {
		if piece := malloc(tls, size); piece%slabSize > firstsEnd {
			libc.Xfree(tls, piece) // the slab has others
		}
	}
}
