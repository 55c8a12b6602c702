package hooks_test

// What stands below the protocol: compressed bodies, and connections that outlive a refusal.

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

func gzipped(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t *testing.T, body string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(body), nil))
}

func TestABodyIsReadOnceHoweverItIsCompressed(t *testing.T) {
	h := house.New(t)
	u := h.User("inspector", h.Agency("here", "990101"), "李强")
	hello := `{"client":{"id":"` + phone.ULID(time.Now()) + `","schema":1},"pull":{"limit":10}}`
	large := `{"pull":{"limit":10},"x":"` + spaces(sync.MaxBody) + `"}`
	for _, c := range []struct {
		name, encoding, body string
		status               int
		code                 string
	}{
		{"plain", "", hello, 200, `"code":""`},
		{"gzip", "gzip", gzipped(t, hello), 200, `"code":""`},
		{"zstd", "zstd", zstded(t, hello), 200, `"code":""`},
		{"two gzip members are one body", "gzip", gzipped(t, hello[:9]) + gzipped(t, hello[9:]), 200, `"code":""`},
		{"two zstd frames are one body", "zstd", zstded(t, hello[:9]) + zstded(t, hello[9:]), 200, `"code":""`},
		{"gzip that swells", "gzip", gzipped(t, large), 413, "push_too_large"},
		{"zstd that swells", "zstd", zstded(t, large), 413, "push_too_large"},
		{"gzip cut off", "gzip", gzipped(t, hello)[:30], 400, "bad_encoding"},
		{"zstd cut off", "zstd", zstded(t, hello)[:30], 400, "bad_encoding"},
		{"zstd with a tail of rubbish", "zstd", zstded(t, hello) + "tail", 400, "bad_encoding"},
		{"zstd with a window of 16 MiB", "zstd", "\x28\xb5\x2f\xfd\x00\x70\x01\x00\x00", 400, `"limit":8388608`},
		{"not zstd", "zstd", hello, 400, "bad_encoding"},
		{"an encoding nobody knows", "br", hello, 400, "bad_encoding"},
	} {
		head := map[string]string{"Authorization": u.Token, "Content-Type": "application/json", "Content-Encoding": c.encoding}
		status, data := h.Raw("POST", "/api/sync", head, reader(c.body))
		if status != c.status || !contains(data, c.code) {
			t.Errorf("%s: %d %.300s, want %d %s", c.name, status, data, c.status, c.code)
		}
	}
}

// A large answer is compressed while its rows are still being read. It is the same in each
// coding, also where one after another uses what compressed the one before.
func TestALargeAnswerIsTheSameInEachCoding(t *testing.T) {
	f := inField(t)
	for i := range 150 {
		f.h.Record("inspections", map[string]any{
			"case": f.mine, "round": 1, "started_at": "2026-11-23T09:30:00+08:00", "created_by": f.a.ID,
			"findings": fmt.Sprint(i, strings.Repeat("现场有刺鼻气味，", 200+i)),
		})
	}
	changes := func(coding string) string {
		hello := `{"client":{"id":"` + phone.ULID(time.Now()) + `","schema":1},"epoch":"","cursor":"","push":[],"pull":{"limit":2000}}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.h.URL+"/api/sync", reader(hello))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {f.a.Token}, "Content-Type": {"application/json"}, "Accept-Encoding": {coding}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data := uncoded(t, res)
		from, to := bytes.Index(data, []byte(`"changes":`)), bytes.LastIndex(data, []byte(`"cursor":`))
		if from < 0 || to < from || !json.Valid(data) {
			t.Fatalf("%s: no answer: %.300s", coding, data)
		}
		return string(data[from:to])
	}
	want := changes("identity")
	if len(want) < 512<<10 {
		t.Fatalf("%d bytes are no large answer", len(want))
	}
	for range 2 {
		for _, coding := range []string{"zstd", "gzip", "identity"} {
			if got := changes(coding); got != want {
				t.Errorf("%s: %d bytes, want %d", coding, len(got), len(want))
			}
		}
	}
}

// A refusal may come before the body was read to its end. The connection is then closed,
// or goes on with the next request: the rest of a body is never taken for one.
func TestTheRestOfARefusedBodyIsNoRequest(t *testing.T) {
	h := house.New(t)
	u := h.User("inspector", h.Agency("here", "990101"), "李强")
	for _, path := range []string{"/api/sync", "/api/complaints", "/api/devices", "/api/evidence/upload/", "/api/collections/actions/records", "/api/nowhere"} {
		for _, size := range []int{60 << 10, 300 << 10, 5 << 20, 33 << 20} {
			for _, token := range []string{"", u.Token} {
				t.Run(fmt.Sprintf("%s %d KiB %v", path, size>>10, token != ""), func(t *testing.T) { nextRequest(t, h, path, token, size) })
			}
		}
	}
}

// nextRequest sends a large body and, behind it on the same connection, a request whose
// answer is known.
func nextRequest(t *testing.T, h *house.House, path, token string, size int) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	go func() { // the server may close while this is written
		_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, token, size)
		_, _ = io.WriteString(conn, strings.Repeat("x", size))
		_, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	}()
	in := bufio.NewReader(conn)
	first, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	if _, err := io.Copy(io.Discard, first.Body); err != nil {
		t.Fatal(err)
	}
	if first.StatusCode < 400 || first.StatusCode >= 500 {
		t.Errorf("rubbish is answered %d", first.StatusCode)
	}
	if first.Close {
		return
	}
	second, err := http.ReadResponse(in, nil)
	if err == nil && second.StatusCode != http.StatusOK {
		t.Errorf("the connection was left open (first answer %d) and the next request answered %d", first.StatusCode, second.StatusCode)
	}
}
