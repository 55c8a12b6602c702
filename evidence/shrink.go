package evidence

// Shrinking by a whole factor before imaging sees an image: it is fast, takes little
// memory, and what imaging gets is of our making, for in its goroutines no panic can be
// recovered.

import (
	"image"
	"image/color"
	"image/draw"
)

// shrink makes an image smaller by a whole factor, as long as it stays at least size px
// long. What is not a photo of three planes is put on white and loses its palette.
func shrink(img image.Image, size int) image.Image {
	b := img.Bounds()
	factor := max(1, max(b.Dx(), b.Dy())/size)
	switch src := img.(type) {
	case *image.YCbCr:
		if factor == 1 {
			return src
		}
		return shrinkYCbCr(src, factor)
	case *image.Paletted:
		return onWhite(wholePalette(src), factor)
	case image.RGBA64Image:
		return onWhite(src, factor)
	}
	copied := image.NewRGBA(b) // no decoder of ours makes such an image
	draw.Draw(copied, b, img, b.Min, draw.Src)
	return onWhite(copied, factor)
}

// shrinkYCbCr averages boxes of factor x factor in each plane by itself; boxes at the
// right and lower edge may be smaller.
func shrinkYCbCr(src *image.YCbCr, factor int) image.Image {
	b := src.Bounds()
	dst := image.NewYCbCr(image.Rect(0, 0, parts(b.Dx(), factor), parts(b.Dy(), factor)), src.SubsampleRatio)
	last := image.Pt(b.Max.X-1, b.Max.Y-1)
	y, c := src.YOffset(b.Min.X, b.Min.Y), src.COffset(b.Min.X, b.Min.Y)
	box(dst.Y, dst.YStride, plane(src.Y, src.YStride, y, src.YOffset(last.X, last.Y)), factor)
	end := src.COffset(last.X, last.Y)
	box(dst.Cb, dst.CStride, plane(src.Cb, src.CStride, c, end), factor)
	box(dst.Cr, dst.CStride, plane(src.Cr, src.CStride, c, end), factor)
	return dst
}

// parts is how many boxes cover n pixels.
func parts(n, factor int) int { return (n + factor - 1) / factor }

// samples are one plane of an image.
type samples struct {
	pix          []byte
	stride, w, h int
}

// plane is the part of a plane between two offsets, the last sample included.
func plane(pix []byte, stride, first, last int) samples {
	n := last - first
	return samples{pix[first : last+1], stride, n%stride + 1, n/stride + 1}
}

func box(dst []byte, dstStride int, src samples, factor int) {
	for i := range dst {
		x, y := i%dstStride*factor, i/dstStride*factor
		w, h := min(factor, src.w-x), min(factor, src.h-y)
		if w <= 0 || h <= 0 {
			continue // dst is padded
		}
		sum := 0
		for dy := range h {
			at := (y+dy)*src.stride + x
			for _, v := range src.pix[at : at+w] {
				sum += int(v)
			}
		}
		dst[i] = byte((sum + w*h/2) / (w * h)) //nolint:gosec // a mean of bytes
	}
}

// onWhite averages boxes of factor x factor and puts them on white, as paper is: where
// nothing was drawn a JPEG would be black.
func onWhite(src image.RGBA64Image, factor int) image.Image {
	b := src.Bounds()
	dst := image.NewNRGBA(image.Rect(0, 0, parts(b.Dx(), factor), parts(b.Dy(), factor)))
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			at := image.Pt(b.Min.X+x*factor, b.Min.Y+y*factor)
			dst.SetNRGBA(x, y, mean(src, image.Rectangle{at, at.Add(image.Pt(factor, factor))}.Intersect(b)))
		}
	}
	return dst
}

func mean(src image.RGBA64Image, r image.Rectangle) color.NRGBA {
	var red, green, blue, n uint64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := src.RGBA64At(x, y)
			white := uint64(0xffff - c.A)
			red, green, blue, n = red+uint64(c.R)+white, green+uint64(c.G)+white, blue+uint64(c.B)+white, n+1
		}
	}
	return color.NRGBA{byte(red / n >> 8), byte(green / n >> 8), byte(blue / n >> 8), 255} //nolint:gosec // means of 16 bits
}

// wholePalette is the image with a palette of 256 colours, so that no index lies beyond it.
func wholePalette(src *image.Paletted) *image.Paletted {
	whole := *src
	whole.Palette = make(color.Palette, 256)
	for i := range whole.Palette {
		whole.Palette[i] = color.White
		if i < len(src.Palette) {
			whole.Palette[i] = src.Palette[i]
		}
	}
	return &whole
}
