package archive

// Photos lie under their own sums, so what is there already need not be copied again, and
// what was copied can be held against its name.

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// photoName is an original's sum, or that of a small copy with its size.
var photoName = regexp.MustCompile(`^[0-9a-f]{64}(\.\d+\.jpg)?$`)

const sumLength = 64

// Photos is what was done with a shelf of photos.
type Photos struct {
	Files   int      // that are there now
	Copied  int      // of them now
	Damaged []string // originals that are not what their names say; they were not taken
}

// eachPhoto goes through a shelf; one that is not there is empty.
func eachPhoto(shelf string, do func(dir, name string) error) error {
	dirs, err := os.ReadDir(shelf)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range dirs {
		if !d.IsDir() || len(d.Name()) != 2 {
			continue
		}
		files, err := os.ReadDir(filepath.Join(shelf, d.Name()))
		if err != nil {
			return err
		}
		for _, f := range files {
			if photoName.MatchString(f.Name()) && f.Name()[:2] == d.Name() {
				if err := do(d.Name(), f.Name()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// taking brings the photos of shelves into one folder.
type taking struct {
	ctx     context.Context
	to      string
	link    string    // a shelf on the same disk whose files may be named twice instead of copied
	fresh   time.Time // the time that files get: they are not swept soon; none leaves it
	tell    Progress
	touched map[string]bool // folders whose names must be put on disk
	Photos
}

// take brings the photos of one shelf.
func (t *taking) take(from string) error {
	if t.touched == nil {
		t.touched = map[string]bool{}
	}
	if err := os.MkdirAll(t.to, 0o700); err != nil {
		return err
	}
	err := eachPhoto(from, func(dir, name string) error {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		return t.one(filepath.Join(from, dir, name), dir, name)
	})
	for dir := range t.touched {
		err = errors.Join(err, syncDir(dir))
	}
	return errors.Join(err, syncDir(t.to))
}

func (t *taking) one(from, dir, name string) error {
	to := filepath.Join(t.to, dir, name)
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // swept meanwhile: no row names it
	}
	if err != nil {
		return err
	}
	if there, err := os.Stat(to); err == nil && there.Size() == info.Size() {
		t.Files++
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	good, err := t.bring(from, to, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !good {
		t.Damaged = append(t.Damaged, name)
		return nil
	}
	if !t.fresh.IsZero() {
		if err := os.Chtimes(to, t.fresh, t.fresh); err != nil {
			return err
		}
	}
	t.touched[filepath.Dir(to)] = true
	t.Files++
	t.Copied++
	if t.tell != nil {
		t.tell("photos copied", int64(t.Copied), 0)
	}
	return nil
}

// bring names a file twice or copies it, if it is what its name says. A small copy has no
// sum of its own; it can be made again.
func (t *taking) bring(from, to, name string) (good bool, err error) {
	if t.link != "" {
		twice := filepath.Join(t.link, name[:2], name)
		sum, err := sumOf(t.ctx, twice, nil)
		if err == nil && (len(name) > sumLength || sum == name) && os.Link(twice, to) == nil {
			return true, nil
		}
	}
	sum, err := copyFile(t.ctx, from, to+halfSuffix, 0o400, nil)
	if err == nil && len(name) == sumLength && sum != name {
		return false, os.Remove(to + halfSuffix)
	}
	if err != nil {
		return false, errors.Join(err, os.RemoveAll(to+halfSuffix))
	}
	return true, os.Rename(to+halfSuffix, to)
}
