package evidence

// Resizing a photo of three planes where it lies: imaging does the arithmetic on a few rows,
// then on a few columns at a time, and what it returns goes back into the planes. So a large
// photo needs no second image, and the encoder gets planes, which is what it wants.

import (
	"image"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/disintegration/imaging"
)

// stripSide is how many rows, or columns, are resized at a time.
const stripSide = 64

// resample makes an image smaller, to w x h px, in its own planes, which are changed.
func resample(img *image.YCbCr, w, h int) *image.YCbCr {
	across, down := subsampling(img.SubsampleRatio)
	b := img.Bounds()
	strips(b.Dy(), func(from, to int) {
		rows := imaging.Resize(part(img, 0, from, b.Dx(), to), w, to-from, filter)
		put(rows, img, 0, from, across, down)
	})
	runtime.GC() // else what the rows left lies beside what the columns leave, and each is as large as the image
	strips(w, func(from, to int) {
		columns := imaging.Resize(part(img, from, 0, to, b.Dy()), to-from, h, filter)
		put(columns, img, from, 0, across, down)
	})
	return part(img, 0, 0, w, h)
}

// part is a part of an image, counted from its corner.
func part(img *image.YCbCr, x0, y0, x1, y1 int) *image.YCbCr {
	return img.SubImage(image.Rect(x0, y0, x1, y1).Add(img.Bounds().Min)).(*image.YCbCr)
}

// subsampling is how many pixels beside and above each other share their colour.
func subsampling(r image.YCbCrSubsampleRatio) (across, down int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// strips calls do for strips of n lines, some at a time. A panic of one is the caller's.
func strips(n int, do func(from, to int)) {
	var next atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), atOnce) {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					failed.Store(&p)
				}
			}()
			for failed.Load() == nil {
				from := int(next.Add(stripSide)) - stripSide
				if from >= n {
					return
				}
				do(from, min(from+stripSide, n))
			}
		})
	}
	all.Wait()
	if p, ok := failed.Load().(*any); ok {
		panic(*p)
	}
}

// put writes pixels into the planes, from a place on that begins a group of those that share
// their colour; a group's colour is the mean.
func put(src *image.NRGBA, dst *image.YCbCr, x0, y0, across, down int) {
	min0 := dst.Bounds().Min
	w, h := src.Rect.Dx(), src.Rect.Dy()
	for gy := 0; gy < h; gy += down {
		for gx := 0; gx < w; gx += across {
			red, green, blue, n := 0, 0, 0, 0
			for y := gy; y < min(gy+down, h); y++ {
				to := dst.YOffset(min0.X+x0+gx, min0.Y+y0+y)
				for x := gx; x < min(gx+across, w); x++ {
					p := src.Pix[y*src.Stride+4*x : y*src.Stride+4*x+4 : y*src.Stride+4*x+4]
					r, g, b := int(p[0]), int(p[1]), int(p[2])
					dst.Y[to+x-gx] = byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16) //nolint:gosec // a mean of bytes
					red, green, blue, n = red+r, green+g, blue+b, n+1
				}
			}
			c := dst.COffset(min0.X+x0+gx, min0.Y+y0+gy)
			dst.Cb[c] = bounded((-11056*red-21712*green+32768*blue)/n + 257<<15)
			dst.Cr[c] = bounded((32768*red-27440*green-5328*blue)/n + 257<<15)
		}
	}
}

// bounded is a number of 16 fractional bits as a byte.
func bounded(v int) byte {
	return byte(max(0, min(255, v>>16))) //nolint:gosec // it is one
}
