package sync

// The gate: so many pages are filled at a time. A first sync of a thousand phones at once
// leaves others their part of the machine, and takes the memory of a few pages.

import (
	"context"
	"fmt"
	stdsync "sync"
	"sync/atomic"
	"time"
)

// Gate lets in who fills a whole page; whoever has a page computes. A phone to which
// little or nothing is new passes beside it. The buffers of pages are made once.
type Gate struct {
	pages    chan *Page // first come, first served
	waiting  atomic.Int64
	most     int64 // who may wait
	patience time.Duration
	small    stdsync.Pool
}

// NewGate makes a gate with so many places, before which at most so many phones wait, and
// none longer than patience.
func NewGate(places, most int, patience time.Duration) *Gate {
	g := &Gate{pages: make(chan *Page, places), most: int64(most), patience: patience}
	for range places {
		g.pages <- &Page{most: MaxPage, gate: g}
	}
	return g
}

// Busy refuses a phone: as many wait as may, or it has waited as long as it may.
type Busy struct {
	Waiting int64 // phones before the gate
	Most    int64 // that may wait
}

func (b Busy) Error() string {
	return fmt.Sprintf("busy: %d phones wait for a page, at most %d may, each for a while", b.Waiting, b.Most)
}

// Code is the stable code.
func (b Busy) Code() string { return "busy" }

// Limit is how many phones may wait.
func (b Busy) Limit() int64 { return b.Most }

// enter waits for a place. Without a gate there is one for everybody.
func (g *Gate) enter(ctx context.Context) (*Page, error) {
	if g == nil {
		return &Page{most: MaxPage}, nil
	}
	select {
	case p := <-g.pages:
		return p, nil
	default:
	}
	n := g.waiting.Add(1)
	defer g.waiting.Add(-1)
	if n > g.most {
		return nil, Busy{n - 1, g.most}
	}
	turn := time.NewTimer(g.patience)
	defer turn.Stop()
	select {
	case p := <-g.pages:
		return p, nil
	case <-turn.C:
		return nil, Busy{g.waiting.Load(), g.most}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Turn waits for a place for work that has its own memory; leave gives it back.
func (g *Gate) Turn(ctx context.Context) (leave func(), err error) {
	p, err := g.enter(ctx)
	if err != nil {
		return nil, err
	}
	return p.leave, nil
}

// SmallPage is how many bytes of documents may be read without a turn.
const SmallPage = smallPage

// beside is a page for who passes beside the gate.
func (g *Gate) beside() *Page {
	if g == nil {
		return &Page{most: smallPage}
	}
	if p, ok := g.small.Get().(*Page); ok {
		return p
	}
	return &Page{most: smallPage, gate: g}
}

// leave gives a page back. A buffer that one huge row has blown up is not kept.
func (p *Page) leave() {
	if p == nil || p.gate == nil {
		return
	}
	p.ahead = nil
	if p.most < MaxPage {
		if cap(p.data) <= 2*smallPage {
			p.gate.small.Put(p)
		}
		return
	}
	if cap(p.data) > keptSpace {
		p.data = nil
	}
	p.gate.pages <- p
}
