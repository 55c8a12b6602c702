// Redaction of names that are not known: what stands after 我叫, 姓名, 联系人 and the like and
// has the form of a Chinese name, a common surname with one or two characters.

package casework

import (
	"regexp"
	"slices"
	"strings"
)

// surnames are the common ones. Those that are everyday words too (和, 来, 向, 时 …) are left
// out.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹" +
	"熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦柳邢路岳齐梅莫庄辛管祝左涂" +
	"谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲游阳裴席卫查屈鲍覃霍翁隋植甘景薄司柏宁柯阮桂闵柴冉房辜饶刁瞿戚丘古池滕晋苑邬臧畅宫褚廉简娄盖奚穆党燕郎邸冀谈" +
	"姬屠郜晏栾郁蒙喻揭窦迟敖糜鄢冷卓仇艾巩稽井练仲虞卞封竺楚佟栗匡宗巫鞠僧桑荆谌扬伏岑习胥蔺肖闫付邰覃"

// What stands in a name only seldom: the end of a place or an office, and the words that go
// on in a sentence.
const (
	notInName   = "区市县路街镇村局厂司所店场"
	notAfterWho = notInName + "的了是在不也都已再到去说称每个这那没被把将对从因所以日昨前后多次度分该面很些么什我你他她们其此某" +
		"左右里外内天时间今年月常反映投诉举报住边便式全觉得想要能会可只就才还又于与和及或等者员户但而向曾并由让给"
)

// notNames have the form of a name and are something else.
var notNames = []string{
	"高中生", "高管", "高工", "高龄", "白领", "金领", "马上", "万一", "万幸", "何人", "何处", "任何", "许多", "古稀", "牛贩", "龙头", "万分", "方才", "安徽", "江苏", "江西", "石化",
}

// roles end what somebody is, not his name.
const roles = "人员者户主工商客友"

var (
	surname   = `(?:` + strings.Join(doubleSurnames, "|") + `|[` + surnames + `])`
	given     = `[^\P{Han}` + notInName + `]`
	givenWeak = `[^\P{Han}` + notAfterWho + `]`
	apart     = `[\s\x{3000}·•.]{0,2}` // between the characters of a name in a form
	goesOn    = `(?:$|[^\p{Han}a-z]|电话|手机|联系|身份证|号码|微信|qq|先生|女士|小姐|同志|师傅|老师|男|女)`
	acts      = `(?:` + goesOn + `|反映|举报|投诉|来电|称|说|住|家住|现住|在|是|今年|系)`

	// introduced follows words after which nothing but a name comes; a sentence may go on
	// without a stop.
	introduced = regexp.MustCompile(`(?:我名?叫|本人名?叫|名字[叫是])[做作]?[:\s\x{3000}]{0,3}(?:` +
		`(` + surname + apart + given + `)` + acts + `|(` + surname + apart + given + apart + given + `)` + acts + `|(` + surname + given + given + `?))`)
	// filled is a form: 姓名：… , 联系人：…
	filled = regexp.MustCompile(`(?:姓\s{0,4}名|名字|联系人|举报人|投诉人|反映人|申请人|报案人|来电人|署名|落款)[\s\x{3000}]{0,4}(?:[:是为]|\s|\x{3000})[:\s\x{3000}]{0,4}(?:` +
		`(` + surname + apart + given + `)` + acts + `|(` + surname + apart + given + apart + given + `)` + acts + `)`)
	// said is a sentence in which a name may follow, or something else.
	said  = regexp.MustCompile(`(?:我是|本人是?)\s?(?:(` + surname + givenWeak + `)` + goesOn + `|(` + surname + givenWeak + givenWeak + `)` + goesOn + `)`)
	named = regexp.MustCompile(`(?:姓名|联系人|举报人|投诉人|反映人)(?:(` + surname + givenWeak + `)` + acts + `|(` + surname + givenWeak + givenWeak + `)` + acts + `)`)
)

func (v view) hideNames(hide []bool) {
	for _, form := range []*regexp.Regexp{introduced, filled, said, named} {
		for _, m := range form.FindAllStringSubmatchIndex(v.text, -1) {
			for g := 2; g < len(m); g += 2 {
				if m[g] >= 0 && nameLike(v.text[m[g]:m[g+1]]) {
					v.hide(hide, m[g], m[g+1])
				}
			}
		}
	}
}

func nameLike(s string) bool {
	last := []rune(s)[len([]rune(s))-1]
	return !strings.ContainsRune(roles, last) && !slices.Contains(notNames, s)
}
