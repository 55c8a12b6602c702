package main

// geo import: borders from a file into the database, all of them or nothing.

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/geo"
	"xuncha/hooks/store"
)

// report is what an import says, also as JSON.
type report struct {
	Divisions int           `json:"divisions"`
	Imported  bool          `json:"imported"`
	Faults    []geo.Fault   `json:"faults"`
	Ended     []geo.Named   `json:"ended"`    // by --whole
	Overlaps  []geo.Overlap `json:"overlaps"` // warnings: two divisions claim the same ground
}

// borders is one import under way.
type borders struct {
	file   string
	how    geo.Reading
	in     store.Import
	whole  string
	dry    bool
	asJSON bool

	divisions []geo.Division
	report    report
}

func geoImportCommand() *cobra.Command {
	var b borders
	cmd := &cobra.Command{
		Use: "import FILE", Short: "import borders from a GeoJSON file, all or nothing",
		Long: `Reads a GeoJSON feature collection of polygons, looks at each feature and ring (a code,
positions on the globe, closed, no self-intersection, no doubled vertices, holes inside
and apart) and stores a version of each division, valid from the given day until the
next later version that is there.

--repair mends what is unambiguous: unclosed rings, doubled vertices, spikes, wrong
orientation. --skip leaves out features that cannot be mended and names them. Without
them a file with a fault changes nothing.

--whole PREFIX says that the file holds all divisions of the level whose codes begin
with PREFIX: those that it lacks were abolished and end on the given day.

Divisions that claim the same ground on one day are named as warnings, with the area.
It is measured along lines of latitude, 220 m apart; borders that are only shared, and
slivers below 5 m or one hectare, are not counted.`,
		Example: "  xuncha geo import counties.geojson --datum gcj02 --code-field adcode --name-field name --valid-from 2026-01-01 --repair",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b.file = args[0]
			err := b.run(cmd)
			return errors.Join(b.print(cmd, err), err)
		},
	}
	f := cmd.Flags()
	f.StringVar(&b.in.CRS, "datum", "", "the file's datum: wgs84, gcj02, bd09 or cgcs2000 (needed: it is never guessed)")
	f.StringVar(&b.how.CodeField, "code-field", "code", "property with the division code")
	f.StringVar(&b.how.NameField, "name-field", "name", "property with the name")
	f.StringVar(&b.in.Level, "level", store.County, strings.Join(store.Levels, ", "))
	f.StringVar(&b.in.ValidFrom, "valid-from", "", "first day of this version, YYYY-MM-DD (needed)")
	f.StringVar(&b.whole, "whole", "", "the file holds every division whose code begins so; what it lacks ends")
	f.BoolVar(&b.how.Repair, "repair", false, "mend what is unambiguous")
	f.BoolVar(&b.how.Skip, "skip", false, "leave out what cannot be mended")
	f.BoolVar(&b.dry, "dry-run", false, "look at the file only")
	f.BoolVar(&b.asJSON, "json", false, "print the report as JSON")
	for _, name := range []string{"datum", "valid-from"} {
		_ = cmd.MarkFlagRequired(name) // the flag exists
	}
	return cmd
}

func (b *borders) run(cmd *cobra.Command) error {
	if _, err := time.Parse(time.DateOnly, b.in.ValidFrom); err != nil {
		return fmt.Errorf("--valid-from %q: want YYYY-MM-DD", b.in.ValidFrom)
	}
	if !slices.Contains(store.Levels, b.in.Level) {
		return fmt.Errorf("--level %q: want one of %s", b.in.Level, strings.Join(store.Levels, ", "))
	}
	data, err := os.ReadFile(b.file)
	if err != nil {
		return err
	}
	b.how.CRS, b.in.Source = geo.CRS(b.in.CRS), b.file
	b.divisions, b.report.Faults, err = geo.ReadDivisions(data, b.how)
	b.report.Divisions = len(b.divisions)
	if err != nil {
		return err
	}
	if len(b.divisions) == 0 {
		return errors.New("no division is left to import")
	}
	held, err := b.held()
	if err != nil {
		return err
	}
	if b.dry {
		b.report.Overlaps = geo.Overlaps(b.divisions)
		return nil
	}
	return withApp(cmd, func(app core.App) error {
		err := app.RunInTransaction(func(tx core.App) error { return b.put(store.Jurisdictions{App: tx}, held) })
		b.report.Imported = err == nil
		return err
	})
}

// held are the codes of the file, those of the features left out among them: a border that
// cannot be read is no sign that its division was abolished.
func (b *borders) held() ([]string, error) {
	var codes []string
	for _, d := range b.divisions {
		codes = append(codes, d.Code)
	}
	if b.whole == "" {
		return codes, nil
	}
	if !slices.ContainsFunc(codes, func(code string) bool { return strings.HasPrefix(code, b.whole) }) || strings.Trim(b.whole, "0123456789") != "" {
		return nil, fmt.Errorf("--whole %q: no division of the file has a code that begins so", b.whole)
	}
	for _, f := range b.report.Faults {
		if f.LeftOut && (f.Kind == geo.CodeMissing || f.Code == "") {
			return nil, fmt.Errorf("--whole %q: feature %d was left out and has no code, so nobody knows what the file lacks", b.whole, f.Feature)
		}
		codes = append(codes, f.Code)
	}
	return codes, nil
}

func (b *borders) put(js store.Jurisdictions, held []string) (err error) {
	if err := js.Put(b.divisions, b.in); err != nil {
		return err
	}
	if b.whole != "" {
		if b.report.Ended, err = js.End(b.whole, held, b.in); err != nil {
			return err
		}
	}
	b.report.Overlaps, err = js.Overlaps(b.in.Level, b.in.ValidFrom)
	return err
}

// print says what was found and done; a run that failed before it read the file says nothing.
func (b *borders) print(cmd *cobra.Command, failed error) error {
	r, out := b.report, cmd.OutOrStdout()
	if failed != nil && len(r.Faults) == 0 {
		return nil
	}
	if b.asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	for _, f := range r.Faults {
		fmt.Fprintln(out, f)
	}
	for _, d := range r.Ended {
		fmt.Fprintf(out, "ended on %s: %s %s, which the file lacks\n", b.in.ValidFrom, d.Code, d.Name)
	}
	for _, o := range r.Overlaps {
		fmt.Fprintln(out, "warning:", o)
	}
	word := "readable, nothing imported"
	if r.Imported {
		word = "imported"
	}
	_, err := fmt.Fprintf(out, "%s %s, %s\n", counted(r.Divisions, "division"), word, counted(len(r.Faults), "fault"))
	return err
}
