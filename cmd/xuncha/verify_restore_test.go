package main

// The log through a backup, through an older database that was slipped in, and through a
// change of keys.

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xuncha/evidence/custody"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
)

// starts runs the server on a directory once, in good order.
func starts(t *testing.T, dir string) {
	t.Helper()
	house.With(t, dir, hooks.Config{Now: time.Now}).Stop()
}

func found(r custody.Report, code string) bool {
	return slices.ContainsFunc(slices.Concat(r.Findings, r.Notices), func(f custody.Finding) bool { return f.Code == code })
}

func TestARestoreIsToldAndTheSameKeySigns(t *testing.T) {
	dir, _ := gallery(t, 2)
	to, safe := filepath.Join(t.TempDir(), "nas"), filepath.Join(t.TempDir(), "safe")
	must(t, "backup", to, "--dir", dir, "--keys", safe)
	must(t, "restore", to, "--dir", dir)
	starts(t, dir)
	if r, err := verified(t, dir); err != nil || !found(r, custody.NoticeRestored) {
		t.Errorf("over the old house: %v %s", err, list(r.Findings))
	}
	other := filepath.Join(t.TempDir(), "other")
	must(t, "restore", to, "--dir", other, "--keys", safe)
	if r, err := verified(t, other); err != nil || !found(r, custody.NoticeRestored) {
		t.Errorf("before its first start: %v %s", err, list(r.Findings))
	}
	starts(t, other)
	if r, err := verified(t, other); err != nil || !found(r, custody.NoticeRestored) {
		t.Errorf("on another machine: %v %s", err, list(r.Findings))
	}
	bare := filepath.Join(t.TempDir(), "bare")
	said := must(t, "restore", to, "--dir", bare, "--without-key")
	starts(t, bare)
	if r, err := verified(t, bare); err == nil || !found(r, custody.KeyReplaced) || !strings.Contains(said, "another one signs from here on") {
		t.Errorf("without its key: %v %s\n%s", err, list(r.Findings), said)
	}
}

func TestAnOlderDatabaseSlippedInIsToldForEver(t *testing.T) {
	dir, _ := gallery(t, 2)
	old, err := os.ReadFile(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	h := house.With(t, dir, hooks.Config{Now: time.Now})
	h.Record("evidence", map[string]any{"case": "case00000000001", "state": "pending", "flags": []string{}, "author": "nobody000000001"})
	h.Stop()
	if err := os.WriteFile(filepath.Join(dir, "data.db"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := verified(t, dir); err == nil || !found(r, custody.LogShort) {
		t.Errorf("before a start: %v %s", err, list(r.Findings))
	}
	starts(t, dir)
	starts(t, dir)
	if r, err := verified(t, dir); err == nil || !found(r, custody.LogBroken) {
		t.Errorf("after it: %v %s", err, list(r.Findings))
	}
}

func TestAKeyIsChangedAndTheOneBeforeVouchesForIt(t *testing.T) {
	dir, _ := gallery(t, 1)
	was := strings.TrimSpace(must(t, "key", "show", "--dir", dir))
	said := must(t, "key", "rotate", "--dir", dir)
	now := strings.TrimSpace(must(t, "key", "show", "--dir", dir))
	if now == was || !strings.Contains(said, now) {
		t.Fatalf("%s\n%s\n%s", was, now, said)
	}
	starts(t, dir)
	for _, key := range []string{was, now} {
		if r, err := verified(t, dir, "--key", key); err != nil || string(r.Key) != now {
			t.Errorf("who trusts %s: %v %s", key, err, list(r.Findings))
		}
	}
	stranger, err := custody.NewKey("xuncha-00000000")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verified(t, dir, "--key", string(stranger.Public())); err == nil {
		t.Error("who trusts another key is told nothing")
	}
}

func TestAChangeOfKeysThatWasCutOffEndsAtTheNextStart(t *testing.T) {
	dir, _ := gallery(t, 1)
	path := filepath.Join(dir, store.LogKeyFile)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	must(t, "key", "rotate", "--dir", dir)
	if err := os.Rename(path, path+".next"); err != nil { // the moment before the last step
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	starts(t, dir)
	if r, err := verified(t, dir); err != nil {
		t.Errorf("%v %s", err, list(r.Findings))
	}
	never, err := custody.NewKey("xuncha-00000000") // the moment before the log knew of it
	if err != nil {
		t.Fatal(err)
	}
	if err := never.Write(path + ".next"); err != nil {
		t.Fatal(err)
	}
	starts(t, dir)
	if r, err := verified(t, dir); err != nil {
		t.Errorf("%v %s", err, list(r.Findings))
	}
	if err := os.WriteFile(path, old, 0o600); err != nil { // an old key put back by hand
		t.Fatal(err)
	}
	if _, err := xuncha(t, "", "key", "rotate", "--dir", dir); err == nil || !strings.Contains(err.Error(), "put that file back") {
		t.Errorf("a key that the log does not name: %v", err)
	}
}

// open opens a house's database beside everything.
func open(t *testing.T, dir string, shots []shot) tampered {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	return tampered{t: t, dir: dir, db: db, shots: shots}
}

func TestALogThatIsTakenAwayWholeIsToldForEver(t *testing.T) {
	dir, shots := gallery(t, 3)
	x := open(t, dir, shots)
	for _, table := range []string{"custody_leaves", "custody_hashes", "custody_heads"} {
		x.sql(`DELETE FROM ` + table)
	}
	x.sql(`DELETE FROM evidence WHERE id = ?`, shots[2].id)
	x.sql(`UPDATE evidence SET taken_at = '2026-01-01T09:30:00+08:00', receipt = json_remove(receipt, '$.log_index', '$.tree_head')`)
	if err := x.db.Close(); err != nil {
		t.Fatal(err)
	}
	starts(t, dir)
	starts(t, dir)
	if r, err := verified(t, dir); err == nil || !found(r, custody.LogBroken) {
		t.Errorf("%v %s", err, list(r.Findings))
	}
}

func TestALogThatIsCutBesideTheRunningServerIsToldForEver(t *testing.T) {
	dir, shots := gallery(t, 2)
	h := house.With(t, dir, hooks.Config{Now: time.Now})
	agency := h.Agency("青河县分局", "990102")
	look := func() {
		t.Helper()
		desk := h.User("dispatcher", agency, "王丽")
		set := func(field string, value any) {
			r, err := h.App.FindFirstRecordByData("cases", "number", "X-2026-1")
			if err != nil {
				t.Fatal(err)
			}
			r.Set(field, value)
			if err := h.App.SaveWithContext(store.ByCasework(t.Context()), r); err != nil {
				t.Fatal(err)
			}
		}
		set("division_code", "990102")
		if status, said := h.Do("POST", "/api/evidence/"+shots[0].id+"/original", desk.Token, nil); status != 201 {
			t.Fatalf("%d %v", status, said)
		}
	}
	sealedAt := func() int64 {
		signed, err := store.HeadBeside(dir)
		if err != nil {
			t.Fatal(err)
		}
		head, err := custody.PeekHead(signed)
		if err != nil {
			t.Fatal(err)
		}
		return head.Size
	}
	before := sealedAt()
	look()
	for range 500 {
		if sealedAt() > before {
			break
		}
		time.Sleep(10 * time.Millisecond) // it is signed within a second
	}
	x := open(t, dir, shots)
	last := x.number(`SELECT max(n) FROM custody_leaves`)
	x.cut(last)
	x.sql(`DELETE FROM custody_heads WHERE size > ?`, last)
	if err := x.db.Close(); err != nil {
		t.Fatal(err)
	}
	look() // takes the place of what was cut off
	h.Stop()
	starts(t, dir)
	if r, err := verified(t, dir); err == nil || !found(r, custody.LogBroken) {
		t.Errorf("%v %s", err, list(r.Findings))
	}
}

// A kill between the commit of the first head and its file is no tampering.
func TestAKillAtTheFirstHeadIsNoTampering(t *testing.T) {
	fresh := t.TempDir()
	starts(t, fresh)
	dir, _ := gallery(t, 1)
	to, safe, restored := filepath.Join(t.TempDir(), "nas"), filepath.Join(t.TempDir(), "safe"), filepath.Join(t.TempDir(), "restored")
	must(t, "backup", to, "--dir", dir, "--keys", safe)
	must(t, "restore", to, "--dir", restored, "--keys", safe)
	starts(t, restored)
	for name, dir := range map[string]string{"the very first": fresh, "the first after a restore": restored} {
		if err := os.WriteFile(filepath.Join(dir, store.HeadFile), []byte(custody.Opening), 0o600); err != nil { // as it lay there
			t.Fatal(err)
		}
		if r, err := verified(t, dir); err != nil {
			t.Errorf("%s, before a start: %v %s", name, err, list(r.Findings))
		}
		starts(t, dir)
		if r, err := verified(t, dir); err != nil {
			t.Errorf("%s: %v %s", name, err, list(r.Findings))
		}
	}
}
