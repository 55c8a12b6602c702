package route

// Compression of bodies and answers. A body is decompressed when all of it is here, and an
// answer is compressed before the first byte leaves: a slow line holds no coder.

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	stdsync "sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"xuncha/hooks/problem"
	"xuncha/sync"
)

// Windows of zstd, in bytes: what an answer asks of the memory of who reads it, and what a
// body may ask of ours (RFC 8878 wants every decoder to take as much).
const (
	zstdWindow = 1 << 20
	bodyWindow = 8 << 20
)

// zstdEncoder keeps a state for each processor and hands them around; no option can fail.
var zstdEncoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithWindowSize(zstdWindow),
	zstd.WithEncoderLevel(zstd.SpeedFastest)) // nearly as small as the default, and half the time

// zstdDecoders are so many as there are processors: each may hold a window.
var zstdDecoders = func() chan *zstd.Decoder {
	out := make(chan *zstd.Decoder, runtime.GOMAXPROCS(0))
	for range cap(out) {
		d, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(bodyWindow))
		out <- d
	}
	return out
}()

var (
	gzipWriters = stdsync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is valid
		return w
	}}
	gzipReaders stdsync.Pool // of *gzip.Reader
)

// readBody reads a request of at most MaxBody bytes, before and after decompression.
func (s *share) readBody(encoding string, in io.Reader) ([]byte, error) {
	body, err := s.read(in, 0, sync.MaxBody)
	if err != nil {
		return nil, unreadable(err)
	}
	switch strings.ToLower(encoding) {
	case "", "identity":
		return body, nil
	case "gzip":
		body, err = s.unzip(body)
	case "zstd":
		body, err = s.unzstd(body)
	default:
		return nil, problem.New("bad_encoding", "Content-Encoding %q; gzip and zstd are understood", encoding)
	}
	return body, unreadable(err)
}

// unreadable is why a body cannot be read; a line says it in its own words.
func unreadable(err error) error {
	var known *problem.Problem
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return problem.New("bad_encoding", "the body's zstd needs a window of more than %d bytes", bodyWindow).With("limit", bodyWindow)
	}
	return problem.New("bad_encoding", "the body cannot be read: %v", err)
}

func tooMuch() error {
	return problem.New("push_too_large", "at most %d bytes after decompression; send half", sync.MaxBody).With("limit", sync.MaxBody)
}

func (s *share) unzip(body []byte) ([]byte, error) {
	zip, ok := gzipReaders.Get().(*gzip.Reader)
	if !ok {
		zip = new(gzip.Reader)
	}
	defer gzipReaders.Put(zip)
	if err := zip.Reset(bytes.NewReader(body)); err != nil {
		return nil, err
	}
	return s.read(zip, len(body), sync.MaxBody)
}

func (s *share) unzstd(body []byte) ([]byte, error) {
	zip := <-zstdDecoders
	defer func() {
		_ = zip.Reset(nil) // it holds on to no body
		zstdDecoders <- zip
	}()
	if err := zip.Reset(bytes.NewReader(body)); err != nil {
		return nil, err
	}
	return s.read(zip, len(body), sync.MaxBody)
}

// smallAnswer: bytes below which compressing an answer gains nothing.
const smallAnswer = 1 << 10

// compressed is an answer as a phone takes it, zstd if it accepts that, else gzip. The
// bytes are a copy of their own.
func compressed(accept []string, data []byte) (coding string, out []byte) {
	switch {
	case len(data) < smallAnswer:
	case accepts(accept, "zstd"):
		return "zstd", zstdEncoder.EncodeAll(data, make([]byte, 0, len(data)/4))
	case accepts(accept, "gzip"):
		return "gzip", zip(data)
	}
	return "", bytes.Clone(data)
}

func zip(data []byte) []byte {
	b := bytes.NewBuffer(make([]byte, 0, len(data)/4))
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(b)
	_, _ = w.Write(data) // memory takes everything
	_ = w.Close()
	return b.Bytes()
}

// accepts tells whether a coding is named, and not with the quality 0 (RFC 9110, 12.5.3).
func accepts(header []string, coding string) bool {
	for item := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(params), "=")
		value, _, _ = strings.Cut(value, ";")
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return !strings.EqualFold(strings.TrimSpace(key), "q") || err != nil || q > 0
	}
	return false
}
