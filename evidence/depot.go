package evidence

// The depot: where originals and derivatives rest, on another machine that may be away.
// Bytes come to the local disk first; nobody who uploads, syncs or looks on waits for it.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"time"
)

// Depot keeps files under keys. An error that wraps ErrAway says that the depot as a whole
// does not answer, or does not let us in.
type Depot interface {
	// Put stores the file at a path under a key, whole or not at all.
	Put(ctx context.Context, key, path string) error
	// Open reads what lies under a key, from any place on; fs.ErrNotExist if nothing does.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Size is the length in bytes of what lies under a key; fs.ErrNotExist if nothing does.
	Size(ctx context.Context, key string) (int64, error)
}

// coded is an error with its stable code.
type coded struct{ code, text string }

func (c coded) Error() string { return c.text }
func (c coded) Code() string  { return c.code }

// Errors of what rests.
var (
	ErrAway    error = coded{CodeAway, "the depot of photos does not answer"}
	ErrAltered error = coded{CodeAltered, "the original has other bytes than were received"}
	ErrMissing error = coded{CodeMissing, "the original that was received is not there any more"}
)

// Key is what an original (px 0) or a derivative of px pixels is called in a depot.
func Key(sum string, px int) string { return path.Join("evidence", sum[:2], name(sum, px)) }

func name(sum string, px int) string {
	if px == 0 {
		return sum
	}
	return sum + "." + strconv.Itoa(px) + ".jpg"
}

// File is an original or a derivative that is read.
type File struct {
	io.ReadSeekCloser
	At time.Time // when it was written; zero where that is not known
}

// Open reads an original (px 0) or a derivative: here, else in the depot. fs.ErrNotExist if
// it is in neither, ErrAway if nobody can tell.
func (s Shelf) Open(ctx context.Context, sum string, px int) (File, error) {
	f, err := os.Open(s.Place(sum, px))
	if errors.Is(err, fs.ErrNotExist) && s.Depot != nil {
		far, err := s.Depot.Open(ctx, Key(sum, px))
		return File{far, time.Time{}}, err
	}
	if err != nil {
		return File{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return File{}, errors.Join(err, f.Close())
	}
	return File{f, info.ModTime()}, nil
}

// Proven opens an original that was read from end to end and is what its name says; ErrAltered
// if it is not, ErrMissing if there is none, ErrAway if nobody can tell.
func (s Shelf) Proven(ctx context.Context, sum string) (File, error) {
	f, err := s.Open(ctx, sum, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, ErrMissing
	}
	if err != nil {
		return File{}, err
	}
	is, _, err := SumOf(f)
	if err == nil && is != sum {
		err = fmt.Errorf("%w: their SHA-256 is %s", ErrAltered, is)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return File{}, errors.Join(err, f.Close())
	}
	return f, nil
}

// rest brings an original and its derivatives into the depot, and asks for them there.
func (s Shelf) rest(ctx context.Context, sum string) error {
	for _, px := range sizesInOrder { // the original last: where it lies, all lies
		info, err := os.Stat(s.Place(sum, px))
		if errors.Is(err, fs.ErrNotExist) {
			continue // none could be made
		}
		if err == nil {
			err = s.Carry(ctx, sum, px, info.Size())
		}
		if err != nil {
			return err
		}
	}
	return s.entrust(ctx, sum)
}

// entrust brings an original into the depot. It is read back before anybody relies on it: an
// object of the same length may hold other bytes, and what is here is let go afterwards.
func (s Shelf) entrust(ctx context.Context, sum string) error {
	there, err := s.rests(ctx, sum)
	if err != nil || there {
		return err
	}
	if _, err := os.Stat(s.Original(sum)); err != nil {
		return err
	}
	if !sound(s.Original(sum), sum) {
		return fmt.Errorf("%s is not what its name says, neither here nor in the depot", sum)
	}
	if err := s.Depot.Put(ctx, Key(sum, 0), s.Original(sum)); err != nil {
		return err
	}
	there, err = s.rests(ctx, sum)
	if err == nil && !there {
		err = fmt.Errorf("%s was brought into the depot and has other bytes there", sum)
	}
	return err
}

// rests tells whether the depot holds the bytes of an original, by reading all of them.
func (s Shelf) rests(ctx context.Context, sum string) (bool, error) {
	f, err := s.Depot.Open(ctx, Key(sum, 0))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	is, _, err := SumOf(f)
	return is == sum, errors.Join(err, f.Close())
}

// Carry brings a derivative of size bytes into the depot, unless one of that size is there.
func (s Shelf) Carry(ctx context.Context, sum string, px int, size int64) error {
	key := Key(sum, px)
	there, err := s.Depot.Size(ctx, key)
	if err == nil && there == size {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.Depot.Put(ctx, key, s.Place(sum, px)); err != nil {
		return err
	}
	there, err = s.Depot.Size(ctx, key)
	if err == nil && there != size {
		err = fmt.Errorf("%s has %d bytes in the depot, %d were brought", key, there, size)
	}
	return err
}

// release lets go of an original that rests in the depot; its derivatives stay for a while.
func (s Shelf) release(sum string) error {
	shelving.Lock()
	defer shelving.Unlock()
	err := os.Remove(s.Original(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// fetch brings an original back from the depot, if it is what its name says.
func (s Shelf) fetch(ctx context.Context, sum string) error {
	far, err := s.Depot.Open(ctx, Key(sum, 0))
	if err != nil {
		return err
	}
	defer func() { _ = far.Close() }()
	came, err := s.take(far, sum)
	if err == nil && came != sum {
		err = fmt.Errorf("%s in the depot is %s", sum, came)
	}
	return err
}
