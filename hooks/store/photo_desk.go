package store

// The worker's desk: what it finds out about a photo is written with the leaves that prove it.

import (
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/evidence/custody"
)

// PhotoDesk gives the worker its photos and writes what it found.
type PhotoDesk struct {
	Evidence
	Log Custody
}

var _ evidence.Desk = PhotoDesk{}

// Store writes a finding into the row and the log; the receipt is complete then.
func (d PhotoDesk) Store(item evidence.Item, f evidence.Finding) error {
	return d.App.RunInTransaction(func(tx core.App) error {
		if err := d.Log.In(tx).Receive(item.ID, &f.Receipt, map[string]any{"mime": f.Mime, "exif": f.Meta}, copyFacts(f.Copies)); err != nil {
			return err
		}
		return Evidence{App: tx}.Store(item, f)
	})
}

var _ evidence.ViewDesk = PhotoDesk{}

const copyless = `SELECT id, sha256 AS sum, size FROM evidence WHERE sha256 = {:sum} AND state <> 'pending' AND id NOT IN (
	SELECT evidence FROM custody_leaves WHERE event = 'derived' AND evidence IN (SELECT id FROM evidence WHERE sha256 = {:sum})) ORDER BY id`

// Bare returns the stored rows of these bytes that the log knows no copies of.
func (d PhotoDesk) Bare(sum string) ([]evidence.Item, error) {
	return d.items(copyless, dbx.Params{"sum": sum})
}

// Copied writes into the log that rows have copies, keeps the hash of what is to be seen, and
// lists the photos that it sheds a light on. Where there is nothing to see, the rows say why.
func (d PhotoDesk) Copied(items []evidence.Item, f evidence.Finding) error {
	return d.App.RunInTransaction(func(tx core.App) error {
		if err := d.copied(tx, items, f); err != nil {
			return err
		}
		for _, item := range items {
			if err := doubt(tx, item.ID, f.Flags); err != nil {
				return err
			}
		}
		return againAll(tx, f.Later)
	})
}

// copied writes of the copies that there are. Rows that had some before are told of those that
// were lost and made anew.
func (d PhotoDesk) copied(tx core.App, items []evidence.Item, f evidence.Finding) error {
	if len(f.Copies) == 0 {
		return nil
	}
	log := d.Log.In(tx)
	anew := map[int]string{}
	for _, px := range f.Anew {
		anew[px] = f.Copies[px]
	}
	if len(anew) > 0 {
		if err := log.Recopied(f.Receipt.SHA256, anew); err != nil {
			return err
		}
	}
	entries := make([]custody.Entry, len(items))
	for i, item := range items {
		entries[i] = custody.Entry{Event: custody.Derived, Evidence: item.ID, SHA256: item.Sum, Actor: custody.System, Facts: copyFacts(f.Copies)}
	}
	if err := log.Append(entries...); err != nil {
		return err
	}
	return keepHash(tx, f.Receipt.SHA256, f.Picture)
}

// doubt adds flags to a stored row.
func doubt(tx core.App, id string, more []string) error {
	if len(more) == 0 {
		return nil
	}
	r, err := tx.FindRecordById("evidence", id)
	if err != nil {
		return err
	}
	var flags []string
	_ = r.UnmarshalJSONField("flags", &flags) // an empty column has none
	flags = unique(append(flags, more...))
	if err := Load(r, map[string]any{"flags": flags, "state": stateOf(flags, verdictOn(r))}); err != nil {
		return err
	}
	return tx.Save(r)
}

// copyFacts are what a leaf says of copies: their SHA-256 by size in px.
func copyFacts(copies map[int]string) map[string]any {
	facts := map[string]any{}
	for px, sum := range copies {
		facts[strconv.Itoa(px)] = sum
	}
	return facts
}
