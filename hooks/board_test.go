package hooks_test

// The board as a browser gets it: its page at each of its addresses, what its policy admits,
// what it keeps, and the base map that the operator names.

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
	"xuncha/internal/house"
)

func TestTheBoardIsServedWithAStrictPolicyAtEachOfItsAddresses(t *testing.T) {
	h := house.New(t)
	for _, path := range []string{"/board", "/board/", "/board/cases/01JD0000000000000000000001?status=assigned", "/board/inbox/held"} {
		status, body, header := browse(t, h, path, "zh")
		policy := header.Get("Content-Security-Policy")
		if status != http.StatusOK || !strings.Contains(body, `<div id="board">`) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
		if !strings.Contains(policy, "default-src 'none'; script-src 'self' 'sha256-") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") ||
			!strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	if status, _, _ := browse(t, h, "/board/js/none.js", "zh"); status != http.StatusNotFound {
		t.Errorf("a module that is not there: %d", status)
	}
}

var module = regexp.MustCompile(`/board/js/main\.js\?v=[0-9a-f]{16}`)

func TestABrowserKeepsTheBoardsFilesForEverAndAsksForThePageAnew(t *testing.T) {
	h := house.New(t)
	_, body, header := browse(t, h, "/board/", "zh")
	if header.Get("Cache-Control") != "no-cache" {
		t.Errorf("the page: %s", header.Get("Cache-Control"))
	}
	address := module.FindString(body)
	for path, want := range map[string]string{address: "public, max-age=31536000, immutable", "/board/js/main.js": "no-cache", "/board/js/main.js?v=0000000000000000": "no-cache"} {
		status, _, header := fetch(t, h, path, nil)
		if status != http.StatusOK || header.Get("Cache-Control") != want || !strings.HasPrefix(header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%s: %d %q", path, status, header)
		}
		if status, _, _ := fetch(t, h, path, map[string]string{"If-None-Match": header.Get("ETag")}); status != http.StatusNotModified {
			t.Errorf("%s again: %d", path, status)
		}
	}
}

// boardConfig is what the board is told.
func boardConfig(t *testing.T, h *house.House) (config struct {
	Version, Now, Zone string
	Demo               bool
	Tiles              struct {
		URL, Attribution, Audit string
		PMTiles                 bool
	}
	Process struct {
		States  []struct{ Code, ZH, EN string }
		Actions []struct{ Name string }
		Words   map[string]map[string]struct{ ZH, EN string }
	}
},
) {
	t.Helper()
	status, body, _ := fetch(t, h, "/board/config.json", nil)
	if err := json.Unmarshal([]byte(body), &config); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v %.500s", status, err, body)
	}
	return config
}

func TestTheBoardIsToldTheProcessBeforeAnybodySignsIn(t *testing.T) {
	h := demoHouse(t)
	c := boardConfig(t, h)
	if !c.Demo || c.Zone != "Asia/Shanghai" || c.Now != "2026-11-24T02:00:00Z" || c.Version == "" || c.Tiles.URL != "" {
		t.Errorf("%+v", c)
	}
	if len(c.Process.States) < 15 || len(c.Process.Actions) < 20 || c.Process.Words["pollution_type"]["odour"].ZH != "恶臭异味" {
		t.Errorf("%+v", c.Process)
	}
	_, body, _ := fetch(t, h, "/board/config.json", nil)
	if strings.Index(body, `"odour"`) > strings.Index(body, `"noise"`) {
		t.Error("the words do not stand in the order of the process")
	}
	if strings.Contains(body, demoPassword) {
		t.Error("it tells a password")
	}
}

func TestABaseMapOfAnotherHostIsAdmittedAndToldWithItsNumber(t *testing.T) {
	tiles, err := hooks.ParseTiles("https://tiles.example.org/wmts/{z}/{x}/{y}.png?tk=KEY", "© 某测绘院", "GS(2026)0001号")
	if err != nil {
		t.Fatal(err)
	}
	h := house.With(t, t.TempDir(), hooks.Config{Now: time.Now, Tiles: tiles})
	_, _, header := browse(t, h, "/board/", "zh")
	policy := header.Get("Content-Security-Policy")
	for _, want := range []string{"img-src 'self' blob: data: https://tiles.example.org;", "connect-src 'self' https://tiles.example.org;"} {
		if !strings.Contains(policy, want) {
			t.Errorf("no %q in %q", want, policy)
		}
	}
	c := boardConfig(t, h).Tiles
	if c.URL != "https://tiles.example.org/wmts/{z}/{x}/{y}.png?tk=KEY" || c.Attribution != "© 某测绘院" || c.Audit != "GS(2026)0001号" || c.PMTiles {
		t.Errorf("%+v", c)
	}
	if line := tiles.String(); strings.Contains(line, "KEY") || !strings.Contains(line, "GS(2026)0001号") {
		t.Errorf("an operator is shown %q", line)
	}
}

func TestABaseMapOfThisMachineIsServedInRanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.pmtiles")
	if err := os.WriteFile(path, []byte("PMTiles0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	tiles, err := hooks.ParseTiles(path, "某测绘院", "")
	if err != nil {
		t.Fatal(err)
	}
	h := house.With(t, t.TempDir(), hooks.Config{Now: time.Now, Tiles: tiles})
	if c := boardConfig(t, h).Tiles; c.URL != "/board/basemap.pmtiles" || !c.PMTiles {
		t.Errorf("%+v", c)
	}
	status, body, _ := fetch(t, h, "/board/basemap.pmtiles", map[string]string{"Range": "bytes=7-9"})
	if status != http.StatusPartialContent || body != "012" {
		t.Errorf("%d %q", status, body)
	}
	if status, _, _ := fetch(t, house.New(t), "/board/basemap.pmtiles", nil); status != http.StatusNotFound {
		t.Errorf("without one: %d", status)
	}
}

func TestWhatIsNoBaseMapStopsTheStart(t *testing.T) {
	for _, address := range []string{
		"tiles.example.org", "https://tiles.example.org/", "https://name:pass@tiles.example.org/{z}/{x}/{y}.png",
		"ftp://example.org/{z}/{x}/{y}.png", "/none/at/all.pmtiles", t.TempDir() + "/x.png",
	} {
		if tiles, err := hooks.ParseTiles(address, "", ""); err == nil {
			t.Errorf("%s: %v", address, tiles)
		}
	}
	if tiles, err := hooks.ParseTiles("", "", ""); err != nil || tiles.String() != "none (no XUNCHA_TILES_URL)" {
		t.Errorf("%v %v", tiles, err)
	}
}
