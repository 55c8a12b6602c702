package hooks_test

// The page at "/": what a demo shows and nobody else does.

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/internal/house"
)

const demoPassword = "demoPassword-password-7431"

// page fetches the page as a browser of that language does.
func page(t *testing.T, h *house.House, path, accept string) (string, http.Header) {
	t.Helper()
	req, err := http.NewRequest("GET", h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", accept)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return string(body), res.Header
}

func TestADemosPageShowsLoginsAndCasesWithWordAndShape(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	h := house.With(t, t.TempDir(), hooks.Config{Now: func() time.Time { return now }, Demo: []hooks.Card{
		{Role: "dispatcher", Name: "王丽", Email: "d1@demo.test", Password: demoPassword}, {Role: "superuser", Email: "root@demo.test", Password: "p"},
	}})
	agency := h.Agency("青河县分局", "990101")
	h.Record("cases", map[string]any{
		"number": "2026-000007", "status": "rectifying", "title": "<b>鑫源</b>砂锅：餐饮油烟", "pollution_types": []string{"cooking_fume"}, "agency": agency,
		"division_code": "990101", "received_at": "2026-11-24T01:30:00.000Z", "due_strict": "2026-11-27", "due_legal": "2026-11-30", "inspectors": []string{},
	})
	h.Record("cases", map[string]any{
		"number": "2026-000006", "status": "assigned", "title": "旧案：扬尘", "pollution_types": []string{"dust"}, "agency": agency, "overdue": true,
		"division_code": "990101", "received_at": "2026-09-01T01:30:00.000Z", "due_strict": "2026-11-20", "due_legal": "2026-11-20", "inspectors": []string{},
	})
	for _, as := range []struct {
		path, accept string
		want         []string
	}{
		{"/", "zh-CN,zh;q=0.9,en;q=0.8", []string{`lang="zh"`, demoPassword, "派单员", "王丽", "■", "整改中", "餐饮油烟", "今天 09:30", "剩 3 天 · 法定 11月30日", "超期 4 天 · 法定 11月20日", "late", "&lt;b&gt;鑫源"}},
		{"/", "fr", []string{`lang="zh"`}},
		{"/", "en-GB,en;q=0.9", []string{`lang="en"`, demoPassword, "dispatcher", "rectifying", "cooking fume", "3 days left · by law 30 Nov", "4 days late · by law 20 Nov"}},
		{"/?lang=en", "zh-CN", []string{`lang="en"`}},
		{"/?lang=xx", "zh-CN", []string{`lang="zh"`}},
	} {
		body, header := page(t, h, as.path, as.accept)
		for _, word := range as.want {
			if !strings.Contains(body, word) {
				t.Errorf("%s for %s: no %q", as.path, as.accept, word)
			}
		}
		if strings.Contains(body, "<script") || strings.Contains(body, "style=") || strings.Contains(body, "<b>鑫源") {
			t.Errorf("%s holds what the policy forbids, or a name was not escaped", as.path)
		}
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q", csp)
		}
	}
	css, header := page(t, h, "/assets/page.css", "en")
	if !strings.HasPrefix(header.Get("Content-Type"), "text/css") || !strings.Contains(css, "--paper") || !strings.Contains(css, "prefers-color-scheme: dark") {
		t.Errorf("style: %s", header.Get("Content-Type"))
	}
}

func TestOutsideADemoThePageNamesNoLoginAndNoCase(t *testing.T) {
	h := house.New(t)
	agency := h.Agency("青河县分局", "990101")
	h.Case(agency, "990101", "2026-000001")
	body, _ := page(t, h, "/", "zh-CN")
	for _, word := range []string{"2026-000001", "demo", "演示", "在办案件", `class="cases"`} {
		if strings.Contains(body, word) {
			t.Errorf("the page says %q", word)
		}
	}
	if !strings.Contains(body, `href="/_/"`) {
		t.Error("no way to the admin interface")
	}
}
