package route

// Two processors for one large answer: while one reads its rows, the other compresses those
// that were read.

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	stdsync "sync"

	"github.com/klauspost/compress/zstd"
)

// ahead takes the pieces of an answer; a goroutine of its own compresses them into memory, so
// that writing waits for nobody but the other processor.
type ahead struct {
	pieces chan *bytes.Buffer // nil: none came
	done   chan struct{}      // all are compressed
	out    bytes.Buffer
	err    error
}

const (
	aheadSpace = 128 << 10 // bytes that a page takes compressed, about
	aheadMost  = 8         // pieces that wait
)

// streams of zstd are kept, and so is the memory of pieces; a page at the gate has one.
var (
	streams = stdsync.Pool{New: func() any {
		w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow), zstd.WithEncoderLevel(zstd.SpeedFastest)) // no option can fail
		return w
	}}
	spaces = stdsync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// Write takes a copy of a piece.
func (a *ahead) Write(p []byte) (int, error) {
	if a.pieces == nil {
		a.pieces, a.done = make(chan *bytes.Buffer, aheadMost), make(chan struct{})
		go a.compress()
	}
	piece := spaces.Get().(*bytes.Buffer)
	piece.Reset()
	n, err := piece.Write(p)
	a.pieces <- piece
	return n, err
}

func (a *ahead) compress() {
	defer close(a.done)
	defer func() {
		if r := recover(); r != nil { // here nobody else would
			a.err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
		for range a.pieces { // whoever writes does not wait
		}
	}()
	zip := streams.Get().(*zstd.Encoder)
	a.out.Grow(aheadSpace)
	zip.Reset(&a.out)
	for piece := range a.pieces {
		_, err := zip.Write(piece.Bytes())
		a.err = errors.Join(a.err, err)
		if piece.Cap() <= aheadSpace {
			spaces.Put(piece)
		}
	}
	a.err = errors.Join(a.err, zip.Close())
	zip.Reset(nil) // it holds on to no answer
	streams.Put(zip)
}

// began tells whether pieces came.
func (a *ahead) began() bool { return a.pieces != nil }

// end adds what is left and returns all of it, in memory of about its size.
func (a *ahead) end(rest []byte) ([]byte, error) {
	_, err := a.Write(rest)
	a.free()
	data := a.out.Bytes()
	if cap(data) > len(data)+len(data)/2 {
		data = bytes.Clone(data)
	}
	return data, errors.Join(err, a.err)
}

// free waits for the compressing to end; an answer that failed is not ended before.
func (a *ahead) free() {
	if a.done == nil {
		return
	}
	close(a.pieces)
	<-a.done
	a.done = nil
}
