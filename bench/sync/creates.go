package main

// Measure 10: what a create costs in a small table and in a large one, through all hooks, in
// one process without HTTP.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store"
)

func (b *bench) creates() error {
	w, err := b.seed([]team{{1, b.n.few}})
	if err != nil {
		return err
	}
	large := w
	large.dir += "-large"
	if err := copyFiles(w.dir, large.dir, database, epochMark); err != nil {
		return err
	}
	return opened(w.dir, func(few core.App) error {
		return opened(large.dir, func(many core.App) error {
			if err := fillTable(many, b.n.table-b.n.few); err != nil {
				return err
			}
			return b.compareCreates(w, few, many)
		})
	})
}

// compareCreates lets the two tables take turns.
func (b *bench) compareCreates(w world, apps ...core.App) error {
	makers := []*maker{newMaker(w, 2), newMaker(w, 2)}
	times, cpu := make([][]time.Duration, 2), make([][]time.Duration, 2)
	for round := range b.n.rounds + 1 {
		for i, app := range apps {
			took, used, err := saved(app, makers[i], max(1, b.n.saves/b.n.rounds))
			if err != nil {
				return err
			}
			if round > 0 {
				times[i], cpu[i] = append(times[i], took), append(cpu[i], used)
			}
		}
	}
	for i, rows := range []int{b.n.few, b.n.table} {
		b.line(fmt.Sprintf("a create of its own commit, %d rows", rows), "%.2f ms, CPU %.2f ms", median(times[i]).Seconds()*1e3, median(cpu[i]).Seconds()*1e3)
	}
	b.line("large table / small", "%.2fx (CPU %.2fx)", float64(median(times[1]))/float64(median(times[0])), float64(median(cpu[1]))/float64(median(cpu[0])))
	return nil
}

// opened runs do with the house of a folder, which serves nobody.
func opened(dir string, do func(core.App) error) (err error) {
	app, err := hooks.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
		return err
	}
	return do(app)
}

// saved is how long a create takes, and how much of a core it uses.
func saved(app core.App, m *maker, count int) (took, cpu time.Duration, err error) {
	col, err := app.FindCachedCollectionByNameOrId("inspections")
	if err != nil {
		return 0, 0, err
	}
	before := ownCPU()
	took, err = timed(func() error {
		for range count {
			id, fields := m.next()
			r := core.NewRecord(col)
			if err := store.Fill(r, fields); err != nil {
				return err
			}
			r.Id = id
			if err := app.Save(r); err != nil {
				return err
			}
		}
		return nil
	})
	return took / time.Duration(count), (ownCPU() - before) / time.Duration(count), err
}

// ownCPU is what the bench itself has used of the cores.
func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // the arguments are valid
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fillTable inserts rows of the table alone: what a create has to look through. What that
// leaves in the write-ahead log is moved into the file, or the creates would wait for it.
func fillTable(app core.App, count int) error {
	if err := insertRows(app, count); err != nil {
		return err
	}
	_, err := app.NonconcurrentDB().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute()
	return err
}

func insertRows(app core.App, count int) error {
	rng := rand.New(rand.NewPCG(4, 4))
	return app.RunInTransaction(func(tx core.App) error {
		q := tx.NonconcurrentDB().NewQuery("INSERT INTO inspections (id, `case`) VALUES ({:id}, {:case})").Prepare()
		defer func() { _ = q.Close() }()
		for i := range count {
			if _, err := q.Bind(dbx.Params{"id": idFrom(rng), "case": fmt.Sprintf("other%d", i/rowsOfCase)}).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}
