package evidence

// Files made to do harm: what each is answered, and that the process lives on with the memory
// and the time it was given.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

const hostileChild = "XUNCHA_TEST_HOSTILE"

// hostileMore is how many MB the process may take beside what it takes idle; hostileTime is
// how long a processor may work on one file, whoever else is at work on the machine.
const (
	hostileMore = 200
	hostileTime = 8 * time.Second
)

// The corpus is gone through in a process of its own, whose peak the kernel tells.
func TestHostileFilesAreAnsweredAndTheProcessLivesOn(t *testing.T) {
	if os.Getenv(hostileChild) != "" {
		answerAll(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHostileFilesAreAnsweredAndTheProcessLivesOn$", "-test.v")
	cmd.Env = append(os.Environ(), hostileChild+"=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

func peak(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := highWater.FindSubmatch(status)
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}

// worked is for how long the processors worked for this process.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func answerAll(t *testing.T) {
	files := corpus(t)
	idle := peak(t)
	if len(files) < 40 {
		t.Errorf("only %d files", len(files))
	}
	for _, f := range files {
		begun := worked(t)
		mime, err := Check(bytes.NewReader(f.data))
		check, derive, tags := code(err), "", ""
		if mime != "" {
			_, err := ReadMeta(bytes.NewReader(f.data), mime)
			tags = code(err)
			if errors.Is(err, ErrTags) {
				tags = "tags"
			}
		}
		if err == nil {
			_, err := Derive(context.Background(), bytes.NewReader(f.data), 1)
			derive = code(err)
		}
		took := worked(t) - begun
		fmt.Printf("%-45s %8d bytes  check %-24q derive %-16q tags %-7q %6d ms, peak %d MB\n", f.name, len(f.data), check, derive, tags, took.Milliseconds(), peak(t))
		if check != f.check || derive != f.derive || tags != f.tags {
			t.Errorf("%s: %q %q %q, want %q %q %q", f.name, check, derive, tags, f.check, f.derive, f.tags)
		}
		if took > hostileTime {
			t.Errorf("%s took %v", f.name, took)
		}
	}
	more := peak(t) - idle
	fmt.Printf("%d files; idle %d MB, at most %d MB more\n", len(files), idle, more)
	if more > hostileMore {
		t.Errorf("%d MB more than idle", more)
	}
}
