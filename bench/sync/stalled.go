package main

// Measure 7: phones that stop reading in the middle of an answer, and the others beside them.

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"xuncha/internal/phone"
	"xuncha/sync"
)

func (b *bench) stalled() error {
	const rows = 2_000 // an answer is larger than what a line holds by itself
	w, err := b.seed([]team{{1, rows}, {1, 100}})
	if err != nil {
		return err
	}
	return b.among(w, twin{}, []string{house}, func(p peers) error {
		probes, err := b.probesOf(newClient(p[house].url), w, w.crews[1].officers[0].token)
		if err != nil {
			return err
		}
		alone, err := probes.sample(b.n.samples)
		if err != nil {
			return err
		}
		var lines []*halfRead
		defer func() {
			for _, l := range lines {
				_ = l.conn.Close()
			}
		}()
		for range b.n.stopped {
			l, err := stopReading(p[house].url, w.crews[0].officers[0].token)
			if err != nil {
				return err
			}
			lines = append(lines, l)
		}
		beside, err := probes.sample(b.n.samples)
		if err != nil {
			return err
		}
		queued := unsent(p[house].url)
		left, err := b.rest(lines)
		if err != nil {
			return err
		}
		if queued >= left {
			return fmt.Errorf("the kernel held %d of the last %d bytes: the server waited for nobody", queued, left)
		}
		b.line(fmt.Sprintf("%d phones stopped reading", len(lines)), "each had at least %d KB to come, of which the kernel held at most %d KB", left>>10, queued>>10)
		for _, k := range probes.kinds {
			a, s := alone[k.name], beside[k.name]
			ratio, tail := float64(median(s))/float64(median(a)), float64(quantile(s, 0.99))/float64(quantile(a, 0.99))
			b.goal(k.name+" beside / alone, median", ratio <= 1.5, "delay nobody", "%.2fx (p99 %.2fx)", ratio, tail)
			b.line(k.name, "alone p50 %s, p99 %s; beside p50 %s, p99 %s", millis(median(a)), millis(quantile(a, 0.99)), millis(median(s)), millis(quantile(s, 0.99)))
		}
		return b.clean(w)
	})
}

// sample asks one after the other.
func (p *probes) sample(count int) (map[string][]time.Duration, error) {
	out := map[string][]time.Duration{}
	for range count {
		for _, k := range p.kinds {
			took, err := timed(k.ask)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k.name, err)
			}
			out[k.name] = append(out[k.name], took)
		}
	}
	return out, nil
}

// halfRead is a line whose phone has read the beginning of its answer.
type halfRead struct {
	conn net.Conn
	read int
}

// segment is what a line of the real net takes at once, in bytes; loopback takes 64 KB, and
// the kernel would hold the whole answer for the server.
const segment = 1400

// stopReading asks for a whole page without compression over a line that holds little, reads
// its beginning and no more.
func stopReading(address, token string) (*halfRead, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	small := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		var set error
		err := c.Control(func(fd uintptr) {
			set = errors.Join(syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10),
				syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, segment))
		})
		return errors.Join(err, set)
	}}
	conn, err := small.Dial("tcp", u.Host)
	if err != nil {
		return nil, err
	}
	body := fmt.Sprintf(`{"client":{"id":%q,"app":"bench/1","schema":1},"epoch":"","cursor":"","push":[],"pull":{"limit":%d}}`, phone.ULID(time.Now()), sync.MaxRows)
	l := &halfRead{conn: conn}
	if _, err := fmt.Fprintf(conn, "POST /api/sync HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", u.Host, token, len(body), body); err != nil {
		return l, errors.Join(err, conn.Close())
	}
	begin := make([]byte, 4<<10)
	if l.read, err = io.ReadFull(conn, begin); err != nil {
		return l, errors.Join(err, conn.Close())
	}
	if string(begin[:12]) != "HTTP/1.1 200" {
		return l, errors.Join(fmt.Errorf("%.200s", begin), conn.Close())
	}
	return l, nil
}

// unsent is the most that the kernel holds of the server's answers for one line, in bytes.
func unsent(address string) (most int64) {
	_, port, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ":")
	n, _ := strconv.Atoi(port)
	table, _ := os.ReadFile("/proc/net/tcp") // elsewhere than on Linux there is none
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) < 5 || !strings.HasSuffix(f[1], fmt.Sprintf(":%04X", n)) {
			continue
		}
		queue, _, _ := strings.Cut(f[4], ":")
		bytes, _ := strconv.ParseInt(queue, 16, 64)
		most = max(most, bytes)
	}
	return most
}

// rest reads on: every answer is whole, and more of it was to come than lines hold.
func (b *bench) rest(lines []*halfRead) (least int64, err error) {
	for i, l := range lines {
		n, err := io.Copy(io.Discard, l.conn)
		if err != nil {
			return 0, fmt.Errorf("line %d broke after %d bytes: %w", i, n, err)
		}
		if i == 0 || n < least {
			least = n
		}
	}
	return least, nil
}
