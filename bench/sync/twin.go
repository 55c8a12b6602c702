package main

// The same rows in plain PocketBase: its own users, and a collection with the fields of our
// inspections that its owner may read and write. The rule asks for the owner alone, which is
// less than our scope asks, and has an index.

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// twin is a data folder of plain PocketBase.
type twin struct {
	dir    string
	tokens [][]string // of the officers of each crew
}

const ownerOnly = "created_by = @request.auth.id"

// twin lays down the rows of a world; each row belongs to the first officer of its crew.
// updated adds the field by which the polling test polls.
func (b *bench) twin(w world, updated bool) (t twin, err error) {
	t.dir = b.folder(plain)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.dir})
	if err := app.Bootstrap(); err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	app.Settings().Batch = core.BatchConfig{Enabled: true, MaxRequests: max(b.n.batch, 500), Timeout: 60}
	if err := app.Save(app.Settings()); err != nil {
		return t, err
	}
	col := twinCollection(updated)
	if err := app.Save(col); err != nil {
		return t, err
	}
	return t, app.RunInTransaction(func(tx core.App) error {
		for _, c := range w.crews {
			tokens, err := twinUsers(tx, c)
			if err != nil {
				return err
			}
			t.tokens = append(t.tokens, tokens)
			if err := twinRows(tx, col, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func twinCollection(updated bool) *core.Collection {
	col := core.NewBaseCollection("inspections")
	text := func(name string, most int) { col.Fields.Add(&core.TextField{Name: name, Max: most}) }
	list := func(name string) { col.Fields.Add(&core.JSONField{Name: name, MaxSize: 1 << 20}) }
	text("case", 5000)
	col.Fields.Add(&core.NumberField{Name: "round", OnlyInt: true})
	list("inspectors")
	text("lead", 5000)
	text("started_at", 5000)
	text("findings", 1<<20)
	text("statement", 1<<20)
	text("weather", 5000)
	col.Fields.Add(&core.NumberField{Name: "max_noise_db"})
	list("samples")
	list("notes")
	text("finished_at", 5000)
	text("created_by", 5000)
	col.Fields.Add(&core.NumberField{Name: "seq", OnlyInt: true})
	col.AddIndex("idx_inspections_created_by", false, "`created_by`", "")
	col.AddIndex("idx_inspections_case_round", false, "`case`, `round`", "")
	if updated {
		col.Fields.Add(&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
		col.AddIndex("idx_inspections_updated", false, "`updated`, `id`", "")
	}
	rule := ownerOnly
	col.ListRule, col.ViewRule, col.CreateRule, col.UpdateRule = &rule, &rule, &rule, &rule
	return col
}

func twinUsers(app core.App, c crew) ([]string, error) {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	tokens := make([]string, len(c.officers))
	for i, o := range c.officers {
		r := core.NewRecord(users)
		r.Id = o.id
		r.SetEmail(o.id + "@bench.test")
		r.SetRaw("password", &core.PasswordFieldValue{Hash: bcryptOfNothing})
		r.RefreshTokenKey()
		if err := app.Save(r); err != nil {
			return nil, err
		}
		if tokens[i], err = r.NewAuthToken(); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// twinRows writes the rows without asking the hooks, as our own are.
func twinRows(app core.App, col *core.Collection, c crew) error {
	var q *dbx.Query
	for _, row := range c.rows {
		r := core.NewRecord(col)
		id, fields := row.written(c.officers)
		r.Load(fields)
		r.Id = id
		if col.Fields.GetByName("updated") != nil {
			r.SetRaw("updated", "2026-11-24 01:00:00.000Z")
		}
		values, err := r.DBExport(app)
		if err != nil {
			return err
		}
		if q == nil {
			q = app.NonconcurrentDB().NewQuery(insertInto(col)).Prepare()
			defer func() { _ = q.Close() }()
		}
		if _, err := q.Bind(values).Execute(); err != nil {
			return fmt.Errorf("row %s: %w", id, err)
		}
	}
	return nil
}

func insertInto(col *core.Collection) string {
	names, values := "", ""
	for i, name := range col.Fields.FieldNames() {
		if i > 0 {
			names, values = names+", ", values+", "
		}
		names, values = names+"[["+name+"]]", values+"{:"+name+"}"
	}
	return "INSERT INTO {{" + col.Name + "}} (" + names + ") VALUES (" + values + ")"
}

// twinPath is where a row is changed.
func twinPath(id string) string { return "/api/collections/inspections/records/" + id }

// twinPatch is one PATCH of one text field.
func (c *client) twinPatch(b *buffers, token, id, field, value string) error {
	_, err := c.do(b, http.MethodPatch, twinPath(id), token, fmt.Appendf(nil, `{%q:%q}`, field, value))
	return err
}
