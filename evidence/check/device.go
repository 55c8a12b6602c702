package check

// What a device's other photos say of this one.

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Thresholds of devices.
const (
	// SpeedFrom to SpeedTo, km/h: the fastest train makes 350, and from one site to the next
	// less than 200.
	SpeedFrom, SpeedTo = 150, 450
	// Shortest is the least time between two photos that a speed is made of: a position may be
	// some seconds old.
	Shortest = 10 * time.Second
	// FixedFrom to FixedTo: for how long several photos have the same coordinates to six digits
	// (0.1 m). Photos of one burst share a fix; a receiver's noise never repeats itself over
	// minutes. Indoors a phone may go on with its last fix: hence FixedMost.
	FixedFrom, FixedTo = 5 * time.Minute, 15 * time.Minute
	FixedMost          = 0.8
	// FixedPhotos is how many photos it takes.
	FixedPhotos = 3
	// Habit is from how many earlier photos a device is known.
	Habit = 3
)

// mockLocation passes on the phone's word alone: one that cannot tell says no, too.
func mockLocation(f Facts) []Result {
	switch {
	case f.Photo.Mock:
		return one(MockLocation, 1, "location_mocked", map[string]any{})
	case f.Photo.Place == nil || f.Photo.Device == "":
		return none()
	}
	return one(MockLocation, 0, "location_not_mocked", map[string]any{})
}

// earlier are the device's photos taken before this one; of two in one moment the one that
// was received first comes first.
func earlier(f Facts) []Photo {
	var out []Photo
	for _, p := range f.Device {
		if c := p.Taken.Compare(f.Photo.Taken); !p.Taken.IsZero() && (c < 0 || c == 0 && p.Received.Before(f.Photo.Received)) {
			out = append(out, p)
		}
	}
	return out
}

func speed(f Facts) []Result {
	before := earlier(f)
	i := lastPlaced(before)
	if i < 0 || f.Photo.Place == nil || f.Photo.Taken.IsZero() || f.Photo.Device == "" {
		return none()
	}
	d, beyond := apart(*before[i].Place, *f.Photo.Place)
	took := max(Shortest, f.Photo.Taken.Sub(before[i].Taken))
	kmh := math.Round(beyond / took.Seconds() * 3.6)
	return judged(Speed, ramp(kmh, SpeedFrom, SpeedTo), "speed_possible", "speed_impossible", map[string]any{
		"distance_m": d, "took_s": seconds(f.Photo.Taken.Sub(before[i].Taken)), "speed_kmh": kmh, "other": before[i].ID,
	})
}

func lastPlaced(photos []Photo) int {
	for i, p := range slices.Backward(photos) {
		if p.Place != nil {
			return i
		}
	}
	return -1
}

// digits6 are coordinates to six digits.
func digits6(p Place) [2]int64 {
	return [2]int64{int64(math.Round(p.At[0] * 1e6)), int64(math.Round(p.At[1] * 1e6))}
}

func sameFix(f Facts) []Result {
	if f.Photo.Place == nil || f.Photo.Taken.IsZero() || f.Photo.Device == "" {
		return none()
	}
	placed, same := 0, 1
	first, last := f.Photo.Taken, f.Photo.Taken
	for _, p := range f.Device {
		if p.Place == nil || p.Taken.IsZero() || f.Photo.Taken.Sub(p.Taken).Abs() > 24*time.Hour {
			continue
		}
		placed++
		if digits6(*p.Place) == digits6(*f.Photo.Place) {
			same++
			if p.Taken.Before(first) {
				first = p.Taken
			}
			if p.Taken.After(last) {
				last = p.Taken
			}
		}
	}
	if placed == 0 {
		return none()
	}
	span, score := last.Sub(first), 0.0
	if same >= FixedPhotos {
		score = min(FixedMost, late(span, FixedFrom, FixedTo))
	}
	return judged(SameFix, score, "fix_moves", "fix_never_moves", map[string]any{"photos": same, "span_s": seconds(span)})
}

// editors are programs that change pictures, as they sign in the tags (lower case).
var editors = []string{
	"photoshop", "lightroom", "adobe", "gimp", "snapseed", "picsart", "vsco", "pixelmator", "affinity", "acdsee", "picasa",
	"paint.net", "paintshop", "canva", "facetune", "faceapp", "capture one", "darktable", "imagemagick", "meitu", "meipai",
	"美图", "醒图", "轻颜", "faceu", "b612", "photodirector", "polarr", "fotor", "photoscape", "inshot", "remini", "luminar", "corel",
}

// stampers draw a place and a time of their choice onto a picture.
var stampers = []string{"水印", "watermark", "timestamp", "marki", "timemark", "solocator"}

func software(f Facts) []Result {
	if !f.Photo.Tags.Read || f.Photo.Tags.Empty {
		return none()
	}
	name := strings.ToLower(f.Photo.Tags.Software)
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(name, s) })
	}
	values := map[string]any{"software": f.Photo.Tags.Software}
	switch {
	case in(editors):
		return one(Software, 0.9, "edited_by", values)
	case in(stampers):
		return one(Software, 0.6, "stamped_by", values)
	}
	return one(Software, 0, "no_editor", values)
}

func metadata(f Facts) []Result {
	if !f.Photo.Tags.Read {
		return none()
	}
	if !f.Photo.Tags.Empty {
		return one(Metadata, 0, "tags_present", map[string]any{})
	}
	read, with := 0, 0
	for _, p := range earlier(f) {
		if p.Tags.Read {
			read++
			if !p.Tags.Empty {
				with++
			}
		}
	}
	if read < Habit {
		return none() // nobody knows what this device does
	}
	score := 0.0
	if 5*with >= 4*read {
		score = 0.7
	}
	return judged(Metadata, score, "tags_never_written", "tags_missing", map[string]any{"with": with, "of": read})
}

func camera(f Facts) []Result {
	is := f.Photo.Tags.Camera
	other, known := "", 0
	for _, p := range earlier(f) {
		switch p.Tags.Camera {
		case "":
		case is:
			return one(Camera, 0, "camera_known", map[string]any{"camera": is})
		default:
			known, other = known+1, p.Tags.Camera
		}
	}
	if is == "" || known < Habit {
		return none()
	}
	return one(Camera, 0.8, "camera_changed", map[string]any{"camera": is, "before": other})
}
