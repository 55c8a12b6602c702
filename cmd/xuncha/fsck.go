package main

// fsck: does everything agree with everything else?

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/hooks/store"
)

func fsckCommand() *cobra.Command {
	var asJSON, repair bool
	cmd := &cobra.Command{
		Use: "fsck", Short: "compare everything with everything else 核对",
		Long: `Asks whether all that is stored agrees, and names every difference:

  documents  the feed and what phones are sent, against the records
  access     who may read and who works on what
  history    each case against its actions: what they made of it, one after the other
  marks      overdue, due soon, and how many cases are merged into one
  parents    nothing points to what is not there
  outbox     every action has told the complainants what it should
  files      photos that are stored lie on the shelf or in S3, as long as they should be

It only reads, also while the server runs. With --repair it makes anew what is made from the
records (documents, access, marks, small copies of photos), and says what is left; the
server must be stopped for that. What somebody sent is never changed.

Exit code 0: no difference is left.`,
		Example: "  xuncha fsck --dir pb_data\n  xuncha fsck --json | jq '.differences[] | select(.check == \"history\")'\n  xuncha fsck --repair",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if repair {
				if _, err := dataDir(cmd); err != nil {
					return err
				}
				return withApp(cmd, func(app core.App) error { return mend(cmd, app, asJSON) })
			}
			var report store.Report
			var shelf evidence.Shelf
			err := reading(cmd, func(app core.App) (err error) {
				shelf = store.ShelfOf(app)
				report, err = store.Fsck{App: app}.Run()
				return err
			})
			if err == nil {
				err = report.Look(cmd.Context(), shelf)
			}
			if err != nil {
				return err
			}
			return tell(cmd, report, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	cmd.Flags().BoolVar(&repair, "repair", false, "make anew what is made from the records")
	return cmd
}

// mend repairs and reports what is left, all of it or nothing.
func mend(cmd *cobra.Command, app core.App, asJSON bool) error {
	var left store.Report
	log := store.Custody{App: app, Now: time.Now, Nonce: rand.Text}
	err := app.RunInTransaction(func(tx core.App) error {
		n, report, err := store.Fsck{App: tx}.Repair(cmd.Context(), log)
		left = report
		if err == nil && n > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s made anew\n", counted(n, "thing"))
		}
		return err
	})
	if err == nil {
		err = left.Look(cmd.Context(), store.ShelfOf(app))
	}
	if err == nil {
		left, err = store.Fsck{App: app}.Remake(cmd.Context(), log, left)
	}
	if err != nil {
		return err
	}
	return tell(cmd, left, asJSON)
}

// tell prints a report; differences are an error.
func tell(cmd *cobra.Command, r store.Report, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(cmd.OutOrStdout()).Encode(r); err != nil {
			return err
		}
	} else {
		printFsck(cmd, r)
	}
	if n := len(r.Differences); n > 0 {
		return errors.New(counted(n, "difference"))
	}
	return nil
}

func printFsck(cmd *cobra.Command, r store.Report) {
	out := cmd.OutOrStdout()
	for _, d := range r.Differences {
		fmt.Fprintf(out, "%s: %s %s %s\n", d.Check, d.Collection, d.Record, d.What)
	}
	if r.NewEpoch != "" {
		fmt.Fprintf(out, "the next start begins a new epoch, so that phones send again what they hold: %s\n", r.NewEpoch)
	}
	fmt.Fprintf(out, "%d records, %d documents, %d rows, head %d: %s\n", r.Records, r.Documents, r.Rows, r.Head, counted(len(r.Differences), "difference"))
}

// reading runs a tool that only reads: it needs no lock, so it works beside the server,
// and one transaction shows it one moment, so that a server at work does not mislead it.
func reading(cmd *cobra.Command, run func(core.App) error) error {
	dir, err := dataDir(cmd)
	if err != nil {
		return err
	}
	app, err := hooks.Read(dir)
	if err != nil {
		return err
	}
	if err := findPhotos(app); err != nil {
		return errors.Join(err, app.ResetBootstrapState())
	}
	return errors.Join(app.RunInTransaction(run), app.ResetBootstrapState())
}

// dataDir is the data directory of a command that needs one that is there.
func dataDir(cmd *cobra.Command) (string, error) {
	dir, err := cmd.Flags().GetString("dir")
	if err != nil {
		return "", err
	}
	if err := settled(dir); err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "data.db")); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s holds no data yet; name another folder with --dir, or begin with xuncha agencies import", dir)
	} else if err != nil {
		return "", err
	}
	return dir, nil
}
