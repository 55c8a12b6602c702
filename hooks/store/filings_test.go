package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// many are complaints of all shapes.
func many() []intake.Complaint {
	var out []intake.Complaint
	for i := range 8 {
		c := intake.Complaint{
			Text: fmt.Sprintf("第%d号：夜间排放刺鼻气味，请联系王小明。", i), Source: "hotline_12345", PollutionTypes: []string{}, Address: "化工路3号",
			IdentityMode: intake.Anonymous, Language: "zh-CN", ExternalID: intake.ExternalID{System: "12345", ID: fmt.Sprint(i)},
		}
		if i%2 == 0 {
			c.Contact = intake.Contact{Name: "王小明", Phone: "13912345678"}
			c.IdentityMode, c.RespondentName, c.PollutionTypes = intake.RealName, "某化工厂", []string{"odour", "noise"}
		}
		if i%3 == 0 {
			lon, lat := 116.4, 39.9
			c.Location = &casework.Position{Lon: lon, Lat: lat, AccuracyM: 20, CRS: "wgs84"}
			c.LocationRaw = &intake.Point{Lon: &lon, Lat: &lat, CRS: "wgs84", AccuracyM: 20}
		}
		out = append(out, c)
	}
	return out
}

// filing is the i-th complaint with the same chance each time.
func filing(c intake.Complaint, i int, random *rand.ChaCha8) store.Filing {
	n := 0
	return store.Filing{
		Complaint: c, Routing: intake.Routing{Agency: "agency000000001", DivisionCode: "990101", Uncertain: i%2 == 1}, Random: random,
		Now: time.Date(2025+i%2, 3, 1, i, 0, 0, 0, time.UTC), NewID: func() string { n++; return fmt.Sprintf("id%06d%07d", i, n) },
	}
}

// Filing many at once writes what filing each of them writes, to the last byte.
func TestFilingManyWritesWhatFilingEachWrites(t *testing.T) {
	t.Parallel()
	seed := [32]byte{1}
	one, all := openApp(t), openApp(t)
	keys, err := store.OpenKeys(t.TempDir()) // of both
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range []core.App{one, all} {
		if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.NewChaCha8(seed)
	for i, c := range many() {
		if _, err := (store.Complaints{App: one, Keys: keys}).File(t.Context(), filing(c, i, random)); err != nil {
			t.Fatal(err)
		}
	}
	random = rand.NewChaCha8(seed)
	err = all.RunInTransaction(func(tx core.App) error {
		f, err := store.Complaints{App: tx, Keys: keys}.Filings(t.Context(), time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			return err
		}
		for i, c := range many() {
			if _, err := f.Add(filing(c, i, random)); err != nil {
				return err
			}
			if i%3 == 2 {
				if err := f.Write(); err != nil {
					return err
				}
			}
		}
		return f.Write()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{
		"complaints", "complainants", "respondents", "cases", "external_ids", "counters", "sync_doc WHERE collection = 'cases'",
		"sync_feed WHERE collection = 'cases'", "sync_meta WHERE key = 'head'",
	} {
		a, b := dump(t, one, table), dump(t, all, table)
		if a != b || a == "" && !strings.HasPrefix(table, "sync_feed") {
			t.Errorf("%s each:\n%.1500s\nmany:\n%.1500s", table, a, b)
		}
	}
}

// dump is a table as text.
func dump(t *testing.T, app core.App, table string) string {
	t.Helper()
	name, _, _ := strings.Cut(table, " ")
	var columns []string
	if err := app.DB().NewQuery("SELECT name FROM pragma_table_info('" + name + "') ORDER BY name").Column(&columns); err != nil {
		t.Fatal(err)
	}
	var rows []string
	sql := "SELECT quote(`" + strings.Join(columns, "`) || ' ' || quote(`") + "`) FROM " + table + " ORDER BY 1"
	if err := app.DB().NewQuery(sql).Column(&rows); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(rows, "\n")
}
