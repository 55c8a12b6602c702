package evidence

// What an image takes while it is decoded: told beforehand, and measured.

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"io"
	"os"
	"strings"
	"testing"

	"xuncha/internal/photo"
)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// pngOf is a PNG of one colour: depth is bits a channel, kind as the format counts (2 is
// RGB, 6 with transparency). Without a body it is only a head.
func pngOf(t *testing.T, w, h, depth, kind, interlace int, body bool) []byte {
	t.Helper()
	out := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		_ = binary.Write(out, binary.BigEndian, uint32(len(data)))
		sum := crc32.NewIEEE()
		_, _ = io.MultiWriter(out, sum).Write(append([]byte(name), data...))
		_ = binary.Write(out, binary.BigEndian, sum.Sum32())
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	chunk("IHDR", append(head, byte(depth), byte(kind), 0, 0, byte(interlace)))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if body {
		channels := map[int]int{0: 1, 2: 3, 6: 4}[kind]
		if _, err := io.CopyN(z, zeros{}, int64(h)*int64(1+w*channels*depth/8)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return out.Bytes()
}

// jpegOf is the head of a photo with another size and kind of frame, and with what stands
// behind the frame header.
func jpegOf(w, h int, marker byte, behind string) []byte {
	data := sample(photo.Tags{}, 64, 48)
	at := bytes.Index(data, []byte{0xff, 0xc0, 0, 17, 8})
	data[at+1] = marker
	binary.BigEndian.PutUint16(data[at+5:], uint16(h))
	binary.BigEndian.PutUint16(data[at+7:], uint16(w))
	return append(append(append([]byte{}, data[:at+19]...), behind...), data[at+19:]...)
}

func TestAnImageIsWeighedByWhatItsDecoderTakes(t *testing.T) {
	const late = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"a photo of 108 MP":                                {jpegOf(12_000, 9_000, 0xc0, ""), ""},
		"a photo of 108 MP whose planes are copied":        {jpegOf(12_000, 9_000, 0xc0, late), CodePixels},
		"a photo of 48 MP whose planes are copied":         {jpegOf(8_000, 6_000, 0xc0, late), CodePixels},
		"a photo of 24 MP whose planes are copied":         {jpegOf(6_000, 4_000, 0xc0, late), ""},
		"a photo of 48 MP that only says Adobe":            {jpegOf(8_000, 6_000, 0xc0, strings.Replace(late, "\x64\x00\x00\x00\x00\x00", "\x64\x00\x00\x00\x00\x01", 1)), ""},
		"a progressive photo of 108 MP":                    {jpegOf(12_000, 9_000, 0xc2, ""), CodePixels},
		"a progressive photo of 48 MP":                     {jpegOf(8_000, 6_000, 0xc2, ""), ""},
		"a drawing of 10,000 x 10,800 with 16 bits":        {pngOf(t, 10_000, 10_800, 16, 6, 0, false), CodePixels},
		"a drawing of 7,000 x 5,000 with 8 bits":           {pngOf(t, 7_000, 5_000, 8, 6, 0, false), ""},
		"a drawing of 10,000 x 8,000 with 8 bits":          {pngOf(t, 10_000, 8_000, 8, 6, 0, false), CodePixels},
		"a drawing of 10,000 x 8,000 that comes in passes": {pngOf(t, 10_000, 8_000, 8, 6, 1, false), CodePixels},
		"a grey one that may be transparent":               {pngOf(t, 10_000, 10_000, 8, 0, 0, false), CodePixels},
	} {
		if _, err := Check(bytes.NewReader(c.data)); code(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
		if c.code == "" {
			continue
		}
		if _, err := Derive(context.Background(), bytes.NewReader(c.data), 1); code(err) != c.code {
			t.Errorf("%s is decoded: %v", name, err)
		}
	}
}

func TestAStripKeepsItsEdges(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 16_000, 79), image.YCbCrSubsampleRatio420)
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 128, 128
	}
	for x := range 16_000 {
		for y := 72; y < 79; y++ { // a bright edge in what is no whole box
			img.Y[img.YOffset(x, y)] = 255
		}
	}
	got := shrink(img, Large)
	if got.Bounds().Dx() != 1600 || got.Bounds().Dy() != 8 {
		t.Fatalf("%v", got.Bounds())
	}
	if r, _, _, _ := got.At(800, 7).RGBA(); r>>8 < 180 {
		t.Errorf("the lower edge was cut off: %d", r>>8)
	}
}

func TestWhatIsTransparentStandsOnWhite(t *testing.T) {
	out, err := Derive(context.Background(), bytes.NewReader(pngOf(t, 2_000, 1_500, 8, 6, 0, true)), 1)
	if err != nil {
		t.Fatal(err)
	}
	for size, data := range out {
		if _, c := corner(t, data); c != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("%d px: %v", size, c)
		}
	}
}

func FuzzWeigh(f *testing.F) {
	f.Add(sample(photo.Tags{}, 16, 16))
	f.Add(jpegOf(100, 100, 0xc2, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		config, c, err := measure(&source{ReadSeeker: bytes.NewReader(data)})
		if err == nil && (c.whole < int64(config.Width)*int64(config.Height) || c.first <= 0 || c.first > c.whole || c.first > Budget) {
			t.Errorf("%v weighs %v", config, c)
		}
	})
}

func TestThePageSaysWhatADecoderIsGiven(t *testing.T) {
	page, err := os.ReadFile("../docs/evidence.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{fmt.Sprintf("get %d MB", Budget>>20), fmt.Sprintf("More than %d scans", MaxScans), CodeScans} {
		if !bytes.Contains(page, []byte(said)) {
			t.Errorf("docs/evidence.md does not say %q", said)
		}
	}
}
