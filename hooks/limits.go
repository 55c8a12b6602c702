package hooks

// What keeps the house standing when it is asked too much, too often or too slowly.

import (
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/hooks/route"
)

// whoAsks: after PocketBase has found out who asks, before it looks at the body.
const whoAsks = apis.DefaultRateLimitMiddlewarePriority - 5

func bindLimits(app core.App, h *house) error {
	(&route.Tokens{App: app, Now: h.cfg.Now}).Bind()
	door := &route.Doorkeeper{Limits: h.cfg.Limits, Now: h.cfg.Now}
	door.Open()
	app.OnRecordAuthWithPasswordRequest().BindFunc(door.Password)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "xunchaDoor", Priority: whoAsks, Func: door.Admit})
		return se.Next()
	})
	return nil
}
