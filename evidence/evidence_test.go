package evidence

// Photos as phones make them, and files that are none.

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"testing"
	"time"

	"xuncha/internal/photo"
)

var taken = time.Date(2026, 11, 23, 9, 30, 15, 0, time.FixedZone("", 8*60*60))

func sample(t photo.Tags, w, h int) []byte { return photo.JPEG(photo.Scene(1, w, h), t) }

func code(err error) string {
	var r Refusal
	if errors.As(err, &r) {
		return r.Code()
	}
	return ""
}

func TestFilesAreKnownByTheirBytes(t *testing.T) {
	var small, huge, wide bytes.Buffer
	if err := png.Encode(&small, photo.Scene(2, 40, 30)); err != nil {
		t.Fatal(err)
	}
	palette := image.NewPaletted(image.Rect(0, 0, 12_000, 12_000), color.Palette{color.Black})
	if err := png.Encode(&huge, palette); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&wide, image.NewPaletted(image.Rect(0, 0, 20_001, 1), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data       []byte
		mime, code string
	}{
		"a photo":                  {sample(photo.Tags{}, 64, 48), JPEG, ""},
		"a drawing":                {small.Bytes(), PNG, ""},
		"a phone's HEIC":           {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), HEIC, ""},
		"a TIFF named .jpg":        {[]byte("II*\x00\x08\x00\x00\x00"), "", CodeMedia},
		"a text":                   {[]byte("hello"), "", CodeMedia},
		"nothing":                  {nil, "", CodeMedia},
		"a PNG of 12,000 x 12,000": {huge.Bytes(), PNG, CodePixels},
		"a PNG of 20,001 x 1":      {wide.Bytes(), PNG, CodePixels},
		"half a JPEG":              {sample(photo.Tags{}, 64, 48)[:20], JPEG, CodeBroken},
	} {
		mime, err := Check(bytes.NewReader(c.data))
		if mime != c.mime || code(err) != c.code {
			t.Errorf("%s: %q %v, want %q %q", name, mime, err, c.mime, c.code)
		}
	}
}

// Whatever a HEIC calls itself of what is taken, it is decoded.
func TestEveryBrandOfHEICThatIsTakenIsDecoded(t *testing.T) {
	for _, brand := range heicBrands {
		data := heicFile("phone")
		copy(data[8:], brand)
		copy(data[20:], brand) // behind mif1, with which it agrees
		mime, err := CheckAny(bytes.NewReader(data), int64(len(data)))
		if err != nil || mime != HEIC {
			t.Errorf("%s: %q %v", brand, mime, err)
		}
		if made, err := Derive(t.Context(), bytes.NewReader(data), 1); err != nil || len(made) != 2 {
			t.Errorf("%s: %d copies, %v", brand, len(made), err)
		}
	}
}

func TestPlaceAndTimeAreReadWithTheirOffset(t *testing.T) {
	data := sample(photo.Tags{Lon: 116.391305, Lat: 39.907458, Taken: taken, Orientation: 6, Camera: "P60"}, 64, 48)
	m, err := ReadMeta(bytes.NewReader(data), JPEG)
	if err != nil {
		t.Fatal(err)
	}
	if m.Lon == nil || math.Abs(*m.Lon-116.391305) > 1e-6 || math.Abs(*m.Lat-39.907458) > 1e-6 {
		t.Errorf("place %v %v", m.Lon, m.Lat)
	}
	if m.TakenAt != "2026-11-23T09:30:15+08:00" || !m.OffsetKnown || m.GPSAt != "2026-11-23T01:30:15Z" {
		t.Errorf("times %+v", m)
	}
	if m.Orientation != 6 || m.Camera != "P60" || m.Empty {
		t.Errorf("%+v", m)
	}
	m, err = ReadMeta(bytes.NewReader(sample(photo.Tags{Taken: taken, NoOffset: true}, 64, 48)), JPEG)
	if err != nil || m.TakenAt != "2026-11-23T09:30:15+08:00" || m.OffsetKnown {
		t.Errorf("without an offset Asia/Shanghai is assumed and said: %+v %v", m, err)
	}
	var bare bytes.Buffer
	if err := jpeg.Encode(&bare, photo.Scene(1, 64, 48), nil); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadMeta(bytes.NewReader(bare.Bytes()), JPEG); err != nil || !m.Empty || m.Orientation != 1 {
		t.Errorf("a photo without tags: %+v %v", m, err)
	}
}

// corner is the mean colour of the top left corner of an image.
func corner(t *testing.T, data []byte) (image.Point, color.RGBA) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := img.At(4, 4).RGBA()
	return img.Bounds().Size(), color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
}

func TestDerivativesAreSmallUprightAndSayNothing(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	for y := range 3000 {
		for x := range 4000 {
			c := color.RGBA{200, 200, 200, 255}
			if x < 400 && y > 2600 { // red at the lower left: the upper left after a quarter turn
				c = color.RGBA{220, 20, 20, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	data := photo.JPEG(img, photo.Tags{Lon: 116.391305, Lat: 39.907458, Taken: taken, Orientation: 6})
	out, err := Derive(context.Background(), bytes.NewReader(data), 6)
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int]image.Point{Large: {1200, 1600}, Small: {240, 320}} {
		got, c := corner(t, out[size])
		if got != want || c.R < 180 || c.G > 90 {
			t.Errorf("%d px: %v, its corner %v", size, got, c)
		}
		if bytes.Contains(out[size], []byte("Exif")) {
			t.Errorf("%d px: the derivative carries tags", size)
		}
	}
}

func TestEverySubsamplingSizeAndPaletteIsDerived(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		for _, size := range []image.Point{{3203, 1}, {3999, 3001}, {5001, 17}, {7, 6401}} {
			img := image.NewYCbCr(image.Rectangle{Max: size}, ratio)
			for i := range img.Y {
				img.Y[i] = 200
			}
			for i := range img.Cb {
				img.Cb[i], img.Cr[i] = 128, 128
			}
			got := copiesOf(img)[Small]
			r, _, _, _ := got.At(got.Bounds().Dx()/2, 0).RGBA()
			if got.Bounds().Dx() > Small || got.Bounds().Dy() > Small || r>>8 < 195 || r>>8 > 205 {
				t.Errorf("%v %v: %v, red %d", ratio, size, got.Bounds(), r>>8)
			}
		}
	}
	bad := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White})
	bad.Pix[3] = 250 // beyond the palette
	if got := copiesOf(bad)[Small]; got.Bounds().Dx() != 8 {
		t.Errorf("%v", got.Bounds())
	}
}

func TestTheShelfKeepsTheSameBytesOnceAndUnchanged(t *testing.T) {
	s := Shelf{Dir: t.TempDir()}
	data := sample(photo.Tags{Taken: taken}, 64, 48)
	var first string
	for range 2 {
		sum, size, mime, err := s.Put(bytes.NewReader(data), MaxBytes)
		if err != nil || size != int64(len(data)) || mime != JPEG {
			t.Fatal(sum, size, mime, err)
		}
		first = sum
	}
	stored, err := os.ReadFile(s.Original(first))
	if err != nil || !bytes.Equal(stored, data) {
		t.Errorf("the original was changed: %v", err)
	}
	if _, _, _, err := s.Put(bytes.NewReader(data), 100); code(err) != CodeTooLarge {
		t.Errorf("too long: %v", err)
	}
	if _, _, _, err := s.Put(bytes.NewReader([]byte("II*\x00")), MaxBytes); code(err) != CodeMedia {
		t.Errorf("no image: %v", err)
	}
	left, err := os.ReadDir(s.Dir)
	if err != nil || len(left) != 1 {
		t.Errorf("refused files left something: %v %v", left, err)
	}
}

func FuzzReadMeta(f *testing.F) {
	f.Add(sample(photo.Tags{Lon: 116.4, Lat: 39.9, Taken: taken, Orientation: 3}, 16, 16))
	f.Fuzz(func(t *testing.T, data []byte) {
		mime, err := Check(bytes.NewReader(data))
		if err != nil {
			return
		}
		m, err := ReadMeta(bytes.NewReader(data), mime)
		if err == nil && m.Lat != nil && (math.Abs(*m.Lat) > 90 || math.IsNaN(*m.Lat)) {
			t.Errorf("latitude %v", *m.Lat)
		}
	})
}
