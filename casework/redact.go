// Redaction: the text of a complaint as an inspector's phone may hold it, without who wrote it.

package casework

import (
	"slices"
	"strings"
	"unicode"
)

// Contact is what a complainant gave of himself. Only Redact and the sealed record see it.
type Contact struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Email    string `json:"email"`
	IDNumber string `json:"id_number"`
}

// Hidden stands where something was taken out.
const Hidden = "***"

// Redact takes out of a text: the contact's name, phone, e-mail and id number in whatever
// way they are written (full-width or Chinese digits, blanks and hyphens between), every
// other mobile, landline or passport number, id number, own number plate, e-mail and WeChat or QQ
// number, the contact's surname with a title, any name that follows words like 我叫, and the
// words in which the writer says where he lives. Redacting twice gives the same text, which
// is valid UTF-8. It rather takes out too much.
func Redact(text string, contact Contact) string {
	for {
		out := redactOnce(text, contact)
		if out == text {
			return out
		}
		text = out // what was hidden may have parted something else: look again
	}
}

func redactOnce(text string, contact Contact) string {
	runes := []rune(text)
	hide := make([]bool, len(runes))
	hideNumbers(runes, hide, contact)
	for _, name := range namesOf(contact.Name) {
		hideLoose(runes, hide, name)
	}
	hideLoose(runes, hide, needle{word: fold(contact.Email, inNumber), gap: inNumber})
	v := viewOf(runes)
	v.hidePatterns(hide)
	v.hideNames(hide)
	v.hideDwellings(hide)
	swallow(runes, hide)
	return blackened(runes, hide)
}

// swallow hides the stars beside what is hidden, so that a pass that hides nothing new changes
// nothing: the passes come to an end.
func swallow(runes []rune, hide []bool) {
	for i := 1; i < len(runes); i++ {
		hide[i] = hide[i] || (hide[i-1] && runes[i] == '*')
	}
	for i := len(runes) - 2; i >= 0; i-- {
		hide[i] = hide[i] || (hide[i+1] && runes[i] == '*')
	}
}

// blackened writes the text with each hidden stretch as Hidden.
func blackened(runes []rune, hide []bool) string {
	var b strings.Builder
	for i, r := range runes {
		switch {
		case !hide[i]:
			b.WriteRune(r)
		case i == 0 || !hide[i-1]:
			b.WriteString(Hidden)
		}
	}
	return b.String()
}

// half turns a full-width letter, digit or sign into the plain one.
func half(r rune) rune {
	if r >= '！' && r <= '～' {
		r += '!' - '！'
	}
	return unicode.ToLower(r)
}

// inName are the characters that people put between those of a name, and those that nobody
// sees; inNumber those between the digits of a number.
func inName(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("-－_·•.．", r)
}

func inNumber(r rune) bool {
	return inName(r) || strings.ContainsRune("—–。,，、／/()（）", r)
}

// gap: how many such characters may stand between two that belong together.
const gap = 3

// fold is a word as it is searched: plain, lower case, without what stands between.
func fold(s string, between func(rune) bool) []rune {
	var out []rune
	for _, r := range s {
		if !between(r) {
			out = append(out, half(r))
		}
	}
	return out
}

// needle is a word to hide; unless names what may not follow it.
type needle struct {
	word   []rune
	gap    func(rune) bool
	unless string
}

// hideLoose hides every place where the needle stands, with gaps. A Latin needle must not be
// part of a longer word.
func hideLoose(runes []rune, hide []bool, n needle) {
	if len(n.word) < 2 {
		return // a single character stands everywhere
	}
	for start := range runes {
		end, ok := n.matchAt(runes, start)
		if !ok || (latin(n.word[0]) && (wordAt(runes, start-1) || wordAt(runes, end))) {
			continue
		}
		if end < len(runes) && strings.ContainsRune(n.unless, runes[end]) {
			continue
		}
		for i := start; i < end; i++ {
			hide[i] = true
		}
	}
}

func (n needle) matchAt(runes []rune, start int) (end int, ok bool) {
	at, gaps := 0, 0
	for i := start; i < len(runes); i++ {
		switch {
		case half(runes[i]) == n.word[at]:
			at, gaps = at+1, 0
			if at == len(n.word) {
				return i + 1, true
			}
		case at > 0 && n.gap(runes[i]) && gaps < gap:
			gaps++
		default:
			return 0, false
		}
	}
	return 0, false
}

func latin(r rune) bool { return r < 0x250 && unicode.IsLetter(r) }

func wordAt(runes []rune, i int) bool {
	return i >= 0 && i < len(runes) && latin(half(runes[i]))
}

// titles that follow a surname.
var titles = []string{"先生", "女士", "小姐", "师傅", "同志", "老师", "阿姨", "大爷", "某"}

var doubleSurnames = []string{"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "宇文", "长孙", "端木", "南宫"}

// places follow a given name that is the name of a street or a village.
const places = "路街巷道镇村桥庄屯区"

// namesOf are the ways in which a name is written: whole, the given name alone if it has two
// characters or more, the surname with a title, each Latin part.
func namesOf(name string) []needle {
	whole := fold(name, inName)
	if len(whole) < 2 {
		return nil
	}
	out := []needle{{word: whole, gap: inName}}
	if latin(whole[0]) {
		for _, part := range strings.Fields(name) {
			out = append(out, needle{word: fold(part, inName), gap: inName})
		}
		return out
	}
	surname := 1
	if len(whole) > 2 && slices.Contains(doubleSurnames, string(whole[:2])) {
		surname = 2
	}
	if len(whole)-surname >= 2 {
		out = append(out, needle{word: whole[surname:], gap: inName, unless: places})
	}
	for _, title := range titles {
		out = append(out, needle{word: append(slices.Clone(whole[:surname]), []rune(title)...), gap: inName})
	}
	return out
}
