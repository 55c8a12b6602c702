package route

// The stream: a phone that is online learns at once that something of its changed.

import (
	"crypto/rand"
	"errors"
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

const ticketLife = 60 * time.Second

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

// stream takes the connection over from the server: what stood around its request is
// given back, and an open line is two small waits.
func (s *Syncer) stream(e *core.RequestEvent) error {
	p, err := s.passOf(e)
	if err != nil {
		return err
	}
	epoch, l, err := s.listen(e.App, p)
	if err != nil {
		return err
	}
	conn, _, err := http.NewResponseController(e.Response).Hijack()
	if err != nil {
		s.Hub.Leave(l)
		return err
	}
	w := newLine(conn, l, epoch, e.Response.Header())
	left := max(0, p.until.Sub(s.Desk.Now()))
	go func() {
		defer s.Hub.Leave(l)
		w.serve(left)
	}()
	return nil
}

// listen registers a phone with the buckets that it may read now. It is registered before
// the moment that is read begins: what is committed before is in the head, what is
// committed after is poked.
func (s *Syncer) listen(app core.App, p pass) (epoch string, l *sync.Listener, err error) {
	var was sync.Moment
	if err := store.InPages(app, func(r store.Pages) (err error) {
		was, err = r.Moment(p.user, "")
		return err
	}); err != nil {
		return "", nil, err
	}
	l = s.Hub.Listen(p.user, was.Buckets)
	err = store.InPages(app, func(r store.Pages) error {
		if err := r.Standing(p.user, p.key); err != nil {
			return err
		}
		now, err := r.Moment(p.user, "")
		if err != nil {
			return err
		}
		if now.Gen != was.Gen { // the buckets changed just before; the phone connects anew
			l.End()
		}
		epoch = now.Epoch
		head, err := r.HeadOf(now.Buckets)
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
