package route

// A line that takes nothing: its stream ends by itself.

import (
	"bufio"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/sync"
)

func TestALineThatTakesNothingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, phone := net.Pipe()
		hub := &sync.Hub{}
		l := hub.Listen("ann", []string{"u:ann"})
		w := newLine(server, l, "e1", http.Header{"Vary": {"Origin"}})
		begun := time.Now()
		go w.serve(time.Hour)
		res, err := http.ReadResponse(bufio.NewReaderSize(phone, 16), nil)
		if err != nil || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Vary") != "Origin" {
			t.Fatalf("%v %v", res, err)
		}
		time.Sleep(3 * heartbeat) // and reads nothing
		if _, ended := l.Head(); !ended {
			t.Errorf("after %s the line is still open", time.Since(begun))
		}
		if _, err := phone.Write([]byte("x")); err == nil {
			t.Error("the connection is still open")
		}
	})
}

func TestALineEndsWithItsLogIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, phone := net.Pipe()
		hub := &sync.Hub{}
		go newLine(server, hub.Listen("ann", []string{"u:ann"}), "e1", http.Header{}).serve(10 * time.Minute)
		begun, beats := time.Now(), 0
		lines := bufio.NewScanner(phone)
		for lines.Scan() {
			if lines.Text() == ": " {
				beats++
			}
		}
		if took := time.Since(begun); took != 10*time.Minute {
			t.Errorf("it ended after %s", took)
		}
		if least, most := int(10*time.Minute/heartbeat)-1, int(10*time.Minute/(heartbeat-spread))+1; beats < least || beats > most {
			t.Errorf("%d heartbeats, want %d to %d", beats, least, most)
		}
	})
}

// Two pokes of one burst are one event, the first is told at once, and lines that are opened
// together are each told another time to come again.
func TestABurstIsOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := &sync.Hub{}
		retries := map[string]bool{}
		for range 50 {
			server, phone := net.Pipe()
			l := hub.Listen("ann", []string{"u:ann", "g"})
			go newLine(server, l, "e1", http.Header{}).serve(time.Hour)
			lines := bufio.NewScanner(phone)
			var heads []string
			var at []time.Time
			go func() {
				for lines.Scan() {
					if retry, ok := strings.CutPrefix(lines.Text(), "retry: "); ok {
						retries[retry] = true
					}
					if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
						heads, at = append(heads, data), append(at, time.Now())
					}
				}
			}()
			time.Sleep(time.Second)
			begun := time.Now()
			for seq := range int64(5) {
				hub.Poke([]string{"g"}, seq+1)
				synctest.Wait()
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if want := []string{`{"epoch":"e1","head":0}`, `{"epoch":"e1","head":1}`, `{"epoch":"e1","head":5}`}; !slices.Equal(heads, want) {
				t.Fatalf("heard %v", heads)
			}
			if at[1] != begun || at[2].Sub(begun) != 10*time.Millisecond {
				t.Errorf("told after %s and %s", at[1].Sub(begun), at[2].Sub(begun))
			}
			hub.End("ann")
			synctest.Wait()
			if err := phone.SetWriteDeadline(time.Now().Add(time.Second)); err == nil {
				if _, err := phone.Write([]byte("x")); err == nil {
					t.Error("the line is still open")
				}
			}
			hub.Leave(l)
		}
		synctest.Wait()
		if len(retries) < 40 {
			t.Errorf("only %d times to come again", len(retries))
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
