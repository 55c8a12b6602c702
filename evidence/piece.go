package evidence

// One piece of an upload on its way to the disk. What is acknowledged is on disk; what was
// sent with a checksum counts whole and verified or not at all, also after a kill.

import (
	"context"
	"crypto/sha1" //nolint:gosec // tus asks for it; it finds faults of lines, not of people
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	tus "github.com/tus/tusd/v2/pkg/handler"
)

// ChecksumAlgorithms are what Upload-Checksum may name, as tus writes the list.
const ChecksumAlgorithms = "sha1,sha256"

// checksum is what the client says of a piece.
type checksum struct {
	hash.Hash
	want []byte
}

// readChecksum reads the header Upload-Checksum; nil where there is none.
func readChecksum(header string) (*checksum, error) {
	if header == "" {
		return nil, nil //nolint:nilnil // none was sent
	}
	name, value, _ := strings.Cut(header, " ")
	c := &checksum{}
	switch name {
	case "sha1":
		c.Hash = sha1.New() //nolint:gosec // see above
	case "sha256":
		c.Hash = sha256.New()
	default:
		return nil, refuse(CodeChecksum, "Upload-Checksum names %.20q; it may be one of %s", name, ChecksumAlgorithms)
	}
	var err error
	if c.want, err = base64.StdEncoding.DecodeString(value); err != nil || len(c.want) != c.Size() {
		return nil, refuse(CodeChecksum, "Upload-Checksum: a %s is %d bytes in base64", name, c.Size())
	}
	return c, nil
}

func (c *checksum) right() bool { return subtle.ConstantTimeCompare(c.Sum(nil), c.want) == 1 }

// line is what is known of the line that a piece comes over.
type line struct {
	io.ReadCloser
	read     atomic.Int64 // bytes
	broken   atomic.Bool  // it ended before its end
	checksum *checksum
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.read.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		l.broken.Store(true)
	}
	return n, err
}

type lineKey struct{}

func lineOf(ctx context.Context) *line {
	l, _ := ctx.Value(lineKey{}).(*line)
	return l
}

// openSuffix names the file that says where an unverified piece begins.
const (
	openSuffix = ".open"
	newSuffix  = ".new" // while it is written
)

// piece is an upload that takes pieces.
type piece struct {
	tus.Upload
	path  string
	store durable
}

// GetInfo describes an upload without what is not verified.
func (p piece) GetInfo(ctx context.Context) (tus.FileInfo, error) {
	info, err := p.Upload.GetInfo(ctx)
	if err != nil {
		return info, err
	}
	data, err := os.ReadFile(p.path + openSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return info, nil
	}
	if err != nil {
		return info, err
	}
	at, err := strconv.ParseInt(string(data), 10, 64)
	info.Offset = min(info.Offset, at)
	return info, err
}

// WriteChunk writes what came and syncs it, also when the line was cut.
func (p piece) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	f, err := os.OpenFile(p.path, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	n, err := p.write(ctx, f, offset, src)
	if err == nil {
		err = p.look(ctx, offset, n)
	}
	if err = errors.Join(err, f.Close()); noRoom(err) {
		err = full("the disk is full after %d bytes of this piece", n)
	}
	var refusal Refusal
	if errors.As(err, &refusal) {
		err = p.store.refuse(refusal)
	}
	return n, err
}

// look refuses, as soon as its first bytes are here, what would be refused at the end: nobody
// should send half a gigabyte for it.
func (p piece) look(ctx context.Context, offset, n int64) error {
	info, err := p.Upload.GetInfo(ctx)
	if err != nil || offset >= headBytes || offset+n < headBytes || offset+n >= info.Size {
		return err
	}
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, headBytes)
	if _, err := io.ReadFull(f, head); err != nil {
		return err
	}
	if err = fits(Sniff(head), info.Size); err != nil {
		info.Offset = offset + n
		p.store.gone(info)
		err = errors.Join(err, p.store.drop(info.ID))
	}
	return err
}

func (p piece) write(ctx context.Context, f *os.File, offset int64, src io.Reader) (int64, error) {
	if err := p.begin(f, offset); err != nil {
		return 0, err
	}
	l := lineOf(ctx)
	checked := l != nil && l.checksum != nil
	if checked {
		if err := p.open(offset); err != nil {
			return 0, err
		}
		src = io.TeeReader(src, l.checksum)
	}
	n, err := io.Copy(f, &roomy{Reader: src, store: p.store})
	written := n
	if n > 0 {
		if syncErr := f.Sync(); syncErr != nil { // what of it is on disk nobody knows
			return 0, errors.Join(err, syncErr, cut(f, offset))
		}
	}
	if !checked {
		return n, err
	}
	switch {
	case err != nil:
	case l.broken.Load():
		n = 0 // nothing of it counts; tusd says why it ended
	case !l.checksum.right():
		err = refuse(CodeMismatch, "the %d bytes of this piece are not those of Upload-Checksum; nothing of them was kept", n)
	default:
		return n, p.close()
	}
	if cutErr := cut(f, offset); written > 0 && cutErr != nil {
		return 0, errors.Join(err, cutErr) // what is in the file goes on not to count
	}
	return 0, errors.Join(err, p.close())
}

// begin puts the file at the place where a piece goes on; what lies behind it was never
// acknowledged.
func (p piece) begin(f *os.File, offset int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	if info.Size() > offset {
		if err := cut(f, offset); err != nil {
			return err
		}
	}
	if err := p.close(); err != nil {
		return err
	}
	_, err = f.Seek(offset, io.SeekStart)
	return err
}

// cut shortens a file, on disk.
func cut(f *os.File, size int64) error { return errors.Join(f.Truncate(size), f.Sync()) }

// open writes down, on disk, that what comes behind the offset does not count. Half of such a
// number would take away what was acknowledged.
func (p piece) open(offset int64) error {
	path := p.path + openSuffix
	err := os.WriteFile(path+newSuffix, strconv.AppendInt(nil, offset, 10), 0o600)
	if err == nil {
		err = syncFile(path + newSuffix)
	}
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(path+newSuffix))
	}
	return syncDir(p.store.Path)
}

// close lets what is in the file count.
func (p piece) close() error {
	err := os.Remove(p.path + openSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(p.store.Path))
}

// roomy stops a piece before it takes the last room of the disk.
type roomy struct {
	io.Reader
	store durable
	left  int64 // bytes until it looks again
}

const lookEvery = 8 << 20

func (r *roomy) Read(p []byte) (int, error) {
	if r.left <= 0 {
		if err := r.store.room(0, r.store.limits.Reserve/2); err != nil {
			return 0, err
		}
		r.left = lookEvery
	}
	n, err := r.Reader.Read(p)
	r.left -= int64(n)
	return n, err
}

// noRoom tells whether the disk said that it is full.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

func full(format string, args ...any) Refusal {
	return Refusal{code: CodeFull, detail: fmt.Sprintf(format, args...)}
}
