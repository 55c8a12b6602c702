// Command geo measures what the house computes about places beside its peers, in one run on
// one machine: whose a place is, beside a search through all borders with paulmach/orb behind
// a tree of bounds, and beside PostGIS where it is installed; and the map of all cases beside
// npm's supercluster; and the board in a browser beside PocketBase's own list. The country is drawn, as large and as detailed as a real one. Candidates
// take turns, so that the machine's mood meets all. The numbers to quote are the ratios. What
// a run finds to be wrong fails it; what it finds to be slow is said in the table at its end.
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

// parts in their order; their names are what -only takes. Each lies in a file of its name.
var parts = []part{
	{"lookups", "whose a place is", (*bench).lookups},
	{"dispatch", "who goes, and in what order", (*bench).dispatch},
	{"tiles", "very many cases on the maps of all agencies", (*bench).tiles},
	{"serve", "a house with very many cases, over HTTP", (*bench).serve},
	{"board", "the same in a browser that never saw it, beside PocketBase's own list", (*bench).board},
}

type part struct {
	name, title string
	take        func(*bench) error
}

func command() error {
	little := flag.Bool("small", false, "a little country, to see that it runs")
	only := flag.String("only", "", "the parts to take, such as lookups; empty is all")
	flag.Parse()
	n := full()
	if *little {
		n = small()
	}
	b := &bench{n: n, out: os.Stdout}
	return b.run(strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))
}

// bench is one run.
type bench struct {
	n     sizes
	out   io.Writer
	goals []goal
}

// sizes say how much is measured.
type sizes struct {
	small   bool
	rounds  int // of candidates that take turns; the median counts
	lookups lookupSizes
	tiles   tileSizes
	serve   serveSizes
	board   boardSizes
}

func full() sizes {
	return sizes{rounds: 7, lookups: fullLookups, tiles: fullTiles, serve: fullServe, board: fullBoard}
}

func small() sizes {
	return sizes{small: true, rounds: 1, lookups: smallLookups, tiles: smallTiles, serve: smallServe, board: smallBoard}
}

// goal is one number that was promised.
type goal struct {
	what, value, want string
	met               bool
}

// run takes the parts that are named, all of them for no names.
func (b *bench) run(names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	load, _ := os.ReadFile("/proc/loadavg") // elsewhere than on Linux there is none
	b.say("%s, %d cores, load %.14s", runtime.Version(), runtime.NumCPU(), load)
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
		b.say("%-56s %-20s %-14s %s", g.what, g.value, g.want, verdict(g.met))
	}
	return nil
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

// line is one number.
func (b *bench) line(what, format string, args ...any) {
	b.say("   %-56s %s", what, fmt.Sprintf(format, args...))
}

// goal is a number with what was promised.
func (b *bench) goal(what, value, want string, met bool) {
	b.goals = append(b.goals, goal{what, value, want, met})
	b.say("   %-56s %-20s goal %-14s %s", what, value, want, verdict(met))
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
	return slices.Sorted(slices.Values(of))[len(of)/2]
}

// rate of n things in words.
func rate(perSecond float64) string {
	switch {
	case perSecond >= 1e6:
		return fmt.Sprintf("%.2f M/s", perSecond/1e6)
	case perSecond >= 1e4:
		return fmt.Sprintf("%.0f k/s", perSecond/1e3)
	}
	return fmt.Sprintf("%.0f/s", perSecond)
}
