//go:build linux

package prepared_test

// Memory that comes from the kernel is touched for the first time, and the kernel counts that.

import (
	"syscall"
	"testing"

	"modernc.org/libc"

	"xuncha/internal/prepared"
)

func TestPiecesComeAndGoWithoutTheKernel(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	const rounds = 1000
	faults := func(size libc.Tsize_t) int64 {
		var before, after syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before) // it cannot fail for oneself
		for range rounds {
			piece := libc.Xmalloc(tls, size)
			libc.Xmemset(tls, piece, 1, 1)
			libc.Xfree(tls, piece)
		}
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
		return after.Minflt - before.Minflt
	}
	for size := libc.Tsize_t(16); size <= 16<<10; size *= 2 {
		piece := libc.Xmalloc(tls, size)
		for piece%(64<<10) > 32 {
			piece = libc.Xmalloc(tls, size)
		}
		libc.Xfree(tls, piece) // all slabs are full now
		if n := faults(size); n < rounds {
			t.Errorf("%d pieces of %d bytes: %d faults; there was nothing to help", rounds, size, n)
		}
		prepared.HoldSlabs(tls)
		if n := faults(size); n > rounds/10 {
			t.Errorf("%d pieces of %d bytes: %d faults, though a slab is held", rounds, size, n)
		}
	}
}
