package demo

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// heads that each matter needs.
var ofMatter = []string{"", ".detail", "finding.", "item.", "basis.", "firm."}

func TestEveryWordThatIsAskedForIsThere(t *testing.T) {
	book, err := readWords()
	if err != nil {
		t.Fatal(err)
	}
	decided := []string{"who", "road", "estate", "town", "claim", "detail", "effect", "history", "ask", "db", "outcome", "round"}
	known := map[string]bool{}
	for _, name := range decided {
		known[name] = true
	}
	for head, list := range book {
		for _, text := range list {
			for _, name := range placeholder.FindAllString(text, -1) {
				if name = strings.Trim(name, "{}"); !known[name] && len(book[name]) == 0 {
					t.Errorf("[%s] asks for %s, which is not there", head, name)
				}
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}[]") {
				t.Errorf("[%s] is not well formed: %s", head, text)
			}
		}
	}
	for _, mt := range matters {
		for _, head := range ofMatter {
			name := head + mt.name
			if strings.HasPrefix(head, ".") {
				name = mt.name + head
			}
			if len(book[name]) == 0 {
				t.Errorf("there is no [%s]", name)
			}
		}
		for _, name := range []string{mt.effect + ".effect", "ask." + mt.effect, "history." + mt.known} {
			if len(book[name]) == 0 {
				t.Errorf("%s: there is no [%s]", mt.name, name)
			}
		}
	}
	for _, r := range refusals {
		if len(book["refuse."+r.value]) == 0 {
			t.Errorf("there is no advice for %s", r.value)
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
	s := c.Lives[0].site
	seen := map[string]bool{}
	const n = 400
	for range n {
		seen[say(r, "text", s.words(r, true))] = true
	}
	if len(seen) < n*9/10 {
		t.Errorf("%d texts about one unit, %d of them different", n, len(seen))
	}
}
