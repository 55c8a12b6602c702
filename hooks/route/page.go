package route

// What every page for people has in common: the language, the frame, the headers; and the
// pages of one sentence.

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/web"
)

// frame is what the head of every page asks for.
type frame struct {
	Lang, Other string // zh-CN, en
	T           map[string]string
	Title       string // before the name of the house; "" on the home page
	Text        string // of a note
	Demo        bool

	asked  string // the language in the address; "" where the browser's decides
	path   string
	status string // of the cases that are listed; "" for all
}

func newFrame(r *http.Request) frame {
	f := frame{asked: r.URL.Query().Get("lang"), path: r.URL.Path}
	if f.asked == "zh" {
		f.asked = web.Languages[0]
	}
	if !slices.Contains(web.Languages, f.asked) {
		f.asked = ""
	}
	f.Lang = f.asked
	if f.Lang == "" {
		f.Lang = accepted(r.Header.Get("Accept-Language"))
	}
	f.T = web.Words(f.Lang)
	for _, other := range web.Languages {
		if other != f.Lang {
			f.Other = other
		}
	}
	return f
}

// accepted: English for who asks for it and not for Chinese, else Chinese.
func accepted(header string) string {
	header = strings.ToLower(header)
	if strings.HasPrefix(header, "en") && !strings.Contains(header, "zh") {
		return "en"
	}
	return web.Languages[0]
}

// link is an address of ours that keeps the language that was asked for.
func (f frame) link(path, lang, status string) string {
	q := url.Values{}
	if lang != "" {
		q.Set("lang", lang)
	}
	if status != "" {
		q.Set("status", status)
	}
	return (&url.URL{Path: path, RawQuery: q.Encode()}).String()
}

// HomeLink and HealthLink keep the language; OtherLink changes it.
func (f frame) HomeLink() string   { return f.link("/", f.asked, "") }
func (f frame) HealthLink() string { return f.link("/readyz", f.asked, "") }
func (f frame) OtherLink() string  { return f.link(f.path, f.Other, f.status) }

// wantsPage tells a browser from a program.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// send answers with a page.
func send(e *core.RequestEvent, status int, page *template.Template, data any) error {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return err
	}
	h := e.Response.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept, Accept-Language")
	return e.HTML(status, b.String())
}

// note answers with a page of one sentence; word names it, and word_note says more.
func note(e *core.RequestEvent, status int, word string) error {
	f := newFrame(e.Request)
	f.Title, f.Text = f.T[word], f.T[word+"_note"]
	return send(e, status, web.Note, f)
}
