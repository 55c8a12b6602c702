package dossier

// Where a folder goes: onto the disk, or into a zip.

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Folder is a new folder on disk. It gets its name when all is there.
type Folder struct {
	to, half string
	open     *os.File
}

// NewFolder begins a folder, which must not be there yet.
func NewFolder(to string) (*Folder, error) {
	if _, err := os.Lstat(to); err == nil {
		return nil, &os.PathError{Op: "export", Path: to, Err: os.ErrExist}
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	half, err := os.MkdirTemp(filepath.Dir(to), filepath.Base(to)+".part-*")
	return &Folder{to: to, half: half}, err
}

// Create begins a file.
func (f *Folder) Create(name string) (io.Writer, error) {
	if err := f.end(); err != nil {
		return nil, err
	}
	to := filepath.Join(f.half, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(to), 0o700)
	if err == nil {
		f.open, err = os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	return f.open, err
}

func (f *Folder) end() error {
	if f.open == nil {
		return nil
	}
	err := errors.Join(f.open.Sync(), f.open.Close())
	f.open = nil
	return err
}

// Close gives the folder its name.
func (f *Folder) Close() error {
	if err := f.end(); err != nil {
		return err
	}
	return os.Rename(f.half, f.to)
}

// Drop removes what was begun and did not come to its end.
func (f *Folder) Drop() error { return errors.Join(f.end(), os.RemoveAll(f.half)) }

// Zip writes a folder into a zip, under a folder of its own name.
type Zip struct {
	out  *zip.Writer
	name string
	at   time.Time
}

// NewZip begins a zip whose folder has a name; at is when its files were made.
func NewZip(to io.Writer, name string, at time.Time) *Zip {
	return &Zip{zip.NewWriter(to), name, at}
}

// Create begins a file. Photos are compressed already and are stored as they are.
func (z *Zip) Create(name string) (io.Writer, error) {
	method := zip.Deflate
	if dir := path.Dir(name); strings.HasPrefix(dir, "photos") || strings.HasPrefix(dir, "copies") {
		method = zip.Store
	}
	return z.out.CreateHeader(&zip.FileHeader{Name: z.name + "/" + name, Method: method, Modified: z.at})
}

// Close writes the zip's directory.
func (z *Zip) Close() error { return z.out.Close() }
