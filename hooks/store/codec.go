package store

// Records to values and back, by the names of the fields.

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Into reads a record's fields into v, whose JSON names are the field names.
func Into(r *core.Record, v any) error {
	data, err := json.Marshal(r.FieldsData())
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Collection().Name, r.Id, err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s %s: %w", r.Collection().Name, r.Id, err)
	}
	return nil
}

// Load sets a record's fields from v by their JSON names; names that the
// collection does not have are left out, and so is seq, which the feed keeps.
func Load(r *core.Record, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	return load(r, fields)
}

// load is Load of values that are JSON already; they stay as they are spelled.
func load(r *core.Record, fields map[string]json.RawMessage) error {
	for name, raw := range fields {
		field := r.Collection().Fields.GetByName(name)
		if field == nil || name == "seq" {
			continue
		}
		if field.Type() == core.FieldTypeJSON {
			r.Set(name, types.JSONRaw(raw))
			continue
		}
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			return err
		}
		r.Set(name, value)
	}
	return nil
}

// Fill sets a record's fields as Load does. A map takes the short way: only what is
// kept as JSON is written as JSON.
func Fill(r *core.Record, fields any) error {
	values, ok := fields.(map[string]any)
	if !ok {
		return Load(r, fields)
	}
	for _, field := range r.Collection().Fields {
		value, ok := values[field.GetName()]
		if !ok {
			continue
		}
		switch of := reflect.ValueOf(value); {
		case field.Type() == core.FieldTypeJSON:
			data, err := json.Marshal(value)
			if err != nil {
				return err
			}
			value = types.JSONRaw(data)
		case of.Kind() == reflect.String:
			value = of.String() // words of the field have types of their own
		}
		kept, err := field.PrepareValue(r, value)
		if err != nil {
			return err
		}
		r.SetRaw(field.GetName(), kept)
	}
	return nil
}

// newRecord makes an unsaved record; an empty id lets PocketBase choose one.
func newRecord(app core.App, collection, id string) (*core.Record, error) {
	col, err := app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", collection, err)
	}
	r := core.NewRecord(col)
	if id != "" {
		r.Id = id
	}
	return r, nil
}

// all reads every record into a value.
func all[T any](records []*core.Record) ([]T, error) {
	out := make([]T, 0, len(records))
	for _, r := range records {
		var v T
		if err := Into(r, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
