package evidence

// One lock for each upload: an owner with a sum.

import (
	"context"
	"sync"
)

// locks are made when they are asked for and go when nobody waits for them.
type locks struct {
	mu  sync.Mutex
	all map[string]*lock
}

type lock struct {
	free chan struct{} // holds one token while nobody holds the lock
	want int           // who holds it or waits for it
}

// hold waits for a lock; unlock it once.
func (l *locks) hold(ctx context.Context, key string) (unlock func(), err error) {
	l.mu.Lock()
	if l.all == nil {
		l.all = map[string]*lock{}
	}
	k := l.all[key]
	if k == nil {
		k = &lock{free: make(chan struct{}, 1)}
		k.free <- struct{}{}
		l.all[key] = k
	}
	k.want++
	l.mu.Unlock()
	select {
	case <-k.free:
		return func() { l.leave(key, k, true) }, nil
	case <-ctx.Done():
		l.leave(key, k, false)
		return nil, ctx.Err()
	}
}

func (l *locks) leave(key string, k *lock, held bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if held {
		k.free <- struct{}{}
	}
	if k.want--; k.want == 0 {
		delete(l.all, key)
	}
}
