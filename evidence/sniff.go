package evidence

// What a file is, by its first bytes, and whether it may be decoded at all.

import (
	"bytes"
	"image"
	_ "image/jpeg" // decoders by magic bytes
	_ "image/png"
	"io"
	"slices"

	_ "golang.org/x/image/webp"
)

// Types of images that are taken.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	WebP = "image/webp"
	HEIC = "image/heic"
)

// headBytes are enough to know a file's type.
const headBytes = 64

// heicBrands are the brands of a still image in the HEIF container.
var heicBrands = []string{"heic", "heix", "heim", "heis", "mif1"}

// Sniff tells the type of a file by its first bytes, whatever its name says; "" if it is
// none of ours.
func Sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && slices.Contains(heicBrands, string(head[8:12])):
		return HEIC
	}
	return ""
}

// Check reads the head of a file and refuses what is no image of ours or would take too
// much memory to decode. It decodes nothing. The returned type is the real one. An error
// that is no Refusal is the disk's.
func Check(r io.ReadSeeker) (mime string, err error) {
	src := &source{ReadSeeker: r}
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(src, head) // a short file has a type too; the disk's failure is blamed below
	if n == 0 {
		return "", src.blame(refuse(CodeMedia, "the file is empty"))
	}
	if mime = Sniff(head[:n]); mime == "" {
		return "", src.blame(refuse(CodeMedia, "the content is none of JPEG, PNG, WebP, HEIC"))
	}
	if mime == HEIC {
		return mime, src.rewind() // its derivative comes from the phone
	}
	_, _, err = measure(src)
	return mime, err
}

func checkSize(c image.Config) error {
	if c.Width <= 0 || c.Height <= 0 {
		return refuse(CodeBroken, "the image is %d x %d px", c.Width, c.Height)
	}
	if c.Width > MaxSide || c.Height > MaxSide || c.Width*c.Height > MaxPixels {
		return tooMuch(MaxPixels, CodePixels, "the image is %d x %d px; at most %d px a side and %d million pixels",
			c.Width, c.Height, MaxSide, MaxPixels/1_000_000)
	}
	return nil
}
