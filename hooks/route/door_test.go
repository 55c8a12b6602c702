package route

// Who may through the door, and when.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/hooks/problem"
)

func code(err error) string {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p.Code()
	}
	return ""
}

func TestAPassOfAnExportIsGoodOnce(t *testing.T) {
	d, now := newDoor(), time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	var through atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if d.spend("pass", now) == nil {
				through.Add(1)
			}
		})
	}
	all.Wait()
	if through.Load() != 1 {
		t.Errorf("%d came through with one pass", through.Load())
	}
	if err := d.spend("pass", now.Add(passTime)); code(err) != "pass_invalid" {
		t.Errorf("while it has not run out: %v", err)
	}
	d.giveBack("pass")
	if err := d.spend("pass", now); err != nil {
		t.Errorf("it brought nothing the first time: %v", err)
	}
	for i := 1; i < passesKept; i++ {
		if err := d.spend(fmt.Sprint(i), now); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.spend("one more", now); code(err) != "busy" || len(d.used) != passesKept {
		t.Errorf("%v, %d are remembered", err, len(d.used))
	}
	if err := d.spend("one more", now.Add(passTime+2*time.Second)); err != nil || len(d.used) != 1 {
		t.Errorf("after they ran out: %v, %d are remembered", err, len(d.used))
	}
}

func TestAFewExportsWaitAndTheNextIsSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor()
		ctx, cancel := context.WithCancel(t.Context())
		var leave []func()
		for range exportsAtOnce {
			out, err := d.enter(ctx)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, out)
		}
		results := make(chan error, exportsWaiting)
		for range exportsWaiting {
			go func() {
				_, err := d.enter(ctx)
				results <- err
			}()
		}
		synctest.Wait()
		if _, err := d.enter(ctx); code(err) != "busy" {
			t.Errorf("one too many: %v", err)
		}
		leave[0]()
		if err := <-results; err != nil {
			t.Errorf("whose turn it is: %v", err)
		}
		cancel()
		for range exportsWaiting - 1 {
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("who left: %v", err)
			}
		}
		if n := d.waiting.Load(); n != 0 {
			t.Errorf("%d wait still", n)
		}
	})
}
