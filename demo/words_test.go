package demo

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var placeholder = regexp.MustCompile(`\{[a-z0-9._]+\}`)

// decided are words that the case gives.
var decided = []string{
	"who", "road", "estate", "town", "claim", "detail", "effect", "history", "ask", "db", "limit", "clock", "period", "month", "outcome",
	"round", "found", "done", "spot", "feedback", "target",
}

// wellFormed names what is wrong with a text.
func wellFormed(book wordbook, text string) string {
	for _, name := range placeholder.FindAllString(text, -1) {
		if name = strings.Trim(name, "{}"); !slices.Contains(decided, name) && len(book[name]) == 0 {
			return "asks for " + name + ", which is not there"
		}
	}
	if rest := placeholder.ReplaceAllString(text, ""); rest == "" && text == "" || strings.ContainsAny(rest, "{}[]@") {
		return "is not well formed"
	}
	return ""
}

func TestEveryWordThatIsAskedForIsThere(t *testing.T) {
	book, err := readWords()
	if err != nil {
		t.Fatal(err)
	}
	for head, list := range book {
		for _, l := range list {
			if wrong := wellFormed(book, l.text); wrong != "" {
				t.Errorf("[%s] %s %s", head, l.text, wrong)
			}
		}
	}
	for _, r := range refusals {
		if len(book["refuse."+r.value]) == 0 {
			t.Errorf("there is no advice for %s", r.value)
		}
	}
	for _, list := range findings() {
		for _, f := range list {
			texts := append(append([]string{f.text}, f.says...), f.items...)
			if !f.clear {
				texts = append(texts, f.fail, f.plan, f.done)
			}
			for _, text := range texts {
				if wrong := wellFormed(book, text); wrong != "" {
					t.Errorf("%s: %q %s", f.text, text, wrong)
				}
			}
			if len(f.says) == 0 || f.clear != (len(f.items) == 0) {
				t.Errorf("%s: %d statements, %d items", f.text, len(f.says), len(f.items))
			}
		}
	}
}

// eachUnit is one unit for each name that a unit may have.
func eachUnit() (out []*site) {
	for _, mt := range matters {
		for _, firm := range words()["firm."+mt.name] {
			out = append(out, &site{
				matter: mt, kind: strings.Join(slices.Concat(firm.sets...), " "), town: town{name: "青溪镇"}, road: "文昌巷", estate: "和苑",
				name: fill(rand.New(rand.NewPCG(1, 1)), firm.text, given{"road": "文昌巷", "estate": "和苑", "town": "青溪镇"}),
			})
		}
	}
	return out
}

// Whatever the unit, the month, the hour, the channel and the author: there are words for
// the message, for what is found, and for whatever follows.
func TestThereAreWordsForEveryUnitAtEveryTime(t *testing.T) {
	heads := []string{
		"weather", "caption.scene", "role", "measures", "extend", "note", "note.field", "note.clear", "withdraw", "satisfied", "dissatisfied",
		"send_back", "refuse.insufficient_clue", "refuse.repeated_finalised", "refuse.in_process_elsewhere", "refuse.false_report",
	}
	r, m := rand.New(rand.NewPCG(4, 1)), &maker{}
	for _, s := range eachUnit() {
		for _, hours := range []string{"day", "night"} {
			if len(s.findings(hours, nothing)) == 0 {
				t.Errorf("%s: nothing cannot be found by %s", s.name, hours)
			}
			if len(s.findings(hours, wrong)) == 0 && s.matter.name != "radiation" {
				t.Errorf("%s: nothing is wrong by %s", s.name, hours)
			}
			for n := range 600 {
				at := time.Date(2026, time.Month(1+n%12), 15, 12, 0, 0, 0, shanghai)
				l := &Life{m: m, r: r, site: s, plan: plan{at: at}}
				mode, source := weighed(r, identities), sources[n%len(sources)].value
				l.tags = l.about(mode, source, hours == "night")
				say(r, "text", l.words(r.Float64() >= s.matter.unseen)) // panics where there is none
				for _, head := range heads {
					say(r, head, l.words(true))
				}
			}
		}
	}
}

func TestWordsUnderNoHeadAreAnError(t *testing.T) {
	if err := (wordbook{}).read("# a remark\n\nlost words\n"); err == nil {
		t.Error("they were read")
	}
}

func TestTextsAreRich(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	c := makeCity(t, 3, 60, now)
	l := c.Lives[0]
	seen := map[string]bool{}
	const n = 400
	for range n {
		seen[say(r, "text", l.words(true))] = true
	}
	if len(seen) < n*9/10 {
		t.Errorf("%d texts about one unit, %d of them different", n, len(seen))
	}
}
