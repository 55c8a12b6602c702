package main

// Measure 2: a queue of photos of 12 MP that came in at once, two worked on at a time.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/tools/filesystem"

	"xuncha/evidence"
)

func (b *bench) queue() error {
	subjects, err := b.subjects()
	if err != nil {
		return err
	}
	photo := subjects[0]
	count := fmt.Sprint(b.n.queue)
	we, err := ours("queue", photo.path, count)
	if err != nil {
		return err
	}
	pocket, err := ours("thumbs", photo.path, count)
	if err != nil {
		return err
	}
	b.say("   %d of %s, once", b.n.queue, photo.name)
	for _, r := range []struct {
		name string
		used used
	}{{"our worker", we}, {"PocketBase's thumbnails, two at a time", pocket}} {
		b.say("      %-40s %9s   %5.1f photos/s   cpu %9s   peak %8s", r.name, millis(r.used.wall), float64(b.n.queue)/r.used.wall.Seconds(), millis(r.used.cpu), megabytes(r.used.peak))
	}
	b.goal("a queue with two workers, peak", megabytes(we.peak), "< 300 MB", we.peak < 300e6)
	return nil
}

// desk is the worker's in memory.
type desk struct {
	items  []evidence.Item
	mu     sync.Mutex
	stored map[string]bool
	all    chan struct{}
}

func (d *desk) Waiting(after string, limit int) ([]evidence.Item, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []evidence.Item
	for _, i := range d.items {
		if i.ID > after && !d.stored[i.ID] && len(out) < limit {
			out = append(out, i)
		}
	}
	return out, nil
}

func (d *desk) Store(item evidence.Item, f evidence.Finding) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(f.Copies) != 2 {
		return fmt.Errorf("%s has %d copies", item.ID, len(f.Copies))
	}
	d.stored[item.ID] = true
	if len(d.stored) == len(d.items) {
		close(d.all)
	}
	return nil
}

func (d *desk) Settled([]string) ([]string, error) { return nil, nil }

// workOff lets the worker make the copies of many photos: each is one photo with some bytes
// behind its end, for those that are the same are made once.
func workOff(path, count string) error {
	dir, err := os.MkdirTemp("", "xuncha-queue-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	shelf := evidence.Shelf{Dir: dir}
	d := &desk{stored: map[string]bool{}, all: make(chan struct{})}
	for i := range number(count) {
		f, err := os.Open(path) //nolint:gosec // the bench's own photo
		if err != nil {
			return err
		}
		sum, _, _, err := shelf.Put(io.MultiReader(f, strings.NewReader(fmt.Sprint(i))), evidence.MaxBytes)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		d.items = append(d.items, evidence.Item{ID: fmt.Sprintf("%08d", i), Sum: sum})
	}
	ctx, stop := context.WithCancel(context.Background())
	worker, ended := evidence.NewWorker(d, shelf, time.Now), make(chan struct{})
	go func() {
		defer close(ended)
		worker.Run(ctx)
	}()
	<-d.all
	stop()
	<-ended
	return nil
}

// thumbAll is the same by PocketBase's thumbnails.
func thumbAll(path, count string) error {
	fs, err := filesystem.NewLocal(inStorage(path))
	if err != nil {
		return err
	}
	defer func() { _ = fs.Close() }()
	turns, errs := make(chan struct{}, 2), make(chan error, number(count))
	for i := range number(count) {
		go func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			var err error
			for _, size := range []int{evidence.Small, evidence.Large} {
				if err == nil {
					err = fs.CreateThumb(filepath.Base(path), fmt.Sprintf("thumb-%d-%d.jpg", i%2, size), fmt.Sprintf("%dx%df", size, size))
				}
			}
			errs <- err
		}()
	}
	for range number(count) {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}
