package boardtest

// The inbox and the phones as those at a desk use them, with what the field really sent.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"xuncha/internal/phone"
	"xuncha/sync"
)

func chosen(b *Board) string {
	return Eval[string](b, `document.querySelector(".wait[aria-selected=true]")?.innerText ?? ""`)
}

func TestNewComplaintsAreDecidedOneAfterTheOther(t *testing.T) {
	o := Open(t)
	first, second, third := o.Case(o.Agency, Division, "2026-990101-000011"), o.Case(o.Agency, Division, "2026-990101-000012"), o.Case(o.Agency, Division, "2026-990101-000013")
	o.until("the twins", func() bool {
		status, body := o.Do("GET", "/api/cases/"+third+"/duplicates", o.Dispatcher.Token, nil)
		items, _ := body["items"].([]any)
		return status == http.StatusOK && len(items) == 2
	})
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/inbox/triage?item=" + first})
	b.Wait(`document.querySelectorAll(".wait").length === 3 && document.querySelectorAll(".twin").length === 2 && document.querySelectorAll(".dotmap .dot").length === 2`)
	sound(t, b, "triage")
	press(b, ".decide", "受理")
	b.Wait(`document.querySelectorAll(".wait").length === 2 && document.querySelector(".queues [aria-current] b").innerText === "2"`)
	if got := o.status(first); got != "accepted" {
		t.Errorf("the first is %s", got)
	}
	b.Wait(`document.activeElement === document.querySelector(".matter h2")`) // a reader hears what is next
	Eval[bool](b, `(document.getElementById("wait-`+second+`").click(), true)`)
	b.Wait(`location.search.includes("` + second + `")`)
	press(b, ".choices", "不予受理")
	fill(b, ".decide", "理由", "out_of_competence")
	fill(b, ".decide", "给举报人的指引", "请向城管部门反映")
	press(b, ".decide", "不予受理")
	b.Wait(`document.querySelectorAll(".wait").length === 1`)
	if got := o.status(second); got != "not_accepted" || !strings.Contains(chosen(b), "000013") {
		t.Errorf("the second is %s, then %q is shown", got, chosen(b))
	}
	b.Wait(`document.querySelector(".twin")`)
	press(b, ".twin", "并入此案")
	press(b, ".decide", "并入 2026-990101-000011")
	b.Wait(`document.querySelector(".nothing")?.innerText.includes("没有待受理的举报")`)
	if got := o.status(third); got != "merged" {
		t.Errorf("the third is %s", got)
	}
	press(b, ".message", "撤销并案")
	b.Wait(`document.querySelectorAll(".wait").length === 1`)
	if got := o.status(third); got != "registered" {
		t.Errorf("taken out again it is %s", got)
	}
	b.Quiet()
}

func TestTwoCasesNameEachOtherAndAMergedOneIsTakenOut(t *testing.T) {
	o := Open(t)
	first, second, third := o.Case(o.Agency, Division, "2026-990101-000021"), o.Case(o.Agency, Division, "2026-990101-000022"), o.Case(o.Agency, Division, "2026-990101-000023")
	o.act(o.Dispatcher, third, "merge", map[string]any{"primary": first})
	o.until("the twin", func() bool {
		_, body := o.Do("GET", "/api/cases/"+first+"/duplicates", o.Dispatcher.Token, nil)
		items, _ := body["items"].([]any)
		return len(items) == 1
	})
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/inbox/triage?item=" + first})
	press(b, ".twin", "关联")
	b.Wait(`document.querySelector(".twin-foot").innerText.includes("已关联")`)
	for id, other := range map[string]string{first: "000022", second: "000021"} {
		_, file := o.Do("GET", "/api/cases/"+id, o.Dispatcher.Token, nil)
		actions := file["actions"].([]any)
		last := actions[len(actions)-1].(map[string]any)
		if last["name"] != "note" || !strings.Contains(last["args"].(map[string]any)["text"].(string), other) {
			t.Errorf("%v", last)
		}
	}
	press(b, ".children", "撤销并案")
	b.Wait(`!document.querySelector(".children")`)
	if got := o.status(third); got != "registered" {
		t.Errorf("it is %s", got)
	}
	b.Quiet()
}

func TestWhatTwoPhonesWroteIsSettledSideBySide(t *testing.T) {
	f := Open(t).field()
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "喷漆房门未关闭，有明显异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "喷漆房门关闭，有轻微异味", "statement": "负责人称一直开着"})
	f.sync(f.pa, f.pb)
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/inbox/held"})
	b.Wait(`document.querySelectorAll(".side-of .quote").length === 2`)
	sound(t, b, "held")
	marks := Eval[[]string](b, `[...document.querySelectorAll("mark")].map((m) => m.className + " " + m.innerText)`)
	if got := strings.Join(marks, ", "); got != "less 未, less 明显, more 轻微" {
		t.Errorf("marked is %s", got)
	}
	for _, want := range []string{"李强", "周洁", "两人在互不知情时填写了同一栏", "填写时这一栏还是空的"} {
		if text := b.Text(".matter"); !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	press(b, ".third", "另写一份")
	b.Wait(`document.querySelector(".third textarea").value.includes("轻微")`)
	Eval[bool](b, `((e) => { e.value = "上午有明显异味，下午轻微"; e.dispatchEvent(new Event("input", { bubbles: true })); return true; })(document.querySelector(".third textarea"))`)
	press(b, ".suggest", "两人到场时间不同")
	press(b, ".decide-foot", "采用新写的内容")
	b.Wait(`document.querySelector(".nothing")`)
	r, err := f.App.FindRecordById("inspections", f.visit)
	if err != nil || r.GetString("findings") != "上午有明显异味，下午轻微" {
		t.Errorf("%v %v", r.GetString("findings"), err)
	}
	f.sync(f.pb)
	for _, row := range f.pb.Rows("held") {
		if string(row.Doc["state"]) != `"taken"` {
			t.Errorf("the phone shows %s", row.Doc["state"])
		}
	}
	b.Quiet()
}

func TestWhatStandsMovedMeanwhileIsShownBeforeItIsSettled(t *testing.T) {
	f := Open(t).field()
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(f.pa, f.pb)
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/inbox/held"})
	press(b, ".sides", "送来的内容")
	press(b, ".suggest", "已与本人核实")
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有明显异味"})
	f.sync(f.pa)
	press(b, ".decide-foot", "采用送来的内容")
	b.Wait(`document.querySelector(".decide .wrong").innerText.includes("已经变化")`)
	b.Wait(`document.querySelector(".sides").innerText.includes("有明显异味") && document.querySelector(".side-of.was")`)
	press(b, ".decide-foot", "采用送来的内容") // what was typed is there still
	b.Wait(`document.querySelector(".nothing")`)
	b.Quiet("409")
}

func TestALateActionIsDismissedWithAReason(t *testing.T) {
	f := Open(t).field()
	id := f.pb.Act(f.id, "conclude", map[string]any{"inspection": f.visit, "outcome": "unsubstantiated"}, map[string]any{"position": map[string]any{"lon": 116.402, "lat": 39.9, "accuracy_m": 12}})
	f.sync(f.pb)
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/inbox/review"})
	b.Wait(`document.querySelector(".matter h2")?.innerText === "周洁：作出核查结论" && document.querySelectorAll(".steps li").length === 2 && document.querySelector(".dotmap")`)
	sound(t, b, "late actions")
	for _, want := range []string{"案件当前状态不允许该动作", "不属实", "距案件地点 170 m"} {
		if text := b.Text(".matter-main"); !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	press(b, ".choices", "不采纳")
	press(b, ".suggest", "已与本人核实")
	press(b, ".decide-foot", "不采纳")
	b.Wait(`document.querySelector(".nothing")`)
	r, err := f.App.FindRecordById("actions", id)
	if err != nil || r.GetString("decided_at") == "" {
		t.Errorf("%v %v", r, err)
	}
	b.Quiet()
}

func TestADoubtedPhotoIsJudgedAtItsPicture(t *testing.T) {
	f := Open(t).field()
	id := f.snap(3, map[string]any{"position": map[string]any{"lon": 116.4, "lat": 39.95, "accuracy_m": 20}, "mock_location": true})
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/inbox/flagged"})
	b.Wait(`document.querySelector(".shot-large img")?.naturalWidth > 0`)
	sound(t, b, "doubted photos")
	if text := b.Text(".check-list"); !strings.Contains(text, "手机报告使用了模拟定位") || !strings.Contains(text, "距案件地点 5.6 公里") {
		t.Errorf("%q", text)
	}
	press(b, ".choices", "不予采信")
	press(b, ".suggest", "请重新拍摄")
	press(b, ".decide-foot", "不予采信")
	b.Wait(`document.querySelector(".nothing")`)
	r, err := f.App.FindRecordById("evidence", id)
	if err != nil || !strings.Contains(r.GetString("decision"), "rejected") {
		t.Errorf("%v %v", r.GetString("decision"), err)
	}
	b.Quiet()
}

func TestAnObjectionIsAgreedTo(t *testing.T) {
	o := Open(t)
	there := o.House.Agency("乙县生态环境分局", "990102")
	them := o.User("dispatcher", there, "孙立")
	id := o.Case(o.Agency, Division, "2026-990101-000031")
	o.act(o.Dispatcher, id, "transfer", map[string]any{"target": there, "mode": "forward", "feedback_due": time.Now().AddDate(0, 0, 10).Format(time.DateOnly)})
	o.act(them, id, "receive", map[string]any{})
	o.act(them, id, "object", map[string]any{"reason": "该点位属贵局辖区"})
	browser := shared.For(t)
	other := browser.Open(o.House, View{As: &them, Path: "/board/inbox/objected"})
	other.Wait(`document.querySelector(".matter-side")?.innerText.includes("等待甲县生态环境分局同意")`)
	b := browser.Open(o.House, View{As: &o.Dispatcher, Path: "/board/inbox/objected"})
	b.Wait(`document.querySelector(".objection")?.innerText.includes("该点位属贵局辖区")`)
	sound(t, b, "objections")
	press(b, ".suggest", "该点位确属我辖区")
	press(b, ".decide-foot", "同意退回")
	b.Wait(`document.querySelector(".nothing")`)
	if got := o.status(id); got != "registered" {
		t.Errorf("it is %s", got)
	}
	b.Quiet()
}

func TestPhonesStandByWhatIsWorst(t *testing.T) {
	f := Open(t).field()
	now := time.Now()
	at := func(d time.Duration) sync.Stamp { return sync.Stamp(now.Add(d).Format(time.RFC3339)) }
	f.pa.Says = &sync.Phone{At: at(0), StorageFree: 20 << 30, Battery: 0.8}
	f.pb.Says = &sync.Phone{Unsent: 7, OldestUnsentAt: at(-31 * time.Hour), At: at(11 * time.Minute), StorageFree: 90 << 20, Battery: 0.1, Errors: []sync.PhoneError{{Code: "evidence_locked", N: 2}}}
	f.sync(f.pa, f.pb)
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/phones"})
	b.Wait(`document.querySelectorAll(".phones-table tbody tr").length === 2`)
	sound(t, b, "phones")
	first := b.Text(".phones-table tbody tr")
	for _, want := range []string{"周洁", "内容长时间未送达", "反复被拒", "照片原件不能修改", "7 条待送达", "31 小时前", "快 11 分钟", "90 MB", "10%"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in %q", want, first)
		}
	}
	if head := b.Text(".view-head"); !strings.Contains(head, "1 部需要关注") || !strings.Contains(head, "24 小时") {
		t.Errorf("%q", head)
	}
	third := phone.New(f.URL, f.Inspectors[2].Token)
	f.sync(third)
	press(b, ".view-head", "刷新")
	b.Wait(`document.querySelectorAll(".phones-table tbody tr").length === 3`)
	b.Quiet()
}

func TestTheInboxIsUsedByKeysAlone(t *testing.T) {
	o := Open(t)
	o.Case(o.Agency, Division, "2026-990101-000041")
	last := o.Case(o.Agency, Division, "2026-990101-000042")
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelector(".counts a")`)
	b.Press("gi")
	b.Wait(`document.querySelectorAll(".wait").length === 2`)
	before := chosen(b)
	b.Press("j")
	b.Wait(`document.querySelector(".wait:last-child").getAttribute("aria-selected") === "true"`)
	if after := chosen(b); after == before {
		t.Errorf("j stays at %q", after)
	}
	Eval[bool](b, `(document.querySelector(".waits-box").focus(), true)`)
	b.Press(kb.Home)
	b.Wait(`document.querySelector(".wait").getAttribute("aria-selected") === "true"`)
	b.Press("gp")
	b.Wait(`location.pathname === "/board/phones"`)
	b.Press("gl")
	b.Wait(`location.pathname === "/board/"`)
	if o.status(last) != "registered" {
		t.Error("keys decided something")
	}
	b.Quiet()
}
