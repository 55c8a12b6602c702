package route

// The sync of phones: one round trip pushes and pulls.

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"xuncha/hooks/problem"
	"xuncha/sync"
)

// Syncer answers phones.
type Syncer struct {
	App  core.App
	Desk sync.Desk
	Hub  *sync.Hub

	tickets tickets
	gate    chan struct{} // who is being answered
}

// atOnce: so many phones are answered at the same time; the others wait their turn, so
// that a thousand first syncs leave the board its part of the machine.
const atOnce = 16

// patience: a phone that waits longer is asked to come again.
const patience = 20 * time.Second

// graceDays: so long a disabled user's phone may send what it still holds.
const graceDays = 30

// Bind binds the routes of the protocol.
//
//	POST /api/sync         push and pull
//	GET  /api/sync/stream  server-sent events: the head of the user's buckets
//	POST /api/sync/ticket  a one-time ticket for the stream
func (s *Syncer) Bind(se *core.ServeEvent) {
	s.gate = make(chan struct{}, atOnce)
	se.Router.POST("/api/sync", s.sync).Bind(apis.BodyLimit(0)) // readBody stops by itself
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
		at, perr := types.ParseDateTime(e.Auth.GetString("disabled_at"))
		if perr == nil && s.Desk.Now().Before(at.Time().AddDate(0, 0, graceDays)) {
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
	body, err := readBody(e.Request.Header.Get("Content-Encoding"), asItComes(e))
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

// answer waits for its turn. What fails here may be sent again as it is.
func (s *Syncer) answer(e *core.RequestEvent, user sync.User, req sync.Request) (sync.Answer, error) {
	ctx := e.Request.Context()
	turn := time.NewTimer(patience)
	defer turn.Stop()
	select {
	case s.gate <- struct{}{}:
		defer func() { <-s.gate }()
	case <-turn.C:
		return sync.Answer{}, problem.New("busy", "too many phones sync at this moment").In(retrySeconds)
	case <-ctx.Done():
		return sync.Answer{}, ctx.Err()
	}
	answer, err := s.Desk.Answer(ctx, user, req)
	if _, known := problem.Of(err); err != nil && !known {
		e.Response.Header().Set("Retry-After", strconv.Itoa(retrySeconds))
	}
	return answer, err
}

// retrySeconds is when a phone should try again what the server could not do now.
const retrySeconds = 10

// readBody reads a request of at most MaxBody bytes after decompression.
func readBody(encoding string, in io.Reader) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
	case "gzip":
		zip, err := gzip.NewReader(in)
		if err != nil {
			return nil, problem.New("bad_encoding", "the body is not gzip: %v", err)
		}
		in = zip
	case "zstd":
		zip, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow))
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
		return nil, problem.New("push_too_large", "at most %d bytes after decompression; send half", sync.MaxBody).With("limit", sync.MaxBody)
	}
	var line *problem.Problem
	if errors.As(err, &line) {
		return nil, line
	}
	if err != nil {
		return nil, problem.New("bad_encoding", "the body cannot be read: %v", err)
	}
	return body, nil
}

// zstdWindow is what RFC 8878 asks every decoder to take, in bytes.
const zstdWindow = 8 << 20

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
	accept := e.Request.Header.Values("Accept-Encoding")
	switch {
	case len(data) < smallAnswer:
	case accepts(accept, "zstd"):
		h.Set("Content-Encoding", "zstd")
		data = zstdEncoder.EncodeAll(data, nil)
	case accepts(accept, "gzip"):
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

// accepts tells whether a coding is named, and not with the quality 0 (RFC 9110, 12.5.3).
func accepts(header []string, coding string) bool {
	for item := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(params), "=")
		value, _, _ = strings.Cut(value, ";")
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return !strings.EqualFold(strings.TrimSpace(key), "q") || err != nil || q > 0
	}
	return false
}

var zstdEncoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)) // no option can fail
