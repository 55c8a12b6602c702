package main

// A folder that proves itself: written by the command, checked by the command, touched by
// everybody else.

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"xuncha/dossier"
	"xuncha/evidence/custody"
)

func checkedFolder(t *testing.T, path string, args ...string) (dossier.Checked, error) {
	t.Helper()
	said, err := xuncha(t, "", append([]string{"verify", path, "--json"}, args...)...)
	var c dossier.Checked
	if jsonErr := json.Unmarshal([]byte(said), &c); jsonErr != nil {
		t.Fatalf("%v: %q, %v", jsonErr, said, err)
	}
	return c, err
}

// edit changes a file of a folder.
func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := change(bytes.Clone(data))
	if bytes.Equal(changed, data) {
		t.Fatalf("%s: nothing was changed", path)
	}
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
}

func replaced(old, now string) func([]byte) []byte {
	return func(data []byte) []byte { return bytes.Replace(data, []byte(old), []byte(now), 1) }
}

func first(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("%s in %s: %v", pattern, dir, err)
	}
	return found[0]
}

func TestAFolderChecksOnItsOwnAndNamesWhatWasTouched(t *testing.T) {
	dir, shots := gallery(t, 3)
	key := strings.TrimSpace(must(t, "key", "show", "--dir", dir))
	out := filepath.Join(t.TempDir(), "court")
	if said := must(t, "export", "X-2026-1", "--dir", dir, "--to", out); !strings.Contains(said, "3 photos, 9 files") || !strings.Contains(said, key) {
		t.Error(said)
	}
	zip := out + ".zip"
	must(t, "export", "X-2026-1", "--dir", dir, "--to", zip)
	for _, path := range []string{out, zip} {
		if c, err := checkedFolder(t, path, "--key", key); err != nil || len(c.Photos) != 3 || c.Number != "X-2026-1" || string(c.Key) != key {
			t.Errorf("%s: %v %+v", path, err, c)
		}
	}
	if r, err := verified(t, dir); err != nil || r.Photos != len(shots) {
		t.Errorf("the house afterwards: %v %s", err, list(r.Findings))
	}
	if _, err := xuncha(t, "", "export", "X-2026-1", "--dir", dir, "--to", zip); err == nil {
		t.Error("a zip that is there was written over")
	}
	for _, c := range []struct {
		name  string
		touch func(dir string)
		want  string
	}{
		{"a byte of an original", func(dir string) {
			edit(t, first(t, dir, "photos/002*"), func(b []byte) []byte { b[40] ^= 1; return b })
		}, custody.FileAltered},
		{"a byte of a copy", func(dir string) {
			edit(t, first(t, dir, "copies/002*"), func(b []byte) []byte { b[40] ^= 1; return b })
		}, custody.FileAltered},
		{"two originals change places", func(dir string) {
			a, b := first(t, dir, "photos/001*"), first(t, dir, "photos/002*")
			for _, step := range [][2]string{{a, a + ".x"}, {b, a}, {a + ".x", b}} {
				if err := os.Rename(step[0], step[1]); err != nil {
					t.Fatal(err)
				}
			}
		}, custody.FileAltered},
		{"a time in the records", func(dir string) {
			edit(t, filepath.Join(dir, dossier.RecordsName), replaced(`2026-11-24T09:30:00`, `2026-11-25T09:30:00`))
		}, custody.RecordAltered},
		{"the document", func(dir string) { edit(t, filepath.Join(dir, dossier.PageName), replaced("恶臭", "清香")) }, custody.FileAltered},
		{"the document, and the list too", func(dir string) {
			edit(t, filepath.Join(dir, dossier.ListName), replaced(`"public": false`, `"public": true`))
		}, dossier.ListAltered},
		{"a photo is left out", func(dir string) {
			if err := os.Remove(first(t, dir, "photos/003*")); err != nil {
				t.Fatal(err)
			}
		}, custody.FileMissing},
		{"a photo is slipped in", func(dir string) {
			if err := os.WriteFile(filepath.Join(dir, "photos", "004.jpg"), []byte("new"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, dossier.FileUnlisted},
		{"a leaf in the proof", func(dir string) {
			edit(t, filepath.Join(dir, dossier.ProofName), replaced(`\"event\":\"captured\"`, `\"event\":\"adopted\"`))
		}, dossier.ProofBroken},
		{"no proof", func(dir string) {
			if err := os.Remove(filepath.Join(dir, dossier.ProofName)); err != nil {
				t.Fatal(err)
			}
		}, dossier.Unreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "court")
			if err := os.CopyFS(copied, os.DirFS(out)); err != nil {
				t.Fatal(err)
			}
			c.touch(copied)
			found, err := checkedFolder(t, copied, "--key", key)
			if err == nil || !slices.ContainsFunc(found.Findings, func(f custody.Finding) bool { return f.Code == c.want }) {
				t.Errorf("want %s, have %v: %s", c.want, err, list(found.Findings))
			}
		})
	}
	other, err := custody.NewKey("xuncha-00000000")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := checkedFolder(t, out, "--key", string(other.Public())); err == nil {
		t.Errorf("who trusts another key: %+v", c)
	}
}

func TestAPublicFolderHoldsCopiesOfClosedCasesOnly(t *testing.T) {
	dir, _ := gallery(t, 2)
	out := filepath.Join(t.TempDir(), "public")
	if _, err := xuncha(t, "", "export", "X-2026-1", "--dir", dir, "--public", "--to", out); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("an open case: %v", err)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("something was left: %v", err)
	}
	closeCase(t, dir)
	must(t, "export", "X-2026-1", "--dir", dir, "--public", "--to", out)
	if c, err := checkedFolder(t, out); err != nil || !c.Public || len(c.Photos) != 2 {
		t.Errorf("%v %+v", err, c)
	}
	if _, err := os.Stat(filepath.Join(out, "photos")); !os.IsNotExist(err) {
		t.Errorf("originals: %v", err)
	}
	err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, secret := range []string{"化工路", "116.4", "116.5", "张三", "Exif", "phone-1", "工厂夜间"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPublicFolderShowsThePlaceAndNoDocumentsNorWhatWasRejected(t *testing.T) {
	dir, shots := gallery(t, 4)
	closeCase(t, dir)
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for i, change := range []string{`purpose = 'document'`, `purpose = 'sample'`, `decision = '{"verdict":"rejected","reason":"别处所摄"}'`, `purpose = 'after'`} {
		if _, err := db.Exec(`UPDATE evidence SET `+change+` WHERE id = ?`, shots[i].id); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "public")
	must(t, "export", "X-2026-1", "--dir", dir, "--public", "--to", out)
	c, err := checkedFolder(t, out)
	if err != nil || len(c.Photos) != 1 || c.Photos[0].ID != shots[3].id {
		t.Errorf("%v %+v", err, c)
	}
}
