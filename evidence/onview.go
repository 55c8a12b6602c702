package evidence

// Photos that are slow to decode: their copies are made once somebody wants to see one, one
// photo at a time, beside the worker.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	stdsync "sync"
	"time"

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
	desk   ViewDesk
	worker *Worker       // works on the same shelf, with the same checks
	making chan struct{} // holds one while a photo is worked on

	mu     stdsync.Mutex
	asked  []string           // sums; whose turn is next stands last
	failed map[string]trouble // by sum
	wake   chan struct{}
}

// trouble is why copies could not be made. A Refusal is too heavy a photo: it is not tried again
// until the next start.
type trouble struct {
	failure
	err error
}

func (t trouble) refused() bool {
	var refusal Refusal
	return errors.As(t.err, &refusal)
}

// rests tells whether nobody is to try now.
func (t trouble) rests(now time.Time) bool { return t.refused() || now.Before(t.notBefore) }

// NewOnView makes one that has not begun, beside a worker that knows its Examiner.
func NewOnView(desk ViewDesk, worker *Worker) *OnView {
	return &OnView{desk: desk, worker: worker, making: make(chan struct{}, 1), failed: map[string]trouble{}, wake: make(chan struct{}, 1)}
}

// mostAsked is how many photos wait at most. Whoever still wants to see one asks again, so the
// one that nobody asked for lately is dropped.
const mostAsked = 64

// Ask asks for the copies of a photo and never waits; who asked last comes first. An error says
// why there are none: a Refusal that there will be none, any other why there are none yet.
func (v *OnView) Ask(sum string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	trouble := v.failed[sum]
	if trouble.rests(v.worker.Now()) {
		return trouble.err
	}
	v.asked = append(slices.DeleteFunc(v.asked, func(other string) bool { return other == sum }), sum)
	v.asked = v.asked[max(0, len(v.asked)-mostAsked):]
	select {
	case v.wake <- struct{}{}:
	default: // it will look anyway
	}
	return trouble.err
}

// Run makes what is asked for until ctx ends.
func (v *OnView) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.wake:
		}
		for sum, ok := v.next(); ok && ctx.Err() == nil; sum, ok = v.next() {
			if err := v.Make(ctx, sum); err != nil && ctx.Err() == nil {
				slog.Error("copies of a photo could not be made", "sha256", sum, "error", err)
			}
		}
	}
}

// next is whose turn it is.
func (v *OnView) next() (sum string, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.asked) > 0 {
		last := len(v.asked) - 1
		sum, v.asked = v.asked[last], v.asked[:last]
		if !v.failed[sum].rests(v.worker.Now()) { // it may have failed since it was asked for
			return sum, true
		}
	}
	return "", false
}

// showing is how long a case that goes out waits for copies that nobody has looked at, of all its
// photos together.
const showing = 2 * time.Minute

// MakeAll makes the copies of photos that are to go out. What is not made in two minutes goes out
// without; what is wrong with an original is an error.
func (v *OnView) MakeAll(ctx context.Context, sums []string) error {
	limited, cancel := context.WithTimeout(ctx, showing)
	defer cancel()
	for i, sum := range sums {
		err := v.Make(limited, sum)
		if limited.Err() != nil && ctx.Err() == nil {
			slog.Warn("a case goes out without all copies: they take too long to make", "photos", len(sums)-i)
			return nil
		}
		if err != nil {
			return fmt.Errorf("photo %s: %w", sum, err)
		}
	}
	return nil
}

// Make makes the copies of a photo, where a row lacks them. That the photo cannot be decoded
// is no error: its rows say so then, or Ask does.
func (v *OnView) Make(ctx context.Context, sum string) error {
	select {
	case v.making <- struct{}{}:
		defer func() { <-v.making }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if v.known(sum).refused() {
		return nil
	}
	err := v.make(ctx, sum)
	if ctx.Err() != nil {
		return err // which says nothing of the photo
	}
	return v.remember(sum, err)
}

func (v *OnView) known(sum string) trouble {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed[sum]
}

// remember keeps what came of a photo, and returns what is an error of it.
func (v *OnView) remember(sum string, err error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err == nil {
		delete(v.failed, sum)
		return nil
	}
	tries := v.failed[sum].tries
	now := trouble{failure{tries + 1, v.worker.Now().Add(pauseAfter(err, tries))}, err}
	v.failed[sum] = now
	if now.refused() {
		return nil
	}
	return err
}

// pauseAfter is how long nobody tries again: a depot that was away is asked sooner.
func pauseAfter(err error, tries int) time.Duration {
	if errors.Is(err, ErrAway) {
		return min(askAgain<<min(tries, 5), askRarely)
	}
	return min(again<<min(tries, 6), rarely)
}

// make returns a Refusal of a photo that is too heavy.
func (v *OnView) make(ctx context.Context, sum string) error {
	rows, err := v.desk.Bare(sum)
	if err != nil || len(rows) == 0 {
		return err
	}
	f := Finding{Copies: map[int]string{}, Receipt: custody.Receipt{SHA256: sum}}
	err = v.copies(ctx, sum, &f)
	var refusal Refusal
	if err != nil && !(errors.As(err, &refusal) && refusal.Code() == CodePixels) {
		err = f.flag(FlagUnreadable, err)
	}
	if err == nil {
		err = v.keep(rows, f)
	}
	if err == nil {
		v.worker.Wake()
	}
	return err
}

// copies puts the copies where they rest, and notes them.
func (v *OnView) copies(ctx context.Context, sum string, f *Finding) error {
	shelf := v.worker.Shelf
	stand, err := shelf.anywhere(ctx, sum)
	if err == nil && len(stand) < len(sizesInOrder) {
		var derived map[int][]byte
		if derived, err = shelf.derive(ctx, sum); err == nil {
			f.Anew, err = shelf.fill(sum, stand, derived)
		}
	}
	if err != nil {
		return err
	}
	if shelf.Depot != nil {
		for _, px := range sizesInOrder {
			if err := shelf.Carry(ctx, sum, px, int64(len(stand[px]))); err != nil {
				return err
			}
		}
	}
	return f.note(stand)
}

// keep lists the rows, and those that show the same, to be checked again: now there is something
// to see.
func (v *OnView) keep(rows []Item, f Finding) error {
	v.worker.storing.Lock()
	defer v.worker.storing.Unlock()
	for _, item := range rows {
		if v.worker.Examiner == nil || len(f.Copies) == 0 {
			break
		}
		known, err := v.worker.Examiner.Facts(item, &f)
		if err != nil {
			return err
		}
		f.Later = append(append(f.Later, item.ID), known.Later...)
	}
	return v.desk.Copied(rows, f)
}
