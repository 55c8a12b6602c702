package sync

// The forms of values: what type a field has, and how much of it.

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"unicode/utf8"
)

// kind is the form of a field's value.
type kind string

const (
	text     kind = "text"  // at most maxText characters
	prose    kind = "prose" // as long as a mutation may be
	id       kind = "id"    // of a record, never empty
	digest   kind = "sha256"
	purpose  kind = "purpose" // of a photo
	number   kind = "number"
	natural  kind = "natural"  // a whole number
	positive kind = "positive" // a whole number above 0
	percent  kind = "percent"  // a whole number to 100
	degrees  kind = "degrees"  // of a compass
	flag     kind = "flag"
	object   kind = "object"  // or null
	texts    kind = "texts"   // a list of texts
	entries  kind = "entries" // a list of {id, at, text}
)

// Sizes of what a field holds.
const (
	maxText = 5000    // characters of an ordinary text
	maxList = 1 << 20 // bytes of a list that grows, as it is stored
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

var purposes = []string{"before", "after", "scene", "document", "sample"}

// forms tell whether a value has the form of its field. What no program can read does not
// have any: a number beyond every float64, and NUL in a text, which SQLite would cut.
var forms = map[kind]func(json.RawMessage) bool{
	text:   func(v json.RawMessage) bool { return isText(v, nil) },
	prose:  func(v json.RawMessage) bool { return isText(v, nil) },
	id:     func(v json.RawMessage) bool { return isText(v, recordID.MatchString) },
	digest: func(v json.RawMessage) bool { return isText(v, sha256Hex.MatchString) },
	purpose: func(v json.RawMessage) bool {
		return isText(v, func(s string) bool { return slices.Contains(purposes, s) })
	},
	number:   func(v json.RawMessage) bool { return within(v, -math.MaxFloat64, math.MaxFloat64) },
	natural:  func(v json.RawMessage) bool { return isWhole(v) && within(v, 0, maxWhole) },
	positive: func(v json.RawMessage) bool { return isWhole(v) && within(v, 1, maxWhole) },
	percent:  func(v json.RawMessage) bool { return isWhole(v) && within(v, 0, 100) },
	degrees:  func(v json.RawMessage) bool { return within(v, 0, 360) },
	flag:     func(v json.RawMessage) bool { b, err := decode[*bool](v); return err == nil && b != nil },
	object:   func(v json.RawMessage) bool { _, err := decode[map[string]any](v); return err == nil },
	texts:    isTexts,
	entries:  isEntries,
}

func isText(v json.RawMessage, is func(string) bool) bool {
	s, err := decode[*string](v)
	return err == nil && s != nil && !slices.Contains([]byte(*s), 0) && (is == nil || is(*s))
}

func within(v json.RawMessage, least, most float64) bool {
	f, err := decode[*float64](v)
	return err == nil && f != nil && *f >= least && *f <= most
}

func isWhole(v json.RawMessage) bool {
	_, err := decode[whole](v)
	return err == nil
}

func isTexts(v json.RawMessage) bool {
	list, err := decode[[]*string](v)
	return err == nil && !slices.Contains(list, nil)
}

func isEntries(v json.RawMessage) bool {
	list, err := decode[[]map[string]any](v)
	return err == nil && !slices.ContainsFunc(list, func(e map[string]any) bool {
		id, _ := e["id"].(string)
		return id == "" || !textOrNone(e, "at") || !textOrNone(e, "text")
	})
}

func textOrNone(e map[string]any, member string) bool {
	value, there := e[member]
	_, isText := value.(string)
	return !there || value == nil || isText
}

// tooLong tells whether a value is longer than the field's column.
func (f Field) tooLong(value json.RawMessage) bool {
	if f.kind != text {
		return false
	}
	s, _ := decode[string](value) // its form was checked
	return utf8.RuneCountInString(s) > maxText
}

// entryID is the id of an entry of an append field, by the exact name.
func entryID(entry map[string]json.RawMessage) string {
	id, _ := decode[string](entry["id"]) // its form was checked
	return id
}

// tidy brings a list into the form in which it is stored: the elements of a union sorted
// by code point, each once; of entries with the same id the first.
func tidy(policy Policy, value json.RawMessage) json.RawMessage {
	switch policy {
	case Union:
		list, _ := decode[[]string](value)
		return Encode(sorted(list))
	case Append:
		list, _ := decode[[]map[string]json.RawMessage](value)
		return Encode(grown(nil, list))
	}
	return value
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

// grown is a list of entries with those of more that it does not hold yet.
func grown(have, more []map[string]json.RawMessage) []map[string]json.RawMessage {
	ids := map[string]bool{}
	out := []map[string]json.RawMessage{}
	for i, e := range slices.Concat(have, more) {
		if id := entryID(e); i < len(have) || !ids[id] {
			ids[id] = true
			out = append(out, e)
		}
	}
	return out
}
