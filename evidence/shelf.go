package evidence

// The shelf: files on disk under their own SHA-256. The same bytes twice stand there
// once; nothing on it is ever changed.

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// Shelf is a folder of originals and derivatives.
type Shelf struct {
	Dir   string
	Depot Depot // where they rest once a row says that they are stored; nil is here
}

// Sum is the form of a SHA-256: 64 lower-case hexadecimal digits.
var Sum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Original is the path of an original; it may not be there yet.
func (s Shelf) Original(sum string) string { return s.Place(sum, 0) }

// Derivative is the path of a derivative of size px.
func (s Shelf) Derivative(sum string, size int) string { return s.Place(sum, size) }

// Place is the path of an original (px 0) or of a derivative of px pixels.
func (s Shelf) Place(sum string, px int) string { return filepath.Join(s.Dir, sum[:2], name(sum, px)) }

// Has tells whether the original is here; in the depot nobody looks.
func (s Shelf) Has(sum string) bool {
	_, err := os.Stat(s.Original(sum))
	return err == nil
}

// SumOf is the SHA-256 and the length of what r holds.
func SumOf(r io.Reader) (sum string, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// shelving is held while a file is put onto the shelf or swept off it, so that what has
// just come again is not swept.
var shelving sync.Mutex

// Adopt puts a finished file, which is on disk already, onto the shelf without copying it:
// the path given stays a name of the same bytes, which nobody may write to any more.
func (s Shelf) Adopt(path, sum string) error {
	to := s.Original(sum)
	if err := s.room(sum); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o400); err != nil {
		return err
	}
	shelving.Lock()
	defer shelving.Unlock()
	err := os.Link(path, to)
	if errors.Is(err, fs.ErrExist) {
		err = join(path, to, sum)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// room makes the folder of a sum, which is there after a power cut too.
func (s Shelf) room(sum string) error {
	for _, dir := range []string{s.Dir, filepath.Dir(s.Original(sum))} {
		err := os.Mkdir(dir, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := syncDir(filepath.Dir(dir)); err != nil {
			return err
		}
	}
	return nil
}

// linking is what a second name is called until it replaces a file.
const linking = ".link"

// join makes two files of the same bytes one, so that they take their place on disk once.
// A file on the shelf that is not what its name says is replaced by the one that came, whose
// sum was just verified.
func join(path, shelved, sum string) error {
	came, err := os.Stat(path)
	if err != nil {
		return err
	}
	there, err := os.Stat(shelved)
	if err != nil || os.SameFile(came, there) {
		return err
	}
	from, over := path, shelved
	if there.Size() == came.Size() && sound(shelved, sum) {
		from, over = shelved, path
	}
	if err := os.Remove(over + linking); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(from, over+linking); err != nil {
		return err
	}
	if err := os.Rename(over+linking, over); err != nil {
		return err
	}
	return os.Chtimes(shelved, time.Time{}, came.ModTime()) // Sweep counts from when they last came
}

// sound tells whether a file on the shelf still holds the bytes that it is named after.
func sound(shelved, sum string) bool {
	f, err := os.Open(shelved)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	is, _, err := SumOf(f)
	return err == nil && is == sum
}

// Put stores what r holds, at most limit bytes, after Check. It returns the sum, the
// length in bytes and the type. What is refused leaves nothing.
func (s Shelf) Put(r io.Reader, limit int64) (sum string, size int64, mime string, err error) {
	err = s.incoming(func(f *os.File) error {
		if sum, size, err = SumOf(io.TeeReader(io.LimitReader(r, limit+1), f)); err != nil {
			return err
		}
		if size > limit {
			return tooMuch(limit, CodeTooLarge, "the file has more than %d bytes", limit)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if mime, err = Check(f); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		return s.Adopt(f.Name(), sum)
	})
	if err != nil {
		return "", 0, "", err
	}
	return sum, size, mime, nil
}

// take stores what r holds if it has a sum, whatever it is, and returns the sum that it has.
func (s Shelf) take(r io.Reader, want string) (sum string, err error) {
	err = s.incoming(func(f *os.File) error {
		if sum, _, err = SumOf(io.TeeReader(r, f)); err != nil || sum != want {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		return s.Adopt(f.Name(), sum)
	})
	return sum, err
}

// incoming lets a file be filled; the shelf gets a name of its own for it, or nothing is left.
func (s Shelf) incoming(fill func(*os.File) error) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, "incoming-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	return fill(f)
}

// PutDerivative stores a derivative whole or not at all, also when the power is cut.
func (s Shelf) PutDerivative(sum string, size int, data []byte) error {
	if err := s.room(sum); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, "derived-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	to := s.Derivative(sum, size)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(to))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
