package rxdb_test

// A line to the server that stays while the server is another: an address that outlives
// a restart.

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// line forwards to the house of the moment.
type line struct {
	URL    string
	target atomic.Pointer[url.URL]
	there  atomic.Pointer[func(*http.Request)] // stands in the way of requests
	back   atomic.Pointer[func(*http.Request)] // and of their answers
}

func newLine(t *testing.T, f *field) *line {
	t.Helper()
	l := &line{}
	l.to(t, f)
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(l.target.Load()) },
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { http.Error(w, "{}", http.StatusBadGateway) },
		ModifyResponse: func(res *http.Response) error {
			if wait := l.back.Load(); wait != nil {
				(*wait)(res.Request)
			}
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := l.there.Load(); wait != nil {
			(*wait)(r)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	l.URL = server.URL
	return l
}

func (l *line) to(t *testing.T, f *field) {
	t.Helper()
	target, err := url.Parse(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.target.Store(target)
}

// hold stops the next request of a method to a path, on its way there or back. It is stopped
// when held is closed, and goes on when on is called.
func hold(way *atomic.Pointer[func(*http.Request)], method, path string) (held chan struct{}, on func()) {
	held, released := make(chan struct{}), make(chan struct{})
	wait := func(r *http.Request) {
		if r.Method == method && strings.HasSuffix(r.URL.Path, path) {
			way.Store(nil)
			close(held)
			<-released
		}
	}
	way.Store(&wait)
	return held, func() { close(released) }
}
