// Redaction of the dwelling: where the writer says he lives, up to the number of the door. What
// he says of the polluter's place stays.

package casework

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// A door is a number with the word of a building or a flat, or numbers with hyphens, and the
// further ones behind it: 3号楼2单元502.
const (
	numeral  = `[0-9a-z〇零一二三四五六七八九十]{1,5}`
	building = `(?:号楼|号院|栋|幢|座|单元|室|户|弄|号房|#)`
	door     = `(?:` + numeral + building + `|[0-9]{1,4}-[0-9]{1,4})(?:,?[\s-]{0,2}` + numeral + building + `|[\s-]{0,2}[0-9]{1,5}(?:室|号|户)?)*`
	rest     = `[^。;!?,\n*]` // of the same clause
)

var (
	upToDoor    = regexp.MustCompile(`^` + rest + `{0,40}?,?` + door)
	upToNumber  = regexp.MustCompile(`^(` + rest + `{1,30}?[0-9]{1,5}号)(?:[。;!?,\n]|$)`)
	upToVillage = regexp.MustCompile(`^` + rest + `{1,20}?(?:小区|家园|花园|公寓|新村|社区|大院|宿舍|村|苑|[0-9]{1,5}号)`)
	wholeClause = regexp.MustCompile(`^[^。;!?,\n]{2,60}`)
)

// dwellings are the ways to say it, and how much of the clause is hidden: what comes first of
// limits that is found.
var dwellings = []struct {
	cue    *regexp.Regexp
	limits []*regexp.Regexp
}{
	{regexp.MustCompile(`(?:我|本人|俺)(?:们?家)?(?:现)?(?:居)?住(?:址)?(?:在|于|是|:)?`), []*regexp.Regexp{upToDoor, wholeClause}},
	{regexp.MustCompile(`(?:家庭)?住址(?:在|是|为|[:\s]){0,3}`), []*regexp.Regexp{upToDoor, wholeClause}},
	{regexp.MustCompile(`(?:家住|我们住|我是住)(?:在|于|[:\s]){0,2}`), []*regexp.Regexp{upToDoor, upToVillage}},
	{regexp.MustCompile(`(?:我|本人|俺)们?的?家(?:现在|现|就)?(?:在|位于|是)`), []*regexp.Regexp{upToDoor, upToNumber}},
}

// notLived follow 住 where nobody says where he lives: 我住的小区, 住户, 住院.
const notLived = "的院户宅不着宿所建进过"

func (v view) hideDwellings(hide []bool) {
	for _, d := range dwellings {
		for _, m := range d.cue.FindAllStringIndex(v.text, -1) {
			after := v.text[m[1]:]
			next, _ := utf8.DecodeRuneInString(after)
			if strings.ContainsRune(notLived, next) {
				continue
			}
			for _, limit := range d.limits {
				if end := limit.FindStringSubmatchIndex(after); end != nil {
					v.hide(hide, m[0], m[1]+end[len(end)-1])
					break
				}
			}
		}
	}
}
