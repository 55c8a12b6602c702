package evidence

// What a photo says of itself: place, time with its offset, orientation, camera.

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
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
	"GPSTimeStamp": true, "DateTimeOriginal": true, "ModifyDate": true, "OffsetTimeOriginal": true, "OffsetTime": true,
	"Orientation": true, "Make": true, "Model": true, "Software": true,
}

// ErrTags: the tags are broken from some point on. What was read before stands.
var ErrTags = errors.New("the photo's tags are not all readable")

// ReadMeta reads the tags of a photo. Broken tags are ErrTags beside what was read before
// them, and so is a panic of the reader: these bytes come from outside. None are no error.
func ReadMeta(r io.ReadSeeker, mime string) (m Meta, err error) {
	m.Orientation = 1
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrTags, p)
		}
	}()
	format, ok := formats[mime]
	if !ok {
		return m, refuse(CodeMedia, "no tags are read from %s", mime)
	}
	src := &source{ReadSeeker: r}
	tags, err := readTags(src, format)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrTags, err)
	}
	err = src.blame(err) // the reader takes a failed disk for the end of the file
	exif := tags.EXIF()
	m.Empty = err == nil && len(exif) == 0
	if o := wholeNumber(exif["Orientation"].Value); o >= 1 && o <= 8 {
		m.Orientation = o
	}
	m.Camera = strings.TrimSpace(word(exif["Make"].Value) + " " + word(exif["Model"].Value))
	m.Software = word(exif["Software"].Value)
	m.times(exif)
	m.place(tags, exif)
	return m, err
}

// readTags collects what is wanted of the main image, not of its thumbnail.
func readTags(src *source, format imagemeta.ImageFormat) (imagemeta.Tags, error) {
	var (
		mu   sync.Mutex // a reader that ran out of time goes on beside us
		over bool
		tags imagemeta.Tags
	)
	_, err := imagemeta.Decode(imagemeta.Options{
		R: src, ImageFormat: format, Sources: imagemeta.EXIF, Timeout: metaTime,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return strings.HasPrefix(t.Namespace, "IFD0") && wanted[t.Tag] },
		HandleTag: func(t imagemeta.TagInfo) error {
			mu.Lock()
			defer mu.Unlock()
			if over {
				return imagemeta.ErrStopWalking
			}
			tags.Add(t)
			return nil
		},
	})
	mu.Lock()
	defer mu.Unlock()
	over = true
	return tags, err
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
		text, offset = word(exif["ModifyDate"].Value), "" // DateTime in the standard's words
	}
	if offset == "" {
		offset = word(exif["OffsetTime"].Value)
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
