package journey

// The real binary: built once, run as a process of its own.

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	stdsync "sync"
	"syscall"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "xuncha-journey-*")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "xuncha")
	build := exec.Command("go", "build", "-o", binary, "xuncha/cmd/xuncha")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// run runs one command of the binary to its end and returns what it printed.
func run(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("xuncha %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// server is a running "xuncha serve".
type server struct {
	cmd  *exec.Cmd
	URL  string
	log  *bytes.Buffer
	over stdsync.Once // it is ended once
}

// serve starts the binary on a free port and waits until it says where it listens.
func serve(t *testing.T, dir string, env ...string) *server {
	t.Helper()
	cmd := exec.Command(binary, "serve", "--dir", dir, "--http", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), env...)
	s := &server{cmd: cmd, log: &bytes.Buffer{}}
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop(t) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "http://"); ok {
			s.URL = "http://" + strings.TrimSpace(url)
			break
		}
	}
	if s.URL == "" {
		t.Fatalf("the server did not start:\n%s", s.log)
	}
	go func() {
		for lines.Scan() { // keep the pipe empty
		}
	}()
	return s
}

// stop ends the server as an operator would and asks for a clean exit.
func (s *server) stop(t *testing.T) {
	t.Helper()
	s.over.Do(func() {
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := s.cmd.Wait(); err != nil {
			t.Errorf("serve ended with %v:\n%s", err, s.log)
		}
	})
}

// kill ends the server as a power cut does.
func (s *server) kill(t *testing.T) {
	s.over.Do(func() {
		if err := s.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = s.cmd.Wait() // it was killed
		if strings.Contains(s.log.String(), "panic") {
			t.Errorf("the server panicked:\n%s", s.log)
		}
	})
}

// write puts a file into dir and returns its path.
func write(t *testing.T, dir, name, format string, args ...any) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
