package evidence

// From the last byte to the shelf. Whoever asks first after the last byte does this: the
// request that brought it, the next one if the server ended in between, or the start.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/tus/tusd/v2/pkg/filestore"
	tus "github.com/tus/tusd/v2/pkg/handler"
)

// begin remembers an upload before tusd makes its files: a file is never without an owner.
func (u *Uploads) begin(e tus.HookEvent) (tus.HTTPResponse, tus.FileInfoChanges, error) {
	owner, _ := e.Context.Value(ownerKey{}).(string)
	id := u.NewID()
	err := u.admit(e.Context, Upload{ID: id, Owner: owner, Sum: e.Upload.MetaData["sha256"], Size: e.Upload.Size})
	var refusal Refusal
	if errors.As(err, &refusal) {
		err = u.tusError(refusal)
	}
	return tus.HTTPResponse{}, tus.FileInfoChanges{ID: id}, err
}

// finish is tusd's call after the last byte.
func (u *Uploads) finish(e tus.HookEvent) (tus.HTTPResponse, error) {
	owner, _ := e.Context.Value(ownerKey{}).(string)
	up, err := u.settle(e.Context, Upload{ID: e.Upload.ID, Owner: owner, Sum: e.Upload.MetaData["sha256"]})
	if err == nil && up.ID == "" {
		err = ErrNotYours // it was dropped meanwhile
	}
	var refusal Refusal
	if errors.As(err, &refusal) {
		return tus.HTTPResponse{}, u.tusError(refusal)
	}
	return tus.HTTPResponse{}, err // the server's fault: the bytes stay, the client asks again
}

// here tells whether an upload's bytes came and are still there. Nobody asks the depot: what
// a row says is stored rests in it.
func (u *Uploads) here(up Upload) bool {
	return up.Done && (u.Shelf.Depot != nil && up.Rests || u.Shelf.Has(up.Sum))
}

// settle is conclude under the upload's lock.
func (u *Uploads) settle(ctx context.Context, up Upload) (Upload, error) {
	if u.here(up) {
		return up, nil
	}
	unlock, err := u.locks.hold(ctx, up.key())
	if err != nil {
		return Upload{}, err
	}
	defer unlock()
	return u.conclude(ctx, up.ID)
}

// conclude brings an upload that is whole to the shelf and returns it as it now stands: a
// zero Upload when its files are gone or broken, so that it has to begin anew. What is
// refused is dropped, or HEAD would go on saying that it is complete.
func (u *Uploads) conclude(ctx context.Context, id string) (Upload, error) {
	up, err := u.Owners.ByID(id)
	if err != nil || up.ID == "" || u.here(up) {
		return up, err
	}
	info, err := u.store.info(ctx, id)
	if errors.Is(err, tus.ErrNotFound) {
		slog.Warn("an upload has no files and begins anew", "upload", id, "error", err)
		return Upload{}, u.drop(id)
	}
	if err != nil || info.Offset < info.Size {
		up.Done = false
		return up, err
	}
	err = u.shelve(info, up.Sum)
	var refusal Refusal
	if errors.As(err, &refusal) {
		u.wasted.add(up.Owner, info.Size, today(u.Now()))
		if err := u.drop(id); err != nil {
			slog.Error("a refused upload was not removed", "upload", id, "error", err)
		}
	}
	if err != nil {
		return Upload{}, err
	}
	if u.Stored != nil {
		u.Stored()
	}
	up.Done = true
	return up, nil
}

// shelve checks that the whole is what was promised, and of a kind that is taken.
func (u *Uploads) shelve(info tus.FileInfo, promised string) error {
	path := info.Storage[filestore.StorageKeyPath]
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	sum, _, err := SumOf(f)
	if err != nil {
		return err
	}
	if sum != promised {
		return refuse(CodeSum, "the bytes that arrived have sha256 %s, promised was %s", sum, promised)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := CheckAny(f, info.Size); err != nil {
		return err
	}
	if err := f.Sync(); err != nil { // the piece that brought the last byte may still be at it
		return err
	}
	if err := u.Shelf.Adopt(path, sum); err != nil {
		return err
	}
	if err := u.Owners.Finish(info.ID); err != nil {
		return err
	}
	if err := u.clear(info.ID); err != nil {
		slog.Error("the files of a finished upload were not removed", "upload", info.ID, "error", err)
	}
	return nil
}

// standing is what an owner's earlier creation of the same bytes came to, and how many
// bytes are here; a zero Upload when there is none to go on with. Ask it under the lock.
func (u *Uploads) standing(ctx context.Context, up Upload) (Upload, int64, error) {
	known, err := u.Owners.BySum(up.Owner, up.Sum)
	if err != nil || known.ID == "" {
		return Upload{}, 0, err
	}
	known, err = u.conclude(ctx, known.ID)
	var refusal Refusal
	if errors.As(err, &refusal) {
		return Upload{}, 0, nil // it was dropped; the bytes come again
	}
	if err != nil || known.ID == "" {
		return Upload{}, 0, err
	}
	if known.Done {
		if known.Size != up.Size {
			err = refuse(CodeLength, "sha256 %s is known with %d bytes, not %d", up.Sum, known.Size, up.Size)
		}
		return known, known.Size, err
	}
	if known.Size != up.Size {
		return Upload{}, 0, u.drop(known.ID)
	}
	info, err := u.store.info(ctx, known.ID)
	if err != nil {
		return Upload{}, 0, fmt.Errorf("upload %s: %w", known.ID, err)
	}
	return known, info.Offset, nil
}
