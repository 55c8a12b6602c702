package main

// Folders that somebody made to deceive, or to do harm to who checks them.

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"xuncha/dossier"
	"xuncha/evidence/custody"
)

func finds(c dossier.Checked, code, subject string) bool {
	return slices.ContainsFunc(c.Findings, func(f custody.Finding) bool { return f.Code == code && f.Subject == subject })
}

// repacked is a zip with more entries than it had.
func repacked(t *testing.T, path string, more ...string) string {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	var data bytes.Buffer
	out := zip.NewWriter(&data)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range more {
		w, err := out.Create(name)
		if err == nil && !strings.HasSuffix(name, "/") {
			_, err = w.Write([]byte("forged"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(t.TempDir(), "repacked.zip")
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestAZipOfAFolderHoldsNothingBesideTheFolder(t *testing.T) {
	dir, _ := gallery(t, 1)
	path := filepath.Join(t.TempDir(), "court.zip")
	must(t, "export", "X-2026-1", "--dir", dir, "--to", path)
	if c, err := checkedFolder(t, repacked(t, path, "court/")); err != nil {
		t.Errorf("packed again, with an entry of the folder itself: %v %+v", err, c.Findings)
	}
	for _, name := range []string{"index.html", "other/index.html", "../court/x.html", "/x.html", `court\x.html`, "court/../x.html", "court2/x"} {
		if c, err := checkedFolder(t, repacked(t, path, name)); err == nil || !finds(c, dossier.FileUnlisted, name) {
			t.Errorf("%s: %v %+v", name, err, c.Findings)
		}
	}
	if c, err := checkedFolder(t, repacked(t, path, "court/index.html")); err == nil {
		t.Errorf("a document that is there twice: %+v", c.Findings)
	}
}

func TestAHostileFolderIsReadWithoutHarm(t *testing.T) {
	dir, _ := gallery(t, 1)
	out := filepath.Join(t.TempDir(), "court")
	must(t, "export", "X-2026-1", "--dir", dir, "--to", out)
	list := filepath.Join(out, dossier.ListName)
	page := filepath.Join(out, dossier.PageName)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	instead := func(path string, make func(path string) error) func(string) error {
		return func(copied string) error {
			path := filepath.Join(copied, filepath.Base(path))
			if err := os.Remove(path); err != nil {
				return err
			}
			return make(path)
		}
	}
	link := func(path string) error { return os.Symlink(secret, path) }
	pipe := func(path string) error { return syscall.Mkfifo(path, 0o600) }
	huge := func(path string) error {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return err
		}
		return os.Truncate(path, 64<<20+1)
	}
	for _, c := range []struct {
		name, code, subject string
		touch               func(dir string) error
	}{
		{"a link in place of the document", dossier.Unreadable, dossier.PageName, instead(page, link)},
		{"a pipe in place of the document", dossier.Unreadable, dossier.PageName, instead(page, pipe)},
		{"a link in place of the list", dossier.Unreadable, dossier.ListName, instead(list, link)},
		{"a pipe in place of the list", dossier.Unreadable, dossier.ListName, instead(list, pipe)},
		{"a list of 64 MiB and a byte", dossier.Unreadable, dossier.ListName, instead(list, huge)},
		{"a pipe for a stamp", custody.StampAltered, dossier.StampName, func(dir string) error { return pipe(filepath.Join(dir, dossier.StampName)) }},
		{"a document that grew", custody.FileAltered, dossier.PageName, func(dir string) error { return os.Truncate(filepath.Join(dir, dossier.PageName), 1<<40) }},
		{"a path out of the folder", dossier.Unreadable, "../secret", listing(dossier.File{Path: "../secret", Size: 6})},
		{"a file that is listed twice", dossier.ListAltered, dossier.PageName, listing(dossier.File{Path: dossier.PageName})},
	} {
		t.Run(c.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "court")
			if err := os.CopyFS(copied, os.DirFS(out)); err != nil {
				t.Fatal(err)
			}
			if err := c.touch(copied); err != nil {
				t.Fatal(err)
			}
			if found, err := checkedFolder(t, copied); err == nil || !finds(found, c.code, c.subject) {
				t.Errorf("want %s of %s, have %v: %+v", c.code, c.subject, err, found.Findings)
			}
		})
	}
}

// listing puts one more file into the list of a folder.
func listing(f dossier.File) func(dir string) error {
	return rewriting(func(l *dossier.List) { l.Files = append(l.Files, f) })
}

func rewriting(change func(*dossier.List)) func(dir string) error {
	return func(dir string) error {
		path := filepath.Join(dir, dossier.ListName)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var l dossier.List
		if err := json.Unmarshal(data, &l); err != nil {
			return err
		}
		change(&l)
		if data, err = json.Marshal(l); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o600)
	}
}

func TestWhatAFolderSaysDoesNotSteerTheTerminal(t *testing.T) {
	dir, _ := gallery(t, 1)
	out := filepath.Join(t.TempDir(), "court")
	must(t, "export", "X-2026-1", "--dir", dir, "--to", out)
	err := rewriting(func(l *dossier.List) {
		l.Number, l.MadeAt = "N\x1b[2J1", "now\r0 findings\u202e"
		l.Files = append(l.Files, dossier.File{Path: "a\n0 findings\u009b2J"})
	})(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "b\x1b[1A"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := xuncha(t, "", "verify", out)
	if err == nil || strings.ContainsAny(said+err.Error(), "\x1b\r\u202e\u009b") || strings.Contains(said, "\n0 findings\u009b") {
		t.Errorf("%v %q", err, said)
	}
	for _, want := range []string{"case N[2J1, made now0 findings", "a0 findings2J", "b[1A"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
}
