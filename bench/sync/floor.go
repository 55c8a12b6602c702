package main

// The floor: what a first sync costs without a framework. Bare net/http and the SQLite
// driver over a copy of our own file: the same pages, a check of the token, the same
// compression. It merges nothing, keeps nothing, signs no cursor and knows no scope.

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	stdsync "sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"xuncha/sync"
)

// floorPage reads a bucket from a position on, by the index and the ids that our own pages
// read by. Where ours learn a better way this one has to learn it too.
const floorPage = `SELECT f.collection, f.record, f.seq, f.gone, f.reason, d.doc, d.versions FROM sync_feed f
	LEFT JOIN sync_doc d ON d.id = f.doc
	WHERE f.bucket = ? AND (f.seq, f.collection, f.record) > (?, ?, ?) AND f.gone = ''
	ORDER BY f.seq, f.collection, f.record LIMIT ? + 0`

type floorServer struct {
	page    *sql.Stmt
	buckets map[string][]string // by user
	zip     *zstd.Encoder
	buffers stdsync.Pool
}

func (s serving) floor() error {
	db, err := sql.Open("sqlite", filepath.Join(s.dir, "data.db")+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
	if err != nil {
		return err
	}
	f := floorServer{buckets: map[string][]string{}, buffers: stdsync.Pool{New: func() any { return new(floorBuffers) }}}
	if f.zip, err = zstd.NewWriter(nil, zstd.WithWindowSize(1<<20), zstd.WithEncoderLevel(zstd.SpeedFastest)); err != nil { // as ours
		return err
	}
	if f.page, err = db.Prepare(floorPage); err != nil {
		return err
	}
	if err := f.learn(db); err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(f.answer), ReadHeaderTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(s.ln) }()
	s.ready()
	select {
	case err := <-done:
		return err
	case <-s.ended:
	}
	return errors.Join(server.Shutdown(context.Background()), f.page.Close(), db.Close())
}

// learn reads once which buckets each user holds; his own come first.
func (f *floorServer) learn(db *sql.DB) error {
	rows, err := db.Query(`SELECT user, bucket FROM sync_grant WHERE active = 1 ORDER BY user, bucket DESC`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var user, bucket string
		if err := rows.Scan(&user, &bucket); err != nil {
			return err
		}
		f.buckets[user] = append(f.buckets[user], bucket)
	}
	return rows.Err()
}

// floorBuffers are used again and again.
type floorBuffers struct{ text, zip []byte }

func (f *floorServer) answer(w http.ResponseWriter, r *http.Request) {
	user, ok := floorUser(r.Header.Get("Authorization"))
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	b := f.buffers.Get().(*floorBuffers)
	defer f.buffers.Put(b)
	body, err := io.ReadAll(io.LimitReader(r.Body, sync.MaxBody))
	if err == nil {
		err = f.write(r.Context(), b, user, string(cut(body, `"cursor":"`)))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	out := b.text
	if strings.Contains(r.Header.Get("Accept-Encoding"), "zstd") {
		w.Header().Set("Content-Encoding", "zstd")
		b.zip = f.zip.EncodeAll(b.text, b.zip[:0])
		out = b.zip
	}
	_, _ = w.Write(out) // whoever left asks again
}

// floorPlace is where a client stands: in which bucket, after which row.
type floorPlace struct {
	bucket             int
	seq                int64
	collection, record string
}

func readPlace(s string) (p floorPlace) {
	part := strings.SplitN(s, ".", 4)
	if len(part) == 4 {
		p.bucket, _ = strconv.Atoi(part[0])
		p.seq, _ = strconv.ParseInt(part[1], 10, 64)
		p.collection, p.record = part[2], part[3]
	}
	return p
}

func (p floorPlace) String() string {
	return fmt.Sprintf("%d.%d.%s.%s", p.bucket, p.seq, p.collection, p.record)
}

// write writes one page, in the form of ours.
func (f *floorServer) write(ctx context.Context, b *floorBuffers, user, cursor string) error {
	at, rows, more := readPlace(cursor), 0, false
	b.text = append(b.text[:0], `{"epoch":"floor","now":"","code":"","applied":0,"results":[],"changes":[`...)
	for buckets := f.buckets[user]; at.bucket < len(buckets) && !more; {
		var err error
		if rows, more, err = f.bucket(ctx, b, buckets[at.bucket], &at, rows); err != nil {
			return err
		}
		if !more {
			at = floorPlace{bucket: at.bucket + 1}
		}
	}
	b.text = append(b.text, `],"cursor":"`...)
	b.text = append(b.text, at.String()...)
	b.text = fmt.Appendf(b.text, `","more":%t,"head":0,"durable":0,"digest":null,"reset":null}`, more)
	return nil
}

// bucket writes rows of one bucket until the page is full.
func (f *floorServer) bucket(ctx context.Context, b *floorBuffers, name string, at *floorPlace, written int) (int, bool, error) {
	rows, err := f.page.QueryContext(ctx, name, at.seq, at.collection, at.record, sync.MaxRows-written+1)
	if err != nil {
		return written, false, err
	}
	defer func() { _ = rows.Close() }()
	var collection, record, seq, gone, reason, doc, versions sql.RawBytes
	for rows.Next() {
		if written == sync.MaxRows || len(b.text) > sync.MaxPage {
			return written, true, nil
		}
		if err := rows.Scan(&collection, &record, &seq, &gone, &reason, &doc, &versions); err != nil {
			return written, false, err
		}
		if written > 0 {
			b.text = append(b.text, ',')
		}
		for _, part := range []struct {
			name  string
			value []byte
		}{
			{`{"collection":"`, collection},
			{`","record":"`, record},
			{`","seq":`, seq},
			{`,"doc":`, doc},
			{`,"versions":`, versions},
		} {
			b.text = append(append(b.text, part.name...), part.value...)
		}
		b.text = append(b.text, '}')
		written++
		at.seq, err = strconv.ParseInt(string(seq), 10, 64)
		if err != nil {
			return written, false, err
		}
		at.collection, at.record = string(collection), string(record)
	}
	return written, false, rows.Err()
}

// floorSecret signs the tokens of the floor; it stands on the bench's own machine only.
var floorSecret = []byte("the floor of the bench")

func floorSign(text string) string {
	mac := hmac.New(sha256.New, floorSecret)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// floorToken is a JWT as the other servers give one.
func floorToken(user string, until time.Time) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d,"id":%q}`, until.Unix(), user))
	return text + "." + floorSign(text)
}

// floorUser checks a token: its signature, and its time.
func floorUser(token string) (user string, ok bool) {
	end := strings.LastIndexByte(token, '.')
	if end < 0 || !hmac.Equal([]byte(token[end+1:]), []byte(floorSign(token[:end]))) {
		return "", false
	}
	_, payload, _ := strings.Cut(token[:end], ".")
	claims, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return "", false
	}
	_, rest, _ := bytes.Cut(claims, []byte(`"exp":`))
	digits, _, _ := bytes.Cut(rest, []byte(","))
	until, err := strconv.ParseInt(string(digits), 10, 64)
	return string(cut(claims, `"id":"`)), err == nil && time.Now().Unix() < until
}
