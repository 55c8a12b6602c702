package hooks

import (
	"errors"
	"runtime"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	_ "modernc.org/sqlite" // the driver of connectFull

	"xuncha/hooks/store"
	"xuncha/internal/prepared"
	_ "xuncha/migrations"
)

// pragmas are PocketBase's own with two words changed: synchronous FULL, because
// what is acknowledged to a phone must be on disk when the power goes; and half the
// cache, because each connection that reads has one of its own. Added is how many pages of
// the log, 4 KiB each, go into the database together: a page that is written again and again
// goes once.
const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)" +
	"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-16000)" +
	"&_pragma=wal_autocheckpoint(16000)"

func connectFull(path string) (*dbx.DB, error) {
	if strings.HasSuffix(path, "auxiliary.db") { // PocketBase's own logs: nothing is acknowledged from there
		return core.DefaultDBConnect(path)
	}
	db, err := prepared.Open("sqlite", path+pragmas)
	if err != nil {
		return nil, err
	}
	return dbx.NewFromDB(db, "sqlite"), nil
}

// config: as many connections as read at once are kept open, for to open one costs 5 ms. More
// than a few for each processor only hold caches: PocketBase's 120 took a gigabyte when a
// thousand phones came at once.
func config(dir string) core.BaseAppConfig {
	readers := max(16, 4*runtime.GOMAXPROCS(0))
	return core.BaseAppConfig{DataDir: dir, DBConnect: connectFull, DataMaxOpenConns: readers, DataMaxIdleConns: readers}
}

// Read opens the data directory as it is: no schema is brought up to date.
func Read(dir string) (core.App, error) {
	app := core.NewBaseApp(config(dir))
	return app, app.Bootstrap()
}

// ReadCopy opens a copy of a database, which nobody writes to any more. What PocketBase keeps
// beside a database goes into scratch, an empty folder.
func ReadCopy(database, scratch string) (core.App, error) {
	first, err := Read(scratch) // makes the logs, which no copy has
	if err := errors.Join(err, first.ResetBootstrapState()); err != nil {
		return nil, err
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: scratch, DBConnect: func(path string) (*dbx.DB, error) {
		if strings.HasSuffix(path, "auxiliary.db") {
			return core.DefaultDBConnect(path)
		}
		return dbx.Open("sqlite", store.ReadOnly(database, true))
	}})
	return app, app.Bootstrap()
}

// Open opens the data directory dir, makes it if it is not there, and brings its
// schema up to date. Nothing is bound yet: Register does that.
func Open(dir string) (core.App, error) {
	app := core.NewBaseApp(config(dir))
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, err
	}
	return app, nil
}
