package rxdb_test

// Stock RxDB in a Node process of its own, driven by lines of JSON.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"xuncha/internal/house"
)

// client is one RxDB client.
type client struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Scanner
	err *strings.Builder
}

// said is what a client answers.
type said struct {
	Error   string                    `json:"error"`
	Missing bool                      `json:"missing"`
	Before  doc                       `json:"before"`
	Docs    map[string]map[string]doc `json:"docs"`
	Sent    []doc                     `json:"sent"`
}

// node starts a process; it ends with the test.
func node(t *testing.T) *client {
	t.Helper()
	cmd := exec.Command("node", "rxdb.mjs")
	cmd.Dir = "../../internal/js"
	c := &client{t: t, err: &strings.Builder{}}
	cmd.Stderr = c.err
	var err error
	if c.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	c.out.Buffer(nil, 64<<20)
	t.Cleanup(func() {
		if err := c.in.Close(); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v\n%s", err, c.err)
		}
		if os.Getenv("RXDB_TRACE") != "" {
			t.Log(c.err)
		}
	})
	return c
}

// do sends a command and waits for its answer.
func (c *client) do(what string, command doc) said {
	c.t.Helper()
	line := doc{"do": what}
	for k, v := range command {
		line[k] = v
	}
	data, err := json.Marshal(line)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.in.Write(append(data, '\n')); err != nil {
		c.t.Fatalf("%s: %v\n%s", what, err, c.err)
	}
	if !c.out.Scan() {
		c.t.Fatalf("%s: node ended: %v\n%s", what, c.out.Err(), c.err)
	}
	var s said
	if err := json.Unmarshal(c.out.Bytes(), &s); err != nil || s.Error != "" {
		c.t.Fatalf("%s: %v %s\n%s", what, err, s.Error, c.err)
	}
	return s
}

// open opens a fresh database of a user.
func (c *client) open(f *field, u house.User, name string, collections ...string) {
	c.t.Helper()
	c.do("open", doc{"url": f.URL, "token": u.Token, "name": name, "collections": collections})
}

func (c *client) patch(collection, id string, set doc) said {
	c.t.Helper()
	return c.do("patch", doc{"collection": collection, "id": id, "set": set})
}

func TestAStockClientSeesEditsAndIsSeen(t *testing.T) {
	t.Parallel()
	f := inField(t)
	c := node(t)
	c.do("open", doc{"url": f.URL, "token": f.a.Token, "name": "one", "collections": collections, "dev": true})
	c.do("sync", nil)
	p := f.native(f.a)
	for name, docs := range c.do("dump", nil).Docs {
		agree(t, p, name, named(docs))
	}
	f.says(f.b, doc{"statement": "已停产"})
	c.patch("inspections", f.visit, doc{"weather": "晴"})
	c.do("sync", nil)
	c.do("sync", nil)
	p = f.native(f.a)
	for name, docs := range c.do("dump", nil).Docs {
		agree(t, p, name, named(docs))
	}
	f.shows("weather", "晴")
	c.do("close", nil)
	f.clean()
}

// named gives documents the names back that the wire has.
func named(docs map[string]doc) map[string]doc {
	for _, d := range docs {
		d["_v"], d["_deleted"] = d["versions"], false
		delete(d, "versions")
		if of, ok := d["of_collection"]; ok {
			d["collection"] = of
			delete(d, "of_collection")
		}
	}
	return docs
}

// diverges plays the schedule that a silent merge does not survive: what a colleague wrote
// into another field is pulled while the push is under way, and RxDB leaves it out. It tells
// whether the stock client shows something else than the server in the end.
func diverges(t *testing.T, f *field, c *client, mute bool, said string) bool {
	t.Helper()
	c.do("plain", doc{"url": f.URL, "token": f.a.Token, "name": "plain" + said, "mute": mute})
	c.do("sync", nil)
	c.do("disconnect", nil)
	c.patch("inspections", f.visit, doc{"weather": "晴" + said})
	f.says(f.b, doc{"statement": "已停产" + said})
	c.do("connect", nil)
	for range 5 { // it has all the time
		c.do("sync", nil)
	}
	f.shows("weather", "晴"+said)
	f.shows("statement", "已停产"+said)
	mine := c.do("dump", nil).Docs["inspections"][f.visit]
	c.do("close", nil)
	return mine["statement"] != "已停产"+said
}

// Why a document that does not stand as it was pushed comes back.
func TestASilentMergeWouldDivergeAndAnAnsweredOneConverges(t *testing.T) {
	t.Parallel()
	f := inField(t)
	c := node(t)
	for i := range 5 {
		if !diverges(t, f, c, true, fmt.Sprint("默", i)) {
			t.Error("a silent merge did no harm: is the test still one of stock RxDB?")
		}
		if diverges(t, f, c, false, fmt.Sprint("答", i)) {
			t.Error("the answered merge diverged")
		}
	}
	f.clean()
}

// Nothing unsent is lost where a client has to begin again, and what nobody changed makes
// no work for anybody.
func TestARemovedReplicationSendsWhatWasUnsentAndNothingElse(t *testing.T) {
	t.Parallel()
	f := inField(t)
	f.says(f.b, doc{"findings": "有异味", "weather": "阴", "notes": []doc{{"id": "n1", "text": "乙"}}})
	c := node(t)
	c.open(f, f.a, "again", shown...)
	c.do("sync", nil)
	for _, sql := range []string{
		"UPDATE sync_grant_gen SET gen = gen + 1",
		"UPDATE sync_meta SET value = 'another' WHERE key = 'epoch'",
	} {
		c.do("offline", nil)
		said := "异味强烈" + sql[:12] + fmt.Sprint(len(sql))
		c.patch("inspections", f.visit, doc{"findings": said})
		f.run(sql)
		c.do("online", nil)
		c.do("sync", nil)
		c.do("sync", nil)
		f.shows("findings", said)
		view := f.native(f.a)
		for name, docs := range c.do("dump", nil).Docs {
			agree(t, view, name, named(docs))
		}
	}
	if kept, err := f.App.FindAllRecords("held_edits"); err != nil || len(kept) > 0 {
		t.Errorf("%d held: %v", len(kept), err)
	}
	c.do("close", nil)
	f.clean()
}

// RxDB leaves out what it pulls of a document that is being pushed. A page that was read
// after the push, and told of a colleague's later edit, must come again.
func TestAPageThatMetAPushIsAskedForAgain(t *testing.T) {
	t.Parallel()
	f := inField(t)
	l := newLine(t, f)
	c := node(t)
	c.do("open", doc{"url": l.URL, "token": f.a.Token, "name": "met", "collections": []string{"inspections"}})
	c.do("sync", nil)
	pulls, pull := hold(&l.there, "GET", "/rxdb/inspections")
	c.do("poke", nil)
	<-pulls
	pushed, answer := hold(&l.back, "POST", "/rxdb/inspections")
	c.patch("inspections", f.visit, doc{"weather": "晴"})
	<-pushed
	f.says(f.b, doc{"statement": "已停产"})
	pull()
	for range 50 { // the page arrives while the answer does not
		c.do("dump", nil)
	}
	answer()
	c.do("sync", nil)
	agree(t, f.native(f.a), "inspections", named(c.do("dump", nil).Docs["inspections"]))
	c.do("close", nil)
}

// A line can die without a word. The client gives up what it waits for, asks again, and hears
// of what is new by another stream.
func TestADeadLineIsGivenUp(t *testing.T) {
	t.Parallel()
	f := inField(t)
	l := newLine(t, f)
	c := node(t)
	pulled, pull := hold(&l.back, "GET", "/rxdb/inspections")
	streams, stream := hold(&l.there, "GET", "/sync/stream")
	c.do("open", doc{"url": l.URL, "token": f.a.Token, "name": "dead", "collections": []string{"inspections"}, "patience": 300, "silence": 300})
	<-pulled
	<-streams
	c.do("sync", nil)
	if shown := c.do("dump", nil).Docs["inspections"]; shown[f.visit] == nil {
		t.Fatalf("%v", shown)
	}
	pushed, push := hold(&l.back, "POST", "/rxdb/inspections")
	c.patch("inspections", f.visit, doc{"weather": "晴"})
	<-pushed
	c.do("sync", nil)
	f.shows("weather", "晴")
	f.says(f.b, doc{"statement": "已停产"})
	late := time.Now().Add(time.Minute)
	for c.do("dump", nil).Docs["inspections"][f.visit]["statement"] != "已停产" { // nobody asked it to sync
		if time.Now().After(late) {
			t.Fatal("it did not hear of the edit")
		}
	}
	pull()
	stream()
	push()
	c.do("close", nil)
	f.clean()
}

// A device that another user signs in on keeps what its first user left.
func TestAnothersDocumentsAreNotSentAsOnesOwn(t *testing.T) {
	t.Parallel()
	f := inField(t)
	l := newLine(t, f)
	c := node(t)
	c.do("open", doc{"url": l.URL, "token": f.a.Token, "name": "one", "collections": []string{"inspections"}})
	c.do("sync", nil)
	tries := make(chan string, 1)
	wait := func(r *http.Request) { // from now on the device has the other's token
		r.Header.Set("Authorization", f.b.Token)
		if r.Method == http.MethodPost {
			select {
			case tries <- r.URL.RawQuery:
			default:
			}
		}
	}
	l.there.Store(&wait)
	c.patch("inspections", f.visit, doc{"weather": "甲写的"})
	if query := <-tries; !strings.Contains(query, "checkpoint=") || strings.HasSuffix(query, "checkpoint=") {
		t.Errorf("the push says %q", query)
	}
	<-tries // it tries again, and does not begin again
	f.shows("weather", "")
	l.there.Store(nil)
	c.do("sync", nil)
	f.shows("weather", "甲写的")
	c.do("close", nil)
}
