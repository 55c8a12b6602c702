package evidence

// The carrier: brings what was inspected into the depot, and only then lets the row say that
// it is stored. While the depot is away everything waits here, at no cost for anybody, and
// one try after the other asks for all.

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	stdsync "sync"
	"time"
)

// errand is a photo on its way into the depot.
type errand struct {
	item    Item    // without an id where the row has said long ago that it is stored
	finding Finding // unless it is to be fetched
	fetch   bool    // the original rests already, and has to be looked at once more
	tries   int
	after   time.Time // not to be tried before
}

func (e errand) key() string {
	if e.item.ID == "" {
		return "sum " + e.item.Sum
	}
	return e.item.ID
}

type carrier struct {
	desk  Desk
	keep  func(Item, Finding) error
	shelf Shelf
	now   func() time.Time
	came  func() // called when an original was fetched
	wake  chan struct{}

	mu      stdsync.Mutex
	waiting map[string]errand
	away    bool
	pause   time.Duration // until the depot is asked again
}

// While the depot is away it is asked again after a second, then after twice as long, and at
// least every half minute.
const (
	askAgain   = time.Second
	askRarely  = 30 * time.Second
	carryLanes = 2 // photos carried at a time; a large one holds some 36 MB
)

func newCarrier(w *Worker) *carrier {
	return &carrier{desk: w.Desk, keep: w.keep, shelf: w.Shelf, now: w.Now, came: w.Wake, wake: make(chan struct{}, 1), waiting: map[string]errand{}}
}

// take adds an errand; it never blocks.
func (c *carrier) take(e errand) {
	c.mu.Lock()
	c.waiting[e.key()] = e
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// has tells whether an item is on its way.
func (c *carrier) has(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.waiting[id]
	return ok
}

// state is whether the depot is away, and how many photos wait for it.
func (c *carrier) state() (away bool, waiting int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.away, len(c.waiting)
}

// run works until ctx ends.
func (c *carrier) run(ctx context.Context) {
	if err := c.gather(); err != nil {
		slog.Error("photos that could rest in the depot were not listed", "error", err)
	}
	for {
		batch, pause := c.next()
		if len(batch) > 0 {
			pause = c.carryAll(ctx, batch)
		}
		if ctx.Err() != nil {
			return
		}
		if len(batch) > 0 && pause == 0 {
			continue
		}
		if !c.sleep(ctx, pause) {
			return
		}
	}
}

// sleep waits for the pause; for news too, where the depot is not known to be away.
func (c *carrier) sleep(ctx context.Context, pause time.Duration) bool {
	news := c.wake
	if away, _ := c.state(); away {
		news = nil
	}
	var over <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-news:
	case <-over:
	}
	return true
}

// next are the errands whose turn it is, those that failed least first, so that one that
// cannot be carried does not stand before the others; and if there are none, how long until
// one comes.
func (c *carrier) next() (batch []errand, pause time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lanes := carryLanes
	if c.away {
		lanes = 1
	}
	now := c.now()
	for range lanes {
		var best *errand
		for _, e := range c.waiting {
			if wait := e.after.Sub(now); wait > 0 {
				if pause == 0 || wait < pause {
					pause = wait
				}
				continue
			}
			if !carried(batch, e) && (best == nil || e.tries < best.tries || e.tries == best.tries && e.key() < best.key()) {
				best = &e
			}
		}
		if best == nil {
			break
		}
		batch = append(batch, *best)
	}
	return batch, pause
}

// carried tells whether the same bytes are carried already.
func carried(batch []errand, e errand) bool {
	for _, b := range batch {
		if b.item.Sum == e.item.Sum {
			return true
		}
	}
	return false
}

// carryAll carries a few at a time and returns how long to wait before the next.
func (c *carrier) carryAll(ctx context.Context, batch []errand) time.Duration {
	errs := make([]error, len(batch))
	var all stdsync.WaitGroup
	for i, e := range batch {
		all.Go(func() { errs[i] = c.carry(ctx, e) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var gone error
	for i, e := range batch {
		switch {
		case errs[i] == nil:
			delete(c.waiting, e.key())
			if e.fetch {
				c.came()
			}
		case errors.Is(errs[i], ErrAway):
			gone = errs[i]
			e.tries++
			c.waiting[e.key()] = e
		default:
			wait := min(again<<min(e.tries, 6), rarely)
			slog.Error("a photo could not be brought into the depot", "evidence", e.key(), "again_in", wait, "error", errs[i])
			e.tries, e.after = e.tries+1, c.now().Add(wait)
			c.waiting[e.key()] = e
		}
	}
	return c.judge(gone)
}

// judge says once that the depot went away, and that it came back.
func (c *carrier) judge(gone error) time.Duration {
	if gone == nil {
		if c.away {
			slog.Info("the depot of photos answers again", "photos_waiting", len(c.waiting))
		}
		c.away, c.pause = false, 0
		return 0
	}
	if !c.away {
		slog.Warn("the depot of photos is away; photos wait here and have no receipt", "error", gone)
	}
	c.away, c.pause = true, min(max(askAgain, 2*c.pause), askRarely)
	return c.pause
}

// carry brings one photo to its rest.
func (c *carrier) carry(ctx context.Context, e errand) error {
	if e.fetch {
		return c.shelf.fetch(ctx, e.item.Sum)
	}
	if err := c.shelf.adopt(ctx, e.item.Sum, &e.finding); err != nil {
		return err
	}
	if err := c.shelf.rest(ctx, e.item.Sum); err != nil {
		return err
	}
	if e.item.ID != "" {
		if err := c.keep(e.item, e.finding); err != nil {
			return err
		}
	}
	if c.wanted(e) {
		return nil
	}
	return c.shelf.release(e.item.Sum)
}

// wanted tells whether another row waits for the same bytes.
func (c *carrier) wanted(e errand) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, other := range c.waiting {
		if other.item.Sum == e.item.Sum && other.key() != e.key() {
			return true
		}
	}
	return false
}

// gather finds what lies here though its row says that it is stored: a house that had no
// depot before, or a server that ended between the row and the file.
func (c *carrier) gather() error {
	dirs, err := filepath.Glob(filepath.Join(c.shelf.Dir, "[0-9a-f][0-9a-f]"))
	errs := []error{err}
	for _, dir := range dirs {
		files, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var sums []string
		for _, f := range files {
			if Sum.MatchString(f.Name()) {
				sums = append(sums, f.Name())
			}
		}
		if err != nil || len(sums) == 0 {
			errs = append(errs, err)
			continue
		}
		settled, err := c.desk.Settled(sums)
		errs = append(errs, err)
		for _, sum := range settled {
			c.take(errand{item: Item{Sum: sum}})
		}
	}
	return errors.Join(errs...)
}
