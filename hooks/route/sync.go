package route

// The sync of phones: one round trip pushes and pulls.

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"xuncha/hooks/problem"
	"xuncha/sync"
)

// Syncer answers phones.
type Syncer struct {
	App  core.App
	Desk sync.Desk
	Hub  *sync.Hub
	Hear func(user string, client sync.Client, phone *sync.Phone) // takes note of a phone; never waits

	tickets tickets
	bodies  budget // of requests that are answered
	answers budget // that are sent
}

// The gate of pages: one for each processor at a time. So many phones may wait for theirs,
// and so long; then they are asked to come again.
const (
	mayWait  = 4000
	patience = 30 * time.Second
)

// graceDays: so long a disabled user's phone may send what it still holds.
const graceDays = 30

// Bind binds the routes of the protocol.
//
//	POST /api/sync         push and pull
//	GET  /api/sync/stream  server-sent events: the head of the user's buckets
//	POST /api/sync/ticket  a one-time ticket for the stream
//	GET  /api/sync/watermelon, POST  apps built on WatermelonDB
func (s *Syncer) Bind(se *core.ServeEvent) {
	s.Desk.Gate = sync.NewGate(runtime.GOMAXPROCS(0), mayWait, patience)
	se.Router.POST("/api/sync", s.sync).Bind(apis.BodyLimit(0)) // readBody stops by itself
	se.Router.GET("/api/sync/stream", s.stream)
	se.Router.POST("/api/sync/ticket", s.ticket)
	s.bindRxDB(se)
	se.Router.GET(melonPath, s.melonPull)
	se.Router.POST(melonPath, s.melonPush).Bind(apis.BodyLimit(0))
	se.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		s.Hub.EndAll()
		return e.Next()
	})
}

// isSync: bodies of phones, which are read and bounded by their routes. Phones have a gate of
// their own instead of turns.
func isSync(path string) bool {
	return path == "/api/sync" || path == melonPath || strings.HasPrefix(path, rxdbPath)
}

// phoneUser is the user of a phone: also one disabled for less than graceDays.
func (s *Syncer) phoneUser(e *core.RequestEvent) (sync.User, error) {
	user, err := User(e)
	if err == nil {
		return sync.User{ID: user.Id}, nil
	}
	var p *problem.Problem
	if errors.As(err, &p) && p.Code() == "disabled" {
		at, perr := types.ParseDateTime(e.Auth.GetString("disabled_at"))
		if perr == nil && s.Desk.Now().Before(at.Time().AddDate(0, 0, graceDays)) {
			return sync.User{ID: e.Auth.Id, Disabled: true}, nil
		}
	}
	return sync.User{}, err
}

func (s *Syncer) sync(e *core.RequestEvent) error {
	user, err := s.phoneUser(e)
	if err != nil {
		return err
	}
	return s.send(e, func() (coding string, data []byte, err error) { return s.answer(e, user) })
}

// send sends an answer once all of it is made.
func (s *Syncer) send(e *core.RequestEvent, answer func() (coding string, data []byte, err error)) error {
	out := share{of: &s.answers}
	defer out.free()
	coding, data, err := answer()
	if err == nil {
		err = out.hold(cap(data))
	}
	if err != nil {
		return come(e, err)
	}
	h := e.Response.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Add("Vary", "Accept-Encoding")
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	_, err = e.Response.Write(data) // whoever reads slowly holds his own bytes and nothing else
	return err
}

// answer is the whole answer, ready to be sent. What fails here may be sent again as it is.
func (s *Syncer) answer(e *core.RequestEvent, user sync.User) (coding string, data []byte, err error) {
	came := share{of: &s.bodies}
	defer came.free()
	body, err := came.readBody(e.Request.Header.Get("Content-Encoding"), asItComes(e))
	if err != nil {
		return "", nil, err
	}
	req, err := sync.ReadRequest(body)
	if err != nil {
		return "", nil, err
	}
	accept, desk := e.Request.Header.Values("Accept-Encoding"), s.Desk
	var early ahead
	defer early.free()
	if accepts(accept, "zstd") {
		desk = desk.Ahead(&early)
	}
	a, err := desk.Answer(e.Request.Context(), user, req)
	defer a.Done()
	if err != nil {
		return "", nil, err
	}
	s.Hear(user.ID, req.Client, req.Phone) // also of who is disabled: that his phone was wiped
	if early.began() {
		data, err = early.end(a.Rest())
		return "zstd", data, err
	}
	coding, data = compressed(accept, a.Wire())
	return coding, data, nil
}

// come tells a phone when to come again, where that may help.
func come(e *core.RequestEvent, err error) error {
	var busy sync.Busy
	if errors.As(err, &busy) {
		return problem.New("busy", "%d phones wait for their page, at most %d may, each for at most %d s", busy.Waiting, busy.Most, int(patience.Seconds())).
			With("limit", busy.Most).With("waiting", busy.Waiting).In(soon())
	}
	if _, known := problem.Of(err); !known {
		e.Response.Header().Set("Retry-After", strconv.Itoa(soon()))
	}
	return err
}

// retrySeconds is when a phone should try again what the server could not do now: at
// least so many seconds later, at most twice as many, each its own time.
const retrySeconds = 10

func soon() int { return retrySeconds + rand.IntN(retrySeconds+1) }
