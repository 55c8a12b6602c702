package hooks

// The epoch: it is looked after at each opening, its mark follows the head, and at night what
// is old is forgotten.

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/sync"
)

// markEach: so long at most the mark beside the database lags behind it.
const markEach = time.Second

func bindEpochs(app core.App, h *house) error {
	epochs := store.Epochs{App: app, Now: h.cfg.Now}
	why, err := epochs.Open()
	if err != nil {
		return err
	}
	h.why = why
	if why != "" {
		slog.Warn("a new epoch begins: phones send again what they still hold", "because", why)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	close(done) // until it serves
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		done = make(chan struct{})
		go func() {
			defer close(done)
			keepMark(ctx, epochs)
		}()
		return se.Next()
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		err := e.Next() // the last mark comes after the last commit
		cancel()
		<-done
		return errors.Join(err, epochs.Mark())
	})
	bindBackups(app)
	night := store.Night{App: app, Now: h.cfg.Now, Away: h.cfg.AwayDays}
	return app.Cron().Add("xunchaNight", nightly, func() {
		if err := night.Run(ctx); err != nil {
			slog.Error("not all that is old was forgotten", "error", err)
		}
	})
}

// bindBackups keeps PocketBase's own backups from doing harm: they hold no key, and neither of
// the files that tell that a database was put back. They are not restored beside a server at
// work: phones would not notice.
func bindBackups(app core.App) {
	app.OnBackupCreate().BindFunc(func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, filepath.Dir(store.KeyFile), store.MarkFile, store.BackupFile, store.HeadFile)
		return e.Next()
	})
	app.OnBackupRestore().BindFunc(func(*core.BackupEvent) error {
		return problem.New("restore_by_command", "stop the server and use xuncha restore")
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error { // PocketBase answers before it begins
			path := e.Request.URL.Path
			if e.HasSuperuserAuth() && strings.HasPrefix(path, "/api/backups/") && strings.HasSuffix(path, "/restore") {
				return problem.New("restore_by_command", "stop the server and use xuncha restore")
			}
			return e.Next()
		})
		return se.Next()
	})
}

// nightly is twenty to four in China; the clock of jobs is UTC.
const nightly = "40 19 * * *"

// What durable means.
const (
	DurableDisk   = "disk"   // every commit is on this machine's disk
	DurableBackup = "backup" // a finished backup holds it
)

// keepMark lets the mark follow the head.
func keepMark(ctx context.Context, epochs store.Epochs) {
	tick := time.NewTicker(markEach)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := epochs.Mark(); err != nil {
				slog.Error("the mark beside the database was not written", "error", err)
			}
		}
	}
}

// restored begins a new epoch where a phone knows more than the database, and ends all
// streams, so that every phone comes at once.
func (h *house) restored(epochs store.Epochs) func(sync.Witness) error {
	return func(w sync.Witness) error {
		begun, err := epochs.Found(w)
		if begun {
			slog.Warn("a new epoch begins: phones send again what they still hold",
				"because", "a phone knows of a seq that this database has not given", "seq", w.Seq, "epoch", w.Epoch)
			h.pokes.EndAll()
		}
		return err
	}
}

// Close writes where the house stands, and closes it.
func Close(app core.App) error {
	return errors.Join(store.Epochs{App: app}.Mark(), app.ResetBootstrapState())
}
