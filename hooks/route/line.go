package route

// An open line of server-sent events: it waits nearly always, thousands of them at once.

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"xuncha/sync"
)

const (
	heartbeat = 25 * time.Second // at the latest something is sent
	spread    = 5 * time.Second  // so much earlier, by chance: lines that were opened together do not beat together
)

// Bounds of when a phone is to connect anew after its line ended, each its own time: a
// restart is not followed by all of them at once.
const (
	soonest = 1 * time.Second
	latest  = 10 * time.Second
)

// line is one phone's connection.
type line struct {
	conn     net.Conn
	listener *sync.Listener
	event    string       // until the head
	out      []byte       // to be sent
	writes   atomic.Int64 // odd while something is written
	due      atomic.Bool  // a heartbeat
	seen     int64        // writes at the last beat
	beat     *time.Timer
}

// newLine begins the answer; header is what stands in it beside the stream's own lines.
func newLine(conn net.Conn, l *sync.Listener, epoch string, header http.Header) *line {
	h := header.Clone()
	for name, value := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Connection": "close",
	} {
		h.Set(name, value)
	}
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = h.Write(&b) // memory takes everything
	retry := soonest + rand.N(latest-soonest)
	fmt.Fprintf(&b, "\r\nretry: %d\n\n", retry.Milliseconds())
	return &line{conn: conn, listener: l, event: fmt.Sprintf("event: head\ndata: {\"epoch\":%q,\"head\":", epoch), out: b.Bytes()}
}

// serve keeps the line until the phone leaves, its user may not listen any more, or the
// log-in ends.
func (w *line) serve(left time.Duration) {
	login := time.AfterFunc(left, w.listener.End)
	defer login.Stop()
	defer func() { _ = w.conn.Close() }()
	go w.watch()
	w.beat = time.AfterFunc(time.Hour, w.tick)
	w.beat.Reset(heartbeat - rand.N(spread))
	defer w.beat.Stop()
	_ = w.follow() // an error says that the phone is gone; it comes again by itself
}

// watch ends the line when the phone leaves it. It has nothing to say on it either.
func (w *line) watch() {
	var b [1]byte
	_, _ = w.conn.Read(b[:])
	w.listener.End()
}

// tick asks for a heartbeat. A line that has been at one write since the last takes nothing
// any more; it would never notice that the log-in behind it has ended.
func (w *line) tick() {
	writes := w.writes.Load()
	if writes%2 == 1 && writes == w.seen {
		_ = w.conn.Close()
		return
	}
	w.seen = writes
	w.due.Store(true)
	w.listener.Signal()
	w.beat.Reset(heartbeat - rand.N(spread))
}

// follow sends a head now and whenever it has risen, and heartbeats.
func (w *line) follow() error {
	for sent := int64(-1); ; <-w.listener.C {
		head, ended := w.listener.Head()
		if ended {
			return nil
		}
		beat := w.due.Swap(false)
		switch {
		case head > sent:
			w.out = append(w.out, w.event...)
			w.out = strconv.AppendInt(w.out, head, 10)
			w.out = append(w.out, "}\n\n"...)
			sent = head
		case beat:
			w.out = append(w.out, ": \n\n"...)
		default:
			continue
		}
		if err := w.send(); err != nil {
			return err
		}
	}
}

func (w *line) send() error {
	w.writes.Add(1)
	_, err := w.conn.Write(w.out)
	w.writes.Add(1)
	if w.out = w.out[:0]; cap(w.out) > 256 {
		w.out = nil // the header was larger than any event
	}
	return err
}
