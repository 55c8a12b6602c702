package main

// Measure 4: a round trip that brings nothing, for a phone that holds little and one that
// holds much.

import (
	"bytes"
	"fmt"
	"time"
)

func (b *bench) idle() error {
	w, err := b.seed([]team{{1, b.n.few}, {1, b.n.many}})
	if err != nil {
		return err
	}
	return b.among(w, twin{}, []string{house}, func(p peers) error {
		c := newClient(p[house].url)
		phones, times, cpu := make([]*raw, 2), make([][]time.Duration, 2), make([][]time.Duration, 2)
		for i, crew := range w.crews {
			phones[i] = c.raw(crew.officers[0].token)
			rows, err := phones[i].whole(nil)
			if err != nil {
				return err
			}
			if rows < len(crew.rows) {
				return fmt.Errorf("%d of %d rows came", rows, len(crew.rows))
			}
		}
		for range b.n.rounds {
			for i := range phones {
				before := p[house].cpu()
				took, err := idling(phones[i], b.n.idles)
				if err != nil {
					return err
				}
				times[i], cpu[i] = append(times[i], took), append(cpu[i], (p[house].cpu()-before)/time.Duration(b.n.idles))
			}
		}
		for i, crew := range w.crews {
			b.line(fmt.Sprintf("no change, %d rows held", len(crew.rows)), "%s a round trip, server CPU %s (median of %d runs of %d)", millis(median(times[i])), millis(median(cpu[i])), b.n.rounds, b.n.idles)
		}
		ratio := float64(median(times[1])) / float64(median(times[0]))
		b.goal(fmt.Sprintf("no change, %d rows held / %d", b.n.many, b.n.few), ratio <= 1.3, "<= 1.3x", "%.2fx (CPU %.2fx)", ratio, float64(median(cpu[1]))/float64(median(cpu[0])))
		return b.clean(w)
	})
}

// idling is the median time of some round trips that must bring nothing.
func idling(r *raw, count int) (time.Duration, error) {
	trips := make([]time.Duration, count)
	for i := range trips {
		took, err := timed(func() error {
			text, err := r.round(true)
			if err == nil && (bytes.Contains(text, []byte(`"versions":`)) || r.more) {
				err = fmt.Errorf("something came: %.300s", text)
			}
			return err
		})
		if err != nil {
			return 0, err
		}
		trips[i] = took
	}
	return median(trips), nil
}

func timed(do func() error) (time.Duration, error) {
	start := time.Now()
	err := do()
	return time.Since(start), err
}
