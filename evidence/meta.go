package evidence

// What a photo says of itself: place, time with its offset, orientation, camera.

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// Meta is what was found in a photo's tags. Times are RFC 3339.
type Meta struct {
	Lon         *float64 `json:"lon,omitempty"` // WGS-84 degrees
	Lat         *float64 `json:"lat,omitempty"`
	TakenAt     string   `json:"taken_at,omitempty"`     // by the camera's clock
	OffsetKnown bool     `json:"offset_known,omitempty"` // else Asia/Shanghai was assumed
	GPSAt       string   `json:"gps_at,omitempty"`       // by the satellites, UTC: a second clock
	Orientation int      `json:"orientation,omitempty"`  // 1-8, as EXIF counts
	Camera      string   `json:"camera,omitempty"`
	Software    string   `json:"software,omitempty"`
	Empty       bool     `json:"empty,omitempty"` // the photo carries no tags at all
}

// metaTime bounds the reading of tags.
const metaTime = 5 * time.Second

var formats = map[string]imagemeta.ImageFormat{
	JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP, HEIC: imagemeta.HEIF,
}

// wanted are the tags that are read.
var wanted = map[string]bool{
	"GPSLatitude": true, "GPSLatitudeRef": true, "GPSLongitude": true, "GPSLongitudeRef": true, "GPSDateStamp": true,
	"GPSTimeStamp": true, "DateTimeOriginal": true, "DateTime": true, "OffsetTimeOriginal": true, "OffsetTime": true,
	"Orientation": true, "Make": true, "Model": true, "Software": true,
}

// ReadMeta reads the tags of a photo. Broken tags are an error; none are not. A panic of
// the reader is an error too: these bytes come from outside.
func ReadMeta(r io.ReadSeeker, mime string) (m Meta, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the photo's tags cannot be read: %v", p)
		}
	}()
	format, ok := formats[mime]
	if !ok {
		return m, refuse(CodeMedia, "no tags are read from %s", mime)
	}
	var tags imagemeta.Tags
	_, err = imagemeta.Decode(imagemeta.Options{
		R: r, ImageFormat: format, Sources: imagemeta.EXIF, Timeout: metaTime,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return wanted[t.Tag] },
		HandleTag: func(t imagemeta.TagInfo) error {
			tags.Add(t)
			return nil
		},
	})
	if err != nil {
		return m, fmt.Errorf("read tags: %w", err)
	}
	exif := tags.EXIF()
	m.Empty = len(exif) == 0
	m.place(tags, exif)
	m.times(exif)
	m.Orientation = wholeNumber(exif["Orientation"].Value)
	if m.Orientation < 1 || m.Orientation > 8 {
		m.Orientation = 1
	}
	m.Camera = strings.TrimSpace(word(exif["Make"].Value) + " " + word(exif["Model"].Value))
	m.Software = word(exif["Software"].Value)
	return m, nil
}

func (m *Meta) place(tags imagemeta.Tags, exif map[string]imagemeta.TagInfo) {
	if _, ok := exif["GPSLatitude"]; !ok {
		return
	}
	lat, lon, err := tags.GetLatLong()
	if err != nil || math.Abs(lat) > 90 || math.Abs(lon) > 180 || lat == 0 && lon == 0 {
		return
	}
	m.Lat, m.Lon = &lat, &lon
}

const exifTime = "2006:01:02 15:04:05"

// shanghai is assumed where a camera does not say its offset.
var shanghai = time.FixedZone("", 8*60*60)

// times combines the tags: the library ignores the offset.
func (m *Meta) times(exif map[string]imagemeta.TagInfo) {
	text, offset := word(exif["DateTimeOriginal"].Value), word(exif["OffsetTimeOriginal"].Value)
	if text == "" {
		text, offset = word(exif["DateTime"].Value), word(exif["OffsetTime"].Value)
	}
	if at, err := time.Parse(exifTime+"-07:00", text+offset); err == nil {
		m.TakenAt, m.OffsetKnown = at.Format(time.RFC3339), true
	} else if at, err := time.ParseInLocation(exifTime, text, shanghai); err == nil {
		m.TakenAt = at.Format(time.RFC3339)
	}
	day, clock := word(exif["GPSDateStamp"].Value), word(exif["GPSTimeStamp"].Value)
	if at, err := time.Parse(exifTime, day+" "+clock); err == nil {
		m.GPSAt = at.UTC().Format(time.RFC3339)
	}
}

func word(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(strings.Trim(s, "\x00"))
}

func wholeNumber(v any) int {
	switch n := v.(type) {
	case uint16:
		return int(n)
	case uint32:
		return int(n & math.MaxInt32)
	case int:
		return n
	}
	return 0
}
