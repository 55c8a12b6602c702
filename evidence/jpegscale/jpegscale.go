// Package jpegscale decodes JPEG images at 1/1, 1/2, 1/4 or 1/8 of their size (ITU-T T.81,
// ISO/IEC 10918-1). A smaller size is made of a block's lowest coefficients alone, so that it
// takes neither the time nor the memory of the whole image. It knows grey and YCbCr images of
// 8 bits, baseline and progressive; the rest is ErrUnsupported, for another decoder.
package jpegscale

// The file: its segments, up to each scan.

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
)

// ErrUnsupported is an image that may be good, but is not for this decoder.
var ErrUnsupported = errors.New("jpegscale: not for this decoder")

// FormatError is what is no JPEG.
type FormatError string

func (e FormatError) Error() string { return "jpegscale: " + string(e) }

func broken(format string, args ...any) error { return FormatError(fmt.Sprintf(format, args...)) }

// MaxScans is how many scans an image may have. Each goes through all of it, however few
// bytes it has.
const MaxScans = 500

// Markers.
const (
	soi  = 0xd8
	eoi  = 0xd9
	sos  = 0xda
	dqt  = 0xdb
	dht  = 0xc4
	dac  = 0xcc
	dri  = 0xdd
	com  = 0xfe
	app0 = 0xe0
	appE = 0xee
	appF = 0xef
	rst0 = 0xd0
	rst7 = 0xd7
	sof0 = 0xc0
	sof1 = 0xc1
	sof2 = 0xc2
	sofF = 0xcf
)

// plane is one component.
type plane struct {
	id         byte
	h, v       int // samples beside and above each other in a unit
	table      int // of steps
	wide, high int // in blocks, whole units
	cols, rows int // in blocks that hold the image
	coefs      []int16
	pix        []byte
	stride     int
	dc, ac     int  // tables of the present scan
	last       int  // the latest DC coefficient
	seen       bool // a scan brought its first coefficients
}

type decoder struct {
	*stream
	n             int // samples of a block's side
	width, height int // of the whole image
	progressive   bool
	planes        []plane
	across, down  int // units
	ratio         image.YCbCrSubsampleRatio
	steps         [4][64]uint16
	hasSteps      [4]bool
	codes         [2][4]huffman // dc, ac
	interval      int           // units between restarts; 0 is none
	jfif, adobe   bool
	transform     byte // Adobe's
	scans         int
	scratch       block   // zero between blocks, as far as it is needed
	place         [64]int // by zigzag index: where a coefficient lies in a block of n x n; 63 where it is not needed
}

// zigzag is the order of coefficients in the file.
var zigzag = [64]int{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// Decode decodes an image at 1/scale of its size, each side rounded up; scale is 1, 2, 4 or
// 8. The result is an image.Gray or an image.YCbCr. Errors are FormatError, ErrUnsupported, or
// those of the reader.
func Decode(r io.Reader, scale int) (image.Image, error) {
	d := decoder{stream: newStream(r)}
	switch scale {
	case 1, 2, 4, 8:
		d.n = 8 / scale
	default:
		return nil, fmt.Errorf("jpegscale: scale %d is none of 1, 2, 4 and 8", scale)
	}
	for i, at := range zigzag {
		d.place[i] = 63
		if x, y := at%8, at/8; x < d.n && y < d.n {
			d.place[i] = y*d.n + x
		}
	}
	if err := d.file(); err != nil {
		return nil, err
	}
	return d.image(scale), nil
}

func (d *decoder) file() error {
	var head [2]byte
	if err := d.readFull(head[:]); err != nil {
		return err
	}
	if head != [2]byte{0xff, soi} {
		return broken("it does not begin like a JPEG")
	}
	marker := byte(0)
	for {
		if marker == 0 {
			var err error
			if marker, err = d.nextMarker(); err != nil {
				return err
			}
		}
		if marker == eoi {
			break
		}
		next, err := d.segment(marker)
		if err != nil {
			return err
		}
		marker = next
	}
	for _, p := range d.planes {
		if !p.seen {
			return broken("it has no scan of component %d", p.id)
		}
	}
	if d.planes == nil {
		return broken("it has no scan")
	}
	return d.finish()
}

// nextMarker looks for a marker; what lies before it is skipped, as others do.
func (d *decoder) nextMarker() (byte, error) {
	for {
		c, err := d.readByte()
		for err == nil && c != 0xff {
			c, err = d.readByte()
		}
		for err == nil && c == 0xff {
			c, err = d.readByte()
		}
		if err != nil || c != 0 && !(c >= rst0 && c <= rst7) && c != 0x01 {
			return c, err
		}
	}
}

// segment reads a segment. Behind a scan the next marker is known.
func (d *decoder) segment(marker byte) (next byte, err error) {
	var head [2]byte
	if err := d.readFull(head[:]); err != nil {
		return 0, err
	}
	length := int(head[0])<<8 + int(head[1]) - 2
	if length < 0 {
		return 0, broken("a segment is shorter than its length")
	}
	switch {
	case marker == dqt, marker == dht, marker == dri, marker == sos, marker == app0, marker == appE,
		marker >= sof0 && marker <= sofF && marker != dac:
	case marker > app0 && marker <= appF, marker == com, marker == dac:
		return 0, d.skip(length)
	default:
		return 0, broken("the marker %#x is unknown", marker)
	}
	data := make([]byte, length)
	if err := d.readFull(data); err != nil {
		return 0, err
	}
	switch marker {
	case dqt:
		return 0, d.readSteps(data)
	case dht:
		return 0, d.readCodes(data)
	case dri:
		if length != 2 {
			return 0, broken("a restart interval has %d bytes", length)
		}
		d.interval = int(data[0])<<8 | int(data[1])
		return 0, nil
	case app0:
		d.jfif = d.jfif || bytes.HasPrefix(data, []byte("JFIF\x00"))
		return 0, nil
	case appE:
		if length >= 12 && bytes.HasPrefix(data, []byte("Adobe")) {
			d.adobe, d.transform = true, data[11]
		}
		return 0, nil
	case sos:
		return d.scan(data)
	case sof0, sof1, sof2:
		return 0, d.frame(marker, data)
	}
	return 0, ErrUnsupported // lossless, hierarchical or arithmetic
}

func (d *decoder) readSteps(data []byte) error {
	for len(data) > 0 {
		wide, at := data[0]>>4, data[0]&15
		data = data[1:]
		if wide > 1 || at > 3 || len(data) < 64<<wide {
			return broken("a table of steps is wrong")
		}
		for i := range 64 {
			if wide == 0 {
				d.steps[at][i] = uint16(data[i])
			} else {
				d.steps[at][i] = uint16(data[2*i])<<8 | uint16(data[2*i+1])
			}
		}
		d.hasSteps[at] = true
		data = data[64<<wide:]
	}
	return nil
}

func (d *decoder) readCodes(data []byte) error {
	for len(data) > 0 {
		if len(data) < 17 || data[0]>>4 > 1 || data[0]&15 > 3 {
			return broken("a Huffman table is wrong")
		}
		counts, total := [16]byte(data[1:17]), 0
		for _, n := range counts {
			total += int(n)
		}
		if total > 256 || len(data) < 17+total {
			return broken("a Huffman table has %d codes", total)
		}
		if err := d.codes[data[0]>>4][data[0]&15].build(&counts, data[17:17+total]); err != nil {
			return err
		}
		data = data[17+total:]
	}
	return nil
}

// frame reads what kind of image it is.
func (d *decoder) frame(marker byte, data []byte) error {
	if len(d.planes) > 0 {
		return broken("it has two frames")
	}
	if len(data) < 6 || len(data) != 6+3*int(data[5]) {
		return broken("a frame of %d bytes", len(data))
	}
	d.progressive = marker == sof2
	d.height, d.width = int(data[1])<<8|int(data[2]), int(data[3])<<8|int(data[4])
	if d.height == 0 {
		return ErrUnsupported // its number of lines comes behind the first scan
	}
	if d.width == 0 {
		return broken("it is 0 wide")
	}
	if data[0] != 8 || data[5] != 1 && data[5] != 3 {
		return ErrUnsupported
	}
	planes := make([]plane, data[5])
	most := [2]int{}
	for i := range planes {
		c := data[6+3*i:]
		p := plane{id: c[0], h: int(c[1] >> 4), v: int(c[1] & 15), table: int(c[2])}
		if p.h < 1 || p.h > 4 || p.v < 1 || p.v > 4 || p.table > 3 {
			return broken("a component is wrong")
		}
		for _, other := range planes[:i] {
			if other.id == p.id {
				return broken("two components have one name")
			}
		}
		if len(planes) == 1 {
			p.h, p.v = 1, 1 // alone it has no others to stand beside
		}
		most[0], most[1] = max(most[0], p.h), max(most[1], p.v)
		planes[i] = p
	}
	if len(planes) == 3 {
		ratio, ok := ratioOf(planes)
		if !ok || planes[0].h != most[0] || planes[0].v != most[1] || planes[1].h != planes[2].h || planes[1].v != planes[2].v || d.isRGB(planes) {
			return ErrUnsupported
		}
		d.ratio = ratio
	}
	d.across, d.down = parts(d.width, 8*most[0]), parts(d.height, 8*most[1])
	for i := range planes {
		p := &planes[i]
		p.wide, p.high = d.across*p.h, d.down*p.v
		p.cols, p.rows = parts(parts(d.width*p.h, most[0]), 8), parts(parts(d.height*p.v, most[1]), 8)
		p.stride = p.wide * d.n
		p.pix = make([]byte, p.stride*p.high*d.n)
		if d.progressive {
			p.coefs = make([]int16, p.wide*p.high*64)
		}
	}
	d.planes = planes
	return nil
}

// isRGB tells whether three components are no YCbCr.
func (d *decoder) isRGB(p []plane) bool {
	if d.jfif {
		return false
	}
	if d.adobe {
		return d.transform == 0
	}
	return p[0].id == 'R' && p[1].id == 'G' && p[2].id == 'B'
}

// ratios are how Cb and Cr may lie under Y, by how much wider and higher a sample of theirs is.
var ratios = map[[2]int]image.YCbCrSubsampleRatio{
	{1, 1}: image.YCbCrSubsampleRatio444,
	{2, 1}: image.YCbCrSubsampleRatio422,
	{2, 2}: image.YCbCrSubsampleRatio420,
	{1, 2}: image.YCbCrSubsampleRatio440,
	{4, 1}: image.YCbCrSubsampleRatio411,
	{4, 2}: image.YCbCrSubsampleRatio410,
}

// ratioOf is false where image has no name for how they lie.
func ratioOf(p []plane) (image.YCbCrSubsampleRatio, bool) {
	ratio, ok := ratios[[2]int{p[0].h / p[1].h, p[0].v / p[1].v}]
	return ratio, ok && p[0].h%p[1].h == 0 && p[0].v%p[1].v == 0
}

// parts is how many parts of a size cover n.
func parts(n, size int) int { return (n + size - 1) / size }

func (d *decoder) image(scale int) image.Image {
	r := image.Rect(0, 0, parts(d.width, scale), parts(d.height, scale))
	y := &d.planes[0]
	if len(d.planes) == 1 {
		return &image.Gray{Pix: y.pix, Stride: y.stride, Rect: r}
	}
	cb, cr := &d.planes[1], &d.planes[2]
	return &image.YCbCr{Y: y.pix, Cb: cb.pix, Cr: cr.pix, YStride: y.stride, CStride: cb.stride, SubsampleRatio: d.ratio, Rect: r}
}
