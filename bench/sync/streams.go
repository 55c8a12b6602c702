package main

// Measure 6: many open streams: what each weighs, and how soon after a commit a poke is there.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	stdsync "sync"
	"time"
)

func (b *bench) streams() error {
	w, err := b.seed(teams(b.n.streams, 1, 1))
	if err != nil {
		return err
	}
	return b.among(w, twin{}, []string{house}, func(p peers) error {
		c := newClient(p[house].url)
		var buf buffers
		if _, err := c.do(&buf, http.MethodGet, commitsRoute, w.root, nil); err != nil { // from here on they are kept
			return err
		}
		writers, err := b.writersOf(c, world{crews: w.crews[:min(b.n.pokes, len(w.crews))]})
		if err != nil {
			return err
		}
		c.close()
		before, err := settled(c, p[house])
		if err != nil {
			return err
		}
		open, err := openStreams(newClient(p[house].url), w)
		defer open.close()
		if err != nil {
			return err
		}
		after, err := settled(c, p[house])
		if err != nil {
			return err
		}
		each := float64(after-before) / float64(len(w.crews))
		b.goal(fmt.Sprintf("memory of a stream, %d open", len(w.crews)), each < 60e3, "< 60 KB", "%.1f KB (%s to %s)", each/1e3, megabytes(before), megabytes(after))
		if err := b.pokesOfOne(c, w, writers, open); err != nil {
			return err
		}
		if err := b.pokesOfAll(c, w, open); err != nil {
			return err
		}
		if err := open.failed(); err != nil {
			return err
		}
		open.close()
		if err := b.openAgain(c, w, p[house]); err != nil {
			return err
		}
		return b.clean(w)
	})
}

// openAgain tells what the streams weigh once the server has met as many before: the first
// time what it keeps for later, connections to the database above all, grows too.
func (b *bench) openAgain(c *client, w world, p *peer) error {
	before, err := settled(c, p)
	if err != nil {
		return err
	}
	open, err := openStreams(newClient(p.url), w)
	defer open.close()
	if err != nil {
		return err
	}
	after, err := settled(c, p)
	b.line("memory of a stream, all opened again", "%.1f KB (%s to %s)", float64(after-before)/float64(len(w.crews))/1e3, megabytes(before), megabytes(after))
	return err
}

// settled is the server's memory once nothing is left to be collected.
func settled(c *client, p *peer) (int64, error) {
	var b buffers
	for range 2 {
		time.Sleep(300 * time.Millisecond) // what the last requests left is given back
		if _, err := c.do(&b, http.MethodPost, settleRoute, "", nil); err != nil {
			return 0, err
		}
	}
	now, _ := p.memory()
	return now, nil
}

// streams are open lines, one a crew, and when each was told which head.
type streams struct {
	mu      stdsync.Mutex
	changed *stdsync.Cond
	heads   []int64
	told    []map[int64]int64 // of each line: nanoseconds of the clock by head
	begun   int               // lines that were told anything
	at      map[int64]int     // lines that stand at a head
	bodies  []io.Closer
	ended   error
	closing bool
}

func openStreams(c *client, w world) (*streams, error) {
	s := &streams{heads: make([]int64, len(w.crews)), told: make([]map[int64]int64, len(w.crews)), at: map[int64]int{}}
	s.changed = stdsync.NewCond(&s.mu)
	err := together(len(w.crews), func(i int) error {
		s.told[i] = map[int64]int64{}
		req, err := http.NewRequest(http.MethodGet, c.url+"/api/sync/stream", nil)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", w.crews[i].officers[0].token)
		res, err := c.http.Do(req) //nolint:bodyclose // close does, for all lines
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.bodies = append(s.bodies, res.Body)
		s.mu.Unlock()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("stream %d: %s", i, res.Status)
		}
		go s.listen(i, res.Body)
		return nil
	})
	if err != nil {
		return s, err
	}
	return s, s.await(func() bool { return s.begun == len(w.crews) }) // each has said where its user stands
}

// listen notes each head as it comes.
func (s *streams) listen(i int, body io.Reader) {
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		at := time.Now().UnixNano()
		_, digits, found := strings.Cut(lines.Text(), `"head":`)
		head, err := strconv.ParseInt(strings.TrimRight(digits, "} "), 10, 64)
		if !found || err != nil {
			continue
		}
		s.mu.Lock()
		if s.heads[i] == 0 {
			s.begun++
		}
		s.at[s.heads[i]]--
		s.at[head]++
		s.heads[i], s.told[i][head] = head, at
		s.changed.Broadcast()
		s.mu.Unlock()
	}
	s.mu.Lock()
	if !s.closing {
		s.ended = fmt.Errorf("stream %d ended: %w", i, errors.Join(lines.Err(), io.EOF))
	}
	s.changed.Broadcast()
	s.mu.Unlock()
}

// await waits until the lines were told what is waited for, at most a minute.
func (s *streams) await(what func() bool) error {
	late := false
	limit := time.AfterFunc(time.Minute, func() {
		s.mu.Lock()
		late = true
		s.changed.Broadcast()
		s.mu.Unlock()
	})
	defer limit.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !what() {
		if s.ended != nil || late {
			return errors.Join(s.ended, errors.New("the streams were not told in a minute"))
		}
		s.changed.Wait()
	}
	return nil
}

func (s *streams) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *streams) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for _, body := range s.bodies {
		_ = body.Close()
	}
}

// pokesOfOne: an officer's record changes, and his own stream learns it.
func (b *bench) pokesOfOne(c *client, w world, writers []*writer, open *streams) error {
	sent := map[int]time.Time{}
	for i := range b.n.pokes {
		k := i % len(writers)
		sent[i] = time.Now()
		if err := writers[k].edit(0, false); err != nil {
			return err
		}
		seq, err := strconv.ParseInt(first(writers[k].versions[0], "."), 10, 64)
		if err != nil {
			return err
		}
		if err := open.await(func() bool { return open.heads[k] >= seq }); err != nil {
			return err
		}
	}
	at, err := committed(c, w.root)
	if err != nil {
		return err
	}
	var since, whole []time.Duration
	for i := range b.n.pokes {
		seq, _ := strconv.ParseInt(first(writers[i%len(writers)].versions[0], "."), 10, 64)
		told, was := open.told[i%len(writers)][seq], at[seq]
		if told == 0 || was == 0 {
			continue // a later edit of the same officer was told instead
		}
		since = append(since, time.Duration(told-was))
		whole = append(whole, time.Duration(told-sent[i].UnixNano()))
	}
	b.goal("commit to poke, of one user, p95", quantile(since, 0.95) < 20*time.Millisecond, "< 20 ms", "%s (p50 %s, %d pokes)", millis(quantile(since, 0.95)), millis(median(since)), len(since))
	b.line("from sending the push to the poke", "p50 %s, p95 %s", millis(median(whole)), millis(quantile(whole, 0.95)))
	return nil
}

// pokesOfAll: something that everybody holds changes.
func (b *bench) pokesOfAll(c *client, w world, open *streams) error {
	var buf buffers
	heads := make([]int64, 0, b.n.calls)
	for i := range b.n.calls {
		text, err := c.do(&buf, http.MethodPatch, "/api/collections/agencies/records/"+w.city, w.root, fmt.Appendf(nil, `{"phone":"0990-%07d"}`, i+1))
		if err != nil {
			return err
		}
		var agency struct{ Seq int64 }
		if err := json.Unmarshal(text, &agency); err != nil {
			return err
		}
		heads = append(heads, agency.Seq)
		if err := open.await(func() bool { return open.at[agency.Seq] == len(open.heads) }); err != nil {
			return err
		}
	}
	at, err := committed(c, w.root)
	if err != nil {
		return err
	}
	var since []time.Duration
	for _, seq := range heads {
		for i := range open.told {
			if told := open.told[i][seq]; told != 0 && at[seq] != 0 {
				since = append(since, time.Duration(told-at[seq]))
			}
		}
	}
	b.goal(fmt.Sprintf("commit to poke, of all %d, p95", len(open.told)), quantile(since, 0.95) < 20*time.Millisecond, "< 20 ms", "%s (p50 %s, last %s)", millis(quantile(since, 0.95)), millis(median(since)), millis(quantile(since, 1)))
	return nil
}

// committed is when the server committed which seq.
func committed(c *client, token string) (map[int64]int64, error) {
	var b buffers
	text, err := c.do(&b, http.MethodGet, commitsRoute, token, nil)
	if err != nil {
		return nil, err
	}
	at := map[int64]int64{}
	return at, json.Unmarshal(text, &at)
}
