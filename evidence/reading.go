package evidence

// The shelf as the audit reads it.

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"xuncha/evidence/custody"
)

// Reading opens what stands on a shelf.
type Reading struct{ Shelf Shelf }

var _ custody.Files = Reading{}

// Original opens an original.
func (r Reading) Original(_ context.Context, sum string) (io.ReadCloser, error) {
	if !Sum.MatchString(sum) {
		return nil, fmt.Errorf("%q is no SHA-256: %w", sum, os.ErrNotExist)
	}
	return os.Open(r.Shelf.Original(sum))
}

// Copy opens a derivative of size px.
func (r Reading) Copy(_ context.Context, sum, size string) (io.ReadCloser, error) {
	px, err := strconv.Atoi(size)
	if err != nil || !Sum.MatchString(sum) {
		return nil, fmt.Errorf("a copy of %q of %q px: %w", sum, size, os.ErrNotExist)
	}
	return os.Open(r.Shelf.Derivative(sum, px))
}
