package web

// The dispatch board as a browser gets it: its page, modules, styles and words, each under an
// address that changes with its content, and what the page's policy must admit.

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Asset is a file of the board. Data and Zip are the same content; nobody changes them.
type Asset struct {
	Type string // of its content
	Data []byte
	Zip  []byte // in gzip; nil where that saves nothing
	Tag  string // 16 hexadecimal digits of its SHA-256
}

// BoardFiles is the board: its page, and its assets by their path below /board/.
type BoardFiles struct {
	Page    Asset
	Assets  map[string]Asset
	Policy  string // what script-src must name beside 'self': the hash of the import map
	Version string // changes with anything of it
}

// names are the bare names that modules import, and the files that stand for them.
var names = map[string]string{
	"preact":                         "vendor/preact/standalone.module.js",
	"maplibre-gl":                    "vendor/maplibre-gl/maplibre-gl.mjs",
	"maplibre-gl-worker":             "vendor/maplibre-gl/maplibre-gl-worker.mjs",
	"terra-draw":                     "vendor/terra-draw/terra-draw.modern.js",
	"terra-draw-maplibre-gl-adapter": "vendor/terra-draw-maplibre-gl-adapter/terra-draw-maplibre-gl-adapter.modern.js",
	"pmtiles":                        "vendor/pmtiles/pmtiles.js",
	"fflate":                         "vendor/fflate/fflate.js",
	"words/zh-CN":                    "words/board.zh-CN.json",
	"words/en":                       "words/board.en.json",
	"words/desk/zh-CN":               "words/desk.zh-CN.json",
	"words/desk/en":                  "words/desk.en.json",
}

// types are the kinds of files that are served; what else lies there is not.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8", ".svg": "image/svg+xml",
}

// Board returns the board.
var Board = sync.OnceValues(func() (*BoardFiles, error) {
	b := &BoardFiles{Assets: map[string]Asset{}}
	for _, root := range []string{"board", "vendor", "words"} {
		if err := fs.WalkDir(files, root, b.add); err != nil {
			return nil, err
		}
	}
	tokens, err := boardTokens()
	if err != nil {
		return nil, err
	}
	b.Assets["css/tokens.css"] = asset(types[".css"], tokens)
	icon, err := Icon()
	if err != nil {
		return nil, err
	}
	b.Assets["icon.svg"] = asset(types[".svg"], icon)
	return b, b.frame()
})

// add takes a file in, if a browser asks for it. Modules and styles lie below js and css.
func (b *BoardFiles) add(name string, d fs.DirEntry, err error) error {
	kind := types[path.Ext(name)]
	if err != nil || d.IsDir() || kind == "" || strings.HasPrefix(name, "words/") && !strings.HasPrefix(name, "words/board.") && !strings.HasPrefix(name, "words/desk.") {
		return err
	}
	data, err := files.ReadFile(name)
	b.Assets[strings.TrimPrefix(name, "board/")] = asset(kind, data)
	return err
}

// frame makes the page: an import map that gives each module its address, and a hint for each
// of ours, so that a browser asks for all of them at once.
func (b *BoardFiles) frame() error {
	imports := map[string]string{}
	var hints strings.Builder
	version := sha256.New()
	for _, name := range sorted(b.Assets) {
		fmt.Fprintln(version, name, b.Assets[name].Tag)
		if ext := path.Ext(name); ext == ".js" || ext == ".mjs" {
			imports["/board/"+name] = b.address(name)
		}
		if strings.HasPrefix(name, "js/") || name == names["preact"] {
			fmt.Fprintf(&hints, "<link rel=\"modulepreload\" href=%q>\n", b.address(name))
		}
	}
	for bare, name := range names {
		if b.Assets[name].Data == nil {
			return fmt.Errorf("web: %s stands for %s, which is not there", bare, name)
		}
		imports[bare] = b.address(name)
	}
	table, err := json.Marshal(map[string]any{"imports": imports})
	if err != nil {
		return err
	}
	page, err := files.ReadFile("board/index.html")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(table)
	b.Policy = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	fill := []string{"<!--imports-->", `<script type="importmap">` + string(table) + "</script>", "<!--hints-->\n", hints.String()}
	for _, name := range sorted(b.Assets) {
		fill = append(fill, `"/board/`+name+`"`, `"`+b.address(name)+`"`)
	}
	b.Page = asset("text/html; charset=utf-8", []byte(strings.NewReplacer(fill...).Replace(string(page))))
	b.Version = hex.EncodeToString(version.Sum(nil))[:12]
	return nil
}

// address is where an asset is; it may be kept for ever.
func (b *BoardFiles) address(name string) string {
	return "/board/" + name + "?v=" + b.Assets[name].Tag
}

func asset(kind string, data []byte) Asset {
	sum := sha256.Sum256(data)
	var zip bytes.Buffer
	w := gzip.NewWriter(&zip)
	_, _ = w.Write(data) // into memory
	_ = w.Close()
	a := Asset{Type: kind, Data: data, Tag: hex.EncodeToString(sum[:8])}
	if zip.Len() < len(data)*9/10 {
		a.Zip = zip.Bytes()
	}
	return a
}

const darkTheme = "@media (prefers-color-scheme: dark) {"

// boardTokens are the tokens with a theme that the reader may choose: data-theme at the root
// overrules the system's; paper is light.
func boardTokens() ([]byte, error) {
	data, err := files.ReadFile("css/tokens.css")
	light, dark, found := strings.Cut(string(data), darkTheme)
	if err != nil || !found {
		return nil, fmt.Errorf("web: tokens.css has no dark theme: %w", err)
	}
	dark = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(dark), "}"))
	ofRoot := func(selector string) string { return strings.Replace(dark, ":root", selector, 1) }
	return []byte(light + strings.Replace(darkTheme, "(", "screen and (", 1) + "\n" + ofRoot(`:root:not([data-theme="light"])`) + "\n}\n" +
		"@media screen {\n" + ofRoot(`:root[data-theme="dark"]`) + "\n}\n:root[data-theme=\"light\"] { color-scheme: light; }\n:root[data-theme=\"dark\"] { color-scheme: dark; }\n"), nil
}
