package store

// Small copies that are lost are made anew from the original, and the log is told: another
// encoder than the first may have made them.

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
)

// copySizes in the order in which copies are written: a large one says that both are whole.
var copySizes = []int{evidence.Small, evidence.Large}

// remade are copies that were lost, before they are written.
type remade struct {
	shelf evidence.Shelf
	sum   string
	data  map[int][]byte // by px
}

// derive makes the small copies of a photo that are not here, in a transaction.
func (s Fsck) derive(ctx context.Context, log Custody, r *core.Record) error {
	made, err := s.remakeable(ctx, r)
	if err != nil { // it stays a difference; the rest is mended
		slog.Warn("small copies of a photo could not be made", "evidence", r.Id, "error", err)
		return nil
	}
	if err := made.tell(log); err != nil {
		return err
	}
	return made.put()
}

// remakeable makes the copies of a photo that are neither here nor in the depot.
func (s Fsck) remakeable(ctx context.Context, r *core.Record) (remade, error) {
	made := remade{shelf: ShelfOf(s.App), sum: r.GetString("sha256"), data: map[int][]byte{}}
	var lost []int
	for _, px := range copySizes {
		gone, err := lostCopy(ctx, made.shelf, made.sum, px)
		if err != nil {
			return made, err
		}
		if gone {
			lost = append(lost, px)
		}
	}
	if len(lost) == 0 {
		return made, nil // they were made for another row of the same bytes
	}
	derived, err := copiesOf(ctx, made.shelf, r)
	for _, px := range lost {
		made.data[px] = derived[px]
	}
	return made, err
}

func lostCopy(ctx context.Context, shelf evidence.Shelf, sum string, px int) (bool, error) {
	_, err := os.Stat(shelf.Place(sum, px))
	if errors.Is(err, fs.ErrNotExist) && shelf.Depot != nil {
		_, err = shelf.Depot.Size(ctx, evidence.Key(sum, px))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// copiesOf makes all copies of a photo, as the worker does, by px.
func copiesOf(ctx context.Context, shelf evidence.Shelf, r *core.Record) (map[int][]byte, error) {
	sum := r.GetString("sha256")
	f, err := shelf.Proven(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	meta, err := evidence.ReadMeta(f, r.GetString("mime"))
	if err != nil && !errors.Is(err, evidence.ErrTags) { // what was read before broken tags stands
		return nil, err
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	return evidence.Derive(ctx, f, meta.Orientation)
}

// tell writes the copies into the log.
func (m remade) tell(log Custody) error {
	if len(m.data) == 0 {
		return nil
	}
	sums := map[int]string{}
	for px, data := range m.data {
		sum, _, err := evidence.SumOf(bytes.NewReader(data))
		if err != nil {
			return err
		}
		sums[px] = sum
	}
	return log.Recopied(m.sum, sums)
}

// put writes the copies onto the shelf, all or none: the log is told of all.
func (m remade) put() error {
	for i, px := range copySizes {
		if m.data[px] == nil {
			continue
		}
		err := m.shelf.PutDerivative(m.sum, px, m.data[px])
		if err == nil {
			continue
		}
		for _, px := range copySizes[:i] {
			if m.data[px] != nil {
				err = errors.Join(err, os.Remove(m.shelf.Place(m.sum, px)))
			}
		}
		return err
	}
	return nil
}

// Remake makes small copies that are missing in the depot, after Look named them; never in a
// transaction. It returns the report without those.
func (s Fsck) Remake(ctx context.Context, log Custody, report Report) (Report, error) {
	done := map[string]bool{}
	for _, d := range report.Differences {
		if !d.Derived || d.Check != "files" || ShelfOf(s.App).Depot == nil || done[d.Record] {
			continue
		}
		r, err := s.App.FindRecordById("evidence", d.Record)
		if err != nil {
			return report, err
		}
		if err := s.remake(ctx, log, r); err != nil {
			slog.Warn("small copies of a photo could not be made", "evidence", r.Id, "error", err)
			continue
		}
		done[d.Record] = true
	}
	report.Differences = slices.DeleteFunc(report.Differences, func(d Difference) bool { return d.Check == "files" && d.Derived && done[d.Record] })
	return report, nil
}

// remake tells the log first: copies that it was told of and that are not there are made again.
func (s Fsck) remake(ctx context.Context, log Custody, r *core.Record) error {
	made, err := s.remakeable(ctx, r)
	if err == nil {
		err = s.App.RunInTransaction(func(tx core.App) error { return made.tell(log.In(tx)) })
	}
	if err == nil {
		err = made.put()
	}
	for _, px := range copySizes {
		if data := made.data[px]; err == nil && data != nil {
			err = made.shelf.Carry(ctx, made.sum, px, int64(len(data)))
		}
	}
	return err
}
