package main

// The house with very many cases: how soon after a start it shows a tile, and how long a tile
// takes over HTTP while cases change.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/route"
	"xuncha/internal/house"
)

type serveSizes struct {
	cases   int
	asked   int // tiles of each zoom
	updates int // a second
}

var (
	fullServe  = serveSizes{cases: 1_000_000, asked: 300, updates: 100}
	smallServe = serveSizes{cases: 3_000, asked: 10, updates: 20}
)

// served is a house that answers.
type served struct {
	app   core.App
	url   string
	token string
	done  chan error
}

func (b *bench) serve() error {
	dir, err := os.MkdirTemp("", "bench-geo-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	begun := time.Now()
	email, err := furnish(dir, b.n.serve.cases)
	if err != nil {
		return err
	}
	b.line("a province of 11 cities and 121 counties", "%d cases, written in %s", b.n.serve.cases, time.Since(begun).Round(100*time.Millisecond))
	first, err := open(dir, email) // marks what is late, which a house that runs has done
	if err != nil {
		return err
	}
	if _, err := first.waitFor(maptile.New(0, 0, 0)); err != nil {
		return err
	}
	if err := first.close(); err != nil {
		return err
	}
	begun = time.Now()
	h, err := open(dir, email)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	if _, err := h.waitFor(maptile.New(0, 0, 0)); err != nil {
		return err
	}
	took := time.Since(begun)
	b.goal("from the start to the first tile of all cases", fmt.Sprintf("%.1f s", took.Seconds()), "< 5 s", took < 5*time.Second)
	return b.askTiles(h)
}

// furnish makes a province with its agencies, a dispatcher, and its cases.
func furnish(dir string, cases int) (email string, err error) {
	app, err := hooks.Open(dir)
	if err != nil {
		return "", err
	}
	if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	save := func(collection string, fields map[string]any, also func(*core.Record)) (string, error) {
		col, err := app.FindCollectionByNameOrId(collection)
		if err != nil {
			return "", err
		}
		r := core.NewRecord(col)
		r.Load(fields)
		if also != nil {
			also(r)
		}
		return r.Id, app.Save(r)
	}
	agency := func(code string) (string, error) {
		return save("agencies", map[string]any{"name": "机构" + code, "division_code": code, "level": "county"}, nil)
	}
	desk := func(agency, email string) error {
		_, err := save("users", map[string]any{"name": email, "role": "dispatcher", "agency": agency}, func(r *core.Record) {
			r.SetEmail(email)
			house.SetPassword(r)
		})
		return err
	}
	province, err := agency("990000")
	if err != nil {
		return "", err
	}
	email = "desk@example.test"
	if err := desk(province, email); err != nil {
		return "", err
	}
	var counties []house.County
	for city := 1; city <= 11; city++ {
		id, err := agency(fmt.Sprintf("99%02d00", city))
		if err == nil {
			err = desk(id, fmt.Sprintf("city%d@example.test", city))
		}
		for county := 1; county <= 11 && err == nil; county++ {
			code := fmt.Sprintf("99%02d%02d", city, county)
			if id, err = agency(code); err == nil {
				err = desk(id, "county"+code+"@example.test")
			}
			counties = append(counties, house.County{Agency: id, Code: code})
		}
		if err != nil {
			return "", err
		}
	}
	return email, house.Fill(app, 0, cases, counties, time.Now())
}

func open(dir, email string) (*served, error) {
	app, err := hooks.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := hooks.Register(app, hooks.Config{Now: time.Now, Limits: route.Limits{Reads: -1}}); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener = listener
		err := se.Next()
		close(ready)
		return err
	})
	h := &served{app: app, url: "http://" + listener.Addr().String(), done: make(chan error, 1)}
	go func() { h.done <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	select {
	case <-ready:
	case err := <-h.done:
		return nil, err
	}
	user, err := app.FindAuthRecordByEmail("users", email)
	if err != nil {
		return nil, err
	}
	h.token, err = user.NewAuthToken()
	return h, err
}

func (h *served) close() error {
	event := &core.TerminateEvent{App: h.app}
	err := h.app.OnTerminate().Trigger(event, func(*core.TerminateEvent) error { return nil })
	return errors.Join(err, <-h.done, h.app.ResetBootstrapState())
}

// tile asks for one; status 503 says that the map is being made.
func (h *served) tile(t maptile.Tile) (status, size int, err error) {
	req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/api/tiles/%d/%d/%d.mvt", h.url, t.Z, t.X, t.Y), nil)
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Authorization", h.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, err
	}
	n, err := io.Copy(io.Discard, res.Body)
	return res.StatusCode, int(n), errors.Join(err, res.Body.Close())
}

// waitFor asks until a tile is there, as a board does that is told when to ask again.
func (h *served) waitFor(t maptile.Tile) (int, error) {
	for {
		status, size, err := h.tile(t)
		if err != nil || status == http.StatusOK {
			return size, err
		}
		if status != http.StatusServiceUnavailable {
			return 0, fmt.Errorf("tile %v: %d", t, status)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// askTiles measures tiles of each zoom around cases while cases change.
func (b *bench) askTiles(h *served) error {
	ctx, stop := context.WithCancel(context.Background())
	changed := make(chan int)
	go func() { changed <- h.change(ctx, b.n.serve) }()
	r := rand.New(rand.NewPCG(20261126, 3))
	var all []time.Duration
	begun := time.Now()
	for _, z := range []maptile.Zoom{3, 5, 8, 10, 12, 14, 15, 16, 18} {
		var took []time.Duration
		for range b.n.serve.asked {
			at := orb.Point{116 + r.Float64(), 39.4 + r.Float64()}
			from := time.Now()
			status, _, err := h.tile(maptile.At(at, z))
			if err != nil || status != http.StatusOK && status != http.StatusNoContent {
				stop()
				return fmt.Errorf("zoom %d: %d %w", z, status, err)
			}
			took = append(took, time.Since(from))
		}
		slices.Sort(took)
		b.line(fmt.Sprintf("zoom %d, over HTTP", z), "median %s, p99 %s, at most %s", millis(took[len(took)/2]), millis(took[len(took)*99/100]), millis(took[len(took)-1]))
		all = append(all, took...)
	}
	seconds := time.Since(begun).Seconds()
	stop()
	n := <-changed
	b.line("cases that changed meanwhile", "%d, %.0f a second", n, float64(n)/seconds)
	slices.Sort(all)
	p99 := all[len(all)*99/100]
	b.goal(fmt.Sprintf("tiles over HTTP, %d cases, p99", b.n.serve.cases), millis(p99), "< 10 ms", p99 < 10*time.Millisecond)
	return nil
}

// change saves cases, so many a second, and returns how many.
func (h *served) change(ctx context.Context, n serveSizes) (saved int) {
	tick := time.NewTicker(time.Second / time.Duration(n.updates))
	defer tick.Stop()
	r := rand.New(rand.NewPCG(20261126, 4))
	for {
		select {
		case <-ctx.Done():
			return saved
		case <-tick.C:
		}
		c, err := h.app.FindRecordById("cases", fmt.Sprintf("many%011d", r.IntN(n.cases)))
		if err != nil {
			return saved
		}
		c.Set("urgent", !c.GetBool("urgent"))
		if h.app.SaveWithContext(hooks.Seeding(ctx), c) == nil {
			saved++
		}
	}
}
