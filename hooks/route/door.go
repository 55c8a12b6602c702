package route

// The door through which folders go out: each pass once, a few at a time, and no long queue.

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"xuncha/hooks/problem"
)

// Folders that are written together, those that wait for it, and passes that are remembered.
const (
	exportsAtOnce  = 2
	exportsWaiting = 8
	passesKept     = 4096
)

// door keeps order. What it remembers ends with the process, and a pass two minutes after it
// was given.
type door struct {
	turns   chan struct{}
	waiting atomic.Int64
	given   atomic.Uint64 // so that two passes for the same are not one
	mu      sync.Mutex
	used    map[string]time.Time // when a pass is forgotten
}

func newDoor() *door {
	return &door{turns: make(chan struct{}, exportsAtOnce), used: map[string]time.Time{}}
}

// spend uses a pass up. It may be asked for at once from two sides; one of them has it.
func (d *door) spend(pass string, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, used := d.used[pass]; used {
		return problem.New("pass_invalid", "the address was used; ask for another one with POST")
	}
	if len(d.used) >= passesKept {
		for old, until := range d.used {
			if now.After(until) {
				delete(d.used, old)
			}
		}
	}
	if len(d.used) >= passesKept {
		return problem.New("busy", "%d folders went out in %s", passesKept, passTime)
	}
	d.used[pass] = now.Add(passTime + time.Second) // it has run out by itself then
	return nil
}

// giveBack makes a pass good again that brought nothing yet.
func (d *door) giveBack(pass string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.used, pass)
}

// enter waits for a turn; leave ends it.
func (d *door) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-d.turns }
	select {
	case d.turns <- struct{}{}:
		return leave, nil
	default:
	}
	defer d.waiting.Add(-1)
	if d.waiting.Add(1) > exportsWaiting {
		return nil, problem.New("busy", "%d folders are being written and %d wait", exportsAtOnce, exportsWaiting)
	}
	select {
	case d.turns <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
