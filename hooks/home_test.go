package hooks_test

// The pages for people: what a demo shows and nobody else does, how a server is begun, and
// what stands where nothing is.

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"xuncha/casework"
	"xuncha/hooks"
	"xuncha/internal/house"
)

const demoPassword = "demoPassword-password-7431"

// browse fetches an address as a browser of that language does.
func browse(t *testing.T, h *house.House, path, language string) (int, string, http.Header) {
	t.Helper()
	return fetch(t, h, path, map[string]string{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": language})
}

func fetch(t *testing.T, h *house.House, path string, header map[string]string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest("GET", h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

// page is what must be there.
func page(t *testing.T, h *house.House, path, language string) string {
	t.Helper()
	status, body, header := browse(t, h, path, language)
	if status != http.StatusOK {
		t.Fatalf("%s: %d", path, status)
	}
	if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%s: policy %q", path, csp)
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "style=") {
		t.Errorf("%s holds what the policy forbids", path)
	}
	return body
}

// demoHouse is a demo on 24 November 2026, 10:00 in Shanghai.
func demoHouse(t *testing.T) *house.House {
	t.Helper()
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	return house.With(t, t.TempDir(), hooks.Config{Now: func() time.Time { return now }, Demo: []hooks.Card{
		{Role: "dispatcher", Name: "王丽", Email: "d1@demo.test", Password: demoPassword}, {Role: "superuser", Email: "root@demo.test", Password: "p"},
	}})
}

// shown makes a case that is listed; more takes the place of its fields.
func shown(h *house.House, number string, status casework.Status, more map[string]any) {
	fields := map[string]any{
		"number": number, "status": string(status), "title": "旧案" + number + "：扬尘", "pollution_types": []string{"dust"}, "agency": "none",
		"division_code": "990101", "received_at": "2026-11-20T01:30:00.000Z", "due_strict": "2026-12-20", "due_legal": "2026-12-21", "inspectors": []string{},
	}
	for name, value := range more {
		fields[name] = value
	}
	h.Record("cases", fields)
}

func TestADemosPageShowsLoginsAndCasesWithWordAndShape(t *testing.T) {
	h := demoHouse(t)
	shown(h, "2026-000007", casework.Rectifying, map[string]any{
		"title": "<b>鑫源</b>砂锅：餐饮油烟", "pollution_types": []string{"cooking_fume"},
		"received_at": "2026-11-24T01:30:00.000Z", "due_strict": "2026-11-27", "due_legal": "2026-11-30",
	})
	shown(h, "2026-000006", casework.Assigned, map[string]any{"overdue": true, "due_strict": "2026-11-20", "due_legal": "2026-11-20"})
	for _, as := range []struct {
		path, accept string
		want         []string
	}{
		{"/", "zh-CN,zh;q=0.9,en;q=0.8", []string{
			`lang="zh-CN"`, demoPassword, "派单员", "王丽", `href="#s-rectifying"`, "整改中", "餐饮油烟", "<span>今天 09:30</span>",
			"<span>剩 3 天</span><span>法定 11月30日</span>", "<span>超期 4 天</span><span>法定 11月20日</span>", "late", "&lt;b&gt;鑫源", `href="/?lang=en"`,
		}},
		{"/", "fr", []string{`lang="zh-CN"`}},
		{"/", "en-GB,en;q=0.9", []string{
			`lang="en"`, demoPassword, "dispatcher", "rectifying", "cooking fume", "<span>3 days left</span><span>by law 30 Nov</span>",
			"<span>4 days late</span><span>by law 20 Nov</span>", `href="/?lang=zh-CN"`,
		}},
		{"/?lang=en", "zh-CN", []string{`lang="en"`, `href="/?lang=en&amp;status=assigned#cases"`}},
		{"/?lang=zh", "en", []string{`lang="zh-CN"`}},
		{"/?lang=xx", "zh-CN", []string{`lang="zh-CN"`}},
	} {
		body := page(t, h, as.path, as.accept)
		for _, word := range as.want {
			if !strings.Contains(body, word) {
				t.Errorf("%s for %s: no %q", as.path, as.accept, word)
			}
		}
	}
	if body := page(t, h, "/", "zh"); strings.Index(body, "2026-000006") > strings.Index(body, "2026-000007") {
		t.Error("the overdue case does not come first")
	}
	if body := page(t, h, "/", "zh"); strings.Index(body, `id="people"`) < strings.Index(body, `id="cases"`) {
		t.Error("the logins come before the cases, which fills a phone's first screens")
	}
}

// A fact that is not known leaves no dot behind, and a case always has a name.
func TestWhatIsNotKnownOfACaseIsLeftOut(t *testing.T) {
	h := demoHouse(t)
	shown(h, "2026-000001", casework.Registered, map[string]any{
		"title": "：扬尘", "division_code": "", "due_strict": "", "due_legal": "", "received_at": "2025-11-20T01:30:00.000Z",
	})
	shown(h, "2026-000002", casework.Registered, map[string]any{"title": "", "pollution_types": []string{}, "due_strict": "2026-11-24", "due_legal": ""})
	shown(h, "2026-000003", casework.StageClosed, map[string]any{"due_strict": "2026-10-01", "plan": []casework.Step{{What: "a", Due: "2026-11-20"}, {What: "b", Due: "2026-11-23"}}, "overdue": true})
	body := page(t, h, "/", "zh")
	for _, want := range []string{
		`<span class="title">扬尘</span>`, `<span class="run"><span>2026-000001</span><span>2025年11月20日 09:30</span></span>`,
		`<span class="title">2026-000002</span>`, `<span class="run"><span>今天到期</span></span>`,
		"<span>超期 1 天</span><span>计划 11月23日</span>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "<span></span>") {
		t.Error("an empty fact was left")
	}
}

var (
	tileOf  = regexp.MustCompile(`<a class="status ([a-z_]+)" href="([^"]+)"( aria-current="true")?><svg[^>]*><use href="#s-([a-z_]+)"/></svg><span>([^<]+)</span><b>(\d+)</b>`)
	titleOf = regexp.MustCompile(`<span class="title">([^<]+)</span>`)
)

func TestEveryTileLeadsToItsCases(t *testing.T) {
	h := demoHouse(t)
	open := 0
	for i, state := range casework.Process().States {
		number := "2026-0001" + string(rune('A'+i))
		shown(h, number, state.Code, map[string]any{"title": string(state.Code), "overdue": state.Code == casework.Assigned, "due_soon": state.Code == casework.Verified})
		if state.Open {
			open++
		}
	}
	tiles := tileOf.FindAllStringSubmatch(page(t, h, "/", "zh"), -1)
	if len(tiles) != open+2 || tiles[0][1] != "overdue" || tiles[1][1] != "due_soon" {
		t.Fatalf("%d tiles, want %d: %v", len(tiles), open+2, tiles)
	}
	for _, tile := range tiles {
		want := map[string]string{"overdue": "assigned", "due_soon": "verified"}[tile[1]]
		if want == "" {
			want = tile[1]
		}
		body := page(t, h, tile[2], "zh")
		titles := titleOf.FindAllStringSubmatch(body, -1)
		if tile[4] != tile[1] || tile[6] != "1" || len(titles) != 1 || titles[0][1] != want || strings.Count(body, "aria-current") != 1 {
			t.Errorf("%s: %v lists %v", tile[2], tile[1:], titles)
		}
	}
	for _, state := range casework.Process().States {
		if body := page(t, h, "/", "zh"); !strings.Contains(body, `<symbol id="s-`+string(state.Code)+`"`) {
			t.Errorf("%s has no shape", state.Code)
		}
	}
	for _, path := range []string{"/?status=bogus", "/?status=closed"} {
		if status, body, _ := browse(t, h, path, "zh"); status != http.StatusNotFound || !strings.Contains(body, "没有这种案件状态") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if body := page(t, h, "/?status=registered", "zh"); !strings.Contains(body, `href="/?lang=en&amp;status=registered"`) {
		t.Error("another language loses the list")
	}
}

func TestOutsideADemoThePageNamesNoLoginAndNoCase(t *testing.T) {
	h := house.New(t)
	agency := h.Agency("青河县分局", "990101")
	h.Case(agency, "990101", "2026-000001")
	commands := []string{"xuncha superuser upsert", "xuncha agencies import", "xuncha users import"}
	for _, path := range []string{"/", "/?status=registered"} {
		body := page(t, h, path, "zh-CN")
		for _, word := range []string{"2026-000001", "演示登录", "在办案件", `class="cases"`} {
			if strings.Contains(body, word) {
				t.Errorf("%s says %q", path, word)
			}
		}
		for _, word := range append(commands, `href="/_/"`, `href="/readyz"`, "还没有管理员") {
			if !strings.Contains(body, word) {
				t.Errorf("%s does not say %q", path, word)
			}
		}
	}
	if body := page(t, h, "/", "en"); !strings.Contains(body, "There is no administrator yet") || strings.Contains(body, "<h2></h2>") {
		t.Error("the card has no name")
	}
	h.Record("_superusers", map[string]any{"email": "root@example.test", "password": house.Password})
	body := page(t, h, "/", "zh-CN")
	for _, command := range commands {
		if strings.Contains(body, command) {
			t.Errorf("there is an administrator, and the page says %q", command)
		}
	}
	if !strings.Contains(body, "服务已就绪") || !strings.Contains(body, `href="/_/"`) {
		t.Error("the page does not say that the server is ready")
	}
}

func TestWhereNothingIsAPersonReadsASentenceAndAProgramACode(t *testing.T) {
	h := house.New(t)
	for _, path := range []string{"/nope", "/nope/deeper", "/field/"} {
		status, body, header := browse(t, h, path, "zh-CN")
		if status != http.StatusNotFound || !strings.HasPrefix(header.Get("Content-Type"), "text/html") || !strings.Contains(body, "没有这个页面") || !strings.Contains(body, `href="/"`) {
			t.Errorf("%s: %d %s", path, status, header.Get("Content-Type"))
		}
		if header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no policy", path)
		}
	}
	if _, body, _ := browse(t, h, "/nope", "en"); !strings.Contains(body, "There is no such page") || !strings.Contains(body, `href="/nope?lang=zh-CN"`) {
		t.Error("no English")
	}
	for path, accept := range map[string]string{"/nope": "*/*", "/nope2": "application/json", "/api/nope": "text/html,*/*", "/api/collections/none/records": "text/html"} {
		status, body, header := fetch(t, h, path, map[string]string{"Accept": accept})
		if status != http.StatusNotFound || header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, `"code":"not_found"`) {
			t.Errorf("%s %s: %d %s %.100s", path, accept, status, header.Get("Content-Type"), body)
		}
	}
}

func TestStyleIconAndHealthAreThere(t *testing.T) {
	h := house.New(t)
	for path, want := range map[string]struct{ kind, holds string }{
		"/assets/page.css": {"text/css", "prefers-color-scheme: dark"}, "/assets/icon.svg": {"image/svg+xml", "--accent: #"}, "/favicon.ico": {"image/svg+xml", "<svg"},
	} {
		status, body, header := browse(t, h, path, "zh")
		if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), want.kind) || !strings.Contains(body, want.holds) {
			t.Errorf("%s: %d %s", path, status, header.Get("Content-Type"))
		}
	}
	if body := page(t, h, "/readyz", "zh"); !strings.Contains(body, "数据库能够应答") {
		t.Error("a browser reads no sentence")
	}
	if status, body, _ := fetch(t, h, "/readyz", nil); status != http.StatusOK || strings.TrimSpace(body) != `{"status":"ready"}` {
		t.Errorf("a program reads %d %s", status, body)
	}
}
