package rxdb

// What of a document is an edit, and what its editor had before him.

import (
	"encoding/json"
	"maps"
	"slices"

	"xuncha/sync"
)

// edit reads a row beside what stands. A client that says what it takes the server to have
// has edited what differs from that; of one that does not, what is no older copy.
func (r *row) edit(collection string, stands sync.Standing) sync.Edited {
	e := sync.Edited{Op: sync.OpPatch, Set: sync.Fields{}, Base: map[string]string{}}
	table := sync.Writable[collection]
	switch {
	case r.doc == nil || r.id == "":
		e.Op = unreadable // its bytes are kept
	case r.assumed != nil:
		r.changed(table, stands, &e)
	case stands.Shown:
		r.differing(table, stands, &e)
	case !r.deleted:
		r.created(table, &e)
	}
	return e
}

// unreadable is no operation of a mutation: what is no document is refused as such.
const unreadable = "unreadable"

// changed: the base of a field is the value that the client had. Where just that stands,
// he has seen it; else he had the version that came with it.
func (r *row) changed(table sync.Collection, stands sync.Standing, e *sync.Edited) {
	had := tokensOf(r.assumed)
	for field, value := range r.fields() {
		if sync.Same(r.assumed[field], value) {
			continue
		}
		value, says := sync.Added(table.Fields[field].Policy, r.assumed[field], value)
		if !says {
			continue
		}
		e.Set[field], e.Base[field] = value, had[field]
		if stands.Shown && sync.Same(r.assumed[field], stands.Doc[field]) {
			e.Base[field] = stands.Versions[field]
		}
	}
}

// differing: the client does not say what it had, as after it began again. A version at or
// above the one that stands is knowledge; an older one makes the value stale, which
// displaces nothing where the later write would win by itself. What the server owns is
// an edit only where it differs under the same version.
func (r *row) differing(table sync.Collection, stands sync.Standing, e *sync.Edited) {
	tokens := tokensOf(r.doc)
	for field, value := range r.fields() {
		if sync.Same(stands.Doc[field], value) {
			continue
		}
		if own, apart := r.own[field]; apart {
			value = own
		}
		policy := table.Fields[field].Policy
		value, says := sync.Added(policy, stands.Doc[field], value)
		if !says {
			continue
		}
		switch token, now := tokens[field], stands.Versions[field]; {
		case !policy.Editable() && token != now:
		case policy == sync.LastWrite && sync.ParseVersion(token).Seq < sync.ParseVersion(now).Seq:
			e.Set[field] = value // without a base
		default:
			e.Set[field], e.Base[field] = value, token
		}
	}
}

// created: a record that the user does not have at the server. One with versions was there
// once: it is a copy of what was lost, or left his scope, and is kept for a person.
func (r *row) created(table sync.Collection, e *sync.Edited) {
	tokens := tokensOf(r.doc)
	isCopy := len(tokens) > 0
	if isCopy {
		e.Keep = sync.CodeRecoveredCopy
	}
	if table.Creatable || !isCopy {
		e.Op = sync.OpCreate
	}
	for field, value := range r.fields() {
		policy := table.Fields[field].Policy
		if isCopy && (policy == "" || !table.Creatable && !policy.Editable()) {
			continue // what the server wrote, it writes again
		}
		e.Set[field], e.Base[field] = value, tokens[field]
	}
}

// split takes others' entries out of the lists of a client that does not say what it had.
func (r *row) split(table sync.Collection, user string) {
	if r.assumed != nil {
		return
	}
	r.own, r.others = sync.Fields{}, sync.Fields{}
	for field, f := range table.Fields {
		var list, own, others []map[string]any
		if f.Policy != sync.Append || json.Unmarshal(r.doc[field], &list) != nil {
			continue
		}
		for _, entry := range list {
			if by, _ := entry["by"].(string); by != "" && by != user {
				others = append(others, entry)
			} else {
				own = append(own, entry)
			}
		}
		mine, err := json.Marshal(slices.Concat([]map[string]any{}, own))
		theirs, err2 := json.Marshal(others)
		if err == nil && err2 == nil && len(others) > 0 {
			r.own[field], r.others[field] = mine, theirs
		}
	}
}

// copied are others' entries that the server does not have any more: they are kept for a
// person, with who wrote them.
func (r *row) copied(stands sync.Standing) (sync.Edited, error) {
	e := sync.Edited{Op: sync.OpPatch, Set: sync.Fields{}, Base: map[string]string{}, Keep: sync.CodeRecoveredCopy}
	if !stands.Shown {
		return e, nil // the record is kept as a whole
	}
	for field, list := range r.others {
		if lost, some := sync.Added(sync.Append, stands.Doc[field], list); some {
			e.Set[field], e.Base[field] = lost, tokensOf(r.doc)[field]
		}
	}
	return e, nil
}

// fields are the document's fields of the record.
func (r *row) fields() sync.Fields {
	out := maps.Clone(r.doc)
	maps.DeleteFunc(out, func(name string, _ json.RawMessage) bool { return notFields[name] })
	return out
}
