package hooks_test

// A database that was put back: the server notices, begins a new epoch, and what phones
// still hold comes again.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	stdsync "sync"
	"testing"
	"time"

	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// state is where the house stands.
func state(t *testing.T, h *house.House) (s sync.State) {
	t.Helper()
	if err := store.InRead(h.App, func(r store.Reader) (err error) {
		s, err = r.State()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// keep copies files of a folder, where they are there.
func keep(t *testing.T, from, to string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := errors.Join(os.MkdirAll(to, 0o700), duplicate(filepath.Join(from, name), filepath.Join(to, name))); err != nil {
			t.Fatal(err)
		}
	}
}

func duplicate(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return os.RemoveAll(to)
	}
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, in.Close(), out.Close())
}

var database = []string{"data.db", "data.db-wal", "data.db-shm"}

// restart ends the house, does something to its folder, and opens it again.
func (f *field) restart(t *testing.T, meanwhile func(dir string)) {
	t.Helper()
	f.h.Stop()
	meanwhile(f.h.Dir)
	f.h = house.With(t, f.h.Dir, hooksConfig())
	f.pa.URL, f.pb.URL = f.h.URL, f.h.URL
}

// agree: both phones show what the server has, and everything agrees with everything else.
func (f *field) agree(t *testing.T) {
	t.Helper()
	clean(t, f.h)
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		req := p.Request()
		req.Pull.Digest = true
		a, err := p.Send(context.Background(), req)
		if err != nil || a.Digest == nil || *a.Digest != p.Digest() || len(a.Changes) > 0 || p.Unsent() > 0 {
			t.Errorf("the phone holds %+v, the server says %+v, %v", p.Digest(), a.Digest, err)
		}
	}
}

func TestADatabaseThatIsOpenedAgainKeepsItsEpoch(t *testing.T) {
	f := inField(t)
	before := state(t, f.h)
	f.restart(t, func(dir string) {
		mark, err := store.ReadMark(filepath.Join(dir, store.MarkFile))
		if err != nil || mark == nil || mark.Epoch != before.Epoch || mark.Seq != before.Head {
			t.Errorf("the mark at a clean end: %+v %v, want %+v", mark, err, before)
		}
	})
	if after := state(t, f.h); after.Epoch != before.Epoch || after.Head < before.Head || after.Head > before.Head+5 || after.Run == before.Run {
		t.Errorf("%+v after %+v", after, before)
	}
	f.sync(t, f.pa, f.pb)
	f.agree(t)
}

func TestAnOpeningBeginsANewEpochWhereTheFilesBesideTheDatabaseKnowMore(t *testing.T) {
	ahead := func(name string, change func(*sync.Witness)) func(string) error {
		return func(dir string) error {
			w, err := store.ReadMark(filepath.Join(dir, store.MarkFile))
			if err != nil {
				return err
			}
			change(w)
			return store.WriteMark(filepath.Join(dir, name), *w)
		}
	}
	for _, c := range []struct {
		name  string
		do    func(dir string) error
		fresh bool
	}{
		{"the mark is missing", func(dir string) error { return os.Remove(filepath.Join(dir, store.MarkFile)) }, true},
		{"the mark is above", ahead(store.MarkFile, func(w *sync.Witness) { w.Seq++ }), true},
		{"the mark is far above, as of a clock that ran ahead", ahead(store.MarkFile, func(w *sync.Witness) { w.Seq = 1 << 52 }), true},
		{"the mark is of another epoch", ahead(store.MarkFile, func(w *sync.Witness) { w.Epoch = "another" }), true},
		{"the mark is of a run that never was", ahead(store.MarkFile, func(w *sync.Witness) { w.Run = "another" }), true},
		{"the mark lags", ahead(store.MarkFile, func(w *sync.Witness) { w.Seq -= 5 }), false},
		{"the mark names no run", ahead(store.MarkFile, func(w *sync.Witness) { w.Run = "" }), false},
		{"a backup holds more", ahead(store.BackupFile, func(w *sync.Witness) { w.Seq += 9 }), true},
		{"a backup holds less", ahead(store.BackupFile, func(w *sync.Witness) { w.Seq -= 9 }), false},
		{"a backup is of another epoch", ahead(store.BackupFile, func(w *sync.Witness) { w.Epoch = "another" }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := house.New(t)
			h.Agency("甲县分局", "990101")
			before := state(t, h)
			h.Stop()
			mark, err := store.ReadMark(filepath.Join(h.Dir, store.MarkFile))
			if err := errors.Join(err, c.do(h.Dir)); err != nil {
				t.Fatal(err)
			}
			above := before.Head
			for _, name := range []string{store.MarkFile, store.BackupFile} {
				w, err := store.ReadMark(filepath.Join(h.Dir, name))
				if err != nil {
					t.Fatal(err)
				}
				if w != nil {
					above = max(above, w.Seq)
				}
			}
			h = house.With(t, h.Dir, hooksConfig())
			after := state(t, h)
			if !c.fresh {
				if after.Epoch != before.Epoch || after.Head != before.Head {
					t.Errorf("%+v after %+v", after, before)
				}
				return
			}
			if after.Epoch == before.Epoch || after.Head < above || after.Head < time.Now().Add(-time.Hour).Unix()<<21 || after.Head >= 1<<53 {
				t.Errorf("%+v after %+v (mark %+v)", after, before, mark)
			}
			h.Agency("乙县分局", "990102")
			if now := state(t, h); now.Head != after.Head+2 && now.Head != after.Head+1 {
				t.Errorf("%+v after %+v", now, after)
			}
			whole(t, h)
		})
	}
}

// twoStates are the field before and after work of both phones; the folder of the first is
// returned.
func twoStates(t *testing.T) (f field, old string, before sync.State) {
	f, old = inField(t), t.TempDir()
	f.restart(t, func(dir string) { keep(t, dir, old, append(database, store.MarkFile)...) })
	before = state(t, f.h)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.pb.Edit("inspections", f.visit, map[string]any{"samples": []string{"S1"}})
	f.sync(t, f.pa, f.pb)
	return f, old, before
}

// recovered: the work of both phones stands again, in a new epoch.
func (f *field) recovered(t *testing.T, before sync.State) {
	t.Helper()
	f.sync(t, f.pa, f.pb, f.pa)
	after := state(t, f.h)
	if after.Epoch == before.Epoch || f.pa.Epoch != after.Epoch || f.pb.Epoch != after.Epoch {
		t.Errorf("the epoch is %s, was %s; the phones are in %s and %s", after.Epoch, before.Epoch, f.pa.Epoch, f.pb.Epoch)
	}
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		if v := f.view(t, p); v["weather"] != "晴" || fmt.Sprint(v["samples"]) != "[S1]" {
			t.Errorf("what was lost is not back: %v", v)
		}
	}
	f.agree(t)
}

func TestADatabasePutBackWithoutItsMarkIsNoticedAtTheStart(t *testing.T) {
	f, old, before := twoStates(t)
	f.restart(t, func(dir string) { keep(t, old, dir, database...) })
	if state(t, f.h).Epoch == before.Epoch {
		t.Error("the epoch goes on")
	}
	f.recovered(t, before)
}

func TestADatabasePutBackWithItsMarkIsNoticedByACursor(t *testing.T) {
	f, old, before := twoStates(t)
	f.restart(t, func(dir string) { keep(t, old, dir, append(database, store.MarkFile)...) })
	if state(t, f.h).Epoch != before.Epoch {
		t.Fatal("there was nothing to notice it by")
	}
	_, lines := events(t, f.h, "/api/sync/stream", f.b.Token)
	hears(t, lines)
	f.sync(t, f.pa)
	for range lines { // b's stream ends, so that he comes at once
	}
	f.recovered(t, before)
}

func TestADatabasePutBackIsNoticedAlsoAfterNewNumbersHavePassedTheOldCursor(t *testing.T) {
	f, old, before := twoStates(t)
	f.restart(t, func(dir string) { keep(t, old, dir, append(database, store.MarkFile)...) })
	for i := range 20 {
		f.h.Agency(fmt.Sprintf("第%d分局", i), "990102")
	}
	if s := state(t, f.h); s.Epoch != before.Epoch || s.Head <= f.pa.Head {
		t.Fatalf("%+v has not passed %d", s, f.pa.Head)
	}
	f.recovered(t, before)
}

func TestManyPhonesThatNoticeAtOnceBeginOneEpoch(t *testing.T) {
	f, old, before := twoStates(t)
	f.restart(t, func(dir string) { keep(t, old, dir, append(database, store.MarkFile)...) })
	var epochs stdsync.Map
	var done stdsync.WaitGroup
	for i := range 8 {
		p := []*phone.Phone{f.pa, f.pb}[i%2]
		req := p.Request()
		done.Go(func() {
			a, err := p.Send(context.Background(), req)
			if err != nil || a.Reset == nil || a.Reset.Reason != sync.ResetEpoch || len(a.Changes)+len(a.Results) > 0 {
				t.Errorf("%+v %v", a.Reset, err)
			}
			epochs.Store(a.Epoch, true)
		})
	}
	done.Wait()
	n := 0
	epochs.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d epochs", n)
	}
	f.recovered(t, before)
}

func TestAWordOfAPhoneThatIsNotSignedBeginsNoEpoch(t *testing.T) {
	f := inField(t)
	before := state(t, f.h)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.pa.Outbox[0].Mutation.Base["weather"] = "9007199254740000." + f.pa.NewID()
	f.pa.Outbox[0].Mutation.Was = &sync.Result{Outcome: sync.OK, Seq: 1 << 52}
	f.sync(t, f.pa)
	for _, cursor := range []string{f.pa.Cursor[:len(f.pa.Cursor)-3] + "AAA", sync.Cursor{Epoch: before.Epoch, Base: 1 << 52}.Seal([]byte("another key"))} {
		req := f.pa.Request()
		req.Cursor = cursor
		if a, err := f.pa.Send(context.Background(), req); err != nil || a.Epoch != before.Epoch {
			t.Errorf("%+v %v", a, err)
		}
	}
	if after := state(t, f.h); after.Epoch != before.Epoch {
		t.Errorf("%+v after %+v", after, before)
	}
}

func TestPocketBasesOwnBackupsHoldNoKeyAndAreNotRestoredBesideAServer(t *testing.T) {
	h := house.New(t)
	root := h.Root()
	if status, body := h.Do("POST", "/api/backups", root, map[string]any{"name": "own.zip"}); status >= 300 {
		t.Fatalf("%d %v", status, body)
	}
	data, err := os.ReadFile(filepath.Join(h.Dir, "backups", "own.zip"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"house.key", store.MarkFile} {
		if contains(data, name) {
			t.Errorf("the backup holds %s", name)
		}
	}
	if !contains(data, "data.db") {
		t.Error("the backup holds no database")
	}
	if status, body := h.Do("POST", "/api/backups/own.zip/restore", root, nil); status != 409 || body["code"] != "restore_by_command" {
		t.Errorf("%d %v", status, body)
	}
}

// The last changes of a server are lost while a phone is between two pages. Its cursor tells
// of them, and a new epoch begins; one that only pushed has no cursor that does, and sends
// again what the server does not know.
func TestAPhoneNoticesThatItsOwnWorkWasLost(t *testing.T) {
	for name, pulled := range map[string]bool{"between two pages": true, "after a push alone": false} {
		t.Run(name, func(t *testing.T) {
			f, old := inField(t), t.TempDir()
			for range 9 {
				f.pb.Act(f.mine, "note", map[string]any{"text": "到场"}, nil)
			}
			f.sync(t, f.pb)
			if err := errors.Join(store.Epochs{App: f.h.App}.Mark(), store.CopyDatabase(t.Context(), filepath.Join(f.h.Dir, "data.db"), filepath.Join(old, "data.db"))); err != nil {
				t.Fatal(err)
			}
			keep(t, f.h.Dir, old, store.MarkFile)
			f.pa.Limit = 2
			m, cursor := f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"}), f.pa.Cursor
			if a, err := f.pa.Step(context.Background()); err != nil || !a.More || len(a.Results) != 1 {
				t.Fatalf("%+v %v", a, err)
			}
			if !pulled {
				f.pa.Cursor, f.pa.Staging = cursor, nil
			}
			before := state(t, f.h)
			f.restart(t, func(dir string) { keep(t, old, dir, append(database, store.MarkFile)...) })
			f.sync(t, f.pa)
			outcome(t, f.pa, m, sync.OK, "")
			if v, after := f.view(t, f.pa), state(t, f.h); v["weather"] != "晴" || pulled != (after.Epoch != before.Epoch) {
				t.Errorf("%v %+v after %+v", v, after, before)
			}
			f.sync(t, f.pb)
			f.agree(t)
		})
	}
}

// The operation notes tell a script what to write: it is what the server reads.
func TestWhatAScriptWritesOfAReplicaIsWhatTheServerReads(t *testing.T) {
	doc, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	query := regexp.MustCompile(`drill\.db "(SELECT json_object[^"]+)"`).FindSubmatch(doc)
	if query == nil {
		t.Fatal("the notes hold no such query")
	}
	h := house.New(t)
	h.Agency("甲县分局", "990101")
	var line string
	if err := h.App.DB().NewQuery(string(query[1])).Row(&line); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), store.BackupFile)
	if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := state(t, h)
	if w, err := store.ReadMark(path); err != nil || *w != (sync.Witness{Epoch: s.Epoch, Seq: s.Head, Run: s.Run}) {
		t.Errorf("%s is read as %+v %v", line, w, err)
	}
}
