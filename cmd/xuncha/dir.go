package main

// The data directory: one process at a time writes to it.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/archive"
	"xuncha/hooks"
)

// lock takes the directory's lock file for this process. The system drops it when
// the process ends, however it ends. A restore that was broken off is ended first.
func lock(dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "xuncha.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is in use by another xuncha process; stop it first", dir)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if err := archive.Finish(dir); err != nil { // a restore that was broken off
		return nil, errors.Join(fmt.Errorf("the restore into %s: %w", dir, err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// withApp runs a tool that writes: it locks the directory, opens it and closes it.
func withApp(cmd *cobra.Command, run func(app core.App) error) error {
	dir, err := cmd.Flags().GetString("dir")
	if err != nil {
		return err
	}
	release, err := lock(dir)
	if err != nil {
		return err
	}
	defer release()
	app, err := openApp(dir, hooks.Config{Now: time.Now, LogKey: os.Getenv(logKeyEnv)})
	if err != nil {
		return err
	}
	return errors.Join(run(app), hooks.Close(app))
}

// openApp opens the directory with all hooks bound.
func openApp(dir string, cfg hooks.Config) (core.App, error) {
	var err error
	if cfg.S3, err = bucket(); err != nil {
		return nil, err
	}
	app, err := hooks.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	hooks.LetGarbageLie()
	if err := hooks.Register(app, cfg); err != nil {
		return nil, err
	}
	return app, nil
}
