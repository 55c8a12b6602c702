package evidence

// The worker: after the commit, a few photos at a time, it makes the derivatives, reads the
// tags, checks, and lets the row say that it is stored, in the order of the rows. What a
// crash interrupts is found again at the next start.

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	stdsync "sync"
	"time"

	"xuncha/evidence/check"
	"xuncha/evidence/custody"
	"xuncha/evidence/likeness"
)

// Item is a row whose bytes are there and which is not stored yet.
type Item struct {
	ID     string
	Sum    string
	Size   int64 // as the row says
	Listed int64 // how often it was listed to be checked again, when that was asked
}

// Finding is what the worker found out about a photo.
type Finding struct {
	Mime    string
	Meta    Meta
	Receipt custody.Receipt // its place in the log comes when it is stored
	Copies  map[int]string  // SHA-256 of the derivatives by size in px
	Flags   []string
	Checks  []check.Result
	Picture *likeness.Hash // nil where there is nothing to see
	Later   []string       // photos to be checked again once this one is stored
	Anew    []int          // sizes of copies that were made just now
}

// Flags that the worker sets: they inform, a person decides.
const (
	FlagSize       = "size_differs"        // the row says another length
	FlagUnreadable = "unreadable"          // the image cannot be decoded
	FlagNoTags     = "metadata_absent"     // the photo carries no tags
	FlagOddTags    = "metadata_unreadable" // the tags are broken; what came before is in exif
)

// Desk gives the worker its work and takes the findings.
type Desk interface {
	// Waiting returns at most limit items whose bytes are there, in the order of their ids,
	// from behind an id on.
	Waiting(after string, limit int) ([]Item, error)
	// Store writes a finding into the row.
	Store(item Item, f Finding) error
	// Settled returns those of the sums that a row says are stored, and none waits for.
	Settled(sums []string) ([]string, error)
}

// Worker works until its context ends. Wake it when something may have come.
type Worker struct {
	Desk     Desk
	Examiner Examiner // nil: nothing is checked
	Shelf    Shelf
	Now      func() time.Time
	wake     chan struct{}
	failed   map[string]failure // by item
	looked   map[string]bool    // sums that were looked at for a first preview
	depot    *carrier           // nil where photos stay on this disk
	storing  stdsync.Mutex      // held from a look at what is stored until a photo is stored beside it
}

// failure keeps an item that failed for a passing reason out of the way of the others.
type failure struct {
	tries     int
	notBefore time.Time
}

// NewWorker makes a worker that has not begun.
func NewWorker(desk Desk, shelf Shelf, now func() time.Time) *Worker {
	w := &Worker{Desk: desk, Shelf: shelf, Now: now, wake: make(chan struct{}, 1), failed: map[string]failure{}}
	if shelf.Depot != nil {
		w.depot = newCarrier(w)
	}
	return w
}

// Away tells whether the depot does not answer, and how many photos wait to be brought there.
func (w *Worker) Away() (away bool, waiting int) {
	if w.depot == nil {
		return false, 0
	}
	return w.depot.state()
}

// Wake tells the worker to look; it never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it will look anyway
	}
}

const batch = 16 // items asked for at a time

// What failed for a passing reason is tried after a minute, then after twice as long, and
// at least once an hour.
const (
	again  = time.Minute
	rarely = time.Hour
)

// Run works off what waits, then sleeps until it is woken or something is to be tried again.
func (w *Worker) Run(ctx context.Context) {
	if w.depot != nil {
		var carrying stdsync.WaitGroup
		carrying.Go(func() { w.depot.run(ctx) })
		defer carrying.Wait()
	}
	for {
		err := w.round(ctx)
		if ctx.Err() != nil {
			return
		}
		pause := w.pause()
		if err != nil {
			slog.Error("the photos that wait could not be listed", "error", err)
			pause = again
		}
		if !w.sleep(ctx, pause) {
			return
		}
	}
}

// pause is how long until the first item is to be tried again; 0 if there is none.
func (w *Worker) pause() time.Duration {
	var first time.Time
	for _, f := range w.failed {
		if first.IsZero() || f.notBefore.Before(first) {
			first = f.notBefore
		}
	}
	if first.IsZero() {
		return 0
	}
	return max(time.Second, first.Sub(w.Now())) // a clock that was set must not make it spin
}

// sleep waits until the worker is woken or, if there is one, the pause is over.
func (w *Worker) sleep(ctx context.Context, pause time.Duration) bool {
	var retry <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		retry = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-w.wake:
	case <-retry:
	}
	return true
}

// atOnce is how many photos are worked on at one time. What their decoders may take together
// is bounded by Budget, however many there are.
const atOnce = 2

// work is a photo that is being prepared, or one that failed lately and is left alone.
type work struct {
	item    Item
	failure failure
	skipped bool
	done    chan struct{} // closed when finding and err are there
	finding Finding
	err     error
}

// round goes once through everything that waits. Photos are prepared a few at a time and
// stored in their order. One bad item stops nothing behind it.
func (w *Worker) round(ctx context.Context) error {
	if err := w.preview(ctx); err != nil {
		return err
	}
	seen := map[string]failure{} // of those that still wait
	line := make(chan *work, atOnce-1)
	listed := make(chan error, 1)
	go func() {
		listed <- w.list(ctx, line)
		close(line)
	}()
	for next := range line {
		w.end(ctx, next, seen)
	}
	err := <-listed
	if err != nil && ctx.Err() == nil {
		seen = w.failed
	}
	w.failed = seen
	if err != nil {
		return err
	}
	return w.recheck(ctx)
}

// list puts what waits into the line, which takes so many as are worked on at one time.
func (w *Worker) list(ctx context.Context, line chan<- *work) error {
	for after := ""; ; {
		items, err := w.Desk.Waiting(after, batch)
		if err != nil {
			return err
		}
		for _, item := range items {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			after = item.ID
			if w.depot != nil && w.depot.has(item.ID) {
				continue // it is on its way
			}
			next := &work{item: item, done: make(chan struct{})}
			next.failure = w.failed[item.ID]
			next.skipped = w.Now().Before(next.failure.notBefore)
			line <- next
			go func() {
				defer close(next.done)
				if !next.skipped {
					next.finding, next.err = w.prepare(ctx, item)
				}
			}()
		}
		if len(items) < batch {
			return nil
		}
	}
}

// end stores a photo that was prepared, or gives it to the carrier, or remembers that it failed.
func (w *Worker) end(ctx context.Context, next *work, seen map[string]failure) {
	<-next.done
	if next.skipped {
		seen[next.item.ID] = next.failure
		return
	}
	err := next.err
	switch {
	case err == nil && w.depot != nil:
		w.depot.take(errand{item: next.item, finding: next.finding})
	case err == nil:
		err = w.keep(next.item, next.finding)
	}
	if err == nil || errors.Is(err, errFetched) || ctx.Err() != nil {
		return
	}
	wait := min(again<<min(next.failure.tries, 6), rarely)
	slog.Error("a photo could not be processed", "evidence", next.item.ID, "again_in", wait, "error", err)
	seen[next.item.ID] = failure{next.failure.tries + 1, w.Now().Add(wait)}
}

// keep checks a photo beside those that are stored, and stores it.
func (w *Worker) keep(item Item, f Finding) error {
	w.storing.Lock()
	defer w.storing.Unlock()
	if err := w.examine(item, &f); err != nil {
		return err
	}
	return w.Desk.Store(item, f)
}

// errFetched: the original is not here, and the carrier was asked for it.
var errFetched = errors.New("the original is fetched from the depot")

// prepare is all that is found out about a photo by itself.
func (w *Worker) prepare(ctx context.Context, item Item) (Finding, error) {
	f, err := os.Open(w.Shelf.Original(item.Sum))
	if errors.Is(err, fs.ErrNotExist) && w.depot != nil {
		w.depot.take(errand{item: item, fetch: true}) // another row brought it there
		return Finding{}, errFetched
	}
	if err != nil {
		return Finding{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Finding{}, err
	}
	finding := Finding{Copies: map[int]string{}, Receipt: custody.Receipt{SHA256: item.Sum, Size: info.Size(), At: w.Now().UTC().Format("2006-01-02T15:04:05.000Z")}}
	if item.Size != 0 && item.Size != info.Size() {
		finding.Flags = append(finding.Flags, FlagSize)
	}
	err = w.inspect(ctx, f, item, &finding)
	return finding, err
}

// inspect reads tags and makes derivatives; what is wrong with the photo itself becomes
// a flag, for the photo is evidence all the same. What is wrong with the disk is an error:
// no receipt may come of it.
func (w *Worker) inspect(ctx context.Context, f *os.File, item Item, finding *Finding) error {
	size := finding.Receipt.Size
	photo := func() io.ReadSeeker { return io.NewSectionReader(f, 0, size) } // each reader has a place of its own
	mime, err := CheckAny(photo(), size)
	finding.Mime = mime
	if err != nil {
		return finding.flag(FlagUnreadable, err)
	}
	if !Image(mime) {
		return nil // a video or a document is kept as it is
	}
	finding.Meta, err = ReadMeta(photo(), mime)
	switch {
	case errors.Is(err, ErrTags):
		slog.Warn("a photo's tags are not readable", "evidence", item.ID, "error", err)
		finding.Flags = append(finding.Flags, FlagOddTags)
	case err != nil:
		return err
	case finding.Meta.Empty:
		finding.Flags = append(finding.Flags, FlagNoTags)
	}
	if Slow(mime) {
		return w.copiesThere(item.Sum, finding) // else they are made once somebody wants to see them
	}
	return w.copies(ctx, photo(), item.Sum, finding)
}

// flag notes a refusal of the photo; any other error goes on.
func (f *Finding) flag(name string, err error) error {
	var refusal Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	f.Flags = append(f.Flags, name)
	return nil
}
