package main

// The tools for people, run as an operator runs them: on a directory on disk.

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
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
	for _, want := range []string{"2 added, 0 changed, 0 as they were", "0 added, 0 changed, 2 as they were"} {
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

func TestEveryBadRowIsNamedWhateverIsWrongWithIt(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	rows := userRows + "x@example.test,甲,boss,990101,short,,\n,乙,inspector,990101,long-password-4,,\nz@example.test,丙\n" +
		"w@example.test,\"丁\"x,inspector,990101,long-password-5,,\nv@example.test,戊,inspector,无此局,long-password-6,,\n"
	_, err := xuncha(t, "", "users", "import", file(t, rows), "--dir", dir)
	if err == nil {
		t.Fatal("a file with bad rows was taken")
	}
	for _, want := range []string{
		"5 bad rows", `line 4: role "boss": want one of intake, dispatcher`, "8 characters", "line 5: email is empty",
		"line 6: 2 cells, but the header row has 7", "line 7: a quotation mark", `line 8: there is no agency "无此局"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if n := count(t, dir, "users"); n != 0 {
		t.Errorf("%d users were left", n)
	}
}

func TestTheLevelOfAnAgencyFitsItsCode(t *testing.T) {
	for _, as := range []struct{ code, level, want string }{
		{"000000", "nation", ""},
		{"990000", "", ""},
		{"990100", "city", ""},
		{"990101", "", ""},
		{"990101001", "town", ""},
		{"990101001002", "", ""},
		{"990101", "village", `level "village": want one of nation, province, city, county, town`},
		{"990101", "city", "does not fit division_code 990101, which is a county's"},
		{"990101001", "county", "which is a town's"},
		{"9901010", "", "want six digits, or nine or twelve for a town"},
		{"99010a", "", "want six digits"},
		{"990101000", "", "code of no division"},
		{"990100001", "", "code of no division"},
		{"000100", "", "code of no division"},
	} {
		dir := filepath.Join(t.TempDir(), "new")
		_, err := xuncha(t, "", "agencies", "import", file(t, "name,division_code,level\n甲,"+as.code+","+as.level+"\n"), "--dir", dir)
		if as.want == "" && err != nil || as.want != "" && (err == nil || !strings.Contains(err.Error(), as.want)) {
			t.Errorf("%s %s: %v, want %q", as.code, as.level, err, as.want)
		}
		if _, err := os.Stat(dir); as.want != "" && err == nil {
			t.Errorf("%s %s: a folder was made", as.code, as.level)
		}
	}
	dir := t.TempDir()
	for _, code := range []string{"990101001", "990101001000"} {
		must(t, "agencies", "import", file(t, "name,division_code\n城关镇,"+code+"\n"), "--dir", dir)
	}
	if n := count(t, dir, "agencies"); n != 1 {
		t.Errorf("a town by nine digits and by twelve made %d agencies", n)
	}
}

func TestColumnsAreChecked(t *testing.T) {
	for content, want := range map[string]string{
		"":                       "no header row",
		"name\n甲\n":              "division_code",
		"name,division,x\n甲,1,2": "unknown",
		"name,name\n甲,1":         "twice",
		"name,division_code\n,1": "line 2: name is empty; division_code \"1\"",
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
	if _, err := xuncha(t, "short\n", "users", "passwd", "li@example.test", "--dir", dir); err == nil || err.Error() != "the password needs at least 8 characters" {
		t.Errorf("a short password: %v", err)
	}
	must(t, "users", "disable", "li@example.test", "--dir", dir)
	since := disabledAt(t, dir)
	if out := must(t, "users", "disable", "li@example.test", "--dir", dir); since == "" || !strings.Contains(out, since) || disabledAt(t, dir) != since {
		t.Errorf("once more: %q; disabled at %s, then at %s", out, since, disabledAt(t, dir))
	}
	must(t, "users", "disable", "--undo", "li@example.test", "--dir", dir)
	if _, err := xuncha(t, "", "users", "disable", "nobody@example.test", "--dir", dir); err == nil {
		t.Error("nobody was disabled")
	}
}

func disabledAt(t *testing.T, dir string) string {
	t.Helper()
	app, err := hooks.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	user, err := app.FindAuthRecordByEmail("users", "li@example.test")
	if err != nil {
		t.Fatal(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	return user.GetString("disabled_at")
}

// Nothing is made, nothing is done, and the operator reads one line.
func TestAWrongCommandLineFailsInOneLine(t *testing.T) {
	for _, as := range []struct{ line, want string }{
		{"bogus", `there is no "xuncha bogus"; xuncha has: agencies, backup, demo`},
		{"users improt x.csv", `there is no "xuncha users improt"; did you mean import?`},
		{"users improt x.csv --role inspector", `there is no "xuncha users improt"`},
		{"users --bogus", "unknown flag: --bogus; see xuncha users --help"},
		{"agencies bogus", `there is no "xuncha agencies bogus"; xuncha agencies has: import`},
		{"geo bogus", `there is no "xuncha geo bogus"`},
		{"superuser bogus", `there is no "xuncha superuser bogus"`},
		{"superuser upsert a@example.test", "this takes EMAIL PASSWORD, and 1 was given"},
		{"superuser upsert a b", `"a" is no e-mail address; the password needs at least 8 characters`},
		{"superuser upsert a@example.test short", "the password needs at least 8 characters"},
		{"users add a@example.test --name A --role boss --agency x", `role "boss": want one of intake`},
		{"users add a@example.test --name A --role inspector --agency x", "holds no data yet"},
		{"users disable a@example.test", "holds no data yet"},
		{"geo locate a b", `LON "a" is no number; want degrees, such as 116.3975`},
		{"geo locate 116.4 b", `LAT "b" is no number`},
		{"geo locate 116.4 39.9", "holds no data yet"},
		{"fsck", "holds no data yet"},
		{"fsck now", "this takes no argument, and 1 was given"},
		{"serve --check --http foo", "want address and port"},
	} {
		dir := filepath.Join(t.TempDir(), "new")
		out, err := xuncha(t, "", append(strings.Fields(as.line), "--dir", dir)...)
		if err == nil || !strings.Contains(err.Error(), as.want) || strings.Contains(err.Error(), "\n") || out != "" {
			t.Errorf("%s: %v, want %q; printed %q", as.line, err, as.want, out)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a folder was made", as.line)
		}
	}
}

func TestEveryFlagSaysWhatItIs(t *testing.T) {
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
			if len(strings.Fields(line)) < 4 { // the flag, its type, a sentence
				t.Errorf("%s: %s says nothing", cmd.CommandPath(), strings.TrimSpace(line))
			}
		}
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(rootCommand())
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

// A prompt is for a person; a script that pipes the password reads nothing of it.
func TestAPipedPasswordIsNotAskedFor(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	must(t, "users", "import", file(t, userRows), "--dir", dir)
	in, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	if _, err := to.WriteString("a-new-password"); err != nil { // no end of line either
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	cmd, said := rootCommand(), &bytes.Buffer{}
	cmd.SetIn(in)
	cmd.SetOut(&bytes.Buffer{})
	cmd.SetErr(said)
	cmd.SetArgs([]string{"users", "passwd", "li@example.test", "--dir", dir})
	if err := cmd.Execute(); err != nil || said.Len() > 0 {
		t.Errorf("%v, said %q", err, said)
	}
}
