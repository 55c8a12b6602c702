package main

// The rows of a small CSV file saved through the hooks: all or none, and only what changes.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// outcome is what a row does to what is stored.
type outcome int

const (
	same outcome = iota
	changed
	added
)

// outcomes are how many rows did what.
type outcomes [3]int

// importRows saves all rows in one transaction, or none and every reason. A dry run saves
// them too, so that every check speaks, and takes all back.
func importRows(app core.App, path string, rows []row, dry bool, save func(core.App, row) (outcome, error)) (outcomes, error) {
	var done outcomes
	err := app.RunInTransaction(func(tx core.App) error {
		for i, r := range rows {
			if r.fault != nil {
				continue
			}
			did, err := save(tx, r)
			if err != nil {
				rows[i].fault = oneLine(err)
				continue
			}
			done[did]++
		}
		if err := refused(path, rows); err != nil || !dry {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return done, err
}

// tellImport says in one line what became of the rows.
func tellImport(cmd *cobra.Command, of string, done outcomes, dry bool, err error) error {
	if err != nil {
		return err
	}
	end := ""
	if dry {
		end = " (dry run, nothing is stored)"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d added, %d changed, %d as they were%s\n", of, done[added], done[changed], done[same], end)
	return nil
}

func addDryRun(cmd *cobra.Command, dry *bool) {
	cmd.Flags().BoolVar(dry, "dry-run", false, "check only, store nothing")
}

// withTable is withApp. A dry run where no data is yet looks at an empty house of its own,
// so that no folder is left.
func withTable(cmd *cobra.Command, dry bool, run func(core.App) error) error {
	dir, err := cmd.Flags().GetString("dir")
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "data.db")); !dry || err == nil {
		return withApp(cmd, run)
	}
	empty, err := os.MkdirTemp("", "xuncha-dry-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(empty) }()
	if err := cmd.Flags().Set("dir", empty); err != nil {
		return err
	}
	return withApp(cmd, run)
}

func newOrSame(isNew bool) outcome {
	if isNew {
		return added
	}
	return same
}

// saveIfChanged sets fields and saves the record if one of them changes it, or if something
// was done to it before.
func saveIfChanged(tx core.App, r *core.Record, did outcome, fields map[string]string) (outcome, error) {
	for name, value := range fields {
		before := r.GetString(name)
		if r.Set(name, value); r.GetString(name) != before {
			did = max(did, changed)
		}
	}
	if did == same {
		return same, nil
	}
	return did, tx.Save(r)
}
