package archive

// Putting a restored house in place. The data directory itself stays, since it may be where a
// disk is mounted; what is in it is moved aside, then what was prepared is moved in. A power
// cut leaves the old state, or a step that the next start ends.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folders within a data directory while something is restored.
const (
	preparing = "restore.new" // it counts for nothing
	outgoing  = "restore.out" // all is ready, the old house is moved aside
	incoming  = "restore.in"  // the old house is aside, the new one is moved in
	planName  = "restore.json"
	aside     = "before-restore-" // and a moment
)

// plan says where the old house goes.
type plan struct {
	Aside string `json:"aside"`
}

// stays: what is not part of a house.
func stays(name string) bool {
	return name == lockName || name == "lost+found" || name == preparing || name == outgoing || name == incoming || strings.HasPrefix(name, aside)
}

// lockName is the file by which one process holds a data directory.
const lockName = "xuncha.lock"

// Unfinished tells whether a restore into a data directory was broken off after it counted.
func Unfinished(dir string) bool {
	for _, name := range []string{outgoing, incoming} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// Finish ends a restore that counted and was broken off; without one it does nothing. The
// caller holds the directory.
func Finish(dir string) error {
	out, in := filepath.Join(dir, outgoing), filepath.Join(dir, incoming)
	if _, err := os.Stat(out); err == nil {
		if err := moveAside(dir, out); err != nil {
			return err
		}
		if err := errors.Join(os.Rename(out, in), syncDir(dir)); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(in)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == planName {
			continue
		}
		if err := os.Rename(filepath.Join(in, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return errors.Join(syncDir(dir), syncDir(in), os.RemoveAll(in), syncDir(dir))
}

// moveAside moves the old house into a folder of its own.
func moveAside(dir, out string) error {
	var p plan
	data, err := os.ReadFile(filepath.Join(out, planName))
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil || !strings.HasPrefix(p.Aside, aside) {
		return fmt.Errorf("%s does not say where the old house goes: %w", out, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	to := filepath.Join(dir, p.Aside)
	for _, e := range entries {
		if stays(e.Name()) {
			continue
		}
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(dir, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	if _, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) {
		return nil // there was none
	}
	return errors.Join(syncDir(to), syncDir(dir))
}
