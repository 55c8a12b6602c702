package evidence

// How much memory an image takes while it is decoded, told from its head: what costs
// memory is not the length of a file and not the number of pixels.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"

	"golang.org/x/sync/semaphore"
)

// Budget is how many bytes all images that are decoded at one time may take together. An
// image that would take more by itself is not taken.
const Budget = 350 << 20

var budget = semaphore.NewWeighted(Budget)

// measure reads the head of an image and refuses what would be too large to decode. The
// weight is in bytes.
func measure(src *source) (config image.Config, weight int64, err error) {
	defer func() {
		if p := recover(); p != nil { // these bytes come from outside
			err = refuse(CodeBroken, "the image has no readable head: %v", p)
		}
	}()
	if err := src.rewind(); err != nil {
		return config, 0, err
	}
	config, format, err := image.DecodeConfig(src)
	if err != nil {
		return config, 0, src.blame(refuse(CodeBroken, "the image has no readable head: %v", err))
	}
	if err := checkSize(config); err != nil {
		return config, 0, err
	}
	if err := src.rewind(); err != nil {
		return config, 0, err
	}
	weight, err = weigh(src, format, config)
	if err != nil {
		return config, 0, src.blame(refuse(CodeBroken, "the image has no readable head: %v", err))
	}
	if weight > Budget {
		return config, weight, tooMuch(Budget, CodePixels, "the image is %d x %d px and takes %d MB to decode; at most %d MB",
			config.Width, config.Height, weight>>20, Budget>>20)
	}
	return config, weight, nil
}

// weigh is the memory of the decoder and of the image it makes small, in bytes.
func weigh(r io.Reader, format string, c image.Config) (int64, error) {
	px := int64(c.Width) * int64(c.Height)
	factor := int64(max(1, max(c.Width, c.Height)/Large))
	small := 4 * px / (factor * factor)
	switch format {
	case "jpeg":
		decoder, err := weighJPEG(r, c, px)
		return decoder + small, err
	case "png":
		head := make([]byte, pngInterlace+1)
		if _, err := io.ReadFull(r, head); err != nil {
			return 0, err
		}
		decoder := px * pngBytes(c.ColorModel)
		if head[pngInterlace] != 0 {
			decoder *= 2 // each pass is an image of its own
		}
		return decoder + small, nil
	}
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, err
	}
	if string(head[12:]) == "VP8 " {
		return 3*px + small, nil
	}
	return 10*px + small, nil // lossless, or with a plane of transparency that is an image of its own
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

// weighJPEG counts the samples of all planes: one byte each, and five where every
// coefficient is kept until the last scan.
func weighJPEG(r io.Reader, c image.Config, px int64) (int64, error) {
	in := bufio.NewReader(r)
	marker, sof, err := frameHeader(in)
	if err != nil {
		return 0, err
	}
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
	var samples int64
	for i := range parts {
		h, v := sampling(i)
		samples += across * down * h * v * 64
	}
	weight := samples
	if marker == sofProgressive {
		weight += 4 * samples
	}
	if parts == 4 || c.ColorModel == color.RGBAModel {
		return weight + 4*px, nil
	}
	// A marker behind the header may still say that these are RGB: they are then copied.
	if parts == 3 && weight+4*px > Budget && saysAdobe(in) {
		weight += 4 * px
	}
	return weight, nil
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
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0xff {
			continue
		}
		for b == 0xff {
			if b, err = in.ReadByte(); err != nil {
				return 0, err
			}
		}
		if b != 0 {
			return b, nil
		}
	}
}

// saysAdobe looks for the marker that tells what the components are.
func saysAdobe(in *bufio.Reader) bool {
	for {
		if _, err := in.ReadSlice(0xee); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return false
		}
		if next, err := in.Peek(7); err == nil && bytes.Equal(next[2:], []byte("Adobe")) {
			return true
		}
	}
}
