package watermelon

// A record as a client's raw row, and a column of such a row as a field.

import (
	"bytes"
	"encoding/json"
	"fmt"

	"xuncha/sync"
)

// appendRow writes a document as a raw row: every column of its table, lists and objects
// as text.
func appendRow(out []byte, table string, doc json.RawMessage) ([]byte, error) {
	var fields sync.Fields
	if err := json.Unmarshal(doc, &fields); err != nil {
		return nil, fmt.Errorf("document of %s: %w", table, err)
	}
	out = append(append(out, `{"id":`...), fields["id"]...)
	for _, c := range columns[table] {
		value := fields[c.Name]
		switch {
		case value == nil:
			value = json.RawMessage("null")
		case c.JSON && string(value) != "null":
			value = sync.Encode(string(value))
		}
		out = append(append(append(append(out, `,"`...), c.Name...), `":`...), value...)
	}
	return append(out, `,"`+revoked+`":false}`...), nil
}

// appendRevoked writes the row of a record that is the user's no more: every column is
// named, because what is left out a client keeps.
func appendRevoked(out []byte, table, id string) []byte {
	out = append(append(out, `{"id":`...), sync.Encode(id)...)
	for _, c := range columns[table] {
		out = append(append(append(out, `,"`...), c.Name...), `":null`...)
	}
	return append(out, `,"`+revoked+`":true}`...)
}

// field is the value of a column as the field's: null is what a client writes where nothing
// is, and text that is no JSON stays text, which no list or object is.
func (c Column) field(value json.RawMessage) json.RawMessage {
	switch {
	case c.JSON:
		return c.unfold(value)
	case string(value) != "null":
		return value
	}
	return json.RawMessage(map[string]string{"string": `""`, "number": "0", "boolean": "false"}[c.Type])
}

func (c Column) unfold(value json.RawMessage) json.RawMessage {
	var text string
	if string(value) == "null" || json.Unmarshal(value, &text) != nil {
		return value
	}
	if text == "" {
		return json.RawMessage("null")
	}
	var inner json.RawMessage
	if json.Unmarshal([]byte(text), &inner) != nil {
		return value
	}
	return bytes.TrimSpace(inner)
}

// isNothing tells whether a column of a new row says nothing.
func isNothing(value json.RawMessage) bool {
	switch string(value) {
	case "", "null", `""`, "0", "false", "[]", "{}":
		return true
	}
	return false
}
