package check

// The same photo twice: the same bytes, or the same picture.

import (
	"time"

	"xuncha/evidence/likeness"
)

// Thresholds of pictures, in bits that differ. They stand where the measured table in
// docs/evidence.md puts them.
const (
	// SurelyAlike is asked of every photo there is.
	SurelyAlike = likeness.Sure
	// MaybeAlike is asked within a case, where few photos are compared; elsewhere it is a note.
	MaybeAlike = likeness.Maybe
	// Burst: photos of one matter within this time look alike, for good reason.
	Burst = 10 * time.Minute
)

func reusedFile(f Facts) []Result {
	if f.Photo.Sum == "" {
		return none()
	}
	best := Result{ReusedFile, 0, "file_new", map[string]any{}}
	for _, p := range f.SameFile {
		r := Result{ReusedFile, 0.3, "file_twice_here", map[string]any{"other": p.ID}}
		switch {
		case p.Case != f.Photo.Case:
			r.Score, r.Code = 1, "file_of_other_case"
		case p.Item != "" && f.Photo.Item != "" && p.Item != f.Photo.Item:
			r.Score, r.Code = 0.9, "file_of_other_item"
		}
		if r.Score > best.Score {
			best = r
		}
	}
	return []Result{best}
}

// pictureScore is how sure so few differing bits are.
func pictureScore(bits int) float64 {
	switch {
	case bits <= SurelyAlike:
		return 0.9
	case bits <= MaybeAlike:
		return 0.6
	}
	return 0
}

// reusedPicture looks at other photos but the one this is a pair with, and those with the same
// bytes: they have checks of their own. No result: there is no picture to compare.
func reusedPicture(f Facts) []Result {
	if f.Alike == nil {
		return none()
	}
	best := Result{ReusedPicture, 0, "picture_new", map[string]any{}}
	for _, a := range f.Alike {
		if a.Sum == f.Photo.Sum || f.Before != nil && a.ID == f.Before.ID {
			continue
		}
		r := Result{ReusedPicture, pictureScore(a.Bits), "picture_of_other_case", map[string]any{"other": a.ID, "bits": a.Bits}}
		if a.Case != f.Photo.Case {
			if a.Bits > SurelyAlike {
				r.Score = min(r.Score, 0.3) // among a million strangers one looks like this
			}
		} else {
			r.Code = "picture_of_other_item"
			if oneScene(a.Photo, f.Photo) {
				r.Score, r.Code = min(r.Score, 0.2), "picture_of_a_burst"
			}
		}
		if r.Score > best.Score {
			best = r
		}
	}
	return []Result{best}
}

// oneScene: two photos of one matter, taken for one purpose: of one item, or within a burst.
func oneScene(a, b Photo) bool {
	if a.Purpose != b.Purpose || a.Item != b.Item {
		return false
	}
	return a.Taken.IsZero() || b.Taken.IsZero() || a.Taken.Sub(b.Taken).Abs() <= Burst
}
