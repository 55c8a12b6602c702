package route

// The page at "/": what this is; in a demo the logins and the newest cases too.

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/store"
	"xuncha/web"
)

// Card is a login that a demo shows.
type Card struct{ Role, Name, Email, Password string }

// shapes tell a status without its colour.
var shapes = map[casework.Status]string{
	casework.Registered: "○", casework.Accepted: "○", casework.Assigned: "◐", casework.Inspecting: "▲", casework.Rectifying: "■",
	casework.Verifying: "◆", casework.Verified: "◆", casework.Replying: "◇", casework.Closed: "✓", casework.NotAccepted: "×",
	casework.Merged: "⊕", casework.Transferred: "→", casework.StageClosed: "◫", casework.Reopened: "↺", casework.Withdrawn: "–",
}

// words of the page in both languages.
var words = map[string]map[string]string{
	"zh": {
		"title": "Xuncha 巡查", "skip": "跳到正文", "people": "演示登录", "more": "其余人员", "links": "入口", "admin": "管理后台",
		"health": "服务状态", "newest": "最新案件", "none": "还没有案件。", "open": "在办案件", "overdue": "超期", "cases": "件",
		"peopleNote": "全部为虚构，仅供试用。",
		"lead":       "受理举报、按辖区派单、离线核查、照片可信，整改核验后回到案件。手机上报的内容绝不无声丢失。",
	},
	"en": {
		"title": "Xuncha 巡查", "skip": "Skip to content", "people": "Demo logins", "more": "Everybody else", "links": "Open", "admin": "Admin interface",
		"health": "Health", "newest": "Newest cases", "none": "There is no case yet.", "open": "Open cases", "overdue": "overdue", "cases": "cases",
		"peopleNote": "all invented",
		"lead":       "Complaints come in, cases are dispatched, inspectors work offline, photos can be trusted, and the verified result returns to the case. Nothing that a phone sent is dropped in silence.",
	},
}

// otherRoles are those who sign in and are no users.
var otherRoles = map[string]map[string]string{
	"zh": {"superuser": "运维", "complainant": "举报人 · 编号 查询码 口令"},
	"en": {"superuser": "operator", "complainant": "complainant · number, code, pass-phrase"},
}

// homeCase is one line of the list.
type homeCase struct {
	Number, Title, Types, Status, Shape, Word, County, Received, Due string
	Overdue                                                          bool
}

// standing is how many open cases are in one state.
type standing struct {
	Status, Shape, Word string
	Cases               int
}

type homePage struct {
	Lang          string
	T             map[string]string
	Demo          bool
	First, Rest   []Card
	Standings     []standing
	Open, Overdue int
	Cases         []homeCase
}

// newestCases stand on a demo's page.
const newestCases = 20

// Home binds the page and its style. Without cards it names no login and no case.
func Home(se *core.ServeEvent, cards []Card, now func() time.Time) error {
	css, err := web.CSS()
	if err != nil {
		return err
	}
	se.Router.GET("/assets/page.css", func(e *core.RequestEvent) error {
		e.Response.Header().Set("Cache-Control", "no-cache")
		return e.Blob(http.StatusOK, "text/css; charset=utf-8", css)
	})
	se.Router.GET("/{$}", func(e *core.RequestEvent) error {
		page := homePage{Lang: language(e.Request), Demo: len(cards) > 0}
		page.T = words[page.Lang]
		if page.Demo {
			page.First, page.Rest = byRole(cards, page.Lang)
			if err := page.fill(e.App, now()); err != nil {
				return err
			}
		}
		var b bytes.Buffer
		if err := web.Home.Execute(&b, page); err != nil {
			return err
		}
		h := e.Response.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Vary", "Accept-Language")
		return e.HTML(http.StatusOK, b.String())
	})
	return nil
}

// language: what the reader asks for, else Chinese.
func language(r *http.Request) string {
	if asked := r.URL.Query().Get("lang"); words[asked] != nil {
		return asked
	}
	accept := strings.ToLower(r.Header.Get("Accept-Language"))
	if strings.HasPrefix(accept, "en") && !strings.Contains(accept, "zh") {
		return "en"
	}
	return "zh"
}

// byRole puts one login of each role first, and all others behind.
func byRole(cards []Card, lang string) (first, rest []Card) {
	seen := map[string]bool{}
	for _, c := range cards {
		role := c.Role
		c.Role = otherRoles[lang][role]
		if c.Role == "" {
			c.Role = inWords(lang, "role", role)
		}
		if seen[role] {
			rest = append(rest, c)
			continue
		}
		seen[role] = true
		first = append(first, c)
	}
	return first, rest
}

// inWords is a code of process.json in the reader's language.
func inWords(lang, list, code string) string {
	w, ok := casework.Process().Word(list, code)
	switch {
	case !ok:
		return code
	case lang == "en":
		return w.EN
	}
	return w.ZH
}

// fill reads what stands on a demo's page.
func (p *homePage) fill(app core.App, now time.Time) error {
	cases := store.Cases{App: app}
	counts, err := cases.Standings()
	if err != nil {
		return err
	}
	p.count(counts)
	list, err := cases.Newest(newestCases)
	if err != nil {
		return err
	}
	counties, err := cases.Counties()
	for _, c := range list {
		p.Cases = append(p.Cases, p.line(c, counties, now))
	}
	return err
}

// count keeps the open states, in the order of the process.
func (p *homePage) count(counts []store.Standing) {
	for _, state := range casework.Process().States {
		for _, c := range counts {
			if c.Status == state.Code && state.Open {
				p.Standings = append(p.Standings, standing{string(c.Status), shapes[c.Status], p.word(c.Status), c.Cases})
				p.Open += c.Cases
				p.Overdue += c.Overdue
			}
		}
	}
}

func (p *homePage) word(s casework.Status) string {
	state := casework.Process().State(s)
	if p.Lang == "en" {
		return state.EN
	}
	return state.ZH
}

func (p *homePage) line(c casework.Case, counties map[string]string, now time.Time) homeCase {
	title, _, _ := strings.Cut(c.Title, "：")
	types := make([]string, len(c.PollutionTypes))
	for i, code := range c.PollutionTypes {
		types[i] = inWords(p.Lang, "pollution_type", code)
	}
	h := homeCase{
		Number: c.Number, Title: title, Types: strings.Join(types, map[string]string{"zh": "、", "en": ", "}[p.Lang]), Status: string(c.Status),
		Shape: shapes[c.Status], Word: p.word(c.Status), County: counties[c.DivisionCode], Received: dayOf(c.ReceivedAt, p.Lang, now), Overdue: c.Overdue,
	}
	if casework.Process().State(c.Status).Open && c.DueStrict != "" {
		h.Due = dueText(c, p.Lang, now)
	}
	return h
}

// dayOf writes a time of the server as people here write it.
func dayOf(stamp, lang string, now time.Time) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	at = at.In(shanghai)
	today := casework.Date(at) == casework.Date(now)
	switch {
	case lang == "en" && today:
		return at.Format("today 15:04")
	case lang == "en":
		return at.Format("2 Jan 15:04")
	case today:
		return at.Format("今天 15:04")
	}
	return at.Format("1月2日 15:04")
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// dueText is "剩 3 天 · 法定 12月12日".
func dueText(c casework.Case, lang string, now time.Time) string {
	due, err1 := time.Parse(time.DateOnly, c.DueStrict)
	legal, err2 := time.Parse(time.DateOnly, c.DueLegal)
	today, err3 := time.Parse(time.DateOnly, casework.Date(now))
	if err1 != nil || err2 != nil || err3 != nil {
		return c.DueStrict
	}
	days := int(due.Sub(today).Hours() / 24)
	if lang == "en" {
		if days < 0 {
			return fmt.Sprintf("%d days late · by law %s", -days, legal.Format("2 Jan"))
		}
		return fmt.Sprintf("%d days left · by law %s", days, legal.Format("2 Jan"))
	}
	if days < 0 {
		return fmt.Sprintf("超期 %d 天 · 法定 %s", -days, legal.Format("1月2日"))
	}
	return fmt.Sprintf("剩 %d 天 · 法定 %s", days, legal.Format("1月2日"))
}
