// Package web holds what a browser is sent: pages, styles, shapes and words, embedded as
// they stand in the repository.
package web

// The embedded files and the pages made of them.

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"sync"
)

//go:embed board css pages vendor words icon.svg
var files embed.FS

// CSS is the style of all server-rendered pages, tokens first.
func CSS() ([]byte, error) {
	tokens, err := files.ReadFile("css/tokens.css")
	if err != nil {
		return nil, err
	}
	page, err := files.ReadFile("css/page.css")
	return append(tokens, page...), err
}

// Icon is the site's icon, an SVG in the colours of the tokens.
func Icon() ([]byte, error) {
	icon, err := files.ReadFile("icon.svg")
	if err != nil {
		return nil, err
	}
	tokens, err := files.ReadFile("css/tokens.css")
	return bytes.Replace(icon, []byte("<style/>"), append(append([]byte("<style>"), tokens...), "</style>"...), 1), err
}

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// Home is the page at "/"; Note is a page of one sentence.
var (
	Home = pages.Lookup("home.html")
	Note = pages.Lookup("note.html")
)

// Languages of the pages, the default first.
var Languages = []string{"zh-CN", "en"}

// Words returns the sentences of a language by their names; nil where there is none.
func Words(language string) map[string]string { return words()[language] }

var words = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, language := range Languages {
		data, err := files.ReadFile("words/" + language + ".json")
		if err == nil {
			var w map[string]string
			err = json.Unmarshal(data, &w)
			all[language] = w
		}
		if err != nil {
			panic("web: " + language + ".json: " + err.Error()) // embedded: a test reads it first
		}
	}
	return all
})

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
