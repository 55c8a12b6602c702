package hooks_test

// Photos over HTTP: tus uploads with cuts and lies, rows and bytes in any order.

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/internal/photo"
	"xuncha/sync"
)

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// snapped is when the photos of these tests were taken.
var snapped = time.Now().Add(-time.Hour).Truncate(time.Second)

func snap(seed uint64) []byte { return snapAt(seed, snapped, 116.4, 39.9) }

func snapAt(seed uint64, at time.Time, lon, lat float64) []byte {
	return photo.JPEG(photo.Scene(seed, 640, 480), photo.Tags{Lon: lon, Lat: lat, Taken: at, Orientation: 1})
}

// request asks and reads the answer to its end.
func request(t *testing.T, method, url string, header map[string]string, body []byte) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, data
}

// tus speaks to the upload route.
func tus(t *testing.T, h *house.House, method, path, token string, header map[string]string, body []byte) (*http.Response, []byte) {
	t.Helper()
	all := map[string]string{"Authorization": token, "Tus-Resumable": "1.0.0"}
	maps.Copy(all, header)
	return request(t, method, h.URL+path, all, body)
}

// begin creates an upload and returns its path.
func begin(t *testing.T, h *house.House, token, sum string, size int) (string, int, []byte) {
	t.Helper()
	res, body := tus(t, h, "POST", "/api/evidence/upload/", token, map[string]string{
		"Upload-Length": strconv.Itoa(size), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(sum)),
	}, nil)
	path := res.Header.Get("Location")
	if i := bytes.Index([]byte(path), []byte("/api/")); i > 0 {
		path = path[i:]
	}
	return path, res.StatusCode, body
}

func send(t *testing.T, h *house.House, path, token string, offset int, data []byte) (int, []byte) {
	t.Helper()
	res, body := tus(t, h, "PATCH", path, token, map[string]string{
		"Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream",
	}, data)
	return res.StatusCode, body
}

func upload(t *testing.T, h *house.House, token string, data []byte) {
	t.Helper()
	path, status, body := begin(t, h, token, sumOf(data), len(data))
	if status != http.StatusCreated {
		t.Fatalf("create: %d %s", status, body)
	}
	if status, body := send(t, h, path, token, 0, data); status != http.StatusNoContent {
		t.Fatalf("patch: %d %s", status, body)
	}
}

func (f field) capture(p *phone.Phone, data []byte) string {
	return p.Create("evidence", map[string]any{
		"case": f.mine, "inspection": f.visit, "purpose": "scene", "sha256": sumOf(data), "size": len(data), "mime": "image/jpeg",
		"taken_at": snapped.Format(time.RFC3339), "position": map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8},
	})
}

// stored waits until the worker has let go of a photo.
func stored(t *testing.T, h *house.House, id string) map[string]any {
	t.Helper()
	for range 200 {
		r, err := h.App.FindRecordById("evidence", id)
		if err != nil {
			t.Fatal(err)
		}
		if r.GetString("state") != "pending" {
			data, err := json.Marshal(r.FieldsData())
			if err != nil {
				t.Fatal(err)
			}
			var out map[string]any
			if err := json.Unmarshal(data, &out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		time.Sleep(20 * time.Millisecond) // the worker works after the commit; this polls as a desk would
	}
	t.Fatalf("evidence %s stays pending", id)
	return nil
}

func TestRowAndBytesMeetInEitherOrder(t *testing.T) {
	f := inField(t)
	first, second := snap(1), snap(2)
	upload(t, f.h, f.a.Token, first) // bytes before the row
	a := f.capture(f.pa, first)
	b := f.capture(f.pa, second)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, second) // row before the bytes
	for id, data := range map[string][]byte{a: first, b: second} {
		row := stored(t, f.h, id)
		receipt := row["receipt"].(map[string]any)
		if row["state"] != "stored" || receipt["sha256"] != sumOf(data) || int(receipt["size"].(float64)) != len(data) {
			t.Errorf("%v", row)
		}
		exif := row["exif"].(map[string]any)
		if exif["lon"].(float64) < 116.39 || exif["offset_known"] != true {
			t.Errorf("tags: %v", exif)
		}
		status, whole, _ := original(t, f.h, f.a.Token, id)
		if status != 200 || !bytes.Equal(whole, data) {
			t.Errorf("the original: %d, %d bytes of %d", status, len(whole), len(data))
		}
		status, small := f.h.Raw("GET", "/api/evidence/"+id+"/320", map[string]string{"Authorization": f.b.Token}, nil)
		if status != 200 || len(small) == 0 || bytes.Contains(small, []byte("Exif")) {
			t.Errorf("the small one: %d, %d bytes", status, len(small))
		}
	}
	f.sync(t, f.pa)
	var shown struct {
		State   string         `json:"state"`
		Receipt map[string]any `json:"receipt"`
		Exif    any            `json:"exif"`
	}
	if err := f.pa.Read("evidence", a, &shown); err != nil || shown.State != "stored" || shown.Receipt["sha256"] != sumOf(first) || shown.Exif != nil {
		t.Errorf("on the phone: %+v %v", shown, err)
	}
	clean(t, f.h)
}

func TestTheSamePhotoTwiceIsOneFileAndOneWhoseBytesNeverComeWaits(t *testing.T) {
	f := inField(t)
	same, never := snap(11), snap(12)
	a, b := f.capture(f.pa, same), f.capture(f.pb, same)
	c := f.capture(f.pa, never)
	f.sync(t, f.pa, f.pb)
	upload(t, f.h, f.a.Token, same)
	upload(t, f.h, f.b.Token, same)
	for _, id := range []string{a, b} {
		if row := stored(t, f.h, id); row["state"] != "stored" || row["sha256"] != sumOf(same) {
			t.Errorf("%v", row)
		}
	}
	f.sync(t, f.pa, f.pb)
	for _, p := range []*phone.Phone{f.pa, f.pb} {
		for id, want := range map[string]string{a: "stored", b: "stored", c: "pending"} {
			var shown struct {
				State string `json:"state"`
			}
			if err := p.Read("evidence", id, &shown); err != nil || shown.State != want {
				t.Errorf("%s is %q, want %q: %v", id, shown.State, want, err)
			}
		}
	}
	clean(t, f.h)
}

func TestACutUploadGoesOnWhereItStopped(t *testing.T) {
	f := inField(t)
	data := snap(3)
	path, _, _ := begin(t, f.h, f.a.Token, sumOf(data), len(data))
	half := len(data) / 2
	if status, body := send(t, f.h, path, f.a.Token, 0, data[:half]); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	again, status, _ := begin(t, f.h, f.a.Token, sumOf(data), len(data)) // the first answer was lost
	if again != path || status != http.StatusCreated {
		t.Errorf("a second upload was made: %s, %s", path, again)
	}
	res, _ := tus(t, f.h, "HEAD", path, f.a.Token, nil, nil)
	if res.Header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Errorf("offset %s, want %d", res.Header.Get("Upload-Offset"), half)
	}
	if status, _ := send(t, f.h, path, f.a.Token, 0, data); status != http.StatusConflict {
		t.Errorf("a wrong offset was taken: %d", status)
	}
	for name, c := range map[string]struct{ method, token string }{"look": {"HEAD", f.b.Token}, "write": {"PATCH", f.b.Token}, "delete": {"DELETE", f.b.Token}} {
		res, _ := tus(t, f.h, c.method, path, c.token, map[string]string{"Upload-Offset": strconv.Itoa(half), "Content-Type": "application/offset+octet-stream"}, data[half:])
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("another user may %s: %d", name, res.StatusCode)
		}
	}
	f.h.Stop()
	f.h = house.With(t, f.h.Dir, hooksConfig()) // the server was restarted meanwhile
	if status, body := send(t, f.h, path, f.a.Token, half, data[half:]); status != http.StatusNoContent {
		t.Fatalf("the rest: %d %s", status, body)
	}
	res, _ = tus(t, f.h, "HEAD", path, f.a.Token, nil, nil)
	if res.Header.Get("Upload-Offset") != strconv.Itoa(len(data)) {
		t.Errorf("after the end: offset %s", res.Header.Get("Upload-Offset"))
	}
}

func TestWhatIsNoEvidenceIsRefusedAndLeavesNothing(t *testing.T) {
	f := inField(t)
	var bomb bytes.Buffer
	if err := png.Encode(&bomb, image.NewPaletted(image.Rect(0, 0, 12_000, 12_000), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	good := snap(4)
	for name, c := range map[string]struct {
		data   []byte
		sum    string
		status int
		code   string
	}{
		"a TIFF named .jpg":   {[]byte("II*\x00\x08\x00\x00\x00 and more"), "", 415, "media_type_not_supported"},
		"a bomb":              {bomb.Bytes(), "", 413, "image_too_large"},
		"another sha256":      {good, sumOf([]byte("x")), 422, "sha256_mismatch"},
		"a JPEG without data": {good[:30], "", 422, "image_broken"},
	} {
		if c.sum == "" {
			c.sum = sumOf(c.data)
		}
		path, _, _ := begin(t, f.h, f.a.Token, c.sum, len(c.data))
		status, body := send(t, f.h, path, f.a.Token, 0, c.data)
		if status != c.status || !contains(body, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if res, _ := tus(t, f.h, "HEAD", path, f.a.Token, nil, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: HEAD goes on saying %d", name, res.StatusCode)
		}
	}
	for name, c := range map[string]struct {
		sum, code string
		size      int
	}{"no sum": {"xyz", "sha256_missing", 10}, "no length": {sumOf(good), "length_missing", 0}, "too long": {sumOf(good), "file_too_large", 1 << 30}} {
		if _, status, body := begin(t, f.h, f.a.Token, c.sum, c.size); status < 400 || !contains(body, c.code) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if _, status, _ := begin(t, f.h, "", sumOf(good), len(good)); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
	for _, dir := range []string{"uploads", "evidence"} {
		if left, err := os.ReadDir(filepath.Join(f.h.Dir, dir)); err == nil && len(left) > 0 {
			t.Errorf("%s holds %v", dir, left)
		}
	}
}

func TestPhotosAreShownToWhomTheyConcern(t *testing.T) {
	f := inField(t)
	data := snap(5)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, data)
	stored(t, f.h, id)
	for name, c := range map[string]struct {
		token, form string
		status      int
	}{
		"the desk, the original":      {f.dispatcher.Token, "original", 200},
		"who took it, the original":   {f.a.Token, "original", 200},
		"the colleague, the original": {f.b.Token, "original", 403},
		"the colleague, a derivative": {f.b.Token, "1600", 200},
		"another agency":              {f.them.Token, "320", 404},
		"nobody":                      {"", "320", 401},
		"a form that there is not":    {f.dispatcher.Token, "640", 404},
	} {
		status, body := formOf(t, f.h, c.token, id, c.form)
		if status != c.status {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
	r, err := f.h.App.FindRecordById("evidence", id)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.h.App.Delete(r); err == nil {
		t.Error("evidence was deleted")
	}
	r.Set("sha256", sumOf([]byte("other")))
	if err := f.h.App.Save(r); err == nil {
		t.Error("the photo was replaced")
	}
}

func TestAWorkerTakesUpWhatACrashLeft(t *testing.T) {
	f := inField(t)
	data := snap(6)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	f.h.Stop()
	dead := house.With(t, f.h.Dir, hooksConfig())
	upload(t, dead, f.a.Token, data)
	stored(t, dead, id)
	if _, err := dead.App.NonconcurrentDB().NewQuery("UPDATE evidence SET state = 'pending', receipt = NULL").Execute(); err != nil {
		t.Fatal(err)
	}
	dead.Stop()
	again := house.With(t, f.h.Dir, hooksConfig())
	if row := stored(t, again, id); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
}

func TestAPhotoTakenBeforeTheCloseIsTakenLate(t *testing.T) {
	f := inField(t)
	data := snap(7)
	set(t, f.h, "cases", f.mine, map[string]any{"status": "closed", "closed_at": time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05.000Z")})
	before := f.capture(f.pa, data)
	edit := f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa)
	outcome(t, f.pa, edit, sync.Held, sync.CodeCaseClosed)
	r, err := f.h.App.FindRecordById("evidence", before)
	if err != nil || !contains([]byte(r.GetString("flags")), "late") {
		t.Errorf("%v %v", r, err)
	}
	clean(t, f.h)
}

// A sum can be copied from a phone; whoever did not bring the bytes gets nothing for it.
func TestASumThatWasCopiedOpensNothing(t *testing.T) {
	f := inField(t)
	shot := photo.JPEG(photo.Scene(8, 640, 480), photo.Tags{Lon: 116.777111, Lat: 39.222111, Taken: time.Now(), Orientation: 1})
	sum := f.complainants(t, shot)
	f.sync(t, f.pa)
	disk, err := json.Marshal(f.pa.Disk)
	if err != nil || bytes.Contains(disk, []byte(sum)) {
		t.Errorf("the complainant's sum is on the phone: %v", err)
	}
	own := f.pa.Create("evidence", map[string]any{
		"case": f.mine, "purpose": "scene", "sha256": sum, "size": len(shot), "mime": "text/html", "taken_at": "2026-11-24T09:30:00+08:00",
	})
	f.sync(t, f.pa)
	ask := func(token, form string) (int, []byte) { return formOf(t, f.h, token, own, form) }
	for _, form := range []string{"original", "320"} {
		for _, token := range []string{f.a.Token, f.dispatcher.Token} {
			if status, body := ask(token, form); status != http.StatusNotFound || !contains(body, "photo_pending") {
				t.Errorf("%s: %d %.80q", form, status, body)
			}
		}
	}
	// Even a row that was stored for another reason shows the original to who brought it only.
	set(t, f.h, "evidence", own, map[string]any{"state": "stored"})
	if status, _ := ask(f.a.Token, "original"); status != http.StatusForbidden {
		t.Errorf("the original by authorship alone: %d", status)
	}
	if status, _, head := original(t, f.h, f.dispatcher.Token, own); status != 200 || head.Get("Content-Type") != "application/octet-stream" || head.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("what the phone called text/html: %d %v", status, head)
	}
	set(t, f.h, "evidence", own, map[string]any{"state": "pending"})
	upload(t, f.h, f.a.Token, shot)
	stored(t, f.h, own)
	if status, _, head := original(t, f.h, f.a.Token, own); status != 200 || head.Get("Content-Type") != "image/jpeg" {
		t.Errorf("once he brought the bytes: %d %v", status, head)
	}
	clean(t, f.h)
}

// complainants puts a complainant's photo beside the case and returns its sum.
func (f field) complainants(t *testing.T, shot []byte) string {
	t.Helper()
	sum, size, mime, err := evidence.Shelf{Dir: filepath.Join(f.h.Dir, "evidence")}.Put(bytes.NewReader(shot), evidence.MaxBytes)
	if err == nil {
		err = (store.Uploads{App: f.h.App, Now: time.Now}).Begin(evidence.Upload{ID: "upcomplaint0001", Owner: "complaint000001", Sum: sum, Size: size})
	}
	if err == nil {
		err = (store.Uploads{App: f.h.App}).Finish("upcomplaint0001")
	}
	if err != nil {
		t.Fatal(err)
	}
	id := f.h.Record("evidence", map[string]any{
		"case": f.mine, "complaint": "complaint000001", "author": "complaint000001", "purpose": "complaint", "sha256": sum, "size": size,
		"mime": mime, "state": "pending", "flags": []string{},
	}).Id
	stored(t, f.h, id)
	return sum
}

func (f field) head(t *testing.T, path, token string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequest("GET", f.h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode, res.Header
}

func TestWhatACaptureSaidIsSaidOnce(t *testing.T) {
	f := inField(t)
	data := snap(9)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	for name, value := range map[string]any{
		"case": "case00000000099", "inspection": "other", "rectification": "other", "sha256": sumOf(nil), "size": 1, "taken_at": "2026-11-24T10:30:00+08:00",
		"position": map[string]any{"lon": 117.0, "lat": 39.9, "accuracy_m": 8}, "heading": 90, "mock_location": true, "device": "other",
		"previous": "other", "author": f.b.ID, "received_at": "2026-11-24T10:30:00.000Z", "complaint": "other",
	} {
		r, err := f.h.App.FindRecordById("evidence", id)
		if err != nil {
			t.Fatal(err)
		}
		r.Set(name, value)
		if err := f.h.App.Save(r); err == nil {
			t.Errorf("%s was changed", name)
		}
	}
	upload(t, f.h, f.a.Token, data)
	stored(t, f.h, id)
	for name, value := range map[string]any{"mime": "text/html", "receipt": map[string]any{"sha256": sumOf(nil)}} {
		r, err := f.h.App.FindRecordById("evidence", id)
		if err != nil {
			t.Fatal(err)
		}
		r.Set(name, value)
		if err := f.h.App.Save(r); err == nil {
			t.Errorf("%s was changed behind the receipt", name)
		}
	}
	edit := f.pa.Edit("evidence", id, map[string]any{"caption": "排气筒", "purpose": "before"})
	f.sync(t, f.pa)
	outcome(t, f.pa, edit, sync.OK, "")
	set(t, f.h, "evidence", id, map[string]any{"position": map[string]any{"accuracy_m": 8, "lat": 39.9, "lon": 116.4}, "flags": []string{"seen"}})
	clean(t, f.h)
}

func TestTheNightTakesWhatNobodyNames(t *testing.T) {
	c := &clock{at: time.Now()}
	h := house.With(t, t.TempDir(), hooks.Config{Now: c.now})
	agency := h.Agency("甲县分局", "990101")
	u := h.User("inspector", agency, "李强")
	shelf := evidence.Shelf{Dir: filepath.Join(h.Dir, "evidence")}
	brought := snap(10)
	upload(t, h, u.Token, brought) // its row may still come
	orphan, _, _, err := shelf.Put(bytes.NewReader(snap(11)), evidence.MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	named, _, _, err := shelf.Put(bytes.NewReader(snap(12)), evidence.MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	h.Record("evidence", map[string]any{"case": "case00000000001", "sha256": named, "state": "stored"})
	path, _, _ := begin(t, h, u.Token, sumOf(snap(13)), 1000)
	night := func() {
		for _, job := range h.App.Cron().Jobs() {
			if job.Id() == "xunchaUploads" {
				job.Run()
			}
		}
	}
	night()
	if !shelf.Has(orphan) {
		t.Error("what came today is swept")
	}
	c.forward(8 * 24 * time.Hour)
	night()
	if shelf.Has(orphan) || !shelf.Has(named) || !shelf.Has(sumOf(brought)) {
		t.Errorf("orphan %v, named %v, uploaded %v", shelf.Has(orphan), shelf.Has(named), shelf.Has(sumOf(brought)))
	}
	if res, _ := tus(t, h, "HEAD", path, u.Token, nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("an upload that was given up: %d", res.StatusCode)
	}
}

func TestTheStartFinishesWhatWasWhole(t *testing.T) {
	f := inField(t)
	data := snap(14)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	path, _, _ := begin(t, f.h, f.a.Token, sumOf(data), len(data))
	f.h.Stop()
	left := filepath.Join(f.h.Dir, "evidence", "incoming-1")
	if err := errors.Join(
		os.WriteFile(filepath.Join(f.h.Dir, "uploads", filepath.Base(path)), data, 0o600),
		os.MkdirAll(filepath.Dir(left), 0o700), os.WriteFile(left, nil, 0o600),
	); err != nil {
		t.Fatal(err)
	}
	again := house.With(t, f.h.Dir, hooksConfig())
	if row := stored(t, again, id); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("a half written file is left")
	}
}

func TestRefusalsOfUploadsAreProblems(t *testing.T) {
	f := inField(t)
	data := snap(15)
	path, _, _ := begin(t, f.h, f.a.Token, sumOf(data), len(data))
	for name, c := range map[string]struct {
		header map[string]string
		status int
		code   string
	}{
		"another offset": {map[string]string{"Upload-Offset": "7", "Content-Type": "application/offset+octet-stream"}, 409, "upload_offset_mismatch"},
		"another type":   {map[string]string{"Upload-Offset": "0"}, 415, "upload_piece_type"},
		"a length":       {map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Upload-Length": "5"}, 501, "tus_extension"},
	} {
		res, body := tus(t, f.h, "PATCH", path, f.a.Token, c.header, data)
		if res.StatusCode != c.status || res.Header.Get("Content-Type") != "application/problem+json" || !contains(body, `"code":"`+c.code+`"`) || !contains(body, "title_zh") {
			t.Errorf("%s: %d %s %s", name, res.StatusCode, res.Header.Get("Content-Type"), body)
		}
	}
	res, _ := tus(t, f.h, "POST", "/api/evidence/upload", f.a.Token, map[string]string{
		"Upload-Length": strconv.Itoa(len(data)), "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(sumOf(data))),
	}, nil)
	if res.StatusCode != http.StatusCreated || res.Header.Get("Location") != f.h.URL+path || res.Request.URL.Path != "/api/evidence/upload" {
		t.Errorf("without the slash: %d %v", res.StatusCode, res.Header)
	}
}
