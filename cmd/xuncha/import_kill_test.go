package main

// What an import leaves that is killed, stopped, or started beside a server: nothing.

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/hooks/store"
)

// killedAfter kills the process as soon as the file of secrets has grown over so many bytes:
// it is midway then. It tells whether that came before the end.
func killedAfter(t *testing.T, cmd *exec.Cmd, part string, size int64) bool {
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
		case <-time.After(2 * time.Millisecond):
			if info, err := os.Stat(part); err == nil && info.Size() > size {
				_ = cmd.Process.Kill()
				<-done
				return true
			}
		}
	}
}

func TestAKillMidwayLeavesNothingAndTheNextImportTakesAll(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "xuncha")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir, mapping := bureau(t)
	const n = 2_000
	path, out := ordersFile(t, randomOrders(7, n)...), filepath.Join(t.TempDir(), "secrets.csv")
	before := census(t, dir)
	for _, size := range []int64{0, 40_000, 80_000} { // of about 125,000
		cmd := exec.Command(binary, "import", path, "--mapping", mapping, "--dir", dir, "--out", out)
		if !killedAfter(t, cmd, out+".part", size) {
			t.Fatalf("it ended before %d bytes", size)
		}
		if info, err := os.Stat(out + ".part"); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		untouched(t, dir, before)
		if _, err := xuncha(t, "", "import", path, "--mapping", mapping, "--dir", dir, "--out", out); err == nil || !strings.Contains(err.Error(), "broken off") {
			t.Errorf("what was left is not named: %v", err)
		}
		if err := os.Remove(out + ".part"); err != nil {
			t.Fatal(err)
		}
	}
	if said := must(t, "import", path, "--mapping", mapping, "--dir", dir, "--out", out); !strings.HasPrefix(said, "2,000 rows: 2,000 stored") {
		t.Error(said)
	}
	if rows := readCSV(t, out); len(rows) != n+1 {
		t.Errorf("%d rows of secrets", len(rows))
	}
	must(t, "fsck", "--dir", dir)
}

func TestCtrlCDuringAnImportLeavesNothing(t *testing.T) {
	dir, mapping := bureau(t)
	before := census(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	out := filepath.Join(t.TempDir(), "secrets.csv")
	cmd := rootCommand()
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	cmd.SetArgs([]string{"import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", dir, "--out", out})
	if err := cmd.ExecuteContext(ctx); err == nil || !strings.Contains(err.Error(), "nothing is stored") {
		t.Errorf("%v", err)
	}
	if left, err := filepath.Glob(out + "*"); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	untouched(t, dir, before)
}

func TestImportsRefuseBesideAServerAndWithoutAnAgency(t *testing.T) {
	dir, mapping := bureau(t)
	release, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"import", ordersFile(t, goodOrder(1)), "--mapping", mapping},
		{"import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dry-run"},
		{"holidays", "import", file(t, "date,kind\n2027-01-01,holiday\n")},
		{"holidays", "import", file(t, "date,kind\n2027-01-01,holiday\n"), "--dry-run"},
		{"agencies", "import", file(t, agencyRows), "--dry-run"},
		{"users", "import", file(t, userRows), "--dry-run"},
	} {
		_, err := xuncha(t, "", append(args, "--dir", dir)...)
		if err == nil || !strings.Contains(err.Error(), "in use by another xuncha process") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", args, err)
		}
	}
	release()
	must(t, "import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", dir)
	empty := t.TempDir()
	if _, err := xuncha(t, "", "import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", empty); err == nil || !strings.Contains(err.Error(), "agencies import") {
		t.Errorf("nobody answers: %v", err)
	}
	app, err := openApp(empty, hooks.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	if _, err := xuncha(t, "", "import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", empty); err == nil || !strings.Contains(err.Error(), "there is no agency") {
		t.Errorf("nobody answers: %v", err)
	}
}

// A server that has looked at the days once is believed: marks agree with its last look.
func TestMarksOfImportedCasesAgreeWithTheLastLook(t *testing.T) {
	dir, mapping := bureau(t)
	app, err := openApp(dir, hooks.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	long := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	if _, err := (store.Cases{App: app}).Mark(long); err != nil {
		t.Fatal(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	must(t, "import", ordersFile(t, goodOrder(1)), "--mapping", mapping, "--dir", dir)
	must(t, "fsck", "--dir", dir)
}
