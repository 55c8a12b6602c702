package archive

// Bringing a copy back, as a house of a new epoch: phones notice, and send again what the
// copy does not have.

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"xuncha/hooks"
	"xuncha/hooks/store"
)

// Wish says how a copy is brought back. The caller holds the data directory.
type Wish struct {
	House  string // the data directory; what is in it is moved aside
	Keys   string // the key, or a folder with it; "" looks where the old house has it
	LogKey string // where the key of the custody log lies, if not in the house
	// NewKey goes on without the key: what it sealed is lost.
	NewKey bool
	Now    time.Time
	Tell   Progress
}

// Restored is what was brought back.
type Restored struct {
	Copy
	Photos
	Aside string // where the old house lies; "" if there was none
	Old   int64  // the head that it had, as far as it could be read
	Epoch string // the new one
	Base  int64  // the last number below it

	NoLogKey bool // the key of the custody log was not found: another one will sign
}

// ErrKey: the key that opens what a copy holds sealed was not found.
var ErrKey = errors.New("the key is missing")

// Restore puts a copy in place of a house. Until all of it is there, the old house is
// untouched; what could be read of it only raises the numbers of the new epoch.
func Restore(ctx context.Context, c Copy, w Wish) (r Restored, err error) {
	r.Copy = c
	if inside, err := within(c.Path, w.House); err == nil && inside {
		return r, fmt.Errorf("%s lies in the data directory %s, whose contents are moved aside; move it elsewhere first", c.Path, w.House)
	}
	if err := movable(w.House); err != nil {
		return r, err
	}
	key, err := findKey(c, w)
	if err != nil {
		return r, err
	}
	fresh := filepath.Join(w.House, preparing)
	if err := errors.Join(os.RemoveAll(fresh), os.MkdirAll(fresh, 0o700)); err != nil {
		return r, err
	}
	if err := r.prepare(ctx, fresh, key, w); err != nil {
		return r, errors.Join(err, os.RemoveAll(fresh))
	}
	if err := errors.Join(os.Rename(fresh, filepath.Join(w.House, outgoing)), syncDir(w.House)); err != nil {
		return r, err
	}
	if err := Finish(w.House); err != nil {
		return r, fmt.Errorf("it is all there; the next start puts it in place: %w", err)
	}
	if _, err := os.Stat(r.Aside); err != nil {
		r.Aside = "" // there was nothing to be moved aside
	}
	return r, nil
}

// prepare makes the new house beside the old one, all of it on disk.
func (r *Restored) prepare(ctx context.Context, fresh string, key []byte, w Wish) error {
	database := filepath.Join(fresh, databaseName)
	sum, err := copyFile(ctx, r.Copy.database(), database, 0o600, reading(w.Tell, r.Bytes))
	if err != nil {
		return err
	}
	if sum != r.Database {
		return fmt.Errorf("%s: %w: it is not what was copied; take another backup", r.Copy.database(), store.ErrBroken)
	}
	if key != nil {
		if err := os.Mkdir(filepath.Join(fresh, filepath.Dir(store.KeyFile)), 0o700); err != nil {
			return err
		}
		if err := store.WriteWhole(filepath.Join(fresh, store.KeyFile), key); err != nil {
			return err
		}
	}
	if err := r.takeLogKey(fresh, w); err != nil {
		return err
	}
	if err := r.shelve(ctx, fresh, w); err != nil {
		return err
	}
	if err := r.begin(fresh, w); err != nil {
		return err
	}
	name, err := asideName(w)
	if err != nil {
		return err
	}
	r.Aside = filepath.Join(w.House, name)
	data, err := json.Marshal(plan{Aside: name})
	if err != nil {
		return err
	}
	return errors.Join(store.WriteWhole(filepath.Join(fresh, planName), data), syncFile(database), syncDir(fresh))
}

// shelve brings the photos of the copy, and those that only the old house has: a phone may
// have deleted its own since.
func (r *Restored) shelve(ctx context.Context, fresh string, w Wish) error {
	old := filepath.Join(w.House, photosName)
	photos := taking{ctx: ctx, to: filepath.Join(fresh, photosName), link: old, fresh: w.Now, tell: w.Tell}
	err := photos.take(r.Copy.photos())
	if err == nil {
		photos.Files = 0 // counted again with all that are there
		err = photos.take(old)
	}
	r.Photos = photos.Photos
	return err
}

// begin opens the new house once, in a new epoch above every number that anybody knows of.
func (r *Restored) begin(fresh string, w Wish) error {
	above := r.Head
	if copies, err := (Archive{filepath.Dir(r.Path)}).Copies(); err == nil {
		for _, c := range copies {
			above = max(above, c.Head)
		}
	}
	if state, err := store.StandOf(filepath.Join(w.House, databaseName)); err == nil { // else it cannot be read, which may be why
		r.Old = state.Head
	}
	for _, name := range []string{store.MarkFile, store.BackupFile} {
		if mark, err := store.ReadMark(filepath.Join(w.House, name)); err == nil && mark != nil {
			r.Old = max(r.Old, mark.Seq)
		}
	}
	app, err := hooks.Open(fresh)
	if err != nil {
		return err
	}
	epochs := store.Epochs{App: app, Now: func() time.Time { return w.Now }}
	state, err := epochs.Restart(max(above, r.Old))
	r.Epoch, r.Base = state.Epoch, state.Head
	if err == nil {
		err = r.logRestored(store.Custody{App: app, Now: epochs.Now, Nonce: rand.Text}, w)
	}
	return errors.Join(err, app.ResetBootstrapState())
}

// findKey reads the key that the copy was sealed with; nil if a new one is to be made.
func findKey(c Copy, w Wish) ([]byte, error) {
	places := []string{filepath.Join(w.House, store.KeyFile), filepath.Join(filepath.Dir(c.Path), "keys", keyName(c.Key))}
	if w.Keys != "" {
		places = []string{w.Keys, filepath.Join(w.Keys, keyName(c.Key)), filepath.Join(w.Keys, filepath.Base(store.KeyFile))}
	}
	for _, path := range places {
		if keys, err := store.ReadKeys(path); err == nil && keys.Fingerprint() == c.Key {
			return os.ReadFile(path)
		}
	}
	if w.NewKey {
		return nil, nil
	}
	return nil, fmt.Errorf("%w: the one with the fingerprint %s is at none of %v; name it with --keys", ErrKey, c.Key, places)
}

// movable: what lies on a disk of its own cannot be moved aside.
func movable(house string) error {
	entries, err := os.ReadDir(house)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode()&os.ModeSymlink != 0 || stays(e.Name()) {
			continue // a link is moved as one
		}
		same, err := sameDisk(house, filepath.Join(house, e.Name()))
		if err != nil {
			return err
		}
		if !same {
			return fmt.Errorf("%s lies on a disk of its own and cannot be moved aside; unmount it first, or restore into another folder with --dir", filepath.Join(house, e.Name()))
		}
	}
	return nil
}

// asideName is a name that is free.
func asideName(w Wish) (string, error) {
	name := aside + w.Now.UTC().Format(nameLayout)
	for n := 2; ; n++ {
		_, err := os.Stat(filepath.Join(w.House, name))
		if errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s%s-%d", aside, w.Now.UTC().Format(nameLayout), n)
	}
}
