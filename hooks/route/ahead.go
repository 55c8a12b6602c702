package route

// Two processors for one large answer: while one reads its rows, the other compresses those
// that were read.

import (
	"bytes"
	stdsync "sync"

	"github.com/klauspost/compress/zstd"
)

// ahead takes the pieces of an answer. Its buffers are memory, so writing waits for nobody
// but its own processor.
type ahead struct {
	zip *zstd.Encoder // nil: nothing came
	out bytes.Buffer
}

// aheadSpace is what a page takes compressed, in bytes, about.
const aheadSpace = 256 << 10

// streams of zstd are kept; a page at the gate has one.
var streams = stdsync.Pool{New: func() any {
	w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(zstdWindow), zstd.WithEncoderLevel(zstd.SpeedFastest)) // no option can fail
	return w
}}

func (a *ahead) Write(p []byte) (int, error) {
	if a.zip == nil {
		a.zip = streams.Get().(*zstd.Encoder)
		a.out.Grow(aheadSpace)
		a.zip.Reset(&a.out)
	}
	return a.zip.Write(p)
}

// end adds what is left and returns all of it.
func (a *ahead) end(rest []byte) ([]byte, error) {
	if _, err := a.Write(rest); err != nil {
		return nil, err
	}
	err := a.zip.Close()
	return a.out.Bytes(), err
}

func (a *ahead) free() {
	if a.zip != nil {
		a.zip.Reset(nil) // it holds on to no answer
		streams.Put(a.zip)
	}
}
