package hooks_test

// HEIC: kept as it came, and shown once somebody wants to see it.

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"xuncha/evidence"
	"xuncha/internal/house"
)

// heicPhoto is one as phones write it: tiles, turned by a mark, with tags. 100 x 120 px.
func heicPhoto(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../evidence/heic/testdata/phone.heic")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// seen asks for a copy until it is there, as a browser does that is told when to look again.
func seen(t *testing.T, h *house.House, path, token string) (data []byte, tag string) {
	t.Helper()
	waitFor(t, "a copy to be made", func() bool {
		res, body := get(t, h, path, token, "")
		if res.StatusCode == http.StatusOK {
			data, tag = body, res.Header.Get("ETag")
			return true
		}
		if res.StatusCode != 404 || !contains(body, `"code":"photo_pending"`) || res.Header.Get("Retry-After") != "3" || res.Header.Get("Cache-Control") != "" {
			t.Fatalf("%d %v %s", res.StatusCode, res.Header, body)
		}
		return false
	})
	return data, tag
}

func (f field) brought(t *testing.T, token string, id string, data []byte) map[string]any {
	t.Helper()
	upload(t, f.h, token, data)
	return stored(t, f.h, id)
}

func TestAHEICIsKeptAtOnceAndShownWhenSomebodyLooks(t *testing.T) {
	for name, s3 := range map[string]bool{"on disk": false, "on S3": true} {
		t.Run(name, func(t *testing.T) {
			f := inField(t)
			if s3 {
				f.onS3(t)
			}
			shot := heicPhoto(t)
			id, again := f.capture(f.pa, shot), f.capture(f.pb, shot)
			f.sync(t, f.pa)
			f.sync(t, f.pb)
			row := f.brought(t, f.a.Token, id, shot)
			f.brought(t, f.b.Token, again, shot)
			if row["mime"] != evidence.HEIC || row["receipt"].(map[string]any)["sha256"] != sumOf(shot) {
				t.Fatalf("%v", row)
			}
			if d := filesOf(t, f.h); len(d) != 0 {
				t.Errorf("nobody has looked, and fsck says %v", d)
			}
			large, tag := seen(t, f.h, "/api/evidence/"+id+"/1600", f.dispatcher.Token)
			img, err := jpeg.Decode(bytes.NewReader(large))
			if err != nil || img.Bounds() != image.Rect(0, 0, 100, 120) || tag != `"`+sumOf(large)+`"` {
				t.Fatalf("%v %v %s", err, img.Bounds(), tag)
			}
			if r, g, b, _ := img.At(90, 10).RGBA(); r>>8 < 180 || g>>8 > 60 || b>>8 > 60 {
				t.Errorf("its upper right corner is not red: %d %d %d", r>>8, g>>8, b>>8)
			}
			if bytes.Contains(large, []byte("Exif")) {
				t.Error("the copy has tags")
			}
			// The other row of the same bytes has copies too, and whoever brings them later.
			for _, path := range []string{"/api/evidence/" + again + "/320", "/api/evidence/" + id + "/320"} {
				if res, body := get(t, f.h, path, f.dispatcher.Token, ""); res.StatusCode != http.StatusOK || !bytes.HasPrefix(body, []byte("\xff\xd8")) {
					t.Errorf("%s: %d", path, res.StatusCode)
				}
			}
			third := f.capture(f.pa, shot)
			f.sync(t, f.pa)
			stored(t, f.h, third)
			seen(t, f.h, "/api/evidence/"+third+"/320", f.dispatcher.Token)
			if d := filesOf(t, f.h); len(d) != 0 {
				t.Errorf("fsck: %v", d)
			}
			audited(t, f.h)
			clean(t, f.h)
		})
	}
}

// Once a HEIC is seen, a photo that came later and shows the same is doubted.
func TestAHEICThatIsSeenIsComparedWithTheOthers(t *testing.T) {
	f := inField(t)
	shot := heicPhoto(t)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	f.brought(t, f.a.Token, id, shot)
	copies, err := evidence.Derive(t.Context(), bytes.NewReader(shot), 0)
	if err != nil {
		t.Fatal(err)
	}
	later := f.capture(f.pb, copies[evidence.Large])
	f.sync(t, f.pb)
	row := f.brought(t, f.b.Token, later, copies[evidence.Large])
	alike := func() bool {
		r, err := f.h.App.FindRecordById("evidence", later)
		return err == nil && slices.Contains(r.GetStringSlice("flags"), "reused_picture") || err == nil && strings.Contains(r.GetString("checks"), id)
	}
	if alike() {
		t.Fatalf("nobody has seen it, and still %v", row)
	}
	seen(t, f.h, "/api/evidence/"+id+"/320", f.dispatcher.Token)
	waitFor(t, "the later photo to be checked again", alike)
}

// One that cannot be decoded is evidence all the same; a person decides about it.
func TestAHEICThatCannotBeDecodedIsDoubted(t *testing.T) {
	f := inField(t)
	shot := heicPhoto(t)
	for i := len(shot) - 300; i < len(shot); i++ { // its pixels and tags
		shot[i] ^= 0x55
	}
	shot = shot[:len(shot)-100]
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	if row := f.brought(t, f.a.Token, id, shot); row["receipt"].(map[string]any)["sha256"] != sumOf(shot) {
		t.Fatalf("%v", row)
	}
	path := "/api/evidence/" + id + "/320"
	waitFor(t, "it to be tried", func() bool {
		_, body := get(t, f.h, path, f.dispatcher.Token, "")
		return contains(body, `"code":"photo_no_copy"`)
	})
	r, err := f.h.App.FindRecordById("evidence", id)
	if err != nil || r.GetString("state") != "flagged" || !slices.Contains(r.GetStringSlice("flags"), evidence.FlagUnreadable) {
		t.Errorf("%v %v %v", err, r.GetString("state"), r.GetStringSlice("flags"))
	}
	f.sync(t, f.pa)
	if state := f.pa.View("evidence", id)["state"]; string(state) != `"flagged"` {
		t.Errorf("its phone says %v", state)
	}
	audited(t, f.h)
	clean(t, f.h)
}

// What goes out has copies, also of what nobody has looked at.
func TestAFolderShowsAHEIC(t *testing.T) {
	f := inField(t)
	shot := heicPhoto(t)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	f.brought(t, f.a.Token, id, shot)
	files := folderOf(t, f.h, f.dispatcher.Token, f.mine)
	if !bytes.Equal(files["photos/001-"+id+".heic"], shot) {
		t.Error("its original is not in it")
	}
	shows := false
	for name, data := range files {
		shows = shows || strings.Contains(name, id) && bytes.HasPrefix(data, []byte("\xff\xd8"))
	}
	if !shows {
		t.Error("no copy of it is in it")
	}
}
