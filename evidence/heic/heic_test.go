package heic_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/evidence/heic"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(data []byte, use func(image.Image) error) error {
	return heic.Decode(context.Background(), bytes.NewReader(data), int64(len(data)), use)
}

// near tells whether a point has a colour, but for what the encoder lost.
func near(img image.Image, x, y int, want color.Color, within int) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	wr, wg, wb, _ := want.RGBA()
	for _, d := range []int{int(r>>8) - int(wr>>8), int(g>>8) - int(wg>>8), int(b>>8) - int(wb>>8)} {
		if d > within || d < -within {
			return false
		}
	}
	return true
}

// A photo as phones write it: tiles beside each other, cut at the edge, and turned by a mark of
// the container. Its corners are red, green, blue and white before it is turned.
func TestAPhonesPhotoIsPutTogetherAndTurned(t *testing.T) {
	err := decode(read(t, "phone.heic"), func(img image.Image) error {
		if got := img.Bounds(); got != image.Rect(0, 0, 100, 120) {
			t.Errorf("it is %v", got)
		}
		for _, corner := range []struct {
			x, y int
			is   color.Color
		}{
			{90, 10, color.RGBA{200, 30, 30, 255}},
			{90, 110, color.RGBA{30, 180, 40, 255}},
			{10, 10, color.RGBA{30, 40, 200, 255}},
			{10, 110, color.RGBA{250, 250, 250, 255}},
		} {
			if !near(img, corner.x, corner.y, corner.is, 6) {
				t.Errorf("at %d,%d is %v, not %v", corner.x, corner.y, img.At(corner.x, corner.y), corner.is)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The same picture in every form that the library knows: redder to the right, greener
// downwards; the grey one brighter both ways. What was transparent has its colours.
func TestEveryFormOfAnImage(t *testing.T) {
	odd, even := image.Rect(0, 0, 97, 71), image.Rect(0, 0, 96, 70)
	narrow, small := image.Rect(0, 0, 32, 80), image.Rect(0, 0, 80, 80) // less than the narrowest row of the library
	for name, want := range map[string]struct {
		kind string
		rect image.Rectangle
	}{
		"odd.heic": {"4:2:0", odd}, "half.heic": {"4:2:2", odd}, "full.heic": {"4:4:4", odd}, "grey.heic": {"grey", even}, "clear.heic": {"4:2:0", odd},
		"small-32.heic": {"4:2:0", narrow}, "half-32.heic": {"4:2:2", narrow}, "full-32.heic": {"4:4:4", narrow},
		"small-80.heic": {"4:2:0", small}, "half-80.heic": {"4:2:2", small}, "full-80.heic": {"4:4:4", small}, "grey-80.heic": {"grey", small},
	} {
		t.Run(name, func(t *testing.T) {
			err := decode(read(t, name), func(img image.Image) error {
				if img.Bounds() != want.rect || kind(img) != want.kind {
					t.Fatalf("it is %v %s, not %v %s", img.Bounds(), kind(img), want.rect, want.kind)
				}
				for x := 2; x < min(96, want.rect.Dx()); x += 5 {
					for y := 2; y < min(70, want.rect.Dy()); y += 5 {
						if !near(img, x, y, expected(name, x, y), 32) {
							t.Errorf("at %d,%d is %v, not %v", x, y, img.At(x, y), expected(name, x, y))
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func kind(img image.Image) string {
	switch img := img.(type) {
	case *image.YCbCr:
		return map[image.YCbCrSubsampleRatio]string{
			image.YCbCrSubsampleRatio420: "4:2:0", image.YCbCrSubsampleRatio422: "4:2:2", image.YCbCrSubsampleRatio444: "4:4:4",
		}[img.SubsampleRatio]
	case *image.Gray:
		return "grey"
	}
	return "else"
}

func expected(name string, x, y int) color.Color {
	if strings.HasPrefix(name, "grey") {
		return color.Gray{uint8(2*x + y)}
	}
	return color.RGBA{uint8(x * 255 / 96), uint8(y * 255 / 70), 15, 255}
}

// What is no HEIC, or only half of one, is the file's fault, and the next is decoded as ever.
func TestBrokenFilesAreTheirOwnFault(t *testing.T) {
	whole := read(t, "phone.heic")
	seed := [32]byte([]byte("broken files of a fixed seed....")) // the cases are these, each time
	rng := rand.New(rand.NewChaCha8(seed))
	files := [][]byte{nil, []byte("none"), whole[:40], whole[:len(whole)/2], read(t, "odd.heic")[:400]}
	for range 100 {
		file := bytes.Clone(whole)
		for range 1 + rng.IntN(8) {
			file[rng.IntN(len(file))] = byte(rng.UintN(256))
		}
		files = append(files, file)
	}
	broken := 0
	for i, file := range files {
		err := decode(file, func(image.Image) error { return nil })
		if err != nil && !errors.Is(err, heic.ErrBroken) && !errors.Is(err, heic.ErrHeavy) {
			t.Errorf("file %d: %v", i, err)
		}
		if err != nil {
			broken++
		}
	}
	t.Logf("%d of %d files could not be decoded", broken, len(files))
	if broken < 5 {
		t.Errorf("only %d of %d files were broken", broken, len(files))
	}
	if err := decode(whole, func(image.Image) error { return nil }); err != nil {
		t.Errorf("after them: %v", err)
	}
}

// A file that is larger than what the decoder may hold is not read.
func TestALargeFileIsNotRead(t *testing.T) {
	err := heic.Decode(context.Background(), nil, heic.Memory, func(image.Image) error { return nil })
	if !errors.Is(err, heic.ErrHeavy) {
		t.Fatal(err)
	}
}

// What the pixels alone take is known from the head: nothing is decoded then.
func TestAnImageThatFitsNowhereIsRefusedByItsHead(t *testing.T) {
	phone := read(t, "phone.heic")
	for want, data := range map[string][]byte{
		"10000 x 8000 px":  read(t, "bomb.heic"),
		"43692 x 65535 px": bytes.Replace(phone, []byte("\x00\x00\x00\x78\x00\x00\x00\x64"), []byte("\x00\x00\xff\xff\x00\x00\xaa\xac"), 1), // 4 GB and a little, which 32 bits do not hold
	} {
		if err := decode(data, nil); !errors.Is(err, heic.ErrHeavy) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// slow takes its time before it gives the first byte.
type slow struct {
	io.Reader
	wait time.Duration
}

func (s *slow) Read(b []byte) (int, error) {
	time.Sleep(s.wait)
	s.wait = 0
	return s.Reader.Read(b)
}

// The time is that of decoding: a file that comes slowly, from far away, is not heavy.
func TestTheTimeBeginsOnceTheFileIsThere(t *testing.T) {
	data := read(t, "phone.heic")
	if err := decode(data, func(image.Image) error { return nil }); err != nil { // the library is loaded in real time
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		file := &slow{bytes.NewReader(data), 2 * heic.MaxTime}
		if err := heic.Decode(t.Context(), file, int64(len(data)), func(image.Image) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}

// What the disk does is not the file's fault, and what use says comes back as it is.
func TestOtherErrorsComeBackAsTheyAre(t *testing.T) {
	err := heic.Decode(context.Background(), bytes.NewReader(nil), 100, func(image.Image) error { return nil })
	if !errors.Is(err, io.EOF) || errors.Is(err, heic.ErrBroken) {
		t.Errorf("a file that ends: %v", err)
	}
	mine := errors.New("mine")
	if err := decode(read(t, "grey.heic"), func(image.Image) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("use: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := heic.Decode(ctx, bytes.NewReader(read(t, "odd.heic")), 3327, func(image.Image) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("who does not wait: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"phone.heic", "odd.heic", "grey.heic", "clear.heic"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := decode(data, func(img image.Image) error {
			b := img.Bounds()
			img.At(b.Max.X-1, b.Max.Y-1) // the planes are as large as they say
			return nil
		})
		if err != nil && !errors.Is(err, heic.ErrBroken) && !errors.Is(err, heic.ErrHeavy) {
			t.Fatal(err)
		}
	})
}
