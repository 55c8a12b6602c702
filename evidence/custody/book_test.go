package custody_test

// A log in memory, with photos beside it, that can be tampered with.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"xuncha/evidence/custody"
)

// memory keeps a log and what it is about.
type memory struct {
	leaves []custody.Kept
	of     []string // the photo of each leaf
	hashes []tlog.Hash
	heads  []string
	beside string
	key    custody.Key
	photos []custody.Photo
	files  map[string][]byte // originals by sum, copies by sum and size
	clock  time.Time
	nonces int
}

func newMemory(t interface{ Fatal(...any) }) *memory {
	key, err := custody.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{key: key, files: map[string][]byte{}, clock: time.Date(2026, 11, 26, 1, 2, 3, 0, time.UTC)}
	if err := m.append(custody.Entry{Event: custody.Opened, Actor: custody.System, Facts: map[string]any{"key": string(key.Public())}}); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *memory) Size() (int64, error) { return int64(len(m.leaves)), nil }

func (m *memory) ReadHashes(places []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(places))
	for i, p := range places {
		if p >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("hash %d of %d", p, len(m.hashes))
		}
		out[i] = m.hashes[p]
	}
	return out, nil
}

func (m *memory) Put(leaf custody.Leaf, text, facts []byte, from int64, hashes []tlog.Hash) error {
	if from != int64(len(m.hashes)) {
		return fmt.Errorf("hash %d comes after %d", from, len(m.hashes))
	}
	m.leaves = append(m.leaves, custody.Kept{N: leaf.N, Text: text, Facts: facts, Event: leaf.Event, Evidence: leaf.Evidence})
	m.of = append(m.of, leaf.Evidence)
	m.hashes = append(m.hashes, hashes...)
	return nil
}

func (m *memory) clerk() custody.Clerk {
	return custody.Clerk{
		Book: m, Now: func() time.Time { m.clock = m.clock.Add(time.Second); return m.clock },
		Nonce: func() string { m.nonces++; return fmt.Sprint("nonce-", m.nonces) },
	}
}

func (m *memory) append(entries ...custody.Entry) error {
	_, err := m.clerk().Append(entries...)
	return err
}

// seal signs what there is; more keys agree.
func (m *memory) seal(more ...custody.Key) error {
	_, signed, _, err := m.clerk().Sealed(m.key, more...)
	m.heads, m.beside = append(m.heads, signed), signed
	return err
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// shoot takes a photo through its whole way.
func (m *memory) shoot(device string, data []byte) error {
	id, hash := fmt.Sprintf("photo%010d", len(m.photos)), sum(data)
	previous := ""
	for _, p := range m.photos {
		if p.Device == device {
			previous = p.SHA256
		}
	}
	facts := map[string]any{"device": device, "previous": previous, "position": map[string]any{"lat": 39.9, "lon": 116.4 + float64(len(m.photos))/1000}}
	small := append([]byte("small "), data...)
	m.files[hash], m.files[hash+".320"] = data, small
	first, err := m.clerk().Append(custody.Entry{Event: custody.Captured, Evidence: id, SHA256: hash, Actor: "user", Facts: facts},
		custody.Entry{Event: custody.Received, Evidence: id, SHA256: hash, Actor: custody.System, Facts: map[string]any{"size": len(data)}},
		custody.Entry{Event: custody.Derived, Evidence: id, SHA256: hash, Actor: custody.System, Facts: map[string]any{"320": sum(small)}})
	if err != nil {
		return err
	}
	_, signed, _, err := m.clerk().Sealed(m.key)
	received := first + 1
	m.photos = append(m.photos, custody.Photo{
		ID: id, SHA256: hash, Stored: true, Facts: facts, Device: device, Previous: previous,
		Receipt: custody.Receipt{SHA256: hash, Size: int64(len(data)), LogIndex: &received, TreeHead: signed},
	})
	return err
}

func (m *memory) Leaves(each func(custody.Kept) error) error {
	for _, k := range m.leaves {
		if err := each(k); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) LeavesOf(evidence string) (out []custody.Kept, err error) {
	for i, k := range m.leaves {
		if m.of[i] == evidence {
			out = append(out, k)
		}
	}
	return out, nil
}

func (m *memory) Hashes(each func(int64, tlog.Hash) error) error {
	for i, h := range m.hashes {
		if err := each(int64(i), h); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Heads(each func(string, []byte) error) error {
	for _, h := range m.heads {
		if err := each(h, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Photos(_ string, each func(custody.Photo) error) error {
	for _, p := range m.photos {
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Has(evidence string) (bool, error) {
	return slices.ContainsFunc(m.photos, func(p custody.Photo) bool { return p.ID == evidence }), nil
}

func (m *memory) Original(_ context.Context, sum string) (io.ReadCloser, error) { return m.open(sum) }

func (m *memory) Copy(_ context.Context, sum, size string) (io.ReadCloser, error) {
	return m.open(sum + "." + size)
}

func (m *memory) open(name string) (io.ReadCloser, error) {
	data, ok := m.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// audit is the report over everything.
func (m *memory) audit(t interface{ Fatal(...any) }, change ...func(*custody.Audit)) custody.Report {
	a := custody.Audit{Archive: m, Files: m, Key: m.key.Public(), Beside: m.beside}
	for _, c := range change {
		c(&a)
	}
	r, err := a.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codes are those of the findings, each once.
func codes(r custody.Report) []string {
	var out []string
	for _, f := range r.Findings {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}

func says(r custody.Report) string {
	data, _ := json.MarshalIndent(r.Findings, "", " ") // it is made of texts
	return string(data)
}

// house is a log with photos of two devices, sealed now and then.
func house(t interface{ Fatal(...any) }, photos int) *memory {
	m := newMemory(t)
	for i := range photos {
		if err := m.shoot([]string{"one", "two"}[i%2], fmt.Appendf(nil, "photo number %d", i)); err != nil {
			t.Fatal(err)
		}
		if i%3 == 2 || i == photos-1 {
			if err := m.seal(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

var _ custody.Archive = (*memory)(nil)

func TestAnUntouchedLogHasNoFindings(t *testing.T) {
	r := house(t, 40).audit(t)
	if len(r.Findings) > 0 || len(r.Notices) > 0 || r.Photos != 40 || r.Files != 80 || r.Leaves != 121 || r.Heads != 15 {
		t.Errorf("%+v", r)
	}
}
