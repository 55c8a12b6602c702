package migrations

// Of a HEIC, which was not decoded, an older version kept that nothing is to be seen on it. That
// is forgotten: it is compared with other pictures once somebody has looked at it. The running
// server reads only what is new, so this is done before it starts.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return run(app, unseenHEICs) }, func(core.App) error { return nil })
}

const unseenHEICs = `DELETE FROM photo_hash WHERE low IS NULL
	AND EXISTS (SELECT 1 FROM evidence e WHERE e.sha256 = photo_hash.sha256 AND e.mime = 'image/heic')`
