package main

// Measure 10: what a create costs in a small table and in a large one, through all hooks, in
// one process without HTTP.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store"
)

func (b *bench) creates() (err error) {
	w, err := b.seed([]team{{1, b.n.few}})
	if err != nil {
		return err
	}
	app, err := hooks.Open(w.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
		return err
	}
	m := newMaker(w, 2)
	few, err := b.saved(app, m)
	if err != nil {
		return err
	}
	if err := fillTable(app, b.n.table-b.n.few); err != nil {
		return err
	}
	many, err := b.saved(app, m)
	if err != nil {
		return err
	}
	b.line("creates, one commit each", "%.0f/s at %d rows, %.0f/s at %d rows: %.2fx", few, b.n.few, many, b.n.table, many/few)
	return nil
}

// saved is how many rows a second are saved, each in its own commit.
func (b *bench) saved(app core.App, m *maker) (float64, error) {
	col, err := app.FindCachedCollectionByNameOrId("inspections")
	if err != nil {
		return 0, err
	}
	took, err := timed(func() error {
		for range b.n.saves {
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
	return float64(b.n.saves) / took.Seconds(), err
}

// fillTable inserts rows of the table alone: what a create has to look through.
func fillTable(app core.App, count int) error {
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
