package storm

// Phones that push at the same time: the seed chooses the load only, the order is the
// machine's. Their pushes share commits; nothing of anybody's is lost or skipped.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	stdsync "sync"
	"testing"
)

// straight is a line without faults that many may use at once.
type straight struct{ *server }

// RoundTrip calls the handler in the goroutine of the phone; what is busy is asked again.
func (l straight) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "identity")
	for {
		a := l.handle(r.Method, r.URL.Path, r.Header.Clone(), body, len(body))
		if a.status != http.StatusServiceUnavailable && a.status != http.StatusTooManyRequests {
			return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.Bytes()))}, nil
		}
	}
}

// loads are schedules of parallel pushes that `make test` plays.
const loads = 6

const loadsVariable = "STORM_LOADS"

func TestPhonesThatPushAtTheSameTimeLoseNothing(t *testing.T) {
	first, n := number(seedVariable, 1), number(loadsVariable, loads)
	for seed := first; seed < first+n; seed++ {
		t.Run(fmt.Sprintf("%s=%d", seedVariable, seed), func(t *testing.T) {
			t.Parallel()
			root, err := os.MkdirTemp("", "xuncha-storm-*")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = os.RemoveAll(root) }()
			s, err := newStorm(seed, root)
			if err != nil {
				t.Fatal(err)
			}
			s.load(t)
			if err := s.close(); err != nil {
				t.Error(err)
			}
			for _, v := range s.found {
				t.Errorf("%s (%s): %s", v.invariant, invariants[v.invariant], v.what)
			}
		})
	}
}

// load lets two to eight phones edit and push at once, while one only reads.
func (s *storm) load(t *testing.T) {
	var done stdsync.WaitGroup
	var mu stdsync.Mutex
	chance := s.watch.newID
	s.newID = func() string { // by many at once
		mu.Lock()
		defer mu.Unlock()
		return chance()
	}
	s.watch.newID = s.newID
	s.devices = s.devices[:0]
	for i := range 3 + s.IntN(7) {
		d := s.device(fmt.Sprintf("phone %d", i), inspectors[i%3])
		d.HTTP, d.skew = &http.Client{Transport: straight{s.server}}, 0
		ids := 0
		d.NewID = func() string {
			ids++
			return fmt.Sprintf("L%02d%023d", i, ids)
		}
		d.Client = d.NewID()
		s.devices = append(s.devices, d)
		worker := &worker{Rand: rand.New(rand.NewPCG(s.seed, uint64(i))), d: d, mu: &mu, s: s, edits: 5 + s.IntN(40)} //nolint:gosec // few
		if i == 0 {
			worker.edits = 0 // the reader
		}
		done.Go(func() {
			if err := worker.run(); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	s.judge(nil)
	for range 2 {
		for _, d := range s.devices {
			if err := d.Sync(context.Background()); err != nil {
				t.Error(err)
			}
		}
	}
	s.i1QuietPhonesAgree()
	s.i3i10NothingIsLost()
	s.whole()
}

// worker is one phone's user; the phone is his alone.
type worker struct {
	*rand.Rand
	d     *device
	s     *storm
	mu    *stdsync.Mutex // of what all share
	edits int
}

func (w *worker) run() error {
	if err := w.d.Sync(context.Background()); err != nil {
		return err
	}
	for n := range max(w.edits, 20) {
		if n < w.edits {
			w.edit(n)
		}
		if w.IntN(3) > 0 {
			continue
		}
		if _, err := w.d.Step(context.Background()); err != nil {
			return err
		}
	}
	return w.d.Sync(context.Background())
}

func (w *worker) edit(n int) {
	ids := shows(w.d, "inspections")
	k := key{"inspections", ids[w.IntN(len(ids))]}
	fields := editable["inspections"]
	field := fields[w.IntN(len(fields))]
	value := w.value(field, n)
	w.mu.Lock()
	w.s.oracle.learn(k, field, encoded(value), w.d.View(k.collection, k.id)[field])
	w.mu.Unlock()
	w.d.Edit(k.collection, k.id, map[string]any{field: value})
	w.s.did(w.d)
}

// value is one that nobody else writes.
func (w *worker) value(field string, n int) any {
	own := w.d.Client + fmt.Sprint(n)
	switch field {
	case "max_noise_db":
		return float64(1_000_000*w.IntN(9) + 1000*n + int(w.d.Client[2]-'0')) // its phone's digit
	case "samples":
		return []string{own}
	case "notes":
		return []map[string]any{{"id": own, "at": "2026-11-24T09:00:00+08:00", "text": "记"}}
	}
	return own
}
