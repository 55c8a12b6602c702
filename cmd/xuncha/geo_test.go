package main

// Tests of the geo commands on files as operators have them.

import (
	"encoding/json"
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
	for _, args := range [][]string{{"116.4"}, {"39.9", "116.4"}, {"116.4", "39.9", "--datum", "mars"}, {"a", "b"}} {
		if _, err := xuncha(t, "", append([]string{"geo", "locate", "--dir", dir}, args...)...); err == nil {
			t.Errorf("%v was taken", args)
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
