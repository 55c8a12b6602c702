package route

// Slow lines: how long a request may take to arrive and an answer to leave. Time is
// measured against progress, so that a photo over a bad network lives and a line on which
// nothing moves ends.

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"xuncha/hooks/problem"
	"xuncha/intake"
)

// Pace is how slow a line may be. The zero value of a field is its default.
type Pace struct {
	Header time.Duration // until the header of a request is there
	Body   time.Duration // until a small body is there, or the next byte of a photo
	Write  time.Duration // until the next 32 KiB of an answer are taken
	Idle   time.Duration // between two requests of a connection
}

// WithDefaults fills in what is not set.
func (p Pace) WithDefaults() Pace {
	for _, f := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&p.Header, 20 * time.Second}, {&p.Body, time.Minute}, {&p.Write, time.Minute}, {&p.Idle, 2 * time.Minute}} {
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	return p
}

// MaxHeader is the size of a request's header in bytes that is answered in our words; twice
// as much is cut off by the server below us.
const MaxHeader = 32 << 10

// Apply sets what the server itself can watch, and Guard around its handler what it cannot.
func (p Pace) Apply(s *http.Server) {
	p = p.WithDefaults()
	s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = p.Header, p.Body, p.Write, p.Idle
	s.MaxHeaderBytes = 2 * MaxHeader
	s.Handler = p.Guard(s.Handler)
}

// Guard gives each request a body and an answer that keep the pace.
//
// The router gets a request of its own. It puts another body into it and closes that one; in
// the server's own request this would hide from net/http that a body was not read to its
// end, and the rest of it would be taken for the next request.
func (p Pace) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctl := http.NewResponseController(w)
		own := r.WithContext(r.Context())
		if r.Body == nil || r.Body == http.NoBody {
			_ = ctl.SetReadDeadline(time.Time{}) // a long answer is not cut by the time for the question
		} else {
			body := p.body(ctl, r)
			defer body.leave()
			own.Body = body
		}
		out := &pacedAnswer{ResponseWriter: w, ctl: ctl, patient: p.Write}
		defer out.extend()
		next.ServeHTTP(out, own)
	})
}

// after is a deadline for a line: of the real clock, however the clock of the house is set.
func after(d time.Duration) time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	at, _ := ctx.Deadline()
	return at
}

// pacedBody is a body with its time and its size.
type pacedBody struct {
	io.ReadCloser
	ctl   *http.ResponseController
	until func(read int64) time.Time // when the next byte must be here; nil: as the server set
	limit int64                      // bytes; 0 where the route stops by itself
	read  int64
	whole bool
	tus   bool // who reads knows the errors of lines by their own names
}

// slowest is the rate of a large body in bytes a second after the first minute: a tenth of
// what GPRS gives.
const slowest = 512

func (p Pace) body(ctl *http.ResponseController, r *http.Request) *pacedBody {
	b := &pacedBody{ReadCloser: r.Body, ctl: ctl, limit: bodyLimit(r)}
	start := after(p.Body)
	switch kind := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(r.URL.Path, strings.TrimSuffix(UploadPath, "/")):
		b.tus, b.until = true, func(int64) time.Time { return after(p.Body) }
	case isSync(r.URL.Path), strings.HasPrefix(kind, "multipart/form-data"):
		b.until = func(read int64) time.Time { return start.Add(time.Duration(read) * time.Second / slowest) }
	}
	return b
}

func (b *pacedBody) Read(p []byte) (int, error) {
	if b.limit > 0 {
		if b.read > b.limit {
			return 0, TooLarge(b.limit)
		}
		p = p[:min(int64(len(p)), b.limit-b.read+1)]
	}
	if b.until != nil {
		_ = b.ctl.SetReadDeadline(b.until(b.read)) // a line that is gone says so when it is read
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch {
	case b.limit > 0 && b.read > b.limit:
		return n, TooLarge(b.limit)
	case err == nil:
	case errors.Is(err, io.EOF):
		b.whole = true
		_ = b.ctl.SetReadDeadline(time.Time{}) // the answer may take its time
	case b.tus:
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, problem.New("body_too_slow", "%d bytes came, and then nothing in time", b.read)
	default: // the reason names addresses; it is the line's
		return n, problem.New("body_broken", "after %d bytes", b.read)
	}
	return n, err
}

// leave bounds the time in which the server throws away what was not read.
func (b *pacedBody) leave() {
	if !b.whole && b.until != nil {
		_ = b.ctl.SetReadDeadline(after(leaving))
	}
}

const leaving = 10 * time.Second

// TooLarge refuses a body with its limit in bytes.
func TooLarge(limit int64) *problem.Problem {
	return problem.New("body_too_large", "at most %d bytes", limit).With("limit", limit)
}

// Sizes of bodies in bytes.
const (
	maxSignIn = 64 << 10
	maxRecord = 1 << 20
	maxOther  = 32 << 20 // borders, and what the operator does
)

// bodyLimit is what a body may have; 0 where the route reads it piece by piece.
func bodyLimit(r *http.Request) int64 {
	path := r.URL.Path
	collection, inCollections := strings.CutPrefix(path, "/api/collections/")
	switch {
	case isSync(path), path == "/api/backups/upload", strings.HasPrefix(path, strings.TrimSuffix(UploadPath, "/")):
		return 0
	case path == "/api/complaints" && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data"):
		return 0
	case strings.HasPrefix(path, "/api/complaints"), strings.HasPrefix(path, "/api/devices"),
		strings.HasPrefix(path, "/api/held"), strings.HasPrefix(path, "/api/sync/"):
		return intake.MaxBody
	case !inCollections, strings.HasPrefix(collection, "jurisdictions/"), !strings.Contains(collection, "/"):
		return maxOther
	case strings.Contains(collection, "/records"):
		return maxRecord
	}
	return maxSignIn
}

// pacedAnswer gives each piece of an answer its own time: who reads slowly is served, who
// stops is cut.
type pacedAnswer struct {
	http.ResponseWriter
	ctl     *http.ResponseController
	patient time.Duration
	taken   bool // a stream has the connection
}

// piece is how much of an answer must be taken within the time, in bytes.
const piece = 32 << 10

// Unwrap lets a route reach what the server itself can do.
func (a *pacedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Hijack gives a stream the connection; its deadlines are the stream's from then on.
func (a *pacedAnswer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := a.ctl.Hijack()
	a.taken = err == nil
	return conn, rw, err
}

func (a *pacedAnswer) extend() {
	if !a.taken {
		_ = a.ctl.SetWriteDeadline(after(a.patient))
	}
}

func (a *pacedAnswer) Write(p []byte) (done int, err error) {
	for {
		a.extend()
		n, err := a.ResponseWriter.Write(p[:min(len(p), piece)])
		done, p = done+n, p[n:]
		if err != nil || len(p) == 0 {
			return done, err
		}
	}
}

// ReadFrom sends a file without a copy of it in memory, piece by piece.
func (a *pacedAnswer) ReadFrom(r io.Reader) (done int64, err error) {
	left := int64(math.MaxInt64)
	if limited, ok := r.(*io.LimitedReader); ok { // a part of a file, as ranges are sent
		r, left = limited.R, limited.N
		defer func() { limited.N -= done }()
	}
	for left > 0 {
		a.extend()
		n, err := io.CopyN(a.ResponseWriter, r, min(left, piece))
		done, left = done+n, left-n
		if errors.Is(err, io.EOF) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// FlushError sends what is held back, within the time.
func (a *pacedAnswer) FlushError() error {
	a.extend()
	return a.ctl.Flush()
}
