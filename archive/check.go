package archive

// The drill: a backup that nobody has read is a hope. All of it is read, as a restore would.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"xuncha/hooks"
	"xuncha/hooks/depot"
	"xuncha/hooks/store"
)

// Checked is what a drill found; a copy without faults can be restored.
type Checked struct {
	Copy
	Records     int
	Photos      int                // originals that are what their names say
	Faults      []string           // of the copy: it is not what was written
	Differences []store.Difference // of the house, when it was copied
}

// Check reads a copy to its end: the database against its sum, its own structure and
// everything in it against everything else, and each photo against its name. Photos that rest
// in a bucket are asked for there.
func Check(ctx context.Context, c Copy, bucket depot.Settings, tell Progress) (Checked, error) {
	k := Checked{Copy: c}
	sum, err := sumOf(ctx, c.database(), reading(tell, c.Bytes))
	if err != nil {
		return k, err
	}
	if sum != c.Database {
		k.Faults = append(k.Faults, "the database is not the one that was copied: its SHA-256 differs")
	}
	state, err := store.Inspect(ctx, c.database())
	switch {
	case errors.Is(err, store.ErrBroken):
		k.Faults = append(k.Faults, err.Error())
		return k, nil // there is nothing to read in it
	case err != nil:
		return k, err
	case state.Epoch != c.Epoch || state.Head != c.Head:
		k.Faults = append(k.Faults, fmt.Sprintf("it stands at seq %d of epoch %s, its description says %d of %s", state.Head, state.Epoch, c.Head, c.Epoch))
	}
	if err := k.photos(ctx, tell); err != nil {
		return k, err
	}
	report, _, err := c.report(ctx, bucket)
	k.Records, k.Differences = report.Records, report.Differences
	return k, err
}

func (k *Checked) photos(ctx context.Context, tell Progress) error {
	return eachPhoto(k.Copy.photos(), func(dir, name string) error {
		if len(name) != sumLength {
			return nil // a small copy, which can be made again
		}
		sum, err := sumOf(ctx, filepath.Join(k.Copy.photos(), dir, name), nil)
		if err != nil {
			return err
		}
		if sum != name {
			k.Faults = append(k.Faults, "the photo "+name+" is damaged")
			return nil
		}
		k.Photos++
		if tell != nil {
			tell("photos read", int64(k.Photos), 0)
		}
		return nil
	})
}

// report opens a copy as a server would, beside its photos, without writing to it. It also
// says where photos rest.
func (c Copy) report(ctx context.Context, bucket depot.Settings) (r store.Report, rests string, err error) {
	scratch, err := os.MkdirTemp("", "xuncha-copy-*")
	if err != nil {
		return r, "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	database, err := filepath.Abs(c.database())
	if err != nil {
		return r, "", err
	}
	shelf, err := filepath.Abs(c.photos())
	if err != nil {
		return r, "", err
	}
	if err := os.Symlink(shelf, filepath.Join(scratch, photosName)); err != nil {
		return r, "", err
	}
	app, err := hooks.ReadCopy(database, scratch)
	if err != nil {
		return r, "", err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	if err := hooks.UsePhotos(app, bucket); err != nil {
		return r, "", err
	}
	far := store.ShelfOf(app)
	if r, err = (store.Fsck{App: app}).Run(); err == nil {
		err = r.Look(ctx, far)
	}
	if named, ok := far.Depot.(depot.S3); ok {
		rests = named.Place()
	}
	return r, rests, err
}
