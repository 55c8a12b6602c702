package sync

// Group commit: what many phones send at one moment goes to the disk together. A commit
// that waits for the disk costs the same for one push as for a hundred.

import (
	"fmt"
	"runtime/debug"
	"slices"
	stdsync "sync"
)

// GroupMost is how many mutations one transaction takes: other writers wait so long. One
// that has spent enough on large documents ends sooner.
const GroupMost = 256

// Committer runs parts of work, many in one transaction. Run is one transaction, all of
// it or nothing. There is no waiting for company: what arrives while a transaction is
// under way is the next group.
type Committer struct {
	Run func(do func(Tx) error) error

	mu    stdsync.Mutex
	queue []*part // first come, first served
	busy  bool    // somebody leads
}

// part is one caller's part of a group.
type part struct {
	weight int // mutations
	do     func(Tx) error
	err    error
	lead   chan struct{} // the caller is to lead the next group
	done   chan struct{} // it is committed, or failed alone
}

// Do runs do in a transaction, perhaps together with what others send, and returns when
// that is on disk. Where one part of a group fails, the group is rolled back and each of
// its parts runs alone, so that nobody pays for another's error: do may run several
// times, and only what its last run did counts.
func (c *Committer) Do(weight int, do func(Tx) error) error {
	p := &part{weight: weight, do: do, lead: make(chan struct{}, 1), done: make(chan struct{})}
	c.mu.Lock()
	c.queue = append(c.queue, p)
	leads := !c.busy
	c.busy = true
	c.mu.Unlock()
	if !leads {
		select {
		case <-p.done:
			return p.err
		case <-p.lead:
		}
	}
	defer c.pass()
	c.commit(c.next())
	return p.err
}

// next takes the parts that fit into one transaction, at least one.
func (c *Committer) next() []*part {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, weight := 0, 0
	for n < len(c.queue) && (n == 0 || weight+c.queue[n].weight <= GroupMost) {
		weight += c.queue[n].weight
		n++
	}
	group := c.queue[:n:n]
	c.queue = c.queue[n:]
	return group
}

// pass hands the lead to who waits longest.
func (c *Committer) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.busy, c.queue = false, nil
		return
	}
	c.queue[0].lead <- struct{}{}
}

// commit runs the parts of a group, or as many of them as have spent enough; the others are
// the first of the next group.
func (c *Committer) commit(group []*part) {
	ran := 0
	err := c.run(func(tx Tx) error {
		for ran = range group {
			if ran > 0 && tx.Spent() > spentMost {
				return nil
			}
			if err := group[ran].do(tx); err != nil {
				return err
			}
		}
		ran = len(group)
		return nil
	})
	if err != nil {
		ran = len(group) // each runs alone
	}
	c.mu.Lock()
	c.queue = append(slices.Clone(group[ran:]), c.queue...)
	c.mu.Unlock()
	for _, p := range group[:ran] {
		if p.err = err; err != nil && ran > 1 {
			p.err = c.run(p.do)
		}
		close(p.done)
	}
}

// run is one transaction. What panics in it, or after its commit, is an error of its parts.
func (c *Committer) run(do func(Tx) error) error {
	return guarded(func() error {
		return c.Run(func(tx Tx) error { return guarded(func() error { return do(tx) }) })
	})
}

// guarded turns a panic into an error, so that others go on.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return do()
}
