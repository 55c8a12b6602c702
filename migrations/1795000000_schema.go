// Package migrations is the database schema: every collection with its fields,
// indices and rights, and the raw tables beside them. Migrations are append-only,
// each with its way up and down.
package migrations

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// IDPattern is what an id of ours looks like: clients make them, a ULID fits.
const IDPattern = `^[A-Za-z0-9]{15,26}$`

// tokenDays: a log-in lasts a month, for a week in the mountains must not end it.
const tokenDays = 30

func init() { m.Register(up, down) }

func up(app core.App) error {
	if err := settings(app); err != nil {
		return err
	}
	if err := extendUsers(app); err != nil {
		return fmt.Errorf("users: %w", err)
	}
	for _, c := range collections {
		col := core.NewBaseCollection(c.name)
		if err := define(col, c); err != nil {
			return err
		}
		if err := app.Save(col); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for _, sql := range rawTables {
		if _, err := app.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

func down(app core.App) error {
	for _, t := range rawDrops {
		if _, err := app.NonconcurrentDB().NewQuery("DROP TABLE IF EXISTS " + t).Execute(); err != nil {
			return err
		}
	}
	for i := len(collections) - 1; i >= 0; i-- {
		col, err := app.FindCollectionByNameOrId(collections[i].name)
		if err != nil {
			return err
		}
		if err := app.Delete(col); err != nil {
			return err
		}
	}
	return shrinkUsers(app)
}

// settings: no request log (it halves throughput), no own name for the sender.
func settings(app core.App) error {
	s := app.Settings()
	s.Meta.AppName = "Xuncha 巡查"
	s.Logs.MaxDays = 0
	s.Batch.Enabled = false
	return app.Save(s)
}

// extendUsers gives PocketBase's own users collection our fields and rights.
func extendUsers(app core.App) error {
	col, err := app.FindCollectionByNameOrId(users.name)
	if err != nil {
		return err
	}
	if err := define(col, users); err != nil {
		return err
	}
	blocked := `disabled_at = ""`
	col.AuthRule = &blocked
	col.AuthToken.Duration = tokenDays * 24 * 3600
	col.OAuth2.Enabled = false
	col.MFA.Enabled = false
	col.OTP.Enabled = false
	col.AuthAlert.Enabled = false
	return app.Save(col)
}

func shrinkUsers(app core.App) error {
	col, err := app.FindCollectionByNameOrId(users.name)
	if err != nil {
		return err
	}
	for _, word := range strings.Fields(users.fields) {
		name, _, _ := strings.Cut(word, ":")
		col.Fields.RemoveByName(name)
	}
	for _, index := range users.indexes { // the id's index stays: PocketBase keeps what guards a system field
		col.RemoveIndex(indexName(users.name, index))
	}
	none := ""
	col.AuthRule = &none
	col.ListRule, col.ViewRule, col.CreateRule, col.UpdateRule, col.DeleteRule = nil, nil, nil, nil, nil
	return app.Save(col)
}

// define turns a row of the schema into a PocketBase collection.
func define(col *core.Collection, c collection) error {
	id, ok := col.Fields.GetByName("id").(*core.TextField)
	if !ok {
		return errors.New(c.name + " has no id field")
	}
	id.Min, id.Max, id.Pattern, id.AutogeneratePattern = 15, 26, IDPattern, `[a-z0-9]{15}`
	for _, word := range strings.Fields(c.fields) {
		field, err := fieldOf(word)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		col.Fields.Add(field)
	}
	// PocketBase looks for a twin in other case at each create; without this it scans.
	for _, index := range append(c.indexes, "unique id COLLATE NOCASE") {
		columns, unique := strings.CutPrefix(index, "unique ")
		col.AddIndex(indexName(c.name, index), unique, quoted(columns), "")
	}
	col.ListRule, col.ViewRule = rule(c.rules.list), rule(c.rules.view)
	col.CreateRule, col.UpdateRule, col.DeleteRule = rule(c.rules.create), rule(c.rules.update), rule(c.rules.delete)
	return nil
}

func rule(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func indexName(table, index string) string {
	index = strings.TrimPrefix(index, "unique ")
	index = strings.ReplaceAll(index, " COLLATE NOCASE", "_nocase")
	return "idx_" + table + "_" + strings.ReplaceAll(index, ",", "_")
}

func quoted(columns string) string {
	if strings.Contains(columns, " ") {
		return columns
	}
	return "`" + strings.ReplaceAll(columns, ",", "`, `") + "`"
}

const (
	textMax  = 5_000    // characters of an ordinary text
	longMax  = 1 << 20  // characters of a long text
	jsonMax  = 1 << 20  // bytes
	largeMax = 64 << 20 // bytes; the border of a province
)

func fieldOf(word string) (core.Field, error) {
	name, kind, _ := strings.Cut(word, ":")
	switch kind {
	case "t":
		return &core.TextField{Name: name, Max: textMax}, nil
	case "T":
		return &core.TextField{Name: name, Max: longMax}, nil
	case "n":
		return &core.NumberField{Name: name, OnlyInt: true}, nil
	case "f":
		return &core.NumberField{Name: name}, nil
	case "b":
		return &core.BoolField{Name: name}, nil
	case "j":
		return &core.JSONField{Name: name, MaxSize: jsonMax}, nil
	case "J":
		return &core.JSONField{Name: name, MaxSize: largeMax}, nil
	case "h":
		return &core.JSONField{Name: name, MaxSize: largeMax, Hidden: true}, nil
	}
	return nil, fmt.Errorf("field %q has no known kind", word)
}
