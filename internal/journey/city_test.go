package journey

// The city that the journey happens in: agencies, people, borders, a server, and FCM.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"xuncha/geo"
	"xuncha/internal/fcmtest"
	"xuncha/internal/phone"
)

const password = "journey-pass-2026"

// person is somebody who has signed in.
type person struct {
	id, name, role, email, token string
	wire                         *recorder // what this person's device received
}

// city is everything that stands while journeys happen.
type city struct {
	t      *testing.T
	dir    string
	url    string // of the server, behind the line of power
	power  *power
	fcm    *fcmtest.Server
	people map[string]*person
	place  orb.Point // WGS-84, in the first county
	public *recorder // what the public and other complainants received
	base   http.RoundTripper

	waits func() // called before photos are waited for; nil is nothing
}

func (c *city) newRecorder() *recorder { return &recorder{base: c.base} }

// people of the first county; a second agency looks on and must see nothing.
var staff = []struct{ key, name, role, agency string }{
	{"intake", "钱受理", "intake", "青河县分局"},
	{"dispatcher", "王丽", "dispatcher", "青河县分局"},
	{"a", "李强", "inspector", "青河县分局"},
	{"b", "周芳", "inspector", "青河县分局"},
	{"reviewer", "孙正", "reviewer", "青河县分局"},
	{"moved", "郑调", "inspector", "青河县分局"},
	{"neighbour", "赵邻", "dispatcher", "白石县分局"},
}

// newCity makes a city and starts its server; everybody reaches it by base.
func newCity(t *testing.T, base http.RoundTripper) *city {
	c := &city{t: t, dir: t.TempDir(), fcm: fcmtest.New(t), people: map[string]*person{}, base: base}
	c.public = c.newRecorder()
	borders := geo.Synthetic{
		Seed: 3, Bound: orb.Bound{Min: orb.Point{116, 39}, Max: orb.Point{117, 39.5}}, Columns: 2, Rows: 1, CodePrefix: "9901", Detail: 6,
	}
	data, err := borders.Features().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	c.place = orb.Point{116.1, 39.4}
	files := t.TempDir()
	agencies := write(t, files, "agencies.csv", "name,division_code\n云川市生态环境局,990100\n青河县分局,990101\n白石县分局,990102\n")
	rows := "email,name,role,agency,password,certificate_no,certificate_until\n"
	for _, s := range staff {
		rows += fmt.Sprintf("%s@city.test,%s,%s,%s,%s,ZF-%s,2099-12-31\n", s.key, s.name, s.role, s.agency, password, s.key)
	}
	run(t, "agencies", "import", agencies, "--dir", c.dir)
	run(t, "users", "import", write(t, files, "users.csv", "%s", rows), "--dir", c.dir)
	run(t, "superuser", "upsert", "root@city.test", password, "--dir", c.dir)
	run(t, "geo", "import", write(t, files, "counties.geojson", "%s", data), "--datum", "wgs84", "--valid-from", "2026-01-01", "--dir", c.dir)
	c.power, c.url = newPower(t, c.dir, "XUNCHA_FCM_CREDENTIALS="+c.fcm.Credentials(t), "XUNCHA_FCM_ENDPOINT="+c.fcm.Endpoint(), "XUNCHA_QUIET_HOURS=off")
	for _, s := range staff {
		p := &person{name: s.name, role: s.role, email: s.key + "@city.test", wire: c.newRecorder()}
		answer := c.do(p, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": p.email, "password": password}, 200)
		p.token, p.id = answer["token"].(string), answer["record"].(map[string]any)["id"].(string)
		c.people[s.key] = p
	}
	return c
}

// do sends a JSON request as a person and wants a status.
func (c *city) do(p *person, method, path string, body any, want int) map[string]any {
	c.t.Helper()
	status, answer := c.ask(p, method, path, body)
	if status != want {
		c.t.Fatalf("%s %s by %s: %d %v, want %d", method, path, p.name, status, answer, want)
	}
	return answer
}

func (c *city) ask(p *person, method, path string, body any) (int, map[string]any) {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, c.url+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		req.Header.Set("Authorization", p.token)
	}
	return c.send(p.wire, req)
}

// send sends a request over a recorded wire and reads its JSON answer.
func (c *city) send(wire *recorder, req *http.Request) (int, map[string]any) {
	c.t.Helper()
	res, err := wire.client().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var answer map[string]any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &answer); err != nil {
			c.t.Fatalf("%s %s: %d %.300q is no JSON", req.Method, req.URL.Path, res.StatusCode, data)
		}
	}
	return res.StatusCode, answer
}

// act makes an action from the board and returns its record.
func (c *city) act(key, caseID, name string, args map[string]any) map[string]any {
	c.t.Helper()
	body := map[string]any{"id": phone.ULID(time.Now()), "case": caseID, "name": name, "args": args}
	return c.do(c.people[key], "POST", "/api/collections/actions/records", body, 200)
}

// refused makes an action that the process must not admit, with its code.
func (c *city) refused(key, caseID, name string, args map[string]any, code string) {
	c.t.Helper()
	answer := c.do(c.people[key], "POST", "/api/collections/actions/records", map[string]any{"case": caseID, "name": name, "args": args}, 409)
	if answer["code"] != code {
		c.t.Fatalf("%s by %s: %v, want the code %s", name, key, answer, code)
	}
}

// fsck asks the real command, beside the running server.
func (c *city) fsck() {
	c.t.Helper()
	var report struct {
		Records     int              `json:"records"`
		Differences []map[string]any `json:"differences"`
	}
	out := run(c.t, "fsck", "--json", "--dir", c.dir)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		c.t.Fatalf("%q: %v", out, err)
	}
	if report.Records == 0 || len(report.Differences) > 0 {
		c.t.Fatalf("fsck: %d records, %v", report.Records, report.Differences)
	}
}

// verify asks whether every photo and the log of all that happened to it are as they were
// signed, beside the running server.
func (c *city) verify() {
	c.t.Helper()
	var report struct {
		Photos   int   `json:"photos"`
		Findings []any `json:"findings"`
	}
	out := run(c.t, "verify", "--json", "--dir", c.dir)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		c.t.Fatalf("verify: %v in %s", err, out)
	}
	if report.Photos == 0 || len(report.Findings) > 0 {
		c.t.Fatalf("verify: %d photos, %v", report.Photos, report.Findings)
	}
}

// pushed waits until FCM has accepted a message of a kind for a token.
func (c *city) pushed(token, kind string) {
	c.t.Helper()
	for {
		seen := c.fcm.Messages() // looked at and counted once: what comes after it is waited for
		for _, m := range seen {
			if m.Token == token && m.Data["kind"] == kind && m.Accepted {
				return
			}
		}
		c.fcm.Wait(c.t, len(seen)+1) // fails the test where nothing more comes
	}
}

// nothingOf looks for planted words in every byte that an audience received.
func (c *city) nothingOf(planted []string) {
	c.t.Helper()
	wires := map[string][]byte{"the public": c.public.bytes()}
	for _, key := range []string{"a", "b", "moved", "neighbour"} {
		wires[key+"'s device"] = c.people[key].wire.bytes()
	}
	var pushes bytes.Buffer
	for _, m := range c.fcm.Messages() {
		pushes.Write(m.Raw)
	}
	wires["the pushes"] = pushes.Bytes()
	for audience, got := range wires {
		if len(got) == 0 {
			c.t.Errorf("nothing was recorded of %s", audience)
		}
		for _, word := range planted {
			if i := bytes.Index(got, []byte(word)); i >= 0 {
				c.t.Errorf("%s received %q: …%s…", audience, word, got[max(0, i-80):min(len(got), i+80)])
			}
		}
	}
}

// photoFile writes a photo for a client that reads files.
func photoFile(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func hostOf(url string) string { return strings.TrimPrefix(url, "http://") }
