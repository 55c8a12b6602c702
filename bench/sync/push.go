package main

// Measure 2: one mutation a request, many clients at once, beside PocketBase's PATCH.

import (
	"fmt"
	"net/http"
	stdsync "sync"
	"sync/atomic"
	"time"
)

// rowsOfWriter are the rows that one writer edits in turn.
const rowsOfWriter = 20

// load is one way to write: each writer has a step that does one request.
type load struct {
	name string
	peer *peer
	step []func(i int) error

	rates []float64 // requests a second
	cpu   []float64 // of the server, microseconds a request
}

func (b *bench) pushes() error {
	w, err := b.seed(teams(b.n.writers, 1, rowsOfWriter))
	if err != nil {
		return err
	}
	t, err := b.twin(w, false)
	if err != nil {
		return err
	}
	return b.among(w, t, []string{house, plain, quiet}, func(p peers) error {
		ours := newClient(p[house].url)
		writers, err := b.writersOf(ours, w)
		if err != nil {
			return err
		}
		loads := []*load{
			{name: "push of one, nothing pulled", peer: p[house], step: pushing(writers, false)},
			{name: "push of one and pull", peer: p[house], step: pushing(writers, true)},
			{name: "PocketBase PATCH", peer: p[plain], step: patching(newClient(p[plain].url), w, t)},
			{name: "PocketBase PATCH, no request log", peer: p[quiet], step: patching(newClient(p[quiet].url), w, t)},
			{name: "empty route, ours", peer: p[house], step: emptying(ours, w, nil)},
			{name: "empty route, PocketBase", peer: p[plain], step: emptying(newClient(p[plain].url), w, &t)},
		}
		if err := b.contest(loads); err != nil {
			return err
		}
		ratio := median(loads[0].rates) / median(loads[2].rates)
		cpu := median(loads[2].cpu) / median(loads[0].cpu)
		b.goal(fmt.Sprintf("pushes at %d clients, ours / PocketBase PATCH", b.n.writers), ratio >= 1.2, ">= 1.2x", "%.2fx (CPU %.2fx)", ratio, cpu)
		b.line("with pull / PATCH", "%.2fx", median(loads[1].rates)/median(loads[2].rates))
		b.line("ours / PATCH without request log", "%.2fx", median(loads[0].rates)/median(loads[3].rates))
		b.line("the ceiling: empty route / PATCH", "%.2fx ours, %.2fx PocketBase's", median(loads[4].rates)/median(loads[2].rates), median(loads[5].rates)/median(loads[2].rates))
		if err := stand(ours, w, writers); err != nil {
			return err
		}
		return b.clean(w)
	})
}

// writer is one phone with the rows of its own, and what stands in them.
type writer struct {
	*raw
	nth      int
	rows     []seeded
	versions []string
	texts    []string
}

// writersOf are phones that have pulled everything, one of each crew.
func (b *bench) writersOf(c *client, w world) ([]*writer, error) {
	out := make([]*writer, len(w.crews))
	for i, crew := range w.crews {
		out[i] = &writer{
			raw: c.raw(crew.officers[0].token), nth: i, rows: crew.rows,
			versions: make([]string, len(crew.rows)), texts: make([]string, len(crew.rows)),
		}
		for k, row := range crew.rows {
			out[i].versions[k] = row.version()
		}
		if _, err := out[i].whole(nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// edit changes one row and looks at the answer.
func (w *writer) edit(i int, pull bool) error {
	k := i % len(w.rows)
	text := fmt.Sprintf("第%d次复查，现场有刺鼻气味，废气处理设施未运行，已要求立即停止排放。", w.n+1)
	w.patch(w.rows[k].id, "findings", text, w.versions[k])
	answer, err := w.round(pull)
	if err != nil {
		return err
	}
	versions, err := all(answer, "ok", 1)
	if err != nil {
		return err
	}
	w.versions[k], w.texts[k] = versions[0], text
	return nil
}

func pushing(writers []*writer, pull bool) []func(int) error {
	out := make([]func(int) error, len(writers))
	for i, w := range writers {
		out[i] = func(n int) error { return w.edit(n, pull) }
	}
	return out
}

func patching(c *client, w world, t twin) []func(int) error {
	out := make([]func(int) error, len(w.crews))
	for i, crew := range w.crews {
		var b buffers
		n := 0
		out[i] = func(k int) error {
			n++
			text := fmt.Sprintf("第%d次复查，现场有刺鼻气味，废气处理设施未运行，已要求立即停止排放。", n)
			return c.twinPatch(&b, t.tokens[i][0], crew.rows[k%len(crew.rows)].id, "findings", text)
		}
	}
	return out
}

// emptying asks the route that does nothing.
func emptying(c *client, w world, t *twin) []func(int) error {
	out := make([]func(int) error, len(w.crews))
	for i, crew := range w.crews {
		var b buffers
		token := crew.officers[0].token
		if t != nil {
			token = t.tokens[i][0]
		}
		out[i] = func(int) error {
			_, err := c.do(&b, http.MethodPost, emptyRoute, token, []byte("{}"))
			return err
		}
	}
	return out
}

// contest lets each load run for a spell, once unmeasured and then in each round.
func (b *bench) contest(loads []*load) error {
	for round := range b.n.rounds + 1 {
		for _, l := range loads {
			cpu := l.peer.cpu()
			count, took, err := l.run(b.n.spell)
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			if round > 0 {
				l.rates = append(l.rates, float64(count)/took.Seconds())
				l.cpu = append(l.cpu, float64((l.peer.cpu()-cpu).Microseconds())/float64(max(count, 1)))
			}
		}
	}
	for _, l := range loads {
		if err := b.profiled(l.peer, l.name, func() error { _, _, err := l.run(5 * b.n.spell); return err }); err != nil {
			return err
		}
		b.line(l.name, "%.0f/s, server CPU %.0f us each", median(l.rates), median(l.cpu))
	}
	return nil
}

// run lets every writer ask as fast as it is answered.
func (l *load) run(spell time.Duration) (count int64, took time.Duration, err error) {
	var done atomic.Int64
	start := time.Now()
	err = together(len(l.step), func(i int) error {
		for n := 0; time.Since(start) < spell; n++ {
			if err := l.step[i](n); err != nil {
				return fmt.Errorf("writer %d: %w", i, err)
			}
			done.Add(1)
		}
		return nil
	})
	return done.Load(), time.Since(start), err
}

// together runs do for each number at once, and returns one error.
func together(count int, do func(i int) error) error {
	var all stdsync.WaitGroup
	errs := make(chan error, count)
	for i := range count {
		all.Go(func() {
			if err := do(i); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
