package store

// The worker's desk: what it finds out about a photo is written with the leaves that prove it.

import (
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
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
		copies := map[string]any{}
		for size, sum := range f.Copies {
			copies[strconv.Itoa(size)] = sum
		}
		if err := d.Log.In(tx).Receive(item.ID, &f.Receipt, map[string]any{"mime": f.Mime, "exif": f.Meta}, copies); err != nil {
			return err
		}
		return Evidence{App: tx}.Store(item, f)
	})
}
