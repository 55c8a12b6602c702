// Command geo measures what the house does with places, in one run on one machine. What a
// run finds to be wrong fails it; what it finds to be slow is said in the table at its end.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command() error {
	little := flag.Bool("small", false, "small sizes, to see that it runs")
	only := flag.String("only", "", "the parts to measure, such as dispatch; empty is all")
	flag.Parse()
	b := &bench{small: *little, out: os.Stdout}
	return b.run(strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))
}

// part is what one run can be limited to.
type part struct {
	name, title string
	take        func(*bench) error
}

// parts in their order; their names are what -only takes.
var parts = []part{
	{"dispatch", "who goes, and in what order", (*bench).dispatch},
}

// bench is one run.
type bench struct {
	small bool
	out   io.Writer
	goals []goal
}

// goal is one number that was promised.
type goal struct {
	what, value, want string
	met               bool
}

func (b *bench) run(names []string) error {
	load, _ := os.ReadFile("/proc/loadavg") // elsewhere than on Linux there is none
	b.say("%s, %d cores, load %.14s", runtime.Version(), runtime.NumCPU(), load)
	for _, name := range names {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	for _, p := range parts {
		if len(names) > 0 && !slices.Contains(names, p.name) {
			continue
		}
		b.say("\n%s: %s (%s)", p.name, p.title, time.Now().Format(time.TimeOnly))
		if err := p.take(b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	b.say("\n%-56s %-20s %s", "summary", "measured", "goal")
	for _, g := range b.goals {
		b.say("%-56s %-20s %-12s %s", g.what, g.value, g.want, verdict(g.met))
	}
	return nil
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

func (b *bench) goal(what, value, want string, met bool) {
	b.goals = append(b.goals, goal{what, value, want, met})
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

func median[T float64 | time.Duration](of []T) T {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
