// Package house is test support: a real PocketBase on disk with our schema and
// hooks behind a real listener on 127.0.0.1, and makers of agencies and users.
package house

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
)

// House is one running server.
type House struct {
	App core.App
	URL string
	Dir string
	T   *testing.T

	stop func()
}

// Password is what every user of the tests signs in with.
const Password = "Test-pass-2026"

// New starts a house with the real clock in a folder of the test.
func New(t *testing.T) *House { return With(t, t.TempDir(), hooks.Config{Now: time.Now}) }

// With starts a house in dir with the given settings. It stops with the test.
func With(t *testing.T, dir string, cfg hooks.Config) *House {
	t.Helper()
	return at(t, "127.0.0.1:0", dir, cfg)
}

// Again starts a house that was stopped, in its folder and at its address, where those who
// talked to it before look for it.
func (h *House) Again(cfg hooks.Config) *House {
	h.T.Helper()
	return at(h.T, strings.TrimPrefix(h.URL, "http://"), h.Dir, cfg)
}

func at(t *testing.T, address, dir string, cfg hooks.Config) *House {
	t.Helper()
	if err := begin(dir); err != nil {
		t.Fatal(err)
	}
	app, err := hooks.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := hooks.Register(app, cfg); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	ready, done := make(chan struct{}), make(chan error, 1)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener = listener
		err := se.Next()
		close(ready)
		return err
	})
	go func() { done <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("the server did not start: %v", err)
	}
	h := &House{App: app, URL: "http://" + listener.Addr().String(), Dir: dir, T: t}
	stopped := false
	h.stop = func() {
		if stopped {
			return
		}
		stopped = true
		event := &core.TerminateEvent{App: app}
		if err := app.OnTerminate().Trigger(event, func(e *core.TerminateEvent) error { return nil }); err != nil {
			t.Errorf("stop: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := app.ResetBootstrapState(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(h.stop)
	return h
}

// blank holds the files of a house in which nothing happened yet, its schema up to date.
var blank = sync.OnceValues(func() (files map[string][]byte, err error) {
	dir, err := os.MkdirTemp("", "xuncha-blank-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	app, err := hooks.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := app.ResetBootstrapState(); err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, name := range []string{"data.db", "auxiliary.db"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// begin puts a blank house into a folder that has none: to bring each up to date anew would take
// longer than most tests.
func begin(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "data.db")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := blank()
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends the server before the test does; Again starts it again, With on the same Dir does at
// another address.
func (h *House) Stop() { h.stop() }

// Agency makes an agency for a division code and returns its id.
func (h *House) Agency(name, code string) string {
	h.T.Helper()
	col, err := h.App.FindCollectionByNameOrId("agencies")
	if err != nil {
		h.T.Fatal(err)
	}
	r := core.NewRecord(col)
	r.Load(map[string]any{"name": name, "division_code": code, "level": "county"})
	if err := h.App.Save(r); err != nil {
		h.T.Fatal(err)
	}
	return r.Id
}

// User is a person with a token.
type User struct{ ID, Name, Role, Agency, Email, Token string }

// hashed is the hash of Password, made once: it would be the most of many a test's time.
var hashed = sync.OnceValue(func() string {
	r := core.NewRecord(core.NewAuthCollection("hashed"))
	r.SetPassword(Password)
	return r.GetString(core.FieldNamePassword + ":hash")
})

// SetPassword lets somebody sign in with Password.
func SetPassword(r *core.Record) {
	r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hashed()})
}

// User makes a user with a valid certificate and a token, who can sign in with Password.
func (h *House) User(role, agency, name string) User {
	h.T.Helper()
	col, err := h.App.FindCollectionByNameOrId("users")
	if err != nil {
		h.T.Fatal(err)
	}
	r := core.NewRecord(col)
	r.Load(map[string]any{
		"name": name, "role": role, "agency": agency, "on_duty": true,
		"certificate_no": "ZF-" + name, "certificate_until": "2099-12-31",
	})
	r.SetEmail(fmt.Sprintf("u%s@example.test", core.GenerateDefaultRandomId()))
	SetPassword(r)
	if err := h.App.Save(r); err != nil {
		h.T.Fatal(err)
	}
	token, err := r.NewAuthToken()
	if err != nil {
		h.T.Fatal(err)
	}
	return User{ID: r.Id, Name: name, Role: role, Agency: agency, Email: r.Email(), Token: token}
}

// Root makes the operator and returns his token.
func (h *House) Root() string {
	h.T.Helper()
	r := h.Record(core.CollectionNameSuperusers, map[string]any{"email": "root@example.test", "password": Password})
	token, err := r.NewAuthToken()
	if err != nil {
		h.T.Fatal(err)
	}
	return token
}

// SignIn returns a token, by the route that people use.
func (h *House) SignIn(email, password string) string {
	h.T.Helper()
	status, body := h.Do("POST", "/api/collections/users/auth-with-password", "",
		map[string]any{"identity": email, "password": password})
	if status != http.StatusOK {
		h.T.Fatalf("sign in %s: %d %v", email, status, body)
	}
	return body["token"].(string)
}

// Do sends one request with a JSON body and returns the status and the JSON answer.
func (h *House) Do(method, path, token string, body any) (int, map[string]any) {
	h.T.Helper()
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			h.T.Fatal(err)
		}
		in = bytes.NewReader(data)
	}
	status, data := h.Raw(method, path, map[string]string{"Authorization": token, "Content-Type": "application/json"}, in)
	var out map[string]any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &out); err != nil {
			h.T.Fatalf("%s %s: %d %q is not a JSON object", method, path, status, data)
		}
	}
	return status, out
}

// Raw sends one request as it is; an empty header value is left out.
func (h *House) Raw(method, path string, header map[string]string, body io.Reader) (int, []byte) {
	h.T.Helper()
	req, err := http.NewRequest(method, h.URL+path, body)
	if err != nil {
		h.T.Fatal(err)
	}
	for k, v := range header {
		if v != "" {
			req.Header.Set(k, v)
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		h.T.Fatal(err)
	}
	return res.StatusCode, data
}

// Record saves a record of any collection with the given fields, as the server itself.
func (h *House) Record(collection string, fields map[string]any) *core.Record {
	h.T.Helper()
	col, err := h.App.FindCollectionByNameOrId(collection)
	if err != nil {
		h.T.Fatal(err)
	}
	r := core.NewRecord(col)
	r.Load(fields)
	ctx := h.T.Context()
	if collection == "cases" { // in whatever state a test wants it
		ctx = hooks.Seeding(ctx)
	}
	if err := h.App.SaveWithContext(ctx, r); err != nil {
		h.T.Fatalf("%s: %v", collection, err)
	}
	return r
}

// Case makes a registered case of an agency.
func (h *House) Case(agency, code, number string) string {
	h.T.Helper()
	return h.Record("cases", map[string]any{
		"number": number, "status": "registered", "round": 1, "source": "web", "agency": agency, "division_code": code,
		"pollution_types": []string{"air"}, "title": "恶臭", "text": "工厂夜间排放刺鼻气味", "text_length": 10, "address": "化工路3号",
		"location": map[string]any{"lon": 116.4, "lat": 39.9}, "identity_mode": "anonymous",
		"received_at": "2026-11-20T01:00:00.000Z", "due_strict": "2026-12-05", "supervision_level": "none",
	}).Id
}

// Seeding is a context in which a case is saved in whatever state a test wants it.
func Seeding(t *testing.T) context.Context { return hooks.Seeding(t.Context()) }
