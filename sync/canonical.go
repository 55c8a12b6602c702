package sync

// Canonical JSON (RFC 8785), so that the same mutation has the same hash whatever
// program wrote it.

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// notHashed are the members of a mutation that do not make it another one.
var notHashed = []string{"n", "mono", "was"}

// hashOf is the SHA-256 of a mutation's canonical JSON without n, mono and was; of what
// is nested too deep to be read, or is no JSON, that of its bytes.
func hashOf(raw json.RawMessage) string {
	data := []byte(raw)
	if !tooDeep(raw) && json.Valid(raw) {
		data = canonical(make([]byte, 0, len(raw)), raw, notHashed)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Canonical writes JSON in the form of RFC 8785: members sorted by their UTF-16 code
// units, numbers as ECMAScript prints them, no spaces. What is no JSON, or is nested deeper
// than the server keeps, has none.
func Canonical(raw json.RawMessage) ([]byte, error) {
	if tooDeep(raw) || !json.Valid(raw) {
		return nil, errNoJSON
	}
	return canonical(make([]byte, 0, len(raw)), raw, nil), nil
}

var errNoJSON = errors.New("no JSON, or nested too deep")

// canonical appends the form of a value that is JSON, without the members of it that are left
// out.
func canonical(out, raw []byte, without []string) []byte {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '{':
		return canonicalObject(out, raw, without)
	case '[':
		out = append(out, '[')
		elements, _ := pieces(raw, 0)
		for i, e := range elements {
			if i > 0 {
				out = append(out, ',')
			}
			out = canonical(out, raw[e.from:e.to], nil)
		}
		return append(out, ']')
	case '"':
		if isPlain(raw[1 : len(raw)-1]) {
			return append(out, raw...)
		}
		return quote(out, textOf(raw))
	case 't', 'f', 'n':
		return append(out, raw...)
	}
	return append(out, canonicalNumber(json.Number(raw))...)
}

// canonicalNumber prints a number as ECMAScript does; encoding/json does so but for -0.
func canonicalNumber(n json.Number) string {
	f, err := n.Float64()
	if err != nil {
		return n.String() // beyond every float64
	}
	if f == 0 {
		return "0"
	}
	return string(encode(f))
}

func canonicalObject(out, raw []byte, without []string) []byte {
	members, _ := pieces(raw, 0)
	slices.SortStableFunc(members, func(a, b piece) int { return compareUnits(a.name, b.name) })
	out = append(out, '{')
	begin := len(out)
	for i, m := range members {
		if i+1 < len(members) && members[i+1].name == m.name || slices.Contains(without, m.name) {
			continue // of several with one name the last counts
		}
		if len(out) > begin {
			out = append(out, ',')
		}
		out = append(quote(out, m.name), ':')
		out = canonical(out, raw[m.from:m.to], nil)
	}
	return append(out, '}')
}

// compareUnits orders texts by their UTF-16 code units. That is the order of their bytes
// but for what lies beyond the surrogates.
func compareUnits(a, b string) int {
	if isLow(a) && isLow(b) {
		return cmp.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// isLow tells whether all of a text is below the surrogates.
func isLow(s string) bool {
	for i := range len(s) {
		if s[i] >= 0xee { // the first byte of U+E000 and of all that is above
			return false
		}
	}
	return true
}

var shortEscapes = map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

func quote(out []byte, s string) []byte {
	out = append(out, '"')
	for _, r := range s {
		if r >= ' ' && r != '"' && r != '\\' {
			out = utf8.AppendRune(out, r)
		} else if short, ok := shortEscapes[r]; ok {
			out = append(out, short...)
		} else {
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return append(out, '"')
}

// Same compares two values as JSON; absent is equal to null.
func Same(a, b json.RawMessage) bool {
	null := func(v json.RawMessage) json.RawMessage {
		if len(v) == 0 {
			return json.RawMessage("null")
		}
		return v
	}
	return equalJSON(null(a), null(b))
}

// equalJSON compares two values whatever their spelling.
func equalJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errx := Canonical(a)
	y, erry := Canonical(b)
	return errx == nil && erry == nil && bytes.Equal(x, y)
}
