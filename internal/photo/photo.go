// Package photo makes photos for tests and the demo: a drawn scene as JPEG, with the
// EXIF tags that a phone writes.
package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"time"
)

// Tags are what a phone writes into its photos; zero values are left out.
type Tags struct {
	Lon, Lat    float64
	Taken       time.Time // with its offset
	NoOffset    bool      // write the time without saying its offset
	Orientation int
	Camera      string
}

// Scene draws something of w x h px that no other seed draws.
func Scene(seed uint64, w, h int) image.Image {
	r := rand.New(rand.NewPCG(seed, 7))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	sky := color.RGBA{uint8(120 + r.IntN(100)), uint8(150 + r.IntN(80)), uint8(170 + r.IntN(80)), 255}
	ground := color.RGBA{uint8(80 + r.IntN(80)), uint8(80 + r.IntN(70)), uint8(60 + r.IntN(60)), 255}
	phase := r.Float64() * 6
	for y := range h {
		for x := range w {
			c := sky
			if float64(y) > float64(h)*(0.6+0.06*math.Sin(phase+float64(x)*8/float64(w))) {
				c = ground
			}
			shade := uint8(r.IntN(12))
			img.SetRGBA(x, y, color.RGBA{c.R - shade, c.G - shade, c.B - shade, 255})
		}
	}
	for range 6 {
		x, y := r.IntN(w), h/3+r.IntN(h/3)
		c := color.RGBA{uint8(r.IntN(200)), uint8(r.IntN(200)), uint8(r.IntN(200)), 255}
		for dy := range max(1, h/8) {
			for dx := range max(1, w/12) {
				img.SetRGBA(x+dx, y+dy, c)
			}
		}
	}
	return img
}

// JPEG encodes a scene with its tags.
func JPEG(img image.Image, t Tags) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
		panic(err) // a buffer takes everything
	}
	plain := b.Bytes()
	exif := append([]byte("Exif\x00\x00"), tiff(t)...)
	out := append([]byte{}, plain[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2)) //nolint:gosec // far below 64 KiB
	out = append(out, exif...)
	return append(out, plain[2:]...)
}

// Types of EXIF values.
const (
	ascii    = 2
	short    = 3
	long     = 4
	rational = 5
)

type tag struct {
	id    uint16
	kind  uint16
	count int
	data  []byte
}

func text(id uint16, s string) tag { return tag{id, ascii, len(s) + 1, append([]byte(s), 0)} }

func number(id uint16, n int) tag {
	return tag{id, short, 1, binary.BigEndian.AppendUint16(nil, uint16(n))} //nolint:gosec // small constants
}

func rationals(id uint16, values ...[2]uint32) tag {
	t := tag{id: id, kind: rational, count: len(values)}
	for _, v := range values {
		t.data = binary.BigEndian.AppendUint32(t.data, v[0])
		t.data = binary.BigEndian.AppendUint32(t.data, v[1])
	}
	return t
}

func degrees(v float64) [][2]uint32 {
	v = math.Abs(v)
	d, m := math.Floor(v), math.Floor(v*60)-math.Floor(v)*60
	s := (v - d - m/60) * 3600
	return [][2]uint32{{uint32(d), 1}, {uint32(m), 1}, {uint32(math.Round(s * 1e6)), 1e6}}
}

// tiff writes IFD0 with the EXIF and GPS directories behind it.
func tiff(t Tags) []byte {
	main := []tag{}
	if t.Camera != "" {
		main = append(main, text(0x0110, t.Camera))
	}
	if t.Orientation != 0 {
		main = append(main, number(0x0112, t.Orientation))
	}
	var exif, gps []tag
	if !t.Taken.IsZero() {
		exif = append(exif, text(0x9003, t.Taken.Format("2006:01:02 15:04:05")))
		if !t.NoOffset {
			exif = append(exif, text(0x9011, t.Taken.Format("-07:00")))
		}
	}
	if t.Lon != 0 || t.Lat != 0 {
		gps = append(gps, text(1, side(t.Lat, "N", "S")), rationals(2, degrees(t.Lat)...), text(3, side(t.Lon, "E", "W")), rationals(4, degrees(t.Lon)...))
		if !t.Taken.IsZero() {
			at := t.Taken.UTC()
			gps = append(gps, rationals(7, [2]uint32{uint32(at.Hour()), 1}, [2]uint32{uint32(at.Minute()), 1}, [2]uint32{uint32(at.Second()), 1}), //nolint:gosec // parts of a day
				text(0x1d, at.Format("2006:01:02")))
		}
	}
	const pointers = 2
	at := 8 + dirSize(main, pointers)
	exifAt, gpsAt := at, at+dirSize(exif, 0)
	out := []byte{'M', 'M', 0, 42, 0, 0, 0, 8}
	pointer := func(id uint16, at int) tag {
		return tag{id, long, 1, binary.BigEndian.AppendUint32(nil, uint32(at))} //nolint:gosec // far below 64 KiB
	}
	out = dir(out, append(main, pointer(0x8769, exifAt), pointer(0x8825, gpsAt)))
	out = dir(out, exif)
	return dir(out, gps)
}

func side(v float64, plus, minus string) string {
	if v < 0 {
		return minus
	}
	return plus
}

// dirSize is the length of a directory with its values; pointers take no values.
func dirSize(tags []tag, pointers int) int {
	n := 2 + 12*(len(tags)+pointers) + 4
	for _, t := range tags {
		if len(t.data) > 4 {
			n += len(t.data) + len(t.data)%2
		}
	}
	return n
}

func dir(out []byte, tags []tag) []byte {
	values := len(out) + 2 + 12*len(tags) + 4
	var tail []byte
	out = binary.BigEndian.AppendUint16(out, uint16(len(tags))) //nolint:gosec // a handful
	for _, t := range tags {
		out = binary.BigEndian.AppendUint16(out, t.id)
		out = binary.BigEndian.AppendUint16(out, t.kind)
		out = binary.BigEndian.AppendUint32(out, uint32(t.count)) //nolint:gosec // a handful
		if len(t.data) <= 4 {
			out = append(out, t.data...)
			out = append(out, make([]byte, 4-len(t.data))...)
			continue
		}
		out = binary.BigEndian.AppendUint32(out, uint32(values+len(tail))) //nolint:gosec // far below 64 KiB
		tail = append(tail, t.data...)
		if len(t.data)%2 == 1 {
			tail = append(tail, 0)
		}
	}
	out = append(out, 0, 0, 0, 0)
	return append(out, tail...)
}
