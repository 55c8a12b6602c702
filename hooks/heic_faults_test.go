package hooks_test

// HEIC whose original is not as it was received, or not there: no copy is made of that, and it is
// said; what becomes well again is shown.

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"xuncha/dossier"
	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/hooks"
	"xuncha/hooks/store"
)

// heicStored is a HEIC that was brought and that nobody has looked at.
func (f field) heicStored(t *testing.T) (id string, shot []byte) {
	t.Helper()
	shot = heicPhoto(t)
	id = f.capture(f.pa, shot)
	f.sync(t, f.pa)
	f.brought(t, f.a.Token, id, shot)
	return id, shot
}

// lies puts other bytes in the place of an original; nil takes it away.
func (f field) lies(t *testing.T, shot, other []byte) {
	t.Helper()
	path := store.ShelfOf(f.h.App).Original(sumOf(shot))
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if other == nil {
		return
	}
	if err := os.WriteFile(path, other, 0o400); err != nil {
		t.Fatal(err)
	}
}

// answers waits until a view is answered with a code.
func (f field) answers(t *testing.T, id, code string) (status int, header http.Header) {
	t.Helper()
	waitFor(t, code, func() bool {
		res, body := get(t, f.h, "/api/evidence/"+id+"/320", f.dispatcher.Token, "")
		status, header = res.StatusCode, res.Header
		return contains(body, `"code":"`+code+`"`)
	})
	return status, header
}

func TestOfAnOriginalThatIsNotTheOneThatCameNoCopyIsMade(t *testing.T) {
	other, err := os.ReadFile("../evidence/heic/testdata/odd.heic")
	if err != nil {
		t.Fatal(err)
	}
	shot := heicPhoto(t)
	damaged := append(bytes.Clone(shot[:300]), make([]byte, len(shot)-300)...)
	for name, c := range map[string]struct {
		lies []byte
		code string
	}{"another": {other, "original_altered"}, "damaged": {damaged, "original_altered"}, "longer": {append(bytes.Clone(shot), 0), "original_altered"}, "lost": {nil, "original_missing"}} {
		t.Run(name, func(t *testing.T) {
			clock := &clock{at: time.Now()}
			f := inFieldWith(t, hooks.Config{Now: clock.now})
			id, shot := f.heicStored(t)
			f.lies(t, shot, c.lies)
			if status, header := f.answers(t, id, c.code); status != http.StatusInternalServerError || header.Get("Cache-Control") != "" {
				t.Errorf("%d %v", status, header)
			}
			f.answers(t, id, c.code) // and again
			status, data := f.h.Raw("GET", f.folderAddress(t), nil, nil)
			if status != http.StatusInternalServerError || !contains(data, c.code) || f.exported(t) != 0 {
				t.Errorf("it goes out: %d %.200s", status, data)
			}
			r, err := f.h.App.FindRecordById("evidence", id)
			if err != nil || slices.Contains(r.GetStringSlice("flags"), evidence.FlagUnreadable) {
				t.Errorf("%v %v", err, r.GetStringSlice("flags"))
			}
			if tag, err := logOf(f.h.App).CopySum(id, evidence.Large); err != nil || tag != "" {
				t.Errorf("a leaf says that there are copies: %s %v", tag, err)
			}
			if _, err := os.Stat(store.ShelfOf(f.h.App).Derivative(sumOf(shot), evidence.Small)); !os.IsNotExist(err) {
				t.Errorf("there is a copy: %v", err)
			}
			f.lies(t, shot, shot)
			clock.forward(time.Hour)
			f.looked(t, id)
			audited(t, f.h)
			clean(t, f.h)
		})
	}
}

// looked waits for a copy of the photo that came, whatever is answered first.
func (f field) looked(t *testing.T, id string) {
	t.Helper()
	waitFor(t, "a copy", func() bool {
		res, body := get(t, f.h, "/api/evidence/"+id+"/1600", f.dispatcher.Token, "")
		return res.StatusCode == http.StatusOK && bytes.HasPrefix(body, []byte("\xff\xd8"))
	})
}

func TestWhileS3IsAwayAHEICIsNotPending(t *testing.T) {
	f := inField(t)
	s3 := f.onS3(t)
	id, shot := f.heicStored(t)
	waitFor(t, "the original to leave the disk", func() bool { return !store.ShelfOf(f.h.App).Has(sumOf(shot)) })
	s3.GoAway()
	if status, header := f.answers(t, id, "storage_away"); status != http.StatusServiceUnavailable || header.Get("Retry-After") != "10" {
		t.Errorf("%d %v", status, header)
	}
	if status, data := f.h.Raw("GET", f.folderAddress(t), nil, nil); status != http.StatusServiceUnavailable || !contains(data, "storage_away") {
		t.Errorf("it goes out: %d %.200s", status, data)
	}
	s3.ComeBack()
	f.looked(t, id)
	audited(t, f.h)
}

// Of what a later decoder may read nothing is kept that would stand in its way.
func TestOfAHEICThatCannotBeDecodedNoHashIsKept(t *testing.T) {
	f := inField(t)
	shot := heicPhoto(t)[:700]
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	f.brought(t, f.a.Token, id, shot)
	f.answers(t, id, "photo_no_copy")
	var n int
	if err := f.h.App.DB().NewQuery("SELECT count(*) FROM photo_hash").Row(&n); err != nil || n != 0 {
		t.Errorf("%d %v", n, err)
	}
}

// A phone may call a JPEG a HEIC: its first preview is shown all the same.
func TestAPhotoThatIsCalledAHEICKeepsItsPreview(t *testing.T) {
	f := inField(t)
	data := snap(82)
	upload(t, f.h, f.a.Token, data)
	id := f.row(t, f.pa, data, nil)
	stored(t, f.h, id)
	if _, err := f.h.App.NonconcurrentDB().NewQuery("UPDATE evidence SET state = 'pending', mime = 'image/heic'").Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.h.App.NonconcurrentDB().NewQuery("DELETE FROM custody_leaves WHERE event = 'derived'").Execute(); err != nil {
		t.Fatal(err)
	}
	if res, body := get(t, f.h, "/api/evidence/"+id+"/320", f.dispatcher.Token, ""); res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %.100s", res.StatusCode, res.Header, body)
	}
}

// One copy of two is lost before another row of the same bytes is looked at: the other copy stays,
// and the log is told of the new one.
func TestACopyThatStandsIsNotMadeAnew(t *testing.T) {
	f := inField(t)
	id, shot := f.heicStored(t)
	f.looked(t, id)
	shelf := store.ShelfOf(f.h.App)
	stood, err := os.Stat(shelf.Derivative(sumOf(shot), evidence.Large))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(shelf.Derivative(sumOf(shot), evidence.Small)); err != nil {
		t.Fatal(err)
	}
	again := f.capture(f.pb, shot)
	f.sync(t, f.pb)
	f.brought(t, f.b.Token, again, shot)
	seen(t, f.h, "/api/evidence/"+again+"/320", f.dispatcher.Token)
	if is, err := os.Stat(shelf.Derivative(sumOf(shot), evidence.Large)); err != nil || !os.SameFile(stood, is) {
		t.Errorf("the large one was made anew: %v", err)
	}
	for id, want := range map[string]int{id: 2, again: 1} {
		n := 0
		for _, leaf := range proofOf(t, f.h, f.dispatcher.Token, id).Leaves {
			if l, err := custody.ReadLeaf([]byte(leaf.Leaf)); err == nil && l.Event == custody.Derived {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d leaves say that it has copies, want %d", id, n, want)
		}
	}
	audited(t, f.h)
}

// closed closes the case as if it were over.
func (f field) closed(t *testing.T) {
	t.Helper()
	if _, err := f.h.App.NonconcurrentDB().NewQuery("UPDATE cases SET status = 'closed', closed_at = '2026-11-25T01:00:00.000Z', outcome = 'substantiated'").Execute(); err != nil {
		t.Fatal(err)
	}
}

// publicFolder is the public form of the case.
func (f field) publicFolder(t *testing.T) map[string][]byte {
	t.Helper()
	status, said := f.h.Do("POST", "/api/cases/"+f.mine+"/export", f.dispatcher.Token, map[string]any{"public": true})
	if status != http.StatusCreated {
		t.Fatalf("export: %d %v", status, said)
	}
	return filesIn(t, f.h, said["url"].(string))
}

// A photo that does not go out is not looked at for it: neither is it decoded, nor must it be there.
func TestAPublicFolderAsksNothingOfWhatDoesNotGoOut(t *testing.T) {
	f := inField(t)
	id, shot := f.heicStored(t)
	set(t, f.h, "evidence", id, map[string]any{"purpose": "document"})
	f.closed(t)
	f.lies(t, shot, nil)
	for name := range f.publicFolder(t) {
		if strings.Contains(name, id) {
			t.Errorf("%s went out", name)
		}
	}
}

// Of one that is too heavy a public folder has no file, and says so.
func TestAFolderSaysWhyAPhotoIsNotInIt(t *testing.T) {
	f := inField(t)
	shot, err := os.ReadFile("../evidence/heic/testdata/bomb.heic")
	if err != nil {
		t.Fatal(err)
	}
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	f.brought(t, f.a.Token, id, shot)
	files := folderOf(t, f.h, f.dispatcher.Token, f.mine)
	if !bytes.Equal(files["photos/001-"+id+".heic"], shot) || !bytes.Contains(files[dossier.PageName], []byte("打开原件 1")) {
		t.Errorf("the whole folder holds %v", slices.Sorted(maps.Keys(files)))
	}
	f.closed(t)
	files = f.publicFolder(t)
	var list dossier.List
	if err := json.Unmarshal(files[dossier.ListName], &list); err != nil || len(list.Photos) != 1 || list.Photos[0].Copy != "" || list.Photos[0].Original != "" {
		t.Errorf("%v %+v", err, list.Photos)
	}
	if !bytes.Contains(files[dossier.PageName], []byte("照片 1 无法生成副本，原件由制作机关保存")) {
		t.Errorf("%s", files[dossier.PageName])
	}
	if status, _ := f.answers(t, id, "photo_no_copy"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}
