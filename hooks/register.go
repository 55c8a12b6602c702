// Package hooks is where PocketBase meets the house: what must stand or fall with
// the save of a record, and which routes there are. A hook reads the event, calls
// one domain function and writes the answer; the rules live elsewhere.
package hooks

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/evidence"
	"xuncha/hooks/board"
	"xuncha/hooks/depot"
	"xuncha/hooks/problem"
	"xuncha/hooks/route"
	"xuncha/hooks/store"
	"xuncha/hooks/store/desk"
	"xuncha/intake"
	"xuncha/notify"
	"xuncha/sync"
)

// Config is what the house is told at its start.
type Config struct {
	Now   func() time.Time // the clock; cmd gives time.Now, a demo may shift it
	NewID func() string    // of a record that the house makes; nil is by chance

	FCMCredentials string       // path of a service account file; empty: messages go to the log
	FCMEndpoint    string       // another address of FCM's HTTP v1, for tests
	Quiet          notify.Quiet // when only urgent messages go out; the zero value is never

	TSA    string         // address of a time-stamping authority (RFC 3161); empty: heads are not stamped
	LogKey string         // path of the key of the custody log; empty: in the data directory
	S3     depot.Settings // where photos rest; the zero value is PocketBase's own setting, else this disk

	Durable  string // what durable means: DurableDisk, also where it is empty, or DurableBackup
	AwayDays int    // how long a phone may be away before it begins anew; 0 is store.AwayDays

	Demo  []Card // the logins of a demo; its page shows them
	Tiles Tiles  // the base map under the board's cases; the zero value is none

	Intake intake.Limits // how often the public may complain; the zero value is the defaults
	Limits route.Limits  // how often one may ask at all; likewise
	Pace   route.Pace    // how slow a line may be; likewise

	Uploads evidence.Limits // how much is uploaded; likewise

	Phones desk.Limits // when a phone is not well; likewise
}

// house is the machinery that the hooks share while the server runs.
type house struct {
	cfg       Config
	keys      store.Keys
	pokes     *sync.Hub
	push      *notify.Worker
	shelf     evidence.Shelf
	log       store.Custody
	stamp     func(ctx context.Context, head string) ([]byte, error) // nil: heads are not stamped
	why       string                                                 // why the database is an older one than it was; empty if it is not
	photos    *evidence.Worker
	uploads   *evidence.Uploads
	divisions *store.Map
	phones    *desk.Phones
	board     *board.Board
	outlines  *desk.Outlines
	ways      route.Ways

	complaints *route.Complaints
}

// Register binds everything of ours to app, which is open and migrated.
func Register(app core.App, cfg Config) error {
	keys, err := store.OpenKeys(app.DataDir())
	if err != nil {
		return err
	}
	if cfg.NewID == nil {
		cfg.NewID = core.GenerateDefaultRandomId
	}
	h := &house{cfg: cfg, keys: keys, pokes: &sync.Hub{}, phones: &desk.Phones{App: app, Now: cfg.Now}}
	// The database is not truncated at night: it would block every writer (see the operation notes).
	app.Cron().Remove("__pbDBOptimize__")
	for _, bind := range []func(core.App, *house) error{
		bindEpochs, bindCustody, bindPeople, bindSteps, bindCases, bindFeed, bindClock, bindNotify, bindEvidence, bindGeo, bindHome, bindBoard, bindIntake, bindHeld,
		bindDictionaries, bindLimits, bindDesk,
	} {
		if err := bind(app, h); err != nil {
			return err
		}
	}
	if err := (store.Dictionaries{App: app}).Furnish(); err != nil {
		return err
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.InstallerFunc = nil
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "xunchaProblem", Priority: -200_000, Func: problem.Middleware})
		if err := se.Next(); err != nil {
			return err
		}
		h.ways.Learn(se.Server.Handler)
		cfg.Pace.Apply(se.Server)
		return nil
	})
	return nil
}

// inTransaction runs the rest of the event and then inside one transaction: both
// stand or fall together. Nested calls join the outer transaction.
func inTransaction(e *core.RecordEvent, then func(tx core.App) error) error {
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return then(tx)
	})
}
