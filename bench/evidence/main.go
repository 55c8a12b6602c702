// Command evidence measures what the house does with photos beside its peers, in one run on
// one machine: PocketBase's own thumbnails and its multipart file field, and vipsthumbnail
// (Debian's libvips-tools). Each candidate is a process of its own that takes turns with the
// others, so that the machine's mood meets all. Beside vipsthumbnail whole processes are
// compared; beside PocketBase the work alone, after a first little photo, as both do it in a
// server that runs. The numbers to quote are the ratios.
package main

import (
	"errors"
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
	var err error
	if len(os.Args) > 1 && os.Args[1] == asChild {
		err = child(os.Args[2:])
	} else {
		err = command()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// sizes say how much is measured.
type sizes struct {
	rounds  int // of each candidate
	large   int // megapixels of the large photo; the others have a quarter
	queue   int // photos in the queue
	clients int // that upload at once
	bytes   int // of each upload
}

func full() sizes  { return sizes{rounds: 7, large: 48, queue: 200, clients: 64, bytes: 4 << 20} }
func small() sizes { return sizes{rounds: 1, large: 12, queue: 6, clients: 4, bytes: 64 << 10} }

func command() error {
	little := flag.Bool("small", false, "small sizes, to see that it runs")
	only := flag.String("only", "", "the measures to take, such as 1,3; empty is all")
	flag.Parse()
	n := full()
	if *little {
		n = small()
	}
	dir, err := os.MkdirTemp("", "xuncha-bench-*")
	if err != nil {
		return err
	}
	b := &bench{n: n, dir: dir, out: os.Stdout}
	return errors.Join(b.run(strings.FieldsFunc(*only, func(r rune) bool { return r == ',' })), os.RemoveAll(dir))
}

// measures in their order; their names are what -only takes.
var measures = []struct {
	name, title string
	take        func(*bench) error
}{
	{"1", "both copies of a photo", (*bench).copies},
	{"2", "a queue of photos, two at a time", (*bench).queue},
	{"3", "uploads at once", (*bench).uploads},
}

// bench is one run.
type bench struct {
	n     sizes
	dir   string
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
		if !slices.ContainsFunc(measures, func(m struct {
			name, title string
			take        func(*bench) error
		},
		) bool {
			return m.name == name
		}) {
			return fmt.Errorf("there is no measure %q", name)
		}
	}
	for _, m := range measures {
		if len(names) > 0 && !slices.Contains(names, m.name) {
			continue
		}
		b.say("\n%s. %s (%s)", m.name, m.title, time.Now().Format(time.TimeOnly))
		if err := m.take(b); err != nil {
			return fmt.Errorf("measure %s, %s: %w", m.name, m.title, err)
		}
	}
	b.say("\n%-56s %-20s %s", "summary", "measured", "goal")
	for _, g := range b.goals {
		b.say("%-56s %-20s %-10s %s", g.what, g.value, g.want, verdict(g.met))
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

func median[T int64 | float64 | time.Duration](of []T) T {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

func millis(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1000) }

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }
