// Package archive keeps copies of a house in a folder, and brings one back. A copy is made
// while the server runs, is read to its end before it counts, and a half one is never taken
// for a whole one. What is brought back never destroys what is there: that is moved aside.
//
// A folder of copies holds the photos of all of them once, and for each copy one folder
// named after its moment: the database, and what is said about it.
package archive

// What a folder of copies holds.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"

	"xuncha/evidence/custody"
)

// Archive is a folder of copies.
type Archive struct{ Dir string }

// Copy is one copy of a house.
type Copy struct {
	Path string `json:"-"` // its folder

	MadeAt   string            `json:"made_at"` // UTC, of the moment that it shows
	Epoch    string            `json:"epoch"`
	Head     int64             `json:"head"`
	Run      string            `json:"run"`
	Key      string            `json:"key"`                 // the fingerprint of the key that opens it
	LogKey   custody.PublicKey `json:"log_key,omitempty"`   // that signs its custody log
	Bytes    int64             `json:"bytes"`               // of the database
	Database string            `json:"database"`            // its SHA-256
	Rests    string            `json:"photos_in,omitempty"` // the bucket where photos rest, which is not copied
}

// Progress is told how far a long work is.
type Progress func(what string, done, of int64)

const (
	databaseName = "data.db"
	manifestName = "backup.json"
	photosName   = "evidence"
	aboutName    = "ABOUT.txt"
	halfSuffix   = ".part" // a copy that is being made, or was broken off
	oldSuffix    = ".old"  // one that is being removed
	nameLayout   = "20060102T150405Z"
)

const about = `This folder holds backups of a Xuncha 巡查 server.

Each folder with a date is one backup; evidence/ holds the photos of all of them. A folder
that ends in .part was broken off and counts for nothing.

  xuncha backup --check FOLDER      proves the newest one by reading it
  xuncha restore FOLDER --dir DIR   brings it back

The key that opens the complainants' identities (keys/house.key of the server) is not in
here, unless you had it put here with --keys.
`

var copyName = regexp.MustCompile(`^\d{8}T\d{6}Z(-\d+)?$`)

// ErrNone is a folder without a whole copy.
var ErrNone = errors.New("there is no whole backup")

// Copies are the whole copies, oldest first.
func (a Archive) Copies() ([]Copy, error) {
	entries, err := os.ReadDir(a.Dir)
	if err != nil {
		return nil, err
	}
	var out []Copy
	for _, e := range entries {
		if !e.IsDir() || !copyName.MatchString(e.Name()) {
			continue
		}
		c, err := readCopy(filepath.Join(a.Dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(x, y Copy) int { return compareNames(x.Path, y.Path) })
	return out, nil
}

// compareNames puts the second copy of a second behind the first.
func compareNames(x, y string) int {
	if len(x) != len(y) && filepath.Base(x)[:16] == filepath.Base(y)[:16] {
		return len(x) - len(y)
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Find returns the copy that a path names: the newest of a folder of copies, or one itself.
func Find(path string) (Copy, error) {
	path = filepath.Clean(path)
	if _, err := os.Stat(filepath.Join(path, manifestName)); err == nil {
		if filepath.Ext(path) == halfSuffix {
			return Copy{}, fmt.Errorf("%s was broken off: %w", path, ErrNone)
		}
		return readCopy(path)
	}
	copies, err := Archive{path}.Copies()
	if err != nil {
		return Copy{}, err
	}
	if len(copies) == 0 {
		return Copy{}, fmt.Errorf("%s: %w", path, ErrNone)
	}
	return copies[len(copies)-1], nil
}

func readCopy(path string) (Copy, error) {
	c := Copy{Path: path}
	data, err := os.ReadFile(filepath.Join(path, manifestName))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err == nil && (c.Epoch == "" || c.Database == "") {
		err = errors.New("epoch or sum is missing")
	}
	if err != nil {
		return c, fmt.Errorf("%s is no backup: %w", path, err)
	}
	return c, nil
}

// photos is the folder that all copies share.
func (c Copy) photos() string { return filepath.Join(filepath.Dir(c.Path), photosName) }

func (c Copy) database() string { return filepath.Join(c.Path, databaseName) }

// open makes the folder, or takes one that is ours, for this process alone.
func (a Archive) open() (release func(), err error) {
	if err := os.MkdirAll(a.Dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(a.Dir)
	if err != nil {
		return nil, err
	}
	ours := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == aboutName })
	if !ours && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != "lost+found" }) {
		return nil, fmt.Errorf("%s holds other things; name an empty folder, or a new one", a.Dir)
	}
	f, err := os.OpenFile(filepath.Join(a.Dir, aboutName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another backup into %s is under way: %w", a.Dir, err), f.Close())
	}
	if !ours {
		_, err = f.WriteString(about)
		err = errors.Join(err, f.Sync(), syncDir(a.Dir), syncDir(filepath.Dir(a.Dir)))
	}
	return func() { _ = f.Close() }, err
}

// stamp is how a moment is written in a manifest.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
