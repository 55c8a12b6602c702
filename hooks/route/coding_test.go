package route

// Compressed bodies from outside: what swells is stopped where the limit is, and takes no
// more memory than a few bodies however small it came.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	stdsync "sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"xuncha/hooks/problem"
	"xuncha/sync"
)

// zeros are so many bytes that compress to nearly nothing.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(z.left, int64(len(p))))
	clear(p[:n])
	z.left -= int64(n)
	return n, nil
}

func packed(t testing.TB, with func(io.Writer) io.WriteCloser, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := with(&b)
	if _, err := io.Copy(w, &zeros{size}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipTo(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

func zstdTo(options ...zstd.EOption) func(io.Writer) io.WriteCloser {
	return func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, options...)
		if err != nil {
			panic(err) // the options are valid
		}
		return z
	}
}

// bodyMemory is what reading one body may take in all, in bytes: the body as it came, its
// content, and what both outgrew on the way.
const bodyMemory = 8 * sync.MaxBody

// weigh reads a body and returns its length, its code where it is refused, and how many
// bytes were allocated meanwhile.
func weigh(t testing.TB, of *budget, encoding string, in io.Reader) (length int, code string, took uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := share{of: of}
	body, err := s.readBody(encoding, in)
	runtime.ReadMemStats(&after)
	s.free()
	if err != nil {
		var p *problem.Problem
		if !errors.As(err, &p) {
			t.Fatalf("%v has no code", err)
		}
		code = p.Code()
	}
	return len(body), code, after.TotalAlloc - before.TotalAlloc
}

func TestWhatSwellsIsStopped(t *testing.T) {
	const large = 1 << 30
	// A frame that says it holds 2^40 bytes, and one that wants a window of 2 GiB.
	claims := append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0}, binary.LittleEndian.AppendUint64(nil, 1<<40)...)
	window := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00}
	// Frames that are skipped, sixteen bytes each.
	skipped := bytes.Repeat(append([]byte{0x50, 0x2a, 0x4d, 0x18, 8, 0, 0, 0}, make([]byte, 8)...), sync.MaxBody/16)
	var of budget
	for _, c := range []struct {
		name, encoding string
		body           []byte
		code           string
	}{
		{"a gigabyte in gzip", "gzip", packed(t, gzipTo, large), "push_too_large"},
		{"a gigabyte in zstd", "zstd", packed(t, zstdTo(), large), "push_too_large"},
		{"a gigabyte in zstd with a window of 512 MiB", "zstd", packed(t, zstdTo(zstd.WithWindowSize(512<<20)), large), "bad_encoding"},
		{"a gigabyte in many frames", "zstd", bytes.Repeat(packed(t, zstdTo(), 64<<10), 1<<14), "push_too_large"},
		{"a gigabyte in many members", "gzip", bytes.Repeat(packed(t, gzipTo, 64<<10), 1<<14), "push_too_large"},
		{"a frame that claims a terabyte", "zstd", claims, "bad_encoding"},
		{"a frame that wants 2 GiB of window", "zstd", window, "bad_encoding"},
		{"frames that are skipped", "zstd", skipped, ""},
		{"one byte too many", "zstd", packed(t, zstdTo(), sync.MaxBody+1), "push_too_large"},
		{"just as much as may be, zstd", "zstd", packed(t, zstdTo(), sync.MaxBody), ""},
		{"just as much as may be, a window of 8 MiB", "zstd", packed(t, zstdTo(zstd.WithWindowSize(8<<20)), sync.MaxBody), ""},
		{"just as much as may be, gzip", "gzip", packed(t, gzipTo, sync.MaxBody), ""},
		{"zstd in gzip", "gzip", zipped(t, packed(t, zstdTo(), large)), ""}, // which is then no JSON
	} {
		_, code, took := weigh(t, &of, c.encoding, bytes.NewReader(c.body))
		if code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
		if took > bodyMemory {
			t.Errorf("%s: %d bytes were allocated for a body of %d", c.name, took, len(c.body))
		}
	}
	if _, code, took := weigh(t, &of, "", &zeros{large}); code != "push_too_large" || took > bodyMemory {
		t.Errorf("a gigabyte as it is: %q, %d bytes", code, took)
	}
	if used := of.used.Load(); used != 0 {
		t.Errorf("%d bytes are still held", used)
	}
}

func zipped(t testing.TB, data []byte) []byte {
	t.Helper()
	return bytes.Clone(zip(data))
}

// However many come at once, bodies have one budget; who finds it used up is to come again,
// and nobody's share is lost.
func TestBodiesShareABudget(t *testing.T) {
	var of budget
	first := make([]share, heldBytes/sync.MaxBody+2)
	var all stdsync.WaitGroup
	var mu stdsync.Mutex
	codes := map[string]int{}
	for i := range first {
		first[i].of = &of
		all.Go(func() {
			body, err := first[i].readBody("", &zeros{sync.MaxBody})
			mu.Lock()
			defer mu.Unlock()
			var p *problem.Problem
			switch {
			case errors.As(err, &p):
				codes[p.Code()]++
				if p.Retry < retrySeconds || p.Retry > 2*retrySeconds {
					t.Errorf("come again after %d s", p.Retry)
				}
			case len(body) == sync.MaxBody:
				codes["read"]++
			}
		})
	}
	all.Wait()
	if codes["busy"] == 0 || codes["read"] < len(first)/2 || codes["busy"]+codes["read"] != len(first) {
		t.Errorf("%v", codes)
	}
	if _, code, _ := weigh(t, &of, "", strings.NewReader("a small body")); code != "" {
		t.Errorf("a small body: %s", code)
	}
	for i := range first {
		first[i].free()
	}
	if used := of.used.Load(); used != 0 {
		t.Errorf("%d bytes are still held", used)
	}
}

// Whatever is sent as a body is read, or refused with a code, within the memory of a few
// bodies, and what is read is a request or refused with a code.
func FuzzReadBody(f *testing.F) {
	hello := []byte(`{"client":{"id":"01JD0000000000000000000001","schema":1},"epoch":"","cursor":"","push":[{"n":1e400}],"pull":{"limit":-1}}`)
	for _, with := range []func(io.Writer) io.WriteCloser{gzipTo, zstdTo()} {
		var b bytes.Buffer
		w := with(&b)
		if _, err := w.Write(hello); err != nil {
			f.Fatal(err)
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(true, b.Bytes())
		f.Add(false, b.Bytes())
		f.Add(false, packed(f, with, 5<<20))
		f.Add(true, packed(f, with, 5<<20))
	}
	f.Fuzz(func(t *testing.T, zstd bool, data []byte) {
		encoding := "gzip"
		if zstd {
			encoding = "zstd"
		}
		var of budget
		s := share{of: &of}
		_, code, took := weigh(t, &of, encoding, bytes.NewReader(data))
		if took > bodyMemory {
			t.Errorf("%d bytes were allocated for a body of %d", took, len(data))
		}
		if code != "" && code != "bad_encoding" && code != "push_too_large" {
			t.Errorf("code %s", code)
		}
		body, err := s.readBody(encoding, bytes.NewReader(data))
		if err != nil {
			return
		}
		if _, err := sync.ReadRequest(body); err != nil {
			if _, known := problem.Of(err); !known {
				t.Errorf("%v has no code", err)
			}
		}
		s.free()
		if of.used.Load() != 0 {
			t.Error("bytes are still held")
		}
	})
}
