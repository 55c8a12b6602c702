package main

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
)

var agencyColumns = []string{"name", "division_code", "level", "phone", "address"}

func agenciesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "agencies", Short: "the authorities 机构"}
	cmd.AddCommand(&cobra.Command{
		Use: "import FILE.csv", Short: "make or update agencies from a CSV file, all rows or none",
		Long: `Reads a CSV file with a head line, UTF-8 or GB18030:

  name,division_code,level,phone,address
  云川市生态环境局,990100,city,,
  青河县分局,990101,county,,

name and division_code (six digits, GB/T 2260) are needed; level is nation, province,
city, county or town and follows from the code when empty. An agency with the same
division code and name is updated. A file with a bad row changes nothing; every bad row
is named.`,
		Example: "  xuncha agencies import agencies.csv --dir pb_data",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := readTable(args[0], []string{"name", "division_code"}, agencyColumns)
			if err != nil {
				return err
			}
			return withApp(cmd, func(app core.App) error {
				added, changed, err := importRows(app, rows, importAgency)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "agencies: %d added, %d updated\n", added, changed)
				return nil
			})
		},
	})
	return cmd
}

// importRows saves all rows in one transaction, or none and every reason.
func importRows(app core.App, rows []row, save func(core.App, row) (added bool, err error)) (added, changed int, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		var bad []error
		for _, r := range rows {
			isNew, err := save(tx, r)
			switch {
			case err != nil:
				bad = append(bad, fmt.Errorf("line %d: %w", r.line, err))
			case isNew:
				added++
			default:
				changed++
			}
		}
		return errors.Join(bad...)
	})
	return added, changed, err
}

func importAgency(tx core.App, r row) (bool, error) {
	if _, _, err := casework.Scope(r.fields["division_code"]); err != nil {
		return false, err
	}
	record, isNew, err := findOrNew(tx, "agencies", dbx.HashExp{"name": r.fields["name"], "division_code": r.fields["division_code"]})
	if err != nil {
		return false, err
	}
	if r.fields["level"] == "" {
		r.fields["level"] = levelOf(r.fields["division_code"])
	}
	for name, value := range r.fields {
		record.Set(name, value)
	}
	return isNew, tx.Save(record)
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
