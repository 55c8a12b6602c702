package evidence

// Photos that are slow to decode: their copies are made once somebody wants to see one, one
// photo at a time, beside the worker.

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	stdsync "sync"

	"xuncha/evidence/custody"
)

// ViewDesk knows which rows have copies.
type ViewDesk interface {
	// Bare returns the stored rows of these bytes that the log knows no copies of.
	Bare(sum string) ([]Item, error)
	// Copied writes that the rows have copies now, or why there are none, and lists photos to
	// be checked again.
	Copied(items []Item, f Finding) error
}

// OnView makes copies that somebody asks for. Use one for a house, by pointer.
type OnView struct {
	Desk     ViewDesk
	Examiner Examiner // nil: nothing is checked
	Shelf    Shelf
	Made     func() // called when there are copies, or a doubt; nil is nobody

	making stdsync.Mutex // one at a time
	mu     stdsync.Mutex
	asked  []string
	heavy  map[string]Refusal // what cannot be shown, by sum: it is not tried again until the next start
	wake   chan struct{}
}

// NewOnView makes one that has not begun.
func NewOnView(desk ViewDesk, examiner Examiner, shelf Shelf, made func()) *OnView {
	return &OnView{Desk: desk, Examiner: examiner, Shelf: shelf, Made: made, heavy: map[string]Refusal{}, wake: make(chan struct{}, 1)}
}

// Ask asks for the copies of a photo and never waits. A Refusal says that there will be none.
func (v *OnView) Ask(sum string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if refusal, ok := v.heavy[sum]; ok {
		return refusal
	}
	if slices.Contains(v.asked, sum) {
		return nil
	}
	v.asked = append(v.asked, sum)
	select {
	case v.wake <- struct{}{}:
	default: // it will look anyway
	}
	return nil
}

// Run makes what is asked for until ctx ends. What fails for a passing reason is asked for
// again by whoever looks again.
func (v *OnView) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.wake:
		}
		for sum, ok := v.first(); ok && ctx.Err() == nil; sum, ok = v.first() {
			if err := v.Make(ctx, sum); err != nil && ctx.Err() == nil {
				slog.Error("copies of a photo could not be made", "sha256", sum, "error", err)
			}
			v.drop()
		}
	}
}

// first is whose turn it is. It stays in the line until it is done, so that nobody asks twice.
func (v *OnView) first() (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.asked) == 0 {
		return "", false
	}
	return v.asked[0], true
}

func (v *OnView) drop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked = v.asked[1:]
}

// Make makes the copies of a photo, where a row lacks them. That the photo cannot be decoded
// is no error: its rows say so then, or Ask does.
func (v *OnView) Make(ctx context.Context, sum string) error {
	v.making.Lock()
	defer v.making.Unlock()
	rows, err := v.Desk.Bare(sum)
	if err != nil || len(rows) == 0 {
		return err
	}
	f := Finding{Copies: map[int]string{}, Receipt: custody.Receipt{SHA256: sum}}
	err = v.copies(ctx, sum, &f)
	var refusal Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Code() == CodePixels:
		v.mu.Lock()
		v.heavy[sum] = refusal
		v.mu.Unlock()
		return nil
	case err != nil:
		if err = f.flag(FlagUnreadable, err); err != nil {
			return err
		}
	default:
		if err := v.examine(rows, &f); err != nil {
			return err
		}
	}
	if err := v.Desk.Copied(rows, f); err != nil {
		return err
	}
	if v.Made != nil {
		v.Made()
	}
	return nil
}

// copies puts the copies where they rest, and notes them.
func (v *OnView) copies(ctx context.Context, sum string, f *Finding) error {
	stand, err := v.standing(ctx, sum)
	if err != nil {
		return err
	}
	if len(stand) < len(sizesInOrder) {
		photo, err := v.Shelf.Open(ctx, sum, 0)
		if err != nil {
			return err
		}
		made, err := Derive(ctx, photo, 0)
		if err := errors.Join(err, photo.Close()); err != nil {
			return err
		}
		for _, px := range sizesInOrder {
			if err := v.Shelf.PutDerivative(sum, px, made[px]); err != nil {
				return err
			}
		}
		stand = made
	}
	if v.Shelf.Depot != nil {
		for _, px := range sizesInOrder {
			if err := v.Shelf.Carry(ctx, sum, px, int64(len(stand[px]))); err != nil {
				return err
			}
		}
	}
	return f.note(stand)
}

// standing are the copies that are here, or those that another row left in the depot.
func (v *OnView) standing(ctx context.Context, sum string) (map[int][]byte, error) {
	stand, err := v.Shelf.standing(sum)
	if err != nil || len(stand) == len(sizesInOrder) || v.Shelf.Depot == nil {
		return stand, err
	}
	far := map[int][]byte{}
	for _, px := range sizesInOrder {
		data, err := v.Shelf.far(ctx, sum, px)
		if err != nil {
			return nil, err
		}
		if !shows(data) {
			return nil, nil
		}
		if err := v.Shelf.PutDerivative(sum, px, data); err != nil {
			return nil, err
		}
		far[px] = data
	}
	return far, nil
}

// examine lists the rows, and those that show the same, to be checked again: now there is
// something to see.
func (v *OnView) examine(rows []Item, f *Finding) error {
	if v.Examiner == nil {
		return nil
	}
	for _, item := range rows {
		known, err := v.Examiner.Facts(item, f)
		if err != nil {
			return err
		}
		f.Later = append(append(f.Later, item.ID), known.Later...)
	}
	return nil
}
