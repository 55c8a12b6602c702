// Package depottest is what every depot promises, as one suite that all of them run, and a
// depot in a folder that can go away, for tests of who uses one.
package depottest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"xuncha/evidence"
)

// sizes around what clients of S3 send in one piece, and an empty file.
var sizes = []int{0, 1, 1000, 5<<20 + 1, 6 << 20, 6<<20 + 1, 13 << 20}

// Run asks a depot for everything that is promised.
func Run(t *testing.T, d evidence.Depot) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same bytes each time
	dir := t.TempDir()
	put := func(key string, data []byte) error {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return d.Put(t.Context(), key, path)
	}
	for _, size := range sizes {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(r.Uint32()) //nolint:gosec // any byte
		}
		sum, _, err := evidence.SumOf(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		key := evidence.Key(sum, 0)
		if _, err := d.Size(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d bytes, not put yet: %v", size, err)
		}
		for range 2 { // the same again is the same
			if err := put(key, data); err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if n, err := d.Size(t.Context(), key); err != nil || n != int64(size) {
				t.Errorf("%d bytes: %d, %v", size, n, err)
			}
		}
		read(t, d, key, data)
	}
	if err := put("evidence/aa/other", []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := put("evidence/aa/other", []byte("and another")); err != nil {
		t.Fatal(err)
	}
	read(t, d, "evidence/aa/other", []byte("and another"))
	if _, err := d.Open(t.Context(), "evidence/aa/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is not there: %v", err)
	}
	if err := d.Put(t.Context(), "evidence/aa/none", filepath.Join(dir, "none")); err == nil || errors.Is(err, evidence.ErrAway) {
		t.Errorf("a file that is not here: %v", err)
	}
}

// read reads an object whole, in parts, and behind its end.
func read(t *testing.T, d evidence.Depot, key string, want []byte) {
	t.Helper()
	f, err := d.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d: %v", len(got), len(want), err)
	}
	if n, err := f.Seek(0, io.SeekEnd); err != nil || n != int64(len(want)) {
		t.Errorf("the end is at %d of %d: %v", n, len(want), err)
	}
	for _, at := range []int{0, len(want) / 3, max(0, len(want)-7)} {
		if _, err := f.Seek(int64(at), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		part := make([]byte, min(5000, len(want)-at))
		if _, err := io.ReadFull(f, part); err != nil || !bytes.Equal(part, want[at:at+len(part)]) {
			t.Errorf("from byte %d of %d: %v", at, len(want), err)
		}
	}
}
