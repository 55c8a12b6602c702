// Package web holds what a browser is sent: pages, styles and scripts, embedded as they
// stand in the repository.
package web

// The embedded files and the pages made of them.

import (
	"embed"
	"html/template"
)

//go:embed css pages
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

// Home is the page at "/".
var Home = template.Must(template.ParseFS(files, "pages/home.html"))
