// Tests of redaction: what is planted never survives, what is not about a person stays.

package casework_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuncha/casework"
)

var zhang = casework.Contact{Name: "张小明", Phone: "13812345678", Email: "xiaoming.zhang@example.cn", IDNumber: "11010519491231002X"}

func TestWhatIsAboutThePersonIsTakenOut(t *testing.T) {
	for _, c := range []struct{ sentence, text, want string }{
		{"the name", "我叫张小明，夜里有异味。", "我叫***，夜里有异味。"},
		{"the name with blanks between", "联系人 张 小 明 。", "联系人 *** 。"},
		{"the name with a point between", "张·小·明反映", "***反映"},
		{"the surname with a title", "请联系张女士或张师傅", "请联系***或***"},
		{"the given name alone", "小明住在楼下", "***住在楼下"},
		{"the phone", "电话13812345678。", "电话***。"},
		{"the phone with hyphens", "138-1234-5678 请回电", "*** 请回电"},
		{"the phone with the country", "+86 138 1234 5678", "+***"},
		{"the phone in full-width digits", "手机：１３８１２３４５６７８", "手机：***"},
		{"the phone in Chinese digits", "一三八一二三四五六七八", "***"},
		{"the phone in the digits of cheques", "壹叁捌壹贰叁肆伍陆柒捌", "***"},
		{"the phone with something invisible between", "138\u200b1234\u200b5678", "***"},
		{"the phone over a line's end", "138 1234\n5678", "***"},
		{"another's phone", "我爱人的电话是15900001111", "我爱人的电话是***"},
		{"two phones with a comma", "13812345678,15900001111", "***,***"},
		{"a landline", "座机010-62345678", "座机***"},
		{"the id number", "身份证11010519491231002X", "身份证***"},
		{"the id number with a small x and blanks", "110105 19491231 002x", "***"},
		{"another's id number", "440308199901010012", "***"},
		{"an id number of the old kind", "110105491231002", "***"},
		{"the e-mail", "邮箱 XiaoMing.Zhang@example.cn", "邮箱 ***"},
		{"another e-mail in full-width signs", "ａ１２３＠１６３．ｃｏｍ", "***"},
		{"a WeChat number", "微信号：zxm_1988", "***"},
		{"where the writer lives", "我家住在东城小区3栋502室，楼下烧烤油烟很大。", "***，楼下烧烤油烟很大。"},
	} {
		if got := casework.Redact(c.text, zhang); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.sentence, c.text, got, c.want)
		}
	}
}

func TestWhatIsNotAboutThePersonStays(t *testing.T) {
	for _, text := range []string{
		"2026-06-10 23:30 至 2026-06-12 01:00，东城路 88 号烧烤店油烟扰民。",
		"已拨打 12345 和 12369，编号 2026061000123。",
		"排放口约 138 米，每天 3 次，共 120.5 吨。",
		"第一次是二〇二六年六月一日，三四个人在焚烧。",
		"老张，强烈要求处理；小区大门口，明火焚烧。",
		"小明路与建国街路口的工地夜间施工。",
		"坐标 120.137384, 30.254123",
		"许可证 91330100MA2B12345X 号企业偷排。",
		"",
	} {
		if got := casework.Redact(text, zhang); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestALatinNameIsAWordOfItsOwn(t *testing.T) {
	contact := casework.Contact{Name: "Li Fang"}
	for text, want := range map[string]string{
		"I am Li Fang.":          "I am ***.",
		"LI-FANG wrote":          "*** wrote",
		"Fang, not the Fangting": "***, not the Fangting",
		"Listen to the noise":    "Listen to the noise",
	} {
		if got := casework.Redact(text, contact); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// spell writes digits or a name with changing forms and something between.
func spell(t *rapid.T, word, label string) string {
	var b strings.Builder
	for i, r := range []rune(word) {
		if i > 0 {
			b.WriteString(rapid.SampledFrom([]string{"", "", "", " ", "-", "　", "·", "\u200b", " - ", "－"}).Draw(t, label))
		}
		if r < 0x7f && rapid.Bool().Draw(t, "wide") {
			r += '！' - '!'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func plainDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if (r >= '0' && r <= '9') || r == 'X' || r == 'x' {
			b.WriteRune(r)
		}
	}
	return strings.ToUpper(b.String())
}

func TestNothingPlantedSurvives(t *testing.T) {
	words := []string{"夜里十点后", "东城路", "有刺鼻气味，", "联系", "。", "3 次", " ", "2026-06-10 ", "张", "明", "（", "\n"}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(words), 1, 8).Draw(t, "words")
		text := strings.Join(parts, "") + "联系" + spell(t, zhang.Phone, "phone") + "，" + strings.Join(parts, "") +
			"证" + spell(t, zhang.IDNumber, "id") + "，我叫" + spell(t, zhang.Name, "name") + "。"
		got := casework.Redact(text, zhang)
		if d := plainDigits(got); strings.Contains(d, zhang.Phone) || strings.Contains(d, zhang.IDNumber) {
			t.Fatalf("%q keeps a number: %q", text, got)
		}
		if strings.Contains(strings.Map(func(r rune) rune {
			if strings.ContainsRune(" -　·\u200b－", r) {
				return -1
			}
			return r
		}, got), zhang.Name) {
			t.Fatalf("%q keeps the name: %q", text, got)
		}
	})
}

func FuzzRedact(f *testing.F) {
	f.Add("我叫张小明，电话138-1234-5678", "张小明", "13812345678")
	f.Add("1390013900013812345678", "**", "138 1234 5678")
	f.Add("我住***, 住址：**", "A b", "0571-88888888")
	f.Add("\xff\xfe1３八\u200b", "\xff", "x")
	f.Fuzz(func(t *testing.T, text, name, phone string) {
		contact := casework.Contact{Name: name, Phone: phone}
		once := casework.Redact(text, contact)
		if twice := casework.Redact(once, contact); twice != once {
			t.Errorf("%q becomes %q, then %q", text, once, twice)
		}
	})
}
