package route

// Health: whether the process lives, and whether it can work.

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

// Health binds the questions of whoever runs the server.
//
//	GET /healthz   the process answers
//	GET /readyz    the database answers too; a browser reads it as a sentence
//
// A depot of photos that is away, or a disk without room for more, does not stop the work
// with cases: it is told, and the house is ready.
func Health(se *core.ServeEvent, photos *evidence.Worker, uploads *evidence.Uploads) {
	se.Router.GET("/healthz", func(e *core.RequestEvent) error {
		return e.JSON(http.StatusOK, map[string]string{"status": "ok"})
	})
	se.Router.GET("/readyz", func(e *core.RequestEvent) error {
		err := store.InRead(e.App, func(r store.Reader) error {
			_, err := r.State()
			return err
		})
		switch {
		case err != nil && wantsPage(e.Request):
			return note(e, http.StatusServiceUnavailable, "not_ready")
		case wantsPage(e.Request):
			return note(e, http.StatusOK, "ready")
		case err != nil:
			return problem.New("not_ready", "the database does not answer")
		}
		answer := map[string]any{"status": "ready"}
		if away, waiting := photos.Away(); away {
			answer["photos"], answer["photos_waiting"] = "away", waiting
		}
		if uploads.Full() {
			answer["disk"] = "full"
		}
		return e.JSON(http.StatusOK, answer)
	})
}
