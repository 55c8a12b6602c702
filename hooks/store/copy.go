package store

// Copies of a database: one moment of it in one file, while the server goes on writing.

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/pocketbase/dbx"

	"xuncha/sync"
)

// ErrBroken is a database file that SQLite finds faulty.
var ErrBroken = errors.New("the database file is damaged")

const (
	copyInto = `VACUUM INTO {:to}`
	soundAll = `PRAGMA integrity_check(5)`
)

// ReadOnly is how SQLite is asked to open a file without ever writing to it; still says that
// nobody else does either.
func ReadOnly(path string, still bool) string {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=ro&_pragma=busy_timeout(10000)"
	if still {
		dsn += "&immutable=1"
	}
	return dsn
}

// CopyDatabase writes one moment of the database from into the new file to. It reads, so no
// writer waits for it; the copy has no free pages and no second file. (SQLite's page by page
// backup would begin anew whenever the server writes.) The copy is not on disk yet.
func CopyDatabase(ctx context.Context, from, to string) error {
	return withFile(ReadOnly(from, false), func(db *dbx.DB) error {
		_, err := db.NewQuery(copyInto).Bind(dbx.Params{"to": to}).WithContext(ctx).Execute()
		return err
	})
}

// Inspect reads a copy from end to end and says where it stands.
func Inspect(ctx context.Context, path string) (state sync.State, err error) {
	err = withFile(ReadOnly(path, true), func(db *dbx.DB) error {
		var faults []string
		if err := db.NewQuery(soundAll).WithContext(ctx).Column(&faults); err != nil {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if len(faults) != 1 || faults[0] != "ok" {
			return fmt.Errorf("%w: %s", ErrBroken, strings.Join(faults, "; "))
		}
		state, err = Reader{db}.State()
		return err
	})
	return state, err
}

// StandOf is where the database of a folder stands, as far as it can be read.
func StandOf(path string) (state sync.State, err error) {
	err = withFile(ReadOnly(path, false), func(db *dbx.DB) (err error) {
		state, err = Reader{db}.State()
		return err
	})
	return state, err
}

func withFile(dsn string, do func(*dbx.DB) error) error {
	db, err := dbx.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}
