package hooks

// The custody log: what happens to a photo's row is logged in the transaction that saves it,
// and what was logged is signed soon after.

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/pocketbase/pocketbase/core"

	tsa "xuncha/evidence/stamp"
	"xuncha/hooks/store"
)

// sealEach: so long at most a leaf waits for its signature.
const sealEach = time.Second

func bindCustody(app core.App, h *house) error {
	path := store.LogKeyPath(app.DataDir(), h.cfg.LogKey)
	log := store.Custody{App: app, Now: h.cfg.Now, Nonce: rand.Text}
	if err := log.FinishRotation(path); err != nil {
		return err
	}
	log, err := store.OpenCustody(log, path, h.why)
	if err != nil {
		return err
	}
	h.log = log
	app.OnRecordCreateExecute("evidence").BindFunc(h.logCapture)
	app.OnRecordUpdateExecute("evidence").BindFunc(h.logChange)
	whileServing(app, func(ctx context.Context) { keepSealed(ctx, log) })
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		err := e.Next() // the last head comes after the last commit
		seal(log)
		return err
	})
	if h.cfg.TSA == "" {
		return nil
	}
	h.stamp = tsa.Authority{URL: h.cfg.TSA}.Ask
	return app.Cron().Add("xunchaStamp", hourly, func() { h.stampHead(context.Background()) })
}

// hourly: what was refused is tried again soon; a head is stamped once a day.
const hourly = "17 * * * *"

func (h *house) stampHead(ctx context.Context) {
	if done, err := h.log.Stamp(ctx, h.stamp); err != nil {
		slog.Error("the head of the custody log was not stamped; it is tried again in an hour", "error", err)
	} else if done {
		slog.Info("the head of the custody log was stamped")
	}
}

func (h *house) logCapture(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		return h.log.In(tx).Captured(e.Record)
	})
}

func (h *house) logChange(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		if err := h.log.In(tx).Changed(e.Record); err != nil { // its original is forgotten by the save
			return err
		}
		return e.Next()
	})
}

// keepSealed signs what came, once a second at most.
func keepSealed(ctx context.Context, log store.Custody) {
	tick := time.NewTicker(sealEach)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			seal(log)
		}
	}
}

func seal(log store.Custody) {
	if err := log.Seal(); err != nil {
		slog.Error("the custody log was not signed; it is tried again", "error", err)
	}
}
