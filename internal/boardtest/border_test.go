package boardtest

// Complaints on a border, and more time for a case: what is decided seldom.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/geo"
	"xuncha/hooks/store"
)

// counties is a file of two counties whose border runs near 116.4° E.
const counties = `{"type": "FeatureCollection", "features": [
	{"type": "Feature", "properties": {"code": "990101", "name": "甲县"}, "geometry": {"type": "Polygon", "coordinates": [[[116.1, 39.7], [116.39, 39.7], [116.41, 39.8],
		[116.398, 39.893], [116.401, 39.899], [116.4, 39.902], [116.404, 39.91], [116.39, 40], [116.4, 40.1], [116.1, 40.1], [116.1, 39.7]]]}},
	{"type": "Feature", "properties": {"code": "990102", "name": "乙县"}, "geometry": {"type": "Polygon", "coordinates": [[[116.7, 39.7], [116.7, 40.1], [116.4, 40.1],
		[116.39, 40], [116.404, 39.91], [116.4, 39.902], [116.401, 39.899], [116.398, 39.893], [116.41, 39.8], [116.39, 39.7], [116.7, 39.7]]]}}]}`

// borders imports the two counties.
func (o *Office) borders() {
	o.T.Helper()
	divisions, _, err := geo.ReadDivisions([]byte(counties), geo.Reading{CRS: geo.WGS84, CodeField: "code", NameField: "name"})
	if err != nil {
		o.T.Fatal(err)
	}
	err = o.App.RunInTransaction(func(tx core.App) error {
		return store.Jurisdictions{App: tx}.Put(divisions, store.Import{Level: store.County, ValidFrom: "2020-01-01", CRS: "wgs84"})
	})
	if err != nil {
		o.T.Fatal(err)
	}
}

// complain sends a complaint as the public does; its case.
func (o *Office) complain(more map[string]any) *core.Record {
	o.T.Helper()
	body := map[string]any{
		"text": "化工厂夜间排放刺鼻气味，持续一周。", "source": "wechat", "pollution_types": []string{"odour"}, "address": "界河路 18 号",
		"location": map[string]any{"lon": 116.3995, "lat": 39.9, "crs": "wgs84", "accuracy_m": 200},
	}
	for name, value := range more {
		body[name] = value
	}
	status, answer := o.Do("POST", "/api/complaints", "", body)
	if status != http.StatusCreated {
		o.T.Fatalf("%d %v", status, answer)
	}
	row, err := o.App.FindFirstRecordByData("cases", "number", answer["number"])
	if err != nil {
		o.T.Fatal(err)
	}
	return row
}

func TestAComplaintOnABorderGoesToTheCountyThatIsChosen(t *testing.T) {
	o := Open(t)
	o.House.Agency("乙县生态环境分局", "990102")
	over := o.User("dispatcher", o.House.Agency("云川市生态环境局", "990100"), "孙立")
	o.borders()
	first := o.complain(nil)
	second := o.complain(map[string]any{"text": "河边有人倾倒废渣，味道很大。", "pollution_types": []string{"water"}})
	for _, r := range []*core.Record{first, second} {
		if !r.GetBool("uncertain") || r.GetString("second_code") != "990102" {
			t.Fatalf("%v", r.FieldsData())
		}
	}
	browser := shared.For(t)
	b := browser.Open(o.House, View{As: &o.Dispatcher, Path: "/board/inbox/uncertain?item=" + first.Id})
	b.Wait(`document.querySelectorAll(".divisions .option").length === 2 && document.querySelectorAll(".dotmap .land").length > 0 && document.querySelector(".dotmap .doubt")`)
	for _, want := range []string{"甲县", "定位落在这里", "乙县", "不在您的辖区，须转办", "定位精度约 200 m"} {
		if got := b.Text(".matter-side"); !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	sound(t, b, "uncertain")
	b.Shot("own")
	press(b, ".divisions", "乙县")
	b.Wait(`document.querySelector(".matter-side select")?.selectedOptions[0].innerText === "乙县生态环境分局"`)
	b.Shot("transfer")
	press(b, ".decide-foot", "转办")
	b.Wait(`document.querySelectorAll(".wait").length === 1`)
	if got := o.status(first.Id); got != "transferred" {
		t.Errorf("the first is %s", got)
	}
	wide := browser.Open(o.House, View{As: &over, Path: "/board/inbox/uncertain"})
	wide.Wait(`document.querySelectorAll(".divisions .option").length === 2 && document.querySelectorAll(".dotmap .land").length === 2`)
	press(wide, ".divisions", "乙县")
	wide.Wait(`document.querySelector(".dotmap .land.on") && !document.querySelector(".decide select")`)
	press(wide, ".choices", "转办") // in range it may be handed over too
	wide.Wait(`document.querySelector(".matter-side select")?.selectedOptions[0].innerText === "乙县生态环境分局"`)
	press(wide, ".choices", "受理")
	wide.Shot("city")
	press(wide, ".decide-foot", "受理")
	wide.Wait(`document.querySelector(".nothing")`)
	wide.Shot("none")
	r, err := o.App.FindRecordById("cases", second.Id)
	if err != nil || r.GetString("status") != "accepted" || r.GetString("division_code") != "990102" {
		t.Errorf("the second is %v %v", r.FieldsData(), err)
	}
	wide.Quiet()
	// The county's board had it open: who accepted it is said, and nothing more is sent.
	b.Wait(`document.querySelector(".left-note")?.innerText.includes("孙立已办理这一件（受理）") && document.querySelector(".decide-foot .main").disabled`)
	b.Shot("left")
	press(b, ".left-note", "知道了")
	b.Wait(`document.querySelector(".nothing")`)
	b.Quiet()
}

func TestAReviewerGivesACaseMoreTimeOnce(t *testing.T) {
	o := Open(t)
	id := o.Cases(1)[0]
	soon := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	o.change(id, map[string]any{"due_soon": true, "due_strict": soon, "due_legal": soon, "status": "assigned", "inspectors": []string{o.Inspectors[0].ID, o.Inspectors[1].ID}})
	browser := shared.For(t)
	open := func(path, ready string) *Board {
		b := browser.Open(o.House, View{As: &o.Reviewer, Path: path})
		b.Wait(ready)
		return b
	}
	b := open("/board/inbox/due_soon", `document.querySelector(".clock b")`)
	other := open("/board/inbox/due_soon", `document.querySelector(".clock b")`)
	panel := open("/board/cases/"+id, `document.querySelector(".panel-foot")`)
	sound(t, b, "due soon")
	b.Shot("before")
	fill(other, ".decide", "天数", "10")
	fill(other, ".decide", "理由", "也要延期")
	fill(b, ".decide", "天数", "12")
	fill(b, ".decide", "理由", "设备采购周期较长")
	press(b, ".decide-foot", "延期")
	b.Wait(`document.querySelector(".message")?.innerText.includes("延期")`)
	b.Shot("after")
	r, err := o.App.FindRecordById("cases", id)
	if err != nil || !r.GetBool("extended") || r.GetString("due_strict") <= soon {
		t.Errorf("%v %v", r.FieldsData(), err)
	}
	// What another typed meanwhile stays, and it is said that the case was extended.
	other.Wait(`document.querySelector(".left-note")?.innerText.includes("赵敏已办理这一件（延期）") && document.querySelector(".decide-foot .main").disabled`)
	if got := Eval[string](other, `document.querySelector(".decide textarea").value`); got != "也要延期" {
		t.Errorf("what was typed is %q", got)
	}
	sound(t, other, "left")
	other.Shot("other")
	other.Quiet()
	press(panel, ".panel-foot", "更多")
	press(panel, ".panel-foot .sheet", "延期")
	fill(panel, "dialog", "延长天数", "5")
	fill(panel, "dialog", "理由", "再次延期")
	press(panel, "dialog footer", "延期")
	panel.Wait(`document.querySelector("dialog footer .wrong").innerText.length > 5`)
	if got := panel.Text("dialog footer .wrong"); !strings.Contains(got, "延期") {
		t.Errorf("the refusal is %q", got)
	}
	panel.Shot("refused")
	b.Quiet()
	panel.Quiet("409")
}
