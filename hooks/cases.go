package hooks

// The lists and files of cases.

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/route"
)

func bindCases(app core.App, _ *house) error {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return err
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		route.Cases(se, zone)
		return se.Next()
	})
	return nil
}
