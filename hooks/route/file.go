package route

// Bodies and files as they are: no copy in memory.

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

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

// serveFile sends a file with ranges, under a strong tag that begins with name: a file is
// replaced whole or not at all. One that is not there yet is said so.
func serveFile(e *core.RequestEvent, path, name string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		e.Response.Header().Del("Cache-Control")
		return problem.New("photo_pending", "the bytes have not arrived or are being processed")
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	e.Response.Header().Set("ETag", fmt.Sprintf(`"%s-%x-%x"`, name, info.Size(), info.ModTime().UnixNano()))
	http.ServeContent(e.Response, e.Request, "", info.ModTime(), f)
	return nil
}
