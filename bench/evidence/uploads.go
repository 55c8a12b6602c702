package main

// Measure 3: many phones bring a file at once, to us by tus and to plain PocketBase as a
// multipart form with one file field.

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Kinds of servers.
const (
	house = "xuncha"
	plain = "pocketbase"
)

// peer is one running server.
type peer struct {
	cmd  *exec.Cmd
	in   io.Closer
	told told
}

// told is what a server says once it is up.
type told struct{ URL, Token string }

func start(kind, dir string) (*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, asChild, "serve", kind, dir) //nolint:gosec // this program itself
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
	p := &peer{cmd: cmd, in: in}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.told)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not start: %w", kind, err), p.stop())
	}
	return p, nil
}

func (p *peer) stop() error {
	_ = p.in.Close() // it may have ended
	return p.cmd.Wait()
}

func (b *bench) uploads() error {
	walls, grown := map[string][]time.Duration{}, map[string][]int64{}
	for round := range min(3, b.n.rounds) {
		for _, kind := range []string{house, plain} {
			wall, more, err := b.bring(kind, round)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			walls[kind], grown[kind] = append(walls[kind], wall), append(grown[kind], more)
		}
	}
	total := float64(b.n.clients*b.n.bytes) / 1e6
	b.say("   %d clients x %.1f MB", b.n.clients, float64(b.n.bytes)/1e6)
	for _, k := range []struct{ kind, name string }{{house, "ours, tus, each byte on disk when it counts"}, {plain, "PocketBase, multipart file field"}} {
		b.say("      %-46s %9s   %6.0f MB/s   memory +%s", k.name, millis(median(walls[k.kind])), total/median(walls[k.kind]).Seconds(), megabytes(median(grown[k.kind])))
	}
	b.goal("uploads at once, memory above idle", megabytes(median(grown[house])), "< 150 MB", median(grown[house]) < 150e6)
	return nil
}

// bring lets all clients upload and returns how long it took and how far the server's memory
// peak rose above what it had when idle.
func (b *bench) bring(kind string, round int) (time.Duration, int64, error) {
	p, err := start(kind, filepath.Join(b.dir, fmt.Sprintf("%s-%d", kind, round)))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = p.stop() }()
	idle, err := memory(strconv.Itoa(p.cmd.Process.Pid), "VmHWM")
	if err != nil {
		return 0, 0, err
	}
	files := make([][]byte, b.n.clients)
	for i := range files {
		files[i] = film(uint64(round*1000+i), b.n.bytes)
	}
	send := p.byTus
	if kind == plain {
		send = p.byForm
	}
	errs := make([]error, len(files))
	var all sync.WaitGroup
	began := time.Now()
	for i, data := range files {
		all.Go(func() { errs[i] = send(data) })
	}
	all.Wait()
	wall := time.Since(began)
	peak, err := memory(strconv.Itoa(p.cmd.Process.Pid), "VmHWM")
	return wall, peak - idle, errors.Join(append(errs, err)...)
}

// film is a file of a size that no decoder has to look at: only the way of bytes is measured.
func film(seed uint64, size int) []byte {
	data := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	_, _ = r.Read(data) // never fails
	copy(data, "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41")
	return data
}

// byTus creates an upload and brings all of it.
func (p *peer) byTus(data []byte) error {
	sum := sha256.Sum256(data)
	name := base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sum[:])))
	said, err := p.ask(http.MethodPost, p.told.URL+"/api/evidence/upload/", map[string]string{
		"Tus-Resumable": "1.0.0", "Upload-Length": strconv.Itoa(len(data)), "Upload-Metadata": "sha256 " + name,
	}, nil)
	if err != nil {
		return err
	}
	_, err = p.ask(http.MethodPatch, said.Get("Location"), map[string]string{
		"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
	}, data)
	return err
}

// byForm creates a record with the file.
func (p *peer) byForm(data []byte) error {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "film.mp4")
	if err == nil {
		_, err = part.Write(data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	_, err = p.ask(http.MethodPost, p.told.URL+"/api/collections/files/records", map[string]string{"Content-Type": w.FormDataContentType()}, body.Bytes())
	return err
}

func (p *peer) ask(method, url string, header map[string]string, body []byte) (http.Header, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", p.told.Token)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	said, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %d %s", method, url, res.StatusCode, said)
	}
	return res.Header, err
}
