package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
	"xuncha/geo"
	"xuncha/hooks/store"
)

func geoCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "geo", Short: "jurisdictions 辖区", Long: "Borders of jurisdictions are yours to import: none are shipped."}
	cmd.AddCommand(geoImportCommand(), geoLocateCommand())
	return cmd
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
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			how.CRS, in.CRS, in.Source = geo.CRS(datum), datum, args[0]
			if _, err := time.Parse(time.DateOnly, in.ValidFrom); err != nil {
				return fmt.Errorf("--valid-from %q: want YYYY-MM-DD", in.ValidFrom)
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
	fmt.Fprintf(cmd.OutOrStdout(), "%d divisions %s, %d faults\n", r.Divisions, word, len(r.Faults))
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
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			lon, errLon := strconv.ParseFloat(args[0], 64)
			lat, errLat := strconv.ParseFloat(args[1], 64)
			if err := errors.Join(errLon, errLat); err != nil {
				return err
			}
			at, err := geo.ToWGS84(orb.Point{lon, lat}, geo.CRS(datum))
			if err != nil {
				return err
			}
			return reading(cmd, func(app core.App) error {
				p, err := store.Jurisdictions{App: app}.Partition(store.County, casework.Date(time.Now()))
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
