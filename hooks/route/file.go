package route

import (
	"errors"
	"io/fs"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
)

// serveFile sends a file with ranges; one that is not there yet is said so.
func serveFile(e *core.RequestEvent, path string) error {
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
	http.ServeContent(e.Response, e.Request, "", info.ModTime(), f)
	return nil
}
