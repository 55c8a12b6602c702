package main

// Candidates as processes, and what the system counted of them.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// asChild as the first argument makes this program one of the candidates.
const asChild = "child"

// used is what one process took.
type used struct {
	wall, cpu time.Duration // from its start to its end
	work      time.Duration // of the measured work alone, which a server does that runs already
	more      int64         // bytes of memory at the peak of the work, above what it had before
	peak      int64         // bytes of memory at the most
}

// ours runs this program again as a candidate.
func ours(args ...string) (used, error) {
	self, err := os.Executable()
	if err != nil {
		return used{}, err
	}
	return process(self, append([]string{asChild}, args...)...)
}

// process runs a program to its end.
func process(name string, args ...string) (used, error) {
	cmd := exec.Command(name, args...) //nolint:gosec // the candidates of the bench
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	err := cmd.Run()
	u := used{wall: time.Since(began)}
	if err != nil {
		return u, fmt.Errorf("%s %v: %w: %s", name, args, err, said.String())
	}
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	_, _ = fmt.Sscanf(said.String(), toldLine, &u.work, &u.more, &u.peak) // only candidates of ours tell it
	return u, nil
}

// toldLine is the last word of a candidate: what the system counts for its parent holds what
// the parent had when it began.
const toldLine = "work %d more %d peak %d\n"

// measured does the work and tells what it took.
func measured(work func() error) error {
	before, err := memory("self", "VmHWM")
	if err != nil {
		return err
	}
	began := time.Now()
	if err := work(); err != nil {
		return err
	}
	took := time.Since(began)
	peak, err := memory("self", "VmHWM")
	if err == nil {
		fmt.Printf(toldLine, took, peak-before, peak)
	}
	return err
}

// memory reads what the system counts of a process, in bytes.
func memory(pid, field string) (int64, error) {
	data, err := os.ReadFile(filepath.Join("/proc", pid, "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb * 1024, err
		}
	}
	return 0, fmt.Errorf("there is no %s", field)
}

// and is one process after the other.
func (u used) and(other used) used {
	return used{wall: u.wall + other.wall, cpu: u.cpu + other.cpu}
}

// runs are those of one candidate.
type runs []used

func (r runs) wall() time.Duration {
	return median(each(r, func(u used) time.Duration { return u.wall }))
}

func (r runs) work() time.Duration {
	return median(each(r, func(u used) time.Duration { return u.work }))
}

func (r runs) more() int64 { return median(each(r, func(u used) int64 { return u.more })) }

func (r runs) cpu() time.Duration {
	return median(each(r, func(u used) time.Duration { return u.cpu }))
}

func each[T any](r runs, of func(used) T) []T {
	out := make([]T, len(r))
	for i, u := range r {
		out[i] = of(u)
	}
	return out
}
