package rxdb

// Documents as RxDB holds them: a record's fields, the versions of these in _v, and
// _deleted.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"xuncha/sync"
)

// Names that are no fields of a record: they are the protocol's or RxDB's own.
const (
	versions = "_v"
	deleted  = "_deleted"
	seq      = "seq"
)

var notFields = map[string]bool{
	"id": true, seq: true, versions: true, deleted: true, "_rev": true, "_meta": true, "_attachments": true,
}

var errNoObject = errors.New("the stored document is no object")

// wire is a row of the feed as RxDB gets it, made of the stored bytes.
func wire(r *sync.Row) (json.RawMessage, error) {
	if r.Gone != "" {
		return gone(r.Record), nil
	}
	document, err := stored(r.Doc, r.Versions)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Collection, r.Record, err)
	}
	return document, nil
}

func stored(doc, tokens json.RawMessage) (json.RawMessage, error) {
	body, ok := bytes.CutSuffix(bytes.TrimSpace(doc), []byte("}"))
	if !ok || len(body) < 2 {
		return nil, errNoObject
	}
	out := make([]byte, 0, len(body)+len(tokens)+32)
	out = append(append(out, body...), `,"`+versions+`":`...)
	return append(append(out, tokens...), `,"`+deleted+`":false}`...), nil
}

// document is that of a record that was read apart.
func document(r sync.Record) (json.RawMessage, error) {
	fields := make(map[string]any, len(r.Doc)+2)
	for name, value := range r.Doc {
		fields[name] = value
	}
	fields[versions], fields[deleted] = r.Versions, false
	return json.Marshal(fields)
}

// gone is the mark of a record that a client holds no more.
func gone(id string) json.RawMessage {
	data, _ := json.Marshal(map[string]any{"id": id, deleted: true}) // a text always has a JSON form
	return data
}

// tokensOf are the versions that a document names; what is none is left out.
func tokensOf(doc sync.Fields) map[string]string {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(doc[versions], &all) // else it names none
	out := map[string]string{}
	for field, raw := range all {
		var token string
		if json.Unmarshal(raw, &token) == nil && token != "" {
			out[field] = token
		}
	}
	return out
}
