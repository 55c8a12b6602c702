package hooks

// The page at "/", and the health of the server.

import (
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/route"
)

// Card is a login that a demo shows on its page.
type Card = route.Card

func bindHome(app core.App, h *house) error {
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		route.Health(se, h.photos, h.uploads)
		if err := route.Home(se, h.cfg.Demo, h.cfg.Now, &h.ways); err != nil {
			return err
		}
		return se.Next()
	})
	return nil
}
