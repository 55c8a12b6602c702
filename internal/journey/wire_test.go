package journey

// The wire: what each audience received, byte by byte, and a line that breaks.

import (
	"bytes"
	"io"
	"net"
	"net/http"
	stdsync "sync"
	"sync/atomic"
	"testing"
)

// recorder keeps every byte that one audience received: heads and bodies, decoded.
type recorder struct {
	base http.RoundTripper
	mu   stdsync.Mutex
	got  bytes.Buffer
}

func (r *recorder) client() *http.Client { return &http.Client{Transport: r} }

// RoundTrip sends the request and keeps the answer while it is read.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	_ = res.Header.Write(&r.got)
	r.mu.Unlock()
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(res.Body, r), res.Body}
	return res, nil
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got.Write(p)
}

func (r *recorder) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.got.Bytes())
}

// cutter is a TCP proxy that cuts the line after so many bytes from the client, as
// often as it is told, and counts what went over.
type cutter struct {
	URL  string
	cuts atomic.Int64 // left
	sent atomic.Int64 // bytes from the client
}

// newCutter forwards to target (host:port) and cuts n times, each after size bytes.
func newCutter(t *testing.T, target string, n, size int64) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	c := &cutter{URL: "http://" + listener.Addr().String()}
	c.cuts.Store(n)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			go c.carry(conn, target, size)
		}
	}()
	return c
}

func (c *cutter) carry(conn net.Conn, target string, size int64) {
	defer func() { _ = conn.Close() }()
	far, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	go func() { _, _ = io.Copy(conn, far) }()
	buf, carried := make([]byte, 16<<10), int64(0)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			c.sent.Add(int64(n))
			carried += int64(n)
			if _, err := far.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
		if carried > size && c.cuts.Add(-1) >= 0 {
			return
		}
	}
}
