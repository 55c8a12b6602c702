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

// servePhoto sends an original (px 0) or a derivative with ranges, from here or from the
// depot; one that is not there yet is said so.
func servePhoto(e *core.RequestEvent, shelf evidence.Shelf, sum string, px int) error {
	f, err := shelf.Open(e.Request.Context(), sum, px)
	if err != nil {
		e.Response.Header().Del("Cache-Control")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return problem.New("photo_pending", "the bytes have not arrived or are being processed")
	}
	if errors.Is(err, evidence.ErrAway) {
		slog.Warn("a photo cannot be shown", "error", err)
		return problem.New(evidence.CodeAway, "it rests where nobody answers now").In(10)
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	http.ServeContent(e.Response, e.Request, "", f.At, f)
	return nil
}
