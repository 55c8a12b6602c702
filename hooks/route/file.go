package route

// Bodies and files as they are: no copy in memory.

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"xuncha/evidence"
	"xuncha/hooks/problem"
)

// asItComes is the request's body without the router's copy for reading again, which
// costs memory and, for whoever reads on after the end, begins anew.
func asItComes(e *core.RequestEvent) io.ReadCloser {
	if body, ok := e.Request.Body.(*router.RereadableReadCloser); ok {
		return body.ReadCloser
	}
	return e.Request.Body
}

// photo is what is sent: an original (px 0) or a derivative, whose bytes a strong tag names.
type photo struct {
	sum  string
	px   int
	name string // of the file that a browser keeps
	mime string
	tag  string // SHA-256 of the bytes; "" where it is not known
}

// send sends a photo with ranges, from here or from the depot; one that is not there yet is
// said so.
func (p photo) send(e *core.RequestEvent, shelf evidence.Shelf) error {
	f, err := shelf.Open(e.Request.Context(), p.sum, p.px)
	if err != nil {
		e.Response.Header().Del("Cache-Control")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return problem.New("photo_pending", "the bytes have not arrived or are being processed")
	}
	if errors.Is(err, evidence.ErrAway) {
		slog.Warn("a photo cannot be shown", "error", err)
		return away()
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if p.tag != "" {
		e.Response.Header().Set("ETag", `"`+p.tag+`"`)
	}
	http.ServeContent(e.Response, e.Request, "", f.At, f)
	return nil
}

// away: what is asked for rests in a depot that does not answer.
func away() error { return problem.New(evidence.CodeAway, "it rests where nobody answers now").In(10) }
