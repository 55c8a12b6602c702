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
	out, _ = canonicalAt(out, raw, gap(raw, 0), without)
	return out
}

// canonicalAt appends the form of the value that begins at i, and says where that ends.
func canonicalAt(out, b []byte, i int, without []string) ([]byte, int) {
	switch b[i] {
	case '{':
		return canonicalObject(out, b, i, without)
	case '[':
		out = append(out, '[')
		for i = gap(b, i+1); b[i] != ']'; i = gap(b, i) {
			if b[i] == ',' {
				out, i = append(out, ','), i+1
				continue
			}
			out, i = canonicalAt(out, b, i, nil)
		}
		return append(out, ']'), i + 1
	case '"':
		end := textEnd(b, i)
		if isPlain(b[i+1 : end-1]) {
			return append(out, b[i:end]...), end
		}
		return quote(out, textOf(b[i:end])), end
	}
	end, _ := value(b, i)
	if c := b[i]; c == 't' || c == 'f' || c == 'n' {
		return append(out, b[i:end]...), end
	}
	return append(out, canonicalNumber(json.Number(b[i:end]))...), end
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
	return string(Encode(f))
}

// canonicalObject writes the members as they come, each with a comma behind it, and puts them
// in order where they are not.
func canonicalObject(out, b []byte, i int, without []string) ([]byte, int) {
	out = append(out, '{')
	begin, ordered := len(out), true
	var members []piece // of out
	for i = gap(b, i+1); b[i] != '}'; i = gap(b, i) {
		if b[i] == ',' {
			i++
			continue
		}
		end := textEnd(b, i)
		m := piece{name: textOf(b[i:end]), from: len(out)}
		out = append(quote(out, m.name), ':')
		colon := gap(b, end)
		out, i = canonicalAt(out, b, gap(b, colon+1), nil)
		out = append(out, ',')
		m.to = len(out)
		if n := len(members); n > 0 && compareUnits(members[n-1].name, m.name) >= 0 || slices.Contains(without, m.name) {
			ordered = false
		}
		members = append(members, m)
	}
	if !ordered {
		out = inOrder(out, begin, members, without)
	}
	if len(out) > begin {
		out = out[:len(out)-1] // the last comma
	}
	return append(out, '}'), i + 1
}

// inOrder sorts what lies behind begin. Of several members with one name the last counts.
func inOrder(out []byte, begin int, members []piece, without []string) []byte {
	slices.SortStableFunc(members, func(a, b piece) int { return compareUnits(a.name, b.name) })
	written := slices.Clone(out[begin:])
	out = out[:begin]
	for i, m := range members {
		if i+1 < len(members) && members[i+1].name == m.name || slices.Contains(without, m.name) {
			continue
		}
		out = append(out, written[m.from-begin:m.to-begin]...)
	}
	return out
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
