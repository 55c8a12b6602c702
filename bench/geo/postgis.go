package main

// PostGIS as a peer, where it is installed: a server of its own in a folder of the bench, on
// a socket there. Its loop runs in the server, so that no network is in its numbers.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"xuncha/geo"
)

// postgis measures the same places there. A peer that does not run is no fault of ours; one
// that finds another owner is.
func (b *bench) postgis(ds []geo.Division, places []orb.Point, p *geo.Partition) error {
	bin := binaries()
	if bin == "" {
		b.line("PostGIS", "not installed")
		return nil
	}
	db, err := startPostGIS(bin)
	if err != nil {
		b.line("PostGIS", "not installed, or does not start: %.200v", err)
		return nil
	}
	return errors.Join(b.ask(db, ds, places, p), db.stop())
}

const (
	schemaSQL = `create table counties (code text, border geometry); create table places (id int, at geometry);`
	indexSQL  = `create index on counties using gist (border); vacuum analyze counties; vacuum analyze places;`
	joinSQL   = `select count(*) from places join counties on ST_Covers(border, at);`
	ownersSQL = `select id, min(code) from places join counties on ST_Covers(border, at) group by id;`
	loopSQL   = `do $$ declare p record; c text; begin for p in select at from places loop select code into c from counties where ST_Covers(border, p.at) limit 1; end loop; end $$;`
)

func (b *bench) ask(db *postgis, ds []geo.Division, places []orb.Point, p *geo.Partition) error {
	if _, err := db.sql(schemaSQL); err != nil {
		return err
	}
	var rows bytes.Buffer
	for _, d := range ds {
		fmt.Fprintf(&rows, "%s\t%s\n", d.Code, wkt.MarshalString(d.Border))
	}
	if err := db.copy("counties", &rows); err != nil {
		return err
	}
	for i, at := range places {
		fmt.Fprintf(&rows, "%d\t%s\n", i, wkt.MarshalString(at))
	}
	if err := db.copy("places", &rows); err != nil {
		return err
	}
	if _, err := db.sql(indexSQL); err != nil {
		return err
	}
	if err := b.agreeWith(db, places, p); err != nil {
		return err
	}
	for _, c := range []struct{ what, sql string }{{"PostGIS, one join for all places", joinSQL}, {"PostGIS, one query for each place", loopSQL}} {
		var rates []float64
		for range b.n.rounds {
			began := time.Now()
			if _, err := db.sql(c.sql); err != nil {
				return err
			}
			rates = append(rates, float64(len(places))/time.Since(began).Seconds())
		}
		b.line(c.what, "%s", rate(median(rates)))
	}
	return nil
}

// agreeWith wants the same owners from both: places anywhere lie on no border.
func (b *bench) agreeWith(db *postgis, places []orb.Point, p *geo.Partition) error {
	said, err := db.sql(ownersSQL)
	if err != nil {
		return err
	}
	owners := make([]string, len(places))
	for line := range strings.Lines(said) {
		var i int
		var code string
		if _, err := fmt.Sscanf(line, "%d|%s", &i, &code); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		owners[i] = code
	}
	for i, at := range places {
		if owners[i] != p.Owner(at) {
			return fmt.Errorf("%v is %q by PostGIS, %q by the index", at, owners[i], p.Owner(at))
		}
	}
	return nil
}

// postgis is a server that runs.
type postgis struct {
	bin, dir string
	as       []string // the words before a command that give it a user
}

func startPostGIS(bin string) (*postgis, error) {
	dir, err := os.MkdirTemp("", "xuncha-postgis-*")
	if err != nil {
		return nil, err
	}
	db := &postgis{bin: bin, dir: dir}
	if err := db.lower(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := db.run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "-D", db.data()); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	err = db.run("pg_ctl", "-w", "-D", db.data(), "-l", filepath.Join(dir, "log"),
		"-o", "-k "+dir+" -c listen_addresses= -c shared_buffers=512MB -c max_parallel_workers_per_gather=0 -c jit=off", "start")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if _, err := db.sql("create extension postgis"); err != nil {
		return nil, errors.Join(err, db.stop())
	}
	return db, nil
}

func (db *postgis) data() string { return filepath.Join(db.dir, "data") }

// lower gives the server a user that it runs under: it refuses root.
func (db *postgis) lower() error {
	if os.Geteuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(who.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(who.Gid)
	if err != nil {
		return err
	}
	db.as = []string{"runuser", "-u", who.Username, "--"}
	return os.Chown(db.dir, uid, gid)
}

// binaries is the folder of a PostgreSQL server with its client, the newest one; "" for none.
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/psql")
	if path, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(slices.Max(found))
}

// command is one of PostgreSQL's.
func (db *postgis) command(name string, args ...string) *exec.Cmd {
	words := slices.Concat(db.as, []string{filepath.Join(db.bin, name)}, args)
	cmd := exec.Command(words[0], words[1:]...) //nolint:gosec // the peer of the bench
	cmd.Dir = db.dir
	return cmd
}

// run runs one to its end. What it says goes to a file: a server that it leaves behind keeps
// what it wrote to.
func (db *postgis) run(name string, args ...string) error {
	said, err := os.Create(filepath.Join(db.dir, name+".out"))
	if err != nil {
		return err
	}
	cmd := db.command(name, args...)
	cmd.Stdout, cmd.Stderr = said, said
	err = errors.Join(cmd.Run(), said.Close())
	if err != nil {
		text, _ := os.ReadFile(said.Name())
		return fmt.Errorf("%s: %w: %s", name, err, text)
	}
	return nil
}

// sql runs statements and gives what they say, a row a line.
func (db *postgis) sql(text string) (string, error) {
	return db.psql(strings.NewReader(text))
}

// copy loads rows into a table and forgets them.
func (db *postgis) copy(table string, rows *bytes.Buffer) error {
	_, err := db.psql(rows, "-c", "copy "+table+" from stdin")
	rows.Reset()
	return err
}

func (db *postgis) psql(in io.Reader, args ...string) (string, error) {
	cmd := db.command("psql", append([]string{"-h", db.dir, "-U", "postgres", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"}, args...)...)
	cmd.Stdin = in
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("psql: %w: %.300s", err, out)
	}
	return string(out), err
}

// stop ends the server and leaves nothing behind.
func (db *postgis) stop() error {
	return errors.Join(db.run("pg_ctl", "-w", "-m", "immediate", "-D", db.data(), "stop"), os.RemoveAll(db.dir))
}
