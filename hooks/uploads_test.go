package hooks_test

// Uploads at their edges: what a client's preflight learns, videos and documents, how much
// there is room for, and a disk that is nearly full.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/internal/house"
)

// with starts the house of a field anew with other settings.
func (f *field) with(t *testing.T, cfg hooks.Config) {
	t.Helper()
	f.h.Stop()
	cfg.Now = time.Now
	f.h = house.With(t, f.h.Dir, cfg)
	f.pa.URL, f.pb.URL = f.h.URL, f.h.URL
}

func TestAPreflightOfTusNamesWhatIsUnderstood(t *testing.T) {
	f := inField(t)
	for _, path := range []string{"/api/evidence/upload", "/api/evidence/upload/", "/api/evidence/upload/abc"} {
		res, _ := tus(t, f.h, "OPTIONS", path, "", map[string]string{"Origin": "https://app.example.test", "Access-Control-Request-Method": "PATCH"}, nil)
		for name, want := range map[string]string{
			"Tus-Extension": "creation,creation-with-upload,termination,checksum,expiration", "Tus-Checksum-Algorithm": "sha1,sha256",
			"Tus-Version": "1.0.0", "Tus-Resumable": "1.0.0", "Tus-Max-Size": strconv.Itoa(512 << 20),
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		for header, words := range map[string][]string{
			"Access-Control-Allow-Headers":  {"Upload-Checksum", "Upload-Offset", "Authorization"},
			"Access-Control-Expose-Headers": {"Upload-Expires", "Tus-Checksum-Algorithm", "Location"},
		} {
			for _, word := range words {
				if !strings.Contains(res.Header.Get(header), word) {
					t.Errorf("%s: %s is %q without %s", path, header, res.Header.Get(header), word)
				}
			}
		}
	}
	data := snap(31)
	path := f.path(t, f.a.Token, data)
	res, body := tus(t, f.h, "PATCH", path, f.a.Token, map[string]string{
		"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Upload-Checksum": "sha1 " + base64.StdEncoding.EncodeToString(make([]byte, 20)),
	}, data)
	if res.StatusCode != 460 || !contains(body, `"code":"checksum_mismatch"`) || !contains(body, "title_zh") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

// film is the head of an MP4 as a phone writes it, and then whatever.
func film(size int) []byte {
	data := bytes.Repeat([]byte("<script>alert(1)</script>"), size/25+1)[:size]
	copy(data, "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42")
	return data
}

var pdf = []byte("%PDF-1.7\n1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj\n%%EOF\n")

func TestVideosAndDocumentsAreKeptAsTheyAreAndRunNowhere(t *testing.T) {
	f := inField(t)
	for mime, data := range map[string][]byte{"video/mp4": film(200_000), "application/pdf": pdf} {
		id := f.capture(f.pa, data) // a phone that says it is a JPEG
		f.sync(t, f.pa)
		upload(t, f.h, f.a.Token, data)
		row := stored(t, f.h, id)
		if row["state"] != "stored" || row["mime"] != mime || row["flags"] != nil || row["receipt"].(map[string]any)["sha256"] != sumOf(data) {
			t.Errorf("%s: %v", mime, row)
		}
		res, got := get(t, f.h, "/api/evidence/"+id+"/original", f.a.Token, "")
		if res.StatusCode != 200 || !bytes.Equal(got, data) || res.Header.Get("Content-Type") != mime || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", mime, res.StatusCode, res.Header)
		}
		if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "allow-scripts") {
			t.Errorf("%s: %s", mime, csp)
		}
		if res, got := get(t, f.h, "/api/evidence/"+id+"/original", f.a.Token, "bytes=10-19"); res.StatusCode != 206 || !bytes.Equal(got, data[10:20]) {
			t.Errorf("%s: a part: %d", mime, res.StatusCode)
		}
		for _, form := range []string{"320", "1600"} {
			if res, body := get(t, f.h, "/api/evidence/"+id+"/"+form, f.dispatcher.Token, ""); res.StatusCode != 404 || !contains(body, `"code":"photo_no_copy"`) || res.Header.Get("Cache-Control") != "" {
				t.Errorf("%s, %s: %d %s", mime, form, res.StatusCode, body)
			}
		}
	}
	if d := filesOf(t, f.h); len(d) != 0 {
		t.Errorf("fsck: %v", d)
	}
	clean(t, f.h)
}

// What a file is, its first bytes say: one that could be two things is one of them only.
func TestAFileThatCouldBeTwoThingsIsTheFirst(t *testing.T) {
	f := inField(t)
	for name, c := range map[string]struct {
		data []byte
		code string
		mime string
	}{
		"a page":                   {[]byte("<!doctype html><script>alert(1)</script>%PDF-1.7"), "media_type_not_supported", ""},
		"a PDF behind a page":      {append([]byte("<html>"), pdf...), "media_type_not_supported", ""},
		"a zip":                    {[]byte("PK\x03\x04 and so on and on"), "media_type_not_supported", ""},
		"a QuickTime of long ago":  {[]byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "), "media_type_not_supported", ""},
		"a JPEG's start and a PDF": {append([]byte("\xff\xd8\xff"), pdf...), "image_broken", ""},
		"a PDF with a page in it":  {append(bytes.Clone(pdf), "<html><script>alert(1)</script>"...), "", "application/pdf"},
	} {
		path := f.path(t, f.a.Token, c.data)
		status, body := send(t, f.h, path, f.a.Token, 0, c.data)
		if c.code != "" && !contains(body, `"code":"`+c.code+`"`) || c.code == "" && status != http.StatusNoContent {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if c.mime == "" {
			continue
		}
		id := f.capture(f.pa, c.data)
		f.sync(t, f.pa)
		if row := stored(t, f.h, id); row["mime"] != c.mime {
			t.Errorf("%s: %v", name, row["mime"])
		}
	}
	if _, err := evidence.CheckAny(bytes.NewReader(snap(32)), evidence.MaxBytes+1); err == nil || !strings.Contains(err.Error(), "at most 67108864") {
		t.Errorf("an image as large as a video: %v", err)
	}
	if _, status, body := begin(t, f.h, f.a.Token, sumOf(nil), 512<<20+1); status != 413 || !contains(body, `"limit":536870912`) {
		t.Errorf("more than a video has: %d %s", status, body)
	}
}

// A complainant's form takes photos only.
func TestAComplaintTakesNoVideo(t *testing.T) {
	h := openHall(t, unlimited)
	if status, answer := h.fileForm(h.intake.Token, complaint(), film(1000)); status != 415 || answer["code"] != "media_type_not_supported" {
		t.Errorf("%d %v", status, answer)
	}
}

func TestAClientCanShowWhatIsUsedToday(t *testing.T) {
	f := inField(t)
	f.with(t, hooks.Config{Uploads: evidence.Limits{Daily: 1_000_000, Unfinished: 2}})
	data := snap(33)
	upload(t, f.h, f.a.Token, data)
	f.path(t, f.a.Token, snap(34))
	used := len(data) + len(snap(34))
	res, body := get(t, f.h, "/api/evidence/quota", f.a.Token, "")
	var q map[string]any
	if err := json.Unmarshal(body, &q); err != nil || res.StatusCode != 200 || q["used_bytes"] != float64(used) || q["daily_bytes"] != 1e6 || q["unfinished"] != 1.0 || q["unfinished_limit"] != 2.0 {
		t.Errorf("%d %s, used %d: %v", res.StatusCode, body, used, err)
	}
	if until, err := time.Parse(time.RFC3339, q["until"].(string)); err != nil || time.Until(until) < 0 || time.Until(until) > 24*time.Hour || until.UTC().Hour() != 16 {
		t.Errorf("%v %v", q["until"], err)
	}
	if res, body := get(t, f.h, "/api/evidence/quota", f.b.Token, ""); res.StatusCode != 200 || !contains(body, `"used_bytes":0`) {
		t.Errorf("a colleague: %s", body)
	}
	if res, _ := get(t, f.h, "/api/evidence/quota", "", ""); res.StatusCode != 401 {
		t.Errorf("nobody: %d", res.StatusCode)
	}
	if _, status, body := begin(t, f.h, f.a.Token, sumOf([]byte("day")), 1_000_000); status != 429 || !contains(body, `"code":"uploads_daily"`) || !contains(body, `"limit":1000000`) {
		t.Errorf("%d %s", status, body)
	}
	f.path(t, f.a.Token, snap(35))
	if _, status, body := begin(t, f.h, f.a.Token, sumOf([]byte("third")), 10); status != 429 || !contains(body, `"code":"uploads_unfinished"`) || !contains(body, `"limit":2`) {
		t.Errorf("%d %s", status, body)
	}
}

// Room for the database is kept when photos have filled the disk.
func TestADiskThatIsNearlyFullStopsUploadsAndNothingElse(t *testing.T) {
	f := inField(t)
	var free atomic.Int64
	free.Store(4 << 30)
	f.with(t, hooks.Config{Uploads: evidence.Limits{Free: func(string) (int64, error) { return free.Load(), nil }}})
	data := snap(36)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	path := f.path(t, f.a.Token, data)
	if status, body := send(t, f.h, path, f.a.Token, 0, data[:1000]); status != 204 {
		t.Fatalf("%d %s", status, body)
	}
	free.Store(400 << 20)
	if status, body := send(t, f.h, path, f.a.Token, 1000, data[1000:]); status != 507 || !contains(body, `"code":"storage_full"`) {
		t.Errorf("a piece: %d %s", status, body)
	}
	if _, status, body := begin(t, f.h, f.b.Token, sumOf([]byte("new")), 1000); status != 507 || !contains(body, `"code":"storage_full"`) {
		t.Errorf("a new one: %d %s", status, body)
	}
	if _, body := f.h.Do("GET", "/readyz", "", nil); body["disk"] != "full" || body["status"] != "ready" {
		t.Errorf("%v", body)
	}
	edit := f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa)
	outcome(t, f.pa, edit, "ok", "")
	res, _ := tus(t, f.h, "HEAD", path, f.a.Token, nil, nil)
	if res.Header.Get("Upload-Offset") != "1000" {
		t.Errorf("the offset is %s", res.Header.Get("Upload-Offset"))
	}
	free.Store(4 << 30)
	if status, body := send(t, f.h, path, f.a.Token, 1000, data[1000:]); status != 204 {
		t.Errorf("when there is room: %d %s", status, body)
	}
	if row := stored(t, f.h, id); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
}

// The two questions for each new upload are answered by an index.
func TestWhatIsUsedIsFoundByAnIndex(t *testing.T) {
	h := house.New(t)
	for query, index := range map[string]string{
		`SELECT count(*) FROM uploads WHERE owner = 'a' AND done = 0`:                               "idx_uploads_open",
		`SELECT coalesce(sum(size), 0) FROM uploads WHERE owner = 'a' AND begun_at >= '2026-11-26'`: "idx_uploads_day",
		`SELECT 1 FROM evidence e WHERE e.sha256 = 'x' AND e.state != 'pending'`:                    "sha256",
	} {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := h.App.DB().NewQuery("EXPLAIN QUERY PLAN " + query).All(&plan); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(plan, func(p struct {
			Detail string `db:"detail"`
		},
		) bool {
			return strings.Contains(p.Detail, "SEARCH") && strings.Contains(p.Detail, index)
		}) {
			t.Errorf("%s: %v", query, plan)
		}
	}
}
