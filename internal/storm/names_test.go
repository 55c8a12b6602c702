package storm

// The page of scenarios names tests that are there, and each invariant has a check.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// scenarioRow is a row of the page: what happens, and the test that plays it.
var scenarioRow = regexp.MustCompile(`^\| ([^|]+) \| \[(Test\w+)\]\(\.\./([^)]+_test\.go)\) \|$`)

// scenarios is how many the protocol lists.
const scenarios = 28

func TestEachScenarioIsPlayedByTheTestThatThePageNames(t *testing.T) {
	page, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, seen := 0, map[string]bool{}
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		m := scenarioRow.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "| scenario |") && !strings.HasPrefix(line, "|---") {
				t.Errorf("this row has no known form: %s", line)
			}
			continue
		}
		rows++
		if seen[m[1]] || !functions(t, filepath.Join("../..", m[3]))[m[2]] {
			t.Errorf("%q: %s does not stand in %s, or the scenario stands twice", m[1], m[2], m[3])
		}
		seen[m[1]] = true
	}
	if rows < scenarios {
		t.Errorf("%d scenarios, want %d", rows, scenarios)
	}
}

func functions(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Error(err)
		return nil
	}
	out := map[string]bool{}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
			out[f.Name.Name] = true
		}
	}
	return out
}

func TestEveryInvariantIsLookedAt(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	looked := map[string]int{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				name, _ := strconv.Unquote(lit.Value) // a literal always can be
				looked[name]++
			}
			return true
		})
	}
	for _, name := range slices.Sorted(maps.Keys(invariants)) {
		if looked[name] < 2 { // once is its name in the list
			t.Errorf("nothing looks at %s: %s", name, invariants[name])
		}
	}
}
