package route

// Apps built on WatermelonDB: one answer holds all that changed, one body all that a client
// did.

import (
	"io"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/sync"
	"xuncha/sync/watermelon"
)

const melonPath = "/api/sync/watermelon"

// syncAgain asks the client to synchronize once more.
const syncAgain = "X-Sync-Again"

// melonPull spools the answer, so that no line of a client holds the database.
func (s *Syncer) melonPull(e *core.RequestEvent) error {
	user, err := s.phoneUser(e)
	if err != nil {
		return err
	}
	q := e.Request.URL.Query()
	pull := watermelon.ReadPull(q.Get("last_pulled_at"), q.Get("migration"))
	out := newSpool(e, &s.answers)
	defer out.close()
	done, err := s.melonAnswer(e, user, pull, out)
	if err != nil {
		return come(e, err)
	}
	again(e, done.Again)
	return out.send(e)
}

// melonAnswer makes the answer when its turn has come.
func (s *Syncer) melonAnswer(e *core.RequestEvent, user sync.User, pull watermelon.Pull, out io.Writer) (done watermelon.Pulled, err error) {
	leave, err := s.Desk.Gate.Turn(e.Request.Context())
	if err != nil {
		return done, err
	}
	defer leave()
	err = s.Desk.House.Reading(func(v sync.View) (err error) {
		done, err = pull.Answer(v, user, out)
		return err
	})
	return done, err
}

func (s *Syncer) melonPush(e *core.RequestEvent) error {
	user, err := s.phoneUser(e)
	if err != nil {
		return err
	}
	came := share{of: &s.bodies}
	defer came.free()
	body, err := came.readBody(e.Request.Header.Get("Content-Encoding"), asItComes(e))
	if err != nil {
		return err
	}
	push, err := watermelon.ReadPush(e.Request.URL.Query().Get("since"), body)
	if err != nil {
		return err
	}
	done, err := push.Apply(e.Request.Context(), s.Desk.House, user)
	if err != nil {
		return come(e, err)
	}
	again(e, done.Again)
	return e.JSON(http.StatusOK, done)
}

func again(e *core.RequestEvent, yes bool) {
	e.Response.Header().Set("Access-Control-Expose-Headers", syncAgain)
	if yes {
		e.Response.Header().Set(syncAgain, "1")
	}
}
