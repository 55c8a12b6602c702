package custody_test

// Whatever is changed is found and named.

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"xuncha/evidence/custody"
)

// One bit of anything that is kept, turned over, is found: of a leaf, of facts, of a hash, of
// a head, of an original or of a copy.
func TestEveryBitCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := house(t, rapid.IntRange(1, 12).Draw(t, "photos"))
		flip := func(data []byte) []byte {
			data = bytes.Clone(data)
			bit := rapid.IntRange(0, 8*len(data)-1).Draw(t, "bit")
			data[bit/8] ^= 1 << (bit % 8)
			return data
		}
		n := rapid.IntRange(0, len(m.leaves)-1).Draw(t, "leaf")
		what := rapid.SampledFrom([]string{"leaf", "facts", "hash", "head", "beside", "file"}).Draw(t, "what")
		switch what {
		case "leaf":
			m.leaves[n].Text = flip(m.leaves[n].Text)
		case "facts":
			m.leaves[n].Facts = flip(m.leaves[n].Facts)
		case "hash":
			i := rapid.IntRange(0, len(m.hashes)-1).Draw(t, "place")
			copy(m.hashes[i][:], flip(m.hashes[i][:]))
		case "head":
			i := rapid.IntRange(0, len(m.heads)-1).Draw(t, "head")
			m.heads[i] = string(flip([]byte(m.heads[i])))
		case "beside":
			m.beside = string(flip([]byte(m.beside)))
		case "file":
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.files))).Draw(t, "file")
			m.files[name] = flip(m.files[name])
		}
		if r := m.audit(t); len(r.Findings) == 0 {
			t.Fatalf("a bit of a %s was turned over, and nobody noticed", what)
		}
	})
}

// cut takes everything behind a size away, as if it had never been written.
func (m *memory) cut(size int64) {
	m.leaves, m.of = m.leaves[:size], m.of[:size]
	m.hashes = m.hashes[:tlog.StoredHashCount(size)]
	m.heads = slices.DeleteFunc(m.heads, func(signed string) bool {
		h, err := custody.PeekHead(signed)
		return err != nil || h.Size > size
	})
	m.beside = ""
	if len(m.heads) > 0 {
		m.beside = m.heads[len(m.heads)-1]
	}
}

func TestTampering(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, m *memory) []func(*custody.Audit)
		want   string
	}{
		{"a byte of an original", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.files[m.photos[3].SHA256][2] ^= 1
			return nil
		}, custody.FileAltered},
		{"an original that is gone", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			delete(m.files, m.photos[3].SHA256)
			return nil
		}, custody.FileMissing},
		{"two originals change places", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			a, b := m.photos[3].SHA256, m.photos[4].SHA256
			m.files[a], m.files[b] = m.files[b], m.files[a]
			return nil
		}, custody.FileAltered},
		{"another small copy", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.files[m.photos[3].SHA256+".320"] = []byte("a nicer picture")
			return nil
		}, custody.CopyAltered},
		{"a leaf in other words, with the hash that belongs to them", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			text := bytes.Replace(m.leaves[4].Text, []byte(`"actor":"user"`), []byte(`"actor":"other"`), 1)
			m.leaves[4].Text = text
			m.hashes[tlog.StoredHashIndex(0, 4)] = tlog.RecordHash(text)
			return nil
		}, custody.HashAltered},
		{"the log made anew over changed facts, without the key", func(t *testing.T, m *memory) []func(*custody.Audit) {
			m.rewrite(t)
			return nil
		}, custody.LogForked},
		{"the last leaf is gone", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			last := int64(len(m.leaves)) - 1
			m.leaves, m.of, m.hashes = m.leaves[:last], m.of[:last], m.hashes[:tlog.StoredHashCount(last)]
			return nil
		}, custody.LogShort},
		{"a leaf in the middle is gone", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.leaves, m.of = slices.Delete(m.leaves, 5, 6), slices.Delete(m.of, 5, 6)
			return nil
		}, custody.LeafMissing},
		{"rolled back with its heads, and the rows stay", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.cut(10)
			return nil
		}, custody.RecordUnlogged},
		{"rolled back with everything, and somebody holds a head", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			held := m.beside
			m.cut(10)
			m.photos = m.photos[:3]
			return []func(*custody.Audit){func(a *custody.Audit) { a.Witness = []string{held} }}
		}, custody.LogShort},
		{"another key in the file", func(t *testing.T, m *memory) []func(*custody.Audit) {
			other, err := custody.NewKey(m.key.Public().Name())
			if err != nil {
				t.Fatal(err)
			}
			m.key = other
			return nil
		}, custody.KeyReplaced},
		{"everything made anew with another key, and somebody wrote the old one down", func(t *testing.T, m *memory) []func(*custody.Audit) {
			old := m.key.Public()
			*m = *house(t, len(m.photos))
			return []func(*custody.Audit){func(a *custody.Audit) { a.Trusted = []custody.PublicKey{old} }}
		}, custody.KeyReplaced},
		{"a head that another key signed", func(t *testing.T, m *memory) []func(*custody.Audit) {
			other, err := custody.NewKey(m.key.Public().Name())
			if err != nil {
				t.Fatal(err)
			}
			_, signed, _, err := m.clerk().Sealed(other)
			if err != nil {
				t.Fatal(err)
			}
			m.heads[len(m.heads)-1] = signed
			return nil
		}, custody.HeadAltered},
		{"another position in the row", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.photos[3].Facts["position"] = map[string]any{"lat": 39.9, "lon": 117.0}
			return nil
		}, custody.RecordAltered},
		{"a photo's row and file are gone", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			delete(m.files, m.photos[3].SHA256)
			m.photos = slices.Delete(m.photos, 3, 4)
			return nil
		}, custody.RecordMissing},
		{"a photo slipped in", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.files[sum([]byte("new"))] = []byte("new")
			m.photos = append(m.photos, custody.Photo{ID: "slippedin000001", SHA256: sum([]byte("new")), Stored: true})
			return nil
		}, custody.RecordUnlogged},
		{"a flag taken off", func(t *testing.T, m *memory) []func(*custody.Audit) {
			if err := m.append(custody.Entry{Event: custody.Flagged, Evidence: m.photos[3].ID, Actor: custody.System, Facts: map[string]any{"flags": []string{"reused"}}}); err != nil {
				t.Fatal(err)
			}
			return nil
		}, custody.RecordAltered},
		{"a decision that nobody made", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.photos[3].Decision = map[string]any{"verdict": "accepted", "by": "user"}
			return nil
		}, custody.RecordAltered},
		{"a receipt of another photo", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.photos[3].Receipt = m.photos[4].Receipt
			return nil
		}, custody.ReceiptAltered},
		{"a leaf is filed under another photo", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.leaves[6].Evidence, m.of[6] = "-", "-"
			return nil
		}, custody.LeafAltered},
		{"a leaf is filed as something else", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.leaves[6].Event = custody.Viewed
			return nil
		}, custody.LeafAltered},
		{"another state than follows", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.photos[3].State, m.photos[3].Follows = "stored", "flagged"
			return nil
		}, custody.RecordAltered},
		{"another type of file", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.photos[3].Mime = "text/html"
			return nil
		}, custody.RecordAltered},
		{"other findings of the checks", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.photos[3].Checks = sum([]byte("other"))
			return nil
		}, custody.RecordAltered},
		{"the head beside the database is gone", func(_ *testing.T, m *memory) []func(*custody.Audit) {
			m.beside = ""
			return nil
		}, custody.HeadMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := house(t, 9)
			r := m.audit(t, c.tamper(t, m)...)
			if !slices.Contains(codes(r), c.want) {
				t.Errorf("want %s, have:\n%s", c.want, says(r))
			}
		})
	}
}

// rewrite makes the whole log anew with another actor; the heads stay.
func (m *memory) rewrite(t *testing.T) {
	old, of := m.leaves, m.of
	m.leaves, m.of, m.hashes = nil, nil, nil
	for _, k := range old {
		text := bytes.Replace(k.Text, []byte(`"actor":"user"`), []byte(`"actor":"other"`), 1)
		leaf, err := custody.ReadLeaf(text)
		if err != nil {
			t.Fatal(err)
		}
		hashes, err := tlog.StoredHashes(k.N, text, m)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Put(leaf, text, k.Facts, int64(len(m.hashes)), hashes); err != nil {
			t.Fatal(err)
		}
	}
	m.of = of
}

func TestAKeyThatTheOneBeforeAgreedTo(t *testing.T) {
	m := house(t, 4)
	was := m.key
	next, err := custody.NewKey(was.Public().Name())
	if err != nil {
		t.Fatal(err)
	}
	m.key = next
	rotated := custody.Entry{Event: custody.Rotated, Actor: custody.System, Facts: map[string]any{"key": string(next.Public()), "from": string(was.Public())}}
	if err := m.append(rotated); err != nil {
		t.Fatal(err)
	}
	if err := m.seal(was); err != nil {
		t.Fatal(err)
	}
	if err := m.shoot("one", []byte("after it")); err != nil {
		t.Fatal(err)
	}
	if err := m.seal(); err != nil {
		t.Fatal(err)
	}
	if r := m.audit(t); len(r.Findings) > 0 || r.Key != next.Public() {
		t.Errorf("%s", says(r))
	}
	if r := m.audit(t, func(a *custody.Audit) { a.Trusted = []custody.PublicKey{was.Public()} }); len(r.Findings) > 0 {
		t.Errorf("who trusts the key before trusts the one that it agreed to:\n%s", says(r))
	}
	m.heads = slices.Delete(m.heads, len(m.heads)-2, len(m.heads)-1) // the head that both signed
	if r := m.audit(t); !slices.Contains(codes(r), custody.KeyReplaced) {
		t.Errorf("a key that nobody agreed to: %v", codes(r))
	}
}

func TestAGapInTheChainOfADeviceIsSaid(t *testing.T) {
	m := house(t, 6)
	m.photos[4].Previous, m.photos[4].Facts["previous"] = sum([]byte("never came")), sum([]byte("never came"))
	r := m.audit(t)
	if len(r.Notices) == 0 || r.Notices[0].Code != custody.NoticeGap || !strings.Contains(r.Notices[0].Subject, m.photos[4].ID) {
		t.Errorf("%+v", r.Notices)
	}
}

func TestTheNonceHidesFacts(t *testing.T) {
	m := newMemory(t)
	e := custody.Entry{Event: custody.Captured, Evidence: "a", Actor: "u", Facts: map[string]any{"x": 1}}
	if err := m.append(e, e); err != nil {
		t.Fatal(err)
	}
	var hashes []string
	for _, k := range m.leaves[1:] {
		leaf, err := custody.ReadLeaf(k.Text)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := custody.Facts(k.Facts)
		if err != nil || fmt.Sprint(facts) != "map[x:1]" {
			t.Errorf("%v %v", facts, err)
		}
		hashes = append(hashes, leaf.Facts)
	}
	if hashes[0] == hashes[1] {
		t.Error("the same facts have the same hash: they can be guessed")
	}
}

func TestAForkInTheChainOfADeviceIsSaid(t *testing.T) {
	m := house(t, 6)
	before := m.photos[2].Previous
	m.photos[4].Previous, m.photos[4].Facts["previous"] = before, before
	var forks []string
	for _, n := range m.audit(t).Notices {
		if n.Code == custody.NoticeFork {
			forks = append(forks, n.Subject)
		}
	}
	if len(forks) != 1 || forks[0] != "photo "+m.photos[4].ID {
		t.Errorf("%v", forks)
	}
}
