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
	"unicode/utf16"
)

// notHashed are the members of a mutation that do not make it another one.
var notHashed = []string{"n", "mono", "was"}

// hashOf is the SHA-256 of a mutation's canonical JSON without n, mono and was.
func hashOf(raw json.RawMessage) (string, error) {
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return "", err
	}
	for _, name := range notHashed {
		delete(members, name)
	}
	data, err := Canonical(members)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// Canonical writes a decoded JSON value in the form of RFC 8785: members sorted by
// their UTF-16 code units, numbers as ECMAScript prints them, no spaces.
func Canonical(value any) ([]byte, error) {
	var b bytes.Buffer
	if err := canonical(&b, value); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func canonical(b *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case map[string]any:
		return canonicalObject(b, v)
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := canonical(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case string:
		quote(b, v)
	case float64, bool, nil:
		data, err := json.Marshal(v) // encoding/json prints numbers as ECMAScript does
		if err != nil {
			return err
		}
		b.Write(data)
	default:
		return fmt.Errorf("canonical JSON: unexpected %T", v)
	}
	return nil
}

func canonicalObject(b *bytes.Buffer, object map[string]any) error {
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
		if err := canonical(b, object[name]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
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

// equalJSON compares two values whatever their spelling.
func equalJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	cx, errx := Canonical(x)
	cy, erry := Canonical(y)
	return errx == nil && erry == nil && bytes.Equal(cx, cy)
}
