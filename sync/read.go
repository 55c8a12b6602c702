package sync

// Reading a request: the envelope must be whole, a mutation need not be.

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
)

// ReadRequest reads an envelope; unknown members are ignored. The mutations stay as they
// came: one that cannot be read must not cost the others.
func ReadRequest(body []byte) (Request, error) {
	var r Request
	rest, push := cutPush(WellFormed(body))
	if err := json.Unmarshal(rest, &r); err != nil {
		return r, refuse("bad_json", "%v", err)
	}
	if err := legible(push); err != nil {
		return r, err
	}
	r.Push = push
	if !mutationID.MatchString(r.Client.ID) {
		return r, refuse("client_invalid", "client.id must be a ULID, 26 letters and digits, not %.40q", r.Client.ID)
	}
	if r.Pull != nil && (r.Pull.Limit < 1 || r.Pull.Limit > MaxRows) {
		return r, refuse("bad_request", "pull.limit must be 1 to %d, not %d", MaxRows, r.Pull.Limit)
	}
	return r, nil
}

// legible refuses a list with an element that is no JSON; one that is nested too deep is not
// read here.
func legible(list []json.RawMessage) error {
	for i, raw := range list {
		if !tooDeep(raw) && !json.Valid(raw) {
			return refuse("bad_json", "element %d is no JSON", i)
		}
	}
	return nil
}

// ReadList reads a body that is an array and leaves its elements as they came: one that
// cannot be read must not cost the others.
func ReadList(body []byte) ([]json.RawMessage, error) {
	body = WellFormed(body)
	start := gap(body, 0)
	if start >= len(body) || body[start] != '[' {
		return nil, refuse("bad_json", "the body is no array")
	}
	elements, end := pieces(body, start)
	if end < 0 || !json.Valid(append(emptied(body[start:end], elements, start), body[end:]...)) {
		return nil, refuse("bad_json", "the array is broken")
	}
	out := make([]json.RawMessage, len(elements))
	for i, e := range elements {
		out[i] = body[e.from:e.to]
	}
	return out, legible(out)
}

// cutPush takes the mutations out of an envelope. Of several lists the last counts, as
// everywhere in JSON.
func cutPush(body []byte) (rest []byte, push []json.RawMessage) {
	members, end := pieces(body, gap(body, 0))
	if end < 0 {
		return body, nil // no object: the envelope says so when it is read
	}
	done := 0
	for _, m := range members {
		if m.name != "push" || body[m.from] != '[' {
			continue
		}
		list, _ := pieces(body, m.from)
		push = make([]json.RawMessage, len(list))
		for i, e := range list {
			push[i] = body[e.from:e.to]
		}
		rest = append(append(rest, body[done:m.from]...), emptied(body[m.from:m.to], list, m.from)...)
		done = m.to
	}
	return append(rest, body[done:]...), push
}

// emptied is a list with nothing in its places, so that its commas are still checked.
func emptied(list []byte, elements []piece, offset int) []byte {
	var out []byte
	done := 0
	for _, e := range elements {
		out = append(append(out, list[done:e.from-offset]...), "null"...)
		done = e.to - offset
	}
	return append(out, list[done:]...)
}

// UnmarshalJSON reads what to pull; a limit that is not named is the default.
func (s *PullSpec) UnmarshalJSON(data []byte) error {
	type plain PullSpec
	p := plain{Limit: defaultRows}
	err := json.Unmarshal(data, &p)
	*s = PullSpec(p)
	return err
}

// UnmarshalJSON reads a mutation by the exact names of its members, each as far as it can
// be read: what is refused is kept with what is known of it.
func (m *Mutation) UnmarshalJSON(data []byte) error {
	members, ok := Members(data)
	if !ok {
		return errNoObject
	}
	*m = Mutation{}
	var errs []error
	for _, part := range []struct {
		name string
		into any
	}{
		{"n", (*whole)(&m.N)},
		{"id", (*givenText)(&m.ID)},
		{"op", (*givenText)(&m.Op)},
		{"collection", (*givenText)(&m.Collection)},
		{"record", (*givenText)(&m.Record)},
		{"set", (*givenObject)(&m.Set)},
		{"base", (*givenTokens)(&m.Base)},
		{"at", &m.At},
		{"mono", &m.Mono},
		{"was", &m.Was},
	} {
		if raw, ok := members[part.name]; ok {
			if own, ok := part.into.(json.Unmarshaler); ok {
				errs = append(errs, own.UnmarshalJSON(raw)) // it is JSON, and need not be read twice
			} else {
				errs = append(errs, json.Unmarshal(raw, part.into))
			}
		}
	}
	return errors.Join(errs...)
}

var (
	errNoObject = errors.New("no object")
	errNoText   = errors.New("no text")
)

// What is known to be JSON need not be checked again; null leaves it as it is.
type (
	givenText   string
	givenObject Fields
	givenTokens map[string]string
)

func (t *givenText) UnmarshalJSON(data []byte) error {
	switch {
	case data[0] == '"':
		*t = givenText(textOf(data))
	case !isNull(data):
		return errNoText
	}
	return nil
}

func (o *givenObject) UnmarshalJSON(data []byte) error {
	members, ok := Members(data)
	if !ok && !isNull(data) {
		return errNoObject
	}
	*o = members
	return nil
}

// UnmarshalJSON reads base tokens. One that is null says nothing, so that base is unknown.
func (t *givenTokens) UnmarshalJSON(data []byte) error {
	members, ok := Members(data)
	switch {
	case isNull(data):
		return nil
	case !ok:
		return errNoObject
	}
	*t = make(givenTokens, len(members))
	var bad error
	for field, raw := range members {
		var token givenText
		switch err := token.UnmarshalJSON(raw); {
		case err != nil:
			bad = err
		case !isNull(raw):
			(*t)[field] = string(token)
		}
	}
	return bad
}

func isNull(data []byte) bool { return string(data) == "null" }

// whole is a number without a fraction, however it is spelled: 1, 1.0 and 1e0 are one.
type whole int64

// maxWhole: below it every client's numbers are exact; 2^53 + 1 is read as 2^53.
const maxWhole = 1 << 53

var errNotWhole = errors.New("not a whole number")

func (w *whole) UnmarshalJSON(data []byte) error {
	var f float64
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f != math.Trunc(f) || math.Abs(f) >= maxWhole {
		return errNotWhole
	}
	*w = whole(f)
	return nil
}

// headOf is what must be readable of any mutation: its place and its id.
func headOf(raw json.RawMessage) (n int64, id string) {
	members, _ := pieces(raw, gap(raw, 0))
	for _, m := range members {
		value := bytes.TrimSpace(raw[m.from:m.to])
		switch m.name {
		case "n":
			n = 0
			_ = json.Unmarshal(value, (*whole)(&n)) // else it stays below 1
		case "id":
			id = ""
			_ = json.Unmarshal(value, &id) // else it has none
		}
	}
	return n, id
}
