package web

// The house's own rules for its pages: contrast, one place for colours, a shape for each
// state, the same words in both languages.

import (
	"io/fs"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)

// theme reads the colours of a part of the tokens.
func theme(css string) map[string]string {
	colours := map[string]string{}
	for _, m := range colour.FindAllStringSubmatch(css, -1) {
		colours[m[1]] = m[2]
	}
	return colours
}

// luminance is WCAG's relative luminance of a colour rrggbb.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// A shape needs 3:1 (WCAG 2.2, 1.4.11), on the ground of a map too.
func TestShapesStandOutOnTheMap(t *testing.T) {
	light, dark, _ := strings.Cut(read(t, "css/tokens.css"), "@media (prefers-color-scheme: dark)")
	for name, colours := range map[string]map[string]string{"light": theme(light), "dark": theme(dark)} {
		for _, ink := range []string{"registered", "assigned", "inspecting", "rectifying", "verifying", "replying", "closed", "quiet", "overdue", "accent", "map-border"} {
			for _, ground := range []string{"map-ground", "map-case"} {
				if c := contrast(t, colours[ink], colours[ground]); c < 3 && ink != "map-border" || c < 2.5 {
					t.Errorf("%s: --%s on --%s is %.2f:1", name, ink, ground, c)
				}
			}
		}
	}
}

// Small text needs 4.5:1 (WCAG 2.2, 1.4.3), on whatever it may stand.
func TestEveryColourCanBeReadInBothThemes(t *testing.T) {
	light, dark, found := strings.Cut(read(t, "css/tokens.css"), "@media (prefers-color-scheme: dark)")
	grounds, marks := []string{"paper", "sheet", "tint"}, []string{"less", "more"} // marks: of what differs, under ink alone
	themes := map[string]map[string]string{"light": theme(light), "dark": theme(dark)}
	if !found || !slices.Equal(slices.Sorted(maps.Keys(themes["light"])), slices.Sorted(maps.Keys(themes["dark"]))) || len(themes["light"]) < 16 {
		t.Fatalf("the themes name different colours: %v", themes)
	}
	for name, colours := range themes {
		for ink, value := range colours {
			if slices.Contains(grounds, ink) || slices.Contains(marks, ink) || strings.HasPrefix(ink, "map-") {
				continue // of the map: see TestShapesStandOutOnTheMap
			}
			on := grounds
			if ink == "accent-ink" {
				on = []string{"accent"}
			}
			if ink == "ink" {
				on = slices.Concat(grounds, marks)
			}
			for _, ground := range on {
				if c := contrast(t, value, colours[ground]); c < 4.5 {
					t.Errorf("%s: --%s on --%s is %.2f:1", name, ink, ground, c)
				}
			}
		}
	}
}

var anyColour = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b[^"]|\b(rgb|hsl|oklch)a?\(|(fill|stroke|color)="(#|[a-z]+")|style=|<style>`)

func TestColoursStandInTheTokensOnly(t *testing.T) {
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "css/tokens.css" || strings.HasPrefix(path, "vendor/") {
			return err
		}
		text := strings.NewReplacer(`"none"`, "", `"currentColor"`, "").Replace(read(t, path))
		if m := anyColour.FindString(text); m != "" {
			t.Errorf("%s holds %q", path, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLatinAndDigitsComeBeforeChineseFonts(t *testing.T) {
	fonts := read(t, "css/tokens.css")
	if latin, chinese := strings.Index(fonts, "Inter"), strings.Index(fonts, `"PingFang SC"`); latin < 0 || chinese < latin {
		t.Error("a Chinese font's Latin takes Inter's place")
	}
}

// A thumb needs 44 px; what is pressed has at least that.
func TestWhatIsPressedIsAsHighAsAThumb(t *testing.T) {
	css := read(t, "css/page.css")
	if !strings.Contains(read(t, "css/tokens.css"), "--thumb: 44px") {
		t.Error("a thumb has another height")
	}
	for _, selector := range []string{"h1 a", "header nav a, .links a", ".tiles a", "summary"} {
		_, rule, found := strings.Cut(css, "\n"+selector+" {")
		rule, _, _ = strings.Cut(rule, "}")
		if !found || !strings.Contains(rule, "min-height: var(--thumb)") {
			t.Errorf("%s is lower than a thumb", selector)
		}
	}
}

var symbol = regexp.MustCompile(`<symbol id="s-([a-z_]+)" viewBox="0 0 16 16">(.*)</symbol>`)

func TestEveryShapeIsItsOwn(t *testing.T) {
	drawn := map[string]string{}
	for _, m := range symbol.FindAllStringSubmatch(read(t, "pages/shapes.html"), -1) {
		if other, taken := drawn[m[2]]; taken {
			t.Errorf("%s and %s look the same", other, m[1])
		}
		drawn[m[2]] = m[1]
	}
	if len(drawn) < 17 {
		t.Errorf("%d shapes", len(drawn))
	}
}

var word = regexp.MustCompile(`\.T\.([a-z_]+)`)

func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	zh, en := Words("zh-CN"), Words("en")
	if !slices.Equal(slices.Sorted(maps.Keys(zh)), slices.Sorted(maps.Keys(en))) {
		t.Errorf("zh-CN: %v\nen: %v", slices.Sorted(maps.Keys(zh)), slices.Sorted(maps.Keys(en)))
	}
	for name := range zh {
		if zh[name] == "" || en[name] == "" {
			t.Errorf("%s is empty", name)
		}
		if strings.Count(zh[name], "%d") != strings.Count(en[name], "%d") {
			t.Errorf("%s takes other numbers in the other language", name)
		}
	}
	for _, page := range []string{"frame", "home", "note"} {
		for _, m := range word.FindAllStringSubmatch(read(t, "pages/"+page+".html"), -1) {
			if zh[m[1]] == "" {
				t.Errorf("%s.html says %s, which has no word", page, m[1])
			}
		}
	}
	if Words("fr") != nil {
		t.Error("there is French")
	}
}

func TestTheIconHasTheColoursOfTheTokens(t *testing.T) {
	icon, err := Icon()
	if err != nil || !strings.Contains(string(icon), "<style>") || !strings.Contains(string(icon), "--accent: #") {
		t.Errorf("%v %.200s", err, icon)
	}
}
