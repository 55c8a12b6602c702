package evidence

// The first preview: the small picture that a phone puts into the tags is shown until the
// derivatives are made.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"io"
)

// thumbMost is how many pixels a side a thumbnail may have: the standard says 160 x 120, phones
// write up to 512.
const thumbMost = 1_024

// ErrNoThumbnail: there is none, or none that can be shown.
var ErrNoThumbnail = errors.New("the photo carries no thumbnail")

// Thumbnail returns the picture in a JPEG's tags as a JPEG of at most Small px a side, upright
// and without metadata. It reads one segment of at most 64 KB. ErrNoThumbnail is what is wrong
// with the photo; any other error is the disk's.
func Thumbnail(r io.ReadSeeker) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil { // these bytes come from outside
			out, err = nil, ErrNoThumbnail
		}
	}()
	src := &source{ReadSeeker: r}
	if err := src.rewind(); err != nil {
		return nil, err
	}
	tiff := exifSegment(src)
	if err := src.blame(nil); err != nil {
		return nil, err
	}
	data, orientation := embedded(tiff)
	config, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || kind != "jpeg" || config.Width > thumbMost || config.Height > thumbMost || config.Width < 1 || config.Height < 1 {
		return nil, ErrNoThumbnail
	}
	if _, _, err := measure(&source{ReadSeeker: bytes.NewReader(data)}); err != nil {
		return nil, ErrNoThumbnail
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrNoThumbnail
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, opaque(upright(copiesOf(img)[Small], orientation)), &jpeg.Options{Quality: qualities[Small]}); err != nil {
		return nil, ErrNoThumbnail
	}
	return b.Bytes(), nil
}

// headSegments is how many segments are looked through for the tags, which come first.
const headSegments = 8

// exifSegment is the TIFF structure of a JPEG's tags; nil where there is none.
func exifSegment(r io.Reader) []byte {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil || head[0] != 0xff || head[1] != 0xd8 {
		return nil
	}
	for range headSegments {
		if _, err := io.ReadFull(r, head[:]); err != nil || head[0] != 0xff || head[1] < 0xe0 || head[1] > 0xef {
			return nil
		}
		segment := make([]byte, max(0, int(binary.BigEndian.Uint16(head[2:]))-2))
		if _, err := io.ReadFull(r, segment); err != nil {
			return nil
		}
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && head[1] == 0xe1 {
			return tiff
		}
	}
	return nil
}

// Tags of the directories that are read here.
const (
	tagOrientation = 0x0112
	tagThumbAt     = 0x0201
	tagThumbSize   = 0x0202
)

// embedded is the picture of the second directory, and the orientation that the first one
// says. Both directories are read once and no pointer is followed twice.
func embedded(tiff []byte) (data []byte, orientation int) {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(tiff) < 8:
		return nil, 1
	case string(tiff[:2]) == "MM":
		order = binary.BigEndian
	case string(tiff[:2]) != "II":
		return nil, 1
	}
	first, next := directory(tiff, order, order.Uint32(tiff[4:]))
	second, _ := directory(tiff, order, next)
	at, size := uint64(second[tagThumbAt]), uint64(second[tagThumbSize])
	if at == 0 || size == 0 || at+size > uint64(len(tiff)) {
		return nil, 1
	}
	orientation = int(first[tagOrientation])
	return tiff[at : at+size], orientation
}

// directory reads the whole numbers of a directory and where the next one is; what lies beyond
// the end has none.
func directory(tiff []byte, order binary.ByteOrder, at uint32) (values map[int]uint32, next uint32) {
	values = map[int]uint32{}
	if at == 0 || uint64(at)+2 > uint64(len(tiff)) {
		return values, 0
	}
	n := int(order.Uint16(tiff[at:]))
	rest := tiff[at+2:]
	for range n {
		if len(rest) < 12 {
			return values, 0
		}
		switch tag := int(order.Uint16(rest)); order.Uint16(rest[2:]) {
		case 3: // short
			values[tag] = uint32(order.Uint16(rest[8:]))
		case 4: // long
			values[tag] = order.Uint32(rest[8:])
		}
		rest = rest[12:]
	}
	if len(rest) < 4 {
		return values, 0
	}
	return values, order.Uint32(rest)
}
