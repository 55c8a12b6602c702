package main

// Borders of jurisdictions: imported from a file, and asked whose a place is.

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
	"xuncha/geo"
	"xuncha/hooks/store"
)

func geoCommand() *cobra.Command {
	return group(
		&cobra.Command{Use: "geo", Short: "jurisdictions 辖区", Long: "Borders of jurisdictions are yours to import: none are shipped."},
		geoImportCommand(), geoLocateCommand())
}

// report is what an import says, also as JSON.
type report struct {
	Divisions int         `json:"divisions"`
	Imported  bool        `json:"imported"`
	Faults    []geo.Fault `json:"faults"`
}

func geoImportCommand() *cobra.Command {
	var (
		how    geo.Reading
		in     store.Import
		datum  string
		dry    bool
		asJSON bool
	)
	cmd := &cobra.Command{
		Use: "import FILE", Short: "import borders from a GeoJSON file, all or nothing",
		Long: `Reads a GeoJSON feature collection of polygons, looks at each ring (closed, numbers
only, no self-intersection, no doubled vertices, holes inside) and stores a version of
each division, valid from the given day.

--repair mends what is unambiguous: unclosed rings, doubled vertices, spikes, wrong
orientation. --skip leaves out features that cannot be mended and names them. Without
them a file with a fault changes nothing.`,
		Example: "  xuncha geo import counties.geojson --datum gcj02 --code-field adcode --name-field name --valid-from 2026-01-01 --repair",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			how.CRS, in.CRS, in.Source = geo.CRS(datum), datum, args[0]
			if err := checkImport(in); err != nil {
				return err
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			divisions, faults, err := geo.ReadDivisions(data, how)
			r := report{Divisions: len(divisions), Faults: faults}
			if err != nil {
				return errors.Join(printReport(cmd, r, asJSON), err)
			}
			if dry {
				return printReport(cmd, r, asJSON)
			}
			return withApp(cmd, func(app core.App) error {
				err := app.RunInTransaction(func(tx core.App) error { return store.Jurisdictions{App: tx}.Put(divisions, in) })
				r.Imported = err == nil
				return errors.Join(err, printReport(cmd, r, asJSON))
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&datum, "datum", "", "the file's datum: wgs84, gcj02, bd09 or cgcs2000 (needed: it is never guessed)")
	f.StringVar(&how.CodeField, "code-field", "code", "property with the division code")
	f.StringVar(&how.NameField, "name-field", "name", "property with the name")
	f.StringVar(&in.Level, "level", store.County, "county, city or province")
	f.StringVar(&in.ValidFrom, "valid-from", "", "first day of this version, YYYY-MM-DD (needed)")
	f.BoolVar(&how.Repair, "repair", false, "mend what is unambiguous")
	f.BoolVar(&how.Skip, "skip", false, "leave out what cannot be mended")
	f.BoolVar(&dry, "dry-run", false, "look at the file only")
	f.BoolVar(&asJSON, "json", false, "print the report as JSON")
	for _, name := range []string{"datum", "valid-from"} {
		_ = cmd.MarkFlagRequired(name) // the flag exists
	}
	return cmd
}

// borderLevels are the divisions whose borders can be kept.
var borderLevels = []string{store.County, "city", "province"}

func checkImport(in store.Import) error {
	if _, err := time.Parse(time.DateOnly, in.ValidFrom); err != nil {
		return fmt.Errorf("--valid-from %q: want YYYY-MM-DD", in.ValidFrom)
	}
	if !slices.Contains(borderLevels, in.Level) {
		return fmt.Errorf("--level %q: want one of %s", in.Level, strings.Join(borderLevels, ", "))
	}
	return nil
}

func printReport(cmd *cobra.Command, r report, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	}
	for _, f := range r.Faults {
		fmt.Fprintln(cmd.OutOrStdout(), f)
	}
	word := "readable, nothing imported"
	if r.Imported {
		word = "imported"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s %s, %s\n", counted(r.Divisions, "division"), word, counted(len(r.Faults), "fault"))
	return nil
}

func geoLocateCommand() *cobra.Command {
	var (
		datum    string
		accuracy float64
	)
	cmd := &cobra.Command{
		Use: "locate LON LAT", Short: "say whose a place is, as JSON",
		Long:    "Prints owner, ancestors, uncertain and second: the division that the position's accuracy also reaches.",
		Example: "  xuncha geo locate 116.3975 39.9089 --datum gcj02 --accuracy 30",
		Args:    takes("LON", "LAT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := place(args[0], args[1], datum)
			if err != nil {
				return err
			}
			return reading(cmd, func(app core.App) error {
				today := casework.Date(time.Now())
				if err := needBorders(cmd, app, today); err != nil {
					return err
				}
				p, err := store.Jurisdictions{App: app}.Partition(store.County, today)
				if err != nil {
					return err
				}
				owner, err := p.Lookup(at, accuracy)
				if err != nil {
					return err
				}
				return json.NewEncoder(cmd.OutOrStdout()).Encode(owner)
			})
		},
	}
	cmd.Flags().StringVar(&datum, "datum", "wgs84", "datum of the position: wgs84, gcj02, bd09 or cgcs2000")
	cmd.Flags().Float64Var(&accuracy, "accuracy", 0, "accuracy of the position in metres")
	return cmd
}

// place reads a position in degrees.
func place(lon, lat, datum string) (orb.Point, error) {
	var at orb.Point
	for i, in := range []struct{ name, text, like string }{{"LON", lon, "116.3975"}, {"LAT", lat, "39.9089"}} {
		degrees, err := strconv.ParseFloat(in.text, 64)
		if err != nil {
			return at, fmt.Errorf("%s %q is no number; want degrees, such as %s", in.name, in.text, in.like)
		}
		at[i] = degrees
	}
	return geo.ToWGS84(at, geo.CRS(datum))
}

// needBorders: where there are none, "nobody's" would be no answer.
func needBorders(cmd *cobra.Command, app core.App, day string) error {
	records, err := app.FindRecordsByFilter("jurisdictions",
		"level = {:level} && valid_from <= {:day} && (valid_to = '' || valid_to > {:day})", "", 1, 0,
		dbx.Params{"level": store.County, "day": day})
	if err == nil && len(records) == 0 {
		err = fmt.Errorf("no borders of counties are imported that hold today; see %s import --help", cmd.Parent().CommandPath())
	}
	return err
}
