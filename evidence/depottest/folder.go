package depottest

// A depot in a folder.

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"xuncha/evidence"
)

// Folder is a depot that goes away when it is told.
type Folder struct {
	Dir   string
	Away  atomic.Bool
	Asked atomic.Int64 // calls, those of a depot that is away too
}

var _ evidence.Depot = (*Folder)(nil)

func (f *Folder) ask() error {
	f.Asked.Add(1)
	if f.Away.Load() {
		return fmt.Errorf("%w: it was told to be away", evidence.ErrAway)
	}
	return nil
}

// Put copies a file into the folder.
func (f *Folder) Put(_ context.Context, key, path string) error {
	if err := f.ask(); err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	to := filepath.Join(f.Dir, key)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(to+".part", data, 0o600); err != nil { //nolint:gosec // a test's own folder
		return err
	}
	return os.Rename(to+".part", to)
}

// Open opens a file of the folder.
func (f *Folder) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	if err := f.ask(); err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(f.Dir, key))
}

// Size is a file's length.
func (f *Folder) Size(_ context.Context, key string) (int64, error) {
	if err := f.ask(); err != nil {
		return 0, err
	}
	info, err := os.Stat(filepath.Join(f.Dir, key))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
