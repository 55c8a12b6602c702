package hooks

// Photos: rows and bytes meet, a worker does the rest after the commit.

import (
	"context"
	"log/slog"
	"path/filepath"
	stdsync "sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/hooks/depot"
	"xuncha/hooks/problem"
	"xuncha/hooks/route"
	"xuncha/hooks/store"
)

func bindEvidence(app core.App, h *house) error {
	if err := UsePhotos(app, h.cfg.S3); err != nil {
		return err
	}
	shelf := store.ShelfOf(app)
	photos := &store.Photos{App: app}
	desk := store.PhotoDesk{Evidence: store.Evidence{App: app}, Log: h.log}
	worker := evidence.NewWorker(desk, shelf, h.cfg.Now)
	worker.Examiner = photos
	onView := evidence.NewOnView(desk, worker)
	rows := store.Uploads{App: app, Now: h.cfg.Now}
	uploads := &evidence.Uploads{
		Shelf: shelf, Owners: rows, NewID: h.cfg.NewID,
		Stored: worker.Wake, Answer: route.AnswerUpload, Now: h.cfg.Now, Limits: h.cfg.Uploads,
	}
	if err := uploads.Start(filepath.Join(app.DataDir(), "uploads"), route.UploadPath); err != nil {
		return err
	}
	h.shelf, h.photos, h.uploads = shelf, worker, uploads
	app.OnRecordCreate("evidence").BindFunc(guardDecision)
	app.OnRecordUpdate("evidence").BindFunc(guardEvidence)
	app.OnRecordUpdate("evidence").BindFunc(guardDecision)
	app.OnRecordDelete("evidence").BindFunc(refuseEvidence)
	app.OnRecordAfterCreateSuccess("evidence").BindFunc(func(e *core.RecordEvent) error {
		worker.Wake()
		return e.Next()
	})
	bindChecks(app, worker)
	whileServing(app, func(ctx context.Context) {
		if err := photos.Load(ctx, shelf); err != nil {
			slog.Error("the pictures of stored photos could not all be compared", "error", err)
		}
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		if err := shelf.Tidy(); err != nil {
			slog.Error("half written photos were not removed", "error", err)
		}
		passes := route.Passes{Key: h.keys.For("pass"), Now: h.cfg.Now}
		route.Evidence(se, uploads, shelf, route.Originals{App: app, Log: h.log, Passes: passes, OnView: onView})
		dossiers := store.Dossiers{App: app, Log: h.log, Files: evidence.Reading{Shelf: shelf}, Stamp: h.stamp, Show: onView.MakeAll}
		route.Exports{App: app, Dossiers: dossiers, Passes: passes}.Bind(se)
		return se.Next()
	})
	whileServing(app, onView.Run)
	whileServing(app, func(ctx context.Context) {
		if err := uploads.Resume(ctx, h.cfg.Now()); err != nil {
			slog.Error("uploads that were whole were not finished", "error", err)
		}
		worker.Run(ctx)
	})
	return app.Cron().Add("xunchaUploads", "30 3 * * *", func() { sweepPhotos(uploads, rows, h.cfg.Now()) })
}

// UsePhotos says where the photos of a house rest, for everything that reads them: in the
// bucket of the settings, else in that of PocketBase's own page, else on this disk.
func UsePhotos(app core.App, s depot.Settings) error {
	s, err := depot.Of(app, s)
	if err != nil {
		return err
	}
	if s.On() {
		store.UseDepot(app, depot.S3{Settings: s})
	}
	return nil
}

// sweepPhotos drops what nobody continued and what no row names.
func sweepPhotos(uploads *evidence.Uploads, rows store.Uploads, now time.Time) {
	n, err := uploads.Sweep(context.Background(), now)
	if err != nil {
		slog.Error("some unfinished uploads were not swept", "error", err)
	}
	files, err := uploads.Shelf.Sweep(rows.Known, now.AddDate(0, 0, -evidence.KeptDays))
	if err != nil {
		slog.Error("some photos without a row were not swept", "error", err)
	}
	if n+files > 0 {
		slog.Info("photos swept", "uploads", n, "files", files)
	}
}

// whileServing runs work from the start of the server until it ends, and waits for it. A
// server that is told to end while it starts runs none.
func whileServing(app core.App, work func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var mu stdsync.Mutex // between the start and the end
	var done stdsync.WaitGroup
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		if err := se.Next(); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() == nil {
			done.Go(func() { work(ctx) })
		}
		return nil
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		mu.Lock()
		cancel()
		mu.Unlock()
		done.Wait()
		return e.Next()
	})
}

// guardEvidence: what a photo is, is said once.
func guardEvidence(e *core.RecordEvent) error {
	if store.Frozen(e.Record) {
		return problem.New("evidence_locked", "evidence %s", e.Record.Id)
	}
	return e.Next()
}

// guardDecision: about a doubted photo a person decides, by an action.
func guardDecision(e *core.RecordEvent) error {
	if store.Decides(e.Record) && !store.IsByCasework(e.Context) {
		return problem.New("evidence_locked", "evidence %s: flag_decided decides about its flags", e.Record.Id)
	}
	return e.Next()
}

func refuseEvidence(e *core.RecordEvent) error {
	return problem.New("evidence_locked", "evidence %s", e.Record.Id)
}
