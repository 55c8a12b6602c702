package main

// Measure 5: very many phones start their first sync at the same moment, and others go on
// working beside them.

import (
	"fmt"
	"net/http"
	stdsync "sync"
	"sync/atomic"
	"time"
)

// probeEach is how often somebody else asks beside the crowd.
const probeEach = 100 * time.Millisecond

func (b *bench) crowd() error {
	pairs := append(teams(b.n.phones/2, 2, b.n.phoneRows), team{1, 100}) // two officers see the same cases
	w, err := b.seed(pairs)
	if err != nil {
		return err
	}
	return b.among(w, twin{}, []string{house}, func(p peers) error {
		probes, err := b.probesOf(newClient(p[house].url), w, w.crews[len(w.crews)-1].officers[0].token)
		if err != nil {
			return err
		}
		p[house].forget()
		before, _ := p[house].memory()
		beside := probes.start(probeEach)
		again, took, err := b.rush(newClient(p[house].url), w)
		waited, probeErr := beside()
		if err != nil {
			return err
		}
		if probeErr != nil {
			return fmt.Errorf("beside the crowd: %w", probeErr)
		}
		_, peak := p[house].memory()
		b.line(fmt.Sprintf("%d phones, %d rows each", b.n.phones, b.n.phoneRows), "all whole after %v, told to come again %d times, %.0f rows/s",
			took.Round(time.Millisecond), again, float64(b.n.phones*b.n.phoneRows)/took.Seconds())
		b.line("memory of the server", "before %s, peak %s", megabytes(before), megabytes(peak))
		for _, k := range probes.kinds {
			slowest := quantile(waited[k.name], 1)
			b.goal(k.name+" beside them, slowest", slowest < time.Second, "< 1 s",
				"%s (p50 %s, %d asked)", millis(slowest), millis(median(waited[k.name])), len(waited[k.name]))
		}
		return b.clean(w)
	})
}

// rush lets every phone but that of the last crew pull everything at once.
func (b *bench) rush(c *client, w world) (again int64, took time.Duration, err error) {
	defer c.close()
	var phones []*raw
	for _, crew := range w.crews[:len(w.crews)-1] {
		for _, o := range crew.officers {
			phones = append(phones, c.raw(o.token))
		}
	}
	var told atomic.Int64
	took, err = timed(func() error {
		return together(len(phones), func(i int) error {
			rows, err := phones[i].whole(nil)
			told.Add(int64(phones[i].again))
			if err == nil && rows < b.n.phoneRows {
				err = fmt.Errorf("phone %d: %d of %d rows came", i, rows, b.n.phoneRows)
			}
			return err
		})
	})
	return told.Load(), took, err
}

// probes are what others ask.
type probes struct {
	kinds []probe
}

type probe struct {
	name string
	ask  func() error
}

// probesOf are the desk's list of cases and the sync of a phone that has nothing new.
func (b *bench) probesOf(c *client, w world, phone string) (*probes, error) {
	idle := c.raw(phone)
	if _, err := idle.whole(nil); err != nil {
		return nil, err
	}
	list := func() error {
		var b buffers
		_, err := c.do(&b, http.MethodGet, "/api/cases?per_page=50", w.desk.token, nil)
		return err
	}
	sync := func() error {
		one := &raw{client: c, token: phone, id: idle.id, epoch: idle.epoch, cursor: idle.cursor}
		_, err := one.round(true)
		return err
	}
	return &probes{[]probe{{"the desk's list", list}, {"another phone's sync", sync}}}, nil
}

// start asks one of each kind at every tick, whether the last was answered or not; the end of
// it returns how long each took.
func (p *probes) start(each time.Duration) (end func() (map[string][]time.Duration, error)) {
	var mu stdsync.Mutex
	var asked stdsync.WaitGroup
	took, failed := map[string][]time.Duration{}, error(nil)
	stop, stopped := make(chan struct{}), make(chan struct{})
	one := func(k probe) {
		t, err := timed(k.ask)
		mu.Lock()
		defer mu.Unlock()
		took[k.name] = append(took[k.name], t)
		if err != nil {
			failed = fmt.Errorf("%s: %w", k.name, err)
		}
	}
	go func() {
		defer close(stopped)
		tick := time.NewTicker(each)
		defer tick.Stop()
		for {
			for _, k := range p.kinds {
				asked.Go(func() { one(k) })
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	return func() (map[string][]time.Duration, error) {
		close(stop)
		<-stopped
		asked.Wait()
		return took, failed
	}
}
