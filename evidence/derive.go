package evidence

// The derivatives: what people look at. One decode serves both sizes, and the small
// result is turned, not the large original.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"runtime"

	"github.com/disintegration/imaging"

	"xuncha/evidence/heic"
	"xuncha/evidence/jpegscale"
)

// Sizes of derivatives: pixels of the longer side.
const (
	Large = 1600
	Small = 320
)

// qualities of the JPEG derivatives.
var qualities = map[int]int{Large: 85, Small: 80}

// Derive decodes an image that Check has passed and returns its derivatives as JPEG by
// size, upright, without transparency and without metadata. An image smaller than a size
// is not enlarged. A Refusal says that the photo is at fault, and so does a decoder's
// panic: these bytes come from outside. Any other error passes. A HEIC is turned by its own marks.
func Derive(ctx context.Context, r io.ReadSeeker, orientation int) (out map[int][]byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, refuse(CodeBroken, "the image cannot be decoded: %v", p)
		}
	}()
	src := &source{ReadSeeker: r}
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(src, head) // a short file has a type too
	if Sniff(head[:n]) == HEIC {
		return deriveHEIC(ctx, src)
	}
	config, c, err := measure(src)
	if err != nil {
		return nil, err
	}
	made, err := decodeSmall(ctx, src, config, c)
	if err != nil {
		return nil, err
	}
	return encode(made, orientation)
}

// deriveHEIC takes seconds and one at a time. A HEIC says in its container how it is turned, and
// its decoder turns it.
func deriveHEIC(ctx context.Context, src *source) (out map[int][]byte, err error) {
	size, err := src.Seek(0, io.SeekEnd)
	if err == nil {
		err = src.rewind()
	}
	if err != nil {
		return nil, err
	}
	err = heic.Decode(ctx, src, size, func(img image.Image) (err error) {
		out, err = encode(copiesOf(img), 1)
		return err
	})
	switch {
	case errors.Is(err, heic.ErrHeavy):
		err = tooMuch(heic.Memory, CodePixels, "%v", err)
	case errors.Is(err, heic.ErrBroken):
		err = refuse(CodeBroken, "%v", err)
	}
	return out, src.blame(err)
}

// encode makes files of copies, upright.
func encode(made copies, orientation int) (map[int][]byte, error) {
	out := map[int][]byte{}
	for size, img := range made {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, opaque(upright(img, orientation)), &jpeg.Options{Quality: qualities[size]}); err != nil {
			return nil, fmt.Errorf("derive %d px: %w", size, err)
		}
		out[size] = b.Bytes()
	}
	return out, nil
}

// collectAbove: bytes of an image whose memory is given back at once.
const collectAbove = 32 << 20

// copies are the derivatives of an image by size, not turned yet.
type copies map[int]image.Image

// decodeSmall decodes an image and lets go of everything but its derivatives. A JPEG is
// decoded at the smallest scale that is large enough, where it is one that can be; what is not
// goes to the decoder of its format, which has the last word, once there is room for that.
func decodeSmall(ctx context.Context, src *source, config image.Config, c cost) (copies, error) {
	if c.first < c.whole {
		small, err := within(ctx, c.first, func() (copies, error) { return scaled(src, max(config.Width, config.Height)) })
		if err == nil || src.blame(nil) != nil || ctx.Err() != nil {
			return small, src.blame(err)
		}
		if c.whole > Budget && errors.Is(err, jpegscale.ErrUnsupported) {
			return nil, tooHeavy(config, c.whole)
		}
		if c.whole > Budget {
			return nil, refuse(CodeBroken, "the image cannot be decoded: %v", err)
		}
	}
	return within(ctx, c.whole, func() (copies, error) {
		if err := src.rewind(); err != nil {
			return nil, err
		}
		img, _, err := image.Decode(src)
		if err != nil {
			return nil, src.blame(refuse(CodeBroken, "the image cannot be decoded: %v", err))
		}
		return copiesOf(img), nil
	})
}

// within does something that takes so many bytes once there is room for it.
func within(ctx context.Context, weight int64, do func() (copies, error)) (copies, error) {
	if err := budget.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	defer budget.Release(weight)
	made, err := do()
	if weight > collectAbove {
		runtime.GC() // else the next large image is decoded beside what is left of this one
	}
	return made, err
}

// scaled decodes a JPEG at a smaller scale; any other image is not for it.
func scaled(src *source, side int) (copies, error) {
	if err := src.rewind(); err != nil {
		return nil, err
	}
	img, err := jpegscale.Decode(src, scaleOf(side))
	if err != nil {
		return nil, err
	}
	return copiesOf(img), nil
}

// scaleOf is by how much smaller an image is decoded whose longer side is so many px.
func scaleOf(side int) int {
	scale := 8
	for scale > 1 && side < scale*Large {
		scale /= 2
	}
	return scale
}

// copiesOf resizes an image, which is shrunk by whole factors first and is not needed any more
// then. The small copy comes first: the large one is made in the planes that both are made of.
func copiesOf(img image.Image) copies {
	whole, large := img.Bounds(), shrink(img, Large)
	small := shrink(large, 2*Small)
	if w, h, smaller := shape(whole, Small); smaller {
		small = imaging.Resize(small, w, h, filter)
	}
	out := copies{Small: small, Large: large}
	w, h, smaller := shape(whole, Large)
	planes, ok := large.(*image.YCbCr)
	switch {
	case smaller && ok && w <= planes.Rect.Dx() && h <= planes.Rect.Dy():
		out[Large] = resample(planes, w, h)
	case smaller:
		out[Large] = imaging.Resize(large, w, h, filter)
	}
	return out
}

// filter is that of the little that is left of the way behind whole factors: there one of two
// points shows what one of six shows, in a third of the time.
var filter = imaging.Hermite

// shape is that of an image whose longer side is size px; smaller tells whether it is one.
func shape(whole image.Rectangle, size int) (w, h int, smaller bool) {
	side := max(whole.Dx(), whole.Dy())
	scaled := func(n int) int { return max(1, (n*size+side/2)/side) }
	return scaled(whole.Dx()), scaled(whole.Dy()), side > size
}

// opaque is an image whose every pixel is opaque in a form that the encoder reads directly.
func opaque(img image.Image) image.Image {
	if n, ok := img.(*image.NRGBA); ok {
		return &image.RGBA{Pix: n.Pix, Stride: n.Stride, Rect: n.Rect}
	}
	return img
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
