// Package s3test is test support: a real S3 server, versitygw, on 127.0.0.1, which can go
// away and come back on the same port with the same data.
package s3test

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// What every server of the tests is opened with.
const (
	Bucket    = "photos"
	Region    = "us-east-1"
	AccessKey = "xuncha-test"
	Secret    = "s3cret-of-the-tests" //nolint:gosec // it opens nothing else
)

// Server is a bucket with its server.
type Server struct {
	URL string
	Dir string // the bucket's files

	t       *testing.T
	port    string
	root    string
	process *exec.Cmd
	log     bytes.Buffer
}

// binary is where the make target puts the server.
func binary(t *testing.T) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "bin", "versitygw")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the S3 server of the tests is not built; run: make s3")
	}
	return path
}

// New starts a server with an empty bucket; it ends with the test.
func New(t *testing.T) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	s := &Server{t: t, port: address, URL: "http://" + address, root: root, Dir: filepath.Join(root, "buckets", Bucket)}
	for _, dir := range []string{s.Dir, filepath.Join(root, "meta")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.ComeBack()
	t.Cleanup(s.GoAway)
	return s
}

// ComeBack starts the server and waits until it answers.
func (s *Server) ComeBack() {
	s.t.Helper()
	cmd := exec.Command(binary(s.t), "--access", AccessKey, "--secret", Secret, "--region", Region, "--port", s.port, "--quiet", //nolint:gosec // a binary of ours
		"posix", "--sidecar", filepath.Join(s.root, "meta"), filepath.Join(s.root, "buckets"))
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.process = cmd
	for deadline := time.Now().Add(20 * time.Second); ; {
		res, err := http.Get(s.URL + "/")
		if err == nil {
			_ = res.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			s.GoAway()
			s.t.Fatalf("the S3 server does not answer: %v\n%s", err, s.log.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// GoAway kills the server; its data stay.
func (s *Server) GoAway() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // it was killed
	s.process = nil
}

// Freeze lets the server keep silent: it takes connections and answers nothing.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(what syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(what); err != nil {
		s.t.Fatal(err)
	}
}

// Settings are the variables that a server of ours is started with to use it.
func (s *Server) Settings() map[string]string {
	return map[string]string{
		"XUNCHA_S3_ENDPOINT": s.URL, "XUNCHA_S3_BUCKET": Bucket, "XUNCHA_S3_REGION": Region,
		"XUNCHA_S3_ACCESS_KEY": AccessKey, "XUNCHA_S3_SECRET": Secret, "XUNCHA_S3_PATH_STYLE": "true",
	}
}

// Objects is how many files the bucket holds.
func (s *Server) Objects() int {
	s.t.Helper()
	all, err := filepath.Glob(filepath.Join(s.Dir, "evidence", "??", "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(all)
}

// Remove loses an object, as a disk that fails does.
func (s *Server) Remove(t *testing.T, key string) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.Dir, key)); err != nil {
		t.Fatal(err)
	}
}

// Cut shortens an object to so many bytes.
func (s *Server) Cut(t *testing.T, key string, size int64) {
	t.Helper()
	if err := os.Truncate(filepath.Join(s.Dir, key), size); err != nil {
		t.Fatal(err)
	}
}
