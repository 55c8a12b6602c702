package sync

// The form of a mutation: what is wrong here is rejected, whatever the state of things.

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"time"
)

var (
	recordID   = regexp.MustCompile(`^[A-Za-z0-9]{15,26}$`)
	mutationID = regexp.MustCompile(`^[A-Za-z0-9]{26}$`) // as long as a ULID, which it should be
)

// shape returns the code of what is wrong with a mutation's form, and where.
func shape(m *Mutation) (code, field string) {
	c, known := Writable[m.Collection]
	switch {
	case !known && readable[m.Collection]:
		return CodeNotWritable, m.Collection
	case !known:
		return CodeUnknown, m.Collection
	case m.Op != OpCreate && m.Op != OpPatch:
		return CodeBadMutation, "op"
	case !recordID.MatchString(m.Record):
		return CodeBadRecord, m.Record
	case m.Op == OpCreate && !c.Creatable:
		return CodeNotCreatable, m.Collection
	}
	for _, name := range slices.Sorted(maps.Keys(m.Set)) {
		if code := fieldShape(m, c, name); code != "" {
			return code, name
		}
	}
	if m.Op == OpCreate {
		for _, name := range c.Required {
			if _, ok := m.Set[name]; !ok {
				return CodeFieldMissing, name
			}
		}
	}
	return "", ""
}

func fieldShape(m *Mutation, c Collection, name string) string {
	f, ok := c.Fields[name]
	switch {
	case !ok && name == "id" && m.Op == OpCreate && equalJSON(m.Set[name], quoted(m.Record)):
		return ""
	case !ok, m.Op == OpPatch && f.Policy == Once:
		return CodeNotWritable
	case !forms[f.kind](m.Set[name]):
		return CodeWrongType
	case f.Policy == Once && f.tooLong(m.Set[name]):
		return CodeTooLarge
	}
	return ""
}

// present leaves out of a create what is null: it says nothing of an optional field. A
// list of nothing is an empty list.
func present(m *Mutation) Fields {
	if m.Op != OpCreate {
		return m.Set
	}
	out := maps.Clone(m.Set)
	for name, value := range m.Set {
		switch policy := Writable[m.Collection].Fields[name].Policy; {
		case string(value) != "null":
		case policy == Append, policy == Union:
			out[name] = json.RawMessage("[]")
		default:
			delete(out, name)
		}
	}
	return out
}

func quoted(s string) json.RawMessage { return Encode(s) }

// goodTime tells whether a device's time can be read, and is not longer than a time.
func goodTime(at string) bool {
	_, err := time.Parse(time.RFC3339Nano, at)
	return err == nil && len(at) <= maxEcho
}
