package main

// One attempt: the changed files are laid over the real ones for the compiler alone, and
// the tests run.

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// result is what came of it.
type result struct {
	verdict string // caught, green, no compile, error
	by      string // the test that turned red, and the first thing it said
	took    time.Duration
	output  string
}

// longest is how long the tests of one attempt may take; the compiler comes on top.
const longest = 10 * time.Minute

// laid returns the changed text of each file of a row.
func (s sabotage) laid(root string) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range s.edits {
		path := filepath.Join(root, filepath.FromSlash(e.file))
		text, known := out[path]
		if !known {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			text = string(data)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s: this text stands %d times in %s, not once:\n%s", s.name, n, e.file, e.old)
		}
		out[path] = strings.Replace(text, e.old, e.now, 1)
	}
	return out, nil
}

// try runs the catcher on the changed code.
func (s sabotage) try() result {
	root, err := filepath.Abs(".")
	if err != nil {
		return result{verdict: "error", output: err.Error()}
	}
	files, err := s.laid(root)
	if err != nil {
		return result{verdict: "error", output: err.Error()}
	}
	dir, err := os.MkdirTemp("", "xuncha-sabotage-*")
	if err != nil {
		return result{verdict: "error", output: err.Error()}
	}
	defer func() { _ = os.RemoveAll(dir) }()
	overlay, err := spread(dir, files)
	if err != nil {
		return result{verdict: "error", output: err.Error()}
	}
	return s.catcher.test("-overlay=" + overlay)
}

// spread writes the changed files beside each other, and the list that names them.
func spread(dir string, files map[string]string) (string, error) {
	replace := map[string]string{}
	for path, text := range files {
		to := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[path] = to
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	return list, os.WriteFile(list, data, 0o600)
}

// plain runs the tests on the code as it is.
func (c catcher) plain() result { return c.test() }

func (c catcher) test(flags ...string) result {
	args := append(append([]string{"test", "-count=1", "-vet=off", "-timeout", longest.String(), "-run", c.run}, flags...), c.pkg)
	cmd := exec.Command("go", append(args, c.args...)...) //nolint:gosec // the table's
	cmd.Env = append(os.Environ(), c.env...)
	start := time.Now()
	output, err := cmd.CombinedOutput()
	r := judged(string(output), err)
	r.took = time.Since(start)
	return r
}

var (
	failed  = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	noBuild = regexp.MustCompile(`\[(build|setup) failed\]`)
	reason  = regexp.MustCompile(`(?m)\bI\d+ \([^)]*\): .*$`)
)

// judged reads what go test said. Only a test that turned red is a catch: not what does not
// compile, nor a process that was killed.
func judged(output string, err error) result {
	r := result{output: output}
	red := failed.FindStringSubmatch(output)
	var exit *exec.ExitError
	switch {
	case noBuild.MatchString(output):
		r.verdict = "no compile"
	case err == nil:
		r.verdict = "green"
	case !errors.As(err, &exit), red == nil:
		r.verdict = "error"
	default:
		r.verdict, r.by = "caught", red[1]
		if why := reason.FindString(output); why != "" {
			r.by += ": " + why[:min(len(why), 160)]
		}
	}
	return r
}
