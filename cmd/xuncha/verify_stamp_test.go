package main

// Time stamps of the log's heads, by an authority on this machine.

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuncha/dossier"
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

func TestAnExportedFolderIsStamped(t *testing.T) {
	dir, _ := gallery(t, 1)
	tsa, other := tsatest.New(t), tsatest.New(t)
	t.Setenv(tsaEnv, tsa.URL)
	out := filepath.Join(t.TempDir(), "court")
	must(t, "export", "X-2026-1", "--dir", dir, "--to", out)
	const own = "the authority of the time stamp is the folder's own word"
	if said := must(t, "verify", out); !strings.Contains(said, "Test Authority") || !strings.Contains(said, own) {
		t.Error(said)
	}
	if said := must(t, "verify", out, "--tsa-roots", tsa.Roots); !strings.Contains(said, "Test Authority") || strings.Contains(said, own) {
		t.Error(said)
	}
	if c, err := checkedFolder(t, out, "--tsa-roots", other.Roots); err == nil || !finds(c, custody.StampAltered, dossier.StampName) {
		t.Errorf("an authority that is not trusted: %v %+v", err, c.Findings)
	}
	tsa.Away.Store(true)
	out = filepath.Join(t.TempDir(), "without")
	must(t, "export", "X-2026-1", "--dir", dir, "--to", out)
	if c, err := checkedFolder(t, out); err != nil || c.Stamped != "" || tsa.Asked.Load() != 2 {
		t.Errorf("while it is away: %v %+v, asked %d times", err, c, tsa.Asked.Load())
	}
	t.Setenv(tsaEnv, "no address")
	if _, err := xuncha(t, "", "export", "X-2026-1", "--dir", dir, "--to", out+"2"); err == nil || !strings.Contains(err.Error(), tsaEnv) {
		t.Errorf("a setting that is wrong: %v", err)
	}
}
