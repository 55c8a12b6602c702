package main

// Time stamps of the log's heads, by an authority on this machine.

import (
	"path/filepath"
	"testing"
	"time"

	"xuncha/evidence/custody"
	"xuncha/hooks"
	"xuncha/internal/house"
	"xuncha/internal/tsatest"
)

func TestTheNewestHeadIsStampedOnceADay(t *testing.T) {
	dir, _ := gallery(t, 2)
	tsa, other := tsatest.New(t), tsatest.New(t)
	h := house.With(t, dir, hooks.Config{Now: time.Now, TSA: tsa.URL})
	job := func() {
		for _, j := range h.App.Cron().Jobs() {
			if j.Id() == "xunchaStamp" {
				j.Run()
			}
		}
	}
	tsa.Away.Store(true)
	job()
	tsa.Away.Store(false)
	job()
	job()
	h.Stop()
	if n := tsa.Asked.Load(); n != 2 {
		t.Errorf("the authority was asked %d times: once in vain, once more, and then not for a day", n)
	}
	r, err := verified(t, dir, "--tsa-roots", tsa.Roots)
	if err != nil || r.Stamps != 1 || r.Stamped == "" {
		t.Errorf("%v %+v", err, r)
	}
	if r, err := verified(t, dir, "--tsa-roots", other.Roots); err == nil || !found(r, custody.StampAltered) {
		t.Errorf("an authority that is not trusted: %v %s", err, list(r.Findings))
	}
	if _, err := xuncha(t, "", "verify", "--dir", dir, "--tsa-roots", filepath.Join(dir, "none")); err == nil {
		t.Error("roots that are not there")
	}
}
