package main

// Backup, drill and restore as an operator types them, and killed in the middle.

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"xuncha/archive"
	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/photo"
)

// withPhotos is a running house with an agency and some photos on its shelf.
func withPhotos(t *testing.T, n int) *house.House {
	t.Helper()
	h := house.New(t)
	h.Agency("青河县分局", "990101")
	shelf := evidence.Shelf{Dir: filepath.Join(h.Dir, "evidence")}
	for i := range n {
		if _, _, _, err := shelf.Put(bytes.NewReader(photo.JPEG(photo.Scene(uint64(i), 64, 48), photo.Tags{})), evidence.MaxBytes); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func standOf(t *testing.T, dir string) (epoch string, head int64) {
	t.Helper()
	s, err := store.StandOf(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	return s.Epoch, s.Head
}

func TestABackupIsMadeBesideAServerProvedAndBroughtBack(t *testing.T) {
	h, to, safe := withPhotos(t, 3), filepath.Join(t.TempDir(), "nas"), t.TempDir()
	said := must(t, "backup", to, "--dir", h.Dir, "--keys", safe)
	if !strings.Contains(said, "3 photo files (3 new)") || !strings.Contains(said, "does not outlive this machine") || !strings.Contains(said, "the key: "+safe) {
		t.Error(said)
	}
	if _, err := os.Stat(filepath.Join(h.Dir, store.BackupFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("durable moved by a backup on the same disk: %v", err)
	}
	said = must(t, "backup", to, "--dir", h.Dir, "--elsewhere")
	if !strings.Contains(said, "3 photo files (0 new)") || strings.Contains(said, "outlive") || !strings.Contains(said, "the key is not in it") {
		t.Error(said)
	}
	epoch, head := standOf(t, h.Dir)
	if w, err := store.ReadMark(filepath.Join(h.Dir, store.BackupFile)); err != nil || w == nil || w.Epoch != epoch || w.Seq != head {
		t.Errorf("durable: %+v %v, want %d", w, err, head)
	}
	if said := must(t, "backup", "--check", to); !strings.Contains(said, "3 photos, all read") || !strings.Contains(said, "it can be restored") {
		t.Error(said)
	}
	h.Stop()
	release, err := lock(h.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := xuncha(t, "", "restore", to, "--dir", h.Dir); err == nil || !strings.Contains(err.Error(), "in use by another xuncha process") {
		t.Errorf("beside a server: %v", err)
	}
	release()
	said = must(t, "restore", to, "--dir", h.Dir)
	aside := regexp.MustCompile(`what was there is in (\S+)`).FindStringSubmatch(said)
	if aside == nil || !strings.Contains(said, "holds the backup of") {
		t.Fatal(said)
	}
	if old, n := standOf(t, aside[1]); old == "" || n < head {
		t.Errorf("the old house stands at %d of %s", n, old)
	}
	if now, n := standOf(t, h.Dir); now == epoch || n <= head {
		t.Errorf("it stands at %d of %s after %d of %s", n, now, head, epoch)
	}
	must(t, "fsck", "--dir", h.Dir)
	other := filepath.Join(t.TempDir(), "other")
	if _, err := xuncha(t, "", "restore", to, "--dir", other); err == nil || !strings.Contains(err.Error(), "--keys") || !strings.Contains(err.Error(), "--without-key") {
		t.Errorf("without the key: %v", err)
	}
	must(t, "restore", to, "--dir", other, "--keys", safe)
	must(t, "fsck", "--dir", other)
	bare := filepath.Join(t.TempDir(), "bare")
	must(t, "restore", to, "--dir", bare, "--without-key")
	must(t, "fsck", "--dir", bare)
}

func TestBackupsRefuseWhatWouldNotHelp(t *testing.T) {
	h, full := withPhotos(t, 1), t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "nas")
	must(t, "backup", to, "--dir", h.Dir)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"backup", filepath.Join(h.Dir, "backups"), "--dir", h.Dir}, "lie in each other"},
		{[]string{"backup", filepath.Dir(h.Dir), "--dir", h.Dir}, "lie in each other"},
		{[]string{"backup", full, "--dir", h.Dir}, "holds other things"},
		{[]string{"backup", to, "--dir", t.TempDir()}, "holds no data yet"},
		{[]string{"backup", to, "--dir", h.Dir, "--keep", "0"}, "--keep is 1 or more"},
		{[]string{"backup", "--dir", h.Dir}, "this takes TARGET"},
		{[]string{"backup", "--check", filepath.Join(full, "none")}, "is not there"},
		{[]string{"backup", "--check", full}, "no whole backup"},
		{[]string{"restore", full, "--dir", t.TempDir()}, "no whole backup"},
		{[]string{"restore", filepath.Join(full, "none"), "--dir", t.TempDir()}, "is not there"},
		{[]string{"serve", "--durable", "tape", "--check"}, "want disk or backup"},
		{[]string{"serve", "--away", "1", "--check"}, "want 7 to"},
		{[]string{"serve", "--unsent", "0", "--check"}, "want 1 to 720 hours"},
	} {
		if out, err := xuncha(t, "", c.args...); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v (%s), want %q", c.args, err, out, c.want)
		}
	}
}

func TestABackupOfAHouseWithADamagedPhotoCountsAndMovesNoDurable(t *testing.T) {
	h, to := withPhotos(t, 2), filepath.Join(t.TempDir(), "nas")
	photos, err := filepath.Glob(filepath.Join(h.Dir, "evidence", "*", "*"))
	if err != nil || len(photos) != 2 {
		t.Fatalf("%v %v", photos, err)
	}
	if err := errors.Join(os.Chmod(photos[0], 0o600), os.WriteFile(photos[0], []byte("rotten"), 0o600)); err != nil {
		t.Fatal(err)
	}
	out, err := xuncha(t, "", "backup", to, "--dir", h.Dir, "--elsewhere")
	if err == nil || !strings.Contains(err.Error(), "the backup counts") || !strings.Contains(out, filepath.Base(photos[0])) || !strings.Contains(out, "durable does not move") {
		t.Errorf("%v %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(h.Dir, store.BackupFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("durable moved: %v", err)
	}
	must(t, "backup", "--check", to)
}

func TestTheNewestBackupsStay(t *testing.T) {
	h, to := withPhotos(t, 1), filepath.Join(t.TempDir(), "nas")
	for range 4 { // within a second, and still apart
		must(t, "backup", to, "--dir", h.Dir, "--keep", "2")
	}
	copies, err := (archive.Archive{Dir: to}).Copies()
	if err != nil || len(copies) != 2 || copies[0].Path == copies[1].Path {
		t.Errorf("%+v %v", copies, err)
	}
	if c, err := archive.Find(to); err != nil || c.Path != copies[1].Path {
		t.Errorf("%+v %v", c, err)
	}
	must(t, "backup", "--check", copies[0].Path)
}

func TestADrillNamesWhatIsDamaged(t *testing.T) {
	h, to := withPhotos(t, 2), filepath.Join(t.TempDir(), "nas")
	must(t, "backup", to, "--dir", h.Dir)
	c, err := archive.Find(to)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(path string, at int64) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err == nil {
			data[at] ^= 0xff
			err = errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, data, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	photos, err := filepath.Glob(filepath.Join(to, "evidence", "*", "*"))
	if err != nil || len(photos) != 2 {
		t.Fatalf("%v %v", photos, err)
	}
	flip(photos[0], 40)
	if out, err := xuncha(t, "", "backup", "--check", to); err == nil || !strings.Contains(out, filepath.Base(photos[0])) {
		t.Errorf("%v %s", err, out)
	}
	flip(photos[0], 40)
	database := filepath.Join(c.Path, "data.db")
	flip(database, c.Bytes-100)
	if out, err := xuncha(t, "", "backup", "--check", to); err == nil || !strings.Contains(out, "SHA-256") {
		t.Errorf("%v %s", err, out)
	}
	if _, err := xuncha(t, "", "restore", to, "--dir", h.Dir); err == nil || !strings.Contains(err.Error(), "not restored") {
		t.Errorf("%v", err)
	}
	if left, err := filepath.Glob(filepath.Join(h.Dir, "restore.*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	h.Stop()
	must(t, "fsck", "--dir", h.Dir)
}

// build makes the real binary.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "xuncha")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// killedWhen kills a command as soon as something is there, and tells whether it was before
// its end.
func killedWhen(t *testing.T, cmd *exec.Cmd, there func() bool) bool {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v\n%s", err, &said)
			}
			return false
		case <-time.After(time.Millisecond):
			if there() {
				_ = cmd.Process.Kill()
				<-done
				return true
			}
		}
	}
}

func TestAKilledBackupCountsForNothingAndTheNextOneIsWhole(t *testing.T) {
	binary, h, to := build(t), withPhotos(t, 60), filepath.Join(t.TempDir(), "nas")
	must(t, "backup", to, "--dir", h.Dir)
	first, err := archive.Find(to)
	if err != nil {
		t.Fatal(err)
	}
	h.Agency("云川市局", "990100")
	photos := filepath.Join(to, "evidence")
	for _, stage := range []struct{ name, pattern string }{
		{"the folder is there", "*.part"},
		{"the database is there", "*.part/data.db"},
		{"photos are there", "evidence/*/*"},
		{"the description is there", "*.part/backup.json"},
	} {
		if err := os.RemoveAll(photos); err != nil {
			t.Fatal(err)
		}
		killed := killedWhen(t, exec.Command(binary, "backup", to, "--dir", h.Dir), func() bool {
			found, err := filepath.Glob(filepath.Join(to, stage.pattern))
			return err == nil && len(found) > 0
		})
		c, err := archive.Find(to)
		if err != nil || killed && c.Path != first.Path {
			t.Errorf("%s: %+v %v", stage.name, c, err)
		}
		first = c
	}
	must(t, "backup", to, "--dir", h.Dir)
	must(t, "backup", "--check", to)
	if half, err := filepath.Glob(filepath.Join(to, "*.part")); err != nil || len(half) > 0 {
		t.Errorf("left: %v %v", half, err)
	}
}

func TestAKilledRestoreLeavesTheOldHouseOrTheNewOne(t *testing.T) {
	binary, h, to := build(t), withPhotos(t, 60), filepath.Join(t.TempDir(), "nas")
	must(t, "backup", to, "--dir", h.Dir)
	h.Agency("云川市局", "990100")
	h.Stop()
	for i, stage := range []string{
		"restore.new", "restore.new/data.db", "restore.new/evidence/*", "restore.new/sync_mark.json", "restore.new/restore.json",
		"restore.out", "before-restore-*/data.db", "restore.in",
	} {
		epoch, head := standOf(t, h.Dir)
		old, err := filepath.Glob(filepath.Join(h.Dir, "before-restore-*"))
		if err != nil {
			t.Fatal(err)
		}
		killedWhen(t, exec.Command(binary, "restore", to, "--dir", h.Dir), func() bool {
			found, err := filepath.Glob(filepath.Join(h.Dir, stage))
			return err == nil && len(found) > 0 && (i != 6 || len(found) > len(old))
		})
		counted := archive.Unfinished(h.Dir)
		if counted {
			if _, err := xuncha(t, "", "fsck", "--dir", h.Dir); err == nil || !strings.Contains(err.Error(), "broken off") {
				t.Errorf("%s: a half restore is read: %v", stage, err)
			}
		}
		must(t, "superuser", "upsert", "root@example.org", "a long password", "--dir", h.Dir) // any command that writes
		now, at := standOf(t, h.Dir)
		aside, err := filepath.Glob(filepath.Join(h.Dir, "before-restore-*"))
		if err != nil || len(aside) > len(old)+1 || now != epoch && len(aside) != len(old)+1 {
			t.Errorf("%s: %v after %v, %v", stage, aside, old, err)
		}
		if now == epoch && (counted || at != head) || now != epoch && at < head {
			t.Errorf("%s (counted: %v): %d of %s after %d of %s", stage, counted, at, now, head, epoch)
		}
		must(t, "fsck", "--dir", h.Dir)
		if n := photosOf(t, h.Dir); n != 60 {
			t.Errorf("%s: %d photos", stage, n)
		}
	}
	must(t, "restore", to, "--dir", h.Dir)
	if left, err := filepath.Glob(filepath.Join(h.Dir, "restore.*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	house.With(t, h.Dir, hooks.Config{Now: time.Now})
}

func photosOf(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "evidence", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

func TestFsckSaysThatTheNextStartBeginsANewEpoch(t *testing.T) {
	h := withPhotos(t, 0)
	h.Stop()
	if out := must(t, "fsck", "--dir", h.Dir); strings.Contains(out, "new epoch") {
		t.Error(out)
	}
	epoch, _ := standOf(t, h.Dir)
	if err := os.Remove(filepath.Join(h.Dir, store.MarkFile)); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "fsck", "--dir", h.Dir); !strings.Contains(out, "the next start begins a new epoch") {
		t.Error(out)
	}
	if now, _ := standOf(t, h.Dir); now != epoch {
		t.Error("reading began an epoch")
	}
	must(t, "superuser", "upsert", "root@example.org", "a long password", "--dir", h.Dir)
	if now, _ := standOf(t, h.Dir); now == epoch {
		t.Error("a command that writes began none")
	}
	if out := must(t, "fsck", "--dir", h.Dir); strings.Contains(out, "new epoch") {
		t.Error(fmt.Sprint(out))
	}
}
