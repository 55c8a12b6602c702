package main

// What a run says: each line as it is measured, and at the end the goals.

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// bench is one run.
type bench struct {
	n        sizes
	dir      string
	profiles string
	out      io.Writer
	measure  string
	goals    []goal
}

// goal is one number that was promised.
type goal struct {
	measure, what, value, want string
	met                        bool
}

func (b *bench) preface() {
	load, _ := os.ReadFile("/proc/loadavg") // elsewhere than on Linux there is none
	b.say("%s, %d cores, load %s", runtime.Version(), runtime.NumCPU(), first(string(load), " "))
	b.say("each server is a process of its own on 127.0.0.1; ours: SQLite synchronous FULL, limits at their defaults, no request log;")
	b.say("PocketBase v0.39.11: as it comes (synchronous NORMAL, request log on); floor: net/http, the same SQLite driver, a copy of our file")
}

func first(s, until string) string {
	for i := range s {
		if s[i:i+1] == until {
			return s[:i]
		}
	}
	return s
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

func (b *bench) begin(name, title string) {
	b.measure = name
	b.say("\n%s. %s (%s)", name, title, time.Now().Format(time.TimeOnly))
}

// line is one number.
func (b *bench) line(what, format string, args ...any) {
	b.say("   %-44s %s", what, fmt.Sprintf(format, args...))
}

// goal is a number with what was promised.
func (b *bench) goal(what string, met bool, want, format string, args ...any) {
	g := goal{b.measure, what, fmt.Sprintf(format, args...), want, met}
	b.goals = append(b.goals, g)
	b.say("   %-44s %-22s goal %-12s %s", what, g.value, want, verdict(met))
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

func (b *bench) summary() {
	b.say("\n%-3s %-44s %-22s %-12s", "", "summary", "measured", "goal")
	for _, g := range b.goals {
		b.say("%-3s %-44s %-22s %-12s %s", g.measure, g.what, g.value, g.want, verdict(g.met))
	}
}

// folder is a new one of this measure.
func (b *bench) folder(name string) string { return filepath.Join(b.dir, b.measure+"-"+name) }

// median of some numbers.
func median[T float64 | time.Duration](of []T) T { return quantile(of, 0.5) }

func quantile[T float64 | time.Duration](of []T, q float64) T {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

func megabytes(n int64) string { return fmt.Sprintf("%.2f MB", float64(n)/1e6) }
