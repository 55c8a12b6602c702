package evidence

// Copies of the same bytes are made once. Each row that has them says in the log which bytes
// they have, so another decoder or encoder must not make them anew under a row that came before.

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
)

// sizesInOrder is how copies are written: a first preview is a small one, so a large one that
// lies somewhere says that the small one beside it is real.
var sizesInOrder = []int{Small, Large}

// copyLimit is far above the bytes of any copy.
const copyLimit = 16 << 20

// copies puts the copies of a photo on the shelf, those that are not there, and notes all.
func (w *Worker) copies(ctx context.Context, photo io.ReadSeeker, sum string, finding *Finding) error {
	stand, err := w.Shelf.standing(sum)
	if err != nil {
		return err
	}
	if len(stand) < len(sizesInOrder) {
		derived, err := Derive(ctx, photo, finding.Meta.Orientation)
		if err != nil {
			return finding.flag(FlagUnreadable, err)
		}
		if finding.Anew, err = w.Shelf.fill(sum, stand, derived); err != nil {
			return err
		}
	}
	return finding.note(stand)
}

// copiesThere notes the copies that another row of the same bytes has.
func (w *Worker) copiesThere(sum string, finding *Finding) error {
	stand, err := w.Shelf.standing(sum)
	if err != nil || len(stand) < len(sizesInOrder) {
		return err
	}
	return finding.note(stand)
}

// note keeps what copies are: their sums, and what is to be seen on the small one.
func (f *Finding) note(copies map[int][]byte) error {
	for px, data := range copies {
		sum, _, err := SumOf(bytes.NewReader(data))
		if err != nil {
			return err
		}
		f.Copies[px] = sum
		if px == Small {
			f.Picture = Picture(data)
		}
	}
	return nil
}

// standing are the real copies that are here, by size. What is no image is not one of them.
func (s Shelf) standing(sum string) (map[int][]byte, error) {
	stand := map[int][]byte{}
	for _, px := range []int{Large, Small} {
		data, err := os.ReadFile(s.Place(sum, px))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if shows(data) {
			stand[px] = data
		} else if px == Large {
			break // a small one is a preview, or half of what a crash left
		}
	}
	return stand, nil
}

// fill puts copies onto the shelf that do not stand yet, and returns the sizes of those.
func (s Shelf) fill(sum string, stand, from map[int][]byte) (anew []int, err error) {
	for _, px := range sizesInOrder {
		if stand[px] != nil || from[px] == nil {
			continue
		}
		if err := s.PutDerivative(sum, px, from[px]); err != nil {
			return nil, err
		}
		stand[px], anew = from[px], append(anew, px)
	}
	return anew, nil
}

// anywhere are the real copies that are here, those included that are fetched from the depot.
func (s Shelf) anywhere(ctx context.Context, sum string) (map[int][]byte, error) {
	stand, err := s.standing(sum)
	if err != nil || s.Depot == nil {
		return stand, err
	}
	far := map[int][]byte{}
	for _, px := range []int{Large, Small} {
		if stand[px] != nil {
			continue
		}
		data, err := s.far(ctx, sum, px)
		if err != nil {
			return nil, err
		}
		if shows(data) {
			far[px] = data
		} else if px == Large {
			break // as on the shelf
		}
	}
	_, err = s.fill(sum, stand, far)
	return stand, err
}

// derive makes copies of an original that says by itself how it is turned.
func (s Shelf) derive(ctx context.Context, sum string) (map[int][]byte, error) {
	photo, err := s.Proven(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer func() { _ = photo.Close() }()
	return Derive(ctx, photo, 0)
}

// shows tells whether bytes begin as a copy of ours does.
func shows(data []byte) bool {
	_, err := jpeg.DecodeConfig(bytes.NewReader(data))
	return err == nil
}

// adopt takes over the copies that an earlier row of the same bytes left in the depot, in place
// of those that were made here since. The worker does not ask for them itself: it waits for no
// depot.
func (s Shelf) adopt(ctx context.Context, sum string, f *Finding) error {
	if len(f.Copies) == 0 {
		return nil
	}
	size, err := s.Depot.Size(ctx, Key(sum, Large))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // this row is the first
	}
	if err != nil {
		return err
	}
	if info, err := os.Stat(s.Place(sum, Large)); err == nil && len(f.Anew) == 0 && info.Size() == size {
		return nil // those here are those there
	}
	for _, px := range sizesInOrder {
		data, err := s.far(ctx, sum, px)
		if err != nil {
			return err
		}
		if !shows(data) {
			continue // lost or broken there: ours stays
		}
		if err := s.PutDerivative(sum, px, data); err != nil {
			return err
		}
		if err := f.note(map[int][]byte{px: data}); err != nil {
			return err
		}
	}
	return nil
}

// far reads a copy in the depot; none is no error.
func (s Shelf) far(ctx context.Context, sum string, px int) ([]byte, error) {
	f, err := s.Depot.Open(ctx, Key(sum, px))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, copyLimit))
	return data, errors.Join(err, f.Close())
}
