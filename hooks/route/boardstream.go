package route

// The stream of a board: which cases and tiles changed, and how much waits.

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/board"
	"xuncha/hooks/store/desk"
)

const (
	boardBeat = 15 * time.Second       // at the latest something is sent
	boardCalm = 200 * time.Millisecond // between two events about cases
	boardSlow = 3 * time.Second        // between two counts of what waits
)

// BoardStream answers open boards.
type BoardStream struct {
	App    core.App
	Board  *board.Board
	Counts func(user *core.Record) (map[string]int, error)
	Now    func() time.Time
}

// Bind binds the route.
//
//	GET /api/cases/stream   server-sent events: hello, cases, inbox, reload
func (s BoardStream) Bind(se *core.ServeEvent) { se.Router.GET("/api/cases/stream", s.open) }

// watch is one open board.
type watch struct {
	BoardStream
	e      *core.RequestEvent
	user   *core.Record
	scope  desk.Scope
	l      *board.Listener
	place  int64
	counts map[string]int
	at     time.Time // when the counts were taken
	owed   bool      // something changed since
}

func (s BoardStream) open(e *core.RequestEvent) error {
	user, err := deskUser(e)
	if err != nil {
		return err
	}
	scope, _ := desk.ScopeOf(user)
	l, place := s.Board.Listen(scope)
	if l == nil {
		return Map{App: s.App, Board: s.Board}.making()
	}
	defer l.Leave()
	w := watch{BoardStream: s, e: e, user: user, scope: scope, l: l, place: place}
	h := e.Response.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	e.Response.WriteHeader(http.StatusOK)
	if err := w.send("hello", map[string]any{"version": place, "scope": markOf(scope)}); err != nil {
		return nil //nolint:nilerr // the board is gone; it comes again by itself
	}
	if since, err := strconv.ParseInt(e.Request.URL.Query().Get("since"), 10, 64); err == nil {
		w.place = since
	}
	if err := w.run(); err != nil && !errors.Is(err, errLeft) && !errors.Is(err, errShut) && e.Request.Context().Err() == nil {
		slog.Warn("the line of a board ended", "user", user.Id, "error", err)
	}
	return nil // the answer began long ago; the board comes again by itself
}

// Ends as any other: the board left, or its user may not listen any more.
var (
	errLeft = errors.New("the board left")
	errShut = errors.New("its user may not listen any more")
)

// run tells what changes until the board leaves or its user may not listen any more.
func (w *watch) run() error {
	login := time.NewTimer(max(0, expiry(w.e).Sub(w.Now())))
	defer login.Stop()
	beat := time.NewTicker(boardBeat)
	defer beat.Stop()
	slow := time.NewTicker(boardSlow)
	defer slow.Stop()
	calm := time.NewTimer(0) // it rings when the next event may go out
	defer calm.Stop()
	ready, news := false, true
	for {
		select {
		case <-w.e.Request.Context().Done():
			return nil
		case <-login.C:
			return nil
		case <-beat.C:
			if err := w.pulse(); err != nil {
				return err
			}
		case <-slow.C:
			if w.owed {
				if err := w.inbox(0); err != nil {
					return err
				}
			}
		case _, open := <-w.l.C:
			if !open {
				return nil
			}
			news = true
		case <-calm.C:
			ready = true
		}
		if ready && news {
			ready, news = false, false
			if err := w.cases(); err != nil {
				return err
			}
			calm.Reset(boardCalm)
		}
	}
}

// cases tells what changed since.
func (w *watch) cases() error {
	if err := w.standing(); err != nil {
		return err
	}
	n, told, err := w.Board.Since(w.l, w.place)
	if err != nil {
		return err
	}
	if n.Reload {
		w.place = w.Board.Head()
		return w.send("reload", map[string]any{"version": w.place})
	}
	w.place = n.Place
	if len(n.Changed)+len(n.Gone) > 0 {
		places := make([][3]uint32, len(n.Tiles))
		for i, t := range n.Tiles {
			places[i] = [3]uint32{uint32(t.Z), t.X, t.Y}
		}
		if err := w.send("cases", map[string]any{"version": n.Place, "changed": told, "gone": n.Gone, "tiles": places}); err != nil {
			return err
		}
	}
	return w.inbox(boardSlow)
}

// pulse says that the line is alive, and what waits now.
func (w *watch) pulse() error {
	if err := w.standing(); err != nil {
		return err
	}
	if err := w.write(": \n\n"); err != nil {
		return err
	}
	return w.inbox(0)
}

// inbox tells how much waits; counted just now it is owed. Where nothing was heard of it is told
// only if it is another number. After news it is told in any case: the board may have counted
// down by itself what was decided at it, and the same number is news to it then.
func (w *watch) inbox(every time.Duration) error {
	news := w.owed || every > 0
	if w.owed = w.Now().Sub(w.at) < every; w.owed {
		return nil
	}
	w.at = w.Now()
	counts, err := w.Counts(w.user)
	if err != nil || !news && maps.Equal(counts, w.counts) {
		return err
	}
	w.counts = counts
	return w.send("inbox", map[string]any{"counts": counts})
}

// standing tells whether the user may still listen: the log-in counts, and the scope is his.
func (w *watch) standing() error {
	r, err := w.App.FindRecordById("users", w.user.Id)
	if err != nil {
		return err
	}
	scope, atDesk := desk.ScopeOf(r)
	if !atDesk || scope != w.scope || r.TokenKey() != w.user.TokenKey() || r.GetString("disabled_at") != "" {
		return errShut
	}
	return nil
}

func (w *watch) send(event string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return w.write("event: " + event + "\ndata: " + string(text) + "\n\n")
}

func (w *watch) write(text string) error {
	if _, err := w.e.Response.Write([]byte(text)); err != nil {
		return errors.Join(errLeft, err)
	}
	if err := http.NewResponseController(w.e.Response).Flush(); err != nil {
		return errors.Join(errLeft, err)
	}
	return nil
}
