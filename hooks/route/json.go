package route

// JSON that means one thing: whatever two readers could understand differently is refused
// before anybody reads it.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"xuncha/hooks/problem"
)

// maxDepth is how deep arrays and objects may stand in one another.
const maxDepth = 64

// sound refuses what is not one JSON value in UTF-8, a name that stands twice in an object,
// half a surrogate pair, U+0000, and what is too deep.
func sound(data []byte) error {
	if !utf8.Valid(data) {
		return problem.New("bad_json", "the body is not UTF-8")
	}
	if at := badEscape(data); at >= 0 {
		return problem.New("bad_json", "the escape at byte %d is no character", at)
	}
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return broken(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // whether a number fits, its field knows
	var open []level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if open, err = step(open, token); err != nil {
			return err
		}
	}
}

// level is an array, or an object with the names it has so far.
type level struct {
	names map[string]bool // nil: an array
	value bool            // the next token of an object is a value
}

// step takes one token to the levels that are open.
func step(open []level, token json.Token) ([]level, error) {
	top := len(open) - 1
	if name, isText := token.(string); isText && top >= 0 && open[top].names != nil && !open[top].value {
		if open[top].names[name] {
			return open, problem.New("field_doubled", "%.100q stands twice", name).With("field", clip(name))
		}
		open[top].names[name], open[top].value = true, true
		return open, nil
	}
	switch token {
	case json.Delim('}'), json.Delim(']'):
		open = open[:top]
		top--
	case json.Delim('{'):
		open = append(open, level{names: map[string]bool{}})
	case json.Delim('['):
		open = append(open, level{})
	}
	if len(open) > maxDepth {
		return open, problem.New("bad_json", "more than %d levels", maxDepth).With("limit", maxDepth)
	}
	if token != json.Delim('{') && token != json.Delim('[') && top >= 0 {
		open[top].value = false
	}
	return open, nil
}

func clip(s string) string { return s[:min(len(s), 100)] }

// broken says where JSON ends to be JSON, in words that name no type of ours.
func broken(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return problem.New("bad_json", "at byte %d: %s", syntax.Offset, syntax.Error())
	}
	return problem.New("bad_json", "%v", err)
}

// badEscape finds an escape in a string that is half a pair or U+0000; -1 where there is none.
func badEscape(data []byte) int {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		r, ok := escaped(data, i)
		switch {
		case !ok:
			i++ // an escape of one character; broken ones the decoder finds
		case r == 0 || r >= 0xdc00 && r < 0xe000:
			return i
		case r >= 0xd800 && r < 0xdc00:
			if low, ok := escaped(data, i+6); !ok || low < 0xdc00 || low >= 0xe000 {
				return i
			}
			i += 11
		default:
			i += 5
		}
	}
	return -1
}

// escaped reads \uXXXX.
func escaped(data []byte, at int) (uint64, bool) {
	if at+6 > len(data) || data[at] != '\\' || data[at+1] != 'u' {
		return 0, false
	}
	r, err := strconv.ParseUint(string(data[at+2:at+6]), 16, 16)
	return r, err == nil
}
