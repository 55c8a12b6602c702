// Redaction by form: what looks like an address of mail, an account, a plate or a passport.

package casework

import (
	"regexp"
	"time"
	"unicode"
)

// view is a text made plain: half-width, lower case, without what nobody sees. at leads from
// each byte of it back to the rune.
type view struct {
	text string
	at   []int
}

func viewOf(runes []rune) view {
	var plain []rune
	var at []int
	for i, r := range runes {
		if unicode.Is(unicode.Cf, r) {
			continue
		}
		r = half(r)
		plain = append(plain, r)
		for range len(string(r)) {
			at = append(at, i)
		}
	}
	return view{string(plain), at}
}

// hide hides the bytes from..to of the plain text.
func (v view) hide(hide []bool, from, to int) {
	if from >= to {
		return
	}
	for i := v.at[from]; i <= v.at[to-1]; i++ {
		hide[i] = true
	}
}

// pattern is hidden wherever it stands: its first group, or all of it if it has none. only,
// where there is one, says whether what was found is meant.
type pattern struct {
	form *regexp.Regexp
	only func(string) bool
}

// account is the name of an account after the word for one: WeChat and QQ under all their
// nicknames.
const account = `(?:微信|薇信|徽信|v信|\bwechat|\bweixin|\bwx|\bvx|加v|加微|\bqq|扣扣|企鹅)` +
	`\s*(?:群|id|号码|号|码)*\s*(?:是|为)?[:\s]*[a-z0-9_-]{5,30}`

// plate is the number of the complainant's own vehicle: a province, a letter, five places or
// six (new energy). The plate of any other is what the complaint is about: the lorry that
// tips rubbish at night has to be found.
const plate = `(?:我|本人|我家|我们家)的?(?:车|车辆|轿车|私家车|小车|汽车|面包车)?(?:的?车牌)?(?:号码|号)?(?:是|为|[:\s])*([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][a-z][·•.\s-]{0,2}[a-z0-9]{4,5}[a-z0-9挂学警港澳])(?:[^a-z0-9]|$)`

var patterns = []pattern{
	{form: regexp.MustCompile(`[a-z0-9._%+-]+\s?(?:@|[(\[{<【]\s?(?:at|@|艾特)\s?[)\]}>】]|艾特)\s?[a-z0-9.-]+\.[a-z]{2,20}`)},
	{form: regexp.MustCompile(account)},
	{form: regexp.MustCompile(plate), only: digitsAtLeast(3)},
	{form: regexp.MustCompile(`\b[eg][a-z]?[0-9]{7,8}\b`)},
	{form: regexp.MustCompile(`(?:护照|港澳通行证|台胞证|回乡证|军官证)\s?(?:号码|号)?(?:是|为)?[:\s]*([a-z0-9]{5,15})`)},
	{
		form: regexp.MustCompile(`(?:电话|座机|固话|固定电话|\btel)\.?(?:号码|号|是|为|[:\s()]){0,4}([2-9](?:[\s-]{0,3}[0-9]){6,7})(?:[^0-9]|$)`),
		only: noDay,
	},
}

func (v view) hidePatterns(hide []bool) {
	for _, p := range patterns {
		for _, m := range p.form.FindAllStringSubmatchIndex(v.text, -1) {
			from, to := m[len(m)-2], m[len(m)-1]
			if p.only == nil || p.only(v.text[from:to]) {
				v.hide(hide, from, to)
			}
		}
	}
}

func digitsAtLeast(n int) func(string) bool {
	return func(s string) bool {
		for _, r := range s {
			if r >= '0' && r <= '9' {
				n--
			}
		}
		return n <= 0
	}
}

// noDay: eight digits after the word telephone may be the day of a call.
func noDay(s string) bool {
	_, err := time.Parse("20060102", digitsOf(s))
	return err != nil
}
