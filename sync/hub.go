package sync

// The hub pokes phones that are connected: something of yours changed, come and pull.

import stdsync "sync"

// Hub tells listeners the highest seq of their buckets. A slow listener loses pokes,
// never its place: it is told the newest head when it looks again. The zero value is ready.
type Hub struct {
	mu        stdsync.Mutex
	listeners map[string]map[*Listener]bool // by bucket
}

// Listener is one connected phone. C is signalled when its head or its standing changed.
type Listener struct {
	C       chan struct{} // capacity 1
	user    string
	buckets []string
	mu      stdsync.Mutex
	head    int64
	ended   bool
}

// Listen registers a phone for its buckets.
func (h *Hub) Listen(user string, buckets []string) *Listener {
	l := &Listener{C: make(chan struct{}, 1), user: user, buckets: buckets}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[string]map[*Listener]bool{}
	}
	for _, b := range buckets {
		if h.listeners[b] == nil {
			h.listeners[b] = map[*Listener]bool{}
		}
		h.listeners[b][l] = true
	}
	return l
}

// Leave forgets a listener.
func (h *Hub) Leave(l *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range l.buckets {
		delete(h.listeners[b], l)
		if len(h.listeners[b]) == 0 {
			delete(h.listeners, b)
		}
	}
}

// Poke tells the listeners of buckets the seq of a committed change.
func (h *Hub) Poke(buckets []string, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range buckets {
		for l := range h.listeners[b] {
			l.raise(seq, false)
		}
	}
}

// End closes the streams of a user whose grants or standing changed.
func (h *Hub) End(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners["u:"+user] {
		l.raise(0, true)
	}
}

// EndAll closes every stream: a new epoch has begun, and phones are to come at once.
func (h *Hub) EndAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, listeners := range h.listeners {
		for l := range listeners {
			l.raise(0, true)
		}
	}
}

// Start sets where a listener begins; nothing is signalled.
func (l *Listener) Start(head int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.head = max(l.head, head)
}

func (l *Listener) raise(seq int64, end bool) {
	l.mu.Lock()
	l.head = max(l.head, seq)
	l.ended = l.ended || end
	l.mu.Unlock()
	select {
	case l.C <- struct{}{}:
	default: // a signal waits already
	}
}

// Head is the highest seq of the listener's buckets; ended says the stream must close.
func (l *Listener) Head() (head int64, ended bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head, l.ended
}
