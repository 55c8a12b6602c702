package store

// The small files beside the database that say where it stood: the mark, which follows the
// head, and what a finished backup holds. A copy of the database alone does not carry them.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"xuncha/sync"
)

// Names of the files. They end not in .db, so that what copies databases leaves them.
const (
	MarkFile   = "sync_mark.json"   // {"epoch","head","run"}: the house was at least here
	BackupFile = "sync_backup.json" // the same: up to here a finished backup holds everything
)

// ReadMark reads one of the files; nil if it is not there.
func ReadMark(path string) (*sync.Witness, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var w sync.Witness
	if err := json.Unmarshal(data, &w); err != nil || w.Epoch == "" || w.Seq < 0 {
		return nil, fmt.Errorf("%s is not of the form {\"epoch\":\"…\",\"head\":0}: %w", path, errors.Join(err, errMark))
	}
	return &w, nil
}

var errMark = errors.New("the file is damaged; delete it, and a new epoch begins")

// WriteMark writes one of the files whole: after a power cut the old one is there, or the new.
func WriteMark(path string, w sync.Witness) error {
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return WriteWhole(path, append(data, '\n'))
}

// WriteWhole replaces a file by what is on disk when it returns.
func WriteWhole(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return SyncDir(dir)
}

// SyncDir puts the names in a folder on disk.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
