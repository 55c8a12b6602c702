package evidence

// The derivatives: what people look at. One decode serves both sizes, and the small
// result is turned, not the large original.

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"github.com/disintegration/imaging"
	"golang.org/x/sync/semaphore"
)

// Sizes of derivatives: pixels of the longer side.
const (
	Large = 1600
	Small = 320
)

// qualities of the JPEG derivatives.
var qualities = map[int]int{Large: 85, Small: 80}

// pixelsAtOnce bounds the memory of all decoders together (a 48 MP photo takes some
// 100 MB while it is decoded).
const pixelsAtOnce = 60_000_000

var pixels = semaphore.NewWeighted(pixelsAtOnce)

// Derive decodes an image that Check has passed and returns its derivatives as JPEG by
// size, upright and without metadata. An image smaller than a size is not enlarged.
func Derive(ctx context.Context, r io.ReadSeeker, orientation int) (map[int][]byte, error) {
	config, _, err := image.DecodeConfig(r)
	if err != nil {
		return nil, refuse(CodeBroken, "%v", err)
	}
	if err := checkSize(config); err != nil {
		return nil, err
	}
	weight := min(int64(config.Width)*int64(config.Height), pixelsAtOnce)
	if err := pixels.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	defer pixels.Release(weight)
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return nil, refuse(CodeBroken, "the image cannot be decoded: %v", err)
	}
	large := fit(shrink(img, Large), Large)
	out := map[int][]byte{}
	for size, img := range map[int]image.Image{Large: large, Small: fit(large, Small)} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, upright(img, orientation), &jpeg.Options{Quality: qualities[size]}); err != nil {
			return nil, fmt.Errorf("derive %d px: %w", size, err)
		}
		out[size] = b.Bytes()
	}
	return out, nil
}

func fit(img image.Image, size int) image.Image {
	return imaging.Fit(img, size, size, imaging.Lanczos)
}

// upright turns an image as its EXIF orientation says.
func upright(img image.Image, orientation int) image.Image {
	switch orientation {
	case 2:
		return imaging.FlipH(img)
	case 3:
		return imaging.Rotate180(img)
	case 4:
		return imaging.FlipV(img)
	case 5:
		return imaging.Transpose(img)
	case 6:
		return imaging.Rotate270(img)
	case 7:
		return imaging.Transverse(img)
	case 8:
		return imaging.Rotate90(img)
	}
	return img
}

// shrink makes an image smaller by a whole factor before imaging sees it, as long as it
// stays at least size px long; a palette is resolved, for an index beyond it would panic
// in a goroutine of imaging's, where nothing can be recovered.
func shrink(img image.Image, size int) image.Image {
	switch src := img.(type) {
	case *image.YCbCr:
		b := src.Bounds()
		if factor := max(b.Dx(), b.Dy()) / size; factor > 1 {
			return shrinkYCbCr(src, factor)
		}
	case *image.Paletted:
		return resolve(src)
	}
	return img
}

// shrinkYCbCr averages boxes of factor x factor in each plane by itself.
func shrinkYCbCr(src *image.YCbCr, factor int) image.Image {
	b := src.Bounds()
	// Multiples of 4 keep the planes of every subsampling in step.
	w, h := b.Dx()/factor&^3, b.Dy()/factor&^3
	if w == 0 || h == 0 {
		return src
	}
	dst := image.NewYCbCr(image.Rect(0, 0, w, h), src.SubsampleRatio)
	box(dst.Y, dst.YStride, src.Y[src.YOffset(b.Min.X, b.Min.Y):], src.YStride, factor)
	off := src.COffset(b.Min.X, b.Min.Y)
	box(dst.Cb, dst.CStride, src.Cb[off:], src.CStride, factor)
	box(dst.Cr, dst.CStride, src.Cr[off:], src.CStride, factor)
	return dst
}

func box(dst []byte, dstStride int, src []byte, srcStride, factor int) {
	area := factor * factor
	for y := range len(dst) / dstStride {
		for x := range dstStride {
			sum := 0
			for dy := range factor {
				row := src[(y*factor+dy)*srcStride+x*factor:]
				for _, v := range row[:factor] {
					sum += int(v)
				}
			}
			dst[y*dstStride+x] = byte((sum + area/2) / area)
		}
	}
}

func resolve(src *image.Paletted) image.Image {
	b := src.Bounds()
	dst := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	colours := make([]color.NRGBA, 256)
	for i, c := range src.Palette {
		colours[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			dst.SetNRGBA(x, y, colours[src.Pix[y*src.Stride+x]])
		}
	}
	return dst
}
