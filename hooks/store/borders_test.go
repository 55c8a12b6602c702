package store_test

// Versions of borders, imported in every order.

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"
	"github.com/pocketbase/dbx"
	"pgregory.net/rapid"

	"xuncha/geo"
	"xuncha/hooks/store"
)

// Whatever the order of the files, repeats included, each day has the version that began
// last, and only that one.
func TestVersionsOfABorderFollowEachOther(t *testing.T) {
	app := openApp(t)
	border := orb.MultiPolygon{{{{116, 39}, {117, 39}, {117, 40}, {116, 39}}}}
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		code := fmt.Sprintf("%06d", 110000+run)
		years := rapid.SliceOfN(rapid.IntRange(2020, 2026), 1, 6).Draw(t, "years")
		ended := 0
		for i, year := range years {
			in := store.Import{Level: store.County, ValidFrom: fmt.Sprintf("%d-01-01", year), CRS: "wgs84"}
			if err := (store.Jurisdictions{App: app}).Put([]geo.Division{{Code: code, Name: fmt.Sprint(year), Border: border}}, in); err != nil {
				t.Fatal(err)
			}
			if i == len(years)-1 && rapid.Bool().Draw(t, "abolished in 2030") {
				in.ValidFrom = "2030-01-01"
				if named, err := (store.Jurisdictions{App: app}).End(code[:6], nil, in); err != nil || len(named) != 1 {
					t.Fatalf("%v %v", named, err)
				}
				ended = 2030
			}
		}
		if ended > 0 && rapid.Bool().Draw(t, "an older file after the end") {
			in := store.Import{Level: store.County, ValidFrom: "2028-01-01", CRS: "wgs84"}
			if err := (store.Jurisdictions{App: app}).Put([]geo.Division{{Code: code, Name: "2028", Border: border}}, in); err != nil {
				t.Fatal(err)
			}
			years = append(years, 2028)
		}
		for day := 2019; day <= 2031; day++ {
			want := ""
			for _, year := range years {
				if year <= day && (ended == 0 || day < ended) && fmt.Sprint(year) > want {
					want = fmt.Sprint(year)
				}
			}
			var names []string
			err := app.DB().Select("name").From("jurisdictions").Where(dbx.NewExp(
				"division_code = {:code} AND valid_from <= {:day} AND (valid_to = '' OR valid_to > {:day})",
				dbx.Params{"code": code, "day": fmt.Sprintf("%d-06-01", day)})).Column(&names)
			if err != nil || len(names) > 1 || want == "" && len(names) == 1 || want != "" && (len(names) == 0 || names[0] != want) {
				t.Fatalf("%v, ended %d: in %d %v are in force, want %q (%v)", years, ended, day, names, want, err)
			}
		}
	})
}
