package main

// The file with numbers, query codes and pass-phrases of an import: they are told once, and
// lie on disk before the complaints do.

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// secretsFile is written beside its name and takes it when the complaints are stored. A nil
// one is asked for by nobody.
type secretsFile struct {
	path string
	file *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
}

var secretsHeader = []string{"external_id", "number", "case", "code", "phrase"}

// makeSecrets makes path.part. What is there is never overwritten.
func makeSecrets(path string) (*secretsFile, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // none is asked for
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--out: %s is there already; choose another name", path)
	}
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("--out: %[1]s.part was left by an import that was broken off; if its complaints are stored it holds their pass-phrases, "+
			"so rename it, else delete it", path)
	}
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	buf := bufio.NewWriter(f)
	s := &secretsFile{path, f, buf, csv.NewWriter(buf)}
	return s, s.csv.Write(secretsHeader)
}

func (s *secretsFile) add(cells ...string) error {
	if s == nil {
		return nil
	}
	return s.csv.Write(cells)
}

// sync puts everything on disk: after it the complaints may be stored.
func (s *secretsFile) sync() error {
	if s == nil {
		return nil
	}
	s.csv.Flush()
	return errors.Join(s.csv.Error(), s.buf.Flush(), s.file.Sync())
}

// end gives the file its name, or takes it away where nothing was stored.
func (s *secretsFile) end(stored bool) error {
	if s == nil {
		return nil
	}
	err := s.file.Close()
	if !stored {
		return errors.Join(err, os.Remove(s.path+".part"))
	}
	return errors.Join(err, os.Rename(s.path+".part", s.path))
}
