package boardtest

import (
	"fmt"
	"os"
	"testing"
)

// shared is the browser of all tests: each board has its own storage, and a start takes longer
// than many a test.
var shared *Browser

func TestMain(m *testing.M) {
	code := 1
	err := Watch(func(t Test) error {
		shared = Start(t)
		code = m.Run()
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
