package main

// The calendar of working days, from a CSV file: each year that is in it replaces the one
// that is stored.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
)

var holidayForm = form{required: []string{"date", "kind"}, known: []string{"date", "kind", "name"}, check: checkHoliday}

func holidaysCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "replace years of the calendar from a CSV file, all or none",
		Long: `Reads a CSV file with a header row, UTF-8 or GB18030:

  date,kind,name
  2027-01-01,holiday,元旦
  2027-02-06,holiday,春节
  2027-02-20,workday,春节调休

kind is holiday (a day off) or workday (a weekend day that is worked). A year that stands in
the file replaces the stored one whole, so give all its days; other years stay. Deadlines
that waited for the calendar are settled and all open cases counted anew. A file with a bad
row changes nothing; every bad row is named.`,
		Example: "  xuncha holidays import 2027.csv --dry-run\n  xuncha holidays import 2027.csv",
		Args:    takes("FILE.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := readTable(args[0], holidayForm)
			if err != nil {
				return err
			}
			nameDoubled(rows)
			if err := refused(args[0], rows); err != nil {
				return err
			}
			return withTable(cmd, dry, func(app core.App) error {
				done, err := importRows(app, args[0], years(rows), dry, importYear)
				return tellImport(cmd, "years", done, dry, err)
			})
		},
	}
	addDryRun(cmd, &dry)
	return group(&cobra.Command{Use: "holidays", Short: "the calendar of working days 节假日"}, cmd)
}

func checkHoliday(r row) error {
	date, kind := r.fields["date"], r.fields["kind"]
	if date == "" || kind == "" {
		return nil // named as empty
	}
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return fmt.Errorf("date %q: want a day, YYYY-MM-DD", date)
	}
	if kind != casework.DayOff && kind != casework.DayWorkday {
		return fmt.Errorf("kind %q: want %s or %s", kind, casework.DayOff, casework.DayWorkday)
	}
	return casework.HolidayYear{Year: at.Year(), Days: []casework.Holiday{dayOf(r)}}.Check()
}

func dayOf(r row) casework.Holiday {
	return casework.Holiday{Date: r.fields["date"], Kind: r.fields["kind"], Name: r.fields["name"]}
}

// nameDoubled says of each row whose day stands in the file before where that is.
func nameDoubled(rows []row) {
	first := map[string]int{}
	for i, r := range rows {
		date := r.fields["date"]
		if line := first[date]; line > 0 && r.fault == nil {
			rows[i].fault = fmt.Errorf("date %s stands on line %d already", date, line)
		} else if line == 0 {
			first[date] = r.line
		}
	}
}

// years puts the days of each year into one row, which stands where the year begins.
func years(rows []row) []row {
	var out []row
	days := map[string][]casework.Holiday{}
	for _, r := range rows {
		year := r.fields["date"][:4]
		if days[year] == nil {
			out = append(out, row{line: r.line, fields: map[string]string{"year": year}})
		}
		days[year] = append(days[year], dayOf(r))
	}
	for _, r := range out {
		list := days[r.fields["year"]]
		slices.SortFunc(list, func(a, b casework.Holiday) int { return cmp.Compare(a.Date, b.Date) })
		data, _ := json.Marshal(list) // strings only
		r.fields["days"] = string(data)
	}
	return out
}

// importYear saves a year through the hooks, which check it and count open cases anew.
func importYear(tx core.App, r row) (outcome, error) {
	record, isNew, err := findOrNew(tx, "holidays", dbx.HashExp{"year": r.fields["year"]})
	if err != nil {
		return same, err
	}
	return saveIfChanged(tx, record, newOrSame(isNew), r.fields)
}
