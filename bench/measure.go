package main

// What is measured: medians, in pairs that take turns.

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"xuncha/sync"
)

// median times do n times.
func median(n int, do func() error) (time.Duration, error) {
	times := make([]time.Duration, 0, n)
	for range n {
		start := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[n/2], nil
}

// pair times two things in turn, so that the machine's mood meets both.
func pair(n int, ours, peer func() error) (a, b time.Duration, err error) {
	var as, bs []time.Duration
	for range n {
		x, err := median(1, ours)
		if err != nil {
			return 0, 0, err
		}
		y, err := median(1, peer)
		if err != nil {
			return 0, 0, err
		}
		as, bs = append(as, x), append(bs, y)
	}
	slices.Sort(as)
	slices.Sort(bs)
	return as[n/2], bs[n/2], nil
}

func ratio(a, b time.Duration) string { return fmt.Sprintf("%.2f", float64(a)/float64(b)) }

// idle is the median of a sync that brings nothing.
func (b *bench) idle() (time.Duration, error) {
	p := b.phone()
	if err := p.Sync(context.Background()); err != nil {
		return 0, err
	}
	return median(200, func() error {
		a, err := p.Step(context.Background())
		if err == nil && len(a.Changes) > 0 {
			return fmt.Errorf("%d changes in an idle sync", len(a.Changes))
		}
		return err
	})
}

var fewIdle time.Duration

func (b *bench) idleFew(n sizes) (err error) {
	if err := b.grow(n.few); err != nil {
		return err
	}
	fewIdle, err = b.idle()
	return err
}

func (b *bench) idleMany(n sizes) error {
	if err := b.grow(n.many); err != nil {
		return err
	}
	many, err := b.idle()
	if err != nil {
		return err
	}
	fmt.Printf("no-change sync      %d rows held %v, %d rows held %v: ratio %s\n", n.few, fewIdle, n.many, many, ratio(many, fewIdle))
	return b.clean()
}

var fewCreates float64

// creates is how many rows a second are saved, each in its own commit.
func (b *bench) creates() (float64, error) {
	const count = 300
	start := time.Now()
	for range count {
		if err := b.row(b.app); err != nil {
			return 0, err
		}
	}
	return count / time.Since(start).Seconds(), nil
}

func (b *bench) createsFew(sizes) (err error) {
	fewCreates, err = b.creates()
	return err
}

func (b *bench) createsMany(n sizes) error {
	if err := b.growRaw(n.creates); err != nil {
		return err
	}
	many, err := b.creates()
	if err != nil {
		return err
	}
	fmt.Printf("creates, one commit each  at %d rows %.0f/s, at %d rows %.0f/s: ratio %.2f\n", n.few, fewCreates, n.creates, many, many/fewCreates)
	return nil
}

// firstSync compares a new phone's first sync with reading the same rows by PocketBase's list.
func (b *bench) firstSync(n sizes) error {
	if err := b.grow(n.first); err != nil {
		return err
	}
	ours, peer, err := pair(5, func() error {
		p := b.phone()
		if err := p.Sync(context.Background()); err != nil {
			return err
		}
		if got := len(p.Rows("inspections")); got != b.rows {
			return fmt.Errorf("the phone holds %d of %d rows", got, b.rows)
		}
		return nil
	}, func() error { return b.list(1000) })
	if err != nil {
		return err
	}
	fmt.Printf("first sync          %d rows: sync %v, PocketBase list in pages of 1,000 %v: ratio %s\n", b.rows, ours, peer, ratio(ours, peer))
	return b.clean()
}

// list reads every inspection by PocketBase's own API.
func (b *bench) list(perPage int) error {
	got := 0
	for page := 1; ; page++ {
		var answer struct {
			Items []map[string]any `json:"items"`
		}
		path := fmt.Sprintf("/api/collections/inspections/records?perPage=%d&page=%d&skipTotal=1&sort=id", perPage, page)
		if err := b.http("GET", path, b.root, nil, &answer); err != nil {
			return err
		}
		got += len(answer.Items)
		if len(answer.Items) < perPage {
			if got != b.rows {
				return fmt.Errorf("the list has %d of %d rows", got, b.rows)
			}
			return nil
		}
	}
}

// pushes compares one mutation in a push with one PATCH of PocketBase's API; both go
// through all our hooks.
func (b *bench) pushes(sizes) error {
	p := b.phone()
	if err := p.Sync(context.Background()); err != nil {
		return err
	}
	words, i := []string{"晴", "阴"}, 0
	mine, theirs := fmt.Sprintf("row%017d", 1), fmt.Sprintf("row%017d", 2)
	ours, peer, err := pair(300, func() error {
		i++
		m := p.Edit("inspections", mine, map[string]any{"weather": words[i%2]})
		if err := p.Sync(context.Background()); err != nil {
			return err
		}
		if r := p.Result(m); r == nil || r.Outcome != sync.OK {
			return fmt.Errorf("the push was answered %+v", r)
		}
		return nil
	}, func() error {
		var answer map[string]any
		return b.http("PATCH", "/api/collections/inspections/records/"+theirs, b.root, map[string]any{"weather": words[i%2]}, &answer)
	})
	if err != nil {
		return err
	}
	fmt.Printf("one edit            push and pull %v, PocketBase PATCH %v: ratio %s\n", ours, peer, ratio(ours, peer))
	return nil
}

func memory() error {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	peak := "unknown"
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			peak = strings.TrimSpace(rest)
		}
	}
	fmt.Printf("memory              server and phones in one process: heap now %d MB, peak resident %s\n", m.HeapAlloc>>20, peak)
	return nil
}
