package storm

// The server of a schedule: a database on disk behind the real handler, called without a
// network. The power may fail at any save, and an older database may be put back.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	stdsync "sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/hooks"
	"xuncha/hooks/route"
)

// server is one database directory with the process that has it open.
type server struct {
	root    string // all its directories, one after the other
	dir     string // the present one
	dirs    int
	app     core.App
	handler http.Handler
	now     func() time.Time
	bind    func(core.App) // what watches the saves
	newID   func() string
	durable string // what durable means
	saves   int    // until the power fails; below 0 it does not
	left    string // the directory as the power cut left it; empty while there is power
}

var errPower = errors.New("the power failed")

// open starts the process on the present directory.
func (s *server) open() error {
	app, err := hooks.Open(s.dir)
	if err != nil {
		return err
	}
	if err := hooks.Register(app, hooks.Config{Now: s.now, NewID: s.newID, Durable: s.durable, Limits: route.Limits{Writes: -1, Reads: -1, Strangers: -1}}); err != nil {
		return err
	}
	app.OnRecordCreate().Bind(&hook.Handler[*core.RecordEvent]{Func: s.power, Priority: -1000})
	app.OnRecordUpdate().Bind(&hook.Handler[*core.RecordEvent]{Func: s.power, Priority: -1000})
	if s.bind != nil {
		s.bind(app)
	}
	s.app, s.saves, s.left = app, -1, ""
	s.handler, err = serve(app)
	return err
}

// serve is what apis.Serve does before it listens.
func serve(app core.App) (http.Handler, error) {
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	router.Bind(apis.CORS(apis.CORSConfig{AllowOrigins: []string{"*"}}))
	event := &core.ServeEvent{App: app, Router: router, Server: &http.Server{ReadHeaderTimeout: time.Minute}}
	err = app.OnServe().Trigger(event, func(e *core.ServeEvent) error {
		mux, err := e.Router.BuildMux()
		e.Server.Handler = mux
		return err
	})
	return event.Server.Handler, err
}

// close ends the process; what it does after a snapshot was taken concerns nobody.
func (s *server) close() error {
	event := &core.TerminateEvent{App: s.app}
	if err := s.app.OnTerminate().Trigger(event, func(*core.TerminateEvent) error { return nil }); err != nil {
		return err
	}
	return s.app.ResetBootstrapState()
}

// power is asked before each save.
func (s *server) power(e *core.RecordEvent) error {
	switch {
	case s.left != "":
		return errPower
	case s.saves > 0:
		s.saves--
	case s.saves == 0:
		var err error
		if s.left, err = s.snapshot(e.App); err != nil {
			return err
		}
		return errPower
	}
	return e.Next()
}

// snapshot copies the directory as it is on disk at this moment: what is not committed is
// not in it. It holds the writer, so that no file moves meanwhile.
func (s *server) snapshot(app core.App) (dir string, err error) {
	if !app.IsTransactional() {
		err = app.RunInTransaction(func(tx core.App) error {
			dir, err = s.snapshot(tx)
			return err
		})
		return dir, err
	}
	dir = s.newDir()
	return dir, copyDir(s.dir, dir)
}

func (s *server) newDir() string {
	s.dirs++
	return filepath.Join(s.root, fmt.Sprintf("d%d", s.dirs))
}

// copyDir copies a data directory; what SQLite shares between processes dies with them.
func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || strings.HasSuffix(path, "-shm") {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was written beside its name, and has moved there
	}
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// crash ends the process as a power cut would and starts it on what was on the disk.
func (s *server) crash() error {
	if s.left == "" {
		var err error
		if s.left, err = s.snapshot(s.app); err != nil {
			return err
		}
	}
	return s.moveTo(s.left)
}

func (s *server) moveTo(dir string) error {
	if err := s.close(); err != nil {
		return err
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return err
	}
	s.dir = dir
	return s.open()
}

// answer is what the handler said.
type answer struct {
	stdsync.Once
	status int
	header http.Header
	bytes.Buffer
}

// Header, WriteHeader and Write make it an http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status.
func (a *answer) WriteHeader(status int) { a.Do(func() { a.status = status }) }

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.Buffer.Write(p)
}

// handle runs one request in this goroutine, through everything that a request passes. A
// body that is cut ends with an error, as a line does.
func (s *server) handle(method, path string, header http.Header, body []byte, cut int) *answer {
	var in io.Reader = bytes.NewReader(body)
	if cut < len(body) {
		in = io.MultiReader(bytes.NewReader(body[:cut]), broken{})
	}
	r, err := http.NewRequest(method, "http://house"+path, io.NopCloser(in))
	if err != nil {
		panic(err) // the paths are ours
	}
	r.Header, r.ContentLength, r.RemoteAddr, r.RequestURI = header, int64(len(body)), "127.0.0.1:1", path
	a := &answer{header: http.Header{}}
	s.handler.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK)
	return a
}

// broken is the end of a line that is cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
