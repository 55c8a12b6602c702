package boardtest

// The board as a dispatcher uses it: sign in, find, open, act; by keys alone; and what it does
// where something is missing.

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"xuncha/internal/house"
)

func numbers(b *Board) []string {
	return Eval[[]string](b, `[...document.querySelectorAll(".row .line .num")].map((e) => e.innerText)`)
}

func TestADispatcherSignsInAndSeesTheCasesInOrder(t *testing.T) {
	o := Open(t)
	o.Cases(120)
	b := shared.For(t).Open(o.House, View{})
	b.Say(`[name="identity"]`, o.Dispatcher.Email)
	b.Say(`[name="password"]`, "wrong")
	b.Click(`button[type="submit"]`)
	b.Wait(`document.querySelector("#login-wrong").innerText.length > 3`)
	b.Quiet("400")
	Eval[bool](b, `(document.querySelector("[name=password]").value = "", true)`)
	b.Say(`[name="password"]`, house.Password)
	b.Click(`button[type="submit"]`)
	b.Wait(`document.querySelectorAll(".row .title").length > 5`)
	if got := numbers(b); got[0] != "2026-000001" || got[1] != "2026-000002" || got[2] != "2026-000003" {
		t.Errorf("the first rows are %v", got[:3])
	}
	if got := b.Text(".count"); got != "120 件" {
		t.Errorf("the count is %q", got)
	}
	row := b.Text(".row")
	for _, want := range []string{"已登记", "2026-000001", "第 1 厂", "剩 1 天", "法定"} {
		if !strings.Contains(row, want) {
			t.Errorf("no %q in the row %q", want, row)
		}
	}
	b.Quiet()
}

func TestFiltersStandInTheAddressAndAReloadShowsTheSame(t *testing.T) {
	o := Open(t)
	o.Cases(70)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/?status=replying"})
	b.Wait(`document.querySelector(".count").innerText === "10 件"`)
	b.Press("/")
	b.Say(".search input", "2026-000014")
	b.Wait(`document.querySelector(".count").innerText === "1 件"`)
	if got := Eval[string](b, "location.search"); got != "?q=2026-000014&status=replying" {
		t.Errorf("the address says %s", got)
	}
	b.Do(chromedp.Reload())
	b.Wait(`document.querySelector(".count")?.innerText === "1 件" && document.querySelector(".row .num")?.innerText === "2026-000014"`)
	b.Click(`.chip.on`)
	b.Wait(`!location.search.includes("status")`)
	b.Quiet()
}

func TestACaseIsOpenedAndAcceptedByKeysAlone(t *testing.T) {
	o := Open(t)
	ids := o.Cases(8)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelector(".row .title")`)
	b.Press("j")
	b.Press("k")
	b.Press("\r")
	b.Wait(`document.querySelector("#case-title")?.innerText.includes("第 1 厂")`)
	if got := Eval[string](b, "location.pathname"); got != "/board/cases/"+ids[0] {
		t.Errorf("the address of the case is %s", got)
	}
	b.Wait(`document.querySelector(".panel-foot .main")?.innerText === "受理"`)
	Eval[bool](b, `(document.querySelector(".panel-foot .main").focus(), true)`)
	b.Press("\r")
	b.Wait(`document.querySelector("dialog[open] form")`)
	Eval[bool](b, `(document.querySelector("dialog[open] footer .main").focus(), true)`)
	b.Press("\r")
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已受理")`)
	record, err := o.App.FindRecordById("cases", ids[0])
	if err != nil || record.GetString("status") != "accepted" {
		t.Errorf("the case is %v %v", record.GetString("status"), err)
	}
	b.Press("\x1b")
	b.Wait(`!document.querySelector(".panel")`)
	b.Quiet()
}

func TestACaseIsAssignedToTwoWithADateAndCalledBack(t *testing.T) {
	o := Open(t)
	ids := o.Cases(2)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + ids[1]})
	b.Wait(`document.querySelector(".panel-foot .main")?.innerText === "派单"`)
	b.Press("a")
	b.Wait(`document.querySelectorAll("dialog .officer").length === 3`)
	Eval[bool](b, `(document.querySelectorAll("dialog details").forEach((d) => d.open = true), true)`)
	for Eval[int](b, `document.querySelectorAll("dialog .officer.on").length`) < 2 {
		Eval[bool](b, `(document.querySelector("dialog .officer:not(.on) input[type=checkbox]").click(), true)`)
		b.Wait(`document.querySelectorAll("dialog .officer.on").length > 0`)
	}
	Eval[bool](b, `(document.querySelector("dialog footer .main").click(), true)`)
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已派单")`)
	record, err := o.App.FindRecordById("cases", ids[1])
	if err != nil || record.GetString("status") != "assigned" || len(record.GetStringSlice("inspectors")) != 2 {
		t.Fatalf("the case is %s with %v, %v", record.GetString("status"), record.GetStringSlice("inspectors"), err)
	}
	b.Press("u")
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已受理")`)
	b.Quiet()
}

func TestARefusalIsSaidInWordsAndWhatWasTypedStays(t *testing.T) {
	o := Open(t)
	ids := o.Cases(7)
	b := shared.For(t).Open(o.House, View{As: &o.Reviewer, Path: "/board/cases/" + ids[6]}) // it awaits a reply, and has none
	b.Wait(`document.querySelector(".panel-foot .main")?.innerText === "审核办结"`)
	b.Click(".panel-foot .main")
	b.Wait(`document.querySelector("dialog[open] form")`)
	b.Click(`dialog[open] footer .main`)
	b.Wait(`document.querySelector("dialog footer .wrong").innerText.length > 5`)
	if got := b.Text("dialog footer .wrong"); !strings.ContainsAny(got, "须不") {
		t.Errorf("the refusal is %q", got)
	}
	b.Quiet("409")
}

func TestWhatAnotherDeskDoesIsSeenWithoutAsking(t *testing.T) {
	o := Open(t)
	ids := o.Cases(8)
	other := o.User("dispatcher", o.Agency, "孙立")
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + ids[0]})
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已登记")`)
	b.Wait(`document.querySelector(".counts a b")?.innerText === "2"`)
	status, body := o.Do("POST", "/api/collections/actions/records", other.Token, map[string]any{
		"id": "01JD0000000000000000000001", "case": ids[0], "name": "accept", "args": map[string]any{"types": []string{"odour"}, "division_code": Division},
	})
	if status != 200 {
		t.Fatalf("%d %v", status, body)
	}
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已受理")`)
	b.Wait(`document.querySelector(".row .status")?.innerText.includes("已受理")`)
	b.Wait(`document.querySelector(".told-line")?.innerText.includes("孙立")`)
	b.Wait(`document.querySelector(".counts a b")?.innerText === "1"`)
	b.Quiet()
}

func TestALogInThatRanOutIsAskedForOverTheWork(t *testing.T) {
	o := Open(t)
	ids := o.Cases(2)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + ids[0]})
	b.Wait(`document.querySelector(".panel-foot")`)
	b.Press("n")
	b.Wait(`document.querySelector("dialog textarea") === document.activeElement`)
	b.Say("dialog textarea", "电话联系过举报人")
	record, err := o.App.FindRecordById("users", o.Dispatcher.ID)
	if err != nil {
		t.Fatal(err)
	}
	record.RefreshTokenKey()
	if err := o.App.Save(record); err != nil {
		t.Fatal(err)
	}
	b.Click("dialog footer .main")
	b.Wait(`document.querySelector(".small-dialog [name=password]")`)
	b.Say(".small-dialog [name=password]", house.Password)
	b.Click(".small-dialog button[type=submit]")
	b.Wait(`!document.querySelector(".small-dialog")`)
	if got := Eval[string](b, `document.querySelector("dialog textarea").value`); got != "电话联系过举报人" {
		t.Errorf("what was typed is %q", got)
	}
	b.Click("dialog footer .main")
	b.Wait(`!document.querySelector("dialog") && document.querySelector("#part-course").innerText.includes("电话联系过举报人")`)
	b.Quiet("401")
}

// On paper a day is written out, and the file is all there is.
func TestACaseIsPrinted(t *testing.T) {
	o := Open(t)
	ids := o.Cases(2)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + ids[0], Script: `addEventListener("afterprint", () => (window.printed = document.querySelector(".panel").textContent));`})
	b.Wait(`document.querySelector("#part-course li")?.innerText.includes("今天")`)
	b.call(func(ctx context.Context) error {
		r, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{})
		if err == nil && len(r.Data) < 1000 {
			t.Errorf("the paper has %d bytes", len(r.Data))
		}
		return err
	})
	b.Wait("window.printed")
	paper := Eval[string](b, "window.printed")
	today := time.Now().In(time.FixedZone("", 8*3600)).Format("2006年1月2日")
	if strings.Contains(paper, "今天") || !strings.Contains(paper, "王丽打印于 "+today) {
		t.Errorf("the paper says %s", paper)
	}
	b.Wait(`document.querySelector("#part-course li").innerText.includes("今天")`)
	b.Quiet()
}

// Each view, in each theme and language, without a word from the policy or an exception.
func TestNothingIsAskedOfAnotherHostAndThePolicyRefusesNothing(t *testing.T) {
	o := Open(t)
	ids := o.Cases(30)
	browser := shared.For(t)
	for _, v := range []View{{Theme: "light", Lang: "zh-CN"}, {Theme: "dark", Lang: "en", Width: 1024, Height: 768}} {
		v.As, v.Path = &o.Dispatcher, "/board/cases/"+ids[3]
		b := browser.Open(o.House, v)
		b.Wait(`document.querySelector(".maptools") && document.querySelector(".panel-foot")`)
		b.Wait(`document.querySelector("#part-course li")`)
		other := Eval[[]string](b, `performance.getEntriesByType("resource").map((e) => e.name).filter((n) => !n.startsWith(location.origin) && !n.startsWith("blob:") && !n.startsWith("data:"))`)
		if len(other) > 0 {
			t.Errorf("it asks %v", other)
		}
		if got := Eval[string](b, `document.documentElement.lang + " " + document.documentElement.dataset.theme`); got != v.Lang+" "+v.Theme {
			t.Errorf("it is %s", got)
		}
		if missing := Eval[[]string](b, `[...document.querySelectorAll("button, a, input, select, textarea")].filter((e) => e.offsetParent && !(e.innerText || e.getAttribute("aria-label") || e.labels?.length || e.title)).map((e) => e.outerHTML.slice(0, 120))`); len(missing) > 0 {
			t.Errorf("without a name: %v", missing)
		}
		b.Shot(fmt.Sprint("view-", v.Theme, "-", v.Width))
		b.Quiet()
	}
}

// picture is what the map shows, dot for dot.
func picture(b *Board) string {
	b.T.Helper()
	b.Wait(`document.querySelector(".map[aria-busy=false]")`)
	var png []byte
	b.call(func(ctx context.Context) (err error) {
		png, err = chromedp.Run(ctx, chromedp.Screenshot(chromedp.CSS(".map .holder")))
		return err
	})
	return string(png)
}

func TestTheMapShowsWhatTheFilterAsksFor(t *testing.T) {
	o := Open(t)
	ids := o.Cases(40)
	o.change(ids[3], map[string]any{"urgent": true})
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelector(".count")?.innerText === "40 件"`)
	all := picture(b)
	for range 3 { // each time of the same state of the cases
		press(b, ".chips", "紧急")
		b.Wait(`document.querySelector(".count").innerText === "1 件"`)
		if picture(b) == all {
			t.Error("the map shows all cases where one is asked for")
		}
		press(b, ".chips", "紧急")
		b.Wait(`document.querySelector(".count").innerText === "40 件"`)
		if picture(b) != all {
			t.Error("the map does not show all cases again")
		}
	}
	b.Quiet()
}
