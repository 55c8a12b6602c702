package store

// The custody log in the database: leaves, the tree above them, and heads.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// Changed writes what a change of a photo's row says of its doubts.
func (s Custody) Changed(r *core.Record) error {
	var entries []custody.Entry
	if !same(r.Original(), r, "flags") {
		entries = append(entries, flaggedEntry(r))
	}
	if !same(r.Original(), r, "decision") {
		entries = append(entries, decidedEntry(r))
	}
	if len(entries) == 0 {
		return nil
	}
	return s.Append(entries...)
}

// Viewed writes that somebody was given an original.
func (s Custody) Viewed(v View, user, reason string) error {
	facts := map[string]any{}
	if reason != "" {
		facts["reason"] = reason
	}
	entry := custody.Entry{Event: custody.Viewed, Evidence: v.ID, SHA256: v.Sum, Actor: user, Facts: facts}
	return s.App.RunInTransaction(func(tx core.App) error { return s.In(tx).Append(entry) })
}

// Receive writes that a photo's bytes are stored and which copies were made of them, and
// completes the receipt: the place in the log, and a head over it.
func (s Custody) Receive(evidence string, receipt *custody.Receipt, mime string, copies map[string]any) error {
	entries := []custody.Entry{{
		Event: custody.Received, Evidence: evidence, SHA256: receipt.SHA256, Actor: custody.System,
		Facts: map[string]any{"size": receipt.Size, "mime": mime},
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

// Seal signs what is not signed yet, and lets the file beside the database follow.
func (s Custody) Seal() error {
	book := ledger{reading(s.App)}
	sealed, _, err := book.last()
	if err != nil {
		return err
	}
	if size, err := book.Size(); err != nil || size == sealed {
		return err
	}
	var signed string
	err = s.App.RunInTransaction(func(tx core.App) (err error) {
		_, signed, err = s.In(tx).seal(false)
		return err
	})
	if err != nil || signed == "" {
		return err
	}
	return WriteWhole(filepath.Join(s.App.DataDir(), HeadFile), []byte(signed))
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
