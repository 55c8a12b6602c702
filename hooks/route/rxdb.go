package route

// The replication of stock RxDB: one collection at a time, over the feed of phones.

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/sync"
	"xuncha/sync/rxdb"
)

const rxdbPath = "/api/sync/rxdb/"

// bindRxDB binds the routes of docs/rxdb.md.
//
//	GET  /api/sync/rxdb/{collection}  documents after a checkpoint
//	POST /api/sync/rxdb/{collection}  documents of the client; those that stand otherwise come back
func (s *Syncer) bindRxDB(se *core.ServeEvent) {
	se.Router.GET(rxdbPath+"{collection}", s.rxdbPull)
	se.Router.POST(rxdbPath+"{collection}", s.rxdbPush).Bind(apis.BodyLimit(0)) // readBody stops by itself
}

func (s *Syncer) rxdbPull(e *core.RequestEvent) error {
	user, err := s.phoneUser(e)
	if err != nil {
		return err
	}
	if user.Disabled {
		return problem.New("disabled", "push what is left, then wipe what was delivered")
	}
	query, limit := e.Request.URL.Query(), rxdb.DefaultRows
	if asked := query.Get("limit"); asked != "" {
		if limit, err = strconv.Atoi(asked); err != nil {
			return problem.New("bad_request", "limit must be a whole number, not %.40q", asked)
		}
	}
	return s.send(e, func() (coding string, data []byte, err error) {
		page, err := rxdb.Desk{Desk: s.Desk}.Pull(e.Request.Context(), user, e.Request.PathValue("collection"), query.Get("checkpoint"), limit)
		defer page.Done()
		if err != nil {
			return "", nil, beginAgain(err)
		}
		coding, data = compressed(e.Request.Header.Values("Accept-Encoding"), page.Body)
		return coding, data, nil
	})
}

func (s *Syncer) rxdbPush(e *core.RequestEvent) error {
	user, err := s.phoneUser(e)
	if err != nil {
		return err
	}
	return s.send(e, func() (coding string, data []byte, err error) {
		answer, err := s.rxdbAnswer(e, user)
		if err != nil {
			return "", nil, beginAgain(err)
		}
		coding, data = compressed(e.Request.Header.Values("Accept-Encoding"), answer)
		return coding, data, nil
	})
}

// rxdbAnswer applies a push.
func (s *Syncer) rxdbAnswer(e *core.RequestEvent, user sync.User) ([]byte, error) {
	came := share{of: &s.bodies}
	defer came.free()
	body, err := came.readBody(e.Request.Header.Get("Content-Encoding"), asItComes(e))
	if err != nil {
		return nil, err
	}
	answer, err := rxdb.Desk{Desk: s.Desk}.Push(e.Request.Context(), user, e.Request.PathValue("collection"), e.Request.URL.Query().Get("checkpoint"), body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// beginAgain says in the answer why a client must begin again.
func beginAgain(err error) error {
	var r rxdb.Reset
	if errors.As(err, &r) {
		return problem.New(r.Code(), "%s", r.Reason).With("reason", r.Reason)
	}
	return err
}
