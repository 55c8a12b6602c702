package boardtest

// All of a day's work without a mouse: what has the focus is where Tab led, words are written
// where the focus is, and nothing is clicked.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"xuncha/internal/house"
)

// named finds a control within what a selector finds, by the beginning of what it is called.
func named(within, name string) string {
	return fmt.Sprintf(`e.closest(%q) && (e.labels?.[0]?.innerText || e.getAttribute("aria-label") || e.innerText || "").trim().startsWith(%q)`, within, name)
}

// signIn signs in by keys.
func signIn(b *Board, who house.User) {
	b.T.Helper()
	b.Wait(`document.querySelector(".login [name=identity]") === document.activeElement`)
	b.Write(who.Email)
	b.Press("\t")
	b.Write(house.Password)
	b.Press("\r")
	b.Wait(`document.querySelector(".top")`)
}

func TestManyCasesAreFoundPlannedSentAndTakenBackByKeysAlone(t *testing.T) {
	o := Open(t)
	o.Cases(50 * len(Statuses))
	o.crewed(40)
	before := o.count("assigned")
	b := shared.For(t).Open(o.House, View{})
	signIn(b, o.Dispatcher)
	b.Wait(`document.querySelectorAll(".row .title").length > 5`)
	b.Press("f")
	b.Reach(named(".filters", "已受理"))
	b.Press(" ")
	b.Wait(`document.querySelector(".count").innerText === "50 件"`)
	b.Press("\x1b")
	b.Wait(`!document.querySelector(".filters") && document.querySelector(".map[aria-busy=false]")`)
	b.Press("v") // all that the map shows, which is what a lasso around them takes
	b.Wait(`document.querySelector(".selection b")?.innerText === "已选 50 件"`)
	b.Press("p")
	b.Wait(`document.querySelectorAll("dialog .plan tbody tr").length === 50`)
	b.Reach(named("dialog", "采用 2026-"))
	b.Press(" ") // one is left out
	b.Reach(named("dialog footer", "派单 49 件"))
	b.Press("\r")
	b.Wait(`!document.querySelector("dialog") && document.querySelector(".message")?.innerText.includes("已派单 49 件")`)
	if got := o.count("assigned"); got != before+49 {
		t.Errorf("%d are assigned", got)
	}
	b.Press("u")
	b.Wait(`document.querySelector(".messages").innerText.includes("已撤销 49 件") && document.querySelector(".count").innerText === "50 件"`)
	if got := o.count("accepted"); got != 50 {
		t.Errorf("%d are accepted", got)
	}
	// Some rows of the list, by their own keys: the selection grows from the anchor.
	b.Press("gl")
	b.Wait(`document.activeElement?.matches(".listbox")`)
	b.Press(kb.Home)
	b.Press("x")
	for range 2 {
		b.Do(chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift)))
	}
	b.Wait(`document.querySelector(".selection b")?.innerText === "已选 3 件"`)
	b.Press("\x1b")
	b.Wait(`!document.querySelector(".selection")`)
	b.Quiet()
}

func TestComplaintsAreAcceptedAndMergedByKeysAlone(t *testing.T) {
	o := Open(t)
	var ids []string
	for i := range 3 {
		ids = append(ids, o.Case(o.Agency, Division, fmt.Sprintf("2026-990101-00005%d", i)))
	}
	o.until("the twins", func() bool {
		_, body := o.Do("GET", "/api/cases/"+ids[2]+"/duplicates", o.Dispatcher.Token, nil)
		items, _ := body["items"].([]any)
		return len(items) == 2
	})
	b := shared.For(t).Open(o.House, View{})
	signIn(b, o.Dispatcher)
	b.Press("gi")
	b.Wait(`document.querySelectorAll(".wait").length === 3 && document.querySelectorAll(".twin").length === 2`)
	b.Reach(named(".decide-foot", "受理"))
	b.Press("\r")
	b.Wait(`document.querySelectorAll(".wait").length === 2 && document.activeElement === document.querySelector(".matter h2")`)
	b.Wait(`document.querySelector(".twin")`)
	b.Reach(named(".twin", "并入此案"))
	b.Press("\r")
	b.Reach(named(".decide-foot", "并入 2026-"))
	b.Press("\r")
	b.Wait(`document.querySelectorAll(".wait").length === 1`)
	states := map[string]int{}
	for _, id := range ids {
		states[o.status(id)]++
	}
	if states["accepted"] != 1 || states["merged"] != 1 || states["registered"] != 1 {
		t.Errorf("the cases are %v", states)
	}
	b.Reach(named(".messages", "撤销并案"))
	b.Press("\r")
	b.Wait(`document.querySelectorAll(".wait").length === 2`)
	b.Quiet()
}

func TestWhatTwoPhonesWroteIsSettledByKeysAlone(t *testing.T) {
	f := Open(t).field()
	f.pa.Edit("inspections", f.visit, map[string]any{"findings": "有明显异味"})
	f.pb.Edit("inspections", f.visit, map[string]any{"findings": "无异味"})
	f.sync(f.pa, f.pb)
	b := shared.For(t).Open(f.House, View{})
	signIn(b, f.Dispatcher)
	b.Press("gi")
	b.Wait(`document.querySelector(".queues")`)
	b.Reach(named(".queues", "填写冲突"))
	b.Press("\r")
	b.Wait(`document.querySelectorAll(".side-of .quote").length === 2`)
	b.Reach(`e.closest(".sides") && e.type === "radio"`)
	b.Press(" ")
	b.Press(kb.ArrowDown + kb.ArrowDown) // the third: a new text
	b.Reach(`e.matches(".third textarea")`)
	b.Write("上午有异味，下午没有")
	b.Reach(`e.matches(".decide textarea")`)
	b.Write("已向两人核实")
	b.Reach(named(".decide-foot", "采用新写的内容"))
	b.Press("\r")
	b.Wait(`document.querySelector(".nothing")`)
	r, err := f.App.FindRecordById("inspections", f.visit)
	if err != nil || !strings.Contains(r.GetString("findings"), "上午有异味，下午没有") {
		t.Errorf("%v %v", r.GetString("findings"), err)
	}
	b.Quiet()
}

func TestAReplyIsApprovedByKeysAlone(t *testing.T) {
	o := Open(t)
	id := o.Cases(7)[6]
	o.change(id, map[string]any{"outcome": "unsubstantiated"})
	o.act(o.Dispatcher, id, "reply", map[string]any{"handling_result": "现场未发现异味", "complainant_reply": "您好，现场核查未发现异味。", "legal_basis": "大气污染防治法第八十一条"})
	b := shared.For(t).Open(o.House, View{})
	signIn(b, o.Reviewer)
	b.Reach(named(".top", "审核"))
	b.Press("\r")
	b.Wait(`document.querySelector(".eyes") && document.querySelector(".decide")`)
	b.Reach(named(".decide-foot", "审核办结"))
	b.Press("\r")
	b.Wait(`document.querySelector(".nothing")`)
	if got := o.status(id); got != "closed" {
		t.Errorf("the case is %s", got)
	}
	b.Quiet()
}
