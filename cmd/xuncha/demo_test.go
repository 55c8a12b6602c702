package main

// The demo as a newcomer starts it: the real binary, its page, its logins, its end.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/hooks"
)

// demoRun is a demo that has said that it is ready.
type demoRun struct {
	logins
	cmd *exec.Cmd
	log bytes.Buffer
}

func startDemo(t *testing.T, binary, temp string, args ...string) *demoRun {
	t.Helper()
	d := &demoRun{cmd: exec.Command(binary, append([]string{"demo", "--json", "--cases", "120", "--http", "127.0.0.1:0"}, args...)...)}
	d.cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	d.cmd.Stderr = &d.log
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.end(t) })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("no line of JSON: %v\n%s", err, &d.log)
	}
	if err := json.Unmarshal(line, &d.logins); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return d
}

// end stops the demo as Ctrl-C does.
func (d *demoRun) end(t *testing.T) {
	t.Helper()
	if d.cmd.ProcessState != nil {
		return
	}
	if err := d.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Error(err)
	}
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, &d.log)
	}
}

func (d *demoRun) get(t *testing.T, path, token, phrase string) (int, string) {
	t.Helper()
	req, err := http.NewRequest("GET", d.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", token)
	req.Header.Set("X-Phrase", phrase)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (d *demoRun) signIn(t *testing.T, collection, email, password string) string {
	t.Helper()
	body := strings.NewReader(`{"identity":"` + email + `","password":"` + password + `"}`)
	res, err := http.Post(d.URL+"/api/collections/"+collection+"/auth-with-password", "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("%s cannot sign in: %d %v", email, res.StatusCode, err)
	}
	return answer.Token
}

// unsettled is what the field could not settle, of the counts of an inbox.
func (d *demoRun) unsettled(t *testing.T, inbox string) int {
	t.Helper()
	var counted struct{ Counts struct{ Held, Review int } }
	if err := json.Unmarshal([]byte(inbox), &counted); err != nil {
		t.Fatalf("%s: %v", inbox, err)
	}
	return counted.Counts.Held + counted.Counts.Review
}

func TestTheDemoStartsServesGoesOnAndEnds(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "xuncha")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir, temp := filepath.Join(t.TempDir(), "city"), t.TempDir()
	d := startDemo(t, binary, temp, "--dir", dir)
	if len(d.Users) != 19 || len(d.Complaints) < 5 {
		t.Errorf("%d users, %d complaints", len(d.Users), len(d.Complaints))
	}
	d.signIn(t, "_superusers", d.Superuser.Email, d.Superuser.Password)
	cases, unsettled := map[string]int{}, 0
	for _, u := range d.Users {
		token := d.signIn(t, "users", u.Email, u.Password)
		status, body := d.get(t, "/api/cases", token, "")
		if u.Role == "dispatcher" {
			_, inbox := d.get(t, "/api/dispatch/inbox", token, "")
			unsettled += d.unsettled(t, inbox)
		}
		if want := http.StatusOK; u.Role == "admin" && status != http.StatusForbidden || u.Role != "admin" && status != want {
			t.Errorf("%s: %d %.200s", u.Email, status, body)
		}
		cases[u.Role] += strings.Count(body, `"number"`)
	}
	if cases["dispatcher"] == 0 || cases["inspector"] == 0 || cases["reviewer"] == 0 {
		t.Errorf("who sees cases: %v", cases)
	}
	if unsettled == 0 {
		t.Error("no phone brought in what a desk has to settle")
	}
	for _, c := range d.Complaints {
		if status, body := d.get(t, "/api/complaints/"+c.Number+"?code="+c.Code, "", c.Phrase); status != http.StatusOK {
			t.Errorf("complaint %s: %d %.200s", c.Number, status, body)
		}
	}
	if status, body := d.get(t, "/?lang=zh", "", ""); status != http.StatusOK || !strings.Contains(body, d.Users[0].Password) || strings.Count(body, `class="title"`) != newestOnPage {
		t.Errorf("the page: %d, %d cases", status, strings.Count(body, `class="title"`))
	}
	if _, err := xuncha(t, "", "demo", "--dir", dir, "--http", "127.0.0.1:0"); err == nil {
		t.Error("a second demo took the same folder")
	}
	d.answersKnown(t, dir)
	if out, err := exec.Command(binary, "fsck", "--dir", dir).CombinedOutput(); err != nil {
		t.Errorf("fsck: %v\n%s", err, out)
	}
	d.end(t)
	again := startDemo(t, binary, temp, "--dir", dir)
	if log := again.log.String(); !strings.Contains(log, "--cases is of no use") || strings.Contains(log, "--seed is") {
		t.Errorf("that --cases is not asked again is told so: %s", log)
	}
	if again.Superuser != d.Superuser || len(again.Users) != len(d.Users) || again.Users[0] != d.Users[0] || again.Complaints[0] != d.Complaints[0] {
		t.Error("the demo went on with other logins")
	}
	again.end(t)
	startDemo(t, binary, temp).end(t)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("the temporary folder is left: %v %v", left, err)
	}
}

// read asks the database beside the server.
func read[T any](t *testing.T, dir, sql string) (rows []T) {
	t.Helper()
	app, err := hooks.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.DB().NewQuery(sql).All(&rows); err != nil {
		t.Error(err)
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Error(err)
	}
	return rows
}

// answersKnown: what the hotline sent already is answered with the number it got, to who takes
// its messages in; the public learns no number by asking for ids.
func (d *demoRun) answersKnown(t *testing.T, dir string) {
	t.Helper()
	known := read[struct{ System, ID, Number string }](t, dir, `SELECT e.system, e.id, c.number FROM complaints c, json_each(c.external_ids) j
		JOIN external_ids e ON e.system = json_extract(j.value, '$.system') AND e.id = json_extract(j.value, '$.id') AND e.complaint = c.id`)
	told := read[struct{ N int }](t, dir, `SELECT count(*) AS n FROM complaints WHERE external_ids <> '[]'`)
	if len(known) < 30 || len(known) != told[0].N {
		t.Fatalf("%d external ids are known, %d complaints have one", len(known), told[0].N)
	}
	token := ""
	for _, u := range d.Users {
		if u.Role == "intake" {
			token = d.signIn(t, "users", u.Email, u.Password)
		}
	}
	for _, k := range known[:3] {
		body := fmt.Sprintf(`{"text":"夜里有很大的施工噪声。","source":"hotline_12345","address":"青河县","identity_mode":"anonymous","external_id":{"system":%q,"id":%q}}`, k.System, k.ID)
		req, err := http.NewRequest(http.MethodPost, d.URL+"/api/complaints", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {token}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Number string }
		err = json.NewDecoder(res.Body).Decode(&answer)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || answer.Number != k.Number {
			t.Errorf("%v: %d %s %v", k, res.StatusCode, answer.Number, err)
		}
	}
}

// The city is made as it is now; the shifted clock shows what becomes of it.
func TestAShiftedClockShowsWhatIsOverdueThen(t *testing.T) {
	binary, dir := filepath.Join(t.TempDir(), "xuncha"), filepath.Join(t.TempDir(), "city")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const late = "SELECT count(*) AS n FROM cases WHERE overdue = 1"
	type counted struct{ N int }
	shifted := startDemo(t, binary, t.TempDir(), "--dir", dir, "--clock-offset", "720h")
	then := read[counted](t, dir, late)[0].N
	ahead := read[counted](t, dir, "SELECT count(*) AS n FROM cases WHERE received_at > '"+casework.Stamp(time.Now())+"'")[0].N
	shifted.end(t)
	startDemo(t, binary, t.TempDir(), "--dir", dir).end(t)
	if today := read[counted](t, dir, late)[0].N; then <= today || ahead > 0 {
		t.Errorf("%d are overdue today, %d in a month; %d came in the future", today, then, ahead)
	}
}

// newestOnPage are the cases that the page lists.
const newestOnPage = 20

func TestADemoTouchesNoOtherData(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	for want, args := range map[string][]string{
		"no demo": {"demo", "--dir", dir, "--http", "127.0.0.1:0"}, "--cases must be": {"demo", "--cases", "0"},
		"cannot make":   {"demo", "--dir", filepath.Join(t.TempDir(), "no", "parent"), "--http", "127.0.0.1:0"},
		"cannot listen": {"demo", "--dir", t.TempDir(), "--http", "256.0.0.1:1"},
	} {
		if _, err := xuncha(t, "", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	if n := count(t, dir, "agencies"); n != 2 {
		t.Errorf("%d agencies", n)
	}
}
