package evidence

// Pieces: checksums, two who write at once, lines that died, and disks that are full.

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func sha256Of(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256 " + base64.StdEncoding.EncodeToString(sum[:])
}

// checked sends a piece with a checksum.
func (g *gate) checked(path string, at int, data []byte, sum string) said {
	g.Helper()
	return g.do("a", "PATCH", path, data, "Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream", "Upload-Checksum", sum)
}

func (g *gate) offset(path string) string {
	g.Helper()
	return g.do("a", "HEAD", path, nil).header.Get("Upload-Offset")
}

func (g *gate) begun(data []byte) (path, id string) {
	g.Helper()
	sum, _, _ := SumOf(bytes.NewReader(data))
	path = g.create("a", sum, len(data)).header.Get("Location")
	return path, filepath.Base(path)
}

func TestAPieceThatIsNotWhatItsChecksumSaysLeavesNothing(t *testing.T) {
	g := openGate(t)
	path, id := g.begun(picture)
	one := sha1.Sum(picture[:100])
	if got := g.checked(path, 0, picture[:100], "sha1 "+base64.StdEncoding.EncodeToString(one[:])); got.status != 204 || g.offset(path) != "100" {
		t.Errorf("sha1: %+v", got)
	}
	if got := g.checked(path, 100, picture[100:200], sha256Of(picture[100:200])); got.status != 204 || g.offset(path) != "200" {
		t.Errorf("sha256: %+v", got)
	}
	if got := g.checked(path, 200, picture[200:300], sha256Of(picture[200:301])); got.status != 460 || got.code != CodeMismatch || g.offset(path) != "200" {
		t.Errorf("another piece: %+v, offset %s", got, g.offset(path))
	}
	if info, err := os.Stat(filepath.Join(g.dir, "uploads", id)); err != nil || info.Size() != 200 {
		t.Errorf("on disk: %v %v", info.Size(), err)
	}
	for name, sum := range map[string]string{"another algorithm": "md5 " + base64.StdEncoding.EncodeToString(one[:16]), "too short": "sha256 AAAA", "no base64": "sha1 ?", "no value": "sha256"} {
		if got := g.checked(path, 200, picture[200:], sum); got.code != CodeChecksum || got.status != 400 || g.offset(path) != "200" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := g.checked(path, 200, picture[200:], sha256Of(picture)); got.status != 460 || g.offset(path) != "200" {
		t.Errorf("the last piece, wrong: %+v", got)
	}
	if got := g.checked(path, 200, picture[200:], sha256Of(picture[200:])); got.status != 204 || len(g.files()) != 0 {
		t.Errorf("the last piece: %+v %v", got, g.files())
	}
	sum, _, _ := SumOf(bytes.NewReader(picture))
	if !g.shelved(sum) {
		t.Error("it is not on the shelf")
	}
}

func TestACreationWithBytesMayHaveAChecksum(t *testing.T) {
	g := openGate(t)
	sum, _, _ := SumOf(bytes.NewReader(picture))
	send := func(of []byte) said {
		return g.do("a", "POST", "/up/", picture[:100], "Content-Type", "application/offset+octet-stream", "Upload-Checksum", sha256Of(of),
			"Upload-Length", strconv.Itoa(len(picture)), "Upload-Metadata", "sha256 "+base64.StdEncoding.EncodeToString([]byte(sum)))
	}
	if got := send(picture); got.status != 460 {
		t.Errorf("%+v", got)
	}
	got := g.create("a", sum, len(picture))
	if got.status != 201 || got.header.Get("Upload-Offset") != "0" {
		t.Errorf("after a wrong one: %+v", got)
	}
	if got := g.do("a", "DELETE", got.header.Get("Location"), nil); got.status != 204 {
		t.Errorf("%+v", got)
	}
	if got := send(picture[:100]); got.status != 201 || got.header.Get("Upload-Offset") != "100" {
		t.Errorf("%+v", got)
	}
}

// wire is a PATCH over a connection that the test holds in its hand.
type wire struct {
	net.Conn
	t *testing.T
}

// dial begins a PATCH of so many bytes and sends none of them.
func (g *gate) dial(path string, at, length int, header ...string) wire {
	g.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(g.url, "http://"))
	if err != nil {
		g.Fatal(err)
	}
	g.Cleanup(func() { _ = conn.Close() })
	w := wire{conn, g.T}
	w.send([]byte("PATCH " + strings.TrimPrefix(path, g.url) + " HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: " +
		strconv.Itoa(at) + "\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: " + strconv.Itoa(length) + "\r\n" + strings.Join(header, "") + "\r\n"))
	return w
}

func (w wire) send(data []byte) {
	w.t.Helper()
	if _, err := w.Write(data); err != nil {
		w.t.Fatal(err)
	}
}

// status reads the answer's first line.
func (w wire) status() string {
	w.t.Helper()
	if err := w.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		w.t.Fatal(err)
	}
	line := make([]byte, 12)
	if _, err := io.ReadFull(w, line); err != nil {
		w.t.Fatal(err)
	}
	return string(line[9:])
}

// onDisk waits until so many bytes of an upload are in its file.
func (g *gate) onDisk(id string, n int64) {
	g.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(filepath.Join(g.dir, "uploads", id)); err == nil && info.Size() == n {
			return
		}
		if time.Now().After(deadline) {
			g.Fatalf("never %d bytes", n)
		}
	}
}

// A server that ends in the middle of a piece with a checksum has verified nothing of it.
func TestAKillWithinACheckedPieceLeavesNothingThatCounts(t *testing.T) {
	g := openGate(t)
	path, id := g.begun(picture)
	if got := g.checked(path, 0, picture[:100], sha256Of(picture[:100])); got.status != 204 {
		t.Fatalf("%+v", got)
	}
	bad := append(bytes.Clone(picture[100:300]), picture[300]^1)
	w := g.dial(path, 100, len(picture)-100, "Upload-Checksum: "+sha256Of(picture[100:])+"\r\n")
	w.send(bad)
	g.onDisk(id, 100+int64(len(bad)))
	after := openGateWith(t, Limits{}) // another process on the same folder
	after.dir, after.rows = g.dir, g.rows
	after.up.Owners, after.up.Shelf = g.rows, g.up.Shelf
	if err := after.up.Start(filepath.Join(g.dir, "uploads"), "/up/"); err != nil {
		t.Fatal(err)
	}
	path = after.url + "/up/" + id
	stale := filepath.Join(g.dir, "uploads", id)
	if got := after.offset(path); got != "100" {
		t.Errorf("after the kill the upload stands at %s", got)
	}
	if err := os.Truncate(stale, 100); err != nil { // as a kill leaves it before the first byte of the piece
		t.Fatal(err)
	}
	if got := after.patch("a", path, 100, picture[100:200]); got.status != 204 || after.offset(path) != "200" {
		t.Errorf("%+v", got)
	}
	if got := after.patch("a", path, 200, picture[200:]); got.status != 204 {
		t.Errorf("%+v", got)
	}
	if sum, _, _ := SumOf(bytes.NewReader(picture)); !after.shelved(sum) || len(after.files()) != 0 {
		t.Errorf("not whole: %v", after.files())
	}
}

func TestACutLineKeepsWhatCameUnlessItWasToBeChecked(t *testing.T) {
	for _, checked := range []bool{false, true} {
		g := openGate(t)
		path, id := g.begun(picture)
		header := ""
		want := "300"
		if checked {
			header, want = "Upload-Checksum: "+sha256Of(picture)+"\r\n", "0"
		}
		w := g.dial(path, 0, len(picture), header)
		w.send(picture[:300])
		g.onDisk(id, 300)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := g.offset(path); got != want {
			t.Errorf("checked %v: it stands at %s, want %s", checked, got, want)
		}
		if got := g.patch("a", path, map[bool]int{false: 300}[checked], picture[map[bool]int{false: 300}[checked]:]); got.status != 204 {
			t.Errorf("checked %v: %+v", checked, got)
		}
	}
}

func TestOfTwoWhoWriteAtOnceOneIsToldToWait(t *testing.T) {
	g := openGate(t)
	data := append(bytes.Clone(picture[:100]), bytes.Repeat([]byte("a"), 2900)...)
	path, id := g.begun(data)
	w := g.dial(path, 0, len(data))
	w.send(data[:100])
	g.onDisk(id, 100)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // alive: a byte now and then
		defer close(stopped)
		for at := 100; at < 2000; at++ {
			select {
			case <-stop:
				w.send(data[at:])
				return
			case <-time.After(20 * time.Millisecond):
				w.send(data[at : at+1])
			}
		}
	}()
	for _, method := range []string{"PATCH", "HEAD", "DELETE"} {
		begun := time.Now()
		got := g.do("a", method, path, bytes.Repeat([]byte("b"), 500), "Upload-Offset", "100", "Content-Type", "application/offset+octet-stream")
		if got.status != 423 || method != "HEAD" && got.code != CodeLocked || time.Since(begun) > 5*time.Second {
			t.Errorf("%s: %+v after %v", method, got, time.Since(begun))
		}
	}
	close(stop)
	<-stopped
	if got := w.status(); got != "422" && got != "400" { // whole, and no photo
		t.Errorf("the living one is answered %s", got)
	}
	if len(g.files()) != 0 {
		t.Errorf("%v", g.files())
	}
}

func TestALineThatDiedMakesRoomForTheNextTry(t *testing.T) {
	g := openGate(t)
	path, id := g.begun(picture)
	w := g.dial(path, 0, len(picture))
	w.send(picture[:100])
	g.onDisk(id, 100)
	begun := time.Now()
	if got := g.offset(path); got != "100" {
		t.Errorf("it stands at %q", got)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the phone waited for %v", took)
	}
	if got := g.patch("a", path, 100, picture[100:200]); got.status != 204 {
		t.Errorf("%+v", got)
	}
	_, _ = w.Write(bytes.Repeat([]byte("x"), 500)) // it was not quite dead
	if got := g.patch("a", path, 200, picture[200:]); got.status != 204 {
		t.Errorf("%+v", got)
	}
	if sum, _, _ := SumOf(bytes.NewReader(picture)); !g.shelved(sum) {
		t.Error("the bytes were mixed")
	}
}

// pdfHead is enough of a file to be known.
var pdfHead = []byte("%PDF-1.7" + strings.Repeat(" ", 92))

// Many clients write into one upload, each bytes of its own. What was acknowledged to one is
// there as he sent it.
func TestNoByteOfManyWritersIsMixed(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any seed
	t.Logf("seed %d", seed)
	g := openGate(t)
	size := 1 << 20
	path, id := g.begun(make([]byte, size))
	owner := make([]byte, size) // who was told that a byte is his
	copy(owner, pdfHead)
	if got := g.patch("a", path, 0, pdfHead); got.status != 204 {
		t.Fatalf("%+v", got)
	}
	deadline := time.Now().Add(30 * time.Second)
	var mu sync.Mutex
	var refused, taken atomic.Int64
	var all sync.WaitGroup
	for c := byte('a'); c < 'i'; c++ {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(c))) //nolint:gosec // a test
			for taken.Load() < 40 && !t.Failed() {
				if time.Now().After(deadline) {
					t.Errorf("only %d pieces were taken", taken.Load())
				}
				at, err := strconv.Atoi(g.offset(path))
				if err != nil {
					refused.Add(1)
					continue // another is at it
				}
				data := bytes.Repeat([]byte{c}, 1+r.IntN(20_000))
				if at+len(data) >= size {
					return
				}
				got := g.do("a", "PATCH", path, data, "Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream")
				switch got.status {
				case 204:
					mu.Lock()
					for i := range data {
						if owner[at+i] != 0 {
							t.Errorf("byte %d was acknowledged to %c and %c", at+i, owner[at+i], c)
							break
						}
						owner[at+i] = c
					}
					mu.Unlock()
					taken.Add(1)
				case 409, 423:
					refused.Add(1)
				default:
					t.Errorf("%+v", got)
				}
			}
		})
	}
	all.Wait()
	there, err := os.ReadFile(filepath.Join(g.dir, "uploads", id))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range there {
		if owner[i] != c {
			t.Fatalf("byte %d is %q, acknowledged was %q", i, c, owner[i])
		}
	}
	t.Logf("%d pieces taken, %d refused, %d bytes", taken.Load(), refused.Load(), len(there))
}

func TestADiskThatIsFullLosesNothing(t *testing.T) {
	g := openGate(t)
	path, id := g.begun(picture)
	file := filepath.Join(g.dir, "uploads", id)
	if err := errors.Join(os.Remove(file), os.Symlink("/dev/full", file)); err != nil {
		t.Fatal(err)
	}
	for _, got := range []said{g.patch("a", path, 0, picture), g.checked(path, 0, picture, sha256Of(picture))} {
		if got.status != 507 || got.code != CodeFull {
			t.Errorf("%+v", got)
		}
	}
	if err := errors.Join(os.Remove(file), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := g.offset(path); got != "0" {
		t.Errorf("it stands at %s", got)
	}
	if got := g.patch("a", path, 0, picture[:100]); got.status != 204 {
		t.Errorf("when there is room again: %+v", got)
	}
	if err := os.Symlink("/dev/full", file+openSuffix+newSuffix); err != nil {
		t.Fatal(err)
	}
	if got := g.checked(path, 100, picture[100:], sha256Of(picture[100:])); got.status != 507 || g.offset(path) != "100" {
		t.Errorf("full before the first byte of a checked piece: %+v, it stands at %s", got, g.offset(path))
	}
	if got := g.checked(path, 100, picture[100:], sha256Of(picture[100:])); got.status != 204 {
		t.Errorf("when there is room again: %+v", got)
	}
}

// A disk that takes bytes and then cannot say that it has them: nothing is acknowledged.
func TestWhatCannotBeSyncedIsNotAcknowledged(t *testing.T) {
	g := openGate(t)
	path, id := g.begun(picture)
	file := filepath.Join(g.dir, "uploads", id)
	if err := errors.Join(os.Remove(file), os.Symlink("/dev/null", file)); err != nil {
		t.Fatal(err)
	}
	if got := g.patch("a", path, 0, picture[:100]); got.status != 500 || got.header.Get("Upload-Offset") != "" {
		t.Errorf("%+v", got)
	}
	if err := errors.Join(os.Remove(file), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := g.patch("a", path, 0, picture); got.status != 204 {
		t.Errorf("%+v", got)
	}
}

func TestAReserveOfTheDiskIsKept(t *testing.T) {
	var free atomic.Int64
	free.Store(100 << 20)
	g := openGateWith(t, Limits{Reserve: 50 << 20, Free: func(string) (int64, error) { return free.Load(), nil }})
	data := make([]byte, 30<<20)
	copy(data, picture)
	path, id := g.begun(data)
	if got := g.create("a", strings.Repeat("1", 64), 51<<20); got.status != 507 || got.code != CodeFull {
		t.Errorf("one that would take the reserve: %+v", got)
	}
	w := g.dial(path, 0, len(data))
	half := make(chan struct{})
	go func() {
		defer close(half)
		_, _ = w.Write(data[:10<<20])
		free.Store(20 << 20)          // others write too
		_, _ = w.Write(data[10<<20:]) // it may be refused before it is sent
	}()
	if got := w.status(); got != "507" {
		t.Errorf("%s", got)
	}
	<-half
	_ = w.Close()
	at, err := strconv.Atoi(g.offset(path))
	if err != nil || at < 8<<20 || at > 20<<20 {
		t.Errorf("it stands at %d: %v", at, err)
	}
	if got := g.patch("a", path, at, data[at:at+10]); got.status != 507 {
		t.Errorf("without room: %+v", got)
	}
	there, err := os.ReadFile(filepath.Join(g.dir, "uploads", id))
	if err != nil || !bytes.Equal(there, data[:at]) {
		t.Errorf("%d bytes are there, %d count: %v", len(there), at, err)
	}
	free.Store(100 << 20)
	if got := g.patch("a", path, at, data[at:]); got.status != 204 {
		t.Errorf("when there is room again: %+v", got)
	}
}

func TestEachOwnerHasHisShareOfADay(t *testing.T) {
	g := openGateWith(t, Limits{Unfinished: 3, Daily: 10_000})
	at := time.Date(2026, 11, 26, 10, 0, 0, 0, china)
	g.now = func() time.Time { return at }
	sum := func(i int) string { return fmt.Sprintf("%064x", i) }
	for i := range 3 {
		if got := g.create("a", sum(i), 1000); got.status != 201 {
			t.Fatalf("%+v", got)
		}
	}
	if got := g.create("a", sum(3), 1000); got.status != 429 || got.code != CodeUnfinished {
		t.Errorf("a fourth: %+v", got)
	}
	if got := g.create("a", sum(2), 1000); got.status != 201 {
		t.Errorf("one that goes on: %+v", got)
	}
	if got := g.create("b", sum(3), 1000); got.status != 201 {
		t.Errorf("another owner: %+v", got)
	}
	path := g.create("a", sum(0), 1000).header.Get("Location")
	g.patch("a", path, 0, append(bytes.Clone(pdfHead), make([]byte, 800)...))
	if got := g.do("a", "DELETE", path, nil); got.status != 204 {
		t.Errorf("%+v", got)
	}
	if q, err := g.up.Quota("a"); err != nil || q.Used != (Used{2900, 2}) || !q.Until.Equal(time.Date(2026, 11, 27, 0, 0, 0, 0, china)) {
		t.Errorf("what was brought and dropped counts: %+v %v", q, err)
	}
	if got := g.create("a", sum(4), 7101); got.status != 429 || got.code != CodeDaily {
		t.Errorf("too much for today: %+v", got)
	}
	at = at.Add(14 * time.Hour)
	if got := g.create("a", sum(4), 7101); got.status != 201 {
		t.Errorf("the next day: %+v", got)
	}
}

func TestAnUploadSaysWhenItIsSwept(t *testing.T) {
	g := openGate(t)
	sum, _, _ := SumOf(bytes.NewReader(picture))
	created := g.create("a", sum, len(picture))
	path := created.header.Get("Location")
	for name, got := range map[string]said{"creation": created, "piece": g.patch("a", path, 0, picture[:10]), "HEAD": g.do("a", "HEAD", path, nil)} {
		at, err := http.ParseTime(got.header.Get("Upload-Expires"))
		if err != nil || time.Until(at) < 6*24*time.Hour || time.Until(at) > KeptDays*24*time.Hour {
			t.Errorf("%s: %q %v", name, got.header.Get("Upload-Expires"), err)
		}
	}
	for name, got := range map[string]said{"the last piece": g.patch("a", path, 10, picture[10:]), "HEAD of the whole": g.do("a", "HEAD", path, nil)} {
		if at := got.header.Get("Upload-Expires"); at != "" {
			t.Errorf("%s: %q", name, at)
		}
	}
}

func TestWhatIsNoEvidenceIsRefusedWithItsFirstBytes(t *testing.T) {
	g := openGate(t)
	for name, c := range map[string]struct {
		head string
		size int
		code string
	}{
		"a program":              {"MZ" + strings.Repeat("\x00", 98), 1000, CodeMedia},
		"an image of 65 MB":      {string(picture[:100]), 65 << 20, CodeTooLarge},
		"a video of 65 MB":       {"\x00\x00\x00\x18ftypmp42" + strings.Repeat("\x00", 88), 65 << 20, ""},
		"a document of 65 MB":    {string(pdfHead), 65 << 20, ""},
		"too little to be known": {"MZ" + strings.Repeat("\x00", 50), 1000, ""},
	} {
		path := g.create("a", fmt.Sprintf("%064x", len(name)), c.size).header.Get("Location")
		got := g.patch("a", path, 0, []byte(c.head))
		if got.code != c.code {
			t.Errorf("%s: %+v", name, got)
		}
		if there := g.do("a", "HEAD", path, nil).status == 200; there != (c.code == "") {
			t.Errorf("%s: afterwards it is there: %v", name, there)
		}
	}
}

// Who waited while another request brought the last byte learns that all of it is here.
func TestWhoWaitedForTheLastByteLearnsThatAllIsHere(t *testing.T) {
	g := openGate(t)
	path, id := g.begun(picture)
	w := g.dial(path, 0, len(picture))
	w.send(picture[:200])
	g.onDisk(id, 200)
	answers := make(chan said, 2)
	for _, method := range []string{"HEAD", "PATCH"} {
		go func() {
			answers <- g.do("a", method, path, nil, "Upload-Offset", strconv.Itoa(len(picture)), "Content-Type", "application/offset+octet-stream")
		}()
	}
	w.send(picture[200:])
	for range 2 { // one that came in between may be told to wait, or that it is not there yet
		if got := <-answers; got.status != 200 && got.status != 204 && got.status != 423 && got.status != 409 {
			t.Errorf("%+v", got)
		}
	}
	if got := w.status(); got != "204" {
		t.Errorf("who brought it: %s", got)
	}
	if got := g.offset(path); got != strconv.Itoa(len(picture)) {
		t.Errorf("it stands at %s", got)
	}
}
