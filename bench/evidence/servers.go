package main

// The servers of measure 3: ours as it runs, and plain PocketBase with one collection.

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"xuncha/hooks"
)

// servePeer is one of the servers, until its standard input ends.
func servePeer(kind, dir string) error {
	app, user, err := openPeer(kind, dir)
	if err != nil {
		return err
	}
	token, err := user.NewAuthToken()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener, se.InstallerFunc = ln, nil
		if err := se.Next(); err != nil {
			return err
		}
		line, err := json.Marshal(told{"http://" + ln.Addr().String(), token})
		fmt.Println(string(line))
		return err
	})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // whatever ends it
		os.Exit(0)
	}()
	return apis.Serve(app, apis.ServeConfig{HttpAddr: ln.Addr().String()})
}

func openPeer(kind, dir string) (core.App, *core.Record, error) {
	if kind == house {
		app, err := hooks.Open(dir)
		if err != nil {
			return nil, nil, err
		}
		hooks.LetGarbageLie() // as a server does
		if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
			return nil, nil, err
		}
		agency, err := made(app, "agencies", map[string]any{"name": "青河县分局", "division_code": "990101", "level": "county"})
		if err != nil {
			return nil, nil, err
		}
		user, err := person(app, map[string]any{
			"name": "张三", "role": "inspector", "agency": agency.Id, "certificate_no": "ZF-1", "certificate_until": "2099-12-31",
		})
		return app, user, err
	}
	core.AppMigrations = core.MigrationsList{} // ours are linked in and are none of its
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return nil, nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, nil, err
	}
	files := core.NewBaseCollection("files")
	files.CreateRule = types.Pointer(`@request.auth.id != ""`)
	files.Fields.Add(&core.FileField{Name: "file", MaxSize: 64 << 20})
	if err := app.Save(files); err != nil {
		return nil, nil, err
	}
	user, err := person(app, nil)
	return app, user, err
}

func made(app core.App, collection string, fields map[string]any) (*core.Record, error) {
	col, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	r.Load(fields)
	return r, app.Save(r)
}

func person(app core.App, fields map[string]any) (*core.Record, error) {
	col, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	r.Load(fields)
	r.SetEmail("bench@example.test")
	r.SetPassword("Bench-pass-2026")
	return r, app.Save(r)
}
