package store

// fsck over photos: what a row says is stored lies on the shelf, whole.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
)

// files compares rows with the shelf. Whether the bytes are still the same is a longer
// question, and another command's.
func (s Fsck) files(r *Report) error {
	shelf := evidence.Shelf{Dir: filepath.Join(s.App.DataDir(), "evidence")}
	known := map[string]int64{} // size by sum; -1 is not there
	size := func(path string) int64 {
		if n, ok := known[path]; ok {
			return n
		}
		known[path] = -1
		info, err := os.Stat(path)
		if err == nil {
			known[path] = info.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			r.add("evidence", filepath.Base(path), "cannot be looked at: %v", err)
		}
		return known[path]
	}
	err := s.each("evidence", func(record *core.Record) error {
		sum := record.GetString("sha256")
		if !evidence.Sum.MatchString(sum) || record.GetString("state") == "pending" {
			return nil
		}
		var receipt struct {
			Size int64 `json:"size"`
		}
		if err := record.UnmarshalJSONField("receipt", &receipt); err != nil {
			return err
		}
		switch n := size(shelf.Original(sum)); {
		case n < 0:
			r.add("evidence", record.Id, "its original %s is not on the shelf", sum)
		case n != receipt.Size:
			r.add("evidence", record.Id, "its original has %d bytes, its receipt says %d", n, receipt.Size)
		}
		for _, px := range []int{evidence.Small, evidence.Large} {
			if derivable(record) && size(shelf.Derivative(sum, px)) < 0 {
				r.repairable("evidence", record.Id, "its copy of %d px is not on the shelf", px)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.uploads(r, shelf)
}

// derivable: the photo could be decoded, here.
func derivable(record *core.Record) bool {
	var flags []string
	_ = record.UnmarshalJSONField("flags", &flags) // an empty column is no flag
	return record.GetString("mime") != evidence.HEIC && !slices.Contains(flags, evidence.FlagUnreadable)
}

const doneUploads = `SELECT DISTINCT sha256 FROM uploads WHERE done = 1`

func (s Fsck) uploads(r *Report, shelf evidence.Shelf) error {
	var sums []string
	if err := s.App.DB().NewQuery(doneUploads).Bind(dbx.Params{}).Column(&sums); err != nil {
		return err
	}
	for _, sum := range sums {
		if !shelf.Has(sum) {
			r.add("uploads", sum, "was acknowledged and is not on the shelf")
		}
	}
	return nil
}
