package route

// What went ahead comes out whole, whatever became of the memory that it lay in, and an
// answer that failed midway leaves nobody behind.

import (
	"bytes"
	"io"
	"math/rand/v2"
	"runtime"
	stdsync "sync"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func TestWhatGoesAheadComesOutWhole(t *testing.T) {
	before := runtime.NumGoroutine()
	var all stdsync.WaitGroup
	for seed := range uint64(16) {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, 1))
			for range 20 {
				if want, got, err := throughAhead(r); err != nil || !bytes.Equal(got, want) {
					t.Errorf("seed %d: %d bytes of %d came out, or others: %v", seed, len(got), len(want), err)
				}
			}
		})
	}
	all.Wait()
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, %d before", now, before)
	}
}

// throughAhead sends pieces through memory that is used for each of them, and some answers
// that fail.
func throughAhead(r *rand.Rand) (want, got []byte, err error) {
	memory := make([]byte, 96<<10)
	var a ahead
	defer a.free()
	for range r.IntN(3 * aheadMost) {
		piece := memory[:r.IntN(len(memory))]
		for i := range piece {
			piece[i] = byte('a' + r.IntN(4))
		}
		if _, err := a.Write(piece); err != nil {
			return nil, nil, err
		}
		want = append(want, piece...)
	}
	if r.IntN(4) == 0 {
		return nil, nil, nil
	}
	data, err := a.end([]byte("the rest"))
	if err != nil {
		return nil, nil, err
	}
	in, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	got, err = io.ReadAll(in)
	return append(want, "the rest"...), got, err
}
