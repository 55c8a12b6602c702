package evidence

// The checks of a photo: facts from the desk, results into the finding; and once more for
// photos that something newer sheds a light on.

import (
	"bytes"
	"context"
	"image/jpeg"
	"log/slog"
	"time"

	"github.com/paulmach/orb"

	"xuncha/evidence/check"
	"xuncha/evidence/likeness"
)

// Known is what there is to compare a photo with.
type Known struct {
	Facts check.Facts
	Later []string // photos with the same file or a picture like it that came later: to be checked again
}

// Examiner knows what a photo is compared with, and keeps what is found when a stored photo
// is checked again.
type Examiner interface {
	// Facts are those of an item; found is what its file says, nil where its row tells that.
	Facts(item Item, found *Finding) (Known, error)
	// Again returns at most limit stored photos that are to be checked again, in the order of
	// their ids, from behind an id on.
	Again(after string, limit int) ([]Item, error)
	// Review keeps the results of a photo that was checked again. It asks for no other check.
	Review(item Item, results []check.Result) error
}

// examine adds what the checks say to a finding.
func (w *Worker) examine(item Item, f *Finding) error {
	if w.Examiner == nil {
		return nil
	}
	known, err := w.Examiner.Facts(item, f)
	if err != nil {
		return err
	}
	f.Checks, f.Later = check.Run(known.Facts), known.Later
	f.Flags = append(f.Flags, check.Flags(f.Checks)...)
	return nil
}

// recheck checks stored photos anew. What fails stays listed, and is tried in the next round.
func (w *Worker) recheck(ctx context.Context) error {
	if w.Examiner == nil {
		return nil
	}
	for after := ""; ; {
		items, err := w.Examiner.Again(after, batch)
		if err != nil {
			return err
		}
		for _, item := range items {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			after = item.ID
			known, err := w.Examiner.Facts(item, nil)
			if err == nil {
				err = w.Examiner.Review(item, check.Run(known.Facts))
			}
			if err != nil {
				slog.Error("a photo could not be checked again", "evidence", item.ID, "error", err)
			}
		}
		if len(items) < batch {
			return nil
		}
	}
}

// Tags are what the checks ask of a file.
func (m Meta) Tags() check.Tags {
	t := check.Tags{
		Read: m.Orientation != 0, Empty: m.Empty, Taken: stamp(m.TakenAt), OffsetKnown: m.OffsetKnown, Satellites: stamp(m.GPSAt),
		Camera: m.Camera, Software: m.Software,
	}
	if m.Lon != nil && m.Lat != nil {
		t.Place = &check.Place{At: orb.Point{*m.Lon, *m.Lat}}
	}
	return t
}

// stamp is a time of the tags; what is none is not known.
func stamp(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Picture is the hash of a derivative; nil where it shows nothing.
func Picture(derivative []byte) *likeness.Hash {
	img, err := jpeg.Decode(bytes.NewReader(derivative))
	if err != nil {
		return nil
	}
	h, ok := likeness.Of(img)
	if !ok {
		return nil
	}
	return &h
}
