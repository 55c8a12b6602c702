package hooks_test

// Restores from a backup, with phones that go on: nothing that a phone still holds is lost.

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"xuncha/archive"
	"xuncha/hooks"
	"xuncha/hooks/depot"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// backUp makes a backup while the house works.
func (f *field) backUp(t *testing.T, to string) archive.Made {
	t.Helper()
	m, err := (archive.Archive{Dir: to}).Make(t.Context(), archive.Order{
		House: f.h.Dir, Keys: filepath.Join(to, "keys"), Keep: 9, Elsewhere: true, Now: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bringBack restores a backup into a folder and starts a house there.
func (f *field) bringBack(t *testing.T, from, dir string, cfg hooks.Config) archive.Restored {
	t.Helper()
	f.h.Stop()
	c, err := archive.Find(from)
	if err != nil {
		t.Fatal(err)
	}
	r, err := archive.Restore(t.Context(), c, archive.Wish{House: dir, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	f.h = house.With(t, dir, cfg)
	f.pa.URL, f.pb.URL = f.h.URL, f.h.URL
	return r
}

// accounted: each value of each mutation that a phone ever got an answer for stands, or is
// kept under that mutation, or was replaced by somebody who had seen it.
func (f *field) accounted(t *testing.T, p *phone.Phone, seen ...string) {
	t.Helper()
	for _, k := range p.Answered {
		m := k.Mutation
		if k.Result == nil || k.Result.Outcome == sync.Rejected {
			t.Errorf("%s: %+v", m.ID, k.Result)
			continue
		}
		doc := f.stored(t, m.Collection, m.Record)
		for field, value := range m.Set {
			n := count(t, f.h, "held_edits WHERE mutation = '"+m.ID+"' AND field IN ('', '"+field+"')")
			stands := doc != nil && (m.Op == sync.OpCreate && m.Collection == "actions" || sync.Same(doc[field], value) ||
				field == "samples" && strings.Contains(string(doc[field]), strings.Trim(string(value), "[]")))
			if n == 0 && !stands && !slices.Contains(seen, string(value)) {
				t.Errorf("%s %s %s: %s is nowhere; it stands at %s, the result is %+v", m.Collection, m.Record, field, value, doc[field], k.Result)
			}
		}
	}
}

func (f *field) stored(t *testing.T, collection, record string) (doc map[string]json.RawMessage) {
	t.Helper()
	var docs []string
	err := f.h.App.DB().NewQuery("SELECT doc FROM sync_doc WHERE collection = {:c} AND record = {:r}").
		Bind(dbx.Params{"c": collection, "r": record}).Column(&docs)
	if err == nil && len(docs) == 1 {
		err = json.Unmarshal([]byte(docs[0]), &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestARestoreFromAnOlderBackupLosesNothingThatPhonesHold(t *testing.T) {
	for _, order := range []string{"the first to have edited comes first", "the last to have edited comes first"} {
		t.Run(order, func(t *testing.T) {
			f, copies := inField(t), t.TempDir()
			before := f.pa.Edit("inspections", f.visit, map[string]any{"findings": "一", "weather": "晴"})
			f.sync(t, f.pa, f.pb)
			f.backUp(t, copies)
			known := *f.pa.Result(before)
			f.pa.Edit("inspections", f.visit, map[string]any{"findings": "二", "samples": []string{"S1"}})
			arrival := f.pa.Act(f.mine, "arrive", map[string]any{"inspection": f.visit, "officers": []string{f.a.ID, f.b.ID}, "certificate_shown": true},
				map[string]any{"position": map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8}})
			f.sync(t, f.pa, f.pb)
			if r := f.pa.ResultOf(arrival); r.Outcome != sync.OK {
				t.Fatalf("%+v", r)
			}
			third := f.pb.Edit("inspections", f.visit, map[string]any{"findings": "三"}) // who had seen the second
			f.sync(t, f.pb)
			blind := f.pa.Edit("inspections", f.visit, map[string]any{"statement": "甲"})
			lost := f.pb.Edit("inspections", f.visit, map[string]any{"statement": "乙"})
			f.pb.Act(f.mine, "note", map[string]any{"text": "到场"}, nil)
			f.sync(t, f.pa, f.pb, f.pa)
			outcome(t, f.pb, lost, sync.Conflict, sync.CodeReview)
			f.pa.Edit("inspections", f.visit, map[string]any{"max_noise_db": 61.5}) // not sent yet
			old := f.pa.Client

			r := f.bringBack(t, copies, f.h.Dir, hooksConfig())
			if r.Aside == "" || r.Old <= r.Head {
				t.Errorf("%+v", r)
			}
			if order == "the first to have edited comes first" {
				f.sync(t, f.pa, f.pb, f.pa)
			} else {
				f.sync(t, f.pb, f.pa, f.pb)
			}
			if f.pa.Client == old || f.pa.Epoch != r.Epoch {
				t.Error("the phone did not renew")
			}
			for _, p := range []*phone.Phone{f.pa, f.pb} {
				v := f.view(t, p)
				if v["findings"] != "三" || v["weather"] != "晴" || v["statement"] != "甲" || v["max_noise_db"].(float64) != 61.5 || len(v["samples"].([]any)) != 1 {
					t.Errorf("%v", v)
				}
				f.accounted(t, p, `"一"`, `"二"`)
			}
			if now := f.pa.Result(before); now.Seq != known.Seq || now.Outcome != known.Outcome {
				t.Errorf("what the backup held is answered %+v, was %+v", now, known)
			}
			outcome(t, f.pb, third, sync.OK, "")
			outcome(t, f.pa, blind, sync.OK, "")
			outcome(t, f.pb, lost, sync.Conflict, sync.CodeSuperseded)
			if stored, err := f.h.App.FindRecordById("actions", arrival); err != nil || stored.GetString("outcome") != "applied" {
				t.Errorf("the arrival: %v %v", stored, err)
			}
			f.agree(t)
		})
	}
}

func TestAClonedPhoneAndARestore(t *testing.T) {
	f, copies := inField(t), t.TempDir()
	f.backUp(t, copies)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa)
	file := filepath.Join(t.TempDir(), "phone")
	if err := f.pa.Save(file); err != nil {
		t.Fatal(err)
	}
	clone := phone.New(f.h.URL, f.a.Token)
	if err := clone.Load(file); err != nil {
		t.Fatal(err)
	}
	f.pa.Edit("inspections", f.visit, map[string]any{"samples": []string{"S1"}})
	clone.Edit("inspections", f.visit, map[string]any{"samples": []string{"S2"}})
	f.sync(t, f.pa)
	f.bringBack(t, copies, f.h.Dir, hooksConfig())
	clone.URL = f.h.URL
	f.sync(t, clone, f.pa, clone, f.pb)
	if clone.Client == f.pa.Client {
		t.Error("both go by one id")
	}
	for _, p := range []*phone.Phone{f.pa, f.pb, clone} {
		if v := f.view(t, p); v["weather"] != "晴" || len(v["samples"].([]any)) != 2 {
			t.Errorf("%v", v)
		}
		f.accounted(t, p)
	}
	f.agree(t)
}

func TestWhatDurableHasNotPassedOutlivesTheLossOfTheMachine(t *testing.T) {
	f, copies := inField(t), t.TempDir()
	cfg := hooksConfig()
	cfg.Durable = hooks.DurableBackup
	f.h.Stop()
	f.h = house.With(t, f.h.Dir, cfg)
	f.pa.URL, f.pb.URL = f.h.URL, f.h.URL
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa)
	made := f.backUp(t, copies)
	f.sync(t, f.pa)
	if f.pa.Durable != made.Head {
		t.Errorf("durable is %d, the backup holds %d", f.pa.Durable, made.Head)
	}
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "备份之后"})
	f.sync(t, f.pa)
	f.pa.Now = func() time.Time { return time.Now().AddDate(0, 0, 8) }
	f.pb.Edit("inspections", f.visit, map[string]any{"samples": []string{"S1"}})
	f.sync(t, f.pb, f.pa)
	if len(f.pa.Answered) != 1 || f.pa.Result(f.pa.Answered[0].Mutation.ID).Seq <= made.Head {
		t.Fatalf("after eight days the phone keeps %+v", f.pa.Answered)
	}
	f.bringBack(t, copies, filepath.Join(t.TempDir(), "another machine"), cfg)
	f.sync(t, f.pa, f.pb, f.pa)
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		if v := f.view(t, p); v["weather"] != "晴" || v["findings"] != "备份之后" || len(v["samples"].([]any)) != 1 {
			t.Errorf("%v", v)
		}
	}
	if f.pa.Durable != 0 || len(f.pa.Answered) == 0 {
		t.Errorf("durable is %d before the new epoch has a backup; the phone keeps %d", f.pa.Durable, len(f.pa.Answered))
	}
	again := f.backUp(t, copies)
	if f.sync(t, f.pa); f.pa.Durable != again.Head || again.Epoch != f.pa.Epoch {
		t.Errorf("durable is %d, the backup holds %d", f.pa.Durable, again.Head)
	}
	f.pa.Now = func() time.Time { return time.Now().AddDate(0, 0, 17) }
	f.sync(t, f.pa)
	if len(f.pa.Answered) > 0 {
		t.Errorf("the phone keeps %+v for ever", f.pa.Answered)
	}
	f.agree(t)
	whole(t, f.h)
}

// Photos of the time after the backup are on the old shelf; a phone may have deleted its own.
func TestARestoreTakesOverThePhotosOfTheOldHouse(t *testing.T) {
	h, _ := worked(t)
	copies := t.TempDir()
	order := archive.Order{House: h.Dir, Keys: filepath.Join(copies, "keys"), Keep: 3, Elsewhere: true, Now: time.Now()}
	first, err := (archive.Archive{Dir: copies}).Make(t.Context(), order)
	if err != nil || first.Files != 3 || first.Copied != 3 || len(first.Differences) > 0 {
		t.Fatalf("%+v %v", first, err)
	}
	_, answer := h.fileForm(h.intake.Token, complaint(), snap(77))
	h.derived(t)
	if answer["case"] == nil {
		t.Fatal(answer)
	}
	h.Stop()
	c, err := archive.Find(copies)
	if err != nil {
		t.Fatal(err)
	}
	// one photo of the old house is rotten: the backup's is taken
	rotten, err := filepath.Glob(filepath.Join(copies, "evidence", "*", "*[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"))
	if err != nil || len(rotten) != 1 {
		t.Fatalf("%v %v", rotten, err)
	}
	shelved := filepath.Join(h.Dir, "evidence", filepath.Base(filepath.Dir(rotten[0])), filepath.Base(rotten[0]))
	info, err := os.Stat(shelved)
	if err == nil {
		err = errors.Join(os.Chmod(shelved, 0o600), os.WriteFile(shelved, make([]byte, info.Size()), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := archive.Restore(t.Context(), c, archive.Wish{House: h.Dir, Now: time.Now()})
	if err != nil || r.Files != 6 || len(r.Damaged) > 0 {
		t.Fatalf("%+v %v", r, err)
	}
	again := house.With(t, h.Dir, hooksConfig())
	whole(t, again)
	k, err := archive.Check(context.Background(), c, depot.Settings{}, nil)
	if err != nil || len(k.Faults)+len(k.Differences) > 0 || k.Photos != 1 || k.Records == 0 {
		t.Errorf("%+v %v", k, err)
	}
	if _, err := os.Stat(filepath.Join(r.Aside, "data.db")); err != nil {
		t.Error(err)
	}
	if keys, err := store.OpenKeys(h.Dir); err != nil || keys.Fingerprint() != c.Key {
		t.Errorf("the key is another: %v", err)
	}
}
