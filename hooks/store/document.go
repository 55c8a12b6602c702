package store

// The text of a document: each field is encoded once, and compared as it is stored.

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// fieldsOf encodes each field of a document.
func fieldsOf(doc map[string]any) (map[string]json.RawMessage, error) {
	out := make(map[string]json.RawMessage, len(doc))
	for name, value := range doc {
		data, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		out[name] = data
	}
	return out, nil
}

// changedFields compares by value; a new document's empty fields have no version yet.
func changedFields(old, doc map[string]json.RawMessage) []string {
	var names []string
	for name, now := range doc {
		was, known := old[name]
		if known && bytes.Equal(was, now) || !known && isEmpty(now) {
			continue
		}
		names = append(names, name)
	}
	return names
}

func isEmpty(value []byte) bool {
	switch string(value) {
	case `""`, "null", "0", "false", "[]", "{}":
		return true
	}
	return false
}

// joined is a document as it is stored: keys sorted, without the spaces.
func joined(doc map[string]json.RawMessage) string {
	size := 2
	for name, value := range doc {
		size += len(name) + len(value) + 4
	}
	out := make([]byte, 0, size)
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		out = strconv.AppendQuote(append(out, ','), name)
		out = append(append(out, ':'), doc[name]...)
	}
	out = append(out, '}')
	out[0] = '{'
	return string(out)
}
