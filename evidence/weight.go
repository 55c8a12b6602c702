package evidence

// How much memory an image takes while it is decoded, told from its head: what costs
// memory is not the length of a file and not the number of pixels.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"

	"golang.org/x/sync/semaphore"
)

// Budget is how many bytes all images that are decoded at one time may take together. An
// image that would take more by itself is not taken. What a phone makes fits: JPEG of 108
// megapixels, progressive JPEG of 48, PNG of 35 (of 17 with 16 bits), WebP of 50. What does not
// is a larger PNG, and a JPEG in RGB or CMYK of more than some 20.
const Budget = 150 << 20

// MaxScans is how many scans a progressive JPEG may have; cameras and editors write about ten.
// Each goes over the whole image, however few bytes it has. In one that is not progressive each
// plane has one scan at most, so there are no more than four.
const (
	MaxScans   = 32
	planeScans = 4
)

var budget = semaphore.NewWeighted(Budget)

// cost is what an image takes to decode, in bytes: in the way that is tried first, and whole
// by the decoder of its format.
type cost struct{ first, whole int64 }

// measure reads an image up to where its cost is known and refuses what would be too large to
// decode.
func measure(src *source) (config image.Config, c cost, err error) {
	defer func() {
		if p := recover(); p != nil { // these bytes come from outside
			err = refuse(CodeBroken, "the image has no readable head: %v", p)
		}
	}()
	if err := src.rewind(); err != nil {
		return config, c, err
	}
	config, format, err := image.DecodeConfig(src)
	if err != nil {
		return config, c, src.blame(refuse(CodeBroken, "the image has no readable head: %v", err))
	}
	if err := checkSize(config); err != nil {
		return config, c, err
	}
	if err := src.rewind(); err != nil {
		return config, c, err
	}
	c, err = weigh(src, format, config)
	var refusal Refusal
	if err != nil && !errors.As(err, &refusal) {
		err = refuse(CodeBroken, "the image has no readable head: %v", err)
	}
	if err = src.blame(err); err != nil {
		return config, c, err
	}
	if c.first > Budget {
		return config, c, tooHeavy(config, c.first)
	}
	return config, c, nil
}

func tooHeavy(c image.Config, weight int64) error {
	return tooMuch(Budget, CodePixels, "the image is %d x %d px and takes %d MB to decode; at most %d MB", c.Width, c.Height, weight>>20, Budget>>20)
}

// weigh is the memory of the decoder and of the image it makes small, in bytes.
func weigh(r io.Reader, format string, c image.Config) (cost, error) {
	px := int64(c.Width) * int64(c.Height)
	factor := int64(max(1, max(c.Width, c.Height)/Large))
	small := 4 * px / (factor * factor)
	same := func(n int64) cost { return cost{n + small, n + small} }
	switch format {
	case "jpeg":
		decoder, err := weighJPEG(r, c, px)
		return cost{decoder.first + small, decoder.whole + small}, err
	case "png":
		head := make([]byte, pngInterlace+1)
		if _, err := io.ReadFull(r, head); err != nil {
			return cost{}, err
		}
		decoder := px * pngBytes(c.ColorModel)
		if head[pngInterlace] != 0 {
			decoder *= 2 // each pass is an image of its own
		}
		return same(decoder), nil
	}
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return cost{}, err
	}
	if string(head[12:]) == "VP8 " {
		return same(3 * px), nil
	}
	return same(10 * px), nil // lossless, or with a plane of transparency that is an image of its own
}

// pngInterlace is where a PNG says that it comes in passes.
const pngInterlace = 28

// pngBytes are a pixel's. A grey one may turn out to be transparent and is then four times as large.
func pngBytes(m color.Model) int64 {
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	switch m {
	case color.GrayModel, color.RGBAModel, color.NRGBAModel:
		return 4
	}
	return 8
}

// sof are the markers of frame headers that the decoder knows; the last is a progressive one.
const (
	sofBaseline    = 0xc0
	sofProgressive = 0xc2
)

// weighJPEG counts the samples of all planes: one byte each, fewer where a smaller scale is
// decoded. Of a progressive one every coefficient is kept until the last scan, in two bytes, or
// in four by the decoder that knows all kinds.
func weighJPEG(r io.Reader, c image.Config, px int64) (cost, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	marker, sof, err := frameHeader(in)
	if err != nil {
		return cost{}, err
	}
	samples, err := samplesOf(sof, c)
	if err != nil {
		return cost{}, err
	}
	most := planeScans
	if marker == sofProgressive {
		most = MaxScans
	}
	scans, adobe := scansOf(in, most)
	if scans > most {
		return cost{}, tooMuch(int64(most), CodeScans, "the image has more than %d scans", most)
	}
	whole := samples
	if marker == sofProgressive {
		whole += 4 * samples
	}
	parts := int(sof[5])
	// A marker may say that three planes are RGB: they are then copied.
	if copied := parts == 4 || c.ColorModel == color.RGBAModel || parts == 3 && adobe; copied {
		whole += 4 * px
		return cost{whole, whole}, nil
	}
	scale := int64(scaleOf(max(c.Width, c.Height)))
	first := samples / (scale * scale)
	if marker == sofProgressive {
		first += 2 * samples
	}
	return cost{first, whole}, nil
}

// samplesOf counts those of all planes, whole units.
func samplesOf(sof []byte, c image.Config) (samples int64, err error) {
	parts := int(sof[5])
	if len(sof) < 6+3*parts || parts == 0 {
		return 0, errNoFrame
	}
	sampling := func(i int) (h, v int64) {
		if parts == 1 {
			return 1, 1
		}
		return int64(sof[7+3*i] >> 4), int64(sof[7+3*i] & 15)
	}
	h0, v0 := sampling(0)
	if h0 == 0 || v0 == 0 {
		return 0, errNoFrame
	}
	across := (int64(c.Width) + 8*h0 - 1) / (8 * h0)
	down := (int64(c.Height) + 8*v0 - 1) / (8 * v0)
	for i := range parts {
		h, v := sampling(i)
		samples += across * down * h * v * 64
	}
	return samples, nil
}

// scansOf counts the scans behind a frame header, up to more than there may be, and tells
// whether Adobe's marker stands there and says RGB.
func scansOf(in *bufio.Reader, most int) (n int, adobe bool) {
	for n <= most {
		marker, err := nextMarker(in)
		if err != nil || marker == 0xd9 {
			return n, adobe
		}
		if marker >= 0xd0 && marker <= 0xd8 || marker == 1 { // no segment
			continue
		}
		var size [2]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return n, adobe
		}
		switch marker {
		case 0xda:
			n++
		case 0xee:
			head, _ := in.Peek(12) // a short one is none
			adobe = adobe || len(head) == 12 && string(head[:5]) == "Adobe" && head[11] == 0
		}
		if _, err := in.Discard(max(0, int(binary.BigEndian.Uint16(size[:]))-2)); err != nil {
			return n, adobe
		}
	}
	return n, adobe
}

var errNoFrame = errors.New("there is no frame header")

// frameHeader reads a JPEG up to its frame header, as the decoder does, and returns the
// marker with the segment.
func frameHeader(in *bufio.Reader) (marker byte, segment []byte, err error) {
	for {
		if marker, err = nextMarker(in); err != nil {
			return 0, nil, err
		}
		if marker >= 0xd0 && marker <= 0xd8 { // restarts and the start itself: no segment
			continue
		}
		var size [2]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return 0, nil, err
		}
		n := int(binary.BigEndian.Uint16(size[:])) - 2
		if n < 0 || marker == 0xd9 || marker == 0xda {
			return 0, nil, errNoFrame
		}
		if marker >= sofBaseline && marker <= sofProgressive {
			segment = make([]byte, n)
			if _, err = io.ReadFull(in, segment); err == nil && n < 6 {
				err = errNoFrame
			}
			return marker, segment, err
		}
		if _, err := in.Discard(n); err != nil {
			return 0, nil, err
		}
	}
}

// nextMarker skips what is none, as the decoder does.
func nextMarker(in *bufio.Reader) (byte, error) {
	for {
		if _, err := in.ReadSlice(0xff); errors.Is(err, bufio.ErrBufferFull) {
			continue
		} else if err != nil {
			return 0, err
		}
		b, err := in.ReadByte()
		for err == nil && b == 0xff {
			b, err = in.ReadByte()
		}
		if err != nil || b != 0 {
			return b, err
		}
	}
}
