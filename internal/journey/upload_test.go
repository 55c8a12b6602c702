package journey

// Uploads against the real server: what a cut costs, what a kill leaves, and how much memory
// many at once take. Numbers are printed.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"xuncha/internal/photo"
)

// large is a photo of so many bytes: what stands behind its end no decoder reads.
func large(seed uint64, size int) picture {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), 1})
	data := make([]byte, size)
	_, _ = r.Read(data) // it never fails
	copy(data, photo.JPEG(photo.Scene(seed, 640, 480), photo.Tags{Taken: time.Now(), Orientation: 1}))
	sum := sha256.Sum256(data)
	return picture{data: data, sum: hex.EncodeToString(sum[:])}
}

func TestJourneyCutsCostNextToNothing(t *testing.T) {
	c := newCity(t, http.DefaultTransport)
	const size = 20 << 20
	for name, piece := range map[string]int{"pieces of 64 KiB": 64 << 10, "pieces of 1 MiB": 1 << 20, "one piece": size} {
		t.Run(name, func(t *testing.T) {
			shot := large(uint64(piece), size) //nolint:gosec // a small number
			line := newCutter(t, hostOf(c.power.server.URL), 2, 6<<20)
			cmd := exec.Command("node", "upload.mjs", line.URL+"/api/evidence/upload/", c.people["a"].token, shot.sum, photoFile(t, shot.data), strconv.Itoa(piece))
			cmd.Dir = "../js"
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("tus-js-client: %v\n%s%s", err, out, errs.String())
			}
			var said struct {
				Retries int `json:"retries"`
			}
			if err := json.Unmarshal(out, &said); err != nil || line.cuts.Load() > 0 || said.Retries < 2 {
				t.Fatalf("%q: %d cuts are left: %v", out, line.cuts.Load(), err)
			}
			ratio := float64(line.sent.Load()) / size
			t.Logf("20 MB through two cuts, %s: %d bytes on the wire, %.4f of the file", name, line.sent.Load(), ratio)
			if ratio > 1.01 {
				t.Errorf("%.4f of the file went over the wire", ratio)
			}
			c.whole(shot)
		})
	}
}

// whole wants the very bytes on the shelf.
func (c *city) whole(shot picture) {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, "evidence", shot.sum[:2], shot.sum))
	if err != nil || !bytes.Equal(data, shot.data) {
		c.t.Errorf("%d bytes of %d are on the shelf: %v", len(data), len(shot.data), err)
	}
}

// uploadKills is how often the server is killed in the middle of an upload; a soak does more.
func uploadKills() int {
	if n, err := strconv.Atoi(os.Getenv("UPLOAD_KILLS")); err == nil {
		return n
	}
	return 8
}

// After a kill an upload goes on from a byte that is really on disk, and a piece that was to
// be checked counts whole or not at all.
func TestJourneyUploadGoesOnFromWhatIsOnDisk(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any seed
	if n, err := strconv.ParseUint(os.Getenv("UPLOAD_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("UPLOAD_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test
	c := newCity(t, http.DefaultTransport)
	who := c.people["a"]
	points := map[string]int{}
	for n := range uploadKills() {
		shot := large(seed+uint64(n), 1<<20+r.IntN(3<<20)) //nolint:gosec // a small number
		checked := n%2 == 1
		path := c.tus(who, "POST", "/api/evidence/upload/", map[string]string{
			"Upload-Length": strconv.Itoa(len(shot.data)), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(shot.sum)),
		}, nil, 201).Header.Get("Location")
		path = path[strings.Index(path, "/api/"):]
		acked := c.killed(r, who, path, shot, checked)
		offset := c.offsetOf(who, path)
		if offset < acked {
			t.Fatalf("seed %d, kill %d: %d bytes were acknowledged, %d count", seed, n, acked, offset)
		}
		if checked && offset != acked && offset%checkedPiece != 0 && offset != len(shot.data) {
			t.Fatalf("seed %d, kill %d: %d bytes count, which is no end of a checked piece", seed, n, offset)
		}
		c.prefix(shot, filepath.Base(path), offset)
		if offset < len(shot.data) {
			c.tus(who, "PATCH", path, map[string]string{"Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream"}, shot.data[offset:], 204)
		}
		c.whole(shot)
		switch {
		case offset == 0:
			points["before any byte counted"]++
		case offset == len(shot.data):
			points["after the last byte"]++
		default:
			points["in the middle"]++
		}
	}
	t.Logf("%d kills: %v", uploadKills(), points)
}

// checkedPiece are the bytes of a piece with a checksum.
const checkedPiece = 256 << 10

// killed sends an upload over a slow line and kills the server meanwhile. It returns how many
// bytes had been acknowledged, and the server stands again.
func (c *city) killed(r *rand.Rand, who *person, path string, shot picture, checked bool) (acked int) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	var sending stdsync.WaitGroup
	url := c.power.server.URL + path
	sending.Go(func() {
		for acked < len(shot.data) {
			piece := shot.data[acked:]
			header := map[string]string{"Upload-Offset": strconv.Itoa(acked), "Content-Type": "application/offset+octet-stream"}
			if checked {
				piece = piece[:min(len(piece), checkedPiece)]
				sum := sha256.Sum256(piece)
				header["Upload-Checksum"] = "sha256 " + base64.StdEncoding.EncodeToString(sum[:])
			}
			if !patch(ctx, url, who.token, header, piece) {
				return
			}
			acked += len(piece)
		}
	})
	time.Sleep(time.Duration(r.IntN(len(shot.data)/slowLine+30)) * time.Millisecond) // a random point of the way
	c.power.mu.Lock()
	c.power.fail("upload")
	c.power.mu.Unlock()
	cancel()
	sending.Wait()
	return acked
}

// slowLine is how many bytes a line carries in a millisecond.
const slowLine = 16 << 10

// slow is a body that comes as a slow line brings it.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return s.Reader.Read(p[:min(len(p), slowLine)])
}

// patch sends a piece and tells whether it was acknowledged.
func patch(ctx context.Context, url, token string, header map[string]string, data []byte) bool {
	req, err := http.NewRequestWithContext(ctx, "PATCH", url, slow{bytes.NewReader(data)})
	if err != nil {
		return false
	}
	req.ContentLength = int64(len(data))
	req.Header.Set("Authorization", token)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusNoContent
}

func (c *city) offsetOf(who *person, path string) int {
	c.t.Helper()
	offset, err := strconv.Atoi(c.tus(who, "HEAD", path, nil, nil, 200).Header.Get("Upload-Offset"))
	if err != nil {
		c.t.Fatal(err)
	}
	return offset
}

// prefix compares what counts with what is on disk, by its sum.
func (c *city) prefix(shot picture, id string, offset int) {
	c.t.Helper()
	f, err := os.Open(filepath.Join(c.dir, "uploads", id))
	if os.IsNotExist(err) && offset == len(shot.data) {
		return // it is on the shelf
	}
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.CopyN(h, f, int64(offset))
	want := sha256.Sum256(shot.data[:offset])
	if err != nil || !bytes.Equal(h.Sum(nil), want[:]) {
		c.t.Fatalf("of %d bytes that count %d are on disk, and they are others: %v", offset, n, err)
	}
}

// peak is the most memory that the server ever had, in bytes.
func (s *server) peak(t *testing.T) int64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

func TestJourneyManyUploadsAtOnceTakeLittleMemory(t *testing.T) {
	t.Run("on this disk", func(t *testing.T) { manyAtOnce(t, 0) })
	t.Run("on S3", func(t *testing.T) {
		s3 := onS3(t)
		manyAtOnce(t, 1)
		if n := s3.Objects(); n != 3*65 {
			t.Errorf("the bucket holds %d files", n)
		}
	})
}

// manyAtOnce uploads photos that rows wait for, and looks at the peak when all are stored.
func manyAtOnce(t *testing.T, i int) {
	c := newCity(t, http.DefaultTransport)
	e := &errand{city: c, i: 400 + i}
	e.complain()
	e.dispatch()
	e.stored(e.id, 1)
	const many, size = 64, 4 << 20
	var shots []picture
	for n := range many {
		shot := large(uint64(1000+n), size) //nolint:gosec // a small number
		e.pa.Create("evidence", map[string]any{
			"case": e.id, "inspection": e.visit, "purpose": "scene", "sha256": shot.sum, "size": size, "mime": "image/jpeg", "taken_at": time.Now().Format(time.RFC3339),
		})
		shots = append(shots, shot)
	}
	syncAll(t, e.pa)
	before := c.power.server.peak(t)
	paths := make([]string, many)
	for n, shot := range shots {
		path := c.tus(c.people["a"], "POST", "/api/evidence/upload/", map[string]string{
			"Upload-Length": strconv.Itoa(size), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(shot.sum)),
		}, nil, 201).Header.Get("Location")
		paths[n] = c.power.server.URL + path[strings.Index(path, "/api/"):]
	}
	var all stdsync.WaitGroup
	for n, shot := range shots {
		all.Go(func() {
			if !patch(t.Context(), paths[n], c.people["a"].token, map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}, shot.data) {
				t.Errorf("upload %d was not taken", n)
			}
		})
	}
	all.Wait()
	e.stored(e.id, many+1)
	after := c.power.server.peak(t)
	t.Logf("%d uploads of %d MB at once, until all are stored: the server's peak went from %d to %d MB, by %d", many, size>>20, before>>20, after>>20, (after-before)>>20)
	if after-before > 150<<20 {
		t.Errorf("%d MB more", (after-before)>>20)
	}
}
