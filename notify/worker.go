package notify

// The worker carries the deliveries of one channel: lease, send, settle, sleep.

import (
	"context"
	"log/slog"
	stdsync "sync"
	"time"
)

const (
	leaseFor    = 2 * time.Minute  // longer than a batch may take
	sendWithin  = 90 * time.Second // a batch; the FCM library alone may try for long
	drainWithin = 3 * time.Second  // what is under way when the server stops
	pollEvery   = time.Minute      // should a wake-up ever be missed
	batchSize   = 100
)

// Worker delivers what an outbox holds for one channel, at least once, until its context
// ends. One worker a channel: a channel that hangs or rests keeps no other waiting.
type Worker struct {
	WorkerConfig
	wake   chan struct{}
	proven bool // the channel has accepted something since the start

	mu     stdsync.Mutex
	status Status
}

// WorkerConfig is what a worker works with.
type WorkerConfig struct {
	Name    string // the channel's name in the outbox
	Outbox  Outbox
	Channel Channel
	Now     func() time.Time
	Quiet   Quiet
	Log     *slog.Logger
}

// Status is how a channel does, for the operator.
type Status struct {
	RestsUntil time.Time // nothing is sent before; zero when it works
	Alarm      string    // why the channel refuses us; empty when it does not
}

// NewWorker returns a worker; Run starts it.
func NewWorker(c WorkerConfig) *Worker {
	c.Log = c.Log.With("channel", c.Name)
	return &Worker{WorkerConfig: c, wake: make(chan struct{}, 1)}
}

// Wake tells the worker that something was queued. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Status tells how the channel does now.
func (w *Worker) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// Run delivers until ctx ends; it returns once what was under way is settled.
func (w *Worker) Run(ctx context.Context) {
	for ctx.Err() == nil {
		timer := time.NewTimer(w.work(ctx))
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// work sends all that is due and returns how long there is nothing to do.
func (w *Worker) work(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		if rest := w.Status().RestsUntil.Sub(w.Now()); rest > 0 {
			return rest
		}
		n, err := w.round(ctx)
		if err != nil {
			if ctx.Err() == nil {
				w.Log.Error("outbox failed", "error", err)
			}
			return firstRetry
		}
		if n < batchSize {
			return w.idle(ctx)
		}
	}
	return 0
}

// idle is how long until the next delivery is due.
func (w *Worker) idle(ctx context.Context) time.Duration {
	now := w.Now()
	due, ok, err := w.Outbox.Next(ctx, w.Name)
	if err != nil || !ok || due.Sub(now) > pollEvery {
		return pollEvery
	}
	if rest := w.Status().RestsUntil; due.Before(rest) {
		due = rest
	}
	return max(due.Sub(now), 0)
}

// round leases one batch, sends it and settles it. It returns how many were leased.
func (w *Worker) round(ctx context.Context) (int, error) {
	now := w.Now()
	batch, err := w.Outbox.Lease(ctx, Want{Channel: w.Name, Now: now, Until: now.Add(leaseFor), Max: batchSize})
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	due, done := sift(batch, now, w.Quiet)
	if len(due) > 0 {
		results := w.send(ctx, due)
		verdict := judge(due, results, w.Now(), w.proven)
		w.note(verdict)
		done = append(done, verdict.done...)
	}
	// What was sent is settled even when the server stops: else it would be sent again.
	return len(batch), w.Outbox.Settle(context.WithoutCancel(ctx), w.Now(), done)
}

// send lets the channel try; when ctx ends it has a short time left.
func (w *Worker) send(ctx context.Context, due []Delivery) []Result {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(drainWithin, cancel) })()
	results := w.Channel.Send(sending, due)
	for len(results) < len(due) {
		results = append(results, Result{Answer: Retry, Err: errNoAnswer})
	}
	return results
}

// note remembers and tells what the answers say about the channel itself.
func (w *Worker) note(v verdict) {
	w.proven = w.proven || v.accepted
	status := Status{RestsUntil: v.restsUntil}
	if v.alarm != nil {
		w.Log.Error("channel alarm", "error", v.alarm, "rests_until", v.restsUntil)
	}
	if v.stopped {
		status.Alarm = v.alarm.Error()
	}
	w.mu.Lock()
	w.status = status
	w.mu.Unlock()
}
