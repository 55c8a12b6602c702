package route

// The dispatch board: its page and files, what it is told of the house, and the base map
// that the operator names.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/web"
)

// Board binds the board's files and settings.
//
//	GET /board/                   the page, at each address of a view of it
//	GET /board/config.json        version, base map, process; no log-in needed
//	GET /board/basemap.pmtiles    the base map, where it is a file of this machine
//	GET /board/…?v=               modules, styles, words; kept for ever by browsers
type Board struct {
	Tiles Tiles
	Demo  bool
	Now   func() time.Time

	files  *web.BoardFiles
	policy string
	config []byte // all of it but the time
}

// Bind makes the settings once, and binds the routes.
func (b *Board) Bind(se *core.ServeEvent) error {
	var err error
	if b.files, err = web.Board(); err != nil {
		return err
	}
	b.policy = boardPolicy(b.files.Policy, b.Tiles.host())
	if b.config, err = json.Marshal(b.settings()); err != nil {
		return err
	}
	se.Router.GET("/board", func(e *core.RequestEvent) error { return e.Redirect(http.StatusMovedPermanently, "/board/") })
	se.Router.GET("/board/{path...}", b.serve)
	return nil
}

// boardPolicy admits nothing but this house and the host of the base map. Photos and icons
// that are drawn are blobs and data.
func boardPolicy(imports, tiles string) string {
	host := ""
	if tiles != "" {
		host = " " + tiles
	}
	return "default-src 'none'; script-src 'self' " + imports + "; worker-src 'self'; style-src 'self'; img-src 'self' blob: data:" + host +
		"; connect-src 'self'" + host + "; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

func (b *Board) serve(e *core.RequestEvent) error {
	name := e.Request.PathValue("path")
	h := e.Response.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", b.policy)
	h.Set("Referrer-Policy", "no-referrer")
	switch {
	case name == "config.json":
		return b.tell(e)
	case name == basemap && b.Tiles.File != "":
		h.Set("Content-Type", "application/octet-stream")
		http.ServeFile(e.Response, e.Request, b.Tiles.File) // with ranges, which is all that is asked for
		return nil
	case path.Ext(name) == "":
		return b.send(e, b.files.Page)
	}
	a, found := b.files.Assets[name]
	if !found {
		return problem.New("not_found", "the board has no file %.200q", name)
	}
	return b.send(e, a)
}

// send answers with a file. Under an address with its version it never changes.
func (b *Board) send(e *core.RequestEvent, a web.Asset) error {
	h := e.Response.Header()
	h.Set("Content-Type", a.Type)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if e.Request.URL.Query().Get("v") == a.Tag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	data, tag := a.Data, a.Tag
	if a.Zip != nil && strings.Contains(e.Request.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data, tag = a.Zip, a.Tag+"-gzip"
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(e.Response, e.Request, "", time.Time{}, bytes.NewReader(data))
	return nil
}

// tell answers with the settings and the house's clock, which may be shifted in a demo.
func (b *Board) tell(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("Cache-Control", "no-cache")
	now := []byte(`{"now":"` + b.Now().UTC().Format(time.RFC3339) + `",`)
	return e.Blob(http.StatusOK, "application/json; charset=utf-8", append(now, b.config[1:]...))
}

// boardSettings is what the board knows before anybody signs in.
type boardSettings struct {
	Version string       `json:"version"`
	Demo    bool         `json:"demo"`
	Zone    string       `json:"zone"`
	Tiles   tilesTold    `json:"tiles"`
	Process processTable `json:"process"`
}

type processTable struct {
	States  []casework.State      `json:"states"`
	Actions []casework.ActionRule `json:"actions"`
	Words   map[string]wordList   `json:"words"`
	Codes   wordList              `json:"codes"` // why an action is refused, by code
}

// wordList is an object by code that keeps the order of the process.
type wordList []casework.Word

// MarshalJSON writes {"code": {"zh", "en", "part_of"}, …}.
func (l wordList) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, w := range l {
		code, err := json.Marshal(w.Code)
		if err != nil {
			return nil, err
		}
		word, err := json.Marshal(map[string]string{"zh": w.ZH, "en": w.EN, "part_of": w.PartOf})
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, code...), ':'), word...)
	}
	return append(out, '}'), nil
}

func (b *Board) settings() boardSettings {
	process := casework.Process()
	words := map[string]wordList{}
	for list, of := range process.Words {
		words[list] = of
	}
	var codes wordList
	for _, guards := range [][]casework.Guard{process.Refusals, process.Conditions, process.Guards} {
		for _, g := range guards {
			codes = append(codes, casework.Word{Code: g.Code, ZH: g.ZH, EN: g.EN})
		}
	}
	return boardSettings{
		Version: b.files.Version, Demo: b.Demo, Zone: shanghai.String(), Tiles: b.Tiles.told(),
		Process: processTable{States: process.States, Actions: process.Actions, Words: words, Codes: codes},
	}
}
