package evidence

// The worker: after the commit, one photo after the other, it makes the derivatives,
// reads the tags, and lets the row say that it is stored. What a crash interrupts is
// found again at the next start.

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// Item is a row whose bytes are there and which is not stored yet.
type Item struct {
	ID   string
	Sum  string
	Size int64 // as the row says
}

// Receipt tells the phone that its copy may go.
type Receipt struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	At     string `json:"at"` // UTC
}

// Finding is what the worker found out about a photo.
type Finding struct {
	Mime    string
	Meta    Meta
	Receipt Receipt
	Flags   []string
}

// Flags that the worker sets: they inform, a person decides.
const (
	FlagSize       = "size_differs"    // the row says another length
	FlagUnreadable = "unreadable"      // the image cannot be decoded
	FlagNoTags     = "metadata_absent" // the photo carries no tags
)

// Desk gives the worker its work and takes the findings.
type Desk interface {
	// Waiting returns at most limit items whose bytes are there.
	Waiting(limit int) ([]Item, error)
	// Store writes a finding into the row.
	Store(item Item, f Finding) error
}

// Worker works until its context ends. Wake it when something may have come.
type Worker struct {
	Desk  Desk
	Shelf Shelf
	Now   func() time.Time
	wake  chan struct{}
}

// NewWorker makes a worker that has not begun.
func NewWorker(desk Desk, shelf Shelf, now func() time.Time) *Worker {
	return &Worker{Desk: desk, Shelf: shelf, Now: now, wake: make(chan struct{}, 1)}
}

// Wake tells the worker to look; it never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it will look anyway
	}
}

const batch = 16 // items asked for at a time

// again: what failed for a passing reason is tried after so long.
const again = time.Minute

// Run works off what waits, then sleeps until it is woken.
func (w *Worker) Run(ctx context.Context) {
	for {
		more, err := w.once(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("a photo could not be processed", "error", err)
		}
		if more && err == nil {
			continue
		}
		var retry <-chan time.Time
		if err != nil {
			timer := time.NewTimer(again)
			defer timer.Stop()
			retry = timer.C
		}
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-retry:
		}
	}
}

func (w *Worker) once(ctx context.Context) (more bool, err error) {
	items, err := w.Desk.Waiting(batch)
	if err != nil {
		return false, err
	}
	for _, item := range items {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err := w.process(ctx, item); err != nil {
			return false, fmt.Errorf("evidence %s: %w", item.ID, err)
		}
	}
	return len(items) == batch, nil
}

func (w *Worker) process(ctx context.Context, item Item) error {
	f, err := os.Open(w.Shelf.Original(item.Sum))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	finding := Finding{Receipt: Receipt{SHA256: item.Sum, Size: info.Size(), At: w.Now().UTC().Format("2006-01-02T15:04:05.000Z")}}
	if item.Size != 0 && item.Size != info.Size() {
		finding.Flags = append(finding.Flags, FlagSize)
	}
	if err := w.inspect(ctx, f, item, &finding); err != nil {
		return err
	}
	return w.Desk.Store(item, finding)
}

// inspect reads tags and makes derivatives; what is wrong with the photo itself becomes
// a flag, for the photo is evidence all the same.
func (w *Worker) inspect(ctx context.Context, f *os.File, item Item, finding *Finding) error {
	mime, err := Check(f)
	finding.Mime = mime
	if err != nil {
		finding.Flags = append(finding.Flags, FlagUnreadable)
		return nil //nolint:nilerr // it is in the flags
	}
	if _, err := f.Seek(0, 0); err != nil {
		return err
	}
	if finding.Meta, err = ReadMeta(f, mime); err != nil {
		slog.Warn("a photo's tags are not readable", "evidence", item.ID, "error", err)
	}
	if finding.Meta.Empty {
		finding.Flags = append(finding.Flags, FlagNoTags)
	}
	if mime == HEIC {
		return nil // the phone sends a JPEG beside it
	}
	if _, err := f.Seek(0, 0); err != nil {
		return err
	}
	derived, err := Derive(ctx, f, finding.Meta.Orientation)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		finding.Flags = append(finding.Flags, FlagUnreadable)
		return nil //nolint:nilerr // it is in the flags
	}
	for size, data := range derived {
		if err := w.Shelf.PutDerivative(item.Sum, size, data); err != nil {
			return err
		}
	}
	return nil
}
