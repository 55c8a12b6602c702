package evidence

// What a photo's bytes and an upload's header may do: be taken or be refused, no more.

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"xuncha/internal/photo"
)

// FuzzDerive decodes what Check lets through; only small images, for the sake of speed.
func FuzzDerive(f *testing.F) {
	f.Add(sample(photo.Tags{Lon: 116.4, Lat: 39.9, Taken: taken, Orientation: 6}, 16, 16), 6)
	paletted := image.NewPaletted(image.Rect(0, 0, 9, 7), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := png.Encode(&b, paletted); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), 1)
	f.Fuzz(func(t *testing.T, data []byte, orientation int) {
		if _, err := Check(bytes.NewReader(data)); err != nil {
			return
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width*c.Height > 1<<16 {
			return
		}
		out, err := Derive(context.Background(), bytes.NewReader(data), orientation)
		var refused Refusal
		if err != nil && !errors.As(err, &refused) {
			t.Errorf("%v is no refusal", err)
		}
		for size, jpeg := range out {
			c, kind, err := image.DecodeConfig(bytes.NewReader(jpeg))
			if err != nil || kind != "jpeg" || max(c.Width, c.Height) > size {
				t.Errorf("%d: %s %v %v", size, kind, c, err)
			}
		}
	})
}

func FuzzUploadMetadata(f *testing.F) {
	f.Add("sha256 YWJj,filename eC5qcGc=")
	f.Add(" ,,, a b c,sha256")
	f.Fuzz(func(t *testing.T, header string) {
		for name, value := range metadata(header) {
			if len(name)+len(value) > len(header) {
				t.Errorf("%q: %q", name, value)
			}
		}
	})
}
