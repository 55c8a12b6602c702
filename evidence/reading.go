package evidence

// The shelf as the audit reads it.

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"xuncha/evidence/custody"
)

// Reading opens what stands on a shelf.
type Reading struct{ Shelf Shelf }

var _ custody.Files = Reading{}

// Original opens an original.
func (r Reading) Original(ctx context.Context, sum string) (io.ReadCloser, error) {
	return r.open(ctx, sum, 0)
}

// Copy opens a derivative of size px.
func (r Reading) Copy(ctx context.Context, sum, size string) (io.ReadCloser, error) {
	px, err := strconv.Atoi(size)
	if err != nil || px < 1 {
		return nil, fmt.Errorf("a copy of %q px: %w", size, fs.ErrNotExist)
	}
	return r.open(ctx, sum, px)
}

func (r Reading) open(ctx context.Context, sum string, px int) (io.ReadCloser, error) {
	if !Sum.MatchString(sum) {
		return nil, fmt.Errorf("%q is no SHA-256: %w", sum, fs.ErrNotExist)
	}
	f, err := r.Shelf.Open(ctx, sum, px)
	if err != nil {
		return nil, err
	}
	return f, nil
}
