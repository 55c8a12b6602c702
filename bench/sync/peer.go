package main

// The servers under measure, each a process of its own, and what it uses of the machine.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// asPeer as the first argument makes this program one of the servers.
const asPeer = "peer"

// Kinds of servers.
const (
	house = "xuncha"
	plain = "pocketbase"
	quiet = "pocketbase without request log"
	floor = "floor"
)

// peer is one running server.
type peer struct {
	kind, url, dir string
	cmd            *exec.Cmd
	in             io.Closer
}

// start runs a server on dir until stop.
func (b *bench) start(kind, dir string) (*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, asPeer, kind, dir) //nolint:gosec // this program itself
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &peer{kind: kind, dir: dir, cmd: cmd, in: in}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.url)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not start: %w", kind, err), p.stop())
	}
	return p, nil
}

// stop ends a server; it ends by itself too when the bench does.
func (p *peer) stop() error {
	_ = p.in.Close() // it may have ended
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.kind, err)
	}
	return nil
}

// servePeer is the other side of start.
func servePeer(args []string) error {
	kind, dir := args[0], args[1]
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // whatever ends it
		close(ended)
	}()
	s := serving{ln, dir, ended}
	switch kind {
	case house:
		return s.house()
	case plain, quiet:
		return s.plain(kind == plain)
	case floor:
		return s.floor()
	}
	return fmt.Errorf("there is no server %q", kind)
}

// serving is what a server needs to know.
type serving struct {
	ln    net.Listener
	dir   string
	ended <-chan struct{}
}

// ready tells the bench where the server is.
func (s serving) ready() { fmt.Printf("%q\n", "http://"+s.ln.Addr().String()) }

func (p *peer) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), name)
}

// cpu is the time that the server's threads have spent on a core, user and system.
func (p *peer) cpu() time.Duration {
	threads, _ := filepath.Glob(p.proc("task/*/schedstat")) // elsewhere than on Linux there are none
	total := time.Duration(0)
	for _, path := range threads {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // the thread ended
		}
		ns, _ := strconv.ParseInt(first(string(data), " "), 10, 64)
		total += time.Duration(ns)
	}
	return total
}

// memory is what of the server lies in memory, now and at most since the last forget, in bytes.
func (p *peer) memory() (now, peak int64) {
	status, _ := os.ReadFile(p.proc("status")) // elsewhere than on Linux there is none
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			now = kb << 10
		case "VmHWM:":
			peak = kb << 10
		}
	}
	return now, peak
}

// forget lets the peak begin anew.
func (p *peer) forget() { _ = os.WriteFile(p.proc("clear_refs"), []byte("5"), 0) } // else it is that of the whole life
