package dossier

// Opening what somebody else made: a folder or a zip in which nothing can be trusted yet.

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// readAtMost of the list, the proof, the records and the stamp each, in bytes.
const readAtMost = 64 << 20

// Open opens a folder or a zip of one; close it when it was read. Nothing outside of the
// folder is opened, and of a zip Check names what lies beside the one folder.
func Open(path string) (dir fs.FS, closing func() error, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, nil, err
		}
		return root.FS(), root.Close, nil
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is neither a folder nor a zip", path)
	}
	in, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is neither a folder nor a zip: %w", path, err)
	}
	if dir, err = inside(&in.Reader); err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return dir, in.Close, nil
}

// unpacked is the folder in a zip, with the names of what lies outside of it.
type unpacked struct {
	fs.FS
	outside []string
}

// inside is the one folder of a zip, or the zip itself where its files lie at the top.
func inside(in *zip.Reader) (fs.FS, error) {
	lists, err := fs.Glob(in, "*/"+ListName)
	if err != nil {
		return nil, err
	}
	dir, under := fs.FS(in), ""
	if len(lists) == 1 {
		under = strings.TrimSuffix(lists[0], ListName)
		if dir, err = fs.Sub(in, strings.TrimSuffix(under, "/")); err != nil {
			return nil, err
		}
	}
	out := unpacked{FS: dir}
	for _, f := range in.File {
		if !lies(f.Name, under) {
			out.outside = append(out.outside, f.Name)
		}
	}
	return out, nil
}

// lies tells whether an entry is in the folder under its plain name: other programs read
// names with .. or a backslash otherwise than we do, and lay the file elsewhere.
func lies(name, under string) bool {
	if name == under {
		return true // the folder itself
	}
	rest, in := strings.CutPrefix(name, under)
	return in && fs.ValidPath(strings.TrimSuffix(rest, "/")) && !strings.ContainsAny(rest, `\:`)
}

// errIrregular is a link, a pipe or a device where a file should be.
var errIrregular = errors.New("it is no regular file")

// open opens a regular file. It is looked at first, for a pipe would never end.
func open(dir fs.FS, name string) (fs.File, error) {
	info, err := fs.Lstat(dir, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	return dir.Open(name)
}

// small reads a file that is read whole.
func small(dir fs.FS, name string) ([]byte, error) {
	f, err := open(dir, name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, readAtMost+1))
	if len(data) > readAtMost {
		err = fmt.Errorf("it has more than %d MB", readAtMost>>20)
	}
	return data, errors.Join(err, f.Close())
}

// ours are the files that no list names.
func ours(name string) bool {
	return slices.Contains([]string{ListName, ProofName, StampName}, name)
}
