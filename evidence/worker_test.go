package evidence

// The worker with a desk in memory and real files.

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"xuncha/internal/photo"
)

// desk is a desk in memory. An item of faults is not stored so often.
type desk struct {
	mu     sync.Mutex
	items  []Item
	found  map[string]Finding
	faults map[string]int
	tried  []string
}

func (d *desk) Waiting(after string, limit int) ([]Item, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Item
	for _, item := range d.items {
		if _, done := d.found[item.ID]; !done && item.ID > after && len(out) < limit {
			out = append(out, item)
		}
	}
	return out, nil
}

func (d *desk) Store(item Item, f Finding) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried = append(d.tried, item.ID)
	if d.faults[item.ID] > 0 {
		d.faults[item.ID]--
		return errors.New("the disk is full")
	}
	d.found[item.ID] = f
	return nil
}

func (d *desk) Settled(sums []string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, sum := range sums {
		state := 0 // 1 is stored, 2 waits
		for _, item := range d.items {
			if _, done := d.found[item.ID]; item.Sum == sum && !done {
				state = 2
			} else if item.Sum == sum {
				state = max(state, 1)
			}
		}
		if state == 1 {
			out = append(out, sum)
		}
	}
	return out, nil
}

func (d *desk) flags(id string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.found[id].Flags
}

// tries are the items that were to be stored, in that order.
func (d *desk) tries() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.tried)
}

func (d *desk) stored(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.found[id]
	return ok
}

func newDesk() *desk { return &desk{found: map[string]Finding{}, faults: map[string]int{}} }

func (d *desk) put(t *testing.T, s Shelf, id string, data []byte) {
	t.Helper()
	sum, size, _, err := s.Put(bytes.NewReader(data), MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	d.items = append(d.items, Item{ID: id, Sum: sum, Size: size})
}

func TestOneBadItemStopsNothingBehindIt(t *testing.T) {
	s, d := Shelf{Dir: t.TempDir()}, newDesk()
	for i := range 2 * batch { // more than are asked for at a time, all of them without bytes
		d.items = append(d.items, Item{ID: "a" + string(rune('A'+i)), Sum: strings.Repeat("0", 64)})
	}
	d.put(t, s, "b", sample(photo.Tags{Taken: taken}, 64, 48))
	d.put(t, s, "c", sample(photo.Tags{Taken: taken}, 48, 64))
	d.faults["b"] = 2
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := NewWorker(d, s, time.Now)
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		synctest.Wait()
		if got := d.tries(); !slices.Equal(got, []string{"b", "c"}) || !d.stored("c") {
			t.Errorf("at once: %v", got)
		}
		w.Wake()
		synctest.Wait()
		if got := d.tries(); len(got) != 2 {
			t.Errorf("what failed is tried again at once: %v", got)
		}
		for _, step := range []struct {
			wait  time.Duration
			tries int
		}{{again - time.Second, 2}, {time.Second, 3}, {2*again - time.Second, 3}, {time.Second, 4}} {
			time.Sleep(step.wait)
			synctest.Wait()
			if got := d.tries(); len(got) != step.tries {
				t.Errorf("after %v more: %v", step.wait, got)
			}
		}
		if !d.stored("b") {
			t.Error("the item is not stored once it can be")
		}
		cancel()
		<-done
	})
}

const boom = "RIFF\x00\x00\x00\x00WEBPBOOM"

func init() {
	image.RegisterFormat("boom", "RIFF????WEBPBOOM",
		func(io.Reader) (image.Image, error) { panic("index out of range") },
		func(io.Reader) (image.Config, error) {
			return image.Config{ColorModel: color.YCbCrModel, Width: 10, Height: 10}, nil
		})
	image.RegisterFormat("badhead", "RIFF????WEBPBADH", nil, func(io.Reader) (image.Config, error) { panic("slice bounds") })
}

const badHead = "RIFF\x00\x00\x00\x00WEBPBADH"

func TestADecoderThatPanicsIsThePhotosFault(t *testing.T) {
	s, d := Shelf{Dir: t.TempDir()}, newDesk()
	d.put(t, s, "a", []byte(boom))
	w := NewWorker(d, s, func() time.Time { return taken })
	if err := w.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(d.flags("a"), FlagUnreadable) || d.found["a"].Receipt.SHA256 == "" {
		t.Errorf("%+v", d.found["a"])
	}
	if _, err := Check(strings.NewReader(badHead)); code(err) != CodeBroken {
		t.Errorf("a head that makes the decoder panic: %v", err)
	}
}

// torn is a file whose disk fails from a byte on.
type torn struct {
	*bytes.Reader
	from int64
}

func (f torn) Read(p []byte) (int, error) {
	if at, _ := f.Seek(0, io.SeekCurrent); at >= f.from {
		return iotest.ErrReader(syscall.EIO).Read(p)
	}
	return f.Reader.Read(p[:min(len(p), 64)])
}

func TestADiskThatFailsIsNotThePhotosFault(t *testing.T) {
	data := sample(photo.Tags{Taken: taken, Orientation: 6}, 640, 480)
	for _, from := range []int64{0, 100, 600, int64(len(data)) / 2} {
		f := func() io.ReadSeeker { return torn{bytes.NewReader(data), from} }
		if _, err := Derive(t.Context(), f(), 1); !errors.Is(err, syscall.EIO) || code(err) != "" {
			t.Errorf("from byte %d: the derivatives: %v", from, err)
		}
		if _, err := Check(f()); from < 600 && (!errors.Is(err, syscall.EIO) || code(err) != "") {
			t.Errorf("from byte %d: the check: %v", from, err)
		}
		if _, err := ReadMeta(f(), JPEG); from == 0 && (!errors.Is(err, syscall.EIO) || errors.Is(err, ErrTags)) {
			t.Errorf("from byte %d: the tags: %v", from, err)
		}
	}
	s, d := Shelf{Dir: t.TempDir()}, newDesk()
	d.put(t, s, "a", data)
	s.Dir += "/gone" // nothing can be written or read there
	w := NewWorker(d, s, func() time.Time { return taken })
	if err := w.round(t.Context()); err != nil || len(d.tried) != 0 || w.failed["a"].tries != 1 {
		t.Errorf("%v %v %v", err, d.tried, w.failed)
	}
}

// entry is one tag of a directory: a text, or what a number is in the entry itself.
type entry struct {
	id, kind uint16
	text     string
	number   uint32
}

// exifOf is a photo with a main directory of tags.
func exifOf(entries ...entry) []byte {
	out := []byte{'M', 'M', 0, 42, 0, 0, 0, 8}
	out = binary.BigEndian.AppendUint16(out, uint16(len(entries)))
	values := len(out) + 12*len(entries) + 4
	var tail []byte
	for _, e := range entries {
		out = binary.BigEndian.AppendUint16(out, e.id)
		out = binary.BigEndian.AppendUint16(out, e.kind)
		if e.text == "" {
			out = binary.BigEndian.AppendUint32(out, 1)
			out = binary.BigEndian.AppendUint32(out, e.number)
			continue
		}
		out = binary.BigEndian.AppendUint32(out, uint32(len(e.text)+1))
		out = binary.BigEndian.AppendUint32(out, uint32(values+len(tail)))
		tail = append(append(tail, e.text...), 0)
	}
	tiff := append(append(out, 0, 0, 0, 0), tail...)
	plain := jpegOf(64, 48, 0xc0, "")
	at := bytes.Index(plain, []byte("\xff\xe1"))
	size := int(binary.BigEndian.Uint16(plain[at+2:]))
	seg := append([]byte("\xff\xe1"), binary.BigEndian.AppendUint16(nil, uint16(len(tiff)+8))...)
	seg = append(append(seg, "Exif\x00\x00"...), tiff...)
	return append(append(append([]byte{}, plain[:at]...), seg...), plain[at+2+size:]...)
}

func TestTheTimeIsFoundWhereverACameraWritesIt(t *testing.T) {
	const nine = "2026:11:23 09:30:15"
	for name, c := range map[string]struct {
		entries []entry
		at      string
		known   bool
	}{
		"only DateTime":                     {[]entry{{0x0132, 2, nine, 0}}, "2026-11-23T09:30:15+08:00", false},
		"DateTime with its offset":          {[]entry{{0x0132, 2, nine, 0}, {0x9010, 2, "+09:00", 0}}, "2026-11-23T09:30:15+09:00", true},
		"the original with another offset":  {[]entry{{0x9003, 2, nine, 0}, {0x9010, 2, "+09:00", 0}}, "2026-11-23T09:30:15+09:00", true},
		"the original with its own, rather": {[]entry{{0x9003, 2, nine, 0}, {0x9010, 2, "+09:00", 0}, {0x9011, 2, "+07:00", 0}}, "2026-11-23T09:30:15+07:00", true},
	} {
		m, err := ReadMeta(bytes.NewReader(exifOf(c.entries...)), JPEG)
		if err != nil || m.TakenAt != c.at || m.OffsetKnown != c.known {
			t.Errorf("%s: %+v %v", name, m, err)
		}
	}
}

func TestOneOddTagDoesNotCostTheOthers(t *testing.T) {
	s, d := Shelf{Dir: t.TempDir()}, newDesk()
	d.put(t, s, "a", exifOf(entry{0x0110, 2, "P60 Pro", 0}, entry{0x0112, 3, "", 6 << 16}, entry{0x0131, 99, "", 1}, entry{0x0132, 2, "2026:11:23 09:30:15", 0}))
	w := NewWorker(d, s, func() time.Time { return taken })
	if err := w.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := d.found["a"]
	if !slices.Equal(f.Flags, []string{FlagOddTags}) || f.Meta.Orientation != 6 || f.Meta.Camera != "P60 Pro" {
		t.Errorf("%+v", f)
	}
}
