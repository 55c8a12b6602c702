package route

// The sync of phones: one round trip pushes and pulls.

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/sync"
)

// Syncer answers phones.
type Syncer struct {
	App core.App
	Key []byte // signs cursors
	Now func() time.Time
	Hub *sync.Hub

	tickets tickets
}

// graceDays: so long a disabled user's phone may send what it still holds.
const graceDays = 30

// Bind binds the routes of the protocol.
//
//	POST /api/sync         push and pull
//	GET  /api/sync/stream  server-sent events: the head of the user's buckets
//	POST /api/sync/ticket  a one-time ticket for the stream
func (s *Syncer) Bind(se *core.ServeEvent) {
	se.Router.POST("/api/sync", s.sync).Bind(apis.BodyLimit(sync.MaxBody))
	se.Router.GET("/api/sync/stream", s.stream)
	se.Router.POST("/api/sync/ticket", s.ticket)
}

// phoneUser is the user of a phone: also one disabled for less than graceDays.
func (s *Syncer) phoneUser(e *core.RequestEvent) (sync.User, error) {
	user, err := User(e)
	if err == nil {
		return sync.User{ID: user.Id}, nil
	}
	var p *problem.Problem
	if errors.As(err, &p) && p.Code() == "disabled" {
		at, perr := time.Parse(time.RFC3339Nano, e.Auth.GetString("disabled_at"))
		if perr == nil && s.Now().Before(at.AddDate(0, 0, graceDays)) {
			return sync.User{ID: e.Auth.Id, Disabled: true}, nil
		}
	}
	return sync.User{}, err
}

func (s *Syncer) sync(e *core.RequestEvent) error {
	user, err := s.phoneUser(e)
	if err != nil {
		return err
	}
	body, err := readBody(e.Request)
	if err != nil {
		return err
	}
	req, err := sync.ReadRequest(body)
	if err != nil {
		return err
	}
	answer, err := s.answer(e, user, req)
	if err != nil {
		return err
	}
	return writeCompressed(e, answer)
}

// answer pushes first and pulls then, so that a phone reads its own writes.
func (s *Syncer) answer(e *core.RequestEvent, user sync.User, req sync.Request) (sync.Answer, error) {
	answer := sync.Answer{Now: s.Now().UTC().Format("2006-01-02T15:04:05.000Z"), Results: []sync.Result{}, Changes: []sync.Change{}}
	var state sync.State
	err := store.InRead(e.App, func(r store.Reader) (err error) {
		state, err = r.State()
		return err
	})
	if err != nil {
		return answer, err
	}
	answer.Epoch, answer.Head, answer.Durable = state.Epoch, state.Head, state.Head
	if req.Epoch != state.Epoch && (req.Epoch != "" || req.Cursor != "") {
		answer.Reset = &sync.Reset{Reason: sync.ResetEpoch} // alone: nothing applied, no rows
		return answer, nil
	}
	pushed, err := sync.Push(e.Request.Context(), store.Books{App: e.App, Now: s.Now}, user, req.Client.ID, req.Push)
	if err != nil {
		return answer, err
	}
	answer.Applied, answer.Code, answer.Results, answer.Reset = pushed.Applied, pushed.Code, pushed.Results, pushed.Reset
	if answer.Reset != nil {
		return answer, nil
	}
	return answer, s.pull(e.App, user, req, &answer)
}

func (s *Syncer) pull(app core.App, user sync.User, req sync.Request, answer *sync.Answer) error {
	if user.Disabled {
		answer.Reset = &sync.Reset{Reason: sync.ResetDisabled}
		return nil
	}
	if req.Pull == nil {
		answer.Cursor = req.Cursor
		return nil
	}
	return store.InRead(app, func(r store.Reader) error {
		page, err := sync.Puller{Feed: r, Key: s.Key}.Page(user.ID, req.Client, req.Cursor, *req.Pull)
		if err != nil {
			return err
		}
		answer.Changes, answer.Cursor, answer.More = page.Changes, page.Cursor, page.More
		answer.Head, answer.Durable, answer.Digest, answer.Reset = page.Head, page.Head, page.Digest, page.Reset
		return nil
	})
}

// readBody reads a request of at most MaxBody bytes after decompression.
func readBody(req *http.Request) ([]byte, error) {
	var in io.Reader = req.Body
	switch encoding := strings.ToLower(req.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		zip, err := gzip.NewReader(req.Body)
		if err != nil {
			return nil, problem.New("bad_encoding", "the body is not gzip: %v", err)
		}
		in = zip
	case "zstd":
		zip, err := zstd.NewReader(req.Body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*sync.MaxBody))
		if err != nil {
			return nil, problem.New("bad_encoding", "the body is not zstd: %v", err)
		}
		defer zip.Close()
		in = zip
	default:
		return nil, problem.New("bad_encoding", "Content-Encoding %q; gzip and zstd are understood", encoding)
	}
	body, err := io.ReadAll(io.LimitReader(in, sync.MaxBody+1))
	if len(body) > sync.MaxBody {
		return nil, problem.New("push_too_large", "at most %d bytes after decompression; send half", sync.MaxBody)
	}
	if err != nil {
		return nil, problem.New("bad_encoding", "the body cannot be read: %v", err)
	}
	return body, nil
}

// smallAnswer: bytes below which compressing an answer gains nothing.
const smallAnswer = 1 << 10

// writeCompressed sends an answer, zstd if the phone accepts it, else gzip. It is
// complete in memory before the first byte is sent: no database waits for a slow line.
func writeCompressed(e *core.RequestEvent, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := e.Response.Header()
	h.Set("Content-Type", "application/json")
	h.Add("Vary", "Accept-Encoding")
	accept := e.Request.Header.Get("Accept-Encoding")
	switch {
	case len(data) < smallAnswer:
	case strings.Contains(accept, "zstd"):
		h.Set("Content-Encoding", "zstd")
		data = zstdEncoder.EncodeAll(data, nil)
	case strings.Contains(accept, "gzip"):
		h.Set("Content-Encoding", "gzip")
		var b bytes.Buffer
		zip, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is valid
		_, err := zip.Write(data)
		if err := errors.Join(err, zip.Close()); err != nil {
			return err
		}
		data = b.Bytes()
	}
	_, err = e.Response.Write(data)
	return err
}

var zstdEncoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)) // no option can fail
