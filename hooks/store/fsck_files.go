package store

// fsck over photos: what a row says is stored lies on the shelf, whole.

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sync/errgroup"

	"xuncha/evidence"
)

// farFile is a file that is not here, where photos rest in a depot: Look asks for it.
type farFile struct {
	record, sum string
	px          int
	size        int64 // as the receipt says; of an original only
}

// files compares rows with the shelf. Whether the bytes are still the same is a longer
// question, and another command's. What may rest in a depot is left to Look: this runs in a
// transaction.
func (s Fsck) files(r *Report) error {
	shelf := ShelfOf(s.App)
	known := map[string]int64{} // size by path; -1 is not there
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
	stored := map[string]bool{}
	err := s.each("evidence", func(record *core.Record) error {
		sum := record.GetString("sha256")
		if !evidence.Sum.MatchString(sum) || record.GetString("state") == "pending" {
			return nil
		}
		stored[sum] = true
		var receipt struct {
			Size int64 `json:"size"`
		}
		if err := record.UnmarshalJSONField("receipt", &receipt); err != nil {
			return err
		}
		want := []farFile{{record.Id, sum, 0, receipt.Size}}
		copied, err := s.copied(record)
		if err != nil {
			return err
		}
		if copied {
			want = append(want, farFile{record.Id, sum, evidence.Small, 0}, farFile{record.Id, sum, evidence.Large, 0})
		}
		for _, f := range want {
			n := size(shelf.Place(f.sum, f.px))
			if n < 0 && shelf.Depot != nil {
				r.far = append(r.far, f)
				continue
			}
			r.judge(f, n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.uploads(r, shelf, stored)
}

// judge compares a file's length, -1 where it is not there, with what its row says.
func (r *Report) judge(f farFile, n int64) {
	switch {
	case f.px != 0 && n < 0:
		r.repairable("evidence", f.record, "its copy of %d px is not on the shelf", f.px)
	case f.px != 0:
	case n < 0:
		r.add("evidence", f.record, "its original %s is not on the shelf", f.sum)
	case n != f.size:
		r.add("evidence", f.record, "its original has %d bytes, its receipt says %d", n, f.size)
	}
}

// looks are how many files a depot is asked for at a time.
const looks = 8

// Look asks the depot for what is not here, once a report is made; never in a transaction.
func (r *Report) Look(ctx context.Context, shelf evidence.Shelf) error {
	if len(r.far) == 0 || shelf.Depot == nil {
		return nil
	}
	sizes := make([]int64, len(r.far))
	var all errgroup.Group
	all.SetLimit(looks)
	var next atomic.Int64
	for range looks {
		all.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(r.far) {
					return nil
				}
				n, err := shelf.Depot.Size(ctx, evidence.Key(r.far[i].sum, r.far[i].px))
				if errors.Is(err, fs.ErrNotExist) {
					n, err = -1, nil
				}
				if err != nil {
					next.Store(int64(len(r.far))) // nobody else needs to ask
					return err
				}
				sizes[i] = n
			}
		})
	}
	err := all.Wait()
	far := r.far
	r.far, r.check = nil, "files"
	if errors.Is(err, evidence.ErrAway) {
		r.add("evidence", "", "the depot is away, so %d files that should rest there were not looked at: %v", len(far), err)
		return nil
	}
	for i, f := range far {
		if err == nil {
			r.judge(f, sizes[i])
		}
	}
	return err
}

// shown: there are small copies of a photo, or will be once somebody looks.
func shown(record *core.Record) bool {
	var flags []string
	_ = record.UnmarshalJSONField("flags", &flags) // an empty column is no flag
	return evidence.Image(record.GetString("mime")) && !slices.Contains(flags, evidence.FlagUnreadable)
}

// copied: there must be small copies of a photo. Of those that are made when somebody looks the
// log knows it.
func (s Fsck) copied(record *core.Record) (bool, error) {
	if !shown(record) || !evidence.Slow(record.GetString("mime")) {
		return shown(record), nil
	}
	sum, err := Custody{App: s.App}.CopySum(record.Id, evidence.Large)
	return sum != "", err
}

const doneUploads = `SELECT DISTINCT sha256 FROM uploads WHERE done = 1`

func (s Fsck) uploads(r *Report, shelf evidence.Shelf, stored map[string]bool) error {
	var sums []string
	if err := s.App.DB().NewQuery(doneUploads).Bind(dbx.Params{}).Column(&sums); err != nil {
		return err
	}
	for _, sum := range sums {
		rests := shelf.Depot != nil && stored[sum] // it was asked for with its row
		if !rests && !shelf.Has(sum) {
			r.add("uploads", sum, "was acknowledged and is not on the shelf")
		}
	}
	return nil
}
