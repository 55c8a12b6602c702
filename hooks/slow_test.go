package hooks_test

// Slow lines: hundreds that send a byte a second, or ask for much and stop reading, take
// nothing from the others, and all of them end; a photo over a bad network lives.

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	stdsync "sync"
	"syscall"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/hooks/route"
	"xuncha/internal/house"
)

const (
	slowSenders = 200
	slowReaders = 125
	halfOpen    = 40
)

// patience is the pace of the test: short in every run, longer where time is given.
func patience() time.Duration {
	if os.Getenv("SLOW_SOAK") != "" {
		return 20 * time.Second
	}
	return 4 * time.Second
}

// large is a house with an answer of megabytes: cases with much text, all of one inspector.
func large(t *testing.T, p route.Pace) (*house.House, house.User, house.User) {
	t.Helper()
	h := house.With(t, t.TempDir(), hooks.Config{Now: time.Now, Intake: unlimited, Limits: route.Limits{Strangers: -1}, Pace: p})
	agency := h.Agency("甲县分局", "990101")
	desk, field := h.User("dispatcher", agency, "王丽"), h.User("inspector", agency, "李强")
	text := strings.Repeat("工厂夜间排放刺鼻气味，", 700)
	for i := range 200 {
		h.Record("cases", map[string]any{
			"number": fmt.Sprintf("S-%04d", i), "status": "inspecting", "round": 1, "source": "web", "agency": agency, "division_code": "990101",
			"pollution_types": []string{"air"}, "title": "恶臭", "text": text, "text_length": 7700, "address": "化工路3号", "inspectors": []string{field.ID},
			"location": map[string]any{"lon": 116.4, "lat": 39.9}, "identity_mode": "anonymous", "received_at": "2026-11-20T01:00:00.000Z",
			"due_strict": "2026-12-05", "supervision_level": "none",
		})
	}
	return h, desk, field
}

// line is one connection whose receive buffer is small, so that a server notices who stops.
func line(t *testing.T, h *house.House) net.Conn {
	t.Helper()
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	conn, err := d.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// dribble sends a request whose body comes a byte a second, until the server ends it.
func dribble(ctx context.Context, conn net.Conn, path, token string) {
	_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n{", path, token)
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			_, err = conn.Write([]byte(" "))
		}
	}
}

// median is the middle of how long an ordinary request takes, one each 50 ms.
func median(t *testing.T, h *house.House, token string, during time.Duration) time.Duration {
	t.Helper()
	var (
		mu   stdsync.Mutex
		took []time.Duration
		all  stdsync.WaitGroup
	)
	for i := range int(during / (50 * time.Millisecond)) {
		all.Go(func() {
			path := []string{"/api/cases?per_page=1", "/healthz", "/api/devices"}[i%3]
			begun := time.Now()
			status, _ := h.Raw("GET", path, map[string]string{"Authorization": token}, nil)
			mu.Lock()
			defer mu.Unlock()
			if took = append(took, time.Since(begun)); status != http.StatusOK {
				t.Errorf("%s: %d", path, status)
			}
		})
		time.Sleep(50 * time.Millisecond)
	}
	all.Wait()
	slices.Sort(took)
	return took[len(took)/2]
}

// stopReading asks for large answers, a few at once, and reads one byte of each.
func stopReading(t *testing.T, h *house.House, token string) []net.Conn {
	t.Helper()
	rows := 20
	if os.Getenv("SLOW_SOAK") != "" {
		rows = 2000
	}
	hello := fmt.Sprintf(`{"client":{"id":"01JD00000000000000000S0001","schema":1},"pull":{"limit":%d}}`, rows)
	readers := make([]net.Conn, slowReaders)
	turns := make(chan struct{}, 4)
	var all stdsync.WaitGroup
	for i := range readers {
		readers[i] = line(t, h)
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			if i%5 != 0 { // a page of a megabyte, which the system's own buffers may take whole
				_, _ = fmt.Fprintf(readers[i], "POST /api/sync HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s", token, len(hello), hello)
			} else {
				_, _ = fmt.Fprintf(readers[i], "GET /api/cases?per_page=200 HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n", token)
			}
			if _, err := readers[i].Read(make([]byte, 1)); err != nil {
				t.Errorf("no answer: %v", err)
			}
		})
	}
	all.Wait()
	return readers
}

func TestSlowLinesTakeNothingFromOthersAndEnd(t *testing.T) {
	wait := patience()
	h, desk, field := large(t, route.Pace{Header: wait, Body: wait, Write: wait, Idle: wait})
	idle := median(t, h, desk.Token, time.Second)
	http.DefaultClient.CloseIdleConnections()
	time.Sleep(100 * time.Millisecond)
	before, begun := runtime.NumGoroutine(), time.Now()
	readers := stopReading(t, h, field.Token)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var senders stdsync.WaitGroup
	paths := []string{"/api/sync", "/api/complaints", "/api/collections/actions/records"}
	for i := range slowSenders {
		conn := line(t, h)
		senders.Go(func() { dribble(ctx, conn, paths[i%3], field.Token) })
	}
	for i := range halfOpen {
		_, _ = io.WriteString(line(t, h), []string{"", "GET /api/ca"}[i%2])
	}
	during := median(t, h, desk.Token, wait/2)
	t.Logf("median %v idle, %v beside %d slow lines (%.1f times)", idle, during, slowSenders+slowReaders+halfOpen, float64(during)/float64(idle))
	if during > 100*time.Millisecond {
		t.Errorf("the median is %v beside slow lines", during)
	}
	http.DefaultClient.CloseIdleConnections()
	for range 200 {
		time.Sleep(wait / 50)
		if runtime.NumGoroutine() <= before+5 {
			break
		}
	}
	ended := time.Since(begun).Round(100 * time.Millisecond)
	if runtime.NumGoroutine() > before+5 {
		t.Errorf("%d goroutines before, %d after the slow ones should have ended", before, runtime.NumGoroutine())
	}
	cut := 0
	for _, conn := range readers {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		first := io.MultiReader(strings.NewReader("H"), conn)
		if res, err := http.ReadResponse(bufio.NewReader(first), nil); err != nil {
			cut++
		} else if _, err := io.Copy(io.Discard, res.Body); err != nil {
			cut++
		}
	}
	t.Logf("%d of %d who stopped reading were cut; all ended after %v", cut, slowReaders, ended)
	if cut < slowReaders/5 {
		t.Errorf("only %d who stopped reading were cut", cut)
	}
	cancel()
	senders.Wait()
}

func TestWhoSendsTooSlowlyIsTold(t *testing.T) {
	h, _, field := large(t, route.Pace{Body: time.Second})
	for _, path := range []string{"/api/sync", "/api/complaints", "/api/collections/actions/records", "/api/devices"} {
		conn := line(t, h)
		ctx, cancel := context.WithCancel(t.Context())
		go dribble(ctx, conn, path, field.Token)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: no answer: %v", path, err)
			cancel()
			continue
		}
		data, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusRequestTimeout || !contains(data, `"body_too_slow"`) || contains(data, "127.0.0.1") {
			t.Errorf("%s: %d %s", path, res.StatusCode, data)
		}
		cancel()
	}
}

// A photo whose bytes trickle for longer than the time for a whole body arrives; one whose
// line hangs is cut and goes on later.
func TestAPhotoOverABadLineLives(t *testing.T) {
	h, _, field := large(t, route.Pace{Body: time.Second})
	data := []byte("nine byte")
	res, _ := tus(t, h, "POST", route.UploadPath, field.Token, map[string]string{"Upload-Length": "9", "Upload-Metadata": sha(string(data))}, nil)
	path := strings.TrimPrefix(res.Header.Get("Location"), h.URL)
	begin := func(offset, length int) net.Conn {
		conn := line(t, h)
		_, _ = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n",
			path, field.Token, offset, length)
		return conn
	}
	hangs := begin(0, 9)
	_, _ = hangs.Write(data[:1])
	begun := time.Now()
	_, _ = io.Copy(io.Discard, hangs)
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("a line that hangs is cut after %v", took)
	}
	head, _ := tus(t, h, "HEAD", path, field.Token, nil, nil)
	if head.Header.Get("Upload-Offset") != "1" {
		t.Fatalf("the byte that came is not kept: %v", head.Header)
	}
	trickles := begin(1, 8)
	for _, b := range data[1:] {
		time.Sleep(400 * time.Millisecond)
		if _, err := trickles.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	last, err := http.ReadResponse(bufio.NewReader(trickles), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(last.Body)
	if last.StatusCode != http.StatusUnsupportedMediaType && last.StatusCode != http.StatusNoContent { // nine bytes are no photo
		t.Errorf("%d %s", last.StatusCode, bytes.TrimSpace(body))
	}
}

// A stream says nothing for minutes; neither the time for a question nor that for a piece of
// an answer ends it.
func TestAStreamOutlivesTheTimeForAQuestion(t *testing.T) {
	h, desk, field := large(t, route.Pace{Body: time.Second, Write: time.Second})
	var id string
	if err := h.App.DB().NewQuery("SELECT id FROM cases LIMIT 1").Row(&id); err != nil {
		t.Fatal(err)
	}
	conn := line(t, h)
	_, _ = fmt.Fprintf(conn, "GET /api/sync/stream HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n", field.Token)
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	events := bufio.NewScanner(res.Body)
	heads := 0
	for events.Scan() {
		if !strings.HasPrefix(events.Text(), "data: ") {
			continue
		}
		if heads++; heads == 2 {
			return
		}
		time.Sleep(2500 * time.Millisecond)
		act(t, h, desk, id, "note", map[string]any{"text": "说明"})
	}
	t.Errorf("the stream ended after %d heads: %v", heads, events.Err())
}
