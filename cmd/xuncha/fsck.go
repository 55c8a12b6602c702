package main

// fsck: are the feed and the phones' documents what the records say?

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/hooks"
	"xuncha/hooks/store"
)

func fsckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "fsck", Short: "recompute what phones are sent and compare 核对",
		Long: `Recomputes the feed and the documents of all phones from the records and names every
difference. It only reads, also while the server runs. Exit code 0: no difference.`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reading(cmd, func(app core.App) error {
				report, err := store.Fsck{App: app}.Run()
				if err != nil {
					return err
				}
				if asJSON {
					err = json.NewEncoder(cmd.OutOrStdout()).Encode(report)
				} else {
					printFsck(cmd, report)
				}
				if n := len(report.Differences); n > 0 && err == nil {
					return errors.New(counted(n, "difference"))
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

func printFsck(cmd *cobra.Command, r store.Report) {
	out := cmd.OutOrStdout()
	for _, d := range r.Differences {
		fmt.Fprintf(out, "%s %s: %s\n", d.Collection, d.Record, d.What)
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
	return errors.Join(app.RunInTransaction(run), app.ResetBootstrapState())
}

// dataDir is the data directory of a command that needs one that is there.
func dataDir(cmd *cobra.Command) (string, error) {
	dir, err := cmd.Flags().GetString("dir")
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "data.db")); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s holds no data yet; name another folder with --dir, or begin with xuncha agencies import", dir)
	} else if err != nil {
		return "", err
	}
	return dir, nil
}
