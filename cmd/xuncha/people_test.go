package main

// The tools for people, run as an operator runs them: on a directory on disk.

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"xuncha/hooks"
)

// xuncha runs one command line and returns what it printed.
func xuncha(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	cmd := rootCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&bytes.Buffer{})
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := xuncha(t, "", args...)
	if err != nil {
		t.Fatalf("xuncha %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	agencyRows = "name,division_code\n云川市生态环境局,990100\n青河县分局,990101\n"
	userRows   = "email,name,role,agency,password,certificate_no,certificate_until\n" +
		"li@example.test,李强,inspector,青河县分局,long-password-1,ZF-1,2027-12-31\n" +
		"wang@example.test,王丽,dispatcher,990101,long-password-2,,\n"
)

func count(t *testing.T, dir, collection string) int {
	t.Helper()
	app, err := hooks.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	n, err := app.CountRecords(collection)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func TestAgenciesAndUsersAreImportedAndImportedAgain(t *testing.T) {
	dir := t.TempDir()
	for _, want := range []string{"2 added, 0 updated", "0 added, 2 updated"} {
		for _, part := range []struct{ name, rows string }{{"agencies", agencyRows}, {"users", userRows}} {
			if out := must(t, part.name, "import", file(t, part.rows), "--dir", dir); !strings.Contains(out, want) {
				t.Errorf("%s: %q, want %q", part.name, out, want)
			}
		}
	}
	if n := count(t, dir, "users"); n != 2 {
		t.Errorf("%d users", n)
	}
}

func TestAFileFromAnOfficeProgramInChinaIsRead(t *testing.T) {
	dir := t.TempDir()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(agencyRows)
	if err != nil {
		t.Fatal(err)
	}
	must(t, "agencies", "import", file(t, gb), "--dir", dir)
	must(t, "users", "import", file(t, "\ufeff"+userRows), "--dir", dir)
}

func TestOneBadRowChangesNothingAndEveryBadRowIsNamed(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	rows := userRows + "x@example.test,甲,boss,990101,long-password-3,,\ny@example.test,乙,inspector,无此局,long-password-4,,\n" +
		"z@example.test,丙,inspector,990101,,,\nw@example.test,丁,inspector,990101,long-password-5,,31.12.2027\n"
	_, err := xuncha(t, "", "users", "import", file(t, rows), "--dir", dir)
	if err == nil {
		t.Fatal("a file with bad rows was taken")
	}
	for _, want := range []string{"line 4", "boss", "line 5", "无此局", "line 6", "needs a password", "line 7", "YYYY-MM-DD"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if n := count(t, dir, "users"); n != 0 {
		t.Errorf("%d users were left", n)
	}
}

func TestColumnsAreChecked(t *testing.T) {
	for content, want := range map[string]string{
		"":                       "no head line",
		"name\n甲\n":              "division_code",
		"name,division,x\n甲,1,2": "unknown",
		"name,division_code\n,1": "line 2: name is empty",
	} {
		_, err := xuncha(t, "", "agencies", "import", file(t, content), "--dir", t.TempDir())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

func TestAUserIsAddedGivenAPasswordAndDisabled(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	out := must(t, "users", "add", "li@example.test", "--name", "李强", "--role", "inspector", "--agency", "990101", "--dir", dir)
	if !strings.Contains(out, "password: ") {
		t.Errorf("no password was printed: %q", out)
	}
	if _, err := xuncha(t, "", "users", "add", "li@example.test", "--name", "李强", "--role", "inspector", "--agency", "990101", "--dir", dir); err == nil {
		t.Error("the same user was added twice")
	}
	if _, err := xuncha(t, "", "users", "passwd", "li@example.test", "--dir", dir); err == nil {
		t.Error("an empty password was taken")
	}
	if _, err := xuncha(t, "a-new-password\n", "users", "passwd", "li@example.test", "--dir", dir); err != nil {
		t.Error(err)
	}
	must(t, "users", "disable", "li@example.test", "--dir", dir)
	must(t, "users", "disable", "--undo", "li@example.test", "--dir", dir)
	if _, err := xuncha(t, "", "users", "disable", "nobody@example.test", "--dir", dir); err == nil {
		t.Error("nobody was disabled")
	}
}

func TestADirectoryHasOneWriter(t *testing.T) {
	dir := t.TempDir()
	release, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = xuncha(t, "", "superuser", "upsert", "a@example.test", "long-password", "--dir", dir)
	if err == nil || !strings.Contains(err.Error(), "in use by another xuncha process") {
		t.Fatalf("two processes wrote: %v", err)
	}
	release()
	must(t, "superuser", "upsert", "a@example.test", "long-password", "--dir", dir)
	if _, err := xuncha(t, "", "superuser", "upsert", "no-address", "long-password", "--dir", dir); err == nil {
		t.Error("a wrong address was taken")
	}
}

func TestTheLevelOfAnAgencyFollowsFromItsCode(t *testing.T) {
	for code, want := range map[string]string{
		"000000": "nation", "990000": "province", "990100": "city", "990101": "county", "990101001": "town", "990101001000": "town",
	} {
		if got := levelOf(code); got != want {
			t.Errorf("%s is a %s, want %s", code, got, want)
		}
	}
}
