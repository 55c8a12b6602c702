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
	"testing/synctest"

	"xuncha/sync"
)

// diary is a store of lines with transactions, one at a time. Its disk is busy until open is
// closed.
type diary struct {
	mu      stdsync.Mutex
	open    chan struct{}
	lines   []string
	commits int
}

type page struct {
	sync.Tx
	lines []string
	spent int
}

func (p *page) Spent() int { return p.spent }

func (d *diary) run(do func(sync.Tx) error) error {
	<-d.open
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
	synctest.Test(t, func(t *testing.T) {
		d := diary{open: make(chan struct{})}
		c := sync.Committer{Run: d.run}
		const phones, pushes = 32, 20
		var all stdsync.WaitGroup
		for phone := range phones {
			all.Go(func() {
				for n := range pushes {
					write(t, &c, phone, n)
				}
			})
		}
		synctest.Wait() // one leads, all others wait with a good line each, and come together then
		close(d.open)
		all.Wait()
		d.check(t, phones*pushes-5)
	})
}

// write writes one line; some of two phones fail.
func write(t *testing.T, c *sync.Committer, phone, n int) {
	wrong := phone == 3 && n%5 == 4 || phone == 4 && n == 7
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

// check: every good line is there once, in its phone's order, and commits were shared.
func (d *diary) check(t *testing.T, want int) {
	next := map[string]int{}
	for _, line := range d.lines {
		phone, n, _ := strings.Cut(line, "/")
		for phone == "3" && next[phone]%5 == 4 || phone == "4" && next[phone] == 7 {
			next[phone]++ // failed
		}
		if n != fmt.Sprint(next[phone]) {
			t.Errorf("phone %s: %s instead of %d", phone, n, next[phone])
		}
		next[phone]++
	}
	if len(d.lines) != want || d.commits >= want {
		t.Errorf("%d lines in %d commits, want %d in fewer", len(d.lines), d.commits, want)
	}
}

func TestAGroupIsBounded(t *testing.T) {
	d := diary{open: make(chan struct{})}
	close(d.open)
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
			err := c.Do(60, func(tx sync.Tx) error {
				p := tx.(*page)
				p.lines = append(p.lines, make([]string, 60)...)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if longest > sync.GroupMost || len(d.lines) != 40*60 {
		t.Errorf("%d in one transaction, at most %d; %d lines", longest, sync.GroupMost, len(d.lines))
	}
}

// Parts that go through large documents do not share a commit with all the others that came
// meanwhile, and who came first is still the first.
func TestAGroupThatHasSpentEnoughEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := diary{open: make(chan struct{})}
		c := sync.Committer{Run: d.run}
		var all stdsync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				err := c.Do(1, func(tx sync.Tx) error {
					p := tx.(*page)
					p.spent += 1 << 20
					p.lines = append(p.lines, fmt.Sprintf("%d", i))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // it leads, or waits
		}
		close(d.open)
		all.Wait()
		for i, line := range d.lines {
			if line != fmt.Sprint(i) {
				t.Errorf("%s is at %d", line, i)
			}
		}
		if len(d.lines) != 40 || d.commits < 40/3 || d.commits > 40/2 {
			t.Errorf("%d lines in %d commits", len(d.lines), d.commits)
		}
	})
}

// What runs after a commit may be broken: nobody waits for ever, and what was committed counts
// as failed until it is asked for again.
func TestAPanicAfterACommitStopsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := diary{open: make(chan struct{})}
		broken := true
		c := sync.Committer{Run: func(do func(sync.Tx) error) error {
			if err := d.run(do); err != nil {
				return err
			}
			if broken {
				broken = false
				panic("a hook")
			}
			return nil
		}}
		var all stdsync.WaitGroup
		failed := 0
		for range 10 {
			all.Go(func() {
				err := c.Do(1, func(tx sync.Tx) error {
					p := tx.(*page)
					p.lines = append(p.lines, "")
					return nil
				})
				if err != nil {
					failed++
				}
			})
			synctest.Wait()
		}
		close(d.open)
		all.Wait()
		if failed != 1 { // who led was alone
			t.Errorf("%d failed", failed)
		}
	})
}
