package boardtest

// Many cases in one move: a line around them, a plan, the sending, a second board that sees it,
// and the way back.

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// onScreen is where a place of the earth lies on the screen, by what the map remembers of its
// camera.
func onScreen(b *Board, lon, lat float64) Point {
	b.T.Helper()
	at := Eval[struct {
		Center                    [2]float64
		Zoom, X, Y, Width, Height float64
	}](b, `(() => { const r = document.querySelector(".map .holder").getBoundingClientRect();
		return { ...JSON.parse(localStorage["xuncha.map"]), x: r.x, y: r.y, width: r.width, height: r.height }; })()`)
	world := 512 * math.Exp2(at.Zoom)
	x := func(lon float64) float64 { return (lon + 180) / 360 * world }
	y := func(lat float64) float64 {
		return (1 - math.Log(math.Tan(math.Pi/4+lat*math.Pi/360))/math.Pi) / 2 * world
	}
	return Point{at.X + at.Width/2 + x(lon) - x(at.Center[0]), at.Y + at.Height/2 + y(lat) - y(at.Center[1])}
}

// places are the longitudes of cases in a state, the westernmost first, and their latitudes.
func (o *Office) places(state string) (lons, lats []float64) {
	o.T.Helper()
	records, err := o.App.FindRecordsByFilter("cases", "status = {:s}", "", 0, 0, map[string]any{"s": state})
	if err != nil {
		o.T.Fatal(err)
	}
	for _, r := range records {
		var at struct{ Lon, Lat float64 }
		if err := json.Unmarshal([]byte(r.GetString("location")), &at); err != nil {
			o.T.Fatal(err)
		}
		lons, lats = append(lons, at.Lon), append(lats, at.Lat)
	}
	slices.Sort(lons)
	slices.Sort(lats)
	return lons, lats
}

// crewed adds inspectors, so many that each has little to do, with phones that say where they are.
func (o *Office) crewed(n int) {
	o.T.Helper()
	for i := range n {
		who := o.User("inspector", o.Agency, fmt.Sprintf("队员%02d", i+1))
		p := phone.New(o.URL, who.Token)
		p.Says = &sync.Phone{Position: fmt.Appendf(nil, `{"lon":%.3f,"lat":39.9,"accuracy_m":9}`, 116.3+float64(i%20)*0.01)}
		o.sync(o.T, p)
		o.Inspectors = append(o.Inspectors, who)
	}
}

// lastAction is when the server received the last action of all.
func (o *Office) lastAction() time.Time {
	o.T.Helper()
	records, err := o.App.FindRecordsByFilter("actions", "", "-received_at", 1, 0)
	if err != nil || len(records) == 0 {
		o.T.Fatal(records, err)
	}
	at, err := time.Parse(time.RFC3339, records[0].GetString("received_at"))
	if err != nil {
		o.T.Fatal(err)
	}
	return at
}

// count is how many cases are in a state.
func (o *Office) count(state string) int {
	o.T.Helper()
	lons, _ := o.places(state)
	return len(lons)
}

func TestFiftyCasesAreRoundedUpPlannedSentAndTakenBack(t *testing.T) {
	o := Open(t)
	o.Cases(56 * len(Statuses)) // 56 of each state
	o.crewed(40)                // three new cases each, and two go to each case
	other := o.User("dispatcher", o.Agency, "孙立")
	before := o.count("assigned")
	browser := shared.For(t)
	second := browser.Open(o.House, View{As: &other, Path: "/board/?status=assigned"})
	second.Wait(`document.querySelectorAll(".row .title").length > 5`)
	b := browser.Open(o.House, View{As: &o.Dispatcher})
	b.Wait(`document.querySelectorAll(".row .title").length > 5 && document.querySelector(".maptools [aria-label^=套索]")`)
	b.Press("f")
	b.Wait(`document.querySelector(".filters")`)
	press(b, ".filters", "已受理")
	b.Wait(`document.querySelector(".count").innerText === "56 件"`)
	b.Press("\x1b")

	lons, lats := o.places("accepted")
	west, east, south, north := lons[0]-0.004, (lons[49]+lons[50])/2, lats[0]-0.004, lats[len(lats)-1]+0.004
	inside := 0
	for _, lon := range lons {
		if lon < east {
			inside++
		}
	}
	b.Click(`.maptools [aria-label^=套索]`)
	b.Wait(`document.querySelector(".map-notice")`)
	b.Drag(onScreen(b, west, south), onScreen(b, west, (south+north)/2), onScreen(b, west, north), onScreen(b, (west+east)/2, north),
		onScreen(b, east, north), onScreen(b, east, (south+north)/2), onScreen(b, east, south), onScreen(b, (west+east)/2, south), onScreen(b, west, south))
	b.Wait(fmt.Sprintf(`document.querySelector(".selection b")?.innerText === "已选 %d 件"`, inside))
	b.Shot("selected")
	press(b, ".selection", "建议方案")
	b.Wait(fmt.Sprintf(`document.querySelectorAll("dialog .plan tbody tr:not(.off)").length === %d`, inside))
	b.Shot("plan")
	if got := Eval[int](b, `[...document.querySelectorAll("dialog .plan tbody tr")].filter((r) => r.querySelectorAll(".why").length === 2 && r.querySelector(".reason")).length`); got != inside {
		t.Errorf("%d of %d rows name two officers and a reason", got, inside)
	}
	want := fmt.Sprintf("%d 件", before+inside)
	Eval[bool](second, fmt.Sprintf(`(new MutationObserver(() => { if (!window.saw && document.querySelector(".count").innerText === %q) window.saw = Date.now(); }).observe(document.body, { subtree: true, childList: true, characterData: true }), true)`, want))
	press(b, "dialog footer", fmt.Sprintf("派单 %d 件", inside))
	b.Wait(fmt.Sprintf(`!document.querySelector("dialog") && document.querySelector(".message")?.innerText.includes("已派单 %d 件")`, inside))
	second.Wait("window.saw")
	late := time.UnixMilli(Eval[int64](second, "window.saw")).Sub(o.lastAction())
	t.Logf("the second board showed the last of %d %v after it was written", inside, late.Round(time.Millisecond))
	if late > 5*time.Second { // a second where nothing else runs
		t.Errorf("the second board showed it after %v", late)
	}
	if got := o.count("assigned"); got != before+inside {
		t.Errorf("%d are assigned, not %d", got, before+inside)
	}
	press(b, ".messages", "撤销")
	b.Wait(fmt.Sprintf(`document.querySelector(".messages").innerText.includes("已撤销 %d 件")`, inside))
	b.Wait(`document.querySelector(".count").innerText === "56 件"`)
	if got, left := o.count("accepted"), o.count("assigned"); got != 56 || left != before {
		t.Errorf("%d are accepted and %d assigned", got, left)
	}
	b.Quiet()
	second.Quiet()
}

// Two plan the same: who comes second is told of each, and nothing is overwritten.
func TestWhoAssignsWhatAnotherJustAssignedIsTold(t *testing.T) {
	o := Open(t)
	o.Cases(14)
	o.crewed(3)
	other := o.User("dispatcher", o.Agency, "孙立")
	browser := shared.For(t)
	both := []*Board{}
	for _, who := range []house.User{o.Dispatcher, other} {
		b := browser.Open(o.House, View{As: &who, Path: "/board/?status=accepted"})
		b.Wait(`document.querySelectorAll(".row .title").length === 2 && document.querySelector(".maptools [aria-label^=套索]")`)
		b.Press("v")
		b.Wait(`document.querySelector(".selection b")?.innerText === "已选 2 件"`)
		b.Press("p")
		b.Wait(`document.querySelectorAll("dialog .plan tbody tr:not(.off)").length === 2`)
		both = append(both, b)
	}
	press(both[0], "dialog footer", "派单 2 件")
	both[0].Wait(`!document.querySelector("dialog")`)
	press(both[1], "dialog footer", "派单 2 件")
	both[1].Wait(`document.querySelectorAll("dialog .results .wrong").length === 2`)
	both[1].Shot("told")
	if got := both[1].Text("dialog .results"); strings.Count(got, "王丽已先派给队员") != 2 {
		t.Errorf("it says %q", got)
	}
	for _, b := range both {
		if got := b.Text(".banner"); got != "" {
			t.Errorf("it says %q", got)
		}
	}
	both[0].Quiet()
	both[1].Quiet("409")
}

// What one desk took back is not taken from another that has sent others meanwhile.
func TestAnUndoOverwritesNobody(t *testing.T) {
	o := Open(t)
	id := o.Cases(2)[1]
	o.crewed(2)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + id})
	b.Wait(`document.querySelector(".panel-foot .main")?.innerText === "派单"`)
	b.Press("a")
	b.Wait(`document.querySelectorAll("dialog .officer.on").length === 2`)
	press(b, "dialog footer", "派单")
	b.Wait(`document.querySelector(".panel-head .status")?.innerText.includes("已派单")`)
	other := o.User("dispatcher", o.Agency, "孙立")
	o.act(other, id, "assign", map[string]any{"inspectors": []string{o.Inspectors[0].ID, o.Inspectors[1].ID}, "due": time.Now().AddDate(0, 0, 1).Format(time.DateOnly), "reason": "人手调整"})
	press(b, ".messages", "撤销")
	b.Wait(`document.querySelector(".message.wrong")?.innerText.includes("孙立已先派给李强、周洁") || document.querySelector(".message.wrong")?.innerText.includes("已由他人调整")`)
	r, err := o.App.FindRecordById("cases", id)
	if err != nil || r.GetString("status") != "assigned" || !slices.Equal(r.GetStringSlice("inspectors"), []string{o.Inspectors[0].ID, o.Inspectors[1].ID}) {
		t.Errorf("%v %v", r.GetStringSlice("inspectors"), err)
	}
	b.Quiet("409")
}

// What is taken from somebody says before what his phone may still hold, for many cases too.
func TestAPlanSaysWhatPhonesMayStillHold(t *testing.T) {
	o := Open(t)
	o.Cases(21)
	o.crewed(4)
	p := phone.New(o.URL, o.Inspectors[0].Token)
	p.Says = &sync.Phone{Unsent: 5, OldestUnsentAt: sync.Stamp(time.Now().Add(-3 * time.Hour).Format(time.RFC3339)), Position: []byte(`{"lon":118,"lat":41,"accuracy_m":9}`)}
	o.sync(t, p)
	b := shared.For(t).Open(o.House, View{As: &o.Dispatcher, Path: "/board/?status=assigned"})
	b.Wait(`document.querySelectorAll(".row .title").length === 3 && document.querySelector(".map[aria-busy=false]")`)
	b.Press("v")
	b.Wait(`document.querySelector(".selection b")?.innerText === "已选 3 件"`)
	b.Press("p")
	b.Wait(`document.querySelector("dialog .leaving li")`)
	b.Shot("leaving")
	if got := b.Text("dialog .leaving"); !strings.Contains(got, "李强") || !strings.Contains(got, "还有 5 条没有送达") || !strings.Contains(got, "没有手机的消息") {
		t.Errorf("it says %q", got)
	}
	b.Quiet()
}
