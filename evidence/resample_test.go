package evidence

// What is resized in place looks like what is resized at once.

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/disintegration/imaging"
)

// smooth is an image without edges, so that where colours are sampled matters little.
func smooth(r *rand.Rand, w, h int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	fx, fy := 1+r.IntN(3), 1+r.IntN(3)
	for y := range h {
		for x := range w {
			img.Y[img.YOffset(x, y)] = byte(40 + 150*(x*fx+y*fy)/(w*fx+h*fy))
			img.Cb[img.COffset(x, y)] = byte(90 + 60*x/w)
			img.Cr[img.COffset(x, y)] = byte(160 - 60*y/h)
		}
	}
	return img
}

func TestResizingInPlaceShowsTheSame(t *testing.T) {
	seed := uint64(2026)
	r := rand.New(rand.NewPCG(seed, 1))
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		for range 8 {
			w, h := 200+r.IntN(400), 200+r.IntN(400)
			toW, toH := w/2+r.IntN(w/2), h/2+r.IntN(h/2)
			img := smooth(r, w, h, ratio)
			want := imaging.Resize(img, toW, toH, imaging.Hermite)
			got := resample(img, toW, toH)
			if got.Bounds() != want.Bounds() {
				t.Fatalf("seed %d, %v: %v, want %v", seed, ratio, got.Bounds(), want.Bounds())
			}
			for range 2000 {
				x, y := r.IntN(toW), r.IntN(toH)
				gr, gg, gb, _ := got.At(x, y).RGBA()
				wr, wg, wb, _ := want.At(x, y).RGBA()
				for _, pair := range [][2]uint32{{gr, wr}, {gg, wg}, {gb, wb}} {
					if d := int(pair[0]>>8) - int(pair[1]>>8); d < -6 || d > 6 {
						t.Fatalf("seed %d, %v, %d x %d to %d x %d: at %d,%d %v, want %v", seed, ratio, w, h, toW, toH, x, y, got.At(x, y), want.At(x, y))
					}
				}
			}
		}
	}
}

// Whatever the size, both copies show the whole photo: one is not made over the other.
func TestBothCopiesShowTheWholePhoto(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 2))
	for _, side := range []int{200, 320, 321, 500, 640, 700, 960, 1279, 1280, 1281, 1599, 1600, 1601, 1900, 2500, 3199, 3200, 3300, 5000} {
		for _, size := range []image.Point{{side, side * 3 / 4}, {side * 2 / 3, side}} {
			img := smooth(r, size.X, size.Y, image.YCbCrSubsampleRatio420)
			whole := imaging.Clone(img)
			for px, got := range copiesOf(img) {
				b := got.Bounds()
				if want := min(side, px); max(b.Dx(), b.Dy()) != want {
					t.Errorf("%v to %d px: %v", size, px, b)
				}
				for range 500 {
					x, y := r.IntN(b.Dx()), r.IntN(b.Dy())
					gr, gg, gb, _ := got.At(b.Min.X+x, b.Min.Y+y).RGBA()
					want := whole.NRGBAAt((2*x+1)*size.X/(2*b.Dx()), (2*y+1)*size.Y/(2*b.Dy()))
					for _, d := range []int{int(gr>>8) - int(want.R), int(gg>>8) - int(want.G), int(gb>>8) - int(want.B)} {
						if d < -8 || d > 8 {
							t.Fatalf("%v to %d px: at %d,%d %v, want %v", size, px, x, y, got.At(x, y), want)
						}
					}
				}
			}
		}
	}
}

func TestAPanicInAStripIsTheCallers(t *testing.T) {
	defer func() {
		if p := recover(); p != "broken" {
			t.Errorf("recovered %v", p)
		}
	}()
	strips(1000, func(from, _ int) {
		if from == 2*stripSide {
			panic("broken")
		}
	})
	t.Error("it went on")
}
