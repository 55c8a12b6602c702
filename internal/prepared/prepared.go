// Package prepared keeps SQL statements prepared. A query of SQLite costs more to be
// understood than to be run; here each connection understands a text once. It stands
// between database/sql and the driver, so that everybody's queries gain by it.
package prepared

// The connections: what they are asked goes through statements that are kept.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// Most is how many statements a connection keeps, the latest used.
const Most = 128

// longest is the text of a statement that is kept, in bytes: what is longer was put
// together for once.
const longest = 8 << 10

// Open opens a database like sql.Open; its connections keep their statements.
func Open(driverName, name string) (*sql.DB, error) {
	plain, err := sql.Open(driverName, name) // which opens no connection yet
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{plain.Driver(), name}), plain.Close()
}

type connector struct {
	inner driver.Driver
	name  string
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.inner.Open(c.name)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(fullConn)
	if !ok {
		return nil, fmt.Errorf("%T is no connection with contexts", inner)
	}
	return &conn{fullConn: full, kept: newShelf()}, nil
}

func (c connector) Driver() driver.Driver { return c.inner }

// fullConn is what a connection must be able to do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

// fullStmt is what a statement must be able to do.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is used by one goroutine at a time, as database/sql promises.
type conn struct {
	fullConn
	kept *shelf
}

func (c *conn) Close() error {
	c.kept.clear()
	return c.fullConn.Close()
}

// take finds a statement that is not in use, or prepares one.
func (c *conn) take(ctx context.Context, text string) (fullStmt, error) {
	if s := c.kept.take(text); s != nil {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := s.(fullStmt)
	if !ok {
		_ = s.Close() // it was never run
		return nil, fmt.Errorf("%T is no statement with contexts", s)
	}
	return full, nil
}

// ExecContext runs a statement; afterwards it is kept. One that failed is not.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if len(text) > longest {
		return c.fullConn.ExecContext(ctx, text, args)
	}
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close() // the error is told
		return nil, err
	}
	c.kept.put(text, s)
	return result, nil
}

// QueryContext runs a query; its statement is kept when the rows are closed, and in use
// until then: the same query inside has one of its own.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if len(text) > longest {
		return c.fullConn.QueryContext(ctx, text, args)
	}
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	inner, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close() // the error is told
		return nil, err
	}
	full, ok := inner.(fullRows)
	if !ok {
		_ = inner.Close()
		return nil, fmt.Errorf("%T are no rows with types", inner)
	}
	return &rows{full, func(err error) {
		if err != nil {
			_ = s.Close() // the error is told
			return
		}
		c.kept.put(text, s)
	}}, nil
}

// fullRows are rows that know the types of their columns.
type fullRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

type rows struct {
	fullRows
	done func(error)
}

// Close ends the query, once.
func (r *rows) Close() error {
	if r.done == nil {
		return nil
	}
	err := r.fullRows.Close()
	r.done(err)
	r.done = nil
	return err
}
