package route

// Photos: in by tus, out as derivatives, the original to who may see it.

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/evidence"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

// UploadPath is where tus clients upload.
const UploadPath = "/api/evidence/upload/"

// Evidence binds uploads and views of photos.
//
//	POST, HEAD, PATCH, DELETE /api/evidence/upload/…   tus 1.0, with or without the slash
//	GET /api/evidence/quota                            what is used today, and what may be
//	POST /api/evidence/{id}/original {reason}          an address of the original; logged
//	GET /api/evidence/{id}/original?pass=…             as it came
//	GET /api/evidence/{id}/1600, /api/evidence/{id}/320
//	GET /api/evidence/{id}/proof                       what the custody log tells of it
func Evidence(se *core.ServeEvent, uploads *evidence.Uploads, shelf evidence.Shelf, originals Originals) {
	serve := func(e *core.RequestEvent) error {
		user, err := caseReader(e)
		if err != nil {
			return err
		}
		e.Request.Body = asItComes(e)
		e.Response.Header().Set("Access-Control-Expose-Headers", tusHeaders)
		uploads.Serve(e.Response, e.Request, user.Id)
		return nil
	}
	group := se.Router.Group("/api/evidence/upload")
	group.Bind(apis.BodyLimit(0))
	group.POST("", serve)
	group.POST("/{$}", serve)
	for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete} {
		group.Route(method, "/{id}", serve)
	}
	photos := photos{shelf, originals}
	se.Router.GET("/api/evidence/quota", func(e *core.RequestEvent) error { return quota(e, uploads) })
	se.Router.GET("/api/evidence/{id}/{form}", photos.show)
	se.Router.POST("/api/evidence/{id}/original", originals.ask)
	cors(se, uploads.MaxFile())
}

// quota is what a client shows of today: used 1.2 of 8 GB.
func quota(e *core.RequestEvent, uploads *evidence.Uploads) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	q, err := uploads.Quota(user.Id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{
		"used_bytes": q.Used.Bytes, "daily_bytes": q.Limits.Daily, "until": q.Until.UTC().Format("2006-01-02T15:04:05.000Z"),
		"unfinished": q.Used.Unfinished, "unfinished_limit": q.Limits.Unfinished,
		"image_bytes": evidence.MaxBytes, "file_bytes": q.Limits.File,
	})
}

// tusHeaders are what a browser's tus client must be able to read.
const tusHeaders = "Upload-Offset, Location, Upload-Length, Tus-Version, Tus-Resumable, Tus-Max-Size, Tus-Extension, Tus-Checksum-Algorithm, " +
	"Upload-Expires, Upload-Metadata"

// cors answers the preflight of tus clients in browsers, which the router would answer
// without the protocol's headers.
func cors(se *core.ServeEvent, limit int64) {
	before := apis.DefaultCorsMiddlewarePriority - 1
	se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "xunchaTusPreflight", Priority: before, Func: func(e *core.RequestEvent) error {
		if e.Request.Method != http.MethodOptions || len(e.Request.URL.Path) < len(UploadPath)-1 ||
			e.Request.URL.Path[:len(UploadPath)-1] != UploadPath[:len(UploadPath)-1] {
			return e.Next()
		}
		h := e.Response.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", "POST, HEAD, PATCH, DELETE, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, Tus-Resumable")
		h.Set("Access-Control-Expose-Headers", tusHeaders)
		h.Set("Tus-Version", "1.0.0")
		h.Set("Tus-Resumable", "1.0.0")
		h.Set("Tus-Extension", "creation,creation-with-upload,termination,checksum,expiration")
		h.Set("Tus-Checksum-Algorithm", evidence.ChecksumAlgorithms)
		h.Set("Tus-Max-Size", strconv.FormatInt(limit, 10))
		return e.NoContent(http.StatusNoContent)
	}})
}

// AnswerUpload is a refusal of an upload as the table says.
func AnswerUpload(err error) (int, []byte) {
	a, known := problem.Of(err)
	if !known {
		slog.Error("upload failed", "error", err)
	}
	body, err := json.Marshal(a)
	if err != nil {
		return http.StatusInternalServerError, nil
	}
	return a.Status, body
}

// photos are shown.
type photos struct {
	shelf     evidence.Shelf
	originals Originals
}

// show answers for each form of a photo; as patterns of their own they would contradict that
// of uploads.
func (p photos) show(e *core.RequestEvent) error {
	switch e.Request.PathValue("form") {
	case "original":
		return p.original(e)
	case "proof":
		return p.originals.prove(e)
	}
	return p.view(e)
}

// view shows a derivative.
func (p photos) view(e *core.RequestEvent) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	id, form := e.Request.PathValue("id"), e.Request.PathValue("form")
	see, err := store.Evidence{App: e.App}.See(user, id)
	if errors.Is(err, store.ErrEvidenceUnknown) {
		return problem.New("photo_unknown", "evidence %q", id)
	}
	if err != nil {
		return err
	}
	small := strconv.Itoa(evidence.Small)
	if see.Pending && !(see.Preview && form == small) {
		return problem.New("photo_pending", "the bytes have not arrived or are being processed")
	}
	size, _ := strconv.Atoi(form) // 0 is no size
	if size != evidence.Large && size != evidence.Small {
		return problem.New("not_found", "a photo has the forms original, %d, %d and proof", evidence.Large, evidence.Small)
	}
	if see.Bare {
		return problem.New("photo_no_copy", "a file of %s has no small copies", see.Mime)
	}
	if see.Pending {
		e.Response.Header().Set("Cache-Control", "no-store") // a first preview is replaced soon
	}
	tag, err := p.originals.Log.CopySum(see.ID, size)
	if err != nil {
		return err
	}
	if tag == "" && !see.Pending && evidence.Slow(see.Mime) {
		return p.ask(see)
	}
	return serve(e, p.shelf, photo{sum: see.Sum, px: size, name: id + "-" + form, mime: evidence.JPEG, tag: tag})
}

// ask lets the copies of a photo be made that nobody has looked at before.
func (p photos) ask(see store.View) error {
	err := p.originals.OnView.Ask(see.Sum)
	var refusal evidence.Refusal
	switch {
	case errors.As(err, &refusal):
		return problem.New("photo_no_copy", "%v", refusal)
	case errors.Is(err, evidence.ErrAway):
		return away()
	case errors.Is(err, evidence.ErrAltered), errors.Is(err, evidence.ErrMissing):
		return err
	}
	return problem.New("photo_pending", "its copies are being made").In(askSoon) // or will be, once the disk has room
}

// askSoon is in how many seconds a client looks again for copies that are being made.
const askSoon = 3

// original shows what came, to whoever has the address that was given for it.
func (p photos) original(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if _, ok := p.originals.admits(e); !ok {
		return problem.New("pass_invalid", "ask for an address with POST /api/evidence/{id}/original")
	}
	sum, mime, err := store.Evidence{App: e.App}.Bytes(id)
	if err != nil {
		return err
	}
	return serve(e, p.shelf, photo{sum: sum, name: id + "-original", mime: mime, tag: sum})
}

// serve sends a file as what it is, if a browser may show that.
func serve(e *core.RequestEvent, shelf evidence.Shelf, p photo) error {
	mime := p.mime
	if !slices.Contains(shown, mime) {
		mime = "application/octet-stream" // a browser must run nothing of what came from outside
	}
	h := e.Response.Header()
	h.Set("Content-Type", mime)
	h.Add("Vary", "Authorization") // what a browser keeps of one is not for who signs in next
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, max-age=86400, immutable")
	}
	h.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", p.name+evidence.Ending(p.mime))) // what is kept of it can be opened again
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox")
	return p.send(e, shelf)
}

// shown are the types that a browser may show.
var shown = []string{evidence.JPEG, evidence.PNG, evidence.WebP, evidence.HEIC, evidence.MP4, evidence.PDF}
