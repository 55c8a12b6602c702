package main

// The client of all measures: it reads an answer whole, decompresses it, and cuts out the
// few values that it needs. It is the same for every server, so that what is measured is the
// server; what a phone does with an answer is measured beside it with package phone.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	stdsync "sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"

	"xuncha/internal/phone"
	"xuncha/sync"
)

// client speaks to one server.
type client struct {
	url      string
	http     *http.Client
	wire     atomic.Int64 // bytes read and written, headers too
	decoders stdsync.Pool
}

func newClient(url string) *client {
	c := &client{url: url}
	c.decoders.New = func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
		if err != nil {
			panic(err) // the options are valid
		}
		return d
	}
	c.http = &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 1 << 16, DisableCompression: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &counted{conn, &c.wire}, nil
		},
	}}
	return c
}

func (c *client) close() { c.http.CloseIdleConnections() }

// counted is a connection whose bytes are counted.
type counted struct {
	net.Conn
	bytes *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

// later is a refusal that says when to come again.
type later struct{ after time.Duration }

func (l later) Error() string { return fmt.Sprintf("come again after %v", l.after) }

// buffers of one who speaks; an answer is valid until his next.
type buffers struct{ raw, text bytes.Buffer }

// do sends a request and returns the answer's body.
func (c *client) do(b *buffers, method, path, token string, body []byte) ([]byte, error) {
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Encoding", "zstd, gzip")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b.raw.Reset()
	if _, err := b.raw.ReadFrom(res.Body); err != nil {
		return nil, err
	}
	text := b.raw.Bytes()
	switch coding := res.Header.Get("Content-Encoding"); coding {
	case "":
	case "zstd":
		d := c.decoders.Get().(*zstd.Decoder)
		defer c.decoders.Put(d)
		if text, err = d.DecodeAll(text, b.text.AvailableBuffer()); err != nil {
			return nil, err
		}
		b.text = *bytes.NewBuffer(text[:0])
	default:
		return nil, fmt.Errorf("%s %s: coding %s", method, path, coding)
	}
	return text, statusOf(res, method, path, text)
}

func statusOf(res *http.Response, method, path string, text []byte) error {
	switch {
	case res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusServiceUnavailable:
		seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
		if err != nil {
			return fmt.Errorf("%s %s: %d without a time to come again", method, path, res.StatusCode)
		}
		return later{time.Duration(seconds) * time.Second}
	}
	return fmt.Errorf("%s %s: %d %.300s", method, path, res.StatusCode, text)
}

// cut is the text after name until the next quotation mark. Inside the text of a document
// quotation marks are escaped, so a name with its own is one. It is looked for where an
// answer begins and ends before its documents are gone through.
func cut(body []byte, name string) []byte {
	rest := after(body, name)
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return nil
	}
	return rest[:end]
}

func after(body []byte, name string) []byte {
	const edge = 2 << 10
	n := []byte(name)
	if i := bytes.Index(body[:min(edge, len(body))], n); i >= 0 {
		return body[i+len(n):]
	}
	if i := bytes.LastIndex(body, n); i >= 0 {
		return body[i+len(n):]
	}
	return nil
}

// raw is a phone that stores nothing but where it stands.
type raw struct {
	*client
	token, id, epoch, cursor string
	n                        int64
	at                       string
	more                     bool
	again                    int // how often it was told to come again
	buffers
	out bytes.Buffer
}

func (c *client) raw(token string) *raw {
	now := time.Now()
	return &raw{client: c, token: token, id: phone.ULID(now), at: now.Format(time.RFC3339)}
}

// patch adds an edit of one text field to the next request.
func (r *raw) patch(record, field, value, base string) {
	r.add(`"patch"`, record, fmt.Sprintf(`{%q:%q}`, field, value), fmt.Sprintf(`{%q:%q}`, field, base))
}

// create adds a new record.
func (r *raw) create(record string, set []byte) { r.add(`"create"`, record, string(set), `{}`) }

func (r *raw) add(op, record, set, base string) {
	if r.out.Len() > 0 {
		r.out.WriteByte(',')
	}
	r.n++
	fmt.Fprintf(&r.out, `{"n":%d,"id":%q,"op":%s,"collection":"inspections","record":%q,"set":%s,"base":%s,"at":%q,"mono":%d}`,
		r.n, phone.ULID(time.Now()), op, record, set, base, r.at, r.n)
}

// round is one round trip: what was added is pushed, and pulled as asked. It comes again
// when it is told to.
func (r *raw) round(pull bool) ([]byte, error) {
	ask := "null"
	if pull {
		ask = fmt.Sprintf(`{"limit":%d,"digest":false}`, sync.MaxRows)
	}
	body := fmt.Appendf(nil, `{"client":{"id":%q,"app":"bench/1","schema":1},"epoch":%q,"cursor":%q,"push":[%s],"pull":%s}`,
		r.id, r.epoch, r.cursor, r.out.Bytes(), ask)
	text, err := r.do(&r.buffers, http.MethodPost, "/api/sync", r.token, body)
	for l := (later{}); errors.As(err, &l); r.again++ {
		time.Sleep(l.after)
		text, err = r.do(&r.buffers, http.MethodPost, "/api/sync", r.token, body)
	}
	if err != nil {
		return nil, err
	}
	r.out.Reset()
	if reset := after(text, `"reset":`); reset != nil && !bytes.HasPrefix(reset, []byte("null")) {
		return text, fmt.Errorf("reset: %.100s", reset)
	}
	r.epoch, r.cursor = string(cut(text, `"epoch":"`)), string(cut(text, `"cursor":"`))
	r.more = bytes.HasPrefix(after(text, `"more":`), []byte("true"))
	return text, nil
}

// whole pulls until nothing is left and returns how many documents came; each sees each page.
func (r *raw) whole(each func(page []byte)) (rows int, err error) {
	for {
		text, err := r.round(true)
		if err != nil {
			return rows, err
		}
		rows += bytes.Count(text, []byte(`"versions":`))
		if each != nil {
			each(text)
		}
		if !r.more {
			return rows, nil
		}
	}
}

// all wants every mutation answered with one outcome, and returns the versions of their fields.
func all(text []byte, outcome string, count int) ([]string, error) {
	if got := bytes.Count(text, []byte(`"outcome":"`+outcome+`"`)); got != count {
		results := after(text, `"results":`)
		return nil, fmt.Errorf("%d of %d mutations were answered %s: %.300s", got, count, outcome, results)
	}
	var versions []string
	for rest := text; len(versions) < count; {
		_, next, found := bytes.Cut(rest, []byte(`"version":"`))
		if !found {
			return nil, fmt.Errorf("%d of %d versions", len(versions), count)
		}
		versions = append(versions, string(next[:bytes.IndexByte(next, '"')]))
		rest = next
	}
	return versions, nil
}
