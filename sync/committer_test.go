package sync_test

// Group commit: everybody's work is done once, in the order it came, and nobody pays for
// another's error.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	stdsync "sync"
	"testing"

	"xuncha/sync"
)

// diary is a store of lines with transactions, one at a time.
type diary struct {
	mu      stdsync.Mutex
	lines   []string
	commits int
}

type page struct {
	sync.Tx
	lines []string
}

func (d *diary) run(do func(sync.Tx) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &page{lines: slices.Clone(d.lines)}
	if err := do(p); err != nil {
		return err
	}
	d.lines = p.lines
	d.commits++
	return nil
}

var errBad = errors.New("bad")

func TestAGroupSharesACommitAndNobodyPaysForAnothersError(t *testing.T) {
	var d diary
	c := sync.Committer{Run: d.run}
	const phones, pushes = 32, 20
	d.mu.Lock() // the disk is busy: all but the first wait, and come together then
	var all stdsync.WaitGroup
	for phone := range phones {
		all.Go(func() {
			for n := range pushes {
				wrong := phone == 3 && n%5 == 0 || phone == 4 && n == 7
				err := c.Do(1, func(tx sync.Tx) error {
					p := tx.(*page)
					p.lines = append(p.lines, fmt.Sprintf("%d/%d", phone, n))
					switch {
					case wrong && phone == 4:
						panic("a fault")
					case wrong:
						return errBad
					}
					return nil
				})
				if (err != nil) != wrong || phone == 3 && wrong && !errors.Is(err, errBad) {
					t.Errorf("%d/%d: %v", phone, n, err)
				}
			}
		})
	}
	d.mu.Unlock()
	all.Wait()
	next := map[string]int{}
	for _, line := range d.lines {
		phone, n, _ := strings.Cut(line, "/")
		for phone == "3" && next[phone]%5 == 0 || phone == "4" && next[phone] == 7 {
			next[phone]++ // failed
		}
		if n != fmt.Sprint(next[phone]) {
			t.Errorf("phone %s: %s instead of %d", phone, n, next[phone])
		}
		next[phone]++
	}
	if want := phones*pushes - 5; len(d.lines) != want || d.commits >= want {
		t.Errorf("%d lines in %d commits, want %d in fewer", len(d.lines), d.commits, want)
	}
}

func TestAGroupIsBounded(t *testing.T) {
	var d diary
	longest := 0
	c := sync.Committer{Run: func(do func(sync.Tx) error) error {
		before := len(d.lines)
		err := d.run(do)
		longest = max(longest, len(d.lines)-before)
		return err
	}}
	var all stdsync.WaitGroup
	for range 40 {
		all.Go(func() {
			err := c.Do(30, func(tx sync.Tx) error {
				p := tx.(*page)
				p.lines = append(p.lines, make([]string, 30)...)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if longest > sync.GroupMost || len(d.lines) != 40*30 {
		t.Errorf("%d in one transaction, at most %d; %d lines", longest, sync.GroupMost, len(d.lines))
	}
}
