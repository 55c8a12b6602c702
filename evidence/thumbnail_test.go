package evidence

// First previews: from honest tags, and from tags that were made to do harm.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"strings"
	"testing"
	"time"

	"xuncha/internal/photo"
)

// thumbed is a photo whose tags hold a picture; at and size are written as they are given, -1
// for what is right.
func thumbed(thumb []byte, orientation, at, size int) []byte {
	be := binary.BigEndian
	tiff := []byte(bigEndian)
	entry := func(tag, kind uint16, value uint32) {
		tiff = be.AppendUint32(be.AppendUint16(be.AppendUint16(tiff, tag), kind), 1)
		tiff = be.AppendUint32(tiff, value)
	}
	tiff = be.AppendUint16(tiff, 1)
	entry(tagOrientation, 3, uint32(orientation)<<16)
	second := len(tiff) + 4
	tiff = be.AppendUint32(tiff, uint32(second))
	tiff = be.AppendUint16(tiff, 2)
	where := second + 2 + 2*12 + 4
	if at < 0 {
		at = where
	}
	if size < 0 {
		size = len(thumb)
	}
	entry(tagThumbAt, 4, uint32(at))
	entry(tagThumbSize, 4, uint32(size))
	tiff = be.AppendUint32(tiff, 8) // the next one is the first again
	tiff = append(tiff, thumb...)
	plain := jpegOf(64, 48, 0xc0, "")
	from := bytes.Index(plain, []byte("\xff\xe1"))
	length := int(be.Uint16(plain[from+2:]))
	return append([]byte(string(plain[:from])+seg(0xe1, 8+len(tiff), "Exif\x00\x00"+string(tiff))), plain[from+2+length:]...)
}

func TestAThumbnailIsShownUprightAndWithoutTags(t *testing.T) {
	thumb := sample(photo.Tags{Lon: 116.4, Lat: 39.9, Taken: taken}, 512, 384)
	out, err := Thumbnail(bytes.NewReader(thumbed(thumb, 6, -1, -1)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(out))
	if err != nil || c.Width != 240 || c.Height != 320 {
		t.Errorf("%v %v", c, err)
	}
	if bytes.Contains(out, []byte("Exif")) {
		t.Error("it carries tags")
	}
}

func TestThumbnailsThatAreNoneAreNotShown(t *testing.T) {
	good := sample(photo.Tags{}, 160, 120)
	for name, data := range map[string][]byte{
		"nothing":                       nil,
		"a PNG":                         encodedPNG(image.NewGray(image.Rect(0, 0, 10, 10))),
		"a photo without":               sample(photo.Tags{Taken: taken}, 64, 48),
		"beyond the end":                thumbed(good, 1, 1<<20, -1),
		"at the last byte of all":       thumbed(good, 1, 0xffffffff, -1),
		"longer than the tags":          thumbed(good, 1, -1, 1<<30),
		"at and size that overflow":     thumbed(good, 1, 0xfffffff0, 0xfffffff0),
		"of no length":                  thumbed(good, 1, -1, 0),
		"cut":                           thumbed(good, 1, -1, len(good)/2),
		"no picture":                    thumbed([]byte(strings.Repeat("x", 900)), 1, -1, -1),
		"a PNG in the tags":             thumbed(encodedPNG(image.NewGray(image.Rect(0, 0, 10, 10))), 1, -1, -1),
		"a bomb":                        thumbed(jpegOf(20_000, 5_000, 0xc0, ""), 1, -1, -1),
		"as large as a photo":           thumbed(jpegOf(1_600, 1_200, 0xc0, ""), 1, -1, -1),
		"of many scans":                 thumbed(progressive(64, 48, 500, true), 1, -1, -1),
		"a directory at itself":         tiffOf(bigEndian + "\x00\x00\x00\x00\x00\x08"),
		"a directory of 65,535 entries": tiffOf(bigEndian + "\xff\xff"),
		"a directory beyond the end":    tiffOf("MM\x00\x2a\xff\xff\xff\xf0"),
		"another order of bytes":        tiffOf("XX\x00\x2a\x00\x00\x00\x08"),
		"tags that are cut":             thumbed(good, 1, -1, -1)[:200],
	} {
		if out, err := Thumbnail(bytes.NewReader(data)); !errors.Is(err, ErrNoThumbnail) || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
	if _, err := Thumbnail(torn{bytes.NewReader(thumbed(good, 1, -1, -1)), 100}); err == nil || errors.Is(err, ErrNoThumbnail) {
		t.Errorf("a disk that fails: %v", err)
	}
}

// All that waits is shown before the first photo is stored, and the real one replaces it.
func TestFirstPreviewsComeBeforeTheWork(t *testing.T) {
	shelf, d := Shelf{Dir: t.TempDir()}, newDesk()
	small := sample(photo.Tags{}, 160, 120)
	for i := range 5 {
		d.put(t, shelf, "p"+string(rune('0'+i)), append(thumbed(small, 1, -1, -1), byte(i)))
	}
	w := NewWorker(watched{d, func() {
		for _, item := range d.items {
			if _, err := os.Stat(shelf.Derivative(item.Sum, Small)); err != nil {
				t.Errorf("%s has no preview: %v", item.ID, err)
			}
			if _, err := os.Stat(shelf.Derivative(item.Sum, Large)); err == nil && len(d.tried) == 0 && item.ID > "p2" {
				t.Errorf("%s was worked on before the first was stored", item.ID)
			}
		}
	}}, shelf, func() time.Time { return taken })
	if err := w.preview(t.Context()); err != nil || len(d.found) != 0 {
		t.Fatalf("a preview stores nothing: %v %v", d.found, err)
	}
	preview, err := os.ReadFile(shelf.Derivative(d.items[0].Sum, Small))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.round(t.Context()); err != nil || len(d.found) != 5 {
		t.Fatalf("%d stored: %v", len(d.found), err)
	}
	real, err := os.ReadFile(shelf.Derivative(d.items[0].Sum, Small))
	if err != nil || bytes.Equal(preview, real) {
		t.Errorf("the preview stays: %v", err)
	}
}

// watched looks before anything is stored.
type watched struct {
	*desk
	look func()
}

func (w watched) Store(item Item, f Finding) error {
	w.look()
	return w.desk.Store(item, f)
}

func FuzzThumbnail(f *testing.F) {
	f.Add(thumbed(sample(photo.Tags{}, 160, 120), 6, -1, -1))
	f.Add(sample(photo.Tags{Lon: 116.4, Lat: 39.9, Taken: taken, Orientation: 6}, 16, 16))
	f.Add(tiffOf(bigEndian + "\x00\x01\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := Thumbnail(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrNoThumbnail) {
				t.Errorf("%v", err)
			}
			return
		}
		if c, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || max(c.Width, c.Height) > Small {
			t.Errorf("%v %v", c, err)
		}
	})
}
