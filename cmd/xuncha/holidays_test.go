package main

// Calendars, agencies and users from files: what changes is said, a dry run stores nothing.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuncha/hooks"
)

const calendar2027 = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-02,holiday,元旦\n2027-01-04,holiday,元旦\n"

func TestAYearIsReplacedWholeAndCasesThatWaitedAreSettled(t *testing.T) {
	dir, mapping := bureau(t)
	app, err := openApp(dir, hooks.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := app.FindAllRecords("holidays")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows { // only old years are published; an empty calendar would be furnished
		if r.GetInt("year") >= 2026 {
			if err := app.Delete(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	must(t, "import", ordersFile(t, goodOrder(1).with("受理时间", "2026/2/1 09:00")), "--mapping", mapping, "--dir", dir)
	if legal, provisional := dueOf(t, dir); provisional != "true" || legal != "2026-02-16" {
		t.Fatalf("due %s, provisional %s", legal, provisional)
	}
	year := "date,kind,name\n2026-02-16,holiday,春节\n2026-02-17,holiday,春节\n"
	if out := must(t, "holidays", "import", file(t, year), "--dir", dir, "--dry-run"); !strings.Contains(out, "1 added, 0 changed, 0 as they were (dry run") {
		t.Error(out)
	}
	if legal, _ := dueOf(t, dir); legal != "2026-02-16" {
		t.Errorf("a dry run moved the day to %s", legal)
	}
	if out := must(t, "holidays", "import", file(t, year+strings.TrimPrefix(calendar2027, "date,kind,name\n")), "--dir", dir); !strings.Contains(out, "years: 2 added") {
		t.Error(out)
	}
	if legal, provisional := dueOf(t, dir); provisional != "false" || legal != "2026-02-18" {
		t.Errorf("due %s, provisional %s", legal, provisional)
	}
	if out := must(t, "holidays", "import", file(t, year), "--dir", dir); !strings.Contains(out, "0 added, 0 changed, 1 as they were") {
		t.Error(out)
	}
	if out := must(t, "holidays", "import", file(t, "date,kind\n2026-10-01,holiday\n"), "--dir", dir); !strings.Contains(out, "0 added, 1 changed, 0 as they were") {
		t.Error(out)
	}
	if legal, _ := dueOf(t, dir); legal != "2026-02-16" {
		t.Errorf("the year was not replaced whole: due %s", legal)
	}
	must(t, "fsck", "--dir", dir)
}

// dueOf is the last day by law of the one case.
func dueOf(t *testing.T, dir string) (legal, provisional string) {
	t.Helper()
	app, err := hooks.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.ResetBootstrapState() }()
	records, err := app.FindAllRecords("cases")
	if err != nil || len(records) != 1 {
		t.Fatalf("%d cases: %v", len(records), err)
	}
	return records[0].GetString("due_legal"), records[0].GetString("due_provisional")
}

func TestABrokenYearIsRefusedWithTheLine(t *testing.T) {
	dir, _ := bureau(t)
	before := census(t, dir)
	_, err := xuncha(t, "", "holidays", "import", file(t, calendar2027+
		"2027-13-01,holiday,\n2027-05-01,party,\n2027-01-01,workday,\n,holiday,\n1999-01-01,holiday,\n2027-05-02,holiday,"+strings.Repeat("长", 51)+"\n"), "--dir", dir)
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, want := range []string{
		"6 bad rows, nothing was changed", `line 5: date "2027-13-01"`, `line 6: kind "party": want holiday or workday`,
		"line 7: date 2027-01-01 stands on line 2 already", "line 8: date is empty", "line 9: holidays: year 1999", "line 10: holidays: 2027-05-02: the name",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	untouched(t, dir, before)
}

func TestADryRunOfPeopleStoresNothingAndChecksAll(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	if out := must(t, "agencies", "import", file(t, agencyRows), "--dir", none, "--dry-run"); !strings.Contains(out, "2 added, 0 changed, 0 as they were (dry run, nothing is stored)") {
		t.Error(out)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a folder was made")
	}
	dir, _ := bureau(t)
	before := census(t, dir)
	if out := must(t, "users", "import", file(t, userRows), "--dir", dir, "--dry-run"); !strings.Contains(out, "2 added") {
		t.Error(out)
	}
	if _, err := xuncha(t, "", "users", "import", file(t, strings.ReplaceAll(userRows, "990101", "无此局")), "--dir", dir, "--dry-run"); err == nil {
		t.Error("an unknown agency passed")
	}
	untouched(t, dir, before)
}

func TestImportsOfPeopleSayWhatChanges(t *testing.T) {
	dir, _ := bureau(t)
	must(t, "users", "import", file(t, userRows), "--dir", dir)
	key := func() string {
		app, err := hooks.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = app.ResetBootstrapState() }()
		user, err := app.FindAuthRecordByEmail("users", "li@example.test")
		if err != nil {
			t.Fatal(err)
		}
		return user.TokenKey()
	}
	old := key()
	for want, rows := range map[string]string{
		"0 added, 0 changed, 2 as they were": userRows,
		"0 added, 1 changed, 1 as they were": strings.Replace(userRows, "王丽", "王莉", 1),
	} {
		if out := must(t, "users", "import", file(t, rows), "--dir", dir); !strings.Contains(out, want) {
			t.Errorf("%s, want %s", out, want)
		}
		must(t, "users", "import", file(t, userRows), "--dir", dir)
	}
	if key() != old {
		t.Error("the same password ended the log-ins")
	}
	if out := must(t, "users", "import", file(t, strings.Replace(userRows, "long-password-1", "long-password-9", 1)), "--dir", dir); !strings.Contains(out, "1 changed") || key() == old {
		t.Errorf("%s: a new password ends them", out)
	}
	rows := "name,division_code,phone\n青河县分局,990101,0571-1\n新县分局,990102,\n"
	if out := must(t, "agencies", "import", file(t, rows), "--dir", dir); !strings.Contains(out, "1 added, 1 changed, 0 as they were") {
		t.Error(out)
	}
	must(t, "fsck", "--dir", dir)
}
