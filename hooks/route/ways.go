package route

// What is at no address of ours, and what is there but not by this method.

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
)

// Ways knows by which methods an address is reached.
type Ways struct{ mux *http.ServeMux }

// Learn takes the routes once all of them are bound.
func (w *Ways) Learn(h http.Handler) { w.mux, _ = h.(*http.ServeMux) }

// to are the methods that an address takes.
func (w *Ways) to(r *http.Request) (methods []string) {
	if w.mux == nil {
		return nil
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		asked := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := w.mux.Handler(asked); pattern != "/" && pattern != "" {
			methods = append(methods, method)
		}
	}
	return methods
}

// lost answers what is at no address of ours: a page for a person, problem+json for a
// program and for all under /api.
func (w *Ways) lost(e *core.RequestEvent) error {
	if methods := w.to(e.Request); len(methods) > 0 {
		e.Response.Header().Set("Allow", strings.Join(methods, ", "))
		return problem.New("method_not_allowed", "this address takes %s", strings.Join(methods, ", "))
	}
	if wantsPage(e.Request) && !strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return note(e, http.StatusNotFound, "lost")
	}
	return problem.New("not_found", "there is nothing at %.200q", e.Request.URL.Path)
}
