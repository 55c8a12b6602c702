package sync

// The merge of one patch into one record, field by field.

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// Record is a record as phones see it, with the versions of its fields.
type Record struct {
	Doc      map[string]json.RawMessage
	Versions map[string]string
}

// Loss is a value that does not stand and is kept.
type Loss struct {
	Field  string
	Theirs json.RawMessage // what stands
	Ours   json.RawMessage // what was sent, or was displaced
	Code   string
	Asks   bool // a person is asked; else it is only kept

	Other    bool   // the value stood until this mutation displaced it
	Mutation string // that wrote the displaced value; "" if the server did
}

// merged is the effect of a patch.
type merged struct {
	set      map[string]json.RawMessage // to be written
	versions map[string]string          // tokens other than the one of the new seq
	fields   map[string]string          // winner of each field
	rank     map[string]Outcome         // outcome of each field
	seen     map[string]bool            // the editor had seen what stands
	losses   []Loss
}

// decision is the effect on one field.
type decision struct {
	outcome Outcome
	write   json.RawMessage // nil writes nothing
	version string          // of the write, "" means the new seq
	loss    *Loss
}

// rank orders outcomes of fields from best to worst.
var rank = map[Outcome]int{Noop: 0, OK: 1, Merged: 2, Conflict: 3, Held: 4, Rejected: 5}

// mergeFields decides every field of a patch. bases holds the seq that a field's base
// stands for; a field is missing where the client did not say.
func mergeFields(m *Mutation, r Record, bases map[string]int64) merged {
	out := merged{
		set: map[string]json.RawMessage{}, versions: map[string]string{}, fields: map[string]string{}, rank: map[string]Outcome{},
		seen: map[string]bool{},
	}
	table := Writable[m.Collection].Fields
	for _, name := range slices.Sorted(maps.Keys(m.Set)) {
		seq, known := bases[name]
		e := edit{
			Field: table[name], base: seq, known: known, token: m.Base[name],
			now: r.Doc[name], version: ParseVersion(r.Versions[name]), ours: m.Set[name],
		}
		out.add(name, e.decide())
		out.seen[name] = e.seen()
	}
	return out
}

func (out *merged) add(name string, d decision) {
	out.rank[name] = d.outcome
	out.fields[name] = ByClient
	if d.outcome == Conflict || d.write == nil && d.outcome != Noop {
		out.fields[name] = ByServer
	}
	if d.write != nil {
		out.set[name] = d.write
	}
	if d.version != "" {
		out.versions[name] = d.version
	}
	if d.loss != nil {
		d.loss.Field = name
		out.losses = append(out.losses, *d.loss)
	}
}

// outcome of a mutation is the worst of its fields.
func (out *merged) outcome() Outcome {
	worst := Noop
	for _, o := range out.rank {
		if cmp.Compare(rank[o], rank[worst]) > 0 {
			worst = o
		}
	}
	return worst
}

// edit is one field of a patch beside what stands.
type edit struct {
	Field
	base    int64 // the seq that the editor had seen
	known   bool  // he said so
	token   string
	now     json.RawMessage // what stands; nil if there is none
	version Version
	ours    json.RawMessage
}

// decide applies rule and policy. An editor who had seen what stands always wins.
func (e edit) decide() decision {
	switch e.Policy {
	case Append:
		return e.append()
	case Union:
		return e.union()
	}
	switch {
	case equalValue(e.now, e.ours):
		return decision{outcome: Noop}
	case e.tooLong(e.ours): // kept whole; the other fields of the mutation stand
		return decision{outcome: Conflict, loss: &Loss{Theirs: e.now, Ours: e.ours, Code: CodeTooLarge, Asks: true}}
	case e.seen():
		d := decision{outcome: OK, write: e.ours}
		if e.base > e.version.Seq { // the token comes from a lost epoch
			d.loss = e.displaced()
		}
		return d
	}
	switch e.Policy {
	case Max, Min:
		return e.extreme()
	case LastWrite:
		if e.known {
			return decision{outcome: OK, write: e.ours, loss: e.displaced()}
		}
	}
	code := CodeReview
	if !e.known {
		code = CodeUnknownBase
	}
	return decision{outcome: Conflict, loss: &Loss{Theirs: e.now, Ours: e.ours, Code: code, Asks: true}}
}

// seen: the base is at or above what stands, or names the very mutation that stands.
func (e edit) seen() bool {
	if !e.known {
		return false
	}
	same := e.version.Mutation != "" && ParseVersion(e.token).Mutation == e.version.Mutation
	return e.base >= e.version.Seq || same
}

func (e edit) displaced() *Loss {
	if e.version == (Version{}) && isAbsent(e.now) {
		return nil // nobody ever wrote anything
	}
	return &Loss{Theirs: e.ours, Ours: e.now, Code: CodeDisplaced, Other: true, Mutation: e.version.Mutation}
}

// extreme keeps the larger (or smaller) of two values that did not know of each other,
// and the other one beside it.
func (e edit) extreme() decision {
	ours, now := asNumber(e.ours), asNumber(e.now)
	nothing := isAbsent(e.now) && e.version == (Version{}) // a 0 that somebody wrote is a value
	wins := nothing || e.Policy == Max && ours > now || e.Policy == Min && ours < now
	if wins {
		return decision{outcome: OK, write: e.ours, loss: e.displaced()}
	}
	return decision{outcome: Conflict, loss: &Loss{Theirs: e.now, Ours: e.ours, Code: CodeDisplaced}}
}

func (e edit) append() decision {
	have, _ := decode[[]map[string]json.RawMessage](e.now)  // what stands was written here
	sent, _ := decode[[]map[string]json.RawMessage](e.ours) // its form was checked
	all := grown(have, sent)
	return e.joined(len(all) > len(have), Encode(all))
}

func (e edit) union() decision {
	have, _ := decode[[]string](e.now)
	sent, _ := decode[[]string](e.ours)
	all := sorted(slices.Concat(have, sent))
	return e.joined(len(all) > len(sorted(have)), Encode(all))
}

// joined is what becomes of a list that grows; what a full one does not take is kept.
func (e edit) joined(added bool, value json.RawMessage) decision {
	switch {
	case !added:
		return decision{outcome: Noop}
	case len(value) > maxList:
		return decision{outcome: Conflict, loss: &Loss{Ours: e.ours, Code: CodeTooLarge, Asks: true}}
	case e.seen():
		return decision{outcome: OK, write: value}
	}
	return decision{outcome: Merged, write: value}
}

func equalValue(now, ours json.RawMessage) bool {
	return now != nil && equalJSON(now, ours)
}

// isAbsent: the server has nothing yet that could be lost.
func isAbsent(value json.RawMessage) bool {
	switch string(value) {
	case "", `""`, "null", "0", "[]", "{}":
		return true
	}
	return false
}

func asNumber(value json.RawMessage) float64 {
	n, _ := decode[float64](value)
	return n
}

func decode[T any](data json.RawMessage) (T, error) {
	var v T
	if len(data) == 0 {
		return v, nil
	}
	err := json.Unmarshal(data, &v)
	return v, err
}

// Encode writes JSON without the escapes that are for web pages: they would make a text
// six times as long as what was sent.
func Encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // plain values only
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
