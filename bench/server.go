package main

// The server under measure, and its rows.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/phone"
)

type bench struct {
	app      core.App
	url      string
	caseID   string
	user     string // token of the inspector
	root     string // token of the superuser
	rows     int
	lastID   string
	stopping func()
}

const secret = "bench-pass-2026"

func open(dir string) (*bench, error) {
	app, err := hooks.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener = listener
		defer close(ready)
		return se.Next()
	})
	done := make(chan error, 1)
	go func() { done <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	<-ready
	b := &bench{app: app, url: "http://" + listener.Addr().String()}
	b.stopping = func() {
		err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error { return nil })
		if err := errors.Join(err, <-done, app.ResetBootstrapState()); err != nil {
			fmt.Fprintln(os.Stderr, "the server did not end well:", err)
		}
	}
	return b, b.people()
}

func (b *bench) close() { b.stopping() }

// people makes one agency, one inspector with one case, and a superuser.
func (b *bench) people() error {
	agency, err := b.record("agencies", map[string]any{"name": "青河县分局", "division_code": "990101"})
	if err != nil {
		return err
	}
	user, err := b.record("users", map[string]any{
		"name": "李强", "role": "inspector", "agency": agency.Id, "email": "a@bench.test", "password": secret,
	})
	if err != nil {
		return err
	}
	if _, err := b.record("_superusers", map[string]any{"email": "root@bench.test", "password": secret}); err != nil {
		return err
	}
	c, err := b.record("cases", map[string]any{
		"number": "2026-000001", "status": "assigned", "round": 1, "agency": agency.Id, "division_code": "990101", "inspectors": []string{user.Id},
	})
	if err != nil {
		return err
	}
	b.caseID = c.Id
	if b.user, err = b.signIn("users", "a@bench.test"); err != nil {
		return err
	}
	b.root, err = b.signIn("_superusers", "root@bench.test")
	return err
}

func (b *bench) record(collection string, fields map[string]any) (*core.Record, error) {
	col, err := b.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	for name, value := range fields {
		if name == "password" {
			r.SetPassword(value.(string))
			continue
		}
		r.Set(name, value)
	}
	return r, b.app.SaveWithContext(hooks.Seeding(context.Background()), r)
}

func (b *bench) signIn(collection, email string) (string, error) {
	var answer struct {
		Token string `json:"token"`
	}
	err := b.http("POST", "/api/collections/"+collection+"/auth-with-password", "", map[string]any{"identity": email, "password": secret}, &answer)
	return answer.Token, err
}

func (b *bench) http(method, path, token string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, b.url+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %.300s", method, path, res.StatusCode, out)
	}
	return json.Unmarshal(out, into)
}

func (b *bench) phone() *phone.Phone { return phone.New(b.url, b.user) }

// row is one inspection of the size that people write.
func (b *bench) row(app core.App) error {
	col, err := app.FindCachedCollectionByNameOrId("inspections")
	if err != nil {
		return err
	}
	b.rows++
	r := core.NewRecord(col)
	r.Load(map[string]any{
		"id": fmt.Sprintf("row%017d", b.rows), "case": b.caseID, "round": 1, "weather": "晴", "started_at": "2026-11-24T01:00:00.000Z",
		"findings": "现场有刺鼻气味，废气处理设施未运行，企业负责人称设备检修，已要求立即停止排放。", "samples": []string{"S1", "S2"},
	})
	b.lastID = r.Id
	return app.Save(r)
}

// grow saves rows through all hooks, many in a transaction.
func (b *bench) grow(to int) error {
	for b.rows < to {
		err := b.app.RunInTransaction(func(tx core.App) error {
			for range min(500, to-b.rows) {
				if err := b.row(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// growRaw inserts rows of the table alone: what a create has to look through.
func (b *bench) growRaw(to int) error {
	return b.app.RunInTransaction(func(tx core.App) error {
		for ; b.rows < to; b.rows++ {
			_, err := tx.NonconcurrentDB().NewQuery("INSERT INTO inspections (id, `case`) VALUES ({:id}, {:case})").
				Bind(dbx.Params{"id": fmt.Sprintf("raw%017d", b.rows), "case": "another"}).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// clean asks fsck: a fast sync of wrong rows would be no result. The case was laid down
// without actions, so its history is not asked for.
func (b *bench) clean() error {
	report, err := store.Fsck{App: b.app}.Run()
	if err != nil {
		return err
	}
	for _, d := range report.Differences {
		if d.Check == "documents" || d.Check == "access" {
			return fmt.Errorf("fsck: %+v", d)
		}
	}
	return nil
}
