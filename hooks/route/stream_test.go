package route

// A line that takes nothing: its stream ends by itself.

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/sync"
)

// stuck is a connection whose other side reads nothing more after some events.
type stuck struct {
	header http.Header
	takes  int
	ended  chan struct{}
}

func (s *stuck) Header() http.Header { return s.header }
func (s *stuck) WriteHeader(int)     {}
func (s *stuck) Flush()              {}

func (s *stuck) Write(p []byte) (int, error) {
	if s.takes--; s.takes >= 0 {
		return len(p), nil
	}
	<-s.ended
	return 0, errors.New("i/o timeout")
}

func (s *stuck) SetWriteDeadline(at time.Time) error {
	if !at.IsZero() {
		close(s.ended)
	}
	return nil
}

func TestALineThatTakesNothingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		phone := &stuck{header: http.Header{}, takes: 3, ended: make(chan struct{})}
		w := line{phone, http.NewResponseController(phone)}
		if err := w.open(); err != nil {
			t.Fatal(err)
		}
		hub := &sync.Hub{}
		l := hub.Listen("ann", []string{"u:ann"})
		begun := time.Now()
		err := w.follow(context.Background(), "e1", l)
		if err == nil || phone.takes != -1 {
			t.Errorf("%v after %d events", err, 3-phone.takes)
		}
		if took := time.Since(begun); took > 3*heartbeat+writeLimit {
			t.Errorf("it took %s", took)
		}
	})
}

func TestACodingWithQualityZeroIsNotSent(t *testing.T) {
	for header, want := range map[string][2]bool{
		"":                           {false, false},
		"gzip, zstd":                 {true, true},
		"zstd;q=0, gzip":             {false, true},
		"ZSTD; q=0.000 , gzip;q=0.5": {false, true},
		"gzip;q=0":                   {false, false},
		"zstd;q=1.0;x=y":             {true, false},
		"zstd;q=0;x=y":               {false, false},
		"zstdish":                    {false, false},
	} {
		if got := [2]bool{accepts([]string{header}, "zstd"), accepts([]string{header}, "gzip")}; got != want {
			t.Errorf("%q: zstd, gzip %v, want %v", header, got, want)
		}
	}
}
