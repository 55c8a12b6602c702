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

// Types that are taken.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	WebP = "image/webp"
	HEIC = "image/heic"

	MP4 = "video/mp4"
	PDF = "application/pdf"
)

var endings = map[string]string{JPEG: ".jpg", PNG: ".png", WebP: ".webp", HEIC: ".heic", MP4: ".mp4", PDF: ".pdf"}

// Ending is how the name of a file of a type ends, ".jpg"; "" where the type is none of ours.
func Ending(mime string) string { return endings[mime] }

// Image tells whether a type is one of an image.
func Image(mime string) bool { return slices.Contains([]string{JPEG, PNG, WebP, HEIC}, mime) }

// Slow tells whether copies of a type are made only once somebody wants to see them: decoding
// takes seconds.
func Slow(mime string) bool { return mime == HEIC }

// headBytes are enough to know a file's type.
const headBytes = 64

// heicBrands are the brands of a still image in the HEIF container.
var heicBrands = []string{"heic", "heix", "heim", "heis", "mif1"}

// mp4Brands are the major brands of films that phones and cameras write.
var mp4Brands = []string{"isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV"}

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
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && slices.Contains(mp4Brands, string(head[8:12])):
		return MP4
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF
	}
	return ""
}

// CheckAny reads the head of a file of size bytes and refuses what is neither an image that
// Check passes nor a video or a document.
func CheckAny(r io.ReadSeeker, size int64) (mime string, err error) {
	src := &source{ReadSeeker: r}
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(src, head) // a short file has a type too
	mime = Sniff(head[:n])
	if err := fits(mime, size); err != nil {
		return mime, src.blame(err)
	}
	if !Image(mime) {
		return mime, nil
	}
	if err := src.rewind(); err != nil {
		return "", err
	}
	return Check(src)
}

// fits refuses a file of a type that is not taken, or not with so many bytes.
func fits(mime string, size int64) error {
	switch {
	case mime == "":
		return refuse(CodeMedia, "the content is none of JPEG, PNG, WebP, HEIC, MP4, PDF")
	case Image(mime) && size > MaxBytes:
		return tooMuch(MaxBytes, CodeTooLarge, "the image has %d bytes; at most %d are taken", size, MaxBytes)
	}
	return nil
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
	if mime = Sniff(head[:n]); !Image(mime) {
		return "", src.blame(refuse(CodeMedia, "the content is none of JPEG, PNG, WebP, HEIC"))
	}
	if mime == HEIC {
		return mime, src.rewind() // only its decoder knows more
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
