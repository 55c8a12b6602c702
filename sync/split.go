package sync

// A body taken apart by brackets and strings alone: whatever lies inside one mutation,
// the others can be read.

import (
	"bytes"
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep a mutation is nested. SQLite reads 1,000 levels, and what is
// stored lies inside documents and pages.
const maxDepth = 100

// piece is a member of an object, or an element of an array; its name is empty then.
type piece struct {
	name     string
	from, to int
}

// pieces takes the object or array that begins at i apart, and says where it ends; end is
// -1 where it never does.
func pieces(b []byte, i int) (out []piece, end int) {
	object := i < len(b) && b[i] == '{'
	if !object && (i >= len(b) || b[i] != '[') {
		return nil, -1
	}
	name := ""
	for i = gap(b, i+1); i < len(b); i = gap(b, i) {
		switch b[i] {
		case '}', ']':
			return out, i + 1
		case ',', ':':
			i++
			continue
		}
		to, _ := value(b, i)
		if after := gap(b, to); object && after < len(b) && b[after] == ':' {
			name = textOf(b[i:to])
			i = to
			continue
		}
		out = append(out, piece{name, i, to})
		name, i = "", to
	}
	return out, -1
}

// textOf reads a text; what is none is empty.
func textOf(quoted []byte) (s string) {
	if n := len(quoted); n >= 2 && quoted[0] == '"' && quoted[n-1] == '"' && isPlain(quoted[1:n-1]) {
		return string(quoted[1 : n-1])
	}
	_ = json.Unmarshal(quoted, &s)
	return s
}

// isPlain tells whether a text between quotation marks is the text that it means.
func isPlain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(text)
}

// Members takes an object apart; its values lie where they lay. ok is false where it is none.
func Members(object []byte) (members map[string]json.RawMessage, ok bool) {
	list, end := pieces(object, 0)
	if end != len(object) || len(object) == 0 || object[0] != '{' {
		return nil, false
	}
	members = make(map[string]json.RawMessage, len(list))
	for _, m := range list {
		members[m.name] = object[m.from:m.to:m.to]
	}
	return members, true
}

// Texts takes an object of texts apart.
func Texts(object []byte) (texts map[string]string, ok bool) {
	list, end := pieces(object, 0)
	if end != len(object) || len(object) == 0 || object[0] != '{' {
		return nil, false
	}
	texts = make(map[string]string, len(list))
	for _, m := range list {
		texts[m.name] = textOf(object[m.from:m.to])
	}
	return texts, true
}

// gap skips spaces.
func gap(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// value finds the end of the value that begins at i, and how deep it is nested.
func value(b []byte, i int) (end, depth int) {
	for level := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = textEnd(b, i)
		case '{', '[':
			level++
			depth = max(depth, level)
			i++
			continue
		case '}', ']':
			if level == 0 {
				return i, depth // the end of what it lies in
			}
			level--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			if level == 0 {
				return i, depth
			}
			i++
			continue
		default:
			i++
			continue
		}
		if level == 0 {
			return i, depth
		}
	}
	return len(b), depth
}

// textEnd finds the end of the text whose quotation mark stands at i.
func textEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// tooDeep tells whether a value is nested deeper than the server keeps.
func tooDeep(raw []byte) bool {
	_, depth := value(raw, gap(raw, 0))
	return depth > maxDepth
}

// WellFormed makes UTF-8 of a body: what is no character becomes U+FFFD, also one half
// of a pair of escapes. What is stored is then what every client can read, and what its
// hash was made of.
func WellFormed(body []byte) []byte {
	b := bytes.ToValidUTF8(body, []byte(string(utf8.RuneError))) // a copy
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		first := escaped(b, i)
		switch {
		case !utf16.IsSurrogate(first):
			i++
		case utf16.DecodeRune(first, escaped(b, i+6)) != utf8.RuneError:
			i += 11
		default:
			i += copy(b[i:], `\ufffd`) - 1
		}
	}
	return b
}

// escaped reads an escape of four digits that stands at i; -1 is none.
func escaped(b []byte, i int) rune {
	if i+6 > len(b) || b[i] != '\\' || b[i+1] != 'u' {
		return -1
	}
	r := rune(0)
	for _, c := range b[i+2 : i+6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return r
}
