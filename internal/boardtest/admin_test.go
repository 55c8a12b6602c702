package boardtest

// The reviewer, the supervisor and the administrator at their screens.

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/internal/house"
)

// noCases is what an administrator is refused: he has no cases, and the board asks to know.
var noCases = []string{"/api/cases/stream", "/api/dispatch/inbox"}

func (o *Office) change(id string, fields map[string]any) {
	o.T.Helper()
	r, err := o.App.FindRecordById("cases", id)
	if err != nil {
		o.T.Fatal(err)
	}
	r.Load(fields)
	if err := o.App.SaveWithContext(house.Seeding(o.T), r); err != nil {
		o.T.Fatal(err)
	}
}

func TestAReplyIsApprovedByWhoHadNoPartInTheCase(t *testing.T) {
	o := Open(t)
	ids := o.Cases(14) // the 7th and the 14th wait for their replies
	for _, id := range []string{ids[6], ids[13]} {
		o.change(id, map[string]any{"outcome": "unsubstantiated"})
		o.act(o.Dispatcher, id, "reply", map[string]any{"handling_result": "现场未发现异味", "complainant_reply": "您好，现场核查未发现异味。", "legal_basis": "大气污染防治法第八十一条"})
	}
	o.change(ids[13], map[string]any{"inspectors": []string{o.Inspectors[0].ID, o.Reviewer.ID}})
	b := shared.For(t).Open(o.House, View{As: &o.Reviewer, Path: "/board/review?item=" + ids[13]})
	b.Wait(`document.querySelector(".eyes")?.innerText.includes("您是本案承办人，不能审核")`)
	if got := Eval[int](b, `[...document.querySelectorAll(".choices button")].filter((e) => e.innerText === "审核办结").length`); got != 0 {
		t.Error("an officer may approve")
	}
	Eval[bool](b, `(document.getElementById("wait-`+ids[6]+`").click(), true)`)
	b.Wait(`document.querySelector(".eyes")?.innerText.includes("您未参与本案，可以审核")`)
	sound(t, b, "review")
	for _, want := range []string{"李强、周洁", "王丽", "您好，现场核查未发现异味"} {
		if text := b.Text(".matter"); !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	press(b, ".choices", "退回修改")
	fill(b, ".decide", "理由", "请补充监测结果")
	press(b, ".decide-foot", "退回修改")
	b.Wait(`document.querySelector(".sent-back")?.innerText.includes("请补充监测结果")`)
	press(b, ".choices", "审核办结")
	press(b, ".decide", "不能送达")
	press(b, ".suggest", "匿名举报")
	press(b, ".decide-foot", "审核办结")
	b.Wait(`document.querySelectorAll(".wait").length === 1`)
	if got := o.status(ids[6]); got != "closed" {
		t.Errorf("it is %s", got)
	}
	b.Quiet()
}

func TestASupervisorUrgesStarsAndHasItDoneAgain(t *testing.T) {
	o := Open(t)
	supervisor := o.User("supervisor", o.Agency, "郑重")
	ids := o.Cases(3)
	o.change(ids[0], map[string]any{"overdue": true, "due_strict": "2026-10-01", "due_legal": "2026-10-01"})
	o.change(ids[2], map[string]any{"status": "closed", "closed_at": "2026-11-20T01:00:00.000Z"})
	b := shared.For(t).Open(o.House, View{As: &supervisor, Path: "/board/supervise"})
	b.Wait(`document.querySelectorAll(".table tbody tr").length === 1`)
	b.Press("j")
	b.Wait(`document.querySelector(".oversight h2")?.innerText.includes("第 1 厂")`)
	sound(t, b, "supervise")
	fill(b, ".decide", "督办等级", "supervised")
	press(b, ".decide-foot", "督办")
	b.Wait(`document.querySelector(".oversight .steps")?.innerText.includes("郑重")`)
	press(b, ".choices", "标为重点")
	press(b, ".decide-foot", "标为重点")
	b.Wait(`document.querySelector(".oversight .decide-foot")?.innerText.includes("取消重点")`)
	press(b, ".queues", "督办")
	b.Wait(`location.pathname.endsWith("/supervised") && document.querySelectorAll(".table tbody tr").length === 1`)
	press(b, ".queues", "已办结")
	press(b, ".table", "第 3 厂")
	fill(b, ".decide", "理由", "举报人反映问题依旧")
	press(b, ".decide-foot", "重新办理")
	b.Wait(`document.querySelector(".table tbody tr") === null`)
	if got := o.status(ids[2]); got != "reopened" {
		t.Errorf("it is %s", got)
	}
	b.Quiet()
}

func TestAnAdministratorKeepsThePeople(t *testing.T) {
	o := Open(t)
	admin := o.User("admin", o.Agency, "钱进")
	b := shared.For(t).Open(o.House, View{As: &admin})
	b.Wait(`location.pathname === "/board/admin" && document.querySelectorAll(".table tbody tr").length === 6`) // he has no list of cases
	sound(t, b, "people")
	press(b, ".view-head", "新建账号")
	fill(b, "dialog", "姓名", "何静")
	fill(b, "dialog", "邮箱", "hejing@example.test")
	fill(b, "dialog", "执法证号", "ZF-9")
	fill(b, "dialog", "有效期至", time.Now().AddDate(0, 0, 12).Format(time.DateOnly))
	b.Wait(`document.querySelector("dialog").innerText.includes("30 天内到期")`)
	press(b, "dialog footer", "创建")
	b.Wait(`document.querySelector("dialog .secret")`)
	first := b.Text("dialog .secret")
	o.SignIn("hejing@example.test", first)
	press(b, "dialog footer", "已记下")
	b.Wait(`[...document.querySelectorAll(".table tr")].find((r) => r.innerText.includes("何静"))?.innerText.includes("12 天后到期")`)
	do := func(what string) {
		Eval[bool](b, `([...document.querySelectorAll(".table tr")].find((r) => r.innerText.includes("何静")).querySelector(".menu button").click(), true)`)
		press(b, ".menu .sheet", what)
		press(b, "dialog footer .main, dialog footer", what)
	}
	do("重置密码")
	b.Wait(`document.querySelector("dialog .secret")`)
	second := b.Text("dialog .secret")
	o.SignIn("hejing@example.test", second)
	if first == second || len(first) != 19 {
		t.Errorf("%q, then %q", first, second)
	}
	press(b, "dialog footer", "已记下")
	do("停用")
	b.Wait(`![...document.querySelectorAll(".table tr")].some((r) => r.innerText.includes("何静"))`)
	if status, _ := o.Do("POST", "/api/collections/users/auth-with-password", "", map[string]any{"identity": "hejing@example.test", "password": second}); status == http.StatusOK {
		t.Error("who is disabled signs in")
	}
	Eval[bool](b, `((e) => { e.value = "disabled"; e.dispatchEvent(new Event("change", { bubbles: true })); return true; })([...document.querySelectorAll(".narrow select")].at(-1))`)
	b.Wait(`[...document.querySelectorAll(".table tr")].some((r) => r.innerText.includes("何静"))`)
	do("启用")
	b.Wait(`document.querySelector(".nothing")`)
	o.SignIn("hejing@example.test", second)
	b.Quiet(noCases...)
}

func TestAnAdministratorKeepsAgenciesTheCalendarAndTheRules(t *testing.T) {
	o := Open(t)
	admin := o.User("admin", o.Agency, "钱进")
	b := shared.For(t).Open(o.House, View{As: &admin, Path: "/board/admin/agencies"})
	b.Wait(`document.querySelectorAll(".table tbody tr").length === 1`)
	press(b, ".view-head", "新建机构")
	fill(b, "dialog", "机构名称", "化工路镇所")
	fill(b, "dialog", "行政区划", "110101")
	press(b, "dialog footer", "创建")
	b.Wait(`document.querySelector("dialog .wrong").innerText.includes("超出您的管辖范围")`)
	fill(b, "dialog", "行政区划", "990101001")
	fill(b, "dialog", "级别", "town")
	press(b, "dialog footer", "创建")
	b.Wait(`document.querySelectorAll(".table tbody tr").length === 2`)
	sound(t, b, "agencies")
	press(b, ".queues", "节假日")
	b.Wait(`document.querySelectorAll(".edits tbody tr").length > 20`)
	sound(t, b, "holidays")
	press(b, ".view-head", "新增")
	b.Wait(`document.querySelectorAll(".edits tbody tr").length === 0`)
	press(b, ".edit-foot", "添加一天")
	press(b, ".edit-foot", "添加一天")
	Eval[bool](b, `[...document.querySelectorAll(".edits input[type=date]")].every((e) => { e.value = e.max.slice(0, 4) + "-01-01"; return e.dispatchEvent(new Event("input", { bubbles: true })); })`)
	b.Wait(`document.querySelector(".edit-foot .wrong").innerText.includes("出现了两次") && document.querySelector(".edit-foot .main").disabled`)
	Eval[bool](b, `(document.querySelector(".edits .acts button").click(), true)`)
	press(b, ".edit-foot", "保存")
	b.Wait(`document.querySelector(".edit-foot .main").disabled && document.querySelectorAll(".edits tbody tr").length === 1`)
	press(b, ".queues", "期限规则")
	b.Wait(`document.querySelectorAll(".table tbody tr").length === 7`)
	sound(t, b, "rules")
	press(b, ".view-head", "新建规则")
	fill(b, "dialog", "天数", "2")
	fill(b, "dialog", "依据条款", "   ")
	press(b, "dialog footer", "创建")
	b.Wait(`document.querySelector("dialog .wrong").innerText.includes("期限规则有误")`)
	fill(b, "dialog", "依据条款", "甲县办理规程第三条")
	press(b, "dialog footer", "创建")
	b.Wait(`document.querySelectorAll(".table tbody tr").length === 8`)
	rules, err := o.App.FindAllRecords("deadline_rules")
	if err != nil || !slices.ContainsFunc(rules, func(r *core.Record) bool { return r.GetString("article") == "甲县办理规程第三条" }) {
		t.Errorf("%v", err)
	}
	b.Quiet("403", "400")
}

func TestAnAdministratorTakesAPhoneOutOfServiceAndReadsTheLog(t *testing.T) {
	f := Open(t).field()
	admin := f.User("admin", f.Agency, "钱进")
	f.Record("reveals", map[string]any{"complaint": "c", "case": f.id, "actor": f.Dispatcher.ID, "actor_role": "dispatcher", "reason": "核实现场位置", "at": "2026-11-20T01:00:00.000Z"})
	b := shared.For(t).Open(f.House, View{As: &admin, Path: "/board/admin/reveals"})
	b.Wait(`document.querySelector(".table tbody tr")?.innerText.includes("核实现场位置")`)
	sound(t, b, "reveals")
	press(b, ".queues", "手机")
	b.Wait(`document.querySelectorAll(".phones-table tbody tr").length === 2`)
	Eval[bool](b, `([...document.querySelectorAll(".phones-table tr")].find((r) => r.innerText.includes("周洁")).querySelector("td button").click(), true)`)
	b.Wait(`document.querySelector("dialog").innerText.includes("一直不联网的手机无法擦除")`)
	press(b, "dialog .ways-out", "停用…")
	b.Wait(`document.querySelector("dialog").innerText.includes("然后擦除本机的案件和照片")`)
	press(b, "dialog footer", "停用")
	b.Wait(`[...document.querySelectorAll(".phones-table tr")].find((r) => r.innerText.includes("周洁"))?.innerText.includes("账号已停用")`)
	if err := f.pb.Sync(t.Context()); err != nil && !strings.Contains(err.Error(), "disabled") {
		t.Errorf("the phone: %v", err)
	}
	if !f.pb.Wiped || len(f.pb.Rows("cases")) != 0 {
		t.Errorf("the phone holds %d cases", len(f.pb.Rows("cases")))
	}
	b.Press("r") // it was wiped, and is no phone of the house any more
	b.Wait(`document.querySelectorAll(".phones-table tbody tr").length === 1`)
	b.Quiet(noCases...)
}
