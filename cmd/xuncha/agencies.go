package main

// The authorities whose people work with the system, from a CSV file.

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

var agencyForm = form{
	required: []string{"name", "division_code"},
	known:    []string{"name", "division_code", "level", "phone", "address"},
	check:    checkAgency,
}

func agenciesCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "make or update agencies from a CSV file, all rows or none",
		Long: `Reads a CSV file with a header row, UTF-8 or GB18030:

  name,division_code,level,phone,address
  云川市生态环境局,990100,city,,
  青河县分局,990101,county,,

name and division_code (行政区划代码, GB/T 2260) are needed. The level follows from the
code; where it is given, it must fit:

  nation    000000
  province  six digits that end in 0000
  city      six digits that end in 00
  county    any other six digits
  town      nine digits, or twelve; twelve that end in 000 are kept as the town's nine

An agency with the same division code and name is updated where something changes. A file
with a bad row changes nothing; every bad row is named.`,
		Example: "  xuncha agencies import agencies.csv --dry-run\n  xuncha agencies import agencies.csv --dir pb_data",
		Args:    takes("FILE.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := readTable(args[0], agencyForm)
			if err == nil {
				err = refused(args[0], rows) // before a folder is made
			}
			if err != nil {
				return err
			}
			return withTable(cmd, dry, func(app core.App) error {
				done, err := importRows(app, args[0], rows, dry, importAgency)
				return tellImport(cmd, "agencies", done, dry, err)
			})
		},
	}
	addDryRun(cmd, &dry)
	return group(&cobra.Command{Use: "agencies", Short: "the authorities 机构"}, cmd)
}

var (
	levels       = []string{"nation", "province", "city", "county", "town"}
	divisionCode = regexp.MustCompile(`^\d{6}(\d{3}|\d{6})?$`)
)

// checkAgency holds a row to the one rule of codes and levels, and fills in the level.
func checkAgency(r row) error {
	code, level := r.fields["division_code"], r.fields["level"]
	switch {
	case code == "":
		return nil // named as empty
	case !divisionCode.MatchString(code):
		return fmt.Errorf("division_code %q: want six digits, or nine or twelve for a town", code)
	case code[:2] == "00" && code != nation, len(code) > 6 && (code[4:6] == "00" || code[6:9] == "000"):
		return fmt.Errorf("division_code %q is the code of no division", code)
	case level != "" && !slices.Contains(levels, level):
		return fmt.Errorf("level %q: want one of %s", level, strings.Join(levels, ", "))
	}
	if len(code) == 12 && strings.HasSuffix(code, "000") {
		code = code[:9]
	}
	fits := levelOf(code)
	if level == "" {
		level = fits
	}
	if level != fits {
		return fmt.Errorf("level %q does not fit division_code %s, which is a %s's", level, code, fits)
	}
	r.fields["division_code"], r.fields["level"] = code, level
	return nil
}

// nation is the division code of the whole country.
const nation = "000000"

func importAgency(tx core.App, r row) (outcome, error) {
	record, isNew, err := findOrNew(tx, "agencies", dbx.HashExp{"name": r.fields["name"], "division_code": r.fields["division_code"]})
	if err != nil {
		return same, err
	}
	return saveIfChanged(tx, record, newOrSame(isNew), r.fields)
}

func levelOf(code string) string {
	switch {
	case code == "000000":
		return "nation"
	case code[2:] == "0000":
		return "province"
	case code[4:] == "00":
		return "city"
	case len(code) > 6:
		return "town"
	}
	return "county"
}

func findOrNew(tx core.App, collection string, by dbx.HashExp) (*core.Record, bool, error) {
	records, err := tx.FindAllRecords(collection, by)
	if err != nil {
		return nil, false, err
	}
	if len(records) > 0 {
		return records[0], false, nil
	}
	col, err := tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, false, err
	}
	return core.NewRecord(col), true, nil
}
