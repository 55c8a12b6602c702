package dossier_test

// Folders of a house in memory: what is in them, and what their check asks for.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"xuncha/casework"
	"xuncha/dossier"
	"xuncha/evidence/custody"
)

// book is a custody log in memory.
type book struct {
	leaves []custody.Kept
	hashes []tlog.Hash
}

func (b *book) Size() (int64, error) { return int64(len(b.leaves)), nil }

func (b *book) ReadHashes(places []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(places))
	for i, p := range places {
		out[i] = b.hashes[p]
	}
	return out, nil
}

func (b *book) Put(leaf custody.Leaf, text, facts []byte, _ int64, hashes []tlog.Hash) error {
	b.leaves, b.hashes = append(b.leaves, custody.Kept{N: leaf.N, Text: text, Facts: facts}), append(b.hashes, hashes...)
	return nil
}

// archive is a log with its key.
type archive struct {
	book
	key   custody.Key
	clerk custody.Clerk
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	key, err := custody.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{key: key}
	nonces := 0
	a.clerk = custody.Clerk{
		Book: &a.book, Now: func() time.Time { return time.Date(2026, 11, 26, 1, 2, 3, 0, time.UTC) },
		Nonce: func() string { nonces++; return fmt.Sprint("nonce-", nonces) },
	}
	a.append(t, custody.Entry{Event: custody.Opened, Actor: custody.System, Facts: map[string]any{"key": string(key.Public())}})
	return a
}

func (a *archive) append(t *testing.T, entries ...custody.Entry) {
	t.Helper()
	if _, err := a.clerk.Append(entries...); err != nil {
		t.Fatal(err)
	}
}

// seal proves everything that was logged.
func (a *archive) seal(list string) (custody.Proof, []byte, error) {
	if _, err := a.clerk.Append(custody.Entry{Event: custody.Exported, SHA256: list, Actor: custody.System}); err != nil {
		return custody.Proof{}, nil, err
	}
	_, signed, _, err := a.clerk.Sealed(a.key)
	if err != nil {
		return custody.Proof{}, nil, err
	}
	p, err := custody.Prove(&a.book, signed, []custody.Rotation{{Kept: a.leaves[0]}}, a.leaves[1:])
	return p, nil, err
}

// shoot logs a photo and returns it with its original.
func (a *archive) shoot(t *testing.T, id string, received bool) dossier.Photo {
	t.Helper()
	data := []byte("original of " + id)
	sum := sha256.Sum256(data)
	p := dossier.Photo{ID: id, SHA256: hex.EncodeToString(sum[:]), Ext: ".jpg"}
	a.append(t, custody.Entry{Event: custody.Captured, Evidence: id, SHA256: p.SHA256, Actor: "user", Facts: map[string]any{"device": "phone-1"}})
	if received {
		a.append(t, custody.Entry{Event: custody.Received, Evidence: id, SHA256: p.SHA256, Actor: custody.System, Facts: map[string]any{"size": len(data)}})
		p.Original, p.Copy = opens(data), opens([]byte("copy"))
	}
	return p
}

func opens(data []byte) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func gone(context.Context) (io.ReadCloser, error) {
	return nil, fmt.Errorf("the shelf: %w", fs.ErrNotExist)
}

// memory is a folder in memory.
type memory map[string]*bytes.Buffer

func (m memory) Create(name string) (io.Writer, error) {
	m[name] = &bytes.Buffer{}
	return m[name], nil
}

func (m memory) Close() error { return nil }

func (m memory) fs() fs.FS {
	out := fstest.MapFS{}
	for name, data := range m {
		out[name] = &fstest.MapFile{Data: data.Bytes()}
	}
	return out
}

func contents(public bool, photos ...dossier.Photo) dossier.Contents {
	c := dossier.Contents{Public: public, Photos: photos, MadeAt: "2026-11-26T01:02:03.000Z"}
	c.Records.Case = casework.Case{ID: "case00000000001", Number: "X-1"}
	for _, p := range photos {
		row, _ := json.Marshal(map[string]any{"id": p.ID, "state": "stored", "purpose": "scene"})
		c.Records.Evidence = append(c.Records.Evidence, row)
	}
	return c
}

func written(t *testing.T, a *archive, c dossier.Contents) memory {
	t.Helper()
	m := memory{}
	if err := dossier.Write(t.Context(), m, c, a.seal); err != nil {
		t.Fatal(err)
	}
	return m
}

func check(t *testing.T, m memory) dossier.Checked {
	t.Helper()
	c, err := dossier.Check(m.fs(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnOriginalThatIsGoneStopsTheFolder(t *testing.T) {
	a := newArchive(t)
	there, lost := a.shoot(t, "photo0000000001", true), a.shoot(t, "photo0000000002", true)
	lost.Original = gone
	if err := dossier.Write(t.Context(), memory{}, contents(false, there, lost), a.seal); !errors.Is(err, dossier.ErrMissing) {
		t.Errorf("want %v, have %v", dossier.ErrMissing, err)
	}
	lost.Original = opens([]byte("something else"))
	if err := dossier.Write(t.Context(), memory{}, contents(false, there, lost), a.seal); !errors.Is(err, dossier.ErrAltered) {
		t.Errorf("want %v, have %v", dossier.ErrAltered, err)
	}
	there.Copy = gone // as of a document
	if c := check(t, written(t, a, contents(false, there, a.shoot(t, "photo0000000003", false)))); len(c.Findings) > 0 {
		t.Errorf("without a copy, and one whose bytes have not come: %+v", c.Findings)
	}
}

func TestAFolderWithoutAnOriginalThatWasReceivedIsNotWhole(t *testing.T) {
	a := newArchive(t)
	p := a.shoot(t, "photo0000000001", true)
	p.Original = nil
	c := check(t, written(t, a, contents(false, p)))
	if !slices.ContainsFunc(c.Findings, func(f custody.Finding) bool {
		return f.Code == custody.FileMissing && f.Subject == "photo photo0000000001"
	}) {
		t.Errorf("%+v", c.Findings)
	}
	if c := check(t, written(t, a, contents(true, p))); len(c.Findings) > 0 {
		t.Errorf("a public one has none: %+v", c.Findings)
	}
}

func TestOfAComplainantsPhotoTheFolderNeedsNoProof(t *testing.T) {
	a := newArchive(t)
	hers := dossier.Photo{ID: "photo0000000009", SHA256: strings.Repeat("ab", 32), Complainant: true, Copy: opens([]byte("copy"))}
	m := written(t, a, contents(false, hers))
	c := check(t, m)
	if len(c.Findings) > 0 || len(c.Photos) != 1 || !c.Photos[0].Complainant || c.Photos[0].Copy == "" {
		t.Errorf("%+v", c)
	}
	for name, data := range m {
		if bytes.Contains(data.Bytes(), []byte(hers.SHA256)) {
			t.Errorf("%s tells the hash of her file", name)
		}
	}
	hers.Complainant = false
	if c := check(t, written(t, a, contents(false, hers))); len(c.Findings) == 0 {
		t.Error("an officer's photo without a proof is taken")
	}
}

func TestThePageOfAFolderLinksOriginals(t *testing.T) {
	a := newArchive(t)
	photo, film := a.shoot(t, "photo0000000001", true), a.shoot(t, "photo0000000002", true)
	film.Ext, film.Copy = ".mp4", gone
	page := written(t, a, contents(false, photo, film))[dossier.PageName].String()
	for _, want := range []string{
		`<a href="photos/001-photo0000000001.jpg">原件</a>`,
		`<div class="none"><a href="photos/002-photo0000000002.mp4">打开原件 2</a></div>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not in the page", want)
		}
	}
	photo.Original = nil
	if page := written(t, a, contents(true, photo))[dossier.PageName].String(); strings.Contains(page, "原件<") {
		t.Error("the public page links an original")
	}
}
