package route

// The stream: a phone that is online learns at once that something of its changed.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	stdsync "sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/sync"
)

const (
	heartbeat  = 25 * time.Second
	ticketLife = 60 * time.Second
	coalesce   = 20 * time.Millisecond // pokes of one burst become one event
)

// tickets are one-time passes for EventSource, which cannot send a header.
type tickets struct {
	mu   stdsync.Mutex
	byID map[string]ticket
}

type ticket struct {
	pass
	until time.Time // of the ticket
}

// pass is whose stream it is and how long it lasts: until the log-in ends, and while the
// user's password and standing are those of the log-in.
type pass struct {
	user, key string
	until     time.Time
}

func passOf(e *core.RequestEvent, user *core.Record) pass {
	return pass{user.Id, user.TokenKey(), expiry(e)}
}

func (t *tickets) issue(k ticket, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID == nil {
		t.byID = map[string]ticket{}
	}
	for id, old := range t.byID {
		if now.After(old.until) {
			delete(t.byID, id)
		}
	}
	id := rand.Text()
	t.byID[id] = k
	return id
}

func (t *tickets) redeem(id string, now time.Time) (ticket, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.byID[id]
	delete(t.byID, id)
	return k, ok && now.Before(k.until)
}

func (s *Syncer) ticket(e *core.RequestEvent) error {
	user, err := User(e)
	if err != nil {
		return err
	}
	now := s.Desk.Now()
	id := s.tickets.issue(ticket{passOf(e, user), now.Add(ticketLife)}, now)
	return e.JSON(http.StatusOK, map[string]any{"ticket": id, "expires_in": int(ticketLife.Seconds())})
}

// expiry is when the log-in of a request ends; PocketBase has checked its signature.
func expiry(e *core.RequestEvent) time.Time {
	claims := jwt.MapClaims{}
	token := e.Request.Header.Get("Authorization")
	if len(token) > len("Bearer ") && strings.EqualFold(token[:len("Bearer ")], "Bearer ") {
		token = token[len("Bearer "):]
	}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		return time.Time{}
	}
	at, err := claims.GetExpirationTime()
	if err != nil || at == nil {
		return time.Time{}
	}
	return at.Time
}

// passOf finds whose stream is asked for.
func (s *Syncer) passOf(e *core.RequestEvent) (pass, error) {
	if id := e.Request.URL.Query().Get("ticket"); id != "" {
		k, ok := s.tickets.redeem(id, s.Desk.Now())
		if !ok {
			return pass{}, problem.New("ticket_invalid", "a ticket counts once and for %d s", int(ticketLife.Seconds()))
		}
		return k.pass, nil
	}
	user, err := User(e)
	if err != nil {
		return pass{}, err
	}
	return passOf(e, user), nil
}

func (s *Syncer) stream(e *core.RequestEvent) error {
	p, err := s.passOf(e)
	if err != nil {
		return err
	}
	epoch, l, err := s.listen(e.App, p)
	if err != nil {
		return err
	}
	defer s.Hub.Leave(l)
	w := line{e.Response, http.NewResponseController(e.Response)}
	if err := w.open(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(e.Request.Context(), max(0, p.until.Sub(s.Desk.Now())))
	defer cancel()
	// An error of the line says that the phone is gone; it comes again by itself.
	_ = w.follow(ctx, epoch, l)
	return nil
}

// listen registers a phone with the buckets that it may read now. It is registered before
// the moment that is read begins: what is committed before is in the head, what is
// committed after is poked.
func (s *Syncer) listen(app core.App, p pass) (epoch string, l *sync.Listener, err error) {
	buckets, gen, err := store.Grants{App: app}.Of(p.user)
	if err != nil {
		return "", nil, err
	}
	l = s.Hub.Listen(p.user, buckets)
	err = store.InRead(app, func(r store.Reader) error {
		if err := r.Standing(p.user, p.key); err != nil {
			return err
		}
		state, err := r.State()
		if err != nil {
			return err
		}
		now, newer, err := r.Grants(p.user)
		if err != nil {
			return err
		}
		if newer != gen { // the buckets changed just before; the phone connects anew
			s.Hub.End(p.user)
		}
		epoch = state.Epoch
		head, err := r.HeadOf(now)
		l.Start(head)
		return err
	})
	if err != nil {
		s.Hub.Leave(l)
		return "", nil, lapsed(err)
	}
	return epoch, l, nil
}

// lapsed is the answer to a log-in that does not count any more.
func lapsed(err error) error {
	switch {
	case errors.Is(err, store.ErrDisabled):
		return problem.New("disabled", "the user was disabled since")
	case errors.Is(err, store.ErrSignedOut):
		return problem.New("unauthorized", "the log-in was ended since")
	}
	return err
}

// line is an open stream.
type line struct {
	http.ResponseWriter
	ctl *http.ResponseController
}

// open sends the head of the stream. Without a deadline of its own it would be cut
// after the server's five minutes.
func (w line) open() error {
	if err := w.ctl.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	return nil
}

// writeLimit: a line that takes so long for one event has ended; else nobody would notice
// that the log-in behind it has.
const writeLimit = 20 * time.Second

// longAgo as a deadline ends what is being written.
var longAgo = time.Unix(1, 0)

func (w line) send(text string) error {
	limit := time.AfterFunc(writeLimit, func() { _ = w.ctl.SetWriteDeadline(longAgo) }) // it could be set when the line was opened
	defer limit.Stop()
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	return w.ctl.Flush()
}

// follow sends a head now and whenever it has risen, until the log-in or the phone ends.
func (w line) follow(ctx context.Context, epoch string, l *sync.Listener) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for sent := int64(-1); ; {
		head, ended := l.Head()
		if ended {
			return nil
		}
		if head > sent {
			if err := w.send(fmt.Sprintf("event: head\ndata: {\"epoch\":%q,\"head\":%d}\n\n", epoch, head)); err != nil {
				return err
			}
			sent = head
		}
		if err := w.rest(ctx, l, beat); err != nil {
			return err
		}
	}
}

// rest waits for the next poke, gathers its burst, and keeps the line alive meanwhile.
func (w line) rest(ctx context.Context, l *sync.Listener, beat *time.Ticker) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
			if err := w.send(": \n\n"); err != nil {
				return err
			}
		case <-l.C:
			burst := time.NewTimer(coalesce)
			defer burst.Stop()
			select {
			case <-burst.C:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}
