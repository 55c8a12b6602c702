package route

// The stream: a phone that is online learns at once that something of its changed.

import (
	"context"
	"crypto/rand"
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
	user  string
	until time.Time // of the ticket
	token time.Time // of the log-in it was given for
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
	id := s.tickets.issue(ticket{user.Id, now.Add(ticketLife), expiry(e)}, now)
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

// listenerOf finds whose stream it is and how long it may last.
func (s *Syncer) listenerOf(e *core.RequestEvent) (user string, until time.Time, err error) {
	if id := e.Request.URL.Query().Get("ticket"); id != "" {
		k, ok := s.tickets.redeem(id, s.Desk.Now())
		if !ok {
			return "", until, problem.New("ticket_invalid", "a ticket counts once and for %d s", int(ticketLife.Seconds()))
		}
		return k.user, k.token, nil
	}
	record, err := User(e)
	if err != nil {
		return "", until, err
	}
	return record.Id, expiry(e), nil
}

func (s *Syncer) stream(e *core.RequestEvent) error {
	user, until, err := s.listenerOf(e)
	if err != nil {
		return err
	}
	epoch, l, err := s.listen(e.App, user)
	if err != nil {
		return err
	}
	defer s.Hub.Leave(l)
	w := line{e.Response, http.NewResponseController(e.Response)}
	if err := w.open(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(e.Request.Context(), max(0, until.Sub(s.Desk.Now())))
	defer cancel()
	// An error of the line says that the phone is gone; it comes again by itself.
	_ = w.follow(ctx, epoch, l)
	return nil
}

// listen registers a phone with the buckets that it may read now.
func (s *Syncer) listen(app core.App, user string) (epoch string, l *sync.Listener, err error) {
	err = store.InRead(app, func(r store.Reader) error {
		state, err := r.State()
		if err != nil {
			return err
		}
		buckets, _, err := r.Grants(user)
		if err != nil {
			return err
		}
		// Registered before the head is read: a change between the two is poked.
		epoch, l = state.Epoch, s.Hub.Listen(user, buckets)
		head, err := r.HeadOf(buckets)
		l.Raise(head)
		return err
	})
	return epoch, l, err
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

func (w line) send(text string) error {
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	return w.ctl.Flush()
}

// follow sends a head now and at each poke, until the log-in or the phone ends.
func (w line) follow(ctx context.Context, epoch string, l *sync.Listener) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		head, ended := l.Head()
		if ended {
			return nil
		}
		if err := w.send(fmt.Sprintf("event: head\ndata: {\"epoch\":%q,\"head\":%d}\n\n", epoch, head)); err != nil {
			return err
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
