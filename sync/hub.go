package sync

// The hub pokes phones that are connected: something of yours changed, come and pull.

import (
	stdsync "sync"
	"sync/atomic"
	"time"
)

// calm is the time between two pokes of a bucket. The first of a burst goes out at once,
// what comes meanwhile is the next one.
const calm = 10 * time.Millisecond

// Hub tells listeners the highest seq of their buckets. A slow listener loses pokes,
// never its place: it is told the newest head when it looks again. The zero value is ready.
type Hub struct {
	mu        stdsync.Mutex
	listeners map[string][]*Listener // by bucket
	resting   map[string]rest        // buckets that were just poked
}

// rest is what a bucket was told last, and what came meanwhile.
type rest struct{ told, next int64 }

// Listener is one connected phone. C is signalled when its head or its standing changed.
type Listener struct {
	C       chan struct{} // capacity 1
	user    string
	buckets []string
	places  []int // its place among the listeners of each bucket
	head    atomic.Int64
	ended   atomic.Bool
}

// Listen registers a phone for its buckets.
func (h *Hub) Listen(user string, buckets []string) *Listener {
	l := &Listener{C: make(chan struct{}, 1), user: user, buckets: buckets, places: make([]int, len(buckets))}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[string][]*Listener{}
	}
	for i, b := range buckets {
		l.places[i] = len(h.listeners[b])
		h.listeners[b] = append(h.listeners[b], l)
	}
	return l
}

// Leave forgets a listener.
func (h *Hub) Leave(l *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, b := range l.buckets {
		h.leave(b, l.places[i])
	}
	l.buckets = nil
}

// leave fills a place with the last listener of the bucket.
func (h *Hub) leave(bucket string, place int) {
	all := h.listeners[bucket]
	end := len(all) - 1
	moved := all[end]
	for i, b := range moved.buckets {
		if b == bucket && moved.places[i] == end {
			moved.places[i] = place
		}
	}
	all[place], all[end] = moved, nil
	if h.listeners[bucket] = all[:end]; end == 0 {
		delete(h.listeners, bucket)
	}
}

// Poke tells the listeners of buckets the seq of a committed change.
func (h *Hub) Poke(buckets []string, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range buckets {
		switch r, rests := h.resting[b]; {
		case rests && seq > r.told:
			h.resting[b] = rest{r.told, max(r.next, seq)}
		case !rests && len(h.listeners[b]) > 0:
			h.raise(b, seq)
		}
	}
}

// raise tells the listeners of a bucket and lets it rest.
func (h *Hub) raise(bucket string, seq int64) {
	for _, l := range h.listeners[bucket] {
		l.rise(seq)
		l.Signal()
	}
	if h.resting == nil {
		h.resting = map[string]rest{}
	}
	h.resting[bucket] = rest{told: seq}
	time.AfterFunc(calm, func() { h.rested(bucket) })
}

func (h *Hub) rested(bucket string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	next := h.resting[bucket].next
	delete(h.resting, bucket)
	if next > 0 {
		h.raise(bucket, next)
	}
}

// End closes the streams of a user whose grants or standing changed.
func (h *Hub) End(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.listeners["u:"+user] {
		l.End()
	}
}

// EndAll closes every stream: phones are to come at once.
func (h *Hub) EndAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, listeners := range h.listeners {
		for _, l := range listeners {
			l.End()
		}
	}
}

// Start sets where a listener begins; nothing is signalled.
func (l *Listener) Start(head int64) { l.rise(head) }

// End closes the listener's stream.
func (l *Listener) End() {
	l.ended.Store(true)
	l.Signal()
}

func (l *Listener) rise(seq int64) {
	for {
		head := l.head.Load()
		if seq <= head || l.head.CompareAndSwap(head, seq) {
			return
		}
	}
}

// Signal makes the listener look again.
func (l *Listener) Signal() {
	select {
	case l.C <- struct{}{}:
	default: // a signal waits already
	}
}

// Head is the highest seq of the listener's buckets; ended says the stream must close.
func (l *Listener) Head() (head int64, ended bool) { return l.head.Load(), l.ended.Load() }
