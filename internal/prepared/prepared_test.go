package prepared_test

// The same answers as from the driver alone, whatever is asked in whatever order.

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"xuncha/internal/prepared"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := prepared.Open("sqlite", filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t *testing.T, db interface {
	Exec(string, ...any) (sql.Result, error)
}, text string, args ...any,
) {
	t.Helper()
	if _, err := db.Exec(text, args...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func column(t *testing.T, rows *sql.Rows, err error) (out []string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAQueryInsideTheSameQueryHasAStatementOfItsOwn(t *testing.T) {
	db := open(t)
	run(t, db, `CREATE TABLE a (x)`)
	for i := range 5 {
		run(t, db, `INSERT INTO a VALUES (?)`, i)
	}
	const text = `SELECT x FROM a WHERE x >= ? ORDER BY x`
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got, want := nested(t, tx, text), "2 [2 3 4]3 [3 4]4 [4]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// nested asks a query for each of its own rows.
func nested(t *testing.T, tx *sql.Tx, text string) (got string) {
	t.Helper()
	outer, err := tx.Query(text, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = outer.Close() }()
	for outer.Next() {
		var x int
		if err := outer.Scan(&x); err != nil {
			t.Fatal(err)
		}
		inner, err := tx.Query(text, x)
		got += fmt.Sprint(x, column(t, inner, err))
	}
	if err := outer.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAKeptStatementSeesANewSchema(t *testing.T) {
	db := open(t)
	run(t, db, `CREATE TABLE a (x)`)
	run(t, db, `INSERT INTO a VALUES ('one')`)
	for i := range 4 {
		if names := columnsOf(t, db, `SELECT * FROM a`); len(names) != i+1 {
			t.Errorf("%v, want %d columns", names, i+1)
		}
		run(t, db, fmt.Sprintf(`ALTER TABLE a ADD COLUMN y%d`, i))
	}
	run(t, db, `DROP TABLE a`)
	var x string
	if err := db.QueryRow(`SELECT * FROM a`).Scan(&x); err == nil {
		t.Error("a table that is gone was read")
	}
}

func columnsOf(t *testing.T, db *sql.DB, text string) []string {
	t.Helper()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err := errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestAStatementThatFailedIsPreparedAnew(t *testing.T) {
	db := open(t)
	run(t, db, `CREATE TABLE a (x UNIQUE)`)
	for i := range 3 {
		run(t, db, `INSERT INTO a VALUES (?)`, i)
		if _, err := db.Exec(`INSERT INTO a VALUES (?)`, i); err == nil {
			t.Errorf("%d stands twice", i)
		}
	}
	rows, err := db.Query(`SELECT count(*) FROM a`)
	if got := column(t, rows, err); got[0] != "3" {
		t.Errorf("%v rows", got)
	}
}

func TestRowsThatAreNotReadToTheirEndHoldNothing(t *testing.T) {
	db := open(t)
	run(t, db, `CREATE TABLE a (x)`)
	run(t, db, `INSERT INTO a VALUES (1), (2), (3)`)
	for range 3 {
		var x int
		if err := db.QueryRow(`SELECT x FROM a`).Scan(&x); err != nil || x != 1 {
			t.Errorf("%d %v", x, err)
		}
		run(t, db, `DELETE FROM a WHERE x = 3`) // would be locked by an open read
		run(t, db, `INSERT INTO a VALUES (3)`)
	}
	run(t, db, `VACUUM`)
}

func TestMoreStatementsThanAreKept(t *testing.T) {
	db := open(t)
	rapid.Check(t, func(r *rapid.T) {
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 2*prepared.Most), 0, 4*prepared.Most).Draw(r, "numbers") {
			var got, arg int
			if err := db.QueryRow(fmt.Sprintf(`SELECT %d, ?`, n), n+1).Scan(&got, &arg); err != nil || got != n || arg != n+1 {
				r.Fatalf("%d %d %v, want %d", got, arg, err, n)
			}
		}
	})
}
