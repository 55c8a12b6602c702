package boardtest

// What lies in a case's file: papers and films as they came, two photos under one edge, photos
// one after the other, and who complained.

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"xuncha/internal/phone"
)

// ordered brings the case to an order of one item whose photos before and after are there.
func (f field) ordered() {
	f.T.Helper()
	here := map[string]any{"lon": 116.4, "lat": 39.9, "accuracy_m": 8}
	as := func(name string, args map[string]any) {
		f.T.Helper()
		status, body := f.Do("POST", "/api/collections/actions/records", f.Inspectors[0].Token, map[string]any{"id": phone.ULID(time.Now()), "case": f.id, "name": name, "args": args, "position": here})
		if status != http.StatusOK {
			f.T.Fatalf("%s: %d %v", name, status, body)
		}
	}
	order := phone.ULID(time.Now())
	as("arrive", map[string]any{"inspection": f.visit, "officers": []string{f.Inspectors[0].ID, f.Inspectors[1].ID}, "certificate_shown": true})
	as("conclude", map[string]any{"inspection": f.visit, "outcome": "substantiated", "order": map[string]any{
		"rectification": order, "no": "甲环责改〔2026〕1 号", "served_at": time.Now().Format(time.RFC3339), "deadline": time.Now().AddDate(0, 0, 2).Format(time.DateOnly),
		"measures": "停止排放", "responsible": "王经理", "items": []map[string]any{{"id": "i1", "text": "封闭排放口"}},
	}})
	before, after := f.snap(1, map[string]any{"purpose": "before", "position": here}), f.snap(2, map[string]any{"purpose": "after", "position": here})
	as("submit", map[string]any{"rectification": order, "items": []map[string]any{{"id": "i1", "before": before, "after": after}}})
}

// opens does something and returns the window that it opened, once it shows an address.
func (b *Board) opens(do func()) *Board {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, longest)
	defer cancel()
	found := chromedp.WaitNewTarget(ctx, func(i *target.Info) bool { return i.Type == "page" && i.URL != "" && i.URL != "about:blank" })
	do()
	select {
	case id, ok := <-found:
		if !ok {
			b.T.Fatal("no window was opened")
		}
		return b.in(id)
	case <-ctx.Done():
		b.Shot("failed")
		b.T.Fatal("no window was opened")
	}
	return nil
}

// in is what is behind an id.
func (b *Board) in(id target.ID) *Board {
	b.T.Helper()
	other := &Board{T: b.T, URL: b.URL}
	other.Ctx, other.Close = chromedp.NewContext(b.Ctx, chromedp.WithTargetID(id), chromedp.WithListener(other.hear))
	b.T.Cleanup(other.Close)
	if err := chromedp.Do(other.Ctx); err != nil {
		b.T.Fatal(err)
	}
	return other
}

// reads waits until the browser's own reader has read the paper that a window shows: it knows
// how large the page is then.
func (o *Office) reads(b *Board) {
	o.T.Helper()
	address := Eval[string](b, `location.href`)
	var reader target.ID
	o.until("the reader", func() bool {
		all, err := chromedp.Targets(b.Ctx)
		if err != nil {
			o.T.Fatal(err)
		}
		for _, i := range all {
			if i.Type == "iframe" && i.URL == address {
				reader = i.TargetID
			}
		}
		return reader != ""
	})
	b.in(reader).Wait(`document.querySelector("#sizer")?.offsetWidth > 0`)
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

const mp4 = "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41\x00\x00\x00\x08free\x00\x00\x00\x08mdat"

func TestPapersAndFilmsAreOpenedByAnAddressThatLastsAMoment(t *testing.T) {
	f := Open(t).field()
	f.file([]byte(pdf), "application/pdf", map[string]any{"purpose": "document", "caption": "监测报告"})
	f.file([]byte(mp4), "video/mp4", map[string]any{"caption": "排放口录像"})
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/cases/" + f.id})
	b.Wait(`document.querySelectorAll(".papers button").length === 2`)
	Eval[bool](b, `(document.querySelector("#part-documents").scrollIntoView(), true)`)
	sound(t, b, "papers")
	b.Shot("papers")
	for i, want := range []struct{ name, mime, ending string }{{"监测报告", "application/pdf", ".pdf"}, {"排放口录像", "video/mp4", ".mp4"}} {
		if got := Eval[string](b, `document.querySelectorAll(".papers button")[`+string(rune('0'+i))+`].innerText`); !strings.Contains(got, want.name) {
			t.Errorf("the paper is called %q", got)
		}
		Eval[bool](b, `(document.querySelectorAll(".papers button")[`+string(rune('0'+i))+`].focus(), true)`)
		other := b.opens(func() { b.Press("\r") })
		address := Eval[string](other, `location.href`)
		if !strings.HasPrefix(address, f.URL+"/api/evidence/") || !strings.Contains(address, "/original?pass=") || strings.Contains(address, f.Dispatcher.Token) {
			t.Errorf("the address is %s", address)
		}
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := res.Header.Get("Content-Disposition"); res.Header.Get("Content-Type") != want.mime || !strings.HasPrefix(got, "inline; ") || !strings.HasSuffix(got, want.ending+`"`) {
			t.Errorf("%s is %s, %s", want.name, res.Header.Get("Content-Type"), got)
		}
		if got := Eval[string](other, `document.contentType`); got != want.mime {
			t.Errorf("the window shows %s", got)
		}
		if want.ending == ".pdf" {
			f.reads(other)
		}
		other.Close()
	}
	b.Quiet()
}

func TestTwoPhotosAreComparedAndAllAreLeafedThrough(t *testing.T) {
	f := Open(t).field()
	f.ordered()
	b := shared.For(t).Open(f.House, View{As: &f.Dispatcher, Path: "/board/cases/" + f.id})
	b.Wait(`document.querySelectorAll(".compare img").length === 2 && [...document.querySelectorAll(".compare img")].every((i) => i.complete && i.naturalWidth > 0)`)
	Eval[bool](b, `(document.querySelector(".pairs").scrollIntoView({ block: "center" }), document.querySelector(".compare input").focus(), true)`)
	share := `getComputedStyle(document.querySelector(".compare")).getPropertyValue("--share")`
	for range 5 {
		b.Press(kb.ArrowLeft)
	}
	b.Wait(share + ` === "45%"`)
	if got := Eval[string](b, `document.querySelector(".compare input").getAttribute("aria-valuetext")`); got != "整改前占 45%" {
		t.Errorf("it says %q", got)
	}
	at := Eval[struct{ X, Y, Width, Height float64 }](b, `(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector(".compare input").getBoundingClientRect())`)
	b.Drag(Point{at.X + at.Width*0.45, at.Y + at.Height/2}, Point{at.X + at.Width*0.6, at.Y + at.Height/2}, Point{at.X + at.Width*0.8, at.Y + at.Height/2})
	b.Wait(`Math.abs(parseFloat(` + share + `) - 80) < 4`)
	off := Eval[float64](b, `(() => { const e = document.querySelector(".compare .edge").getBoundingClientRect(), i = document.querySelector(".compare input").getBoundingClientRect(); return Math.abs(e.x + e.width / 2 - i.x - i.width * 0.8); })()`)
	if off > 12 {
		t.Errorf("the edge is %.0f px beside the mouse", off)
	}
	sound(t, b, "before and after")
	b.Shot("compared")
	b.Click(".thumbs button")
	b.Wait(`document.querySelector(".viewer .large img")?.complete`)
	place := `document.querySelector(".viewer footer .num").innerText`
	title := func() string { return b.Text(".viewer h2") }
	first := title()
	b.Press(kb.ArrowRight) // wherever the keyboard is in the dialog
	b.Wait(place + ` === "2 / 2"`)
	if title() == first {
		t.Errorf("both are %q", first)
	}
	b.Press(kb.ArrowRight)
	b.Wait(place + ` === "1 / 2"`)
	b.Press(kb.ArrowLeft)
	b.Wait(place + ` === "2 / 2" && document.querySelector(".viewer .large img")?.naturalWidth > 0`)
	boxed(t, b, "viewer")
	b.Shot("viewer")
	b.Press("\x1b")
	b.Wait(`!document.querySelector(".viewer") && document.activeElement.matches(".thumb")`)
	b.Quiet()
}

func TestWhoComplainedIsShownForAReasonAndOnRecord(t *testing.T) {
	o := Open(t)
	r := o.complain(map[string]any{"identity_mode": "real_name", "contact": map[string]any{"name": "王小明", "phone": "13912345678"}})
	admin := o.User("admin", o.Agency, "钱进")
	browser := shared.For(t)
	b := browser.Open(o.House, View{As: &o.Dispatcher, Path: "/board/cases/" + r.Id})
	b.Wait(`document.querySelector(".complainant")`)
	if got := b.Text(".complainant"); strings.Contains(got, "王小明") || strings.Contains(got, "13912345678") {
		t.Errorf("it is shown unasked: %q", got)
	}
	b.Shot("masked")
	b.Click(".complainant .link")
	b.Wait(`document.querySelector(".complainant input") === document.activeElement`)
	sound(t, b, "a reason is asked for")
	b.Write("核实")
	b.Press("\r")
	b.Wait(`document.querySelector(".complainant .wrong").innerText.length > 3`) // too short a reason
	b.Shot("short")
	b.Write("夜间异味的具体时段")
	b.Press("\r")
	b.Wait(`document.querySelector(".complainant").innerText.includes("王小明") && document.querySelector(".complainant").innerText.includes("13912345678")`)
	b.Shot("shown")
	if got := b.Text(".complainant"); strings.Contains(got, "undefined") {
		t.Errorf("it shows %q", got)
	}
	a := browser.Open(o.House, View{As: &admin, Path: "/board/admin/reveals"})
	a.Wait(`document.querySelectorAll(".table tbody tr").length === 1`)
	for _, want := range []string{"王丽", "派单员", r.GetString("number"), "核实夜间异味的具体时段"} {
		if got := a.Text(".table tbody tr"); !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	b.Quiet("400")
	a.Quiet(noCases...)
}
