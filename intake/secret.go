package intake

// The number, the query code (查询码) and the pass-phrase (口令) of a complaint.

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"xuncha/casework"
)

// alphabet has no 0 o 1 l i, which people mistake for each other.
const alphabet = "23456789abcdefghjkmnpqrstuvwxyz"

// Lengths in characters: 29 and 59 bits.
const (
	codeLength   = 6
	phraseLength = 12
)

// Secrets are what opens a complaint to whoever sent it, beside its number.
type Secrets struct {
	Code   string // 6 capital letters and digits
	Phrase string // 12 small letters and digits
}

// NewSecrets draws a query code and a pass-phrase.
func NewSecrets(random io.Reader) (Secrets, error) {
	code, err := draw(random, codeLength)
	if err != nil {
		return Secrets{}, err
	}
	phrase, err := draw(random, phraseLength)
	return Secrets{Code: strings.ToUpper(code), Phrase: phrase}, err
}

// draw takes n characters, each as likely as any other.
func draw(random io.Reader, n int) (string, error) {
	const fair = 256 / len(alphabet) * len(alphabet)
	out := make([]byte, 0, n)
	one := make([]byte, 1)
	for len(out) < n {
		if _, err := io.ReadFull(random, one); err != nil {
			return "", fmt.Errorf("secret: %w", err)
		}
		if int(one[0]) < fair {
			out = append(out, alphabet[int(one[0])%len(alphabet)])
		}
	}
	return string(out), nil
}

// FoldCode and FoldPhrase read a secret as people write it down: in groups, in either case.
func FoldCode(s string) string { return strings.ToUpper(together(s)) }

// FoldPhrase: see FoldCode.
func FoldPhrase(s string) string { return strings.ToLower(together(s)) }

func together(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-－·", r) {
			return -1
		}
		return r
	}, s)
}

// Year is the year that a number given at a time belongs to, in Asia/Shanghai.
func Year(now time.Time) string { return casework.Date(now)[:4] }

// Number writes the n-th number of a year: 2026-000123. The case has the number of the
// complaint it was made for.
func Number(year string, n int64) string { return fmt.Sprintf("%s-%06d", year, n) }
