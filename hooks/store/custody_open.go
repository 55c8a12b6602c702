package store

// Opening the log: it begins, or it goes on from where its head says. Where it does not, it
// says so itself, in a leaf that stays.

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence/custody"
)

// LogKeyPath is where the key of the log lies: at a path of its own, or in the data directory.
func LogKeyPath(dir, path string) string {
	if path != "" {
		return path
	}
	return filepath.Join(dir, LogKeyFile)
}

// OpenCustody opens the log of a house, and begins it at the first start. why is why the
// database is an older one than it was, if it is known to be.
func OpenCustody(s Custody, path, why string) (Custody, error) {
	key, made, err := custody.OpenKey(path)
	if err != nil {
		return s, err
	}
	s.Key, s.known = key, &knownHead{}
	beside, err := HeadBeside(s.App.DataDir())
	if err != nil {
		return s, err
	}
	err = s.App.RunInTransaction(func(tx core.App) error { return s.In(tx).begin(beside, why, made, path) })
	if err != nil {
		return s, err
	}
	return s, s.Seal()
}

const keyFact = "key" // what the leaf that names a key calls it

func (s Custody) begin(beside, why string, made bool, path string) error {
	book := ledger{s.App.DB()}
	size, err := book.Size()
	if err != nil {
		return err
	}
	named, err := book.keyNamed()
	if errors.Is(err, sql.ErrNoRows) {
		return s.first(size, beside)
	}
	if err != nil {
		return err
	}
	if err := s.continues(book, beside, why); err != nil {
		return err
	}
	switch {
	case named == s.Key.Public():
		return nil
	case !made:
		return fmt.Errorf("%s holds the key %s, and the custody log is signed with %s: put that file back; if it is lost, remove this one, and the log goes on with a new key and says so", path, s.Key.Public().Fingerprint(), named.Fingerprint())
	}
	slog.Warn("the key of the custody log was gone: another one signs from here on, and xuncha verify will say so", "key", string(s.Key.Public()))
	return s.Append(s.rotation(named))
}

// first begins a log. One whose head lies beside an empty database was taken away.
func (s Custody) first(size int64, beside string) error {
	entries := []custody.Entry{{Event: custody.Opened, Actor: custody.System, Facts: map[string]any{keyFact: string(s.Key.Public())}}}
	switch {
	case beside != "" && beside != custody.Opening && size == 0: // a restore would have left a leaf
		slog.Error("the custody log is gone, and its head lies beside the database; xuncha verify tells more")
		entries = append(entries, custody.Entry{Event: custody.Broken, Actor: custody.System, Facts: map[string]any{"head": beside, "because": "the log is gone"}})
	default:
		if err := s.opening(); err != nil {
			return err
		}
	}
	if err := s.Append(entries...); err != nil {
		return err
	}
	return s.Adopt()
}

// opening says beside the database that the first head is not there yet, before a leaf is.
func (s Custody) opening() error {
	return WriteWhole(filepath.Join(s.App.DataDir(), HeadFile), []byte(custody.Opening))
}

func (s Custody) rotation(from custody.PublicKey) custody.Entry {
	return custody.Entry{Event: custody.Rotated, Actor: custody.System, Facts: map[string]any{keyFact: string(s.Key.Public()), "from": string(from)}}
}

const (
	restoredSince = `SELECT count(*) FROM custody_leaves WHERE n >= {:size} AND event = 'restored'`
	headsSince    = `SELECT count(*) FROM custody_heads WHERE size > (SELECT max(n) FROM custody_leaves WHERE evidence = '' AND event IN ('opened', 'restored'))`
	keyLeaves     = `SELECT facts FROM custody_leaves WHERE evidence = '' AND event IN ('opened', 'rotated') ORDER BY n DESC LIMIT 1`
)

// keyNamed is the key that the log says it is signed with.
func (l ledger) keyNamed() (custody.PublicKey, error) {
	var text string
	if err := one(l.db, keyLeaves, nil, &text); err != nil {
		return "", err
	}
	facts, err := custody.Facts([]byte(text))
	named, _ := facts[keyFact].(string)
	return custody.PublicKey(named), err
}

// continues compares the log with the head beside the database. A restore that was done as it
// should be has left its own leaf.
func (s Custody) continues(book ledger, beside, why string) error {
	kept, _, err := book.last()
	if err != nil {
		return err
	}
	if beside == custody.Opening { // it ended before its first head was written, if there is no second
		var heads int64
		if err := one(book.db, headsSince, nil, &heads); err != nil || heads <= 1 {
			return err
		}
		beside = ""
	}
	broken := map[string]any{"head": beside, "because": why}
	if beside == "" {
		var restored int64
		if err := one(book.db, restoredSince, dbx.Params{"size": kept}, &restored); err != nil {
			return err
		}
		if restored > 0 {
			return s.opening()
		}
		broken["because"] = "the head beside the database is gone"
	} else {
		head, err := custody.PeekHead(beside)
		if err != nil {
			return fmt.Errorf("%s: %w; delete it, and the log goes on and says so", HeadFile, err)
		}
		if grown, err := custody.Continues(book, head); err != nil || grown {
			return err
		}
	}
	slog.Error("the custody log does not go on from the head beside the database; xuncha verify tells more", "because", broken["because"])
	return s.Append(custody.Entry{Event: custody.Broken, Actor: custody.System, Facts: broken})
}

// unlogged are the rows that the log knows nothing of.
const unlogged = `SELECT e.rowid AS n, e.id AS id FROM evidence e WHERE e.rowid > {:after}
	AND NOT EXISTS (SELECT 1 FROM custody_leaves l WHERE l.evidence = e.id) ORDER BY e.rowid LIMIT {:limit}`

// adoptedAtOnce are read and logged together.
const adoptedAtOnce = 500

// Adopt takes photos into the log that were there before it; App is a transaction.
func (s Custody) Adopt() error {
	for after := int64(0); ; {
		var rows []struct {
			N  int64  `db:"n"`
			ID string `db:"id"`
		}
		if err := s.App.DB().NewQuery(unlogged).Bind(dbx.Params{"after": after, "limit": adoptedAtOnce}).All(&rows); err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		ids := make([]string, len(rows))
		for i, row := range rows {
			after, ids[i] = row.N, row.ID
		}
		records, err := s.App.FindRecordsByIds("evidence", ids)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := s.adopt(r); err != nil {
				return err
			}
		}
	}
}

func (s Custody) adopt(r *core.Record) error {
	entries := []custody.Entry{entryOf(r, custody.Adopted)}
	if r.GetString("state") != "pending" {
		var receipt custody.Receipt
		_ = r.UnmarshalJSONField("receipt", &receipt) // one that cannot be read is told by the audit
		entries = append(entries, custody.Entry{
			Event: custody.Received, Evidence: r.Id, SHA256: receipt.SHA256, Actor: custody.System,
			Facts: received(receipt.Size, map[string]any{"mime": r.GetString("mime"), "exif": exifOn(r)}),
		})
	}
	if sum := checksSum(r); sum != "" {
		entries = append(entries, custody.Entry{
			Event: custody.Checked, Evidence: r.Id, SHA256: r.GetString("sha256"), Actor: custody.System, Facts: map[string]any{"checks": sum},
		})
	}
	if len(flagsOn(r)) > 0 {
		entries = append(entries, flaggedEntry(r))
	}
	return s.Append(entries...)
}

// Restored writes that a backup was put in place; the house has no key at hand.
func (s Custody) Restored(facts map[string]any) error {
	return s.App.RunInTransaction(func(tx core.App) error {
		size, err := ledger{tx.DB()}.Size()
		if err != nil || size == 0 && facts["head"] == "" {
			return err // neither this house nor the one before had a log
		}
		return s.In(tx).Append(custody.Entry{Event: custody.Restored, Actor: custody.System, Facts: facts})
	})
}

// Rotate lets another key sign from here on; the one before agrees to it in the head. The
// file of the key is replaced when both is on disk.
func (s Custody) Rotate(path string) (custody.PublicKey, error) {
	next, err := custody.NewKey(s.Key.Public().Name())
	if err != nil {
		return "", err
	}
	if err := next.Write(path + nextSuffix); err != nil {
		return "", err
	}
	var signed string
	was := s.Key
	err = s.App.RunInTransaction(func(tx core.App) error {
		s := s.In(tx)
		s.Key = next
		if err := s.Append(s.rotation(was.Public())); err != nil {
			return err
		}
		_, signed, err = s.seal(true, was)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := WriteWhole(filepath.Join(s.App.DataDir(), HeadFile), []byte(signed)); err != nil {
		return "", err
	}
	return next.Public(), promote(path)
}

const nextSuffix = ".next" // a key that the log may name already

// FinishRotation ends a change of keys that was broken off: the key that the log names stays.
func (s Custody) FinishRotation(path string) error {
	next, err := custody.ReadKey(path + nextSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	named, err := ledger{reading(s.App)}.keyNamed()
	if err != nil {
		return err
	}
	if named == next.Public() {
		return promote(path)
	}
	return errors.Join(os.Remove(path+nextSuffix), SyncDir(filepath.Dir(path)))
}

func promote(path string) error {
	return errors.Join(os.Rename(path+nextSuffix, path), SyncDir(filepath.Dir(path)))
}
