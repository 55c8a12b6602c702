package evidence

// tusd's file store with one promise more: what is acknowledged is on disk, and what
// cannot be read any more is not there.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tus/tusd/v2/pkg/filestore"
	tus "github.com/tus/tusd/v2/pkg/handler"
)

// infoSuffix is what tusd calls the file beside the bytes.
const infoSuffix = ".info"

type durable struct {
	filestore.FileStore
	limits Limits
	refuse func(Refusal) error // in tusd's form
	gone   func(tus.FileInfo)  // told what is taken back or refused on the way
	drop   func(id string) error
}

// createdKey carries what is to be called once the files of a new upload are there.
type createdKey struct{}

func (d durable) NewUpload(ctx context.Context, info tus.FileInfo) (tus.Upload, error) {
	up, err := d.FileStore.NewUpload(ctx, info)
	if err == nil {
		err = syncFile(filepath.Join(d.Path, info.ID+infoSuffix))
	}
	if err == nil {
		err = syncDir(d.Path)
	}
	if noRoom(err) {
		err = d.refuse(full("the disk is full"))
	}
	if err != nil {
		return nil, err
	}
	if created, ok := ctx.Value(createdKey{}).(func()); ok {
		created()
	}
	return d.piece(up, info.ID), nil
}

func (d durable) piece(up tus.Upload, id string) piece {
	return piece{up, filepath.Join(d.Path, id), d}
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
	return d.piece(up, id), nil
}

// info describes an upload as it stands on disk.
func (d durable) info(ctx context.Context, id string) (tus.FileInfo, error) {
	up, err := d.GetUpload(ctx, id)
	if err != nil {
		return tus.FileInfo{}, err
	}
	return up.GetInfo(ctx)
}

func (d durable) AsTerminatableUpload(up tus.Upload) tus.TerminatableUpload { return up.(piece) }

// Terminate removes an upload's files; what had come of it counts.
func (p piece) Terminate(ctx context.Context) error {
	info, err := p.GetInfo(ctx)
	if err != nil {
		return err
	}
	p.store.gone(info)
	return p.store.FileStore.AsTerminatableUpload(p.Upload).Terminate(ctx)
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
