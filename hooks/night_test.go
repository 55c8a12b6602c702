package hooks_test

// The night: old marks go, phones that were away for longer begin anew, and nobody keeps a
// ghost. And what durable means.

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// at runs the night's work as of so many days from now.
func night(t *testing.T, h *house.House, days int) {
	t.Helper()
	now := func() time.Time { return time.Now().AddDate(0, 0, days) }
	if err := (store.Night{App: h.App, Now: now}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, h *house.House, sql string) (n int) {
	t.Helper()
	if err := h.App.DB().NewQuery("SELECT count(*) FROM " + sql).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheNightIsAJob(t *testing.T) {
	h := house.New(t)
	h.Agency("甲县分局", "990101")
	for _, job := range h.App.Cron().Jobs() {
		if job.Id() == "xunchaNight" {
			job.Run()
		}
	}
	if count(t, h, "sync_day") != 1 {
		t.Error("the day was not noted")
	}
}

func TestAPhoneThatWasAwayForLongBeginsAnewAndKeepsNoGhost(t *testing.T) {
	f := inField(t)
	away, soonBack := phone.New(f.h.URL, f.a.Token), phone.New(f.h.URL, f.a.Token)
	f.sync(t, away)
	other := f.h.User("inspector", f.here, "吴敏")
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{other.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "轮休"})
	left := state(t, f.h).Head
	f.sync(t, soonBack, f.pa)
	night(t, f.h, 0)
	night(t, f.h, store.AwayDays-1)
	if s := state(t, f.h); s.Compacted != 0 {
		t.Fatalf("marks were dropped early: %+v", s)
	}
	own := away.Edit("inspections", f.visit, map[string]any{"findings": "山中所写"})
	night(t, f.h, store.AwayDays)
	s := state(t, f.h)
	if s.Compacted == 0 || s.Compacted > left || count(t, f.h, "sync_feed WHERE gone <> '' AND collection <> 'cases'") > 0 {
		t.Fatalf("marks up to %d were not dropped: %+v", left, s)
	}
	clean(t, f.h)
	was := soonBack.Cursor
	f.sync(t, soonBack)
	if soonBack.Replace || was == "" {
		t.Error("who was not away began anew")
	}
	req := away.Request()
	a, err := away.Send(context.Background(), req)
	if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetCompacted {
		t.Fatalf("%+v %v", a.Reset, err)
	}
	if err := away.Take(req, a); err != nil {
		t.Fatal(err)
	}
	f.sync(t, away)
	outcome(t, away, own, sync.Held, sync.CodeNotInScope)
	if len(away.Rows("cases"))+len(away.Rows("inspections"))+len(away.Rows("actions")) > 0 || len(away.Rows("held")) != 1 {
		t.Errorf("a ghost: %v", away.Snapshot)
	}
	for _, p := range []*phone.Phone{away, f.pa} {
		f.sync(t, p)
		req := p.Request()
		req.Pull.Digest = true
		if a, err := p.Send(context.Background(), req); err != nil || a.Digest == nil || *a.Digest != p.Digest() {
			t.Errorf("%+v, the server says %+v %v", p.Digest(), a.Digest, err)
		}
	}
}

// So the protocol's page says it: 400 days, then a renew.
func TestAResultIsRememberedFor400Days(t *testing.T) {
	f := inField(t)
	p := phone.New(f.h.URL, f.a.Token)
	f.sync(t, p)
	id := p.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	req := p.Request()
	first, err := p.Send(t.Context(), req) // the answer is lost
	if err != nil || len(first.Results) != 1 {
		t.Fatalf("%+v %v", first.Results, err)
	}
	night(t, f.h, 399)
	again, err := p.Send(t.Context(), req)
	if err != nil || len(again.Results) != 1 || again.Results[0].Seq != first.Results[0].Seq {
		t.Errorf("%+v, at first %+v %v", again.Results, first.Results, err)
	}
	night(t, f.h, 401)
	late, err := p.Send(t.Context(), req)
	if err != nil || late.Reset == nil || late.Reset.Reason != sync.ResetForked {
		t.Fatalf("%+v %v", late, err)
	}
	if err := p.Take(req, late); err != nil {
		t.Fatal(err)
	}
	f.sync(t, p)
	outcome(t, p, id, sync.Noop, "")
	clean(t, f.h)
}

func TestWhoOnceWorkedOnACaseIsRememberedBeyondTheMarks(t *testing.T) {
	f := inField(t)
	other := f.h.User("inspector", f.here, "吴敏")
	act(t, f.h, f.dispatcher, f.mine, "assign", map[string]any{"inspectors": []string{other.ID, f.b.ID}, "lead": f.b.ID, "due": soon(), "reason": "轮休"})
	night(t, f.h, 0)
	night(t, f.h, 2*store.AwayDays)
	id := f.pa.Act(f.mine, "note", map[string]any{"text": "到场"}, nil)
	f.sync(t, f.pa)
	if r, err := f.h.App.FindRecordById("actions", id); err != nil || r.GetString("outcome") != "needs_review" {
		t.Errorf("a late action of who was on the case: %v %v", r, err)
	}
}

func TestTheNightForgetsInSlicesAndByAnIndex(t *testing.T) {
	f := inField(t)
	const many = 1203
	exec := func(sql string, params dbx.Params) {
		t.Helper()
		if _, err := f.h.App.NonconcurrentDB().NewQuery(sql).Bind(params).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {:many}) "+
		"INSERT INTO sync_feed (bucket, collection, record, seq, gone, reason) SELECT 'u:x', 'evidence', 'gone' || i, 1 + i % 7, 'scope', 'reassigned' FROM n", dbx.Params{"many": many})
	exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {:many}) "+
		"INSERT INTO sync_mutation (user, id, client, n, hash, seq, result, based_on, at) SELECT 'x', 'old' || i, 'c', i, '', 1, '{}', '{\"weather\":\"older' || i || '\"}', '2020-01-01' FROM n",
		dbx.Params{"many": many})
	exec("INSERT INTO sync_based_on (older, field, newer) SELECT 'older' || n, 'weather', id FROM sync_mutation WHERE user = 'x'", nil)
	live, kept := count(t, f.h, "sync_feed WHERE gone = ''"), count(t, f.h, "sync_mutation WHERE user <> 'x'")
	night(t, f.h, 0)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := (store.Night{App: f.h.App, Now: func() time.Time { return time.Now().AddDate(0, 0, 91) }}).Run(ctx); err == nil {
		t.Error("a night that was ended says nothing")
	}
	night(t, f.h, 91)
	if n := count(t, f.h, "sync_feed WHERE bucket = 'u:x'") + count(t, f.h, "sync_mutation WHERE user = 'x'") + count(t, f.h, "sync_based_on"); n > 0 {
		t.Errorf("%d rows are left", n)
	}
	if count(t, f.h, "sync_feed WHERE gone = ''") != live || count(t, f.h, "sync_mutation") != kept {
		t.Error("what is not old was forgotten")
	}
	if s := state(t, f.h); s.Compacted != 7 {
		t.Errorf("%+v", s)
	}
	var plan []struct {
		Detail string `db:"detail"`
	}
	for sql, index := range map[string]string{
		"SELECT record FROM sync_feed WHERE gone <> '' AND collection <> 'cases' AND seq <= 9 ORDER BY seq LIMIT 9": "idx_sync_feed_gone",
		"SELECT id FROM sync_mutation WHERE at < '2021' ORDER BY at LIMIT 9":                                        "idx_sync_mutation_at",
	} {
		if err := f.h.App.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).All(&plan); err != nil || !strings.Contains(fmt.Sprint(plan), index) || strings.Contains(fmt.Sprint(plan), "TEMP") {
			t.Errorf("%s: %v %v", sql, plan, err)
		}
	}
	clean(t, f.h)
}

func TestFsckNamesABrokenOrderOfChanges(t *testing.T) {
	h := house.New(t)
	h.Agency("甲县分局", "990101")
	for _, key := range []string{"compacted", "epoch_base"} {
		if _, err := h.App.NonconcurrentDB().NewQuery("INSERT INTO sync_meta VALUES ({:key}, '99999')").Bind(dbx.Params{"key": key}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	report, err := store.Fsck{App: h.App}.Run()
	if err != nil || len(report.Differences) != 2 || report.NewEpoch != "" {
		t.Errorf("%+v %v", report, err)
	}
	if err := store.WriteMark(filepath.Join(h.Dir, store.MarkFile), sync.Witness{Epoch: report.Epoch, Seq: report.Head + 1}); err != nil {
		t.Fatal(err)
	}
	if report, err = (store.Fsck{App: h.App}).Run(); err != nil || !strings.Contains(report.NewEpoch, "has not given") {
		t.Errorf("%+v %v", report, err)
	}
}

func TestDurableIsWhatAFinishedBackupHolds(t *testing.T) {
	f := field{pair: twoAgencies(t)}
	f.h.Stop()
	cfg := hooksConfig()
	cfg.Durable = hooks.DurableBackup
	f.h = house.With(t, f.h.Dir, cfg)
	f.a = f.h.User("inspector", f.here, "李强")
	p := phone.New(f.h.URL, f.a.Token)
	f.sync(t, p)
	s := state(t, f.h)
	for _, c := range []struct {
		name string
		w    sync.Witness
		want int64
	}{
		{"of another epoch", sync.Witness{Epoch: "another", Seq: 9}, 0},
		{"of this one", sync.Witness{Epoch: s.Epoch, Seq: 9, Run: s.Run}, 9},
		{"without a run, as a script writes it", sync.Witness{Epoch: s.Epoch, Seq: 10}, 10},
		{"more than there is", sync.Witness{Epoch: s.Epoch, Seq: s.Head + 1}, 0},
		{"of a run that never was", sync.Witness{Epoch: s.Epoch, Seq: 9, Run: "another"}, 0},
		{"of this one again", sync.Witness{Epoch: s.Epoch, Seq: s.Head, Run: s.Run}, s.Head},
	} {
		if err := store.WriteMark(filepath.Join(f.h.Dir, store.BackupFile), c.w); err != nil {
			t.Fatal(err)
		}
		if f.sync(t, p); p.Durable != c.want {
			t.Errorf("%s: durable %d, want %d", c.name, p.Durable, c.want)
		}
	}
	if err := store.Backed(f.h.Dir, sync.Witness{Epoch: s.Epoch, Seq: 3}); err != nil {
		t.Fatal(err)
	}
	if f.sync(t, p); p.Durable != s.Head {
		t.Errorf("an older backup took back %d: %d", s.Head, p.Durable)
	}
}
