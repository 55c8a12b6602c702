package route

// An answer of any size, compressed as it is made and complete before its first byte is
// sent: the beginning in memory, the rest in a file that goes with the answer. All answers
// together take so much and no more.

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/core"
)

// spool takes an answer.
type spool struct {
	coder  io.WriteCloser // nil: as it is
	coding string
	memory bytes.Buffer
	file   *os.File
	size   int64
	share  share // of what all answers take, in memory and in files
}

// newSpool compresses as the client takes it: zstd if it accepts that, else gzip.
func newSpool(e *core.RequestEvent, of *budget) *spool {
	s := &spool{share: share{of: of}}
	accept := e.Request.Header.Values("Accept-Encoding")
	switch {
	case accepts(accept, "zstd"):
		s.coding = "zstd"
		s.coder, _ = zstd.NewWriter(spooled{s}, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20)) // no option can fail
	case accepts(accept, "gzip"):
		s.coding = "gzip"
		s.coder, _ = gzip.NewWriterLevel(spooled{s}, gzip.BestSpeed) // the level is valid
	}
	return s
}

func (s *spool) Write(p []byte) (int, error) {
	if s.coder != nil {
		return s.coder.Write(p)
	}
	return spooled{s}.Write(p)
}

// spooled is the place of what is compressed.
type spooled struct{ *spool }

func (s spooled) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if err := s.share.hold(int(s.size)); err != nil {
		return 0, err
	}
	if s.file == nil && s.memory.Len()+len(p) <= smallBytes {
		return s.memory.Write(p)
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "xuncha-answer-")
		if err != nil {
			return 0, err
		}
		s.file = file
	}
	return s.file.Write(p)
}

// send sends what was taken.
func (s *spool) send(e *core.RequestEvent) error {
	if s.coder != nil {
		if err := s.coder.Close(); err != nil {
			return err
		}
		s.coder = nil
	}
	h := e.Response.Header()
	h.Set("Content-Type", "application/json")
	h.Add("Vary", "Accept-Encoding")
	if s.coding != "" {
		h.Set("Content-Encoding", s.coding)
	}
	h.Set("Content-Length", strconv.FormatInt(s.size, 10))
	if _, err := e.Response.Write(s.memory.Bytes()); err != nil || s.file == nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(e.Response, s.file)
	return err
}

// close throws the answer away.
func (s *spool) close() {
	defer s.share.free()
	if s.coder != nil {
		_ = s.coder.Close() // it was broken off
	}
	if s.file != nil {
		_ = errors.Join(s.file.Close(), os.Remove(s.file.Name())) // the system's own sweep takes what stays
	}
}
