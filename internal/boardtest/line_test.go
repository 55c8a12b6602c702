package boardtest

// What happens to a board that is open: the server goes and comes again, somebody else decides
// what was looked at, an account is shut.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xuncha/hooks"
	"xuncha/internal/house"
)

// gone is what a browser says of a server that is not there.
var gone = []string{"ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "503"}

func TestABoardOutlivesAServerThatGoesAndComesAgain(t *testing.T) {
	o := Open(t)
	ids := o.Cases(8) // 1 and 8 are registered
	browser := shared.For(t)
	b := browser.Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + ids[0]})
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已登记") && document.querySelectorAll(".row .title").length === 8`)
	desk := browser.Open(o.House, View{As: &o.Dispatcher, Path: "/board/inbox/triage?item=" + ids[0]})
	desk.Wait(`document.querySelectorAll(".wait").length === 2`)
	press(desk, ".choices", "不予受理")
	fill(desk, ".decide", "给举报人的指引", "请向城管部门反映")
	for _, x := range []*Board{b, desk} {
		x.Wait(`!document.querySelector(".banner")`)
	}
	first := o.House
	first.Stop()
	for _, x := range []*Board{b, desk} {
		x.Wait(`document.querySelector(".banner")?.innerText.includes("与服务器的连接断了")`)
	}
	b.Shot("lost")
	b.Press("n")
	fill(b, "dialog", "内容", "断线时写的记录")
	press(b, "dialog footer", "记录")
	b.Wait(`document.querySelector("dialog footer .wrong").innerText.includes("连不上服务器")`)
	b.Shot("unsent")
	// Somebody works at it while the boards cannot know.
	o.House = house.With(t, first.Dir, hooks.Config{Now: time.Now})
	o.act(o.User("dispatcher", o.Agency, "孙立"), ids[0], "accept", map[string]any{"types": []string{"odour"}, "division_code": Division})
	o.Stop()
	o.House = first.Again(hooks.Config{Now: time.Now})
	press(desk, ".banner", "现在就连") // the other one mends its line by itself
	for _, x := range []*Board{b, desk} {
		x.Wait(`!document.querySelector(".banner")`)
	}
	b.Wait(`document.querySelector(".panel-head .status").innerText.includes("已受理") && [...document.querySelectorAll(".row")].find((r) => r.innerText.includes("2026-000001")).innerText.includes("已受理")`)
	b.Wait(`document.querySelector(".counts a b").innerText === "1"`)
	press(b, "dialog footer", "记录") // what was typed is there still
	b.Wait(`!document.querySelector("dialog") && document.querySelector("#part-course").innerText.includes("断线时写的记录")`)
	desk.Wait(`document.querySelectorAll(".wait").length === 1 && document.querySelector(".left-note")?.innerText.includes("孙立已办理这一件（受理）")`)
	if got := Eval[string](desk, `document.querySelector(".decide textarea").value`); got != "请向城管部门反映" {
		t.Errorf("what was typed is %q", got)
	}
	desk.Shot("left")
	b.Quiet(gone...)
	desk.Quiet(gone...)
}

func TestWhatSomebodyElseDecidesMeanwhileIsSaidAndOtherWorkStays(t *testing.T) {
	o := Open(t)
	first, second := o.Case(o.Agency, Division, "2026-990101-000061"), o.Case(o.Agency, Division, "2026-990101-000062")
	other := o.User("dispatcher", o.Agency, "孙立")
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/inbox/triage?item=" + second})
	b.Wait(`document.querySelectorAll(".wait").length === 2 && document.querySelector(".matter h2")`)
	press(b, ".choices", "不予受理")
	fill(b, ".decide", "理由", "out_of_competence")
	fill(b, ".decide", "给举报人的指引", "请向水务部门反映")
	// Another entry leaves: nothing happens to this one.
	o.act(other, first, "accept", map[string]any{"types": []string{"odour"}, "division_code": Division})
	b.Wait(`document.querySelectorAll(".wait").length === 1`)
	if got := Eval[string](b, `document.querySelector(".decide textarea").value + " " + document.querySelector(".matter-line .num").innerText`); got != "请向水务部门反映 2026-990101-000062" {
		t.Errorf("it shows %q", got)
	}
	third := o.Case(o.Agency, Division, "2026-990101-000063")
	b.Wait(`document.querySelectorAll(".wait").length === 2`)
	// This one leaves: it stays on the screen, who decided it is said, and nothing is sent.
	o.act(other, second, "accept", map[string]any{"types": []string{"odour"}, "division_code": Division})
	b.Wait(`document.querySelectorAll(".wait").length === 1 && document.querySelector(".left-note")?.innerText.includes("孙立已办理这一件（受理）") && document.querySelector(".decide-foot .main").disabled`)
	if got := Eval[string](b, `document.querySelector(".decide textarea").value`); got != "请向水务部门反映" {
		t.Errorf("what was typed is %q", got)
	}
	sound(t, b, "decided by another")
	b.Shot("left")
	b.Press("j")
	b.Wait(`!document.querySelector(".left-note") && document.querySelector(".matter-line .num").innerText === "2026-990101-000063"`)
	if got := o.status(third); got != "registered" {
		t.Errorf("it is %s", got)
	}
	b.Quiet()
}

func TestAReplyThatAnotherReviewerApprovesIsSaidToWhoReadsIt(t *testing.T) {
	o := Open(t)
	id := o.Cases(7)[6]
	o.change(id, map[string]any{"outcome": "unsubstantiated"})
	o.act(o.Dispatcher, id, "reply", map[string]any{"handling_result": "现场未发现异味", "complainant_reply": "您好，现场核查未发现异味。", "legal_basis": "大气污染防治法第八十一条"})
	b := shared.For(t).Open(o.House, View{As: &o.Reviewer, Path: "/board/review"})
	press(b, ".choices", "退回修改")
	fill(b, ".decide", "理由", "请补充监测结果")
	// What others note meanwhile takes nothing away.
	o.act(o.Dispatcher, id, "note", map[string]any{"text": "已电话告知"})
	b.Wait(`document.querySelector(".decide textarea")?.value === "请补充监测结果" && !document.querySelector(".left-note")`)
	o.act(o.User("reviewer", o.Agency, "秦岚"), id, "approve", map[string]any{"delivered": true})
	b.Wait(`document.querySelector(".left-note")?.innerText.includes("秦岚已办理这一件（审核办结）") && document.querySelector(".decide-foot .main").disabled`)
	if got := Eval[string](b, `document.querySelector(".decide textarea").value`); got != "请补充监测结果" {
		t.Errorf("what was typed is %q", got)
	}
	b.Shot("approved")
	press(b, ".left-note", "知道了")
	b.Wait(`document.querySelector(".nothing")`)
	b.Quiet()
}

func TestWhatAnotherDispatcherSettlesIsSaidToWhoReadsIt(t *testing.T) {
	f := Open(t).field()
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(f.pa, f.pb)
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/inbox/held"})
	press(b, ".sides", "送来的内容")
	fill(b, ".decide", "理由", "已问过周洁")
	other := f.User("dispatcher", f.Agency, "孙立")
	_, list := f.Do("GET", "/api/held?kind=edit", other.Token, nil)
	item := list["items"].([]any)[0].(map[string]any)
	if status, body := f.Do("POST", "/api/held/"+item["id"].(string), other.Token, map[string]any{"take": "theirs", "reason": "以李强所见为准"}); status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	b.Wait(`document.querySelector(".left-note")?.innerText.includes("孙立已裁定这一件") && document.querySelector(".decide-foot .main").disabled`)
	if got := Eval[string](b, `document.querySelector(".decide textarea").value`); got != "已问过周洁" {
		t.Errorf("what was typed is %q", got)
	}
	sound(t, b, "settled by another")
	b.Shot("settled")
	b.Quiet()
}

func TestAViewIsKeptUnderANameAndForgotten(t *testing.T) {
	o := Open(t)
	o.Cases(20)
	browser := shared.For(t)
	names := `[...document.querySelectorAll(".own .entry")].map((e) => e.innerText)`
	open := func(as house.User, path string) *Board {
		b := browser.Open(o.House, View{As: &as, Path: path})
		b.Wait(`document.querySelector(".row .title")`)
		return b
	}
	b := open(o.Dispatcher, "/board/?status=assigned,inspecting&sort=-received_at")
	b.Click(".view")
	b.Shot("keep")
	b.Wait(`document.querySelector(".keep input") === document.activeElement || document.querySelector(".keep input")`)
	b.Say(".keep input", "南片在办")
	b.Click(".keep button")
	b.Wait(`document.querySelector(".view b").innerText === "南片在办"`)
	sound(t, b, "a view that was kept")
	b.Do(chromedp.Reload())
	b.Wait(`document.querySelector(".view b")?.innerText === "南片在办"`)
	same, other := open(o.Dispatcher, "/board/"), open(o.User("dispatcher", o.Agency, "孙立"), "/board/")
	other.Click(".view")
	other.Wait(`document.querySelector(".sheet .entry")`)
	same.Click(".view")
	same.Wait(`document.querySelector(".own .entry")`)
	same.Shot("views")
	if got := Eval[[]string](other, names); len(got) != 0 {
		t.Errorf("another user sees %v", got)
	}
	press(same, ".own", "南片在办")
	same.Wait(`location.search === "?sort=-received_at&status=assigned,inspecting" && document.querySelector(".view b").innerText === "南片在办"`)
	same.Click(".view")
	same.Click(`.own [aria-label="删除视图“南片在办”"]`)
	same.Wait(`!document.querySelector(".own") && document.querySelector(".view b").innerText === "自选条件"`)
	b.Do(chromedp.Reload())
	b.Wait(`document.querySelector(".view b")?.innerText === "自选条件" && document.querySelector(".row .title")`)
	for _, x := range []*Board{b, same, other} {
		x.Quiet()
	}
}

func TestWhoIsShutOutIsToldAtTheOpenBoard(t *testing.T) {
	o := Open(t)
	ids := o.Cases(3)
	admin := o.User("admin", o.Agency, "钱进")
	browser := shared.For(t)
	a := browser.Open(o.House, View{As: &admin, Path: "/board/admin"})
	press(a, ".view-head", "新建账号")
	fill(a, "dialog", "姓名", "何静")
	fill(a, "dialog", "邮箱", "hejing@example.test")
	fill(a, "dialog", "角色", "dispatcher")
	press(a, "dialog footer", "创建")
	a.Wait(`document.querySelector("dialog .secret")`)
	password := a.Text("dialog .secret")
	press(a, "dialog footer", "已记下")

	b := browser.Open(o.House, View{Path: "/board/cases/" + ids[0]})
	b.Wait(`document.querySelector(".login [name=identity]") === document.activeElement`)
	b.Write("hejing@example.test")
	b.Press("\t")
	b.Write(password)
	b.Press("\r")
	b.Wait(`document.querySelectorAll(".row .title").length === 3 && document.querySelector(".panel-foot .main")`)
	b.Press("n")
	b.Wait(`document.querySelector("dialog textarea") === document.activeElement`)
	b.Write("电话联系过举报人")

	Eval[bool](a, `([...document.querySelectorAll(".table tr")].find((r) => r.innerText.includes("何静")).querySelector(".menu button").click(), true)`)
	press(a, ".menu .sheet", "停用")
	press(a, "dialog footer", "停用")
	a.Wait(`![...document.querySelectorAll(".table tr")].some((r) => r.innerText.includes("何静"))`)
	b.Wait(`document.querySelector(".small-dialog")?.innerText.replace(/\s/g, "").includes("此账号已停用请联系管理员。您填写的内容都还在")`)
	b.Shot("disabled")
	if got := Eval[string](b, `document.querySelector("dialog textarea").value`); got != "电话联系过举报人" {
		t.Errorf("what was typed is %q", got)
	}
	b.Wait(`document.querySelector(".small-dialog [name=password]") === document.activeElement`)
	b.Write(password)
	b.Press("\r")
	b.Wait(`document.querySelector(".small-dialog .wrong").innerText.length > 3`)
	b.Shot("refused")
	if got := b.Text(".small-dialog .wrong"); !strings.Contains(got, "停用") {
		t.Errorf("signing in again says %q", got)
	}
	if got := Eval[string](b, `document.activeElement.name`); got != "password" {
		t.Errorf("the keyboard is at %q", got)
	}
	if left := Eval[string](b, `([...document.querySelectorAll(".small-dialog button")].find((e) => e.innerText.startsWith("换一个账号")).click(), localStorage["xuncha.session"] ?? "")`); left != "" {
		t.Errorf("the browser keeps %s", left)
	}
	a.Quiet(noCases...)
	b.Quiet("401")
	if status, _ := o.Do("GET", "/api/cases", o.SignIn(o.Dispatcher.Email, house.Password), nil); status != http.StatusOK {
		t.Error("others are shut out too")
	}
}
