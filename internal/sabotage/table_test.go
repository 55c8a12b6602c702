package main

// The table cannot rot: each text that it replaces stands exactly once in its file, and
// each test that it names is there.

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

const root = "../.."

func TestEachWrongReadingCanBePutIntoTheCode(t *testing.T) {
	names := map[string]bool{}
	for _, row := range table {
		if names[row.name] {
			t.Errorf("%s stands twice", row.name)
		}
		names[row.name] = true
		files, err := row.laid(root)
		if err != nil {
			t.Error(err)
		}
		for path, text := range files {
			if _, err := parser.ParseFile(token.NewFileSet(), path, text, 0); err != nil {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		if !tests(t, row.catcher.pkg, regexp.MustCompile(row.catcher.run)) {
			t.Errorf("%s: no test of %s is called %s", row.name, row.catcher.pkg, row.catcher.run)
		}
	}
}

// tests tells whether a package has a test of the name.
func tests(t *testing.T, pkg string, name *regexp.Regexp) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && name.MatchString(f.Name.Name) {
				return true
			}
		}
	}
	return false
}

func TestOnlyARedTestIsACatch(t *testing.T) {
	red := &exec.ExitError{}
	for _, c := range []struct {
		output, want string
		err          error
	}{
		{"ok  \txuncha/sync\t0.1s\n", "green", nil},
		{"--- FAIL: TestX (0.10s)\n    x_test.go:1: I4 (a retry): differs\nFAIL\n", "caught", red},
		{"# xuncha/sync\nsync/push.go:1:1: syntax error\nFAIL\txuncha/sync [build failed]\n", "no compile", red},
		{"panic: test timed out after 10m0s\nFAIL\txuncha/sync\t600s\n", "error", red},
		{"", "error", errors.New("killed")},
	} {
		if got := judged(c.output, c.err); got.verdict != c.want {
			t.Errorf("%q is %s, want %s", c.output, got.verdict, c.want)
		}
	}
}
