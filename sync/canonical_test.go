package sync

// The canonical form is made from the text alone. The way round, by decoding everything and
// writing it again, must come to the same.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// rewritten is the canonical form by way of Go's own decoder.
func rewritten(value any) string {
	switch v := value.(type) {
	case map[string]any:
		names := slices.SortedFunc(maps.Keys(v), func(x, y string) int {
			return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
		})
		out := "{"
		for i, name := range names {
			if i > 0 {
				out += ","
			}
			out += rewritten(name) + ":" + rewritten(v[name])
		}
		return out + "}"
	case []any:
		out := "["
		for i, item := range v {
			if i > 0 {
				out += ","
			}
			out += rewritten(item)
		}
		return out + "]"
	case string:
		out := `"`
		for _, r := range v {
			switch {
			case r == '"' || r == '\\':
				out += `\` + string(r)
			case r >= ' ':
				out += string(r)
			default:
				short, ok := map[rune]string{'\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}[r]
				if !ok {
					short = fmt.Sprintf(`\u%04x`, r)
				}
				out += short
			}
		}
		return out + `"`
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		if f == 0 {
			return "0"
		}
		data, _ := json.Marshal(f)
		return string(data)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

func TestTheCanonicalFormIsThatOfTheValue(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\"\\/\b\n\x01\u2028\ue000\U0001f600ab\u007f 文"))))
	var value *rapid.Generator[any]
	value = rapid.Custom(func(t *rapid.T) any {
		switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); kind {
		case 0:
			return rapid.MapOfN(text, rapid.Deferred(func() *rapid.Generator[any] { return value }), 0, 4).Draw(t, "object")
		case 1:
			return rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return value }), 0, 4).Draw(t, "array")
		case 2:
			return json.Number(rapid.SampledFrom([]string{"0", "-0", "1e3", "1.50", "-7", "1E400", "0.000001", "1e-7", "123456789012345678901", "-1e21"}).Draw(t, "number"))
		case 3:
			return rapid.Bool().Draw(t, "bool")
		case 4:
			return nil
		default:
			return text.Draw(t, "text")
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		var raw bytes.Buffer
		encoder := json.NewEncoder(&raw)
		encoder.SetEscapeHTML(rapid.Bool().Draw(t, "escape"))
		if err := encoder.Encode(value.Draw(t, "value")); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "indent") {
			var wide bytes.Buffer
			if err := json.Indent(&wide, raw.Bytes(), " ", "\t"); err != nil {
				t.Fatal(err)
			}
			raw = wide
		}
		d := json.NewDecoder(bytes.NewReader(raw.Bytes()))
		d.UseNumber()
		var decoded any
		if err := d.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		got, err := Canonical(raw.Bytes())
		if err != nil || string(got) != rewritten(decoded) {
			t.Fatalf("%s\nis   %s (%v)\nwant %s", raw.Bytes(), got, err, rewritten(decoded))
		}
	})
}

func TestCanonicalForms(t *testing.T) {
	for raw, want := range map[string]string{
		`{"b":1,"a":2,"b":3}`:                     `{"a":2,"b":3}`,
		` { "\u0061" : [ 1 , 2 ] , "A" : null } `: `{"A":null,"a":[1,2]}`,
		`{"\ue000":1,"😀":2}`:                      "{\"😀\":2,\"\ue000\":1}",
		`"\u0001\/\u6587\u007f"`:                  "\"\\u0001/文\u007f\"",
		`[1.0,-0.0,1e2,100]`:                      `[1,0,100,100]`,
	} {
		got, err := Canonical([]byte(raw))
		if err != nil || string(got) != want {
			t.Errorf("%s is %s (%v), want %s", raw, got, err, want)
		}
	}
	for _, raw := range []string{``, ` `, `{`, `{"a":}`, `[1,]`, `tru`, `1 2`, `{"a":1}}`, string(bytes.Repeat([]byte("["), 101)) + string(bytes.Repeat([]byte("]"), 101))} {
		if got, err := Canonical([]byte(raw)); err == nil {
			t.Errorf("%.20q has the form %s", raw, got)
		}
	}
}

// What does not make a mutation another one is left out, at the top alone.
func TestTheHashIsOfWhatAMutationSays(t *testing.T) {
	same := []string{
		`{"n":1,"id":"a","set":{"n":1,"mono":2,"was":3}}`,
		`{"id":"a","mono":5,"set":{"was":3,"n":1.0,"mono":2},"n":7,"was":{"seq":1},"n":8}`,
	}
	if hashOf([]byte(same[0])) != hashOf([]byte(same[1])) {
		t.Error("n, mono and was of the mutation make another hash")
	}
	if hashOf([]byte(same[0])) == hashOf([]byte(`{"n":1,"id":"a","set":{"n":2,"mono":2,"was":3}}`)) {
		t.Error("a field named n does not count")
	}
}

// A base that cannot be read costs the others nothing.
func TestABadBaseCostsTheOthersNothing(t *testing.T) {
	for range 50 {
		var m Mutation
		err := m.UnmarshalJSON([]byte(`{"n":1,"id":"x","base":{"a":1,"b":"2","c":"3","d":null}}`))
		if err == nil || len(m.Base) != 2 || m.Base["b"] != "2" || m.Base["c"] != "3" {
			t.Fatalf("%v %v", m.Base, err)
		}
	}
}
