// Redaction of numbers: telephones and id cards, however their digits are written.

package casework

import (
	"regexp"
	"strings"
	"time"
)

// chineseDigits are the digits of everyday writing, of cheques and of the telephone.
var chineseDigits = map[rune]byte{
	'零': '0', '〇': '0', '一': '1', '二': '2', '三': '3', '四': '4', '五': '5', '六': '6', '七': '7', '八': '8', '九': '9',
	'壹': '1', '贰': '2', '叁': '3', '肆': '4', '伍': '5', '陆': '6', '柒': '7', '捌': '8', '玖': '9', '幺': '1', '两': '2',
}

// digitOf reads one digit: plain, full-width or Chinese. An x may end an id number.
func digitOf(r rune) (digit byte, ok bool) {
	if d, ok := chineseDigits[r]; ok {
		return d, true
	}
	r = half(r)
	return byte(r), (r >= '0' && r <= '9') || r == 'x'
}

// manyGaps: how many characters may stand between two digits of one number. People fill up
// with hyphens and blanks what a filter shall not find.
const manyGaps = 10

// number is a run of digits in a text, with the place of each.
type number struct {
	digits string
	at     []int
	plain  []bool // a digit as machines write it, not a word
}

// numbersIn finds the runs of digits that have at most manyGaps characters between two.
func numbersIn(runes []rune) []number {
	var out []number
	var digits []byte
	var at []int
	var plain []bool
	gaps := 0
	end := func() {
		if len(digits) > 0 {
			out = append(out, number{string(digits), at, plain})
		}
		digits, at, plain, gaps = nil, nil, nil, 0
	}
	for i, r := range runes {
		d, ok := digitOf(r)
		switch {
		case ok:
			p := half(r)
			digits, at, plain, gaps = append(digits, d), append(at, i), append(plain, p >= '0' && p <= '9'), 0
		case len(digits) > 0 && inNumber(r) && gaps < manyGaps:
			gaps++
		default:
			end()
		}
	}
	end()
	return out
}

var (
	mobile   = regexp.MustCompile(`(?:0086|86|0)?1[3-9][0-9]{9}`)
	landline = regexp.MustCompile(`0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}`)
	service  = regexp.MustCompile(`[48]00[0-9]{7}`)
	idCard   = regexp.MustCompile(`[1-9][0-9]{5}((?:18|19|20)[0-9]{6})[0-9]{3}[0-9x]`)
	oldCard  = regexp.MustCompile(`[1-9][0-9]{5}([0-9]{6})[0-9]{3}`)
)

// hideNumbers hides the contact's own numbers wherever they stand, and what looks like a
// telephone or an id number if it is not a part of a longer number.
func hideNumbers(runes []rune, hide []bool, contact Contact) {
	own := []string{digitsOf(contact.IDNumber), strings.TrimPrefix(digitsOf(contact.Phone), "86")}
	for _, n := range numbersIn(runes) {
		for _, digits := range own {
			for at := 0; len(digits) >= 5; {
				i := strings.Index(n.digits[at:], digits)
				if i < 0 {
					break
				}
				n.hide(hide, at+i, at+i+len(digits))
				at += i + 1
			}
		}
		for _, like := range []*regexp.Regexp{mobile, landline, service, idCard, oldCard} {
			n.hideLike(hide, like)
		}
	}
}

func digitsOf(s string) string {
	var b strings.Builder
	for _, r := range s {
		if d, ok := digitOf(r); ok {
			b.WriteByte(d)
		}
	}
	return b.String()
}

func (n number) hide(hide []bool, from, to int) {
	for i := n.at[from]; i <= n.at[to-1]; i++ {
		hide[i] = true
	}
}

// hideLike tries every place: a number that is found may begin inside one that is not.
func (n number) hideLike(hide []bool, like *regexp.Regexp) {
	for at := 0; at < len(n.digits); {
		m := like.FindStringSubmatchIndex(n.digits[at:])
		if m == nil {
			return
		}
		from, to := at+m[0], at+m[1]
		if n.alone(from, to) && (len(m) < 4 || birthday(n.digits[at+m[2]:at+m[3]])) {
			n.hide(hide, from, to)
		}
		at = from + 1
	}
}

// alone: no plain digit touches the stretch without something between. A digit word (一直, 两次)
// belongs to the sentence.
func (n number) alone(from, to int) bool {
	before := from > 0 && n.at[from-1]+1 == n.at[from] && n.plain[from-1]
	after := to < len(n.at) && n.at[to-1]+1 == n.at[to] && n.plain[to]
	return !before && !after
}

// birthday judges the date inside an id number, of six or eight digits.
func birthday(s string) bool {
	layout := "20060102"
	if len(s) == 6 {
		layout = "060102"
	}
	_, err := time.Parse(layout, s)
	return err == nil
}
