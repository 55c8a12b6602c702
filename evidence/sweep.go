package evidence

// What nobody will ask for again is swept: uploads that were given up, files without a
// row, and what a crash left half done. A fault with one of them does not spare the others.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// KeptDays: an unfinished upload, or bytes that no row names, are swept after so long.
const KeptDays = 7

// Sweep drops uploads that nobody continued and files of uploads that there are none of,
// and returns how many. What is whole and was only not finished goes to the shelf.
func (u *Uploads) Sweep(ctx context.Context, now time.Time) (int, error) {
	before := now.AddDate(0, 0, -KeptDays)
	list, err := u.Owners.Unfinished(before)
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, up := range list {
		if u.touched(up.ID, before) {
			continue
		}
		swept, err := u.giveUp(ctx, up)
		if err != nil {
			errs = append(errs, fmt.Errorf("upload %s: %w", up.ID, err))
		}
		if swept {
			n++
		}
	}
	strays, err := u.strays(before)
	return n + strays, errors.Join(append(errs, err)...)
}

// touched tells whether bytes of an upload came after a time.
func (u *Uploads) touched(id string, after time.Time) bool {
	info, err := os.Stat(filepath.Join(u.store.Path, id))
	return err == nil && !info.ModTime().Before(after)
}

func (u *Uploads) giveUp(ctx context.Context, up Upload) (swept bool, err error) {
	unlock, err := u.locks.hold(ctx, up.key())
	if err != nil {
		return false, err
	}
	defer unlock()
	left, err := u.conclude(ctx, up.ID)
	var refusal Refusal
	if errors.As(err, &refusal) || err == nil && left.ID == "" {
		return true, nil // it was no photo, or there were no files: it is gone already
	}
	if err != nil || left.Done {
		return false, err
	}
	return true, u.drop(up.ID)
}

// Resume brings to the shelf what was whole when the server ended.
func (u *Uploads) Resume(ctx context.Context, now time.Time) error {
	list, err := u.Owners.Unfinished(now)
	if err != nil {
		return err
	}
	var errs []error
	for _, up := range list {
		if ctx.Err() != nil {
			break
		}
		if _, err := u.settle(ctx, up); err != nil {
			errs = append(errs, fmt.Errorf("upload %s: %w", up.ID, err))
		}
	}
	return errors.Join(errs...)
}

// strays removes the files of no unfinished upload, and returns how many belonged to none
// at all: a finished one stands on the shelf.
func (u *Uploads) strays(before time.Time) (int, error) {
	files, err := os.ReadDir(u.store.Path)
	n := 0
	errs := []error{err}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || f.IsDir() || !info.ModTime().Before(before) {
			continue
		}
		id, _, _ := strings.Cut(f.Name(), ".")
		up, err := u.Owners.ByID(id)
		if err == nil && (up.ID == "" || u.here(up)) {
			if err = os.Remove(filepath.Join(u.store.Path, f.Name())); err == nil && up.ID == "" {
				n++
			}
		}
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// drop removes an upload with its files, whatever they look like.
func (u *Uploads) drop(id string) error {
	if err := u.clear(id); err != nil {
		return err
	}
	return u.Owners.Forget(id)
}

// clear removes an upload's files.
func (u *Uploads) clear(id string) error {
	for _, name := range []string{id, id + infoSuffix, id + openSuffix, id + openSuffix + newSuffix, id + linking} {
		if err := os.Remove(filepath.Join(u.store.Path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Tidy removes what a crash left half written. Nothing may be on its way to the shelf.
func (s Shelf) Tidy() error {
	var errs []error
	for _, pattern := range []string{"incoming-*", "derived-*"} {
		left, err := filepath.Glob(filepath.Join(s.Dir, pattern))
		errs = append(errs, err)
		for _, path := range left {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(errs...)
}

// Sweep removes files older than a time that nobody knows, and derivatives as old of what
// rests in the depot; it returns how many. known returns those of the sums that a row names.
func (s Shelf) Sweep(known func(sums []string) ([]string, error), before time.Time) (int, error) {
	dirs, err := filepath.Glob(filepath.Join(s.Dir, "[0-9a-f][0-9a-f]"))
	n := 0
	errs := []error{err}
	for _, dir := range dirs {
		swept, err := s.sweepDir(dir, known, before)
		n += swept
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

func (s Shelf) sweepDir(dir string, known func([]string) ([]string, error), before time.Time) (int, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	old := map[string][]string{} // names by sum
	for _, f := range files {
		if sum, _, _ := strings.Cut(f.Name(), "."); olderThan(filepath.Join(dir, f.Name()), before) {
			old[sum] = append(old[sum], f.Name())
		}
	}
	if len(old) == 0 {
		return 0, nil
	}
	sums := make([]string, 0, len(old))
	for sum := range old {
		sums = append(sums, sum)
	}
	named, err := known(sums)
	if err != nil {
		return 0, err
	}
	for _, sum := range named {
		if s.Depot == nil || s.Has(sum) {
			delete(old, sum)
		} // else it rests in the depot, and what is here are copies of copies
	}
	n := 0
	var errs []error
	for _, names := range old {
		for _, name := range names {
			swept, err := sweepFile(filepath.Join(dir, name), before)
			errs = append(errs, err)
			n += swept
		}
	}
	return n, errors.Join(errs...)
}

// sweepFile looks once more: the same bytes may have come again meanwhile.
func sweepFile(path string, before time.Time) (int, error) {
	shelving.Lock()
	defer shelving.Unlock()
	if !olderThan(path, before) {
		return 0, nil
	}
	return 1, os.Remove(path)
}

func olderThan(path string, before time.Time) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.ModTime().Before(before)
}
