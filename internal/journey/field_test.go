package journey

// What happens on site: two phones, photos, and uploads over bad lines.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuncha/internal/phone"
	"xuncha/internal/photo"
)

// picture is a photo on a phone.
type picture struct {
	row  string // its evidence id
	data []byte
	sum  string
}

// snap takes a photo at the place, big enough to be cut twice on its way.
func (c *city) snap(p *phone.Phone, seed uint64, set map[string]any) picture {
	data := photo.JPEG(photo.Scene(seed, 900, 700), photo.Tags{Lon: c.place[0], Lat: c.place[1], Taken: time.Now(), Orientation: 1})
	sum := sha256.Sum256(data)
	shot := picture{data: data, sum: hex.EncodeToString(sum[:])}
	row := map[string]any{
		"sha256": shot.sum, "size": len(data), "mime": "image/jpeg", "taken_at": time.Now().Format(time.RFC3339),
		"position": map[string]any{"lon": c.place[0], "lat": c.place[1], "accuracy_m": 8.0},
	}
	for name, value := range set {
		row[name] = value
	}
	shot.row = p.Create("evidence", row)
	return shot
}

// upload brings a photo by tus, in two pieces. It goes on where the server is; a byte that
// was acknowledged must be there.
func (c *city) upload(who *person, shot picture) {
	c.t.Helper()
	path := c.tus(who, "POST", "/api/evidence/upload/", map[string]string{
		"Upload-Length": strconv.Itoa(len(shot.data)), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(shot.sum)),
	}, nil, 201).Header.Get("Location")
	for acked := 0; acked < len(shot.data); {
		offset, err := strconv.Atoi(c.tus(who, "HEAD", path, nil, nil, 200).Header.Get("Upload-Offset"))
		if err != nil || offset < acked {
			c.t.Fatalf("the server has %d bytes of %d that it acknowledged: %v", offset, acked, err)
		}
		piece := shot.data[offset:min(len(shot.data), offset+len(shot.data)/2+1)]
		res := c.tus(who, "PATCH", path, map[string]string{
			"Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream",
		}, piece, 204, 409)
		acked = offset
		if res.StatusCode == http.StatusNoContent {
			acked += len(piece)
		}
	}
}

func (c *city) tus(who *person, method, path string, header map[string]string, body []byte, want ...int) *http.Response {
	c.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = c.url + path
	}
	req, err := http.NewRequest(method, path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", who.token)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := who.wire.client().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || !slices.Contains(want, res.StatusCode) {
		c.t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, data, err)
	}
	return res
}

// uploadByJS brings a photo with the client from npm, through a line that is cut twice.
func (c *city) uploadByJS(who *person, shot picture) {
	c.t.Helper()
	line := newCutter(c.t, hostOf(c.power.server.URL), 2, 40_000)
	cmd := exec.Command("node", "upload.mjs", line.URL+"/api/evidence/upload/", who.token, shot.sum, photoFile(c.t, shot.data))
	cmd.Dir = "../js"
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("tus-js-client: %v\n%s%s", err, out, errs.String())
	}
	var said struct {
		Retries int `json:"retries"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		c.t.Fatalf("%q: %v", out, err)
	}
	if line.cuts.Load() > 0 || said.Retries < 2 {
		c.t.Fatalf("the line was not cut twice: %d cuts left, %d retries", line.cuts.Load(), said.Retries)
	}
}

// stored waits until every photo of a case has its receipt; the worker needs a moment
// after the commit, and a desk would look again just so.
func (c *city) stored(caseID string, want int) {
	c.t.Helper()
	if c.waits != nil {
		c.waits()
	}
	deadline := time.Now().Add(time.Minute) // S3 that was away is asked again within half of it
	for {
		n := 0
		file := c.do(c.people["dispatcher"], "GET", "/api/cases/"+caseID, nil, 200)
		for _, row := range file["evidence"].([]any) {
			if row.(map[string]any)["state"] == "stored" {
				n++
			}
		}
		if n == want {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%d photos are stored, want %d: %v", n, want, file["evidence"])
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func syncAll(t *testing.T, phones ...*phone.Phone) {
	t.Helper()
	for _, p := range phones {
		if err := p.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}
