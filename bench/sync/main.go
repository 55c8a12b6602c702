// Command sync measures the house beside its peers, in one run on one machine, over real
// HTTP on loopback: plain PocketBase with its defaults, and a floor of bare net/http over
// the same SQLite driver. It starts each of them itself, as a process of its own, and takes
// turns between them, so that the machine's mood meets all. The numbers to quote are the
// ratios. What a run measured wrongly, a lost row or a wrong outcome, fails it; what it
// measured to be slow is said in the table at its end.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == asPeer {
		err = servePeer(os.Args[2:])
	} else {
		err = command()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command() error {
	small := flag.Bool("small", false, "a tenth of the sizes, to see that it runs")
	only := flag.String("only", "", "the measures to take, such as 2,3; empty is all")
	phones := flag.Int("phones", 0, "phones of measure 9 (default 300)")
	profile := flag.String("cpuprofile", "", "a folder for CPU profiles of our server in measures 1 to 3")
	flag.Parse()
	n := full()
	if *small {
		n = n.tenth()
	}
	if *phones > 0 {
		n.brigade = *phones
	}
	dir, err := os.MkdirTemp("", "xuncha-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return run(&bench{n: n, dir: dir, profiles: *profile, out: os.Stdout}, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))
}

// measures in their order; their names are what -only takes.
var measures = []measureOf{
	{"1", "first sync", (*bench).firstSync},
	{"2", "single mutations", (*bench).pushes},
	{"3", "many mutations a request", (*bench).batches},
	{"4", "nothing changed", (*bench).idle},
	{"5", "all phones at once", (*bench).crowd},
	{"6", "open streams", (*bench).streams},
	{"7", "phones that stop reading", (*bench).stalled},
	{"8", "polling", (*bench).polling},
	{"9", "a brigade", (*bench).brigade},
	{"10", "creates in a large table", (*bench).creates},
}

type measureOf struct {
	name, title string
	take        func(*bench) error
}

// run takes the measures that are named, all of them for no names.
func run(b *bench, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(measures, func(m measureOf) bool { return m.name == name }) {
			return fmt.Errorf("there is no measure %q", name)
		}
	}
	b.preface()
	for _, m := range measures {
		if len(names) > 0 && !slices.Contains(names, m.name) {
			continue
		}
		b.begin(m.name, m.title)
		if err := m.take(b); err != nil {
			return fmt.Errorf("measure %s, %s: %w", m.name, m.title, err)
		}
	}
	b.summary()
	return nil
}
