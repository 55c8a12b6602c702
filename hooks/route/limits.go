package route

// How often one may ask: each signed-in user for himself, whoever shares his address; those
// who are not signed in by their network; and who guesses passwords waits longer each time.

import (
	"errors"
	"net/http"
	"strings"
	stdsync "sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/intake"
)

// Limits are requests a minute, and so many at once. The zero value of a field is its
// default, a negative one takes the limit away.
type Limits struct {
	Writes, WriteBurst       int // of one user: actions, devices, decisions, new uploads
	Reads, ReadBurst         int // of one user: lists and records
	Strangers, StrangerBurst int // of one network without a log-in
	Guesses, GuessBurst      int // wrong passwords of one network
	FreeGuesses              int // wrong passwords for one account from one network before it has to wait
}

// WithDefaults fills in what is not set. They are far above what a person does, and a
// network of a mobile carrier speaks for many.
func (l Limits) WithDefaults() Limits {
	for _, f := range []struct {
		value *int
		usual int
	}{
		{&l.Writes, 1800},
		{&l.WriteBurst, 1000},
		{&l.Reads, 3000},
		{&l.ReadBurst, 1500},
		{&l.Strangers, 3000},
		{&l.StrangerBurst, 1500},
		{&l.Guesses, 60},
		{&l.GuessBurst, 100},
		{&l.FreeGuesses, 5},
	} {
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	return l
}

// Doorkeeper counts requests. Its memory is bounded; a restart forgets it.
type Doorkeeper struct {
	Limits Limits
	Now    func() time.Time

	writes, reads, strangers, guesses intake.Rate
	waits                             waits
}

// Open makes the counters ready.
func (d *Doorkeeper) Open() {
	d.Limits = d.Limits.WithDefaults()
	l := d.Limits
	for _, r := range []struct {
		rate             *intake.Rate
		perMinute, burst int
	}{
		{&d.writes, l.Writes, l.WriteBurst},
		{&d.reads, l.Reads, l.ReadBurst},
		{&d.strangers, l.Strangers, l.StrangerBurst},
		{&d.guesses, l.Guesses, l.GuessBurst},
	} {
		r.rate.PerHour, r.rate.Burst = r.perMinute*60, r.burst
	}
	d.waits.free = l.FreeGuesses
}

// Admit stands before every route: the size of what is sent, and how often.
func (d *Doorkeeper) Admit(e *core.RequestEvent) error {
	if size := headerSize(e.Request); size > MaxHeader {
		return problem.New("header_too_large", "the header has %d bytes, at most %d", size, MaxHeader).With("limit", MaxHeader)
	}
	if limit := bodyLimit(e.Request); limit > 0 && e.Request.ContentLength > limit {
		return TooLarge(limit)
	}
	if err := d.turn(e); err != nil {
		return err
	}
	return e.Next()
}

// headerSize is what a header has in bytes, about.
func headerSize(r *http.Request) int {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	return size
}

// turn takes one turn of whoever asks.
func (d *Doorkeeper) turn(e *core.RequestEvent) error {
	path := e.Request.URL.Path
	reading := e.Request.Method == http.MethodGet || e.Request.Method == http.MethodHead || path == "/api/cases/select" || path == "/api/dispatch/propose"
	switch {
	case !strings.HasPrefix(path, "/api/") || e.HasSuperuserAuth():
		return nil
	case isSync(path), path == "/api/sync/stream":
		return nil // phones have a gate of their own, and whoever may not is told so cheaply
	case e.Auth == nil:
		return d.take(&d.strangers, intake.Network(e.RealIP()), d.Limits.Strangers, "requests a minute without a log-in from one network")
	case strings.HasPrefix(path, "/api/evidence/") && e.Request.Method != http.MethodPost:
		return nil // photos come and go in many pieces
	case reading:
		return d.take(&d.reads, e.Auth.Id, d.Limits.Reads, "reads a minute of one user")
	}
	return d.take(&d.writes, e.Auth.Id, d.Limits.Writes, "writes a minute of one user")
}

func (d *Doorkeeper) take(rate *intake.Rate, key string, limit int, of string) error {
	if wait := rate.Take(key, d.Now()); wait > 0 {
		return later(wait, limit, of)
	}
	return nil
}

// Password stands before every try to sign in. A try is counted before its outcome is known,
// so that many at once are counted too, and taken back if it was right.
func (d *Doorkeeper) Password(e *core.RecordAuthWithPasswordRequestEvent) error {
	network := intake.Network(e.RealIP())
	if err := d.take(&d.guesses, network, d.Limits.Guesses, "wrong passwords a minute from one network"); err != nil {
		return err
	}
	account := e.Collection.Name + " " + strings.ToLower(e.Identity) + " " + network
	if wait := d.waits.begin(account, d.Now()); wait > 0 {
		return later(wait, d.Limits.FreeGuesses, "wrong passwords for one account, then each has to wait longer")
	}
	err := e.Next()
	if err == nil {
		d.waits.end(account)
		d.guesses.Give(network)
		return nil
	}
	if _, known := problem.Of(err); known && isBadRequest(err) {
		return problem.New("password_wrong", "")
	}
	if e.Record != nil && e.Record.GetString("disabled_at") != "" { // the password was right, the rule of the collection refused
		return problem.New("disabled", "since %s", e.Record.GetString("disabled_at"))
	}
	return err
}

// isBadRequest: PocketBase says no more of a wrong name or password, and neither do we.
func isBadRequest(err error) bool {
	var coder problem.Coder
	a, _ := problem.Of(err)
	return !errors.As(err, &coder) && a.Status == http.StatusBadRequest
}

// waits are growing waits by key: after some free tries each wrong one doubles the time
// until the next, up to a quarter of an hour.
type waits struct {
	free int

	mu   stdsync.Mutex
	keys map[string]waiting
}

type waiting struct {
	wrong int
	last  time.Time
	until time.Time
}

const (
	longestWait = 15 * time.Minute
	waitsKept   = 100_000 // keys
)

// begin counts a try and returns 0, or how long to wait.
func (w *waits) begin(key string, now time.Time) time.Duration {
	if w.free < 0 {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keys == nil {
		w.keys = map[string]waiting{}
	}
	k := w.keys[key]
	if now.Before(k.until) {
		return max(time.Second, k.until.Sub(now))
	}
	if now.Sub(k.last) > 2*longestWait {
		k = waiting{}
	}
	k.wrong++
	k.last = now
	if over := k.wrong - w.free; over >= 0 {
		k.until = now.Add(min(longestWait, time.Second<<min(over, 20)))
	}
	w.keys[key] = k
	w.forget(now)
	return 0
}

// end forgets the wrong tries of a key: the last one was right.
func (w *waits) end(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.keys, key)
}

// forget drops the keys that wait for nothing any more; if too many are left, any of them.
func (w *waits) forget(now time.Time) {
	if len(w.keys) <= waitsKept {
		return
	}
	for key, k := range w.keys {
		if now.Sub(k.last) > 2*longestWait {
			delete(w.keys, key)
		}
	}
	for key := range w.keys {
		if len(w.keys) <= waitsKept/2 {
			return
		}
		delete(w.keys, key)
	}
}
