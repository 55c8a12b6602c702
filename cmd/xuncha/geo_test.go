package main

// Tests of the geo commands on files as operators have them.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xuncha/geo"
)

func counties(t *testing.T) string {
	t.Helper()
	s := geo.Synthetic{
		Seed: 1, Bound: orb.Bound{Min: orb.Point{116, 39}, Max: orb.Point{117, 39.5}}, Columns: 2, Rows: 1, CodePrefix: "9901", Detail: 5,
	}
	data, err := s.Features().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func locate(t *testing.T, dir string, args ...string) geo.Owner {
	t.Helper()
	var o geo.Owner
	out := must(t, append([]string{"geo", "locate", "--dir", dir}, args...)...)
	if err := json.Unmarshal([]byte(out), &o); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return o
}

func TestBordersAreImportedAndAPlaceIsFound(t *testing.T) {
	dir := t.TempDir()
	in := []string{"--datum", "wgs84", "--valid-from", "2026-01-01", "--dir", dir}
	out := must(t, append([]string{"geo", "import", file(t, counties(t))}, in...)...)
	if !strings.Contains(out, "2 divisions imported, 0 faults") {
		t.Errorf("%q", out)
	}
	if o := locate(t, dir, "116.1", "39.4"); o.Code != "990101" || o.Ancestors[0] != "990100" || o.Uncertain {
		t.Errorf("%+v", o)
	}
	if o := locate(t, dir, "116.5", "39.25", "--accuracy", "20000"); !o.Uncertain || o.Second == "" {
		t.Errorf("%+v", o)
	}
	if o := locate(t, dir, "120", "30"); o.Code != "" {
		t.Errorf("%+v", o)
	}
	must(t, append([]string{"geo", "import", file(t, counties(t))}, in...)...)
	if n := count(t, dir, "jurisdictions"); n != 2 {
		t.Errorf("the same file again made %d rows", n)
	}
	in[3] = "2026-06-01"
	must(t, append([]string{"geo", "import", file(t, counties(t))}, in...)...)
	if n := count(t, dir, "jurisdictions"); n != 4 {
		t.Errorf("a new version made %d rows", n)
	}
	if o := locate(t, dir, "116.1", "39.4"); o.Code != "990101" {
		t.Errorf("with two versions: %+v", o)
	}
	if out := must(t, "fsck", "--dir", dir); !strings.Contains(out, "0 differences") {
		t.Errorf("%q", out)
	}
}

func TestAFileWithAFaultChangesNothing(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	bad := strings.Replace(counties(t), `"coordinates":[[[[116,39]`, `"coordinates":[[[[116,39],[116,39]`, 1)
	in := []string{"geo", "import", file(t, bad), "--datum", "wgs84", "--valid-from", "2026-01-01", "--dir", dir}
	out, err := xuncha(t, "", in...)
	if err == nil || !strings.Contains(out, "doubled_vertex") || count(t, dir, "jurisdictions") != 0 {
		t.Errorf("%q %v", out, err)
	}
	if out := must(t, append(in, "--repair")...); !strings.Contains(out, "mended") {
		t.Errorf("%q", out)
	}
	for _, args := range [][]string{
		{"116.4"},
		{"39.9", "116.4"},
		{"116.4", "39.9", "--datum", "mars"},
		{"a", "b"},
		{"116.4", "39.9", "--accuracy", "Inf"},
		{"116.4", "39.9", "--accuracy", "NaN"},
		{"116.4", "39.9", "--accuracy=-1"},
	} {
		_, err := xuncha(t, "", append([]string{"geo", "locate", "--dir", dir}, args...)...)
		if err == nil || len(args) > 2 && strings.HasPrefix(args[2], "--accuracy") && !strings.Contains(err.Error(), "want metres") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestWithoutBordersAPlaceIsNotNobodys(t *testing.T) {
	dir := t.TempDir()
	must(t, "agencies", "import", file(t, agencyRows), "--dir", dir)
	none := func(when string) {
		t.Helper()
		if out, err := xuncha(t, "", "geo", "locate", "116.1", "39.4", "--dir", dir); err == nil || !strings.Contains(err.Error(), "no borders of counties are imported that hold today") || out != "" {
			t.Errorf("%s: %q %v", when, out, err)
		}
	}
	none("no borders at all")
	must(t, "geo", "import", file(t, counties(t)), "--datum", "wgs84", "--valid-from", "2099-01-01", "--dir", dir)
	none("borders of a later day")
	if _, err := xuncha(t, "", "geo", "import", file(t, counties(t)), "--datum", "wgs84", "--valid-from", "2026-01-01", "--level", "village", "--dir", dir); err == nil {
		t.Error("borders of villages were taken, which nothing reads")
	}
}

// box is a county that is a rectangle, as a feature.
func box(code, name string, west, south, east, north float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%[3]g,%[4]g],[%[5]g,%[4]g],[%[5]g,%[6]g],[%[3]g,%[6]g],[%[3]g,%[4]g]]]}}`,
		code, name, west, south, east, north)
}

func borderFile(t *testing.T, features ...string) string {
	t.Helper()
	return file(t, `{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`)
}

func importing(dir, path, from string, more ...string) []string {
	return append([]string{"geo", "import", path, "--datum", "wgs84", "--valid-from", from, "--dir", dir}, more...)
}

// The old map comes after the new one: what is in force today stays the new one.
func TestAnOlderFileAfterANewerOneLeavesTheNewerInForce(t *testing.T) {
	dir := t.TempDir()
	must(t, importing(dir, borderFile(t, box("110101", "东", 116, 39, 116.5, 40), box("110102", "西", 116.5, 39, 117, 40)), "2025-01-01")...)
	must(t, importing(dir, borderFile(t, box("110101", "东", 116, 39, 116.8, 40), box("110102", "西", 116.8, 39, 117, 40)), "2020-01-01")...)
	if o := locate(t, dir, "116.6", "39.5"); o.Code != "110102" || o.Uncertain || o.Second != "" {
		t.Errorf("%+v", o)
	}
}

// A county is abolished: only a file that is said to be whole ends it, and until then both
// owners are named.
func TestAnAbolishedCountyEndsByAWholeFile(t *testing.T) {
	dir := t.TempDir()
	before := borderFile(t, box("110101", "东", 116, 39, 116.5, 40), box("110102", "西", 116.5, 39, 117, 40), box("120101", "邻", 117, 39, 118, 40))
	after := borderFile(t, box("110101", "东", 116, 39, 117, 40), polygonFault)
	must(t, importing(dir, before, "2020-01-01")...)
	out := must(t, importing(dir, after, "2025-01-01", "--skip")...)
	if !strings.Contains(out, "warning: 110101 东 and 110102 西 overlap on 2025-01-01: ") || strings.Contains(out, "ended") {
		t.Errorf("%s", out)
	}
	if o := locate(t, dir, "116.6", "39.5"); !o.Uncertain || o.Second != "110102" {
		t.Errorf("two claim the place: %+v", o)
	}
	out = must(t, importing(dir, after, "2025-01-01", "--skip", "--whole", "11")...)
	if !strings.Contains(out, "ended on 2025-01-01: 110102 西") || strings.Contains(out, "warning") || strings.Contains(out, "110105 坏, which") {
		t.Errorf("%s", out)
	}
	if o := locate(t, dir, "116.6", "39.5"); o.Code != "110101" || o.Uncertain {
		t.Errorf("%+v", o)
	}
	if o := locate(t, dir, "117.5", "39.5"); o.Code != "120101" {
		t.Errorf("another city's county ended: %+v", o)
	}
	for _, more := range [][]string{{"--whole", "13"}, {"--whole", "x"}, {"--level", "banana"}} {
		if _, err := xuncha(t, "", importing(dir, before, "2026-01-01", more...)...); err == nil {
			t.Errorf("%v was taken", more)
		}
	}
	nameless := strings.Replace(polygonFault, "110105", "", 1)
	if out, err := xuncha(t, "", importing(dir, borderFile(t, box("110101", "东", 116, 39, 117, 40), nameless), "2026-01-01", "--skip", "--whole", "11")...); err == nil {
		t.Errorf("what the file lacks is not known: %s", out)
	}
	var r report
	if err := json.Unmarshal([]byte(must(t, importing(dir, before, "2026-01-01", "--json")...)), &r); err != nil || !r.Imported || r.Divisions != 3 {
		t.Errorf("%+v %v", r, err)
	}
}

const polygonFault = `{"type":"Feature","properties":{"code":"110105","name":"坏"},"geometry":{"type":"Polygon","coordinates":[[[116,39],[117,null],[117,40],[116,39]]]}}`

func TestADryRunMeasuresOverlapsInTheFile(t *testing.T) {
	dir := t.TempDir()
	out := must(t, importing(dir, borderFile(t, box("110101", "东", 116, 39, 117, 40), box("110102", "西", 116.5, 39, 117, 40)), "2020-01-01", "--dry-run")...)
	if !strings.Contains(out, "warning: 110101 东 and 110102 西 overlap: ") || !strings.Contains(out, "nothing imported") {
		t.Errorf("%s", out)
	}
	if _, err := xuncha(t, "", importing(dir, borderFile(t, polygonFault), "2020-01-01", "--skip")...); err == nil {
		t.Error("a file of which nothing is left was imported")
	}
}
