package hooks_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
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
