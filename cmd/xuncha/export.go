package main

// export: the folder of a case that proves itself.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/dossier"
	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/evidence/stamp"
	"xuncha/hooks/store"
)

const exportLong = `Writes everything of one case into a folder, or a zip, that anybody can check: the original
photos, copies for reading, the records as JSON, a document to print (index.html, in Chinese),
and the proof that all of it is what the custody log holds. The log notes that it went out.

Of who complained the folder holds nothing: her photos are in it as copies without metadata.
--public leaves out the originals too, and of the records everything that the public is not
told; it needs a closed case.

With XUNCHA_TSA_URL a time-stamping authority is asked to stamp the head in the proof; while it
is away the folder is written without a stamp.

The server must be stopped. While it runs, a dispatcher, reviewer or supervisor gets the same
as a zip: POST /api/cases/ID/export.

Check it on any machine, without a network:

  xuncha verify FOLDER --key PUBLIC-KEY     (xuncha key show prints it; publish it)`

func exportCommand() *cobra.Command {
	var to string
	var public bool
	cmd := &cobra.Command{
		Use: "export CASE", Short: "write the folder of a case that proves itself 导出卷宗", Long: exportLong,
		Example: "  xuncha export 2026-110101-000012 --to /mnt/court/\n  xuncha export 2026-110101-000012 --public --to case.zip",
		Args:    takes("CASE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := dataDir(cmd)
			if err != nil {
				return err
			}
			return withApp(cmd, func(app core.App) error {
				path, err := export(cmd.Context(), app, dir, args[0], to, public)
				if err != nil {
					return err
				}
				return tellExport(cmd, path)
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the new folder, or a file that ends in .zip; a folder that is there gets one inside (default: named after the case)")
	cmd.Flags().BoolVar(&public, "public", false, "copies without metadata, and what the public is told")
	return cmd
}

// export writes the folder or the zip, whole or not at all, and returns where it is.
func export(ctx context.Context, app core.App, dir, name, to string, public bool) (string, error) {
	id, err := store.Audited{App: app}.Case(name)
	if err != nil {
		return "", err
	}
	if id == "" {
		return "", fmt.Errorf("there is no case %q", name)
	}
	r, err := app.FindRecordById("cases", id)
	if err != nil {
		return "", err
	}
	to = targetOf(to, dossier.FolderName(r.GetString("number")))
	key, err := custody.ReadKey(store.LogKeyPath(dir, os.Getenv(logKeyEnv)))
	if err != nil {
		return "", err
	}
	shelf, log := store.ShelfOf(app), store.Custody{App: app, Key: key, Now: time.Now, Nonce: rand.Text}
	desk := store.PhotoDesk{Evidence: store.Evidence{App: app}, Log: log}
	worker := evidence.NewWorker(desk, shelf, time.Now)
	worker.Examiner = &store.Photos{App: app}
	s := store.Dossiers{App: app, Log: log, Files: evidence.Reading{Shelf: shelf}, Show: evidence.NewOnView(desk, worker).MakeAll}
	if s.Stamp, err = stamping(); err != nil {
		return "", err
	}
	x := store.Export{Case: id, Public: public, Actor: custody.System}
	if filepath.Ext(to) == ".zip" {
		return to, zipped(ctx, s, x, to)
	}
	folder, err := dossier.NewFolder(to)
	if err != nil {
		return "", err
	}
	if err := s.Write(ctx, x, folder); err != nil {
		return "", errors.Join(err, folder.Drop())
	}
	return to, nil
}

// stamping asks the authority of the settings; nil where there is none.
func stamping() (func(ctx context.Context, head string) ([]byte, error), error) {
	address := os.Getenv(tsaEnv)
	if address == "" {
		return nil, nil
	}
	return stamp.Authority{URL: address}.Ask, checkAddress(tsaEnv, address, "https://tsa.example.org")
}

// targetOf is where the folder goes: into a folder that is there, else where it is told to.
func targetOf(to, name string) string {
	if to == "" {
		return name
	}
	if info, err := os.Stat(to); err == nil && info.IsDir() || strings.HasSuffix(to, "/") {
		return filepath.Join(to, name)
	}
	return to
}

func zipped(ctx context.Context, s store.Dossiers, x store.Export, to string) error {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(to), ".zip")
	err = s.Write(ctx, x, dossier.NewZip(f, name, time.Now()))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

// tellExport reads what was written once more before it says that it is there.
func tellExport(cmd *cobra.Command, path string) error {
	in, closing, err := dossier.Open(path)
	if err != nil {
		return err
	}
	checked, err := dossier.Check(in, nil, nil)
	if err := errors.Join(err, closing()); err != nil {
		return err
	}
	if n := len(checked.Findings); n > 0 {
		return fmt.Errorf("%s was written and does not check: %v", path, checked.Findings[0])
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s, %s (%s), read and sound\n  check it: xuncha verify %s --key %s\n", path,
		counted(len(checked.Photos), "photo"), counted(checked.Read, "file"), size(checked.Bytes), path, checked.Key)
	return nil
}
