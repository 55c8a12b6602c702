package evidence

// The fast pass over what waits: thumbnails first, so that a hundred photos can be looked at
// before the first of them is worked on.

import (
	"context"
	"errors"
	"log/slog"
	"os"
)

// preview puts the thumbnails of what waits onto the shelf as the small derivative, until the
// real one replaces it. No row changes and no receipt comes of it. What has none waits.
func (w *Worker) preview(ctx context.Context) error {
	looked := map[string]bool{} // of what still waits
	defer func() { w.looked = looked }()
	for after := ""; ; {
		items, err := w.Desk.Waiting(after, batch)
		if err != nil {
			looked = w.looked
			return err
		}
		for _, item := range items {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			after, looked[item.Sum] = item.ID, true
			if w.looked[item.Sum] {
				continue
			}
			if err := w.previewOne(item.Sum); err != nil && !errors.Is(err, ErrNoThumbnail) {
				slog.Warn("a photo has no first preview", "evidence", item.ID, "error", err)
			}
		}
		if len(items) < batch {
			return nil
		}
	}
}

func (w *Worker) previewOne(sum string) error {
	for _, px := range sizesInOrder {
		if _, err := os.Stat(w.Shelf.Derivative(sum, px)); err == nil {
			return nil // somebody else brought the same photo
		}
	}
	f, err := os.Open(w.Shelf.Original(sum))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	data, err := Thumbnail(f)
	if err != nil {
		return err
	}
	return w.Shelf.PutDerivative(sum, Small, data)
}
