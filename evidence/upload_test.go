package evidence

// The tus endpoint over HTTP with real files; whose uploads there are stands in memory.

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"xuncha/internal/photo"
)

// owners are rows in memory.
type owners struct {
	mu    sync.Mutex
	rows  map[string]Upload // by id
	begun map[string]time.Time
	last  int
	now   func() time.Time
}

func (o *owners) Begin(u Upload) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, row := range o.rows {
		if row.key() == u.key() {
			delete(o.rows, id)
		}
	}
	o.rows[u.ID], o.begun[u.ID] = u, o.now()
	return nil
}

func (o *owners) BySum(owner, sum string) (Upload, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, row := range o.rows {
		if row.Owner == owner && row.Sum == sum {
			return row, nil
		}
	}
	return Upload{}, nil
}

func (o *owners) ByID(id string) (Upload, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rows[id], nil
}

func (o *owners) Finish(id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	row := o.rows[id]
	row.Done = true
	o.rows[id] = row
	return nil
}

func (o *owners) Forget(id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.rows[id].Done {
		delete(o.rows, id)
	}
	return nil
}

func (o *owners) Used(owner string, since time.Time) (Used, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var used Used
	for id, row := range o.rows {
		if row.Owner != owner {
			continue
		}
		if !row.Done {
			used.Unfinished++
		}
		if !o.begun[id].Before(since) {
			used.Bytes += row.Size
		}
	}
	return used, nil
}

func (o *owners) Unfinished(time.Time) ([]Upload, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []Upload
	for _, row := range o.rows {
		if !row.Done {
			out = append(out, row)
		}
	}
	return out, nil
}

// gate is a running endpoint.
type gate struct {
	*testing.T
	dir    string
	rows   *owners
	up     *Uploads
	url    string
	stored int
	now    func() time.Time
}

func openGate(t *testing.T) *gate { return openGateWith(t, Limits{}) }

func openGateWith(t *testing.T, limits Limits) *gate {
	g := &gate{T: t, dir: t.TempDir(), now: time.Now}
	now := func() time.Time { return g.now() }
	g.rows = &owners{rows: map[string]Upload{}, begun: map[string]time.Time{}, now: now}
	g.up = &Uploads{
		Now: now, Limits: limits, silence: 500 * time.Millisecond,
		Shelf: Shelf{Dir: filepath.Join(g.dir, "shelf")}, Owners: g.rows, Stored: func() { g.stored++ },
		NewID: func() string {
			g.rows.mu.Lock()
			defer g.rows.mu.Unlock()
			g.rows.last++
			return fmt.Sprintf("up%d", g.rows.last)
		},
		Answer: func(err error) (int, []byte) {
			var r Refusal
			if !errors.As(err, &r) {
				return 500, []byte(`{"code":"internal"}`)
			}
			status := map[string]int{CodeUnknown: 404, CodeOffset: 409, CodeLength: 409, CodeLocked: 423, CodeFull: 507, CodeMismatch: 460, CodeDaily: 429, CodeUnfinished: 429}[r.code]
			body, _ := json.Marshal(map[string]string{"code": r.code, "detail": r.detail})
			return max(status, 400), body
		},
	}
	if err := g.up.Start(filepath.Join(g.dir, "uploads"), "/up/"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.up.Serve(w, r, r.Header.Get("Authorization"))
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

type said struct {
	status int
	code   string
	header http.Header
}

// do asks as an owner; name and value of headers follow each other.
func (g *gate) do(owner, method, path string, body []byte, header ...string) said {
	g.Helper()
	if !strings.HasPrefix(path, "http") {
		path = g.url + path
	}
	req, err := http.NewRequest(method, path, bytes.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	req.Header.Set("Authorization", owner)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		g.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct{ Code string }
	if res.StatusCode >= 400 && method != http.MethodHead {
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.Header.Get("Content-Type") != problemJSON {
			g.Errorf("%s %s: %d is answered in %s: %v", method, path, res.StatusCode, res.Header.Get("Content-Type"), err)
		}
	}
	return said{res.StatusCode, answer.Code, res.Header}
}

func (g *gate) create(owner, sum string, size int, header ...string) said {
	g.Helper()
	return g.do(owner, "POST", "/up/", nil, append([]string{
		"Upload-Length", strconv.Itoa(size), "Upload-Metadata", "sha256 " + base64.StdEncoding.EncodeToString([]byte(sum)),
	}, header...)...)
}

func (g *gate) patch(owner, path string, at int, data []byte) said {
	g.Helper()
	return g.do(owner, "PATCH", path, data, "Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream")
}

// bring uploads a photo and returns its sum and where it was uploaded to.
func (g *gate) bring(owner string, data []byte) (sum, path string) {
	g.Helper()
	sum, _, _ = SumOf(bytes.NewReader(data))
	path = g.create(owner, sum, len(data)).header.Get("Location")
	if got := g.patch(owner, path, 0, data); got.status != http.StatusNoContent {
		g.Fatalf("%+v", got)
	}
	return sum, path
}

// killed leaves an upload as a server does that ends before its last answer: all bytes
// but for the end are there, and nobody has looked at them.
func (g *gate) killed(owner string, data []byte) (sum, path, id string) {
	g.Helper()
	sum, _, _ = SumOf(bytes.NewReader(data))
	path = g.create(owner, sum, len(data)).header.Get("Location")
	id = filepath.Base(path)
	if err := os.WriteFile(filepath.Join(g.dir, "uploads", id), data, 0o600); err != nil {
		g.Fatal(err)
	}
	return sum, path, id
}

func (g *gate) shelved(sum string) bool {
	row, _ := g.rows.BySum("a", sum)
	return g.up.Shelf.Has(sum) && row.Done
}

func (g *gate) files() []string {
	g.Helper()
	entries, err := os.ReadDir(filepath.Join(g.dir, "uploads"))
	if err != nil {
		g.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

var picture = sample(photo.Tags{Taken: taken}, 64, 48)

func TestWhatWasWholeWhenTheServerEndedReachesTheShelf(t *testing.T) {
	for name, next := range map[string]func(g *gate, sum, path, id string) int{
		"HEAD":  func(g *gate, _, path, _ string) int { return g.do("a", "HEAD", path, nil).status },
		"PATCH": func(g *gate, _, path, _ string) int { return g.patch("a", path, len(picture), nil).status },
		"POST":  func(g *gate, sum, _, _ string) int { return g.create("a", sum, len(picture)).status },
		"the start": func(g *gate, _, _, _ string) int {
			if err := g.up.Resume(context.Background(), time.Now()); err != nil {
				g.Error(err)
			}
			return 200
		},
		"the sweep": func(g *gate, _, _, id string) int {
			old := time.Now().AddDate(0, 0, -8)
			if err := os.Chtimes(filepath.Join(g.dir, "uploads", id), old, old); err != nil {
				g.Error(err)
			}
			if n, err := g.up.Sweep(context.Background(), time.Now()); n != 0 || err != nil {
				g.Errorf("%d swept: %v", n, err)
			}
			return 200
		},
	} {
		g := openGate(t)
		sum, path, id := g.killed("a", picture)
		if status := next(g, sum, path, id); status > 299 || !g.shelved(sum) || g.stored != 1 {
			t.Errorf("%s: %d, shelved %v, told %d times", name, status, g.shelved(sum), g.stored)
		}
	}
	g := openGate(t)
	sum, _, _ := SumOf(bytes.NewReader(picture))
	path := g.create("a", sum, len(picture)).header.Get("Location")
	if err := os.WriteFile(filepath.Join(g.dir, "uploads", filepath.Base(path)), make([]byte, len(picture)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := g.patch("a", path, len(picture), nil); got.code != CodeSum || len(g.files()) != 0 {
		t.Errorf("whole and wrong: %+v %v", got, g.files())
	}
}

func TestAnUploadThatCannotBeReadBeginsAnew(t *testing.T) {
	for name, info := range map[string]string{"empty": "", "cut": `{"ID":"up1","Si`, "another's": `{"ID":"up7","Size":10}`, "null": "null"} {
		for _, method := range []string{"HEAD", "DELETE", "PATCH", "POST", "sweep"} {
			g := openGate(t)
			sum, path, id := g.killed("a", picture[:100])
			if err := os.WriteFile(filepath.Join(g.dir, "uploads", id+".info"), []byte(info), 0o600); err != nil {
				t.Fatal(err)
			}
			switch method {
			case "POST":
				if got := g.create("a", sum, 100); got.status != 201 || got.header.Get("Location") == path {
					t.Errorf("%s, POST: %+v", name, got)
				}
			case "sweep":
				old := time.Now().AddDate(0, 0, -8)
				_ = os.Chtimes(filepath.Join(g.dir, "uploads", id), old, old)
				if n, err := g.up.Sweep(context.Background(), time.Now()); n != 1 || err != nil {
					t.Errorf("%s: %d swept, %v", name, n, err)
				}
			default:
				if got := g.do("a", method, path, nil, "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"); got.status != 404 {
					t.Errorf("%s, %s: %+v", name, method, got)
				}
			}
			for _, f := range g.files() {
				if strings.HasPrefix(f, id) {
					t.Errorf("%s, %s: %s is left", name, method, f)
				}
			}
			if row, _ := g.rows.ByID(id); row.ID != "" {
				t.Errorf("%s, %s: the row is left", name, method)
			}
		}
	}
}

func TestTheSweepGoesOnBehindAFault(t *testing.T) {
	g := openGate(t)
	old := time.Now().AddDate(0, 0, -8)
	for i := range 3 {
		_, _, id := g.killed("a", append([]byte{byte(i)}, picture[:50]...)[:50])
		_ = os.Truncate(filepath.Join(g.dir, "uploads", id), 20)
		_ = os.Chtimes(filepath.Join(g.dir, "uploads", id), old, old)
	}
	bad := filepath.Join(g.dir, "uploads", "up2.info")
	if err := errors.Join(os.Remove(bad), os.Mkdir(bad, 0o700), os.WriteFile(filepath.Join(bad, "x"), nil, 0o600)); err != nil {
		t.Fatal(err) // a folder in the place of the file: it is neither read nor removed
	}
	stray := filepath.Join(g.dir, "uploads", "nobodys.info")
	if err := errors.Join(os.WriteFile(stray, nil, 0o600), os.WriteFile(stray+"2", nil, 0o600), os.Chtimes(stray, old, old)); err != nil {
		t.Fatal(err)
	}
	n, err := g.up.Sweep(context.Background(), time.Now())
	if n != 3 || err == nil || !strings.Contains(err.Error(), "up2") {
		t.Errorf("%d swept, %v", n, err)
	}
	if left := fmt.Sprint(g.files()); left != "[nobodys.info2 up2 up2.info]" {
		t.Errorf("left: %s", left)
	}
	_, path, id := g.killed("a", picture[:60])
	_ = os.Truncate(filepath.Join(g.dir, "uploads", id), 20)
	if _, err := g.up.Sweep(context.Background(), time.Now()); err == nil || g.do("a", "HEAD", path, nil).status != 200 {
		t.Errorf("what was begun long ago and still goes on is swept: %v", err)
	}
}

func TestFinishedBytesAreNotBegunAgain(t *testing.T) {
	g := openGate(t)
	sum, path := g.bring("a", picture)
	if got := g.create("a", sum, len(picture)+1); got.status != 409 || got.code != CodeLength {
		t.Errorf("with another length: %+v", got)
	}
	for _, f := range g.files() {
		if err := os.Remove(filepath.Join(g.dir, "uploads", f)); err != nil {
			t.Fatal(err)
		}
	}
	size := strconv.Itoa(len(picture))
	if got := g.create("a", sum, len(picture)); got.status != 201 || got.header.Get("Location") != path || got.header.Get("Upload-Offset") != size {
		t.Errorf("without tusd's files: %+v", got)
	}
	if got := g.do("a", "HEAD", path, nil); got.status != 200 || got.header.Get("Upload-Offset") != size || got.header.Get("Upload-Length") != size {
		t.Errorf("HEAD: %+v", got)
	}
	if got := g.patch("a", path, len(picture), nil); got.status != 204 {
		t.Errorf("PATCH at the end: %+v", got)
	}
	if got := g.patch("a", path, 0, picture); got.code != CodeOffset {
		t.Errorf("PATCH from the start: %+v", got)
	}
	if got := g.do("a", "DELETE", path, nil); got.code != CodeUnknown || !g.shelved(sum) || len(g.files()) != 0 {
		t.Errorf("DELETE: %+v %v", got, g.files())
	}
	if err := os.Remove(g.up.Shelf.Original(sum)); err != nil {
		t.Fatal(err)
	}
	if g.bring("a", picture); !g.shelved(sum) {
		t.Error("bytes that were lost cannot be brought again")
	}
}

func TestManyCreationsAtOnceAreOneUpload(t *testing.T) {
	g := openGate(t)
	sum, _, _ := SumOf(bytes.NewReader(picture))
	var all sync.WaitGroup
	places := make([]string, 8)
	for i := range places {
		all.Go(func() { places[i] = g.create("a", sum, len(picture)).header.Get("Location") })
	}
	all.Wait()
	for _, place := range places {
		if place != places[0] || place == "" {
			t.Errorf("%v", places)
			break
		}
	}
	if len(g.files()) != 2 || len(g.rows.rows) != 1 || len(g.up.locks.all) != 0 {
		t.Errorf("%v %v, %d locks are left", g.files(), g.rows.rows, len(g.up.locks.all))
	}
}

func TestACreationWithBytesIsRepeatedWithTheSameAnswer(t *testing.T) {
	g := openGate(t)
	sum, _, _ := SumOf(bytes.NewReader(picture))
	send := func(data []byte) said {
		return g.do("a", "POST", "/up", data, "Content-Type", "application/offset+octet-stream",
			"Upload-Length", strconv.Itoa(len(picture)), "Upload-Metadata", "sha256 "+base64.StdEncoding.EncodeToString([]byte(sum)))
	}
	first := send(picture[:100])
	if first.status != 201 || first.header.Get("Upload-Offset") != "100" || !strings.HasPrefix(first.header.Get("Location"), g.url+"/up/") {
		t.Fatalf("%+v", first)
	}
	again := send(picture[:100])
	if again.status != 201 || again.header.Get("Upload-Offset") != "100" || again.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("%+v", again)
	}
	if got := g.patch("a", first.header.Get("Location"), 100, picture[100:]); got.status != 204 {
		t.Errorf("the rest: %+v", got)
	}
	if again := send(picture); again.header.Get("Upload-Offset") != strconv.Itoa(len(picture)) || !g.shelved(sum) {
		t.Errorf("after the end: %+v", again)
	}
}

func TestBytesOfTwoOwnersTakeTheirPlaceOnce(t *testing.T) {
	g := openGate(t)
	sum, first := g.bring("a", picture)
	_, second := g.bring("b", picture)
	if !g.up.Shelf.Has(sum) || first == second || len(g.files()) != 0 {
		t.Error(first, second, g.files())
	}
}

func TestEveryRefusalHasACode(t *testing.T) {
	g := openGate(t)
	sum, path, id := g.killed("a", picture)
	if err := os.Truncate(filepath.Join(g.dir, "uploads", id), 10); err != nil {
		t.Fatal(err)
	}
	piece := "application/offset+octet-stream"
	for name, c := range map[string]struct {
		got  said
		code string
	}{
		"another offset":       {g.patch("a", path, 3, picture), CodeOffset},
		"no offset":            {g.do("a", "PATCH", path, picture, "Content-Type", piece), CodeNoOffset},
		"another type":         {g.do("a", "PATCH", path, picture, "Upload-Offset", "10"), CodePiece},
		"another version":      {g.do("a", "PATCH", path, picture, "Tus-Resumable", "0.2"), CodeVersion},
		"more than was said":   {g.patch("a", path, 10, picture), CodeTooMuch},
		"a length for a piece": {g.do("a", "PATCH", path, picture[10:], "Upload-Offset", "10", "Content-Type", piece, "Upload-Length", "5"), CodeExtension},
		"another's":            {g.patch("b", path, 10, picture[10:]), CodeUnknown},
		"no upload":            {g.do("a", "DELETE", "/up/none", nil), CodeUnknown},
		"no such method":       {g.do("a", "PUT", path, nil), CodeMethod},
	} {
		if c.got.code != c.code {
			t.Errorf("%s: %+v, want %s", name, c.got, c.code)
		}
	}
	if err := os.RemoveAll(filepath.Join(g.dir, "uploads")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(g.dir, "uploads"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := g.create("b", sum, len(picture)); got.status != 500 || got.code != "internal" {
		t.Errorf("a disk that fails: %+v", got)
	}
}
