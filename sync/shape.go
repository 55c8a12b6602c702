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

// serverFields exist in the documents and are nobody's to write.
var serverFields = map[string]bool{
	"seq": true, "state": true, "receipt": true, "flags": true, "exif": true, "author": true, "outcome": true, "code": true,
	"actor": true, "actor_kind": true, "received_at": true, "status": true, "items": true, "created_by": true, "from": true,
	"to": true, "decided_by": true, "decided_at": true, "order_no": true, "served_at": true, "deadline": true,
	"measures": true, "responsible": true, "officers": true, "submitted_at": true, "verified_at": true, "recheck_due": true,
	"case": true, "round": true, "id": true, "inspection": true, "inspectors": true, "lead": true,
}

func fieldShape(m *Mutation, c Collection, name string) string {
	f, ok := c.Fields[name]
	if !ok {
		if name == "id" && m.Op == OpCreate && equalJSON(m.Set[name], quoted(m.Record)) {
			return ""
		}
		if serverFields[name] {
			return CodeNotWritable
		}
		return CodeFieldUnknown
	}
	if m.Op == OpPatch && f.Policy == Once {
		return CodeNotWritable
	}
	if !fits(f.kind, m.Set[name]) {
		return CodeWrongType
	}
	return ""
}

func quoted(s string) json.RawMessage {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return data
}

// Entry is one element of an append field; By is set by the server.
type Entry struct {
	ID   string `json:"id"`
	At   string `json:"at"`
	Text string `json:"text"`
	By   string `json:"by"`
}

// fits tells whether a value has the type of its field. Texts may not hold NUL, which
// SQLite would cut.
func fits(k kind, value json.RawMessage) bool {
	switch k {
	case text:
		var v *string
		return json.Unmarshal(value, &v) == nil && v != nil && !slices.Contains([]byte(*v), 0)
	case number:
		var v *float64
		return json.Unmarshal(value, &v) == nil && v != nil
	case flag:
		var v *bool
		return json.Unmarshal(value, &v) == nil && v != nil
	case object:
		var v map[string]any
		return json.Unmarshal(value, &v) == nil
	case texts:
		var v []*string
		return json.Unmarshal(value, &v) == nil && !slices.Contains(v, nil)
	case entries:
		var v []Entry
		return json.Unmarshal(value, &v) == nil && !slices.ContainsFunc(v, func(e Entry) bool { return e.ID == "" })
	}
	return false
}

// goodTime tells whether a device's time can be read.
func goodTime(at string) bool {
	_, err := time.Parse(time.RFC3339Nano, at)
	return err == nil
}
