package depot

// The bucket as a depot. PocketBase's client keeps one context for all it does, so each
// call has one of its own; it costs nothing before it is used.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/filesystem/blob"

	"xuncha/evidence"
)

// S3 is a bucket.
type S3 struct{ Settings }

var _ evidence.Depot = S3{}

// How long the bucket may keep silent: before it answers at all, and between two pieces.
const (
	patience = 10 * time.Second
	stalled  = 30 * time.Second
	slowest  = 128 << 10 // bytes a second that a file must go at least
)

// Put stores the file at a path under a key.
func (s S3) Put(ctx context.Context, key, from string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stalled+time.Duration(info.Size())*time.Second/slowest)
	defer cancel()
	system, err := s.system(ctx)
	if err != nil {
		return err
	}
	name := path.Base(key)
	err = system.UploadFile(&filesystem.File{Reader: &filesystem.PathReader{Path: from}, Name: name, OriginalName: name, Size: info.Size()}, key)
	if errors.Is(err, filesystem.ErrNotFound) {
		return fmt.Errorf("%w: there is no bucket %s", evidence.ErrAway, s.Bucket)
	}
	return told(err)
}

// Size is the length of what lies under a key.
func (s S3) Size(ctx context.Context, key string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	system, err := s.system(ctx)
	if err != nil {
		return 0, err
	}
	attributes, err := system.Attributes(key)
	if err != nil {
		return 0, told(err)
	}
	return attributes.Size, nil
}

// Open reads what lies under a key.
func (s S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	system, err := s.system(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	f := &file{cancel: cancel, timer: time.AfterFunc(patience, cancel)}
	f.Reader, err = system.GetReader(key)
	if !f.timer.Stop() && err == nil {
		err = errors.Join(context.DeadlineExceeded, f.Reader.Close())
	}
	if err != nil {
		cancel()
		return nil, told(err)
	}
	return f, nil
}

// file is an object that is read; one that stands still is given up.
type file struct {
	*blob.Reader
	cancel context.CancelFunc
	timer  *time.Timer
}

func (f *file) Read(p []byte) (int, error) {
	f.timer.Reset(stalled)
	n, err := f.Reader.Read(p)
	f.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		err = told(err)
	}
	return n, err
}

// WriteTo is hidden: it would read past the time for each piece.
func (f *file) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{f})
}

func (f *file) Close() error {
	f.timer.Stop()
	err := f.Reader.Close()
	f.cancel()
	return err
}

func (s S3) system(ctx context.Context) (*filesystem.System, error) {
	system, err := filesystem.NewS3(s.Bucket, s.Region, s.Endpoint, s.AccessKey, s.Secret, s.PathStyle)
	if err != nil {
		return nil, err
	}
	system.SetContext(ctx)
	return system, nil
}

// told says what an error of the client means: there is no such file, the disk here failed, or
// the bucket is away. A bucket that does not let us in is away as well: photos wait until
// somebody has mended the key.
func told(err error) error {
	var disk *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, filesystem.ErrNotFound):
		return fs.ErrNotExist
	case errors.As(err, &disk):
		return err
	}
	line, _, _ := strings.Cut(err.Error(), "\n") // what follows is the answer's body
	return fmt.Errorf("%w: %s", evidence.ErrAway, line)
}
