package check

// When a photo was taken: by the phone, by the camera's tags, by the satellites, and what
// the server knows.

import (
	"math"
	"time"
)

// Thresholds of times.
const (
	// VisitFrom to VisitTo: before the start or behind the end of the inspection. Officers take
	// a photo of the gate first and tick "finished" in the car.
	VisitFrom, VisitTo = 30 * time.Minute, 150 * time.Minute
	// OpenVisit is how long an inspection is taken to last whose end is not written yet.
	OpenVisit = 24 * time.Hour
	// AheadFrom to AheadTo: a photo from the future. Phones set their clocks by the network.
	AheadFrom, AheadTo = 2 * time.Minute, 18 * time.Minute
	// CameraFrom to CameraTo: camera and app read one clock; a picture from the gallery is older.
	CameraFrom, CameraTo = 2 * time.Minute, 18 * time.Minute
	// SkyFrom to SkyTo: the time of a fix is that of the last one, which may be kept a while.
	SkyFrom, SkyTo = 5 * time.Minute, 55 * time.Minute
)

// seconds of a duration, whole; without the minus of a zero.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()) + 0 }

func late(d, from, to time.Duration) float64 {
	return ramp(d.Seconds(), from.Seconds(), to.Seconds())
}

func visitTime(f Facts) []Result {
	at := f.Photo.Taken
	if at.IsZero() || f.Started.IsZero() {
		return none()
	}
	end := f.Ended
	if end.IsZero() || end.Before(f.Started) {
		end = f.Started.Add(OpenVisit)
	}
	code, off := "before_visit", f.Started.Sub(at)
	if after := at.Sub(end); after > off {
		code, off = "after_visit", after
	}
	off = max(0, off)
	return judged(VisitTime, late(off, VisitFrom, VisitTo), "within_visit", code, map[string]any{"off_s": seconds(off)})
}

func receivedTime(f Facts) []Result {
	if f.Photo.Taken.IsZero() || f.Photo.Received.IsZero() {
		return none()
	}
	ahead := f.Photo.Taken.Sub(f.Photo.Received)
	return judged(ReceivedTime, late(ahead, AheadFrom, AheadTo), "before_receipt", "from_the_future",
		map[string]any{"ahead_s": seconds(max(0, ahead))})
}

// zones are what clocks of two time zones may differ by.
const zones, farthestZone = 30 * time.Minute, 14 * time.Hour

func exifClock(f Facts) []Result {
	phone, tags := f.Photo.Taken, f.Photo.Tags.Taken
	if phone.IsZero() || tags.IsZero() {
		return none()
	}
	off := phone.Sub(tags).Abs()
	values := map[string]any{"off_s": seconds(off), "offset_known": f.Photo.Tags.OffsetKnown}
	score := late(off, CameraFrom, CameraTo)
	// Without an offset in the tags Asia/Shanghai was assumed. A clock that goes right in another
	// zone is no reason to doubt.
	if left := (off - off.Round(zones)).Abs(); score > 0 && !f.Photo.Tags.OffsetKnown && off <= farthestZone && left <= CameraFrom {
		return one(ExifClock, 0.3, "camera_in_another_zone", values)
	}
	return judged(ExifClock, score, "camera_clock_agrees", "camera_clock_differs", values)
}

func satelliteClock(f Facts) []Result {
	sky := f.Photo.Tags.Satellites
	clock := f.Photo.Taken
	if clock.IsZero() && f.Photo.Tags.OffsetKnown {
		clock = f.Photo.Tags.Taken
	}
	if sky.IsZero() || clock.IsZero() {
		return none()
	}
	off := clock.Sub(sky).Abs()
	return judged(SatelliteClock, late(off, SkyFrom, SkyTo), "satellites_agree", "satellites_differ", map[string]any{"off_s": seconds(off)})
}
