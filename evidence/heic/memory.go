package heic

import (
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// bounded is the memory of one instance: reserved whole, filled as it is touched, given back
// to the system at the end. A slice that grows would be copied, and take three times as much.
type bounded struct {
	reserved []byte
	full     bool // more was asked for than there is
}

var (
	_ experimental.MemoryAllocator = (*bounded)(nil)
	_ experimental.LinearMemory    = (*bounded)(nil)
)

func reserve() (*bounded, error) {
	reserved, err := syscall.Mmap(-1, 0, Memory, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	return &bounded{reserved: reserved}, err
}

// Allocate is asked once for an instance, whatever it says that it may need.
func (b *bounded) Allocate(_, _ uint64) experimental.LinearMemory { return b }

// Reallocate gives the first so many bytes, or nil if there are not so many.
func (b *bounded) Reallocate(size uint64) []byte {
	if size > uint64(len(b.reserved)) {
		b.full = true
		return nil
	}
	return b.reserved[:size]
}

// Free comes with the end of the instance; release is what frees.
func (*bounded) Free() {}

func (b *bounded) release() error { return syscall.Munmap(b.reserved) }
