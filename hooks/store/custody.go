package store

// The custody log in the database: leaves, the tree above them, and heads.

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	stdsync "sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/mod/sumdb/tlog"

	"xuncha/evidence/custody"
)

// Custody writes the log; what it writes stands or falls with the transaction that App is.
type Custody struct {
	App   core.App
	Key   custody.Key
	Now   func() time.Time
	Nonce func() string // by chance

	known *knownHead // of the running server; nil for a tool
}

// knownHead is the last head that this process signed and wrote: the log has to go on from it.
type knownHead struct {
	mu     stdsync.Mutex
	head   custody.Head
	signed string
}

func (k *knownHead) get() (custody.Head, string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.head, k.signed
}

func (k *knownHead) set(head custody.Head, signed string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.head, k.signed = head, signed
}

// Names of the files of the log in a data directory. The head lies beside the database, so
// that a log that was cut short does not fit it.
const (
	LogKeyFile = "keys/custody.key"
	HeadFile   = "custody_head"
)

// ledger is the book of the log in one transaction, or in one reading.
type ledger struct{ db dbx.Builder }

var _ custody.Book = ledger{}

const (
	logSize   = `SELECT coalesce(max(n) + 1, 0) FROM custody_leaves`
	readHash  = `SELECT hash FROM custody_hashes WHERE place = {:place}`
	putLeaf   = `INSERT INTO custody_leaves (n, event, evidence, leaf, facts) VALUES ({:n}, {:event}, {:evidence}, {:leaf}, {:facts})`
	putNode   = `INSERT INTO custody_hashes (place, hash) VALUES ({:place}, {:hash})`
	putHead   = `INSERT INTO custody_heads (size, head, at, kept) VALUES ({:size}, {:head}, {:at}, {:kept}) ON CONFLICT (size) DO UPDATE SET head = excluded.head, kept = excluded.kept`
	thinHeads = `DELETE FROM custody_heads WHERE at >= {:hour} AND size < {:size} AND kept = 0`
	lastHead  = `SELECT size, head FROM custody_heads ORDER BY size DESC LIMIT 1`
)

func (l ledger) Size() (n int64, err error) { return n, one(l.db, logSize, nil, &n) }

func (l ledger) ReadHashes(places []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(places))
	for i, place := range places {
		var data []byte
		if err := one(l.db, readHash, dbx.Params{"place": place}, &data); err != nil {
			return nil, err
		}
		copy(out[i][:], data)
	}
	return out, nil
}

func (l ledger) Put(leaf custody.Leaf, text, facts []byte, from int64, hashes []tlog.Hash) error {
	var beside any // NULL where there are none
	if facts != nil {
		beside = string(facts)
	}
	err := execute(l.db, putLeaf, dbx.Params{
		"n": leaf.N, "event": string(leaf.Event), "evidence": leaf.Evidence, "leaf": string(text), "facts": beside,
	})
	for i := 0; err == nil && i < len(hashes); i++ {
		err = execute(l.db, putNode, dbx.Params{"place": from + int64(i), "hash": hashes[i][:]})
	}
	return err
}

// In is the log in another transaction.
func (s Custody) In(tx core.App) Custody {
	s.App = tx
	return s
}

func (s Custody) clerk() custody.Clerk {
	return custody.Clerk{Book: ledger{s.App.DB()}, Now: s.Now, Nonce: s.Nonce}
}

// Append writes entries; App is a transaction.
func (s Custody) Append(entries ...custody.Entry) error {
	_, err := s.clerk().Append(entries...)
	return err
}

// Captured writes that a photo's row came, and that it is doubted already, as a late one is.
func (s Custody) Captured(r *core.Record) error {
	entries := []custody.Entry{entryOf(r, custody.Captured)}
	if len(flagsOn(r)) > 0 {
		entries = append(entries, flaggedEntry(r))
	}
	return s.Append(entries...)
}

// Changed writes what a change of a photo's row says of it.
func (s Custody) Changed(r *core.Record) error {
	var entries []custody.Entry
	changed := func(field string) bool { return !same(r.Original(), r, field) }
	add := func(event custody.Event, facts map[string]any) {
		entries = append(entries, custody.Entry{
			Event: event, Evidence: r.Id, SHA256: r.GetString("sha256"), Actor: custody.System, Facts: facts,
		})
	}
	if slices.ContainsFunc(said, changed) {
		add(custody.Edited, saidOf(r)) // who did it stands in the order of changes
	}
	if changed("checks") {
		add(custody.Checked, map[string]any{"checks": checksSum(r)})
	}
	if changed("flags") {
		add(custody.Flagged, map[string]any{"flags": flagsOn(r)})
	}
	if changed("decision") {
		entries = append(entries, decidedEntry(r))
	}
	if len(entries) == 0 {
		return nil
	}
	return s.Append(entries...)
}

// viewedOnce: so long somebody who was given an original is given it again without a leaf.
const viewedOnce = 2 * time.Minute

const lastLeafOf = `SELECT leaf FROM custody_leaves WHERE evidence = {:evidence} ORDER BY n DESC LIMIT 1`

// Viewed writes that somebody was given an original.
func (s Custody) Viewed(v View, user, reason string) error {
	var text string
	if _, err := scan(reading(s.App), lastLeafOf, dbx.Params{"evidence": v.ID}, nil, &text); err != nil {
		return err
	}
	if last, err := custody.ReadLeaf([]byte(text)); err == nil && last.Event == custody.Viewed && last.Actor == user && reason == "" {
		if at, err := time.Parse(stampLayout, last.At); err == nil && s.Now().Sub(at).Abs() < viewedOnce {
			return nil
		}
	}
	facts := map[string]any{}
	if reason != "" {
		facts["reason"] = reason
	}
	entry := custody.Entry{Event: custody.Viewed, Evidence: v.ID, SHA256: v.Sum, Actor: user, Facts: facts}
	return s.App.RunInTransaction(func(tx core.App) error { return s.In(tx).Append(entry) })
}

// Receive writes that a photo's bytes are stored and which copies were made of them, and
// completes the receipt: the place in the log, and a head over it.
func (s Custody) Receive(evidence string, receipt *custody.Receipt, found, copies map[string]any) error {
	if err := s.goesOn(); err != nil {
		return err
	}
	entries := []custody.Entry{{
		Event: custody.Received, Evidence: evidence, SHA256: receipt.SHA256, Actor: custody.System, Facts: received(receipt.Size, found),
	}}
	if len(copies) > 0 {
		entries = append(entries, custody.Entry{
			Event: custody.Derived, Evidence: evidence, SHA256: receipt.SHA256, Actor: custody.System, Facts: copies,
		})
	}
	clerk := s.clerk()
	first, err := clerk.Append(entries...)
	if err != nil {
		return err
	}
	_, signed, _, err := clerk.Sealed(s.Key)
	receipt.LogIndex, receipt.TreeHead = &first, signed
	return err
}

// received are the facts of bytes that were stored; found are mime and exif.
func received(size int64, found map[string]any) map[string]any {
	return map[string]any{"size": size, "mime": found["mime"], "exif": found["exif"]}
}

// goesOn asks, before anything is signed, whether the log goes on from the last head that this
// process signed. One that was cut or changed under a running server says so itself.
func (s Custody) goesOn() error {
	if s.known == nil {
		return nil
	}
	head, signed := s.known.get()
	if head.Size == 0 {
		return nil
	}
	grown, err := custody.Continues(ledger{s.App.DB()}, head)
	if err == nil && grown {
		return nil
	}
	slog.Error("the custody log was changed beside the running server; xuncha verify tells more", "error", err)
	s.known.set(custody.Head{}, signed) // it is said once
	return s.Append(custody.Entry{Event: custody.Broken, Actor: custody.System, Facts: map[string]any{"head": signed, "because": "it was changed beside the running server"}})
}

// Seal signs what is not signed yet, and lets the file beside the database follow.
func (s Custody) Seal() error {
	book := ledger{reading(s.App)}
	sealed, signed, err := book.last()
	if err != nil {
		return err
	}
	size, err := book.Size()
	if err != nil {
		return err
	}
	if size != sealed {
		err = s.App.RunInTransaction(func(tx core.App) error {
			in := s.In(tx)
			if err := in.goesOn(); err != nil {
				return err
			}
			_, now, err := in.seal(false)
			if now != "" {
				signed = now
			}
			return err
		})
	}
	if _, written := s.known.get(); err != nil || signed == "" || signed == written {
		return err
	}
	if err := WriteWhole(filepath.Join(s.App.DataDir(), HeadFile), []byte(signed)); err != nil {
		return err
	}
	head, err := custody.PeekHead(signed)
	s.known.set(head, signed)
	return err
}

// seal keeps the newest head of each hour, and those that are to stay.
func (s Custody) seal(kept bool, more ...custody.Key) (h custody.Head, signed string, err error) {
	size, _, err := ledger{s.App.DB()}.last()
	if err != nil {
		return h, "", err
	}
	now, err := ledger{s.App.DB()}.Size()
	if err != nil || now == size {
		return h, "", err
	}
	h, signed, _, err = s.clerk().Sealed(s.Key, more...)
	if err != nil {
		return h, "", err
	}
	hour := h.At[:len("2006-01-02T15")]
	if err := execute(s.App.DB(), thinHeads, dbx.Params{"hour": hour, "size": h.Size}); err != nil {
		return h, "", err
	}
	return h, signed, execute(s.App.DB(), putHead, dbx.Params{"size": h.Size, "head": signed, "at": h.At, "kept": kept})
}

// last is the newest head that is kept; size 0 if there is none.
func (l ledger) last() (size int64, signed string, err error) {
	_, err = scan(l.db, lastHead, nil, nil, &size, &signed)
	return size, signed, err
}

// HeadBeside reads the head beside a database; "" where there is none.
func HeadBeside(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, HeadFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(data), err
}
