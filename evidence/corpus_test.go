package evidence

// Files made to do harm, and what each is answered.

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"xuncha/internal/photo"
)

// hostile is a file and what it is answered: the codes of Check and Derive, "" where it is
// taken; tags is what ReadMeta says: "", "tags" for ErrTags, or a code.
type hostile struct {
	name                string
	data                []byte
	check, derive, tags string
}

// seg is a segment of a JPEG with a length that may lie.
func seg(marker byte, length int, body string) string {
	return "\xff" + string([]byte{marker, byte(length >> 8), byte(length)}) + body
}

// behindStart puts something behind the first two bytes of a JPEG.
func behindStart(data []byte, what string) []byte {
	return append(append(append([]byte{}, data[:2]...), what...), data[2:]...)
}

// framed is a grey JPEG of a kind without scans; scans may be added.
func framed(marker byte, bits, w, h, parts int) *bytes.Buffer {
	out := bytes.NewBufferString("\xff\xd8" + seg(0xdb, 67, "\x00"+strings.Repeat("\x01", 64)))
	body := []byte{byte(bits), byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(parts)}
	for i := range parts {
		body = append(body, byte(i+1), 0x11, 0)
	}
	out.WriteString(seg(marker, 2+len(body), string(body)))
	out.WriteString(seg(0xc4, 20, "\x00\x01"+strings.Repeat("\x00", 15)+"\x00")) // DC: one code of one bit, no difference
	out.WriteString(seg(0xc4, 20, "\x10\x01"+strings.Repeat("\x00", 15)+"\xe0")) // AC: one code of one bit, a run of blocks that end
	return out
}

// progressive is a grey image of so many scans of nothing, each of a few bytes.
func progressive(w, h, scans int, refine bool) []byte {
	out := framed(0xc2, 8, w, h, 1)
	blocks := ((w + 7) / 8) * ((h + 7) / 8)
	out.WriteString(seg(0xda, 8, "\x01\x01\x00\x00\x00\x00"))
	out.Write(make([]byte, (blocks+7)/8))
	var runs bytes.Buffer           // 15 bits for 32,767 blocks, eight of them in 15 bytes
	for range blocks/32_767/8 + 1 { // with 0xff stuffed
		runs.WriteString("\x7f\xfe\xff\x00\xfd\xff\x00\xfb\xff\x00\xf7\xff\x00\xef\xff\x00\xdf\xff\x00\xbf\xff\x00")
	}
	for i := range scans - 1 {
		bits := "\x00"
		if refine {
			bits = "\x10"
			if i == 0 {
				bits = "\x01"
			}
		}
		out.WriteString(seg(0xda, 8, "\x01\x01\x00\x01\x3f"+bits))
		out.Write(runs.Bytes())
	}
	out.WriteString("\xff\xd9")
	return out.Bytes()
}

// grey is a baseline image of one shade, four blocks a byte, gone over so many times.
func grey(w, h, scans int) []byte {
	out := framed(0xc0, 8, w, h, 1)
	for range scans {
		out.WriteString(seg(0xda, 8, "\x01\x01\x00\x00\x3f\x00"))
		out.Write(make([]byte, ((w+7)/8*((h+7)/8)+3)/4))
	}
	out.WriteString("\xff\xd9")
	return out.Bytes()
}

// scanned has the head of a scan behind the frame, and nothing else.
func scanned(b *bytes.Buffer) []byte {
	b.WriteString(seg(0xda, 8, "\x01\x01\x00\x00\x3f\x00"))
	return b.Bytes()
}

// shortPalette is a PNG of 8 bits whose palette has two colours and whose pixels are the 201st.
func shortPalette() []byte {
	img := image.NewPaletted(image.Rect(0, 0, 64, 48), make(color.Palette, 256))
	for i := range img.Palette {
		img.Palette[i] = color.Gray{uint8(i)}
	}
	for i := range img.Pix {
		img.Pix[i] = 200
	}
	data := encodedPNG(img)
	at := bytes.Index(data, []byte("PLTE")) - 4
	return withChunk(append(append([]byte{}, data[:at]...), data[at+12+3*256:]...), "PLTE", []byte{0, 0, 0, 255, 255, 255})
}

// withChunk puts a chunk behind the head of a PNG.
func withChunk(data []byte, name string, body []byte) []byte {
	const head = 8 + 25
	out := bytes.NewBuffer(append([]byte{}, data[:head]...))
	_ = binary.Write(out, binary.BigEndian, uint32(len(body)))
	sum := crc32.NewIEEE()
	_, _ = io.MultiWriter(out, sum).Write(append([]byte(name), body...))
	_ = binary.Write(out, binary.BigEndian, sum.Sum32())
	return append(out.Bytes(), data[head:]...)
}

// inflating is so many zeros, packed.
func inflating(n int64) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = io.CopyN(z, zeros{}, n)
	_ = z.Close()
	return b.Bytes()
}

// tiffOf wraps a directory into the tags of a photo.
func tiffOf(body string) []byte {
	plain := jpegOf(64, 48, 0xc0, "")
	at := bytes.Index(plain, []byte("\xff\xe1"))
	size := int(binary.BigEndian.Uint16(plain[at+2:]))
	return append([]byte(string(plain[:at])+seg(0xe1, 8+len(body), "Exif\x00\x00"+body)), plain[at+2+size:]...)
}

const bigEndian = "MM\x00\x2a\x00\x00\x00\x08"

// heicBox is one of a HEIC file with a length that may lie.
func heicBox(length uint32, name, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, length)) + name + body
}

// heicFile is one of those that the decoder's own tests have.
func heicFile(name string) []byte {
	data, err := os.ReadFile("heic/testdata/" + name + ".heic")
	if err != nil {
		panic(err)
	}
	return data
}

const heicHead = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"

// riff is a WebP of chunks.
func riff(length uint32, chunks string) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), length), "WEBP"+chunks...)
}

// vp8l is the head of a lossless WebP of a size.
func vp8l(w, h uint32) string {
	return "VP8L\x00\x01\x00\x00\x2f" + string(binary.LittleEndian.AppendUint32(nil, (w-1)|(h-1)<<14))
}

func encodedPNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

func zipped() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create("photo.jpg"); err != nil {
		panic(err)
	}
	_ = z.Close()
	return b.Bytes()
}

func corpus(t *testing.T) []hostile {
	good := sample(photo.Tags{Lon: 116.4, Lat: 39.9, Taken: taken, Orientation: 6, Camera: "P60"}, 320, 240)
	small := encodedPNG(image.NewNRGBA(image.Rect(0, 0, 64, 48)))
	odd := image.NewPaletted(image.Rect(0, 0, 64, 48), color.Palette{color.Black, color.White})
	for i := range odd.Pix {
		odd.Pix[i] = 1
	}
	var moving bytes.Buffer
	if err := gif.Encode(&moving, odd, nil); err != nil {
		t.Fatal(err)
	}
	cut := func(mark string, more int) []byte { return good[:bytes.Index(good, []byte(mark))+more] }
	list := []hostile{
		{"an honest photo", good, "", "", ""},
		// What is no image.
		{"nothing", nil, CodeMedia, "", ""},
		{"a program", []byte("MZ\x90\x00\x03\x00\x00\x00" + strings.Repeat("\x00", 100)), CodeMedia, "", ""},
		{"an archive", zipped(), CodeMedia, "", ""},
		{"a drawing in SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), CodeMedia, "", ""},
		{"a page", []byte("<html><script>alert(1)</script>"), CodeMedia, "", ""},
		{"a GIF", moving.Bytes(), CodeMedia, "", ""},
		{"a GIF that is a JPEG behind its head", append([]byte("GIF89a"), good...), CodeMedia, "", ""},
		{"a PDF with a JPEG in it", append([]byte("%PDF-1.4\n1 0 obj stream\n"), good...), CodeMedia, "", ""},
		{"a TIFF", []byte("II*\x00\x08\x00\x00\x00"), CodeMedia, "", ""},
		// Two things at once: an image is one.
		{"a JPEG with a page in a comment", behindStart(good, seg(0xfe, 2+28, "<script>alert(1)</script>   ")), "", "", ""},
		{"a JPEG with a page behind it", append(append([]byte{}, good...), "<html><script>alert(1)</script>"...), "", "", ""},
		{"a JPEG with an archive behind it", append(append([]byte{}, good...), zipped()...), "", "", ""},
		// Cut at every interesting place.
		{"a JPEG of two bytes", good[:2], CodeMedia, "", ""},
		{"a JPEG of three bytes", good[:3], CodeBroken, "", ""},
		{"cut in its tags", cut("Exif", 20), CodeBroken, "", "tags"},
		{"cut in the steps", cut("\xff\xdb", 30), CodeBroken, "", ""},
		{"cut in the frame", cut("\xff\xc0", 9), CodeBroken, "", ""},
		{"cut behind the frame", cut("\xff\xc0", 19), CodeBroken, "", ""},
		{"cut in the codes", cut("\xff\xc4", 30), CodeBroken, "", ""},
		{"cut in the head of the scan", cut("\xff\xda", 6), "", CodeBroken, ""},
		{"cut in the scan", good[:len(good)/2], "", CodeBroken, ""},
		{"without its last byte", good[:len(good)-1], "", CodeBroken, ""},
		{"a PNG cut in its head", small[:20], CodeBroken, "", ""},
		{"a PNG cut in its data", small[:len(small)-20], "", CodeBroken, ""},
		{"a PNG whose sum is wrong", append(append([]byte{}, small[:29]...), append([]byte{0, 0, 0, 0}, small[33:]...)...), CodeBroken, "", ""},
		// Sizes.
		{"0 wide", jpegOf(0, 48, 0xc0, ""), CodeBroken, "", ""},
		{"0 high", jpegOf(64, 0, 0xc0, ""), CodeBroken, "", ""},
		{"65,500 wide", jpegOf(65_500, 10, 0xc0, ""), CodePixels, "", ""},
		{"20,000 x 20,000", jpegOf(20_000, 20_000, 0xc0, ""), CodePixels, "", ""},
		{"a PNG that says 2,000,000,000 x 1", pngOf(t, 2_000_000_000, 1, 8, 6, 0, false), CodePixels, "", ""},
		{"a PNG of 19,000 x 5,600, all black", pngOf(t, 19_000, 5_600, 8, 2, 0, false), CodePixels, "", ""},
		{"a PNG of 6,000 x 5,800, all black", pngOf(t, 6_000, 5_800, 8, 2, 0, true), "", "", ""},
		{"a PNG of 16 bits in passes", pngOf(t, 4_400, 4_400, 16, 6, 1, false), CodePixels, "", ""},
		{"a small one of 16 bits in passes", pngOf(t, 1_000, 700, 16, 6, 1, false), "", CodeBroken, ""},
		{"108 megapixels without data", jpegOf(12_000, 9_000, 0xc0, ""), "", CodeBroken, ""},
		{"108 megapixels of one shade", grey(12_000, 9_000, 1), "", "", ""},
		{"108 megapixels, four times", grey(12_000, 9_000, 4), "", "", ""},
		{"108 megapixels, five times", grey(12_000, 9_000, 5), CodeScans, "", ""},
		{"a WebP that says 16,384 x 16,384", riff(300, vp8l(16_384, 16_384)), CodePixels, "", ""},
		{"a WebP without data", riff(300, vp8l(3_000, 3_000)+strings.Repeat("\x00", 80)), "", CodeBroken, ""},
		{"a WebP of no chunk", riff(4, ""), CodeBroken, "", ""},
		{"a WebP that moves", riff(60, "VP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x3f\x00\x00\x2f\x00\x00ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "", CodeBroken, ""},
		// Kinds that few decoders know.
		{"arithmetic coded", framed(0xc9, 8, 64, 48, 1).Bytes(), CodeBroken, "", ""},
		{"lossless", framed(0xc3, 8, 64, 48, 1).Bytes(), CodeBroken, "", ""},
		{"12 bits", framed(0xc1, 12, 64, 48, 1).Bytes(), CodeBroken, "", ""},
		{"five planes", framed(0xc0, 8, 64, 48, 5).Bytes(), CodeBroken, "", ""},
		{"CMYK without data", scanned(framed(0xc0, 8, 64, 48, 4)), "", CodeBroken, ""},
		{"CMYK of 40 megapixels", scanned(framed(0xc0, 8, 8_000, 5_000, 4)), CodePixels, "", ""},
		// Scans.
		{"progressive, 10 scans", progressive(640, 480, 10, false), "", "", ""},
		{"progressive, 500 scans", progressive(640, 480, 500, false), CodeScans, "", ""},
		{"progressive, 48 megapixels, 32 scans", progressive(8_000, 6_000, MaxScans, true), "", "", ""},
		{"progressive, 108 megapixels, 500 scans", progressive(12_000, 9_000, 500, true), CodeScans, "", ""},
		// Lengths that lie.
		{"a segment of length 0", behindStart(good, seg(0xe5, 0, "")), CodeBroken, "", "tags"},
		{"a segment beyond the end", behindStart(good[:300], seg(0xe5, 0xffff, "x")), CodeBroken, "", ""},
		{"tags of length 2", behindStart(good, seg(0xe1, 2, "")), "", "", ""},
		// Tags.
		{"tags that point at themselves", tiffOf(bigEndian + "\x00\x00\x00\x00\x00\x08"), "", "", ""},
		{"sub-directory at itself", tiffOf(bigEndian + "\x00\x01\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00"), "", "", ""},
		{"a directory of 65,535 tags", tiffOf(bigEndian + "\xff\xff"), "", "", ""},
		{"a value of 4 GB", tiffOf(bigEndian + "\x00\x01\x01\x0f\x00\x02\xff\xff\xff\xff\x00\x00\x00\x1a\x00\x00\x00\x00"), "", "", ""},
		{"a value beyond the end", tiffOf(bigEndian + "\x00\x01\x01\x0f\x00\x02\x00\x00\x00\x10\xff\xff\xff\x00\x00\x00\x00\x00"), "", "", ""},
		{"a directory beyond the end", tiffOf("MM\x00\x2a\xff\xff\xff\xf0"), "", "", ""},
		{"rationals by zero", tiffOf(bigEndian + "\x00\x01\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00" +
			"\x00\x02\x00\x02\x00\x05\x00\x00\x00\x03\x00\x00\x00\x38\x00\x04\x00\x05\x00\x00\x00\x03\x00\x00\x00\x38\x00\x00\x00\x00" + strings.Repeat("\x00", 24)), "", "", ""},
		// Bombs beside the picture.
		{"a profile that inflates to 256 MB", withChunk(small, "iCCP", append([]byte("x\x00\x00"), inflating(1<<28)...)), "", "", ""},
		{"a text that inflates to 256 MB", withChunk(small, "zTXt", append([]byte("Raw profile type exif\x00\x00"), inflating(1<<28)...)), "", "", ""},
		{"a PNG that moves", withChunk(small, "acTL", []byte("\xff\xff\xff\xff\x00\x00\x00\x00")), "", "", ""},
		{"a palette that is too short", shortPalette(), "", "", ""},
		// HEIC is looked into only when it is decoded; its tags are read.
		{"a HEIC of a head alone", []byte(heicHead), "", CodeBroken, ""},
		{"a HEIC whose box says 4 GB", []byte(heicHead + heicBox(0xffffffff, "meta", "\x00\x00\x00\x00")), "", CodeBroken, ""},
		{"a HEIC whose box is shorter than its head", []byte(heicHead + heicBox(3, "meta", "\x00\x00\x00\x00")), "", CodeBroken, ""},
		{"a HEIC whose boxes hold themselves", []byte(heicHead + heicBox(100, "meta", "\x00\x00\x00\x00"+strings.Repeat(heicBox(100, "iinf", "\x00\x00\x00\x00"), 7))), "", CodeBroken, ""},
		{"a HEIC of 18 KB and 80 megapixels", heicFile("bomb"), "", CodePixels, ""},
		{"a HEIC that is cut", heicFile("phone")[:700], "", CodeBroken, ""},
		{"a HEIC that says it is 65,535 px wide", bytes.Replace(heicFile("phone"), []byte("\x00\x00\x00\x78\x00\x00\x00\x64"), []byte("\x00\x00\xff\xff\x00\x00\xff\xff"), 1), "", CodePixels, ""},
		{"a HEIC whose grid is of 256 x 256 tiles", bytes.Replace(heicFile("phone"), []byte("\x00\x00\x01\x01\x00\x78\x00\x64"), []byte("\x00\x00\xff\xff\xff\xff\xff\xff"), 1), "", CodeBroken, ""},
	}
	return list
}
