package main

// Borders of jurisdictions, asked whose a place is.

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
	"xuncha/geo"
	"xuncha/hooks/store"
	"xuncha/intake"
)

func geoCommand() *cobra.Command {
	return group(
		&cobra.Command{Use: "geo", Short: "jurisdictions 辖区", Long: "Borders of jurisdictions are yours to import: none are shipped."},
		geoImportCommand(), geoLocateCommand())
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
			if math.IsNaN(accuracy) || accuracy < 0 || accuracy > intake.MaxAccuracy {
				return fmt.Errorf("--accuracy %g: want metres from 0 to %d", accuracy, intake.MaxAccuracy)
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
