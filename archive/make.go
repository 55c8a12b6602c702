package archive

// Making a copy: first the database, then the photos, which are there before a row names
// them; then all of it is read; then it counts.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"xuncha/hooks/depot"
	"xuncha/hooks/store"
	"xuncha/sync"
)

// Order says how a copy is made.
type Order struct {
	House  string // the data directory
	Keys   string // a folder that gets the keys too; "" is none
	LogKey string // where the key of the custody log lies, if not in the house
	Keep   int    // how many copies stay; older ones go
	// Elsewhere says that the folder is on another machine, although it looks like this disk.
	Elsewhere bool
	Bucket    depot.Settings // where photos rest; the zero value is PocketBase's own setting, or the house
	Now       time.Time
	Tell      Progress
}

// Made is a copy that counts.
type Made struct {
	Copy
	Photos
	Differences []store.Difference // that the house itself has
	Gone        []string           // copies that were removed
	KeyFile     string             // the copy of the key; "" where there is none
	Local       bool               // on the same disk: it does not outlive the machine
}

// Safe tells whether what the copy holds outlives the machine: it lies elsewhere, and no photo
// that was acknowledged is missing in it.
func (m Made) Safe() bool {
	lost := func(d store.Difference) bool { return d.Check == "files" && !d.Derived }
	return !m.Local && len(m.Damaged) == 0 && !slices.ContainsFunc(m.Differences, lost)
}

// Make makes a copy. Where it fails or is killed, what was there before still counts.
func (a Archive) Make(ctx context.Context, o Order) (m Made, err error) {
	for _, pair := range [][2]string{{a.Dir, o.House}, {o.House, a.Dir}} {
		if inside, err := within(pair[0], pair[1]); err == nil && inside {
			return m, fmt.Errorf("%s and the data directory %s lie in each other; what happens to one would happen to both", a.Dir, o.House)
		}
	}
	release, err := a.open()
	if err != nil {
		return m, err
	}
	defer release()
	if m.Local, err = sameDisk(a.Dir, o.House); err != nil {
		return m, err
	}
	m.Local = m.Local && !o.Elsewhere
	if err := a.tidy(); err != nil {
		return m, err
	}
	half, whole, err := a.place(o.Now)
	if err != nil {
		return m, err
	}
	if err := a.fill(ctx, half, o, &m); err != nil {
		return m, errors.Join(err, os.RemoveAll(half))
	}
	if err := os.Rename(half, whole); err != nil {
		return m, err
	}
	m.Path = whole
	if err := syncDir(a.Dir); err != nil {
		return m, err
	}
	if m.Safe() {
		if err := store.Backed(o.House, sync.Witness{Epoch: m.Epoch, Seq: m.Head, Run: m.Run}); err != nil {
			return m, err
		}
	}
	m.Gone, err = a.prune(o.Keep)
	return m, err
}

// tidy removes what earlier work left half done.
func (a Archive) tidy() error {
	var errs []error
	for _, pattern := range []string{"*" + halfSuffix, "*" + oldSuffix, filepath.Join(photosName, "*", "*"+halfSuffix)} {
		left, err := filepath.Glob(filepath.Join(a.Dir, pattern))
		errs = append(errs, err)
		for _, path := range left {
			errs = append(errs, os.RemoveAll(path))
		}
	}
	return errors.Join(errs...)
}

// place makes the folder that becomes a copy.
func (a Archive) place(now time.Time) (half, whole string, err error) {
	name := now.UTC().Format(nameLayout)
	for n := 2; ; n++ {
		whole = filepath.Join(a.Dir, name)
		_, err := os.Stat(whole)
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return "", "", err
		}
		name = fmt.Sprintf("%s-%d", now.UTC().Format(nameLayout), n) // another of the same second
	}
	return whole + halfSuffix, whole, os.Mkdir(whole+halfSuffix, 0o700)
}

// fill makes a copy that is read, on disk and lacks only its name.
func (a Archive) fill(ctx context.Context, half string, o Order, m *Made) error {
	if err := errors.Join(m.copyKey(o), m.copyLogKey(o)); err != nil {
		return err
	}
	m.Path, m.MadeAt = half, stamp(o.Now)
	if err := copyDatabase(ctx, o, m.database()); err != nil {
		return err
	}
	photos := taking{ctx: ctx, to: m.photos(), tell: o.Tell}
	if err := photos.take(filepath.Join(o.House, photosName)); err != nil {
		return err
	}
	m.Photos = photos.Photos
	if err := m.describe(ctx, o.Tell); err != nil {
		return err
	}
	report, rests, err := m.report(ctx, o.Bucket)
	if err != nil {
		return err
	}
	m.Differences, m.Rests = report.Differences, rests
	data, err := json.MarshalIndent(m.Copy, "", "  ")
	if err != nil {
		return err
	}
	manifest := filepath.Join(half, manifestName)
	if err := os.WriteFile(manifest, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return errors.Join(syncFile(manifest), syncDir(half))
}

// copyDatabase copies one moment of the database, and tells meanwhile how much is there.
func copyDatabase(ctx context.Context, o Order, to string) error {
	from := filepath.Join(o.House, databaseName)
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- store.CopyDatabase(ctx, from, to) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return errors.Join(err, syncFile(to))
		case <-tick.C:
			if now, err := os.Stat(to); err == nil && o.Tell != nil {
				o.Tell("bytes of the database copied", now.Size(), info.Size())
			}
		}
	}
}

// describe reads the copied database to its end and writes down what it is.
func (c *Copy) describe(ctx context.Context, tell Progress) error {
	info, err := os.Stat(c.database())
	if err != nil {
		return err
	}
	c.Bytes = info.Size()
	if c.Database, err = sumOf(ctx, c.database(), reading(tell, c.Bytes)); err != nil {
		return err
	}
	state, err := store.Inspect(ctx, c.database())
	c.Epoch, c.Head, c.Run = state.Epoch, state.Head, state.Run
	return err
}

func reading(tell Progress, of int64) func(int64) {
	if tell == nil {
		return nil
	}
	return func(n int64) { tell("bytes of the database read", n, of) }
}

// copyKey puts the key into a folder of its own, under its fingerprint.
func (m *Made) copyKey(o Order) error {
	from := filepath.Join(o.House, store.KeyFile)
	keys, err := store.ReadKeys(from)
	if err != nil {
		return err
	}
	m.Key = keys.Fingerprint()
	if o.Keys == "" {
		return nil
	}
	if err := os.MkdirAll(o.Keys, 0o700); err != nil {
		return err
	}
	m.KeyFile = filepath.Join(o.Keys, keyName(m.Key))
	if there, err := store.ReadKeys(m.KeyFile); err == nil && there.Fingerprint() == m.Key {
		return nil
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return store.WriteWhole(m.KeyFile, data)
}

// keyName is what a copy of a key is called.
func keyName(fingerprint string) string { return "house-" + fingerprint + ".key" }

// prune removes the oldest copies. One is first given another name, so that a half removed
// one counts for nothing.
func (a Archive) prune(keep int) (gone []string, err error) {
	copies, err := a.Copies()
	if err != nil {
		return nil, err
	}
	for _, c := range copies[:max(0, len(copies)-keep)] {
		if err := os.Rename(c.Path, c.Path+oldSuffix); err != nil {
			return gone, err
		}
		if err := os.RemoveAll(c.Path + oldSuffix); err != nil {
			return gone, err
		}
		gone = append(gone, strings.TrimPrefix(filepath.Base(c.Path), a.Dir))
	}
	return gone, syncDir(a.Dir)
}
