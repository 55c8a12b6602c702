package main

// Our server as "xuncha serve" runs it, and plain PocketBase as it comes. Both get a route
// that does nothing for somebody who is signed in: what no push can pass.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
)

// Routes of the bench, in both.
const (
	emptyRoute   = "/bench/empty"
	profileRoute = "/bench/profile"
	settleRoute  = "/bench/settle"
	commitsRoute = "/bench/commits"
)

func (s serving) house() error {
	app, err := hooks.Open(s.dir)
	if err != nil {
		return err
	}
	hooks.LetGarbageLie() // as a server does
	if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
		return err
	}
	var seen commits
	app.OnRecordAfterUpdateSuccess("inspections", "agencies").BindFunc(seen.add)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.GET(commitsRoute, seen.answer)
		return se.Next()
	})
	return s.pocketBase(app)
}

// plain has no schema but that of its data folder.
func (s serving) plain(logs bool) error {
	core.AppMigrations = core.MigrationsList{} // ours are linked in and are none of its
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: s.dir})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if !logs {
		app.Settings().Logs.MaxDays = 0
		if err := app.Save(app.Settings()); err != nil {
			return err
		}
	}
	return s.pocketBase(app)
}

// pocketBase serves app until the bench ends it.
func (s serving) pocketBase(app core.App) error {
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener = s.ln
		se.InstallerFunc = nil
		se.Router.POST(emptyRoute, func(e *core.RequestEvent) error {
			return e.JSON(http.StatusOK, map[string]any{})
		}).Bind(apis.RequireAuth("users"))
		se.Router.POST(settleRoute, func(e *core.RequestEvent) error {
			debug.FreeOSMemory()
			return e.NoContent(http.StatusNoContent)
		})
		se.Router.POST(profileRoute, profile)
		err := se.Next()
		if err == nil {
			s.ready()
		}
		return err
	})
	done := make(chan error, 1)
	go func() { done <- apis.Serve(app, apis.ServeConfig{HttpAddr: s.ln.Addr().String()}) }()
	select {
	case err := <-done:
		return err
	case <-s.ended:
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error { return nil })
	select {
	case served := <-done:
		return errors.Join(err, served, app.ResetBootstrapState())
	case <-ctx.Done():
		return errors.Join(err, errors.New("the server did not end"))
	}
}

// profile begins a CPU profile into a file, or ends it.
func profile(e *core.RequestEvent) error {
	path := e.Request.URL.Query().Get("to")
	if path == "" {
		pprof.StopCPUProfile()
		return e.NoContent(http.StatusNoContent)
	}
	f, err := os.Create(path) // the runtime writes into it until the end
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return e.NoContent(http.StatusNoContent)
}

// profiled does something under the server's CPU profile, where profiles are asked for; else
// it does nothing.
func (b *bench) profiled(p *peer, name string, do func() error) error {
	if b.profiles == "" || p.kind != house {
		return nil
	}
	file := strings.NewReplacer(" ", "-", "/", "-", ",", "").Replace(b.measure + " " + name + ".pprof")
	path, err := filepath.Abs(filepath.Join(b.profiles, file))
	if err != nil {
		return err
	}
	var buf buffers
	c := newClient(p.url)
	if _, err := c.do(&buf, http.MethodPost, profileRoute+"?to="+url.QueryEscape(path), "", nil); err != nil {
		return err
	}
	done := do()
	_, err = c.do(&buf, http.MethodPost, profileRoute, "", nil)
	return errors.Join(done, err)
}

// commits are the moments at which changes were committed, as the server itself saw them:
// its hooks after a success run after the commit.
// They are kept from the first question on.
type commits struct {
	mu sync.Mutex
	at map[int64]int64 // nanoseconds of the clock by seq
}

func (c *commits) add(e *core.RecordEvent) error {
	at := time.Now().UnixNano()
	c.mu.Lock()
	if c.at != nil {
		c.at[int64(e.Record.GetInt("seq"))] = at
	}
	c.mu.Unlock()
	return e.Next()
}

func (c *commits) answer(e *core.RequestEvent) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == nil {
		c.at = map[int64]int64{}
	}
	return e.JSON(http.StatusOK, c.at)
}
