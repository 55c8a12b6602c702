package watermelon

// A row of a client as drafts.

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"xuncha/sync"
)

// state is what a client did to a record.
type state int

const (
	isCreated state = iota
	isUpdated
	isDeleted
)

// row is a record as a client sent it.
type row struct {
	table  string
	raw    json.RawMessage
	state  state
	record string
	values map[string]json.RawMessage // by column; nil where it is no row
}

func readRow(table string, raw json.RawMessage, is state) row {
	r := row{table: table, raw: raw, state: is}
	if is == isDeleted {
		_ = json.Unmarshal(raw, &r.record) // else it names no record
		return r
	}
	if json.Unmarshal(raw, &r.values) == nil {
		_ = json.Unmarshal(r.values["id"], &r.record)
	}
	if string(r.values[revoked]) == "true" {
		r.state = isUpdated // a new row that was emptied is known, whatever the client knows of that
	}
	return r
}

// ownColumns are the client's own: what they hold is no edit.
var ownColumns = []string{"id", "_status", "_changed", revoked, "last_modified", "created_at", "updated_at"}

// changed are the columns that the user edited: those that the client names, of a new
// record all that say something.
func (r row) changed() []string {
	var names []string
	var said string
	if r.state == isUpdated && json.Unmarshal(r.values["_changed"], &said) == nil {
		for name := range strings.SplitSeq(said, ",") {
			if _, there := r.values[name]; there && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	} else {
		for _, name := range slices.Sorted(maps.Keys(r.values)) {
			if !isNothing(r.value(name)) {
				names = append(names, name)
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(ownColumns, name) })
}

// value is a column's as the field's.
func (r row) value(name string) json.RawMessage {
	if c, ours := columnOf(r.table, name); ours {
		return c.field(r.values[name])
	}
	return r.values[name]
}

// maxID bounds what is told back of a record's id, in bytes.
const maxID = 64

// draft is one without an edit yet.
func (r row) draft(identity string, raw json.RawMessage) sync.Draft {
	_, known := tables[r.table]
	return sync.Draft{
		Collection: r.table, Record: r.record, Raw: raw, Identity: "watermelon " + identity,
		Touch: known && r.record != "" && len(r.record) <= maxID,
	}
}

// drafts of a row.
func (r row) drafts(s seen) []sync.Draft {
	_, known := tables[r.table]
	switch {
	case r.state == isDeleted:
		return []sync.Draft{r.back()}
	case !known, r.record == "":
		return []sync.Draft{r.whole()}
	}
	left := map[string]bool{} // the columns that the row as a whole does not settle
	var out []sync.Draft
	if r.state == isCreated || s.lost {
		out = append(out, r.create(s, left))
	} else {
		for _, name := range r.changed() {
			left[name] = true
		}
	}
	for _, name := range r.changed() {
		out = append(out, r.edit(s, name, left))
	}
	return out
}

// back is a deletion: nothing is deleted, and what the user may see comes back.
func (r row) back() sync.Draft {
	d := r.draft("", r.raw)
	d.Edit = func(stands sync.Standing) (sync.Edited, error) { return sync.Edited{Back: stands.Shown}, nil }
	return d
}

// whole is a row of no known table or without an id: it is kept as it came.
func (r row) whole() sync.Draft {
	d := r.draft(string(r.raw), r.raw)
	d.Edit = func(sync.Standing) (sync.Edited, error) { return sync.Edited{Op: sync.OpCreate, At: r.at()}, nil }
	return d
}

// create makes a record that is not there, and leaves to the columns what differs where it
// is. The copy of a record that a restore lost is kept for a person.
func (r row) create(s seen, left map[string]bool) sync.Draft {
	d := r.draft("create "+s.token+string(r.raw), r.raw)
	d.Edit = func(stands sync.Standing) (sync.Edited, error) {
		clear(left)
		set, whole := r.creatable()
		e := sync.Edited{Op: sync.OpCreate, Set: set, At: r.at()}
		if r.state == isUpdated {
			e.Keep = sync.CodeRecoveredCopy
		}
		if stands.Shown || !whole && r.state == isUpdated {
			e = sync.Edited{Back: !stands.Shown} // what he may not see, and a restore forgot, goes from the client too
		}
		for _, name := range r.changed() {
			value := r.value(name)
			switch {
			case stands.Shown:
				left[name] = !sync.Same(stands.Doc[name], value)
			case whole: // what a create does not take, or not whole
				left[name] = set[name] == nil && !isNothing(value)
			default:
				left[name] = r.state == isUpdated
			}
		}
		return e, nil
	}
	return d
}

// creatable is what of a row a create may say, as far as it fits; whole tells whether it
// makes a record. A row that was revoked is empty but for what its user edited.
func (r row) creatable() (set sync.Fields, whole bool) {
	c := sync.Writable[r.table]
	set, whole = sync.Fields{}, c.Creatable && string(r.values[revoked]) != "true"
	for name := range r.values {
		if _, writable := c.Fields[name]; writable && !isNothing(r.value(name)) {
			set[name] = r.value(name)
		}
	}
	set, _ = sync.Fitting(r.table, set)
	for _, name := range c.Required {
		whole = whole && set[name] != nil
	}
	return set, whole
}

// edit is the edit of one column.
func (r row) edit(s seen, name string, left map[string]bool) sync.Draft {
	value := r.value(name)
	d := r.draft(s.token+" "+name+string(value), sync.Encode(sync.Fields{name: value}))
	d.Skip = func() bool { return !left[name] }
	d.Edit = func(stands sync.Standing) (sync.Edited, error) {
		base, err := s.base(stands, name)
		return sync.Edited{Op: sync.OpPatch, Set: sync.Fields{name: value}, Base: map[string]string{name: base}, At: r.at()}, err
	}
	return d
}

// at is when the user did it, as far as the row tells.
func (r row) at() sync.Stamp {
	var text string
	for _, name := range []string{"device_at", "taken_at"} {
		if json.Unmarshal(r.values[name], &text) == nil && text != "" {
			return sync.Stamp(text)
		}
	}
	var ms float64
	if json.Unmarshal(r.values["updated_at"], &ms) == nil && ms > 0 && ms < 1<<53 {
		return sync.Stamp(time.UnixMilli(int64(ms)).UTC().Format(time.RFC3339))
	}
	return ""
}

// when is at as a time, to put actions in their order.
func (r row) when() time.Time {
	t, _ := time.Parse(time.RFC3339Nano, string(r.at())) // without one it comes first
	return t
}
