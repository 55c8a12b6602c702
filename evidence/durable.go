package evidence

// tusd's file store with one promise more: what is acknowledged is on disk, and what
// cannot be read any more is not there.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/tus/tusd/v2/pkg/filestore"
	tus "github.com/tus/tusd/v2/pkg/handler"
)

// infoSuffix is what tusd calls the file beside the bytes.
const infoSuffix = ".info"

type durable struct {
	filestore.FileStore
}

// createdKey carries what is to be called once the files of a new upload are there.
type createdKey struct{}

func (d durable) NewUpload(ctx context.Context, info tus.FileInfo) (tus.Upload, error) {
	up, err := d.FileStore.NewUpload(ctx, info)
	if err != nil {
		return nil, err
	}
	if err := syncFile(filepath.Join(d.Path, info.ID+infoSuffix)); err != nil {
		return nil, err
	}
	if err := syncDir(d.Path); err != nil {
		return nil, err
	}
	if created, ok := ctx.Value(createdKey{}).(func()); ok {
		created()
	}
	return synced{up}, nil
}

// GetUpload finds an upload; tus.ErrNotFound if its files are not there or are broken.
func (d durable) GetUpload(ctx context.Context, id string) (tus.Upload, error) {
	up, err := d.FileStore.GetUpload(ctx, id)
	var form *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &form) || errors.As(err, &kind) {
		return nil, fmt.Errorf("%w: %w", tus.ErrNotFound, err)
	}
	if err != nil {
		return nil, err
	}
	if info, err := up.GetInfo(ctx); err != nil || info.ID != id || info.Size < 1 {
		return nil, fmt.Errorf("%w: its description is of %q", tus.ErrNotFound, info.ID)
	}
	return synced{up}, nil
}

// info describes an upload as it stands on disk.
func (d durable) info(ctx context.Context, id string) (tus.FileInfo, error) {
	up, err := d.GetUpload(ctx, id)
	if err != nil {
		return tus.FileInfo{}, err
	}
	return up.GetInfo(ctx)
}

func (d durable) AsTerminatableUpload(up tus.Upload) tus.TerminatableUpload {
	return d.FileStore.AsTerminatableUpload(up.(synced).Upload)
}

type synced struct{ tus.Upload }

// WriteChunk writes what came and syncs it, also when the line was cut.
func (s synced) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := s.Upload.WriteChunk(ctx, offset, src)
	info, infoErr := s.GetInfo(ctx)
	if infoErr != nil {
		return n, errors.Join(err, infoErr)
	}
	if syncErr := syncFile(info.Storage[filestore.StorageKeyPath]); syncErr != nil {
		return n, errors.Join(err, syncErr)
	}
	return n, err
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
