package hooks_test

// Photos that rest in S3: stored, shown, and what happens while S3 is away.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/hooks/depot"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/s3test"
)

// onS3 starts the house of a field anew, with its photos in a bucket.
func (f *field) onS3(t *testing.T) *s3test.Server {
	t.Helper()
	s3 := s3test.New(t)
	f.h.Stop()
	f.h = house.With(t, f.h.Dir, hooks.Config{Now: time.Now, S3: settingsOf(s3)})
	f.pa.URL, f.pb.URL = f.h.URL, f.h.URL
	return s3
}

func settingsOf(s *s3test.Server) depot.Settings {
	return depot.Settings{Endpoint: s.URL, Bucket: s3test.Bucket, Region: s3test.Region, AccessKey: s3test.AccessKey, Secret: s3test.Secret, PathStyle: true}
}

func get(t *testing.T, h *house.House, path, token, part string) (*http.Response, []byte) {
	t.Helper()
	if strings.HasSuffix(path, "/original") { // whose address is asked for
		status, said := h.Do("POST", path, token, nil)
		if status != http.StatusCreated {
			t.Fatalf("%s: %d %v", path, status, said)
		}
		path = said["url"].(string)
	}
	header := map[string]string{"Authorization": token}
	if part != "" {
		header["Range"] = part
	}
	return request(t, "GET", h.URL+path, header, nil)
}

// filesOf asks fsck's question of files, S3 included.
func filesOf(t *testing.T, h *house.House) []store.Difference {
	t.Helper()
	report, err := store.Fsck{App: h.App}.Run()
	if err == nil {
		err = report.Look(t.Context(), store.ShelfOf(h.App))
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []store.Difference
	for _, d := range report.Differences {
		if d.Check == "files" {
			out = append(out, d)
		}
	}
	return out
}

func TestAPhotoRestsInS3AndIsShownFromThere(t *testing.T) {
	f := inField(t)
	s3 := f.onS3(t)
	data := snap(21)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, data)
	row := stored(t, f.h, id)
	if receipt := row["receipt"].(map[string]any); row["state"] != "stored" || receipt["sha256"] != sumOf(data) {
		t.Errorf("%v", row)
	}
	waitFor(t, "the original to leave the disk", func() bool { return !store.ShelfOf(f.h.App).Has(sumOf(data)) })
	if n := s3.Objects(); n != 3 {
		t.Errorf("the bucket holds %d files", n)
	}
	path := "/api/evidence/" + id + "/"
	if res, got := get(t, f.h, path+"original", f.a.Token, ""); res.StatusCode != 200 || !bytes.Equal(got, data) || res.Header.Get("Content-Type") != evidence.JPEG {
		t.Errorf("the original: %d, %d bytes of %d", res.StatusCode, len(got), len(data))
	}
	for part, want := range map[string][]byte{"bytes=0-9": data[:10], "bytes=1000-2999": data[1000:3000], "bytes=-5": data[len(data)-5:]} {
		if res, got := get(t, f.h, path+"original", f.a.Token, part); res.StatusCode != 206 || !bytes.Equal(got, want) {
			t.Errorf("%s: %d, %d bytes", part, res.StatusCode, len(got))
		}
	}
	forget(t, f.h, data)
	if res, got := get(t, f.h, path+"320", f.b.Token, ""); res.StatusCode != 200 || !bytes.HasPrefix(got, []byte("\xff\xd8")) {
		t.Errorf("a derivative: %d, %d bytes", res.StatusCode, len(got))
	}
	// The same bytes again, of a colleague: a receipt for him too, and nothing is there twice.
	again := f.capture(f.pb, data)
	f.sync(t, f.pb)
	upload(t, f.h, f.b.Token, data)
	if row := stored(t, f.h, again); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
	if res, _ := tus(t, f.h, "HEAD", f.path(t, f.a.Token, data), f.a.Token, nil, nil); res.StatusCode != 200 {
		t.Errorf("HEAD of what rests: %d", res.StatusCode)
	}
	if s3.Objects() != 3 || len(filesOf(t, f.h)) != 0 {
		t.Errorf("%d files, %v", s3.Objects(), filesOf(t, f.h))
	}
	clean(t, f.h)
}

// forget drops the small copies that are here, as the night does after a week.
func forget(t *testing.T, h *house.House, data []byte) {
	t.Helper()
	for _, px := range []int{evidence.Small, evidence.Large} {
		if err := os.Remove(store.ShelfOf(h.App).Place(sumOf(data), px)); err != nil {
			t.Fatal(err)
		}
	}
}

// arrived waits for a photo whose bucket was away: it is asked again within half a minute.
func (f field) arrived(t *testing.T, id string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		r, err := f.h.App.FindRecordById("evidence", id)
		if err == nil && r.GetString("state") != "pending" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never rests: %v %v", r, err)
		}
	}
}

// path is where an upload stands, as its creation says again.
func (f field) path(t *testing.T, token string, data []byte) string {
	t.Helper()
	path, status, body := begin(t, f.h, token, sumOf(data), len(data))
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	return path
}

// promptly is far above what anything takes, and far below what waiting for S3 would.
const promptly = 5 * time.Second

// awayFor is how long S3 is away at least; S3_AWAY says how many seconds.
func awayFor(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("S3_AWAY")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(n) * time.Second
}

func TestWhileS3IsAwayTheFieldWorksOn(t *testing.T) {
	f := inField(t)
	s3 := f.onS3(t)
	before, meanwhile := snap(22), snap(23)
	first := f.capture(f.pa, before)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, before)
	stored(t, f.h, first)
	waitFor(t, "the original to leave the disk", func() bool { return !store.ShelfOf(f.h.App).Has(sumOf(before)) })
	s3.GoAway()
	gone, slowest := time.Now(), time.Duration(0)
	timed := func(do func()) {
		start := time.Now()
		do()
		slowest = max(slowest, time.Since(start))
	}
	second := f.capture(f.pa, meanwhile)
	timed(func() { f.sync(t, f.pa) })
	timed(func() { upload(t, f.h, f.a.Token, meanwhile) })
	waitFor(t, "the depot to be missed", func() bool {
		status, body := f.h.Do("GET", "/readyz", "", nil)
		return status == 200 && body["photos"] == "away" && body["photos_waiting"] == 1.0
	})
	for i := 0; i < 20 || time.Since(gone) < awayFor(t); i++ {
		f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
		timed(func() { f.sync(t, f.pa, f.pb) })
	}
	timed(func() { upload(t, f.h, f.b.Token, meanwhile) })
	timed(func() { tus(t, f.h, "HEAD", f.path(t, f.a.Token, before), f.a.Token, nil, nil) })
	if slowest > promptly {
		t.Errorf("something took %v", slowest)
	}
	t.Logf("S3 away for %v: nothing took longer than %v", time.Since(gone).Round(time.Second), slowest)
	if r, err := f.h.App.FindRecordById("evidence", second); err != nil || r.GetString("state") != "pending" || r.GetString("receipt") != "null" && r.GetString("receipt") != "" {
		t.Errorf("a receipt for what does not rest: %v %v", r, err)
	}
	if res, body := get(t, f.h, "/api/evidence/"+first+"/original", f.a.Token, ""); res.StatusCode != 503 || !contains(body, `"code":"storage_away"`) || res.Header.Get("Retry-After") == "" || res.Header.Get("Cache-Control") != "" {
		t.Errorf("an original that cannot be fetched: %d %s %v", res.StatusCode, body, res.Header)
	}
	if d := filesOf(t, f.h); len(d) != 1 || !strings.Contains(d[0].What, "away") || d[0].Derived {
		t.Errorf("fsck: %v", d)
	}
	s3.ComeBack()
	f.arrived(t, second)
	if row := stored(t, f.h, second); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
	if d := filesOf(t, f.h); len(d) != 0 {
		t.Errorf("fsck: %v", d)
	}
	f.sync(t, f.pa)
	var shown struct {
		Receipt map[string]any `json:"receipt"`
	}
	if err := f.pa.Read("evidence", second, &shown); err != nil || shown.Receipt["sha256"] != sumOf(meanwhile) {
		t.Errorf("on the phone: %+v %v", shown, err)
	}
}

// A bucket that takes connections and answers nothing is worse than one that is gone.
func TestAnS3ThatIsSilentHoldsNobodyInTheField(t *testing.T) {
	f := inField(t)
	s3 := f.onS3(t)
	before, meanwhile := snap(28), snap(29)
	first := f.capture(f.pa, before)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, before)
	stored(t, f.h, first)
	s3.Freeze()
	second := f.capture(f.pa, meanwhile)
	start := time.Now()
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, meanwhile)
	upload(t, f.h, f.b.Token, before)
	f.pa.Edit("inspections", f.visit, map[string]any{"weather": "晴"})
	f.sync(t, f.pa, f.pb)
	for _, data := range [][]byte{before, meanwhile} {
		if res, _ := tus(t, f.h, "HEAD", f.path(t, f.a.Token, data), f.a.Token, nil, nil); res.StatusCode != 200 || res.Header.Get("Upload-Offset") != strconv.Itoa(len(data)) {
			t.Errorf("HEAD: %d %v", res.StatusCode, res.Header)
		}
	}
	if took := time.Since(start); took > promptly {
		t.Errorf("all of it took %v", took)
	}
	waitFor(t, "the small copies", func() bool {
		_, err := os.Stat(store.ShelfOf(f.h.App).Derivative(sumOf(meanwhile), evidence.Small))
		return err == nil
	})
	if r, err := f.h.App.FindRecordById("evidence", second); err != nil || r.GetString("state") != "pending" {
		t.Errorf("%v %v", r, err)
	}
	s3.Thaw()
	f.arrived(t, second)
	if row := stored(t, f.h, second); row["state"] != "stored" {
		t.Errorf("%v", row)
	}
}

// S3 that is away when the server starts does not stop the start; neither does PocketBase's
// own page with a bucket instead of the environment.
func TestTheHouseStartsWithoutS3AndWithPocketBasesOwnSetting(t *testing.T) {
	f := inField(t)
	s3 := s3test.New(t)
	own := &f.h.App.Settings().S3
	own.Enabled, own.Endpoint, own.Bucket, own.Region, own.AccessKey, own.Secret, own.ForcePathStyle = true, s3.URL, s3test.Bucket, s3test.Region, s3test.AccessKey, s3test.Secret, true
	if err := f.h.App.Save(f.h.App.Settings()); err != nil {
		t.Fatal(err)
	}
	data := snap(24)
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	f.h.Stop()
	s3.GoAway()
	f.h = house.With(t, f.h.Dir, hooksConfig())
	upload(t, f.h, f.a.Token, data)
	waitFor(t, "the depot to be missed", func() bool { _, body := f.h.Do("GET", "/readyz", "", nil); return body["photos"] == "away" })
	s3.ComeBack()
	f.arrived(t, id)
	if row := stored(t, f.h, id); row["state"] != "stored" || s3.Objects() != 3 {
		t.Errorf("%v, %d files", row, s3.Objects())
	}
}

func TestFsckFindsWhatS3HasLostAndMakesCopiesAnew(t *testing.T) {
	f := inField(t)
	s3 := f.onS3(t)
	whole, cut, lost := snap(25), snap(26), snap(27)
	ids := map[string]string{}
	for name, data := range map[string][]byte{"whole": whole, "cut": cut, "lost": lost} {
		ids[name] = f.capture(f.pa, data)
		f.sync(t, f.pa)
		upload(t, f.h, f.a.Token, data)
		stored(t, f.h, ids[name])
		waitFor(t, "the original to leave the disk", func() bool { return !store.ShelfOf(f.h.App).Has(sumOf(data)) })
		forget(t, f.h, data)
	}
	s3.Remove(t, evidence.Key(sumOf(whole), evidence.Small))
	s3.Remove(t, evidence.Key(sumOf(lost), 0))
	s3.Cut(t, evidence.Key(sumOf(cut), 0), 100)
	found := map[string]string{}
	for _, d := range filesOf(t, f.h) {
		found[d.Record] += d.What
	}
	said, err := json.Marshal(found)
	if err != nil || len(found) != 3 || !strings.Contains(found[ids["cut"]], "has 100 bytes") || !strings.Contains(found[ids["lost"]], "is not on the shelf") ||
		!strings.Contains(found[ids["whole"]], "copy of 320 px") {
		t.Errorf("%s %v", said, err)
	}
	report, err := store.Fsck{App: f.h.App}.Run()
	if err == nil {
		err = report.Look(t.Context(), store.ShelfOf(f.h.App))
	}
	if err == nil {
		report, err = store.Fsck{App: f.h.App}.Remake(t.Context(), logOf(f.h.App), report)
	}
	if err != nil {
		t.Fatal(err)
	}
	if again := filesOf(t, f.h); len(again) != 2 {
		t.Errorf("after the repair: %v", again)
	}
	shelf := store.ShelfOf(f.h.App)
	for _, px := range []int{evidence.Small, evidence.Large} {
		logged, err := store.Custody{App: f.h.App}.CopySum(ids["whole"], px)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := shelf.Open(t.Context(), sumOf(whole), px)
		if err != nil {
			t.Fatal(err)
		}
		is, _, err := evidence.SumOf(copied)
		_ = copied.Close()
		leaves, leavesErr := store.Audited{App: f.h.App}.LeavesOf(ids["whole"])
		n := 0
		for _, kept := range leaves {
			if bytes.Contains(kept.Text, []byte(`"derived"`)) {
				n++
			}
		}
		if err != nil || leavesErr != nil || is != logged || n != 2 { // when they were made, and made anew
			t.Errorf("%d px is %s, the log says %s after %d leaves: %v %v", px, is, logged, n, err, leavesErr)
		}
	}
}

// An object that lay there before, as long as the photo and with other bytes, is not the photo.
func TestADamagedObjectInS3IsReplacedBeforeThePhotoLeavesTheDisk(t *testing.T) {
	f := inField(t)
	s3 := f.onS3(t)
	data := snap(30)
	damaged := bytes.Clone(data)
	damaged[len(damaged)/2] ^= 1
	path := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	bucket := depot.S3{Settings: settingsOf(s3)}
	if err := bucket.Put(t.Context(), evidence.Key(sumOf(data), 0), path); err != nil {
		t.Fatal(err)
	}
	id := f.capture(f.pa, data)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, data)
	stored(t, f.h, id)
	waitFor(t, "the original to leave the disk", func() bool { return !store.ShelfOf(f.h.App).Has(sumOf(data)) })
	far, err := bucket.Open(t.Context(), evidence.Key(sumOf(data), 0))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Close() }()
	if is, _, err := evidence.SumOf(far); err != nil || is != sumOf(data) {
		t.Errorf("%s rests as %s: %v", sumOf(data), is, err)
	}
}
