// Command sabotage proves that the tests bite. It puts each wrong reading of the protocol
// into the real code, one at a time and in memory only, runs the tests that must notice,
// and fails where they stay green. A wrong reading that does not compile proves nothing.
package main

// The command: what is run, and what is printed.

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	only := flag.String("only", "", "regular expression: the wrong readings to try")
	flag.Parse()
	chosen, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !prove(chosen) {
		os.Exit(1)
	}
}

// prove runs the chosen rows, first without any change: tests that are red anyhow catch
// nothing.
func prove(chosen *regexp.Regexp) bool {
	good, whole := true, map[string]bool{}
	for _, row := range table {
		if !chosen.MatchString(row.name) {
			continue
		}
		if key := fmt.Sprint(row.catcher); !whole[key] {
			whole[key] = true
			good = report("(nothing)", row.catcher.plain(), "green") && good
		}
		good = report(row.name, row.try(), "caught") && good
	}
	return good
}

// report prints one line and tells whether it is as it should be.
func report(name string, r result, want string) bool {
	mark := "ok  "
	if r.verdict != want {
		mark = "FAIL"
	}
	fmt.Printf("%s %-60s %-10s %5.1fs  %s\n", mark, name, r.verdict, r.took.Round(100*time.Millisecond).Seconds(), r.by)
	if r.verdict != want {
		fmt.Println(r.output)
	}
	return r.verdict == want
}
