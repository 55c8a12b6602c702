package hooks

// The dispatch board.

import (
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/route"
)

// Tiles is the base map of the board.
type Tiles = route.Tiles

// ParseTiles reads its settings.
func ParseTiles(address, attribution, audit string) (Tiles, error) {
	return route.ParseTiles(address, attribution, audit)
}

func bindBoard(app core.App, h *house) error {
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		board := &route.Board{Tiles: h.cfg.Tiles, Demo: len(h.cfg.Demo) > 0, Now: h.cfg.Now}
		if err := board.Bind(se); err != nil {
			return err
		}
		return se.Next()
	})
	return nil
}
