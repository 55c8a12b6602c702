package jpegscale_test

// The decoder beside the definition of the transform in floating point, and beside the
// standard library's decoder.

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"xuncha/evidence/jpegscale"
)

// samplings that image has a name for, and grey.
var samplings = map[string][][2]int{
	"grey": {{1, 1}}, "grey, 2x2": {{2, 2}}, "4:4:4": {{1, 1}, {1, 1}, {1, 1}}, "4:2:2": {{2, 1}, {1, 1}, {1, 1}},
	"4:2:0": {{2, 2}, {1, 1}, {1, 1}}, "4:4:0": {{1, 2}, {1, 1}, {1, 1}}, "4:1:1": {{4, 1}, {1, 1}, {1, 1}},
	"4:1:0": {{4, 2}, {1, 1}, {1, 1}}, "4:2:2 with two rows": {{2, 2}, {1, 2}, {1, 2}},
}

func TestEverySamplingAtEveryScaleIsAsDefined(t *testing.T) {
	t.Parallel()
	for name, s := range samplings {
		for kind := range 16 {
			r := rand.New(rand.NewPCG(uint64(kind), uint64(len(name))))
			p := drawn(r, 1+r.IntN(70), 1+r.IntN(70), s)
			p.progressive, p.long, p.apart = kind&1 != 0, kind&2 != 0, kind&4 != 0
			if kind&8 != 0 {
				p.interval = 1 + r.IntN(5)
			}
			if name == "grey, 2x2" { // alone a component has no units of several blocks
				p = alone(p)
			}
			what := fmt.Sprintf("%s, %d x %d, kind %d", name, p.w, p.h, kind)
			data := p.encode()
			if name == "grey, 2x2" {
				data = bytes.Replace(data, []byte{1, 1, 0x11, 0}, []byte{1, 1, 0x22, 0}, 1)
			}
			for _, scale := range []int{1, 2, 4, 8} {
				p.compare(t, fmt.Sprintf("%s, 1/%d", what, scale), data, scale)
			}
			besideStandard(t, what, data, false)
		}
	}
}

func alone(p *picture) *picture {
	q := drawn(rand.New(rand.NewPCG(uint64(p.w), uint64(p.h))), p.w, p.h, [][2]int{{1, 1}})
	q.progressive, q.long, q.interval = p.progressive, p.long, p.interval
	return q
}

// compare decodes and compares every sample that belongs to the image.
func (p *picture) compare(t *testing.T, what string, data []byte, scale int) {
	t.Helper()
	got, err := jpegscale.Decode(bytes.NewReader(data), scale)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	w, h := (p.w+scale-1)/scale, (p.h+scale-1)/scale
	if got.Bounds() != image.Rect(0, 0, w, h) {
		t.Errorf("%s: %v", what, got.Bounds())
		return
	}
	for i, plane := range planesOf(got) {
		c, n := p.components[i], 8/scale
		for y := range min(h, plane.h) {
			for x := range min(w, plane.w) {
				b := &c.blocks[y/n*c.wide+x/n]
				want := defined(b, &p.steps[min(i, 1)], x%n, y%n, n)
				if d := int(plane.at(x, y)) - int(math.Round(want)); d < -1 || d > 1 {
					t.Errorf("%s: component %d at %d, %d is %d, want %.2f", what, i, x, y, plane.at(x, y), want)
					return
				}
			}
		}
	}
}

// defined is the inverse transform of n points of a block's n x n lowest coefficients.
func defined(b, steps *[64]int, x, y, n int) float64 {
	sum := 0.0
	for k, v := range b {
		u, w := order[k]%8, order[k]/8
		if v == 0 || u >= n || w >= n {
			continue
		}
		f := float64(v * steps[k])
		if u == 0 {
			f *= math.Sqrt2 / 2
		}
		if w == 0 {
			f *= math.Sqrt2 / 2
		}
		sum += f * math.Cos(float64((2*x+1)*u)*math.Pi/float64(2*n)) * math.Cos(float64((2*y+1)*w)*math.Pi/float64(2*n))
	}
	return min(255, max(0, sum/4+128))
}

type seen struct {
	pix          []byte
	stride, w, h int
}

func (s seen) at(x, y int) byte { return s.pix[y*s.stride+x] }

func planesOf(img image.Image) []seen {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.Gray:
		return []seen{{m.Pix, m.Stride, b.Dx(), b.Dy()}}
	case *image.YCbCr:
		last := m.COffset(b.Max.X-1, b.Max.Y-1)
		w, h := last%m.CStride+1, last/m.CStride+1
		return []seen{{m.Y, m.YStride, b.Dx(), b.Dy()}, {m.Cb, m.CStride, w, h}, {m.Cr, m.CStride, w, h}}
	}
	return nil
}

// besideStandard: where both decode, no sample differs by more than their rounding.
func besideStandard(t testing.TB, what string, data []byte, wild bool) {
	t.Helper()
	got, err := jpegscale.Decode(bytes.NewReader(data), 1)
	if err != nil {
		return
	}
	want, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return
	}
	ours, theirs := planesOf(got), planesOf(want)
	if len(ours) != len(theirs) || got.Bounds() != want.Bounds() {
		t.Errorf("%s: %v beside %v, %d planes beside %d", what, got.Bounds(), want.Bounds(), len(ours), len(theirs))
		return
	}
	for i := range ours {
		for y := range min(ours[i].h, theirs[i].h) {
			for x := range min(ours[i].w, theirs[i].w) {
				if full := ours[i].at(x, y); wild && (full == 0 || full == 255) {
					continue // what lies far beyond a sample turns over in the standard decoder
				}
				if d := int(ours[i].at(x, y)) - int(theirs[i].at(x, y)); d < -2 || d > 2 {
					t.Errorf("%s: plane %d at %d, %d: %d beside %d", what, i, x, y, ours[i].at(x, y), theirs[i].at(x, y))
					return
				}
			}
		}
	}
}

func TestWhatIsDamagedIsAnError(t *testing.T) {
	t.Parallel()
	good := drawn(rand.New(rand.NewPCG(1, 2)), 40, 30, samplings["4:2:0"])
	for _, progressive := range []bool{false, true} {
		good.progressive = progressive
		data := good.encode()
		for n := range len(data) - 1 {
			if _, err := jpegscale.Decode(bytes.NewReader(data[:n]), 2); err == nil {
				t.Errorf("%d of %d bytes are an image", n, len(data))
			}
		}
	}
	if _, err := jpegscale.Decode(bytes.NewReader(good.encode()), 3); err == nil {
		t.Error("a third is a scale")
	}
}

func TestWhatIsForAnotherDecoderIsSaidSo(t *testing.T) {
	t.Parallel()
	p := drawn(rand.New(rand.NewPCG(3, 4)), 20, 20, [][2]int{{1, 1}, {1, 1}, {1, 1}})
	rgb := bytes.Replace(p.encode(), []byte("JFIF"), []byte("NONE"), 1)
	for i, name := range []byte("RGB") {
		rgb = bytes.ReplaceAll(rgb, []byte{byte(i + 1), 0x11, byte(min(i, 1))}, []byte{name, 0x11, byte(min(i, 1))})
	}
	four := drawn(rand.New(rand.NewPCG(3, 4)), 20, 20, [][2]int{{1, 1}, {1, 1}, {1, 1}, {1, 1}})
	deep := bytes.Replace(p.encode(), []byte{0xff, 0xc0, 0, 17, 8}, []byte{0xff, 0xc1, 0, 17, 12}, 1)
	arithmetic := bytes.Replace(p.encode(), []byte{0xff, 0xc0}, []byte{0xff, 0xc9}, 1)
	odd := drawn(rand.New(rand.NewPCG(3, 4)), 20, 20, [][2]int{{3, 1}, {1, 1}, {1, 1}})
	for name, data := range map[string][]byte{"RGB": rgb, "four": four.encode(), "12 bits": deep, "arithmetic": arithmetic, "3x1": odd.encode()} {
		if _, err := jpegscale.Decode(bytes.NewReader(data), 2); !errors.Is(err, jpegscale.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range samplings {
		for kind := range 4 {
			p := drawn(rand.New(rand.NewPCG(uint64(kind), 9)), 33, 17, s)
			p.progressive, p.interval = kind&1 != 0, kind>>1
			f.Add(p.encode())
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width*c.Height > 1<<20 {
			return
		}
		for _, scale := range []int{2, 4, 8} {
			_, _ = jpegscale.Decode(bytes.NewReader(data), scale) // it ends, and does not panic
		}
		if !bytes.Contains(data, []byte{0xff, 0xc2}) { // of broken scans the standard decoder carries runs into the next
			besideStandard(t, "fuzz", data, true)
		}
	})
}
