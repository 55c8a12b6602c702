package boardtest

// Every screen, in both themes, and in both languages on a large screen and a small one: axe
// finds nothing, and with BOARD_SHOTS a picture of each is kept. And what one dispatcher does
// another sees.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// axe is the checker of accessibility that the tests' packages from npm hold.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "js", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// violations are what axe finds against WCAG 2.2, levels A and AA: rule and where.
const violations = `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((r) =>
	r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target.join(" ") + " " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""))))`

// screen is one place of the board.
type screen struct {
	name, role, path string
	ready            string // true once it shows what it has
	keys             string // pressed then
	then             string // true once they did what they do
}

// part is true once a part of the administration shows what it has.
const part = `document.querySelector("table tbody tr")`

var screens = []screen{
	{"login", "", "/board/", `document.querySelector(".login")`, "", ""},
	{"list", "dispatcher", "/board/", `document.querySelectorAll(".row .title").length > 5 && document.querySelector(".maptools")`, "", ""},
	{"none", "dispatcher", "/board/?q=没有这样的案件", `document.querySelector(".count")?.innerText.startsWith("0")`, "", ""},
	{"keys", "dispatcher", "/board/", `document.querySelectorAll(".row .title").length > 5`, "?", `document.querySelector("dialog[open]")`},
	{"case", "dispatcher", "/board/cases/{case}", `document.querySelector("#part-course li") && document.querySelector(".panel-foot")`, "", ""},
	{"assign", "dispatcher", "/board/cases/{accepted}", `document.querySelector(".panel-foot .main")`, "a", `document.querySelectorAll("dialog .officer").length === 3`},
	{"inbox", "dispatcher", "/board/inbox/triage", `document.querySelector(".inbox-body h2, .inbox-body h3")`, "", ""},
	{"held", "dispatcher", "/board/inbox/held", `document.querySelector(".inbox-body h2, .inbox-body h3")`, "", ""},
	{"uncertain", "dispatcher", "/board/inbox/uncertain", `document.querySelectorAll(".divisions .option").length === 2 && document.querySelector(".dotmap .land")`, "", ""},
	{"late", "dispatcher", "/board/inbox/review", `document.querySelector(".matter h2") && document.querySelector(".steps li")`, "", ""},
	{"flagged", "dispatcher", "/board/inbox/flagged", `document.querySelector(".shot-large img")?.naturalWidth > 0`, "", ""},
	{"plan", "dispatcher", "/board/?status=accepted", `document.querySelectorAll(".row .title").length > 4`, "xjxjxjxp", `document.querySelectorAll("dialog .plan tbody tr").length === 4`},
	{"empty", "dispatcher", "/board/inbox/objected", `document.querySelector(".inbox-body")?.innerText.length > 5`, "", ""},
	{"phones", "dispatcher", "/board/phones", `document.querySelector("table tbody tr")`, "", ""},
	{"review", "reviewer", "/board/review", `document.querySelector(".inbox-body h2, .inbox-body h3")`, "", ""},
	{"supervise", "supervisor", "/board/supervise", `document.querySelector(".inbox")?.innerText.length > 20`, "", ""},
	{"users", "admin", "/board/admin", part, "", ""},
	{"agencies", "admin", "/board/admin/agencies", part, "", ""},
	{"devices", "admin", "/board/admin/phones", part, "", ""},
	{"holidays", "admin", "/board/admin/holidays", part, "", ""},
	{"rules", "admin", "/board/admin/rules", part, "", ""},
	{"reveals", "admin", "/board/admin/reveals", `document.querySelector(".view-head") && !document.querySelector("[aria-busy=true]") && document.querySelector("table tbody tr, .nothing")`, "", ""},
}

// staffed adds who else sits at a desk, phones that say how they stand, an edit that two phones
// disagree about, a conclusion that came too late, a photo that is doubted and a complaint on a
// border.
func (o *Office) staffed(t *testing.T) map[string]*house.User {
	t.Helper()
	supervisor, admin := o.User("supervisor", o.Agency, "孙立"), o.User("admin", o.Agency, "管青")
	people := map[string]*house.User{"dispatcher": &o.Dispatcher, "reviewer": &o.Reviewer, "supervisor": &supervisor, "admin": &admin, "": nil}
	id := o.Case(o.Agency, Division, "2026-900001")
	o.does(t, id, "accept", map[string]any{"types": []string{"odour"}, "division_code": Division})
	o.does(t, id, "assign", map[string]any{"inspectors": []string{o.Inspectors[0].ID, o.Inspectors[1].ID}, "due": time.Now().AddDate(0, 0, 5).Format(time.DateOnly)})
	var phones []*phone.Phone
	for i, who := range o.Inspectors[:2] {
		p := phone.New(o.URL, who.Token)
		p.Says = &sync.Phone{
			Unsent: int64(3 * i), OldestUnsentAt: sync.Stamp(time.Now().Add(-30 * time.Hour).Format(time.RFC3339)), StorageFree: 9 << 30, Battery: 0.5,
			Position: []byte(`{"lon":116.42,"lat":39.9,"accuracy_m":9}`),
		}
		o.sync(t, p)
		phones = append(phones, p)
	}
	var c struct {
		Inspection string `json:"inspection"`
	}
	if err := phones[0].Read("cases", id, &c); err != nil {
		t.Fatal(err)
	}
	phones[0].Edit("inspections", c.Inspection, map[string]any{"statement": "负责人称设备昨日检修。"})
	phones[1].Edit("inspections", c.Inspection, map[string]any{"statement": "负责人称设备一直正常。"})
	phones[1].Act(id, "conclude", map[string]any{"inspection": c.Inspection, "outcome": "unsubstantiated"}, map[string]any{"position": map[string]any{"lon": 116.402, "lat": 39.9, "accuracy_m": 12}})
	o.sync(t, phones...)
	f := field{Office: o, id: id, visit: c.Inspection, pa: phones[0], pb: phones[1]}
	f.snap(3, map[string]any{"position": map[string]any{"lon": 116.4, "lat": 39.95, "accuracy_m": 20}, "mock_location": true})
	o.House.Agency("乙县生态环境分局", "990102")
	o.borders()
	o.complain(nil)
	return people
}

func (o *Office) sync(t *testing.T, phones ...*phone.Phone) {
	t.Helper()
	for _, p := range phones {
		if err := p.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func (o *Office) does(t *testing.T, id, name string, args map[string]any) {
	t.Helper()
	body := map[string]any{"id": phone.ULID(time.Now()), "case": id, "name": name, "args": args}
	if status, said := o.Do("POST", "/api/collections/actions/records", o.Dispatcher.Token, body); status != 200 {
		t.Fatalf("%s: %d %v", name, status, said)
	}
}

func TestEveryScreenIsForEverybody(t *testing.T) {
	o, source := Open(t), axe(t)
	ids := o.Cases(60)
	people := o.staffed(t)
	browser := shared.For(t)
	for _, s := range screens {
		b := browser.Open(o.House, View{Theme: "light", Lang: "zh-CN", As: people[s.role], Path: s.at(ids)})
		b.Wait(s.ready)
		if s.keys != "" {
			b.Press(s.keys)
			b.Wait(s.then)
		}
		Eval[bool](b, source+"; true")
		for _, theme := range []string{"light", "dark"} {
			for lang, size := range map[string][2]int64{"zh-CN": {1440, 900}, "en": {1024, 768}} {
				Eval[bool](b, fmt.Sprintf(`(document.querySelector("button[lang=%s]:not([aria-pressed=true])")?.click(), true)`, lang))
				b.Wait(fmt.Sprintf(`document.documentElement.lang === %q`, lang))
				b.Do(chromedp.EmulateViewport(size[0], size[1]))
				b.Wait(fmt.Sprintf(`innerWidth === %d`, size[0]))
				b.still()
				for _, line := range slices.Concat(Eval[[]string](b, faults), Eval[[]string](b, violations)) {
					t.Errorf("%s, %s, %s: %s", s.name, theme, lang, line)
				}
				b.Shot(fmt.Sprintf("%s-%d-%s-%s", s.name, size[0], theme, lang))
			}
			if theme == "light" {
				b.dark(source)
			}
		}
		b.Quiet()
		b.Close()
	}
}

// dark takes the other theme; where there is no button for it, that of the system.
func (b *Board) dark(source string) {
	b.T.Helper()
	Eval[bool](b, `(document.querySelector(".tools button.icon")?.click(), true)`)
	if Eval[bool](b, `document.documentElement.dataset.theme !== "dark"`) {
		Eval[bool](b, `(localStorage["xuncha.theme"] = "dark", true)`)
		b.Do(chromedp.Reload())
		b.Wait(`document.documentElement.dataset.theme === "dark" && document.querySelector(".login")`)
		Eval[bool](b, source+"; true")
	}
}

// at is the path of a screen with ids in it.
func (s screen) at(ids []string) string {
	for place, id := range map[string]string{"{case}": ids[4], "{accepted}": ids[1]} {
		if i := len(s.path) - len(place); i > 0 && s.path[i:] == place {
			return s.path[:i] + id
		}
	}
	return s.path
}

// What one does, the other sees within a second, and is told who did it.
func TestTwoDispatchersSeeEachOthersWork(t *testing.T) {
	o := Open(t)
	ids := o.Cases(12)
	other := o.User("dispatcher", o.Agency, "何安")
	browser := shared.For(t)
	b := browser.Open(o.House, View{As: &other})
	b.Wait(`document.querySelectorAll(".row .title").length > 5`)
	b.Wait(`document.querySelectorAll(".row")[1].innerText.includes("已受理")`)
	begun := time.Now()
	o.does(t, ids[1], "assign", map[string]any{"inspectors": []string{o.Inspectors[0].ID, o.Inspectors[1].ID}, "due": time.Now().AddDate(0, 0, 1).Format(time.DateOnly)})
	b.Wait(`[...document.querySelectorAll(".row")].some((r) => r.innerText.includes("2026-000002") && r.innerText.includes("已派单"))`)
	took := time.Since(begun)
	t.Logf("the other board showed it after %v", took.Round(time.Millisecond))
	if took > 5*time.Second { // a second where nothing else runs; the bench quotes it
		t.Errorf("the other board showed it after %v", took)
	}
	b.Quiet()
	if got := Eval[[]string](b, `[...document.querySelectorAll(".row .num")].map((e) => e.innerText)`); !slices.Contains(got, "2026-000002") {
		t.Errorf("the rows are %v", got)
	}
}
