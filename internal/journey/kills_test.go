package journey

// The journey while the power fails: the server is killed at random points of random
// requests, and between them, and started again. Everybody simply tries again.

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	stdsync "sync"
	"testing"
	"time"
)

// power stands between everybody and the server. It passes requests on, and now and then
// kills the server before, while or after one is answered.
type power struct {
	t      *testing.T
	dir    string
	env    []string
	r      *rand.Rand
	mu     stdsync.Mutex // one request at a time; a restart is waited for
	server *server
	later  stdsync.WaitGroup // cuts between requests that are under way
	every  int               // about one kill in so many requests; 0 is none
	kills  map[string]int
}

// newPower starts the server behind a line that stays the same through all restarts.
func newPower(t *testing.T, dir string, env ...string) (p *power, url string) {
	p = &power{t: t, dir: dir, env: env, kills: map[string]int{}}
	p.server = serve(t, dir, env...)
	line := httptest.NewServer(p)
	t.Cleanup(line.Close)
	return p, line.URL
}

// fail kills the server as a power cut would, and switches it on again.
func (p *power) fail(when string) {
	p.kills[when]++
	p.server.kill(p.t)
	p.server = serve(p.t, p.dir, p.env...)
}

// once are requests whose answer tells something that is never told again: with them the
// power fails before, or not at all.
func once(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/api/complaints"
}

func (p *power) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	when := ""
	if p.every > 0 && p.r.IntN(p.every) == 0 {
		when = []string{"before", "while", "unanswered", "answered", "later"}[p.r.IntN(5)]
	}
	if once(r) && when != "" {
		when = "before"
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || when == "before" {
		if when != "" {
			p.fail(when)
		}
		panic(http.ErrAbortHandler)
	}
	var cut *time.Timer
	victim := p.server
	if when == "while" {
		cut = time.AfterFunc(time.Duration(p.r.IntN(9000))*time.Microsecond, func() { victim.kill(p.t) })
	}
	res, answer, err := p.pass(r, body)
	switch when {
	case "while":
		cut.Stop()
		p.fail(when)
		err = net.ErrClosed
	case "unanswered":
		p.fail(when)
		err = net.ErrClosed
	case "answered":
		p.fail(when)
	case "later":
		after := time.Duration(p.r.IntN(60)) * time.Millisecond
		p.later.Go(func() {
			time.Sleep(after)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.fail(when)
		})
	}
	if err != nil {
		panic(http.ErrAbortHandler) // the line is cut
	}
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer)
}

func (p *power) pass(r *http.Request, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequest(r.Method, p.server.URL+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = r.Header.Clone()
	req.Host = r.Host
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	return res, answer, err
}

// patient repeats a request until somebody answers it, as every client of ours does.
type patient struct{ base http.RoundTripper }

const tries = 20

func (c patient) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		again := req.Clone(req.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		res, err := c.base.RoundTrip(again)
		if err == nil || try == tries {
			return res, err
		}
	}
}

// seeds is how many journeys are made under power cuts; a soak makes more.
func seeds(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("JOURNEY_KILLS")); err == nil {
		return n
	}
	return 3
}

func TestJourneyEndsInTheSameCaseThroughPowerCuts(t *testing.T) {
	var calm string
	told := map[string][]string{}
	total := map[string]int{}
	for seed := range seeds(t) + 1 {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			c := newCity(t, patient{http.DefaultTransport})
			c.power.r = rand.New(rand.NewPCG(7, uint64(seed))) //nolint:gosec // a small number
			order := c.power.r.Perm(6)
			if seed > 0 { // the first is the measure
				c.power.every = 6
			}
			e := &errand{city: c, i: 100 + seed}
			e.complain()
			e.dispatch()
			e.inspect(order)
			e.rectify()
			e.close()
			c.calm()
			c.fsck()
			c.verify()
			summary, messages := e.summary(), e.messages()
			if seed == 0 {
				calm, told = summary, messages
			}
			if summary != calm {
				t.Errorf("ended in\n%s\nwithout power cuts in\n%s", summary, calm)
			}
			for who, kinds := range told {
				for _, kind := range kinds {
					if !slices.Contains(messages[who], kind) {
						t.Errorf("%s was never told %s; told %v", who, kind, messages[who])
					}
				}
			}
			for when, n := range c.power.kills {
				total[when] += n
			}
		})
	}
	t.Logf("power cuts: %v", total)
	if seeds(t) > 0 && len(total) == 0 {
		t.Error("the power never failed")
	}
}

// calm ends the power cuts and waits for one that is under way.
func (c *city) calm() {
	c.power.mu.Lock()
	c.power.every = 0
	c.power.mu.Unlock()
	c.power.later.Wait()
}

// messages are the kinds that each of FCM's tokens was told. A message that came twice
// has one id.
func (e *errand) messages() map[string][]string {
	out, ids := map[string][]string{}, map[string]string{}
	for _, m := range e.fcm.Messages() {
		if !m.Accepted {
			continue
		}
		who, _, _ := strings.Cut(m.Token, "-")
		what := who + " " + m.Data["kind"] + " " + m.Data["revision"]
		if id := ids[what]; id != "" && id != m.Data["id"] {
			e.t.Errorf("%s came as %s and as %s", what, id, m.Data["id"])
		}
		ids[what] = m.Data["id"]
		if !slices.Contains(out[who], m.Data["kind"]) {
			out[who] = append(out[who], m.Data["kind"])
		}
	}
	return out
}
