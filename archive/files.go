package archive

// Files that are on disk, and are what they were, when the call returns.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// syncDir puts the names in a folder on disk.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// fading ends a long read when ctx does.
type fading struct {
	ctx  context.Context
	r    io.Reader
	tell func(n int64)
	n    int64
}

func (f *fading) Read(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.r.Read(p)
	f.n += int64(n)
	if f.tell != nil {
		f.tell(f.n)
	}
	return n, err
}

// copyFile copies a file into a new one, on disk, and returns the SHA-256 of what was read.
func copyFile(ctx context.Context, from, to string, mode fs.FileMode, tell func(int64)) (sum string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), &fading{ctx: ctx, r: in, tell: tell})
	if err == nil {
		err = out.Chmod(mode)
	}
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, out.Sync(), out.Close())
}

// sumOf is the SHA-256 of a file.
func sumOf(ctx context.Context, path string, tell func(int64)) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, &fading{ctx: ctx, r: f, tell: tell})
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

// within tells whether a path lies in a folder, or is it, whatever links lead there.
func within(path, dir string) (bool, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false, err
	}
	if path, err = resolved(path); err != nil {
		return false, err
	}
	rel, err := filepath.Rel(real, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}

// resolved follows the links of what of a path is there already.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for rest := ""; ; {
		real, err := filepath.EvalSymlinks(path)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			return "", err
		}
		rest, path = filepath.Join(filepath.Base(path), rest), filepath.Dir(path)
	}
}

// sameDisk tells whether two paths lie on one device.
func sameDisk(a, b string) (bool, error) {
	var s, t syscall.Stat_t
	if err := errors.Join(syscall.Stat(a, &s), syscall.Stat(b, &t)); err != nil {
		return false, fmt.Errorf("%s and %s: %w", a, b, err)
	}
	return s.Dev == t.Dev, nil
}
