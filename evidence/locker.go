package evidence

// Who is at an upload. Only one request at a time is: one that brings bytes is not
// disturbed, and one whose line is silent makes room, or a phone that was cut off would wait
// for minutes until its own dead line is noticed.

import (
	"context"
	stdsync "sync"
	"time"

	tus "github.com/tus/tusd/v2/pkg/handler"
)

// silence is how long a line brings nothing until another request may take its place.
const silence = 5 * time.Second

// Locker gives tusd its locks.
type locker struct {
	silence time.Duration

	mu    stdsync.Mutex
	holds map[string]*holding
}

// holding is a request at an upload.
type holding struct {
	line    *line // nil where it brings nothing
	over    chan struct{}
	release func() // asks it to end
}

// NewLock is a lock that nobody holds yet.
func (l *locker) NewLock(id string) (tus.Lock, error) { return &locked{locker: l, id: id}, nil }

// UseIn makes it tusd's locker.
func (l *locker) UseIn(composer *tus.StoreComposer) { composer.UseLocker(l) }

type locked struct {
	locker *locker
	id     string
}

// Lock waits until an upload is free. tus.ErrFileLocked: another request brings bytes.
func (k *locked) Lock(ctx context.Context, release func()) error {
	own := &holding{line: lineOf(ctx), over: make(chan struct{}), release: release}
	for {
		other := k.locker.enter(k.id, own)
		if other == nil {
			return nil
		}
		if err := other.wait(ctx, k.locker.silence); err != nil {
			return err
		}
	}
}

// Unlock lets the next one in.
func (k *locked) Unlock() error {
	k.locker.mu.Lock()
	defer k.locker.mu.Unlock()
	if h := k.locker.holds[k.id]; h != nil {
		delete(k.locker.holds, k.id)
		close(h.over)
	}
	return nil
}

// enter takes the lock, or returns who has it.
func (l *locker) enter(id string, own *holding) (other *holding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if other := l.holds[id]; other != nil {
		return other
	}
	if l.holds == nil {
		l.holds = map[string]*holding{}
	}
	l.holds[id] = own
	return nil
}

// looks are how often a line is looked at within its silence.
const looks = 20

// wait returns when a request is over; tus.ErrFileLocked as soon as it has brought another
// byte. A silent one is asked to end.
func (h *holding) wait(ctx context.Context, silence time.Duration) error {
	tick := time.NewTicker(silence / looks)
	defer tick.Stop()
	begun := h.read()
	for n := 0; ; n++ {
		if n == looks {
			h.release()
		}
		select {
		case <-h.over:
			return nil
		case <-ctx.Done():
			return tus.ErrLockTimeout
		case <-tick.C:
			if n < looks && h.read() > begun {
				return tus.ErrFileLocked
			}
		}
	}
}

func (h *holding) read() int64 {
	if h.line == nil {
		return 0
	}
	return h.line.read.Load()
}
