package hooks_test

// The custody log over HTTP: who looks at an original is written down, and what the log tells
// of a photo is proved to whoever holds the public key.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xuncha/dossier"
	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/house"
)

// original asks for the address of an original and gets it; the status is that of the first
// answer that is no success.
func original(t *testing.T, h *house.House, token, id string, reason ...string) (int, []byte, http.Header) {
	t.Helper()
	status, said := h.Do("POST", "/api/evidence/"+id+"/original", token, map[string]any{"reason": strings.Join(reason, " ")})
	if status != http.StatusCreated {
		data, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		return status, data, nil
	}
	res, data := request(t, "GET", h.URL+said["url"].(string), nil, nil)
	return res.StatusCode, data, res.Header
}

// formOf is a photo in one of its forms.
func formOf(t *testing.T, h *house.House, token, id, form string) (int, []byte) {
	t.Helper()
	if form == "original" {
		status, data, _ := original(t, h, token, id)
		return status, data
	}
	return h.Raw("GET", "/api/evidence/"+id+"/"+form, map[string]string{"Authorization": token}, nil)
}

// proofOf is the proof of a photo as a client gets it.
func proofOf(t *testing.T, h *house.House, token, id string) custody.Proof {
	t.Helper()
	status, data := h.Raw("GET", "/api/evidence/"+id+"/proof", map[string]string{"Authorization": token}, nil)
	if status != http.StatusOK {
		t.Fatalf("proof: %d %s", status, data)
	}
	p, err := custody.ReadProof(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// publicKey is what an agency publishes.
func publicKey(t *testing.T, h *house.House) custody.PublicKey {
	t.Helper()
	key, err := custody.ReadKey(store.LogKeyPath(h.Dir, ""))
	if err != nil {
		t.Fatal(err)
	}
	return key.Public()
}

func TestThePathOfAPhotoIsProvedToWhoeverHoldsThePublicKey(t *testing.T) {
	f := inField(t)
	shot := snap(21)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, shot)
	row := stored(t, f.h, id)
	if status, data, _ := original(t, f.h, f.dispatcher.Token, id, "核对车牌"); status != http.StatusOK || !bytes.Equal(data, shot) {
		t.Fatalf("the original: %d, %d bytes", status, len(data))
	}
	proven, err := proofOf(t, f.h, f.a.Token, id).Check([]custody.PublicKey{publicKey(t, f.h)})
	if err != nil {
		t.Fatal(err)
	}
	var events []custody.Event
	for i, leaf := range proven.Leaves {
		events = append(events, leaf.Event)
		if leaf.Evidence != id || leaf.SHA256 != sumOf(shot) {
			t.Errorf("leaf %d is of %s %s", i, leaf.Evidence, leaf.SHA256)
		}
	}
	if !slices.Equal(events, []custody.Event{custody.Captured, custody.Received, custody.Derived, custody.Checked, custody.Viewed}) {
		t.Fatalf("%v", events)
	}
	if at := proven.Facts[0]["position"].(map[string]any); at["lon"] != 116.4 || proven.Facts[0]["author"] != f.a.ID || proven.Leaves[0].Actor != f.a.ID {
		t.Errorf("captured: %v", proven.Facts[0])
	}
	if proven.Leaves[4].Actor != f.dispatcher.ID || proven.Facts[4] != nil {
		t.Errorf("viewed: %+v %v", proven.Leaves[3], proven.Facts[3])
	}
	receipt := row["receipt"].(map[string]any)
	if receipt["log_index"].(float64) != float64(proven.Leaves[1].N) {
		t.Errorf("the receipt names %v, the bytes were received by leaf %d", receipt["log_index"], proven.Leaves[1].N)
	}
	head, _, err := custody.OpenHead(receipt["tree_head"].(string), []custody.PublicKey{publicKey(t, f.h)})
	if err != nil || head.Size <= proven.Leaves[1].N {
		t.Errorf("the head in the receipt: %+v %v", head, err)
	}
	if status, _ := f.h.Raw("GET", "/api/evidence/"+id+"/proof", map[string]string{"Authorization": f.b.Token}, nil); status != http.StatusForbidden {
		t.Errorf("a colleague who may not see the original gets its proof: %d", status)
	}
}

func TestAProofThatSomebodyTouchedIsNone(t *testing.T) {
	f := inField(t)
	shot := snap(22)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, shot)
	stored(t, f.h, id)
	key, whole := []custody.PublicKey{publicKey(t, f.h)}, proofOf(t, f.h, f.a.Token, id)
	stranger, err := custody.NewKey(key[0].Name())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		touch func(p *custody.Proof)
		want  error
	}{
		"another actor":           {func(p *custody.Proof) { p.Leaves[0].Leaf = strings.Replace(p.Leaves[0].Leaf, f.a.ID, f.b.ID, 1) }, custody.ErrProof},
		"another position":        {func(p *custody.Proof) { p.Leaves[0].Facts = strings.Replace(p.Leaves[0].Facts, "116.4", "116.5", 1) }, custody.ErrFacts},
		"a leaf of another place": {func(p *custody.Proof) { p.Leaves[0], p.Leaves[1] = p.Leaves[1], p.Leaves[0] }, custody.ErrProof},
		"a hash of the path":      {func(p *custody.Proof) { p.Leaves[0].Proof[0][3] ^= 1 }, custody.ErrProof},
		"another size":            {func(p *custody.Proof) { p.Head = strings.Replace(p.Head, "\n5\n", "\n6\n", 1) }, custody.ErrHead},
		"a stranger's head": {func(p *custody.Proof) {
			head, err := custody.PeekHead(p.Head)
			if err != nil {
				t.Fatal(err)
			}
			if p.Head, err = stranger.Sign(head); err != nil {
				t.Fatal(err)
			}
		}, custody.ErrHead},
	} {
		data, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		p, err := custody.ReadProof(data)
		if err != nil {
			t.Fatal(err)
		}
		c.touch(&p)
		if _, err := p.Check(key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := whole.Check([]custody.PublicKey{stranger.Public()}); !errors.Is(err, custody.ErrUntrusted) {
		t.Errorf("who trusts another key: %v", err)
	}
}

func TestTheAddressOfAnOriginalIsGoodForOnePhotoAndTwoMinutes(t *testing.T) {
	var late atomic.Int64 // minutes
	f := inFieldWith(t, hooks.Config{Now: func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Minute) }})
	shot := snap(23)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, shot)
	stored(t, f.h, id)
	status, said := f.h.Do("POST", "/api/evidence/"+id+"/original", f.a.Token, nil)
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, said)
	}
	url := said["url"].(string)
	get := func(url, part string) int {
		status, data := f.h.Raw("GET", url, map[string]string{"Range": part}, nil)
		if status == http.StatusPartialContent && !bytes.Equal(data, shot[2:10]) {
			t.Errorf("a range is %q", data)
		}
		return status
	}
	if got := get(url, "bytes=2-9"); got != http.StatusPartialContent {
		t.Errorf("a range: %d", got)
	}
	if got := get(strings.Replace(url, id, "other0000000001", 1), ""); got != http.StatusForbidden {
		t.Errorf("another photo: %d", got)
	}
	for _, broken := range []string{url[:len(url)-1], url + "a", strings.Replace(url, "pass=", "pass=z", 1), strings.Split(url, "?")[0]} {
		if got := get(broken, ""); got != http.StatusForbidden {
			t.Errorf("%s: %d", broken, got)
		}
	}
	late.Store(3)
	if got := get(url, ""); got != http.StatusForbidden {
		t.Errorf("after three minutes: %d", got)
	}
}

func TestACopyHasAStrongTagAndRanges(t *testing.T) {
	f := inField(t)
	shot := snap(24)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, shot)
	stored(t, f.h, id)
	ask := func(header map[string]string) (*http.Response, []byte) {
		header["Authorization"] = f.b.Token
		return request(t, "GET", f.h.URL+"/api/evidence/"+id+"/320", header, nil)
	}
	res, whole := ask(map[string]string{})
	tag := res.Header.Get("ETag")
	if res.StatusCode != http.StatusOK || len(tag) < 10 || strings.HasPrefix(tag, "W/") {
		t.Fatalf("%d, ETag %q", res.StatusCode, tag)
	}
	if !slices.Contains(res.Header.Values("Vary"), "Authorization") || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("who signs in next at this browser is shown it: %v", res.Header)
	}
	if res, _ := ask(map[string]string{"If-None-Match": tag}); res.StatusCode != http.StatusNotModified {
		t.Errorf("the same again: %d", res.StatusCode)
	}
	if res, part := ask(map[string]string{"Range": "bytes=10-19", "If-Range": tag}); res.StatusCode != http.StatusPartialContent || !bytes.Equal(part, whole[10:20]) {
		t.Errorf("a range: %d, %d bytes", res.StatusCode, len(part))
	}
}

// folderOf is the folder of a case as it is sent, by names.
func folderOf(t *testing.T, h *house.House, token, caseID string) map[string][]byte {
	t.Helper()
	status, said := h.Do("POST", "/api/cases/"+caseID+"/export", token, nil)
	if status != http.StatusCreated {
		t.Fatalf("export: %d %v", status, said)
	}
	return filesIn(t, h, said["url"].(string))
}

// filesIn are those of the folder that an address gives.
func filesIn(t *testing.T, h *house.House, address string) map[string][]byte {
	t.Helper()
	status, data := h.Raw("GET", address, nil, nil)
	if status != http.StatusOK {
		t.Fatalf("export: %d %.200s", status, data)
	}
	path := filepath.Join(t.TempDir(), "case.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	dir, closing, err := dossier.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closing() }()
	checked, err := dossier.Check(dir, []custody.PublicKey{publicKey(t, h)}, nil)
	if err != nil || len(checked.Findings) > 0 {
		t.Fatalf("the folder does not check: %v %+v", err, checked.Findings)
	}
	out := map[string][]byte{}
	for _, f := range append(checked.Files, dossier.File{Path: dossier.ListName}, dossier.File{Path: dossier.ProofName}) {
		if out[f.Path], err = fs.ReadFile(dir, f.Path); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestAFolderGoesToDesksInWhoseScopeTheCaseLies(t *testing.T) {
	f := inField(t)
	shot := snap(25)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, shot)
	stored(t, f.h, id)
	files := folderOf(t, f.h, f.dispatcher.Token, f.mine)
	if !bytes.Equal(files["photos/001-"+id+".jpg"], shot) || !bytes.Contains(files[dossier.PageName], []byte("李强")) {
		t.Errorf("it holds %v", slices.Sorted(maps.Keys(files)))
	}
	proven, err := proofOf(t, f.h, f.dispatcher.Token, id).Check(nil)
	if err != nil {
		t.Fatal(err)
	}
	if last := proven.Leaves[len(proven.Leaves)-1]; last.Event != custody.Exported || last.Actor != f.dispatcher.ID {
		t.Errorf("the last leaf is %+v", last)
	}
	for name, c := range map[string]struct {
		token  string
		body   map[string]any
		status int
		code   string
	}{
		"another agency":       {f.them.Token, nil, 404, "case_unknown"},
		"an inspector":         {f.a.Token, nil, 403, "forbidden"},
		"nobody":               {"", nil, 401, "unauthorized"},
		"public, and not over": {f.dispatcher.Token, map[string]any{"public": true}, 409, "case_not_public"},
		"another word":         {f.dispatcher.Token, map[string]any{"publik": true}, 400, "field_unknown"},
	} {
		status, said := f.h.Do("POST", "/api/cases/"+f.mine+"/export", c.token, c.body)
		if status != c.status || said["code"] != c.code {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
	if status, data := f.h.Raw("GET", "/api/cases/"+f.mine+"/export?pass=a.b.c", nil, nil); status != http.StatusForbidden {
		t.Errorf("without an address: %d %.100s", status, data)
	}
	path := evidence.Shelf{Dir: filepath.Join(f.h.Dir, "evidence")}.Original(sumOf(shot))
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(shot[:len(shot)-1:len(shot)-1], 0), 0o600); err != nil {
		t.Fatal(err)
	}
	_, said := f.h.Do("POST", "/api/cases/"+f.mine+"/export", f.dispatcher.Token, nil)
	if status, data := f.h.Raw("GET", said["url"].(string), nil, nil); status != http.StatusInternalServerError || !contains(data, "original_altered") {
		t.Errorf("an original that was touched goes out: %d %.100s", status, data)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, said = f.h.Do("POST", "/api/cases/"+f.mine+"/export", f.dispatcher.Token, nil)
	if status, data := f.h.Raw("GET", said["url"].(string), nil, nil); status != http.StatusInternalServerError || !contains(data, "original_missing") {
		t.Errorf("an original that is gone is left out: %d %.100s", status, data)
	}
	if left, err := filepath.Glob(filepath.Join(f.h.Dir, "export-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
