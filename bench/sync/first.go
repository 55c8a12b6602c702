package main

// Measure 1: a new phone's first sync, beside PocketBase's list and the floor.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"xuncha/internal/phone"
)

// contender is one way to get all rows.
type contender struct {
	name string
	peer *peer
	get  func() (rows int, wire int64, err error)

	times []time.Duration
	cpu   []time.Duration
	wire  int64
}

func (b *bench) firstSync() error {
	w, err := b.seed([]team{{1, b.n.first}})
	if err != nil {
		return err
	}
	t, err := b.twin(w, false)
	if err != nil {
		return err
	}
	return b.among(w, t, []string{house, plain, quiet, floor}, func(p peers) error {
		me := w.crews[0].officers[0]
		ways := []*contender{
			{name: "sync", peer: p[house], get: pulled(newClient(p[house].url), me.token)},
			{name: "sync with internal/phone", peer: p[house], get: phoned(p[house].url, me.token)},
			{name: "PocketBase list", peer: p[plain], get: listed(newClient(p[plain].url), t.tokens[0][0])},
			{name: "PocketBase list, no request log", peer: p[quiet], get: listed(newClient(p[quiet].url), t.tokens[0][0])},
			{name: "floor", peer: p[floor], get: pulled(newClient(p[floor].url), floorToken(me.id, time.Now().Add(time.Hour)))},
		}
		if err := b.race(ways); err != nil {
			return err
		}
		b.firstGoals(ways)
		if a, f := float64(ways[0].wire), float64(ways[4].wire); f < 0.9*a || f > 1.1*a {
			return fmt.Errorf("the floor sent %.0f bytes where ours sent %.0f: it does not do the same", f, a)
		}
		if err := complete(p[house].url, me.token, b.n.first); err != nil {
			return err
		}
		return b.clean(w)
	})
}

// race lets each take a turn, once unmeasured and then in each round.
func (b *bench) race(ways []*contender) error {
	for round := range b.n.rounds + 1 {
		for _, c := range ways {
			start, cpu := time.Now(), c.peer.cpu()
			rows, wire, err := c.get()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if rows < b.n.first || rows > b.n.first+b.n.first/rowsOfCase+100 {
				return fmt.Errorf("%s: %d rows came, %d are there", c.name, rows, b.n.first)
			}
			if round == 0 {
				continue
			}
			c.times, c.cpu, c.wire = append(c.times, time.Since(start)), append(c.cpu, c.peer.cpu()-cpu), wire
		}
	}
	for _, c := range ways {
		if err := b.profiled(c.peer, c.name, func() error { return repeat(20, func() error { _, _, err := c.get(); return err }) }); err != nil {
			return err
		}
		wire := ""
		if c.wire > 0 {
			wire = ", " + megabytes(c.wire) + " on the wire"
		}
		b.line(c.name, "%s, server CPU %s%s", millis(median(c.times)), millis(median(c.cpu)), wire)
	}
	return nil
}

func repeat(times int, do func() error) error {
	for range times {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) firstGoals(ways []*contender) {
	ours, list, bare := ways[0], ways[2], ways[4]
	over := func(c *contender) float64 { return float64(median(c.times)) / float64(median(ours.times)) }
	cpu := func(c *contender) float64 { return float64(median(c.cpu)) / float64(median(ours.cpu)) }
	b.goal(fmt.Sprintf("first sync of %d rows, PocketBase / ours", b.n.first), over(list) >= 5, ">= 5x", "%.2fx (CPU %.2fx)", over(list), cpu(list))
	b.goal("first sync, floor / ours", over(bare) >= 0.8, ">= 0.8x", "%.2fx (CPU %.2fx)", over(bare), cpu(bare))
	b.line("first sync, PocketBase without log / ours", "%.2fx", over(ways[3]))
	b.goal("first sync, on the wire", ours.wire <= 4_200_000, "<= 4.2 MB", "%s", megabytes(ours.wire))
}

// pulled is a first sync of a new client.
func pulled(c *client, token string) func() (int, int64, error) {
	return func() (int, int64, error) {
		before := c.wire.Load()
		rows, err := c.raw(token).whole(nil)
		return rows, c.wire.Load() - before, err
	}
}

// phoned is the same by a phone that decodes and keeps all of it.
func phoned(url, token string) func() (int, int64, error) {
	return func() (int, int64, error) {
		p := phone.New(url, token)
		err := p.Sync(context.Background())
		rows := 0
		for _, of := range p.Snapshot {
			rows += len(of)
		}
		return rows, 0, err
	}
}

// complete lets a phone pull everything, and compares what it holds with the server's sum.
func complete(url, token string, rows int) error {
	p := phone.New(url, token)
	if err := p.Sync(context.Background()); err != nil {
		return err
	}
	if got := len(p.Rows("inspections")); got != rows {
		return fmt.Errorf("the phone holds %d of %d rows", got, rows)
	}
	req := p.Request()
	req.Pull.Digest = true
	a, err := p.Send(context.Background(), req)
	if err == nil && (a.Digest == nil || *a.Digest != p.Digest()) {
		err = fmt.Errorf("the phone holds %+v, the server says %+v", p.Digest(), a.Digest)
	}
	return err
}

// listed reads all rows by PocketBase's list, as its own client's getFullList does.
func listed(c *client, token string) func() (int, int64, error) {
	const perPage = 1000
	return func() (int, int64, error) {
		var b buffers
		before, rows := c.wire.Load(), 0
		for page := 1; ; page++ {
			path := fmt.Sprintf("/api/collections/inspections/records?page=%d&perPage=%d&skipTotal=1", page, perPage)
			text, err := c.do(&b, http.MethodGet, path, token, nil)
			if err != nil {
				return rows, 0, err
			}
			got := bytes.Count(text, []byte(`"collectionName":`))
			rows += got
			if got < perPage {
				return rows, c.wire.Load() - before, nil
			}
		}
	}
}

// peers are running servers by kind.
type peers map[string]*peer

// among starts servers, runs do, and ends them. PocketBase without its log and the floor get
// copies of the files.
func (b *bench) among(w world, t twin, kinds []string, do func(peers) error) (err error) {
	p := peers{}
	defer func() {
		for _, one := range p {
			if stopped := one.stop(); err == nil {
				err = stopped
			}
		}
	}()
	for _, kind := range kinds {
		dir := w.dir
		switch kind {
		case plain:
			dir = t.dir
		case quiet:
			dir = t.dir + "-quiet"
			err = copyFiles(t.dir, dir, database)
		case floor:
			dir = w.dir + "-floor"
			err = copyFiles(w.dir, dir, database)
		}
		if err != nil {
			return err
		}
		if p[kind], err = b.start(kind, dir); err != nil {
			delete(p, kind)
			return err
		}
	}
	return do(p)
}

// Files of a data folder: the database, and beside ours the mark of its epoch.
const (
	database  = "data.db"
	epochMark = "sync_mark.json"
)

// copyFiles copies files of a folder that nobody has open.
func copyFiles(from, to string, names ...string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, name := range names {
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
