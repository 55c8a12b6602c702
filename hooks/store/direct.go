package store

// Statements that run for every mutation go straight to the driver: the query builder
// would read their text anew each time, which takes longer than many of them do.

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	stdsync "sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// plain is a statement as the driver takes it, and the names of its values in their order.
type plain struct {
	text  string
	names []string
}

// plains by their text. Only constants go through here, so there is an end to them.
var plains stdsync.Map

var namedValue = regexp.MustCompile(`\{:\w+\}`)

func plainOf(text string) plain {
	if p, ok := plains.Load(text); ok {
		return p.(plain)
	}
	var p plain
	p.text = namedValue.ReplaceAllStringFunc(text, func(name string) string {
		p.names = append(p.names, name[2:len(name)-1])
		return "?"
	})
	plains.Store(text, p)
	return p
}

// args are the values in the order of the text. A name without a value is a fault of the
// program.
func (p plain) args(values dbx.Params) ([]any, error) {
	args := make([]any, len(p.names))
	for i, name := range p.names {
		value, ok := values[name]
		if !ok {
			return nil, fmt.Errorf("%s has no value in %.60s", name, p.text)
		}
		args[i] = value
	}
	return args, nil
}

// reading is where an app reads: in its transaction, or by the pool of readers.
func reading(app core.App) dbx.Builder {
	if app.IsTransactional() {
		return app.DB()
	}
	return app.ConcurrentDB()
}

// driverOf is what runs the statements of a database or a transaction.
func driverOf(b dbx.Builder) (dbx.Executor, error) {
	if tx, ok := b.(*dbx.Tx); ok {
		b = tx.Builder
	}
	if db, ok := b.(*dbx.DB); ok {
		b = db.Builder
	}
	direct, ok := b.(interface{ Executor() dbx.Executor })
	if !ok {
		return nil, fmt.Errorf("%T runs no statements", b)
	}
	return direct.Executor(), nil
}

// execute runs a constant statement.
func execute(b dbx.Builder, text string, values dbx.Params) error {
	db, err := driverOf(b)
	if err != nil {
		return err
	}
	p := plainOf(text)
	args, err := p.args(values)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(context.Background(), p.text, args...)
	return err
}

// scan reads each row of a constant query into dest and then calls each, and tells how
// many there were.
func scan(b dbx.Builder, text string, values dbx.Params, each func(), dest ...any) (n int, err error) {
	db, err := driverOf(b)
	if err != nil {
		return 0, err
	}
	p := plainOf(text)
	args, err := p.args(values)
	if err != nil {
		return 0, err
	}
	rows, err := db.QueryContext(context.Background(), p.text, args...)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // again after an error
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return n, err
		}
		n++
		if each != nil {
			each()
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, rows.Close()
}

// one reads the one row of a constant query; sql.ErrNoRows where there is none.
func one(b dbx.Builder, text string, values dbx.Params, dest ...any) error {
	n, err := scan(b, text, values, nil, dest...)
	if err == nil && n == 0 {
		return sql.ErrNoRows
	}
	return err
}
