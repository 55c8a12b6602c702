package main

// Measure 9: a brigade of phones that hold much comes back from the field, and each pushes
// what it did.

import (
	"fmt"
	"time"
)

// brigadeFull is how many phones the promise speaks of.
const brigadeFull = 300

// pushSize is how many mutations a phone sends in one request, as package phone does.
const pushSize = 200

func (b *bench) brigade() error {
	w, err := b.seed(teams(b.n.brigade/2, 2, b.n.held)) // two officers share cases and rows
	if err != nil {
		return err
	}
	return b.among(w, twin{}, []string{house}, func(p peers) error {
		c := newClient(p[house].url)
		writers, rows, held, err := b.muster(c, w)
		if err != nil {
			return err
		}
		b.line(fmt.Sprintf("%d phones of %d pairs hold %d rows each", len(writers), len(w.crews), b.n.held),
			"first syncs %v, %.0f rows/s", held.Round(time.Millisecond), float64(rows)/held.Seconds())
		p[house].forget()
		cpu := p[house].cpu()
		took, err := timed(func() error {
			return together(len(writers), func(i int) error { return writers[i].deliver(b.n.edits) })
		})
		if err != nil {
			return err
		}
		pushed, cpu := len(writers)*b.n.edits, p[house].cpu()-cpu
		_, peak := p[house].memory()
		b.line(fmt.Sprintf("%d mutations pushed, %d a request, with pull", pushed, pushSize), "%v, %.0f rows/s, server CPU %.0f us a row, peak %s",
			took.Round(time.Millisecond), float64(pushed)/took.Seconds(), float64(cpu.Microseconds())/float64(pushed), megabytes(peak))
		note := ""
		if len(writers) != brigadeFull {
			note = fmt.Sprintf(" (%d phones, not %d)", len(writers), brigadeFull)
		}
		perHour := float64(pushed) / took.Hours()
		b.goal("rows an hour, a brigade"+note, perHour > 53_000, "> 53,000/h", "%.0f/h", perHour)
		b.line("a known system", "53,000/h on 20 cores")
		if err := stand(c, w, writers[:2]); err != nil {
			return err
		}
		return b.clean(w)
	})
}

// muster lets every phone pull all that it holds. Each will edit rows of its own: the first
// officer of a pair from the front, the second from the back.
func (b *bench) muster(c *client, w world) (writers []*writer, rows int, took time.Duration, err error) {
	for i, crew := range w.crews {
		for k, o := range crew.officers {
			mine := crew.rows[:b.n.edits]
			if k == 1 {
				mine = crew.rows[len(crew.rows)-b.n.edits:]
			}
			one := &writer{raw: c.raw(o.token), nth: i, rows: mine, versions: make([]string, len(mine)), texts: make([]string, len(mine))}
			for j, row := range mine {
				one.versions[j] = row.version()
			}
			writers = append(writers, one)
		}
	}
	counts := make([]int, len(writers))
	took, err = timed(func() error {
		return together(len(writers), func(i int) (err error) {
			counts[i], err = writers[i].whole(nil)
			if err == nil && counts[i] < b.n.held {
				err = fmt.Errorf("phone %d: %d of %d rows came", i, counts[i], b.n.held)
			}
			return err
		})
	})
	for _, n := range counts {
		rows += n
	}
	return writers, rows, took, err
}

// deliver pushes an edit of each row and pulls what the others did.
func (w *writer) deliver(edits int) error {
	for from := 0; from < edits; from += pushSize {
		to := min(from+pushSize, edits)
		for k := from; k < to; k++ {
			w.texts[k] = fmt.Sprintf("第%d次复查，现场有刺鼻气味，废气处理设施未运行，已要求立即停止排放。", w.n+1)
			w.patch(w.rows[k].id, "findings", w.texts[k], w.versions[k])
		}
		answer, err := w.round(true)
		if err != nil {
			return err
		}
		versions, err := all(answer, "ok", to-from)
		if err != nil {
			return err
		}
		copy(w.versions[from:], versions)
		for w.more {
			if _, err := w.round(true); err != nil {
				return err
			}
		}
	}
	return nil
}
