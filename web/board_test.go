package web

// The house's rules for the board: what was taken from others is what it was, the modules are
// short and typed, each word is there in both languages, sizes stand in the tokens.

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// under are the files below a folder with an ending.
func under(t *testing.T, root, ending string) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(files, root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ending) {
			out = append(out, path)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%s holds no %s: %v", root, ending, err)
	}
	return out
}

var vendored = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^ ]+) \\| ([^ ]+) \\| [^|]+ \\| `([0-9a-f]{64})` \\|$")

func TestWhatOthersWroteIsWhatTheyWrote(t *testing.T) {
	manifest, err := os.ReadFile("../internal/js/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var wants struct{ DevDependencies map[string]string }
	if err := json.Unmarshal(manifest, &wants); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range vendored.FindAllStringSubmatch(string(table), -1) {
		file, name, version, sum := m[1], m[2], m[3], m[4]
		known["vendor/"+file] = true
		if got := sha256.Sum256([]byte(read(t, "vendor/"+file))); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is another file than that of %s %s", file, name, version)
		}
		if wants.DevDependencies[name] != version {
			t.Errorf("%s is of %s %s; internal/js checks against %q", file, name, version, wants.DevDependencies[name])
		}
		folder, _, _ := strings.Cut(file, "/")
		if licences, err := fs.Glob(files, "vendor/"+folder+"/LICENSE*"); err != nil || len(licences) == 0 {
			t.Errorf("no licence lies beside %s: %v", file, err)
		}
	}
	for _, ending := range []string{"js", "css"} {
		for _, file := range under(t, "vendor", ending) {
			if !known[file] {
				t.Errorf("%s is not in the table", file)
			}
		}
	}
}

const longestModule = 300 // lines

func TestModulesAreShortAndSayWhatTheyAreFor(t *testing.T) {
	for _, path := range append(under(t, "board", ".js"), under(t, "board", ".css")...) {
		text := read(t, path)
		if n := strings.Count(text, "\n"); n > longestModule {
			t.Errorf("%s has %d lines; %d is the end", path, n, longestModule)
		}
		if !strings.HasPrefix(text, "//") && !strings.HasPrefix(text, "/*") {
			t.Errorf("%s does not say what it is for", path)
		}
	}
}

// The board's types, as its comments give them, hold. The compiler is one of the clients that
// `make js` installs.
func TestTypesHold(t *testing.T) {
	cmd := exec.Command("node", "node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--pretty", "false")
	cmd.Dir = "../internal/js"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// boardWords are those of the board and of the desk, each word once.
func boardWords(t *testing.T, language string) map[string]string {
	t.Helper()
	words := map[string]string{}
	for _, of := range []string{"board", "desk"} {
		var some map[string]string
		if err := json.Unmarshal([]byte(read(t, "words/"+of+"."+language+".json")), &some); err != nil {
			t.Fatal(err)
		}
		for name, text := range some {
			if _, twice := words[name]; twice {
				t.Errorf("%s stands in two dictionaries", name)
			}
			words[name] = text
		}
	}
	return words
}

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	asked       = regexp.MustCompile(`\b(?:t|known)\("([a-z0-9_]+)"`)
	family      = regexp.MustCompile(`\b(?:t|known)\((?:"([a-z0-9_]+_)" ?\+|` + "`([a-z0-9_]+_)\\$\\{)")
	forms       = regexp.MustCompile(`\|`)
)

func TestTheBoardsWordsAreThereInBothLanguages(t *testing.T) {
	zh, en := boardWords(t, "zh-CN"), boardWords(t, "en")
	if !slices.Equal(sorted(zh), sorted(en)) {
		t.Errorf("zh-CN: %v\nen: %v", sorted(zh), sorted(en))
	}
	for name := range zh {
		holes := func(text string) []string {
			all := placeholder.FindAllString(text, -1)
			slices.Sort(all)
			return slices.Compact(all)
		}
		one, many, _ := strings.Cut(en[name], "|")
		if many == "" {
			many = one
		}
		if !slices.Equal(holes(zh[name]), holes(many)) || strings.TrimSpace(zh[name]) == "" || strings.TrimSpace(en[name]) == "" {
			t.Errorf("%s: %q and %q take other values, or one is empty", name, zh[name], en[name])
		}
		if forms.MatchString(zh[name]) {
			t.Errorf("%s: Chinese has one form", name)
		}
	}
	said := map[string]bool{}
	for _, path := range under(t, "board", ".js") {
		text := read(t, path)
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			if end := strings.HasSuffix(m[1], "_"); !end && zh[m[1]] == "" {
				t.Errorf("%s says %s, which has no word", path, m[1])
			}
			said[m[1]] = true
		}
		for _, m := range family.FindAllStringSubmatch(text, -1) {
			said[m[1]+m[2]] = true
		}
		for name := range zh { // named in a table of the module
			if strings.Contains(text, `"`+name+`"`) {
				said[name] = true
			}
		}
	}
	for name := range zh {
		of := func(prefix string) bool {
			return said[prefix] && strings.HasSuffix(prefix, "_") && strings.HasPrefix(name, prefix)
		}
		if !said[name] && !slices.ContainsFunc(sorted(said), of) {
			t.Errorf("nobody says %s", name)
		}
	}
}

var size = regexp.MustCompile(`[0-9](px|rem)\b`)

func TestSizesOfTheBoardStandInTheTokens(t *testing.T) {
	for _, path := range under(t, "board/css", ".css") {
		for line := range strings.Lines(read(t, path)) {
			if size.MatchString(line) && !strings.HasPrefix(line, "@media") && !strings.HasPrefix(line, ".skip") {
				t.Errorf("%s: %s", path, line)
			}
		}
	}
}

var tokenUsed = regexp.MustCompile(`var\(--([a-z0-9-]+)\)`)

func TestEveryTokenThatIsUsedIsThere(t *testing.T) {
	tokens := read(t, "css/tokens.css")
	own := regexp.MustCompile(`--(?:at|share|turn)\b`) // set by the modules
	for _, path := range append(under(t, "board/css", ".css"), "css/page.css") {
		for _, m := range tokenUsed.FindAllStringSubmatch(read(t, path), -1) {
			if !strings.Contains(tokens, "--"+m[1]+":") && !own.MatchString("--"+m[1]) {
				t.Errorf("%s uses --%s", path, m[1])
			}
		}
	}
}

var importmap = regexp.MustCompile(`<script type="importmap">(.*)</script>`)

func TestThePolicyAdmitsTheImportMapThatThePageHas(t *testing.T) {
	b, err := Board()
	if err != nil {
		t.Fatal(err)
	}
	m := importmap.FindSubmatch(b.Page.Data)
	if m == nil {
		t.Fatalf("%.2000s", b.Page.Data)
	}
	sum := sha256.Sum256(m[1])
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; b.Policy != want {
		t.Errorf("%s, want %s", b.Policy, want)
	}
	var table struct{ Imports map[string]string }
	if err := json.Unmarshal(m[1], &table); err != nil {
		t.Fatal(err)
	}
	for name, address := range table.Imports {
		file, tag, _ := strings.Cut(strings.TrimPrefix(address, "/board/"), "?v=")
		if a, there := b.Assets[file]; !there || a.Tag != tag {
			t.Errorf("%s leads to %s", name, address)
		}
	}
}

func TestTheThemeThatIsChosenOverrulesTheSystems(t *testing.T) {
	tokens, err := boardTokens()
	if err != nil {
		t.Fatal(err)
	}
	paper := regexp.MustCompile(`--paper: (#[0-9a-f]+)`).FindAllStringSubmatch(string(tokens), -1)
	if len(paper) != 3 || paper[1][1] != paper[2][1] || paper[0][1] == paper[1][1] ||
		!strings.Contains(string(tokens), `:root[data-theme="dark"] {`) || !strings.Contains(string(tokens), `:root:not([data-theme="light"]) {`) {
		t.Errorf("%s", tokens)
	}
}
