package problem

// Details without the inside: what the decoders of the language say of types is said in words,
// and what was sent comes back in part only.

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// longestDetail is how many bytes a detail may have: what was sent may be a megabyte.
const longestDetail = 500

var inside = []struct {
	find *regexp.Regexp
	say  string
}{
	{regexp.MustCompile(`json: cannot unmarshal (number \S+|\w+) into Go (?:struct field \S+ of type|value of type) \S.*`), "a $1 does not fit here"},
	{regexp.MustCompile(`json: unknown field `), "there is no field "},
	{regexp.MustCompile(`\bjson: `), ""},
	{regexp.MustCompile(`\ba(?:n)? \*?(?:[a-z0-9]+\.[A-Z]\w*|map\[\S+|\[\]\S+|struct ?\{.*)( is expected|$)`), "another kind of value$1"},
}

// plain is a detail for people.
func plain(detail string) string {
	for _, r := range inside {
		detail = r.find.ReplaceAllString(detail, r.say)
	}
	if len(detail) > longestDetail {
		end := longestDetail
		for end > 0 && !utf8.RuneStart(detail[end]) {
			end--
		}
		detail = detail[:end] + "…"
	}
	return strings.ToValidUTF8(detail, "\uFFFD")
}
