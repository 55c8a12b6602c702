package sync

// Canonical JSON (RFC 8785), so that the same mutation has the same hash whatever
// program wrote it.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"
)

// notHashed are the members of a mutation that do not make it another one.
var notHashed = []string{"n", "mono", "was"}

// hashOf is the SHA-256 of a mutation's canonical JSON without n, mono and was; of what
// is nested too deep to be read, that of its bytes.
func hashOf(raw json.RawMessage) string {
	data := []byte(raw)
	if value, err := decodeAny(raw); err == nil && !tooDeep(raw) {
		if members, ok := value.(map[string]any); ok {
			for _, name := range notHashed {
				delete(members, name)
			}
		}
		data = canonicalOf(value)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Canonical writes JSON in the form of RFC 8785: members sorted by their UTF-16 code
// units, numbers as ECMAScript prints them, no spaces.
func Canonical(raw json.RawMessage) ([]byte, error) {
	value, err := decodeAny(raw)
	if err != nil {
		return nil, err
	}
	return canonicalOf(value), nil
}

// decodeAny keeps numbers as they are spelled: one that no float64 holds is still JSON,
// and its mutation must not break the envelope.
func decodeAny(raw json.RawMessage) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

func canonicalOf(value any) []byte {
	var b bytes.Buffer
	canonical(&b, value)
	return b.Bytes()
}

func canonical(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case map[string]any:
		canonicalObject(b, v)
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			canonical(b, item)
		}
		b.WriteByte(']')
	case string:
		quote(b, v)
	case json.Number:
		b.WriteString(canonicalNumber(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	default:
		b.WriteString("null")
	}
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

func canonicalObject(b *bytes.Buffer, object map[string]any) {
	names := slices.SortedFunc(maps.Keys(object), func(x, y string) int {
		return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
	})
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		quote(b, name)
		b.WriteByte(':')
		canonical(b, object[name])
	}
	b.WriteByte('}')
}

var shortEscapes = map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

func quote(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range s {
		if short, ok := shortEscapes[r]; ok {
			b.WriteString(short)
		} else if r < 0x20 {
			fmt.Fprintf(b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
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
