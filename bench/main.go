// Command bench measures the house beside plain PocketBase, in one run on one machine,
// over real HTTP on loopback: the numbers to quote are the ratios. It prints what it
// ran, the sizes, and both numbers of each pair.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	small := flag.Bool("small", false, "a tenth of the sizes, to see that it runs")
	flag.Parse()
	if err := run(*small); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// sizes are rows of one phone's scope.
type sizes struct{ few, first, many, creates int }

func run(small bool) error {
	n := sizes{few: 1_000, first: 20_000, many: 100_000, creates: 200_000}
	if small {
		n = sizes{few: 100, first: 2_000, many: 10_000, creates: 20_000}
	}
	dir, err := os.MkdirTemp("", "xuncha-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b, err := open(dir)
	if err != nil {
		return err
	}
	defer b.close()
	fmt.Printf("one server on loopback, SQLite synchronous FULL, inspections as rows; started %s\n\n", time.Now().Format(time.DateTime))
	for _, step := range []func(sizes) error{b.idleFew, b.createsFew, b.firstSync, b.pushes, b.idleMany, b.createsMany} {
		if err := step(n); err != nil {
			return err
		}
	}
	return memory()
}
