package hooks_test

// Bad requests, one by one, against every route: each is refused with a code of the table and
// words in both languages, tells nothing of the inside, and leaves nothing behind.

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"xuncha/casework"
	"xuncha/hooks"
	"xuncha/hooks/problem"
	"xuncha/hooks/route"
	"xuncha/internal/house"
	"xuncha/internal/phone"
)

// bad is one request and what it must be told.
type bad struct {
	name   string
	as     string // whose token; see stage
	line   string // method and address
	head   string // "Name: value", one a line
	body   string
	status int
	code   string
	limit  float64 // data.limit, where a limit is reached
	field  string  // a member that data must have
	keeps  bool    // what it sent is kept, as the protocol says
	quiet  bool    // the layer below us answers: without a body, or in its own words
}

// stage is a house with somebody for each role and a record of each kind.
type stage struct {
	*house.House
	tokens map[string]string
	words  map[string]string
}

func openStage(t *testing.T, cfg hooks.Config) stage {
	h := house.With(t, t.TempDir(), cfg)
	here, far := h.Agency("甲县分局", "990101"), h.Agency("远县", "990201")
	s := stage{h, map[string]string{"root": h.Root(), "rubbish": "Bearer \x7f"}, map[string]string{"agency": here, "far": far}}
	s.tokens["forged"] = s.tokens["root"] + "x"
	people := map[string]house.User{"foreign": h.User("dispatcher", far, "陈远"), "gone": h.User("inspector", here, "旧人"), "inspector": h.User("inspector", here, "李强"), "second": h.User("inspector", here, "周芳")}
	for _, role := range []string{"intake", "dispatcher", "reviewer", "supervisor", "admin"} {
		people[role] = h.User(role, here, role)
	}
	for name, u := range people {
		s.tokens[name], s.words[name], s.words[name+"-mail"] = u.Token, u.ID, u.Email
	}
	s.words["case"], s.words["foreigncase"] = h.Case(here, "990101", "BAD-1"), h.Case(far, "990201", "BAD-2")
	act(t, h, people["dispatcher"], s.words["case"], "accept", map[string]any{"types": []string{"air"}, "division_code": "990101", "urgent": false})
	act(t, h, people["dispatcher"], s.words["case"], "assign", map[string]any{"inspectors": []string{people["inspector"].ID, people["second"].ID}, "due": soon()})
	s.dispute(t)
	_, filed := h.Do("POST", "/api/complaints", "", complaint())
	s.words["number"], s.words["query"], s.words["phrase"] = filed["number"].(string), filed["code"].(string), filed["phrase"].(string)
	up, _ := tus(t, h, "POST", route.UploadPath, s.tokens["inspector"], map[string]string{"Upload-Length": "1000", "Upload-Metadata": sha("nothing yet")}, nil)
	s.words["upload"] = up.Header.Get("Location")[strings.LastIndex(up.Header.Get("Location"), "/")+1:]
	s.tokens["expired"] = expired(t, h, s.words["inspector"])
	if status, body := h.Do("PATCH", "/api/collections/users/records/"+s.words["gone"], s.tokens["root"], map[string]any{"disabled_at": "2026-01-02T00:00:00Z"}); status != 200 {
		t.Fatalf("%d %v", status, body)
	}
	return s
}

func sha(data string) string {
	return "sha256 " + base64.StdEncoding.EncodeToString([]byte(sumOf([]byte(data))))
}

// dispute leaves an inspection on which two phones disagree.
func (s stage) dispute(t *testing.T) {
	a, b := phone.New(s.URL, s.tokens["inspector"]), phone.New(s.URL, s.tokens["second"])
	var c struct{ Inspection string }
	for _, p := range []*phone.Phone{a, b} {
		if err := p.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Read("cases", s.words["case"], &c); err != nil {
		t.Fatal(err)
	}
	s.words["visit"] = c.Inspection
	for i, p := range []*phone.Phone{a, b} {
		p.Edit("inspections", c.Inspection, map[string]any{"findings": []string{"有异味", "无异味"}[i]})
		if err := p.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, page := s.Do("GET", heldPath, s.tokens["dispatcher"], nil)
	s.words["held"] = page["items"].([]any)[0].(map[string]any)["id"].(string)
}

// expired is a log-in of a user that ended yesterday, signed as it should be.
func expired(t *testing.T, h *house.House, id string) string {
	t.Helper()
	user, err := h.App.FindRecordById("users", id)
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{
		"id": id, "type": "auth", "collectionId": user.Collection().Id, "refreshable": true, "exp": time.Now().Add(-24 * time.Hour).Unix(),
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(user.TokenKey() + user.Collection().AuthToken.Secret))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s stage) fill(text string) string {
	for word, value := range s.words {
		text = strings.ReplaceAll(text, "{"+word+"}", value)
	}
	return text
}

// send writes a request to a connection as it stands: no client mends it on the way.
func (s stage) send(t *testing.T, b bad) (*http.Response, []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	head, body := s.fill(b.head), s.fill(b.body)
	text := s.fill(b.line) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	if b.as != "" {
		text += "Authorization: " + s.tokens[b.as] + "\r\n"
	}
	if body != "" && !strings.Contains(head, "Content-Type:") {
		text += "Content-Type: application/json\r\n"
	}
	if body != "" && !strings.Contains(head, "Transfer-Encoding:") && !strings.Contains(head, "Content-Length:") {
		text += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	if head != "" {
		text += strings.ReplaceAll(head, "\n", "\r\n") + "\r\n"
	}
	go func() { _, _ = io.WriteString(conn, text+"\r\n"+body) }() // the server may answer before it took all
	method, _, _ := strings.Cut(b.line, " ")
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("half an answer: %v", err)
	}
	return res, data
}

// inside is what an answer must not tell.
var inside = regexp.MustCompile(`(?i)sqlite|\bselect .* from\b|no such (column|table)|constraint failed|sql:|/root/|/tmp/|/home/|pb_data|goroutine \d|\.go:\d|` +
	`xuncha/|go value|go struct|\bjson: |map\[string|interface \{\}|\*core\.|\*http\.|intake\.|store\.|casework\.|strconv|runtime error|127\.0\.0\.1:|i/o timeout|multipart: `)

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// judge holds an answer against what every refusal is.
func (b bad) judge(t *testing.T, res *http.Response, data []byte) {
	t.Helper()
	if res.StatusCode != b.status {
		t.Errorf("status %d, want %d: %.400s", res.StatusCode, b.status, data)
		return
	}
	if m := inside.Find(data); m != nil {
		t.Errorf("tells %q of the inside: %.600s", m, data)
	}
	if len(data) > 8<<10 && b.status >= 400 {
		t.Errorf("a refusal of %d bytes", len(data))
	}
	if b.status < 400 || b.quiet || strings.HasPrefix(b.line, "HEAD ") {
		return
	}
	if kind := res.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("Content-Type %q: %.300s", kind, data)
	}
	var a struct {
		Status                   int
		Code, Title, Detail, Msg string
		TitleZH                  string `json:"title_zh"`
		DetailZH                 string `json:"detail_zh"`
		Data                     map[string]any
	}
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatalf("%v: %.300s", err, data)
	}
	row, known := problem.Rows()[a.Code]
	switch {
	case !known || row.Status != b.status || a.Status != b.status:
		t.Errorf("the code %q with status %d is none of the table: %.300s", a.Code, b.status, data)
	case a.Code != b.code:
		t.Errorf("code %s, want %s: %.400s", a.Code, b.code, data)
	case !strings.HasSuffix(a.Title, ".") || !hasHan(a.TitleZH) || !strings.HasSuffix(a.TitleZH, "。"):
		t.Errorf("%q and %q are no sentences", a.Title, a.TitleZH)
	}
	if b.limit != 0 && a.Data["limit"] != b.limit {
		t.Errorf("data.limit is %v, want %v: %.300s", a.Data["limit"], b.limit, data)
	}
	if b.status == 413 && a.Data["limit"] == nil {
		t.Errorf("no limit: %.300s", data)
	}
	if b.field != "" && a.Data[b.field] == nil && a.Data["field"] != b.field {
		t.Errorf("the field %s is not named: %.300s", b.field, data)
	}
	if b.field != "" && a.Data[b.field] != nil && (!hasHan(a.DetailZH) || !strings.Contains(a.DetailZH, b.field)) {
		t.Errorf("the field %s is not named in Chinese: %.300s", b.field, data)
	}
}

// rows counts the rows of every table.
func (s stage) rows(t *testing.T) map[string]int {
	t.Helper()
	var tables []string
	if err := s.App.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'table'").Column(&tables); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, table := range tables {
		var n int
		if err := s.App.DB().NewQuery("SELECT count(*) FROM `" + table + "`").Row(&n); err != nil {
			t.Fatal(err)
		}
		out[table] = n
	}
	return out
}

// leftovers counts what a process may leave open: goroutines, files, temporary files.
func (s stage) leftovers(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{"goroutines": runtime.NumGoroutine()}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		out["open files"] = len(open)
	}
	temp, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	out["temporary files"] = len(temp)
	err = filepath.WalkDir(s.Dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out["files"]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBadRequestsAreToldWhyAndLeaveNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // nobody else's
	s := openStage(t, hooks.Config{Now: time.Now, Intake: unlimited, Limits: route.Limits{FreeGuesses: -1, Guesses: -1}})
	table := badRows()
	if len(table) < 100 {
		t.Errorf("only %d bad requests", len(table))
	}
	http.DefaultClient.CloseIdleConnections()
	s.send(t, bad{line: "GET /healthz"}) // what is opened once is open now
	time.Sleep(200 * time.Millisecond)
	before, rows := s.leftovers(t), s.rows(t)
	for _, b := range table {
		t.Run(b.name, func(t *testing.T) {
			res, data := s.send(t, b)
			b.judge(t, res, data)
			after := s.rows(t)
			if !b.keeps && !maps.Equal(rows, after) {
				t.Errorf("the database changed: %v", changed(rows, after))
			}
			rows = after
		})
	}
	var after map[string]int
	for range 150 { // the upload handler lets each request's end linger for 10 s
		http.DefaultClient.CloseIdleConnections()
		after = s.leftovers(t)
		if after["goroutines"] <= before["goroutines"]+2 && after["open files"] <= before["open files"]+2 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for what, n := range after {
		slack := 2 // the pools of the database and of connections breathe
		if strings.HasSuffix(what, "files") && what != "open files" {
			slack = 0
		}
		if n > before[what]+slack {
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			t.Errorf("%s: %d before, %d after\n%s", what, before[what], n, stacks.String())
		}
	}
	clean(t, s.House)
}

func changed(before, after map[string]int) string {
	var out []string
	for table, n := range after {
		if n != before[table] {
			out = append(out, fmt.Sprintf("%s %d -> %d", table, before[table], n))
		}
	}
	return strings.Join(out, ", ")
}

// Every route of ours is asked in the table.
func TestTheTableOfBadRequestsKnowsEveryRoute(t *testing.T) {
	var asked []string
	for _, b := range badRows() {
		line, _, _ := strings.Cut(b.line, "?")
		asked = append(asked, line)
	}
	part := regexp.MustCompile(`\\\{[a-z]+\\\}`)
	for _, r := range casework.Rights().Routes {
		way := regexp.MustCompile("^" + part.ReplaceAllString(regexp.QuoteMeta(r.Route), "[^/ ]*") + "$")
		found := false
		for _, line := range asked {
			found = found || way.MatchString(line)
		}
		if !found {
			t.Errorf("no bad request is sent to %s", r.Route)
		}
	}
}
