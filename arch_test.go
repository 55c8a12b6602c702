package xuncha

// The structure of the house as a table, held against every import and every file.

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// middle are the packages that know the field and no database.
var middle = []string{"casework", "geo", "sync", "evidence", "notify", "intake"}

// stock are the bindings of clients that are not ours; routes alone know them.
var stock = []string{"sync/rxdb", "sync/watermelon"}

// mayImport says for each package which of ours it may import. The picture in
// docs/architecture.md is drawn from it.
var mayImport = map[string][]string{
	"casework":           {},
	"casework/casetest":  {"casework"},
	"geo":                {},
	"geo/dispatch":       {"geo"},
	"geo/tiles":          {"geo"},
	"sync":               {},
	"sync/rxdb":          {"sync"},
	"sync/watermelon":    {"sync"},
	"evidence":           {"evidence/check", "evidence/custody", "evidence/heic", "evidence/jpegscale", "evidence/likeness", "geo"},
	"evidence/check":     {"evidence/likeness", "geo"},
	"evidence/custody":   {},
	"evidence/likeness":  {},
	"evidence/stamp":     {},
	"internal/tsatest":   {},
	"evidence/heic":      {},
	"evidence/jpegscale": {},
	"evidence/depottest": {"evidence"},
	"notify":             {},
	"notify/notifytest":  {"notify"},
	"intake":             {"casework", "geo"},
	"dossier":            {"casework", "evidence/check", "evidence/custody"},
	"migrations":         {},
	"hooks":              append([]string{"evidence/stamp", "internal/prepared", "hooks/board", "hooks/depot", "hooks/route", "hooks/store", "hooks/store/desk", "hooks/problem", "migrations"}, middle...),
	"hooks/board":        {"casework", "geo/tiles", "hooks/store/desk"},
	"hooks/route":        slices.Concat([]string{"dossier", "evidence/custody", "geo/dispatch", "geo/tiles", "hooks/board", "hooks/store", "hooks/store/desk", "hooks/problem", "web"}, middle, stock),
	"hooks/store/desk":   {"casework", "geo", "geo/dispatch", "hooks/store", "intake", "sync"},
	"hooks/store":        append([]string{"dossier", "evidence/check", "evidence/custody", "evidence/likeness"}, middle...),
	"hooks/depot":        {"evidence"},
	"hooks/problem":      middle,
	"archive":            {"evidence/custody", "hooks", "hooks/depot", "hooks/store", "sync"},
	"web":                {},
	"demo":               {"casework", "geo", "intake", "internal/photo"},
	"internal/phone":     {"sync"},
	"internal/prepared":  {},
	"internal/photo":     {},
	"internal/house":     {"hooks"},
	"internal/boardtest": {"hooks", "internal/house", "internal/phone", "sync"},
	"internal/pictures":  {"internal/boardtest", "internal/house"},
	"internal/fcmtest":   {},
	"internal/s3test":    {},
	"internal/journey":   {},
	"internal/storm":     {},
	"internal/sabotage":  {},
	"cmd/xuncha":         {"archive", "casework", "demo", "dossier", "evidence", "evidence/custody", "evidence/stamp", "geo", "hooks", "hooks/depot", "hooks/problem", "hooks/store", "hooks/store/desk", "intake", "internal/phone", "migrations", "notify", "sync", "web"},
	"bench/evidence":     {"*"},
	"bench/geo":          {"*"},
	"bench/sync":         {"*"},
	".":                  {},
}

// pocketBase may be known here only.
var pocketBase = []string{"hooks", "hooks/depot", "hooks/route", "hooks/store", "hooks/store/desk", "hooks/problem", "migrations", "cmd/xuncha", "internal/boardtest", "internal/house", "internal/storm", "bench/evidence", "bench/geo", "bench/sync"}

// readsTheClock: elsewhere the time comes in as a value.
var readsTheClock = []string{"cmd/xuncha", "bench/evidence", "bench/geo", "bench/sync", "internal/phone", "internal/boardtest", "internal/house", "internal/fcmtest", "internal/s3test", "internal/journey", "internal/sabotage", "internal/tsatest"}

const (
	longestFile     = 400 // lines
	longestTest     = 800
	longestFunction = 60
	longestDoc      = 10
)

type source struct {
	path, dir string
	test      bool
	text      []byte
	file      *ast.File
	fset      *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, source{path, filepath.ToSlash(filepath.Dir(path)), strings.HasSuffix(path, "_test.go"), text, file, fset})
		return nil
	})
	if err != nil || len(out) < 50 {
		t.Fatalf("%d sources: %v", len(out), err)
	}
	return out
}

func TestEveryImportStandsInTheTable(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := mayImport[s.dir]
		if !known {
			t.Errorf("%s: the package %s is not in the table", s.path, s.dir)
			continue
		}
		for _, spec := range s.file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			ours, isOurs := strings.CutPrefix(path, "xuncha/")
			if strings.HasPrefix(path, "github.com/pocketbase/") && !slices.Contains(pocketBase, s.dir) {
				t.Errorf("%s imports %s: PocketBase is known in hooks, migrations and cmd only", s.path, path)
			}
			if !isOurs || s.test || slices.Contains(allowed, "*") || slices.Contains(allowed, ours) {
				continue
			}
			t.Errorf("%s imports %s; %s may import %v", s.path, path, s.dir, allowed)
		}
	}
}

func TestFilesAndFunctionsStayShort(t *testing.T) {
	for _, s := range sources(t) {
		limit := longestFile
		if s.test {
			limit = longestTest
		}
		if n := bytes.Count(s.text, []byte("\n")); n > limit {
			t.Errorf("%s has %d lines; %d is the end", s.path, n, limit)
		}
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || s.test {
				continue
			}
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > longestFunction {
				t.Errorf("%s: %s has %d lines; %d is the end", s.path, f.Name.Name, n, longestFunction)
			}
		}
	}
}

func TestEveryFileSaysWhatItIsForAndEveryPackageWhatItPromises(t *testing.T) {
	docs := map[string]int{}
	for _, s := range sources(t) {
		if len(s.file.Comments) == 0 {
			t.Errorf("%s has no comment that says what it is for", s.path)
		}
		if s.file.Doc != nil && !s.test {
			docs[s.dir] = max(docs[s.dir], len(strings.Split(strings.TrimSpace(s.file.Doc.Text()), "\n")))
		}
	}
	for dir := range mayImport {
		if _, err := os.Stat(dir); err != nil {
			continue // not built yet
		}
		if docs[dir] == 0 || docs[dir] > longestDoc {
			t.Errorf("%s: the package doc has %d lines, want 1 to %d", dir, docs[dir], longestDoc)
		}
	}
}

func TestTheClockIsReadInFewPlaces(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || slices.Contains(readsTheClock, s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && sel.Sel.Name == "Now" {
				t.Errorf("%s: time.Now stands in cmd only", s.fset.Position(n.Pos()))
			}
			return true
		})
	}
}

// drawn is the picture of the table: who imports whom.
func drawn() string {
	var b strings.Builder
	b.WriteString("| package | may import (ours) |\n|---|---|\n")
	for _, dir := range slices.Sorted(maps.Keys(mayImport)) {
		if dir == "." {
			continue
		}
		list := "–"
		if len(mayImport[dir]) > 0 {
			sorted := slices.Sorted(slices.Values(mayImport[dir]))
			list = "`" + strings.Join(sorted, "` `") + "`"
		}
		if slices.Contains(mayImport[dir], "*") {
			list = "any"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", dir, list)
	}
	return b.String()
}

func TestThePictureInTheDocumentIsTheTable(t *testing.T) {
	doc, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), drawn()) {
		t.Errorf("docs/architecture.md does not hold this table:\n%s", drawn())
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range append(append(files, more...), "README.md", "CHANGELOG.md") {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			for _, m := range link.FindAllStringSubmatch(lines.Text(), -1) {
				checked++
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
					t.Errorf("%s links to %s, which is not there", path, m[1])
				}
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if checked == 0 {
		t.Error("no link was found")
	}
}

// entry is a row of the glossary: the word, and the file that it stands in.
var entry = regexp.MustCompile("^\\| `([a-z0-9_]+)` \\| ([^|]+) \\| \\[[^\\]]+\\]\\(\\.\\./([^)]+)\\) \\|$")

func TestEveryWordOfTheGlossaryStandsInTheCode(t *testing.T) {
	doc, err := os.ReadFile("docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	files, words := map[string]string{}, 0
	for line := range strings.Lines(string(doc)) {
		m := entry.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			if strings.HasPrefix(line, "| `") {
				t.Errorf("this row has no known form: %s", line)
			}
			continue
		}
		words++
		if files[m[3]] == "" {
			text, err := os.ReadFile(m[3])
			if err != nil {
				t.Fatal(err)
			}
			files[m[3]] = string(text)
		}
		if !regexp.MustCompile(`(^|[^a-z0-9_])` + m[1] + `([^a-z0-9_]|$)`).MatchString(files[m[3]]) {
			t.Errorf("%s (%s) does not stand in %s", m[1], strings.TrimSpace(m[2]), m[3])
		}
	}
	if words < 150 {
		t.Errorf("only %d words", words)
	}
}
