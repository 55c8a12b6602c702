package sync_test

// How long the schedules of the property tests are, where the command line says nothing.

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.steps": "60", "rapid.checks": "300"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err) // the flags are rapid's
			}
		}
	}
	os.Exit(m.Run())
}
