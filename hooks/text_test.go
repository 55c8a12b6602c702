package hooks_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
)

func reader(s string) io.Reader { return strings.NewReader(s) }

func contains(data []byte, s string) bool { return bytes.Contains(data, []byte(s)) }

func spaces(n int) string { return strings.Repeat(" ", n) }

// soon is a day that every running deadline of the tests allows.
func soon() string { return time.Now().AddDate(0, 0, 10).Format(time.DateOnly) }

func hooksConfig() hooks.Config { return hooks.Config{Now: time.Now} }

func encoded(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// waitFor looks again until something that a worker does has happened.
func waitFor(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !happened() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
