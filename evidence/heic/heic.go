// Package heic decodes HEIC photos by libheif, which runs as WebAssembly: what a hostile file
// does to the decoder ends in a memory of its own, whose size and whose time are bounded.
package heic

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"golang.org/x/sys/cpu"
)

// Bounds of one decoding. A phone's photo of 24 megapixels in tiles takes some 120 MB; one of
// 12 megapixels in one piece takes 77 MB and, on a small machine, 8 seconds.
const (
	Memory  = 150 << 20 // bytes that the decoder may have, the file and the image included
	MaxTime = 45 * time.Second
)

// Errors of files.
var (
	ErrBroken = errors.New("the HEIC cannot be decoded")
	ErrHeavy  = errors.New("the HEIC takes too much to decode")
)

//go:embed libheif.wasm.gz
var packed []byte

// library is the decoder, compiled when it is first needed.
type library struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

var load = sync.OnceValues(func() (library, error) {
	ctx := context.Background()
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return library{}, err
	}
	code, err := io.ReadAll(unpacked)
	if err != nil {
		return library{}, err
	}
	if interpreted(ctx) {
		slog.Warn("this machine only interprets what decodes HEIC photos: most will take too long and not be shown")
	}
	l := library{runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCloseOnContextDone(true))}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, l.runtime); err != nil {
		return library{}, err
	}
	l.code, err = l.runtime.CompileModule(ctx, code)
	return l, err
})

// interpreted tells whether the machine does not run what is compiled, for which wazero then has
// an interpreter, many times slower. It does not say so itself.
func interpreted(ctx context.Context) (yes bool) {
	defer func() { yes = recover() != nil || yes }()
	compiles := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler()) // panics where nothing may be both written and run
	return compiles.Close(ctx) != nil || runtime.GOARCH == "amd64" && !cpu.X86.HasSSE41
}

// one: decoding is one at a time.
var one = make(chan struct{}, 1)

// Decode decodes the first image of a HEIC of size bytes, upright as its own marks say, and
// lets use see it. The image lies in the decoder's memory, which is gone when use returns; use
// may write to it. ErrBroken and ErrHeavy are the file's fault.
func Decode(ctx context.Context, r io.Reader, size int64, use func(image.Image) error) (err error) {
	select {
	case one <- struct{}{}:
		defer func() { <-one }()
	case <-ctx.Done():
		return ctx.Err()
	}
	lib, err := load()
	if err != nil {
		return fmt.Errorf("libheif: %w", err)
	}
	if size > Memory/2 {
		return fmt.Errorf("%w: it has %d bytes", ErrHeavy, size)
	}
	memory, err := reserve()
	if err != nil {
		return fmt.Errorf("libheif: %w", err)
	}
	defer func() { err = errors.Join(err, memory.release()) }()
	module, err := lib.runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, memory), lib.code, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return fmt.Errorf("libheif: %w", err)
	}
	defer func() { err = errors.Join(err, module.Close(context.Background())) }()
	d := decoder{ctx: ctx, module: module}
	img, err := d.read(r, uint64(size)) //nolint:gosec // a length
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case memory.full: // also where the library made do with what it had
		return fmt.Errorf("%w: more than %d MB", ErrHeavy, Memory>>20)
	case err != nil:
		return err
	}
	return use(img)
}

// decoder calls one instance of the library.
type decoder struct {
	ctx    context.Context
	module api.Module
}

// call calls a function of the library. What goes wrong in there is the file's doing.
func (d decoder) call(name string, args ...uint64) (uint64, error) {
	result, err := d.module.ExportedFunction(name).Call(d.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return result[0], nil
}

// room is so many bytes of the decoder's memory.
func (d decoder) room(n uint64) (at uint64, view []byte, err error) {
	at, err = d.call("malloc", n)
	if err != nil {
		return 0, nil, err
	}
	view, err = d.view(at, n)
	if at == 0 {
		err = fmt.Errorf("%w: no room for %d bytes", ErrBroken, n)
	}
	return at, view, err
}

func (d decoder) view(at, n uint64) ([]byte, error) {
	view, ok := d.module.Memory().Read(uint32(at), uint32(n)) //nolint:gosec // addresses have 32 bits there
	if !ok {
		return nil, fmt.Errorf("%w: %d bytes at %d are out of its memory", ErrBroken, n, at)
	}
	return view, nil
}

// read reads a file and decodes its image.
func (d decoder) read(r io.Reader, size uint64) (image.Image, error) {
	in, file, err := d.room(size)
	if err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, file); err != nil {
		return nil, err
	}
	if len(file) >= 12 {
		copy(file[8:], "heic") // the library is particular about what a file calls itself, not about what it holds
	}
	limited, cancel := context.WithTimeout(d.ctx, MaxTime) // of decoding: how long the file took to come says nothing of it
	defer cancel()
	d.ctx = limited
	img, err := d.decode(in, size)
	if err != nil && limited.Err() != nil {
		err = fmt.Errorf("%w: more than %v", ErrHeavy, MaxTime)
	}
	return img, err
}

// decode decodes the file of size bytes that lies there.
func (d decoder) decode(in, size uint64) (image.Image, error) {
	const word, words = 4, 5
	head, _, err := d.room(word * words)
	if err != nil {
		return nil, err
	}
	run := func(only, out uint64) (shape, error) {
		ok, err := d.call("decode", in, size, only, head, head+word, head+2*word, head+3*word, head+4*word, out)
		if err == nil && ok == 0 {
			err = ErrBroken
		}
		if err != nil {
			return shape{}, err
		}
		return d.shape(head)
	}
	s, err := run(1, 0)
	if err != nil {
		return nil, err
	}
	n, err := s.bytes()
	if err != nil {
		return nil, err
	}
	if least := size + 2*n; least > Memory { // the pixels where they are decoded, and once more for us
		return nil, fmt.Errorf("%w: its %d x %d px take %d MB at least", ErrHeavy, s.w, s.h, least>>20)
	}
	out, _, err := d.room(n)
	if err != nil {
		return nil, err
	}
	again, err := run(0, out)
	if err != nil {
		return nil, err
	}
	if again != s {
		return nil, fmt.Errorf("%w: its head says two things", ErrBroken)
	}
	pix, err := d.view(out, n) // anew: the memory may have moved
	if err != nil {
		return nil, err
	}
	return s.image(pix), nil
}

// shape is how the library lays an image out.
type shape struct {
	w, h          uint32 // px, upright
	space         uint32
	chroma        uint32
	premultiplied uint32
}

// What libheif calls colour spaces and samplings.
const (
	spaceYCbCr = 0
	spaceRGB   = 1
	spaceGrey  = 2
)

var samplings = map[uint32]image.YCbCrSubsampleRatio{
	1: image.YCbCrSubsampleRatio420, 2: image.YCbCrSubsampleRatio422, 3: image.YCbCrSubsampleRatio444,
}

func (d decoder) shape(head uint64) (s shape, err error) {
	for i, field := range []*uint32{&s.w, &s.h, &s.space, &s.chroma, &s.premultiplied} {
		value, ok := d.module.Memory().ReadUint32Le(uint32(head) + uint32(4*i)) //nolint:gosec // addresses have 32 bits there
		if !ok {
			return s, ErrBroken
		}
		*field = value
	}
	return s, nil
}

// side is more than any image has: products of such sides fit.
const side = 1 << 16

// bytes is how much room the pixels take.
func (s shape) bytes() (uint64, error) {
	if s.w == 0 || s.h == 0 || s.w >= side || s.h >= side {
		return 0, fmt.Errorf("%w: it is %d x %d px", ErrBroken, s.w, s.h)
	}
	_, known := samplings[s.chroma]
	w, h := uint64(s.w), uint64(s.h)
	switch {
	case s.space == spaceYCbCr && known:
		cw, ch := s.planes()
		return stride(w, 1)*h + 2*stride(cw, 1)*ch, nil
	case s.space == spaceRGB:
		return stride(w, 4) * h, nil
	case s.space == spaceGrey:
		return stride(w, 1) * h, nil
	}
	return 0, fmt.Errorf("%w: its colours are of a kind %d.%d that is not known", ErrBroken, s.space, s.chroma)
}

// planes is the size of each plane of colour.
func (s shape) planes() (w, h uint64) {
	w, h = uint64(s.w), uint64(s.h)
	switch samplings[s.chroma] {
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	}
	return w, h
}

// stride is how many bytes a row of w points has: the library's have room for 64 points at least,
// and are of whole 16 bytes.
func stride(w, each uint64) uint64 { return (max(w, 64)*each + 15) &^ 15 }

// image is the image whose pixels lie there.
func (s shape) image(pix []byte) image.Image {
	w, h := uint64(s.w), uint64(s.h)
	rect := image.Rect(0, 0, int(s.w), int(s.h))
	switch {
	case s.space == spaceGrey:
		return &image.Gray{Pix: pix, Stride: int(stride(w, 1)), Rect: rect} //nolint:gosec // below 1<<16
	case s.space == spaceRGB && s.premultiplied != 0:
		return &image.RGBA{Pix: pix, Stride: int(stride(w, 4)), Rect: rect} //nolint:gosec // as above
	case s.space == spaceRGB:
		return &image.NRGBA{Pix: pix, Stride: int(stride(w, 4)), Rect: rect} //nolint:gosec // as above
	}
	cw, ch := s.planes()
	y, c := stride(w, 1)*h, stride(cw, 1)*ch
	return &image.YCbCr{
		Y: pix[:y:y], Cb: pix[y : y+c : y+c], Cr: pix[y+c : y+2*c : y+2*c], SubsampleRatio: samplings[s.chroma],
		YStride: int(stride(w, 1)), CStride: int(stride(cw, 1)), Rect: rect, //nolint:gosec // as above
	}
}
