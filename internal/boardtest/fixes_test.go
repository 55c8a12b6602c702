package boardtest

// Faults that a reading of the board found, each where it would show again.

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xuncha/hooks"
)

// A case that is overdue has a ring of its own on the map, also where it is alone.
func TestAPinThatIsOverdueLooksOtherwise(t *testing.T) {
	o := Open(t)
	ids := o.Cases(1)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelector(".row .title")`)
	inTime := picture(b)
	yesterday := time.Now().AddDate(0, 0, -2).Format(time.DateOnly)
	o.change(ids[0], map[string]any{"due_strict": yesterday, "due_legal": yesterday, "overdue": true})
	b.Wait(`document.querySelector(".row .status.late, .row .overdue")`)
	b.Do(chromedp.Reload())
	b.Wait(`document.querySelector(".row .title")`)
	if picture(b) == inTime {
		t.Error("the map shows what is overdue as it shows what is in time")
	}
	b.Quiet()
}

// slow is a line on which the list takes longer than the board waits between two readings.
const slow = `{ const plain = window.fetch; window.fetch = async (to, how) => {
	const r = await plain(to, how);
	if (String(to).startsWith("/api/cases?")) await new Promise((go) => setTimeout(go, 700));
	return r; }; }`

// told is a stream of the server's whose words the test writes.
const told = `{ const plain = window.fetch; window.lines = 0; window.fetch = async (to, how) => {
	if (!String(to).startsWith("/api/cases/stream")) return plain(to, how);
	if (window.lines++ === 0 && window.shut) return new Response("", { status: 405 });
	return new Response(new ReadableStream({ start: (c) => { window.hear = (text) => c.enqueue(new TextEncoder().encode(text)); } })); }; }`

// steady is news each 100 ms, without a pause that a reading would fit into.
const steady = told + `setInterval(() => window.hear?.('event: cases\ndata: {"version":1,"changed":[],"gone":[]}\n\n'), 100);`

func TestTheListIsReadHoweverMuchHappens(t *testing.T) {
	o := Open(t)
	ids := o.Cases(8)
	supervisor := o.User("supervisor", o.Agency, "郑重")
	browser := shared.For(t)
	b := browser.Open(o.House, View{As: &o.Dispatcher, Script: slow + steady})
	desk := browser.Open(o.House, View{As: &supervisor, Script: slow + steady, Path: "/board/supervise/starred"})
	b.Wait(`document.querySelectorAll(".row .title").length === 8`)
	press(b, ".chips", "紧急")
	b.Wait(`document.querySelector(".count").innerText === "0 件"`)
	desk.Wait(`document.querySelector(".nothing")`)
	o.change(ids[2], map[string]any{"urgent": true, "starred": true})
	b.Wait(`document.querySelector(".row .num")?.innerText === "2026-000003"`)
	desk.Wait(`document.querySelector(".table tbody tr")?.innerText.includes("2026-000003")`)
	b.Quiet()
	desk.Quiet()
}

func TestTheCursorStaysOnTheCaseThatWasRead(t *testing.T) {
	o := Open(t)
	ids := o.Cases(8)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelectorAll(".row .title").length === 8`)
	b.Press("jj")
	b.Wait(`document.querySelector(".row.active .num").innerText === "2026-000003"`)
	today := time.Now().Format(time.DateOnly)
	o.change(ids[7], map[string]any{"due_strict": today, "due_legal": today})
	b.Wait(`document.querySelector(".row .num").innerText === "2026-000008"`)
	b.Press("x")
	b.Wait(`document.querySelector(".row[aria-selected=true]")`)
	if got := b.Text(".row[aria-selected=true] .num"); got != "2026-000003" {
		t.Errorf("x selects %s", got)
	}
	b.Press("\x1b")
	for _, id := range []string{ids[0], ids[7]} {
		o.change(id, map[string]any{"status": "closed"})
	}
	b.Wait(`document.querySelectorAll(".row .title").length === 6`)
	b.Press("\r")
	b.Wait(`location.pathname === "/board/cases/` + ids[2] + `" && document.querySelector("#case-title")`)
	b.Press("\x1b")
	o.change(ids[2], map[string]any{"status": "closed"}) // where the case itself leaves, its place is kept
	b.Wait(`document.querySelectorAll(".row .title").length === 5`)
	if got := b.Text(".row.active .num"); got != "2026-000004" {
		t.Errorf("the cursor is on %s", got)
	}
	b.Quiet()
}

func TestTheMapGoesOnWithoutABaseMapThatIsSilent(t *testing.T) {
	shut, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := shut.Close(); err != nil {
		t.Fatal(err)
	}
	tiles, err := hooks.ParseTiles("http://"+shut.Addr().String()+"/base.pmtiles", "某测绘院", "")
	if err != nil {
		t.Fatal(err)
	}
	o := Open(t)
	o.Cases(3)
	o.Stop()
	o.House = o.Again(hooks.Config{Now: time.Now, Tiles: tiles})
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelector(".map-notice")?.innerText.includes("底图服务没有响应") && document.querySelector(".map[aria-busy=false] .maptools [aria-label^=套索]")`)
	b.Press("v")
	b.Wait(`document.querySelector(".selection b")?.innerText === "已选 3 件"`)
	b.Shot("silent")
	b.Quiet("ERR_CONNECTION_REFUSED")
}

func TestAHeapAtOnePlaceIsSelectedWhereTheMapGoesNoCloser(t *testing.T) {
	o := Open(t)
	for _, id := range o.Cases(40) {
		o.change(id, map[string]any{"location": map[string]any{"lon": 116.4, "lat": 39.9, "crs": "wgs84"}})
	}
	camera := fmt.Sprintf(`{"center":[116.4,39.9],"zoom":17.4,"user":%q}`, o.Dispatcher.ID)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Kept: map[string]string{"xuncha.map": camera}})
	b.Wait(`document.querySelector(".map[aria-busy=false] .maptools [aria-label^=套索]")`)
	b.Drag(onScreen(b, 116.4, 39.9))
	b.Wait(`JSON.parse(localStorage["xuncha.map"]).zoom === 18`)
	b.Drag(onScreen(b, 116.4, 39.9))
	b.Wait(`document.querySelector(".selection b")?.innerText === "已选 40 件"`)
	b.Quiet()
}

// hand gives a case to another agency behind everybody's back.
func (o *Office) hand(id, agency string) {
	o.T.Helper()
	o.change(id, map[string]any{"agency": agency, "division_code": "990102", "inspectors": []string{}, "lead": ""})
}

func TestACaseThatWentToSomebodyElseIsSaidAndNotSelected(t *testing.T) {
	o := Open(t)
	there := o.House.Agency("乙县生态环境分局", "990102")
	ids := o.Cases(4)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + ids[0]})
	b.Wait(`document.querySelectorAll(".row .title").length === 4 && document.querySelector(".panel-foot .main") && !document.querySelector(".banner")`)
	b.Press("xjx")
	b.Wait(`document.querySelector(".selection b")?.innerText === "已选 2 件"`)
	b.Press("n")
	fill(b, "dialog", "内容", "电话联系过举报人")
	o.hand(ids[0], there)
	b.Wait(`document.querySelector(".gone-line")?.innerText.includes("已转由其他单位办理") && document.querySelector(".selection b").innerText === "已选 1 件"`)
	if got := Eval[string](b, `document.querySelector("dialog textarea").value`); got != "电话联系过举报人" {
		t.Errorf("what was typed is %q", got)
	}
	press(b, "dialog footer", "取消")
	b.Wait(`!document.querySelector("dialog")`)
	if got := Eval[int](b, `document.querySelectorAll(".panel-foot button").length`); got != 0 {
		t.Errorf("%d things may be done to it", got)
	}
	sound(t, b, "a case that left")
	b.Shot("gone")
	b.Quiet()
}

func TestAnotherRangeIsReadAnew(t *testing.T) {
	o := Open(t)
	o.Cases(2)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Script: told})
	b.Wait(`document.querySelectorAll(".row .title").length === 2 && window.hear`)
	module := `import("/board/js/stream.js")`
	Eval[bool](b, module+`.then((m) => { window.heard = []; for (const name of ["hello", "again"]) m.listen(name, () => heard.push(name)); return true; })`)
	for _, scope := range []string{`,"scope":"a"`, ``, `,"scope":"a"`, `,"scope":"b"`} {
		Eval[bool](b, fmt.Sprintf(`(hear("event: hello\ndata: {\"version\":1%s}\n\n"), true)`, strings.ReplaceAll(scope, `"`, `\"`)))
	}
	b.Wait(`heard.length === 5`)
	if got := Eval[string](b, `heard.join(" ")`); got != "hello hello hello hello again" {
		t.Errorf("it heard %s", got)
	}
	b.Quiet()
}

func TestALineThatAProxyRefusedOnceIsTriedAgain(t *testing.T) {
	o := Open(t)
	o.Cases(2)
	hurry := `window.shut = true; { const plain = window.setTimeout; window.setTimeout = (f, ms, ...more) => plain(f, ms === 60000 ? 300 : ms, ...more); }`
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Script: hurry + told})
	b.Wait(`document.querySelectorAll(".row .title").length === 2 && lines === 2 && window.hear`)
	b.Quiet()
}

func TestAMalformedAddressIsNotFound(t *testing.T) {
	o := Open(t)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/%E4"})
	b.Wait(`document.querySelector("main")?.innerText.includes("这里没有内容")`)
	press(b, "main", "")
	b.Wait(`document.querySelector(".listbox")`)
	b.Quiet()
}

func TestEscEndsTheLineFirst(t *testing.T) {
	o := Open(t)
	o.Cases(4)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelectorAll(".row .title").length === 4 && document.querySelector(".maptools [aria-label^=套索]")`)
	b.Press("x")
	b.Wait(`document.querySelector(".selection")`)
	b.Press("l")
	b.Wait(`document.querySelector(".map-notice") && document.querySelector(".maptools [aria-pressed=true]")`)
	b.Press("\x1b")
	b.Wait(`!document.querySelector(".map-notice")`)
	if b.Text(".selection b") != "已选 1 件" {
		t.Error("the selection went with the line")
	}
	b.Press("\x1b")
	b.Wait(`!document.querySelector(".selection")`)
	b.Quiet()
}

func TestLettersAreNoNumber(t *testing.T) {
	f := Open(t).field()
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(f.pa, f.pb)
	// No number of today's forms is settled by a person; the screen is ready for one.
	numbers := `{ const plain = window.fetch; window.fetch = async (to, how) => {
		const r = await plain(to, how);
		if (!String(to).startsWith("/api/held?")) return r;
		const list = await r.json();
		for (const i of list.items) Object.assign(i, { ours: 62, now: 58, theirs: 58 });
		return Response.json(list); }; }`
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/inbox/held", Script: numbers})
	press(b, ".third", "另写一份")
	b.Wait(`document.querySelector(".third textarea")`)
	Eval[bool](b, `((e) => { e.value = "约六十"; e.dispatchEvent(new Event("input", { bubbles: true })); return true; })(document.querySelector(".third textarea"))`)
	fill(b, ".decide", "理由", "已核实")
	press(b, ".decide-foot", "采用新写的内容")
	b.Wait(`document.querySelector(".decide .wrong").innerText.includes("请填写数字")`)
	b.Quiet()
}

// The dialogs that lie over everything, as axe sees them.
func TestTheDialogsAreForEverybody(t *testing.T) {
	o := Open(t)
	ids := o.Cases(9) // the 2nd and the 9th are accepted
	o.crewed(3)
	other := o.User("dispatcher", o.Agency, "孙立")
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/?status=accepted"})
	b.Wait(`document.querySelectorAll(".row .title").length === 2`)
	b.Press("xjxp")
	b.Wait(`document.querySelectorAll("dialog .plan tbody tr:not(.off)").length === 2`)
	sound(t, b, "a plan")
	for _, id := range []string{ids[1], ids[8]} {
		o.act(other, id, "assign", map[string]any{"inspectors": []string{o.Inspectors[0].ID, o.Inspectors[1].ID}, "lead": o.Inspectors[0].ID, "due": time.Now().Format(time.DateOnly)})
	}
	press(b, "dialog footer", "派单 2 件")
	b.Wait(`document.querySelectorAll("dialog .results .wrong").length > 0 && document.querySelector("dialog footer .main")`)
	sound(t, b, "what became of a plan")
	b.Quiet("409")
	b.Do(chromedp.Navigate(o.URL + "/board/cases/" + ids[0]))
	b.Wait(`document.querySelector(".panel-foot .main")?.innerText === "受理"`)
	b.Click(".panel-foot .main")
	b.Wait(`document.querySelector("dialog[open] form")`)
	sound(t, b, "an action")
	record, err := o.App.FindRecordById("users", o.Dispatcher.ID)
	if err != nil {
		t.Fatal(err)
	}
	record.RefreshTokenKey()
	if err := o.App.Save(record); err != nil {
		t.Fatal(err)
	}
	press(b, "dialog footer", "受理")
	b.Wait(`document.querySelector(".small-dialog [name=password]")`)
	sound(t, b, "logging in again")
	b.Quiet("401")
}
