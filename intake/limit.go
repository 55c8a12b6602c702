package intake

// How often the public may ask: a bucket of tokens for what is allowed, a count of wrong
// tries for what is guessed. Both are in memory; a restart forgets them.

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of the public routes. The zero value of a field is its default, a negative one
// takes the limit away.
type Limits struct {
	PerHour      int // complaints from one network
	Burst        int // of them at once
	Tries        int // wrong tries of one address at one number within TryWindow
	AddressTries int // wrong tries of one network at any number
}

// TryWindow is how long wrong tries are remembered.
const TryWindow = 15 * time.Minute

// WithDefaults fills in what is not set. A network of a mobile carrier speaks for many
// people, so the numbers are those of a busy street, not of one person.
func (l Limits) WithDefaults() Limits {
	for _, f := range []struct {
		value *int
		usual int
	}{{&l.PerHour, 60}, {&l.Burst, 30}, {&l.Tries, 5}, {&l.AddressTries, 50}} {
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	return l
}

// Network is what one limit counts together: an IPv4 address's /24, an IPv6 address's /48.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return address
	}
	return prefix.String()
}

// remembered bounds the memory of a limit, in keys.
const remembered = 100_000

// Rate lets each key through PerHour times an hour, Burst of them at once.
type Rate struct {
	PerHour, Burst int

	mu   sync.Mutex
	keys map[string]level
}

type level struct {
	tokens float64
	at     time.Time
}

// Take takes one token and returns 0, or how long to wait for the next one.
func (r *Rate) Take(key string, now time.Time) time.Duration {
	if r.PerHour < 0 || r.Burst < 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys = map[string]level{}
	}
	l := r.filled(key, now)
	if l.tokens < 1 {
		r.keys[key] = l
		return max(time.Second, time.Duration((1-l.tokens)*float64(r.every())))
	}
	l.tokens--
	r.keys[key] = l
	r.forget(now)
	return 0
}

// Give gives a token back that was taken for nothing.
func (r *Rate) Give(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l, known := r.keys[key]; known {
		l.tokens = min(float64(r.Burst), l.tokens+1)
		r.keys[key] = l
	}
}

// every is the time in which one token comes back.
func (r *Rate) every() time.Duration { return time.Hour / time.Duration(max(r.PerHour, 1)) }

func (r *Rate) filled(key string, now time.Time) level {
	l, known := r.keys[key]
	if !known {
		return level{float64(r.Burst), now}
	}
	if now.After(l.at) {
		l.tokens = min(float64(r.Burst), l.tokens+float64(now.Sub(l.at))/float64(r.every()))
		l.at = now
	}
	return l
}

// forget drops the keys that are full again; if too many are left, any of them.
func (r *Rate) forget(now time.Time) {
	if len(r.keys) <= remembered {
		return
	}
	for key := range r.keys {
		if r.filled(key, now).tokens >= float64(r.Burst) {
			delete(r.keys, key)
		}
	}
	for key := range r.keys {
		if len(r.keys) <= remembered/2 {
			return
		}
		delete(r.keys, key)
	}
}

// Tries counts wrong tries: Most for each key within TryWindow, then no more.
type Tries struct {
	Most int

	mu   sync.Mutex
	keys map[string]tries
}

type tries struct {
	count int
	since time.Time
}

// Begin counts a try before its outcome is known, so that many at once are counted too. It
// returns 0, or how long to wait because too many were wrong.
func (t *Tries) Begin(key string, now time.Time) time.Duration {
	if t.Most < 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys == nil {
		t.keys = map[string]tries{}
	}
	n := t.keys[key]
	if now.Sub(n.since) >= TryWindow {
		n = tries{since: now}
	}
	if n.count >= t.Most {
		return max(time.Second, n.since.Add(TryWindow).Sub(now))
	}
	n.count++
	t.keys[key] = n
	t.forget(now)
	return 0
}

// Right takes back a try that was right.
func (t *Tries) Right(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, known := t.keys[key]
	switch {
	case !known:
	case n.count <= 1:
		delete(t.keys, key)
	default:
		n.count--
		t.keys[key] = n
	}
}

func (t *Tries) forget(now time.Time) {
	if len(t.keys) <= remembered {
		return
	}
	for key, n := range t.keys {
		if now.Sub(n.since) >= TryWindow {
			delete(t.keys, key)
		}
	}
	for key := range t.keys {
		if len(t.keys) <= remembered/2 {
			return
		}
		delete(t.keys, key)
	}
}
