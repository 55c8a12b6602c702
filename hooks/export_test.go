package hooks_test

// What is sent when a case goes out, to whom, and how often.

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"xuncha/dossier"
	"xuncha/evidence/custody"
)

// folderAddress asks for one.
func (f field) folderAddress(t *testing.T) string {
	t.Helper()
	status, said := f.h.Do("POST", "/api/cases/"+f.mine+"/export", f.dispatcher.Token, nil)
	if status != http.StatusCreated {
		t.Fatalf("export: %d %v", status, said)
	}
	return said["url"].(string)
}

// exported is how many leaves say that a folder went out.
func (f field) exported(t *testing.T) (n int) {
	t.Helper()
	err := f.h.App.DB().NewQuery("SELECT count(*) FROM custody_leaves WHERE event = 'exported' AND evidence = ''").Row(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheAddressOfAFolderIsGoodOnceAndWhole(t *testing.T) {
	f := inField(t)
	one, two := f.folderAddress(t), f.folderAddress(t)
	if one == two {
		t.Fatal("two who ask in one second get one address")
	}
	if status, data := f.h.Raw("HEAD", one, nil, nil); status != http.StatusMethodNotAllowed || f.exported(t) != 0 {
		t.Errorf("HEAD: %d %s, %d went out", status, data, f.exported(t))
	}
	status, data := f.h.Raw("GET", one, map[string]string{"Range": "bytes=10-19", "If-None-Match": "*"}, nil)
	if status != http.StatusOK || !bytes.HasPrefix(data, []byte("PK")) {
		t.Errorf("a part: %d, %d bytes", status, len(data))
	}
	if status, data := f.h.Raw("GET", one, nil, nil); status != http.StatusForbidden || !contains(data, "pass_invalid") || f.exported(t) != 1 {
		t.Errorf("once more: %d %.100s, %d went out", status, data, f.exported(t))
	}
	if status, _ := f.h.Raw("GET", two, nil, nil); status != http.StatusOK {
		t.Errorf("the other address: %d", status)
	}
}

func TestAFolderDoesNotTellWhySomebodyLooked(t *testing.T) {
	f := inField(t)
	shot := snap(26)
	id := f.capture(f.pa, shot)
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, shot)
	stored(t, f.h, id)
	const reason = "复核照片拍摄地点是否真实"
	status, said := f.h.Do("POST", "/api/evidence/"+id+"/original", f.dispatcher.Token, map[string]any{"reason": reason})
	if status != http.StatusCreated {
		t.Fatalf("original: %d %v", status, said)
	}
	whole, err := json.Marshal(proofOf(t, f.h, f.dispatcher.Token, id))
	if err != nil || !bytes.Contains(whole, []byte(reason)) {
		t.Errorf("the house itself: %v %.300s", err, whole)
	}
	files := folderOf(t, f.h, f.dispatcher.Token, f.mine)
	for name, data := range files {
		if bytes.Contains(data, []byte(reason)) {
			t.Errorf("%s tells it", name)
		}
	}
	p, err := custody.ReadProof(files[dossier.ProofName])
	if err != nil {
		t.Fatal(err)
	}
	proven, err := p.Check(nil)
	if err != nil || !slices.ContainsFunc(proven.Leaves, func(l custody.Leaf) bool { return l.Event == custody.Viewed }) {
		t.Errorf("that somebody looked is told: %v %+v", err, proven.Leaves)
	}
}

func TestADocumentGoesIntoTheFolderUnderItsName(t *testing.T) {
	f := inField(t)
	pdf := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("order "), 100)...)
	id := f.pa.Create("evidence", map[string]any{
		"case": f.mine, "inspection": f.visit, "purpose": "document", "sha256": sumOf(pdf), "size": len(pdf), "mime": "application/pdf",
		"taken_at": snapped.Format(time.RFC3339), "device": "phone-1", "previous": "",
	})
	f.sync(t, f.pa)
	upload(t, f.h, f.a.Token, pdf)
	stored(t, f.h, id)
	files := folderOf(t, f.h, f.dispatcher.Token, f.mine)
	name := "photos/001-" + id + ".pdf"
	if !bytes.Equal(files[name], pdf) || !bytes.Contains(files[dossier.PageName], []byte(`<a href="`+name+`">打开原件 1</a>`)) {
		t.Errorf("it holds %v", slices.Sorted(maps.Keys(files)))
	}
}
