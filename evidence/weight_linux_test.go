package evidence

// What all decoders take together, as the kernel counts it: /proc tells the most memory that
// a process ever had.

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"
)

const childOf = "XUNCHA_TEST_DERIVE"

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// Five images of 128 MB each are asked for at once; the process never holds them all.
func TestAllDecodersTogetherKeepTheBudget(t *testing.T) {
	if os.Getenv(childOf) != "" {
		deriveAtOnce(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAllDecodersTogetherKeepTheBudget$")
	cmd.Env = append(os.Environ(), childOf+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m := highWater.FindSubmatch(out)
	if m == nil {
		t.Fatalf("no measure in %s", out)
	}
	kb, err := strconv.Atoi(string(m[1]))
	t.Logf("at most %d MB", kb>>10)
	if err != nil || kb > 300<<10 {
		t.Errorf("%d MB were taken, the budget is %d MB", kb>>10, Budget>>20)
	}
}

func deriveAtOnce(t *testing.T) {
	data := pngOf(t, 4_000, 4_000, 16, 6, 0, true)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if _, err := Derive(context.Background(), bytes.NewReader(data), 1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.Write(highWater.Find(status)); err != nil {
		t.Fatal(err)
	}
}
