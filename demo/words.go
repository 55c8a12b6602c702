package demo

// The words that texts are made of: lists of alternatives in words/*.txt, each of which
// may ask for others.

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
)

//go:embed words
var wordFiles embed.FS

// wordbook holds the alternatives under their heads.
type wordbook map[string][]line

// line is one alternative. With tags it is only for those who have all of one set.
type line struct {
	sets [][]string
	text string
}

// read tells a line from its tags: "@a,b+c text" is for a, and for b with c.
func readLine(text string) line {
	if text[0] != '@' {
		return line{text: text}
	}
	tags, rest, _ := strings.Cut(text[1:], " ")
	l := line{text: strings.TrimSpace(rest)}
	for set := range strings.SplitSeq(tags, ",") {
		l.sets = append(l.sets, strings.Split(set, "+"))
	}
	return l
}

// fits says whether a line is for who has the tags, each between two spaces.
func (l line) fits(tags string) bool {
	missing := func(tag string) bool { return !strings.Contains(tags, " "+tag+" ") }
	return len(l.sets) == 0 || slices.ContainsFunc(l.sets, func(set []string) bool { return !slices.ContainsFunc(set, missing) })
}

// tagged joins tags as fits wants them.
func tagged(tags ...string) string { return " " + strings.Join(tags, " ") + " " }

var words = sync.OnceValue(func() wordbook {
	book, err := readWords()
	if err != nil {
		panic("demo: " + err.Error()) // embedded: a test reads them first
	}
	return book
})

func readWords() (wordbook, error) {
	files, err := wordFiles.ReadDir("words")
	if err != nil {
		return nil, err
	}
	book := wordbook{}
	for _, f := range files {
		if f.Name() == findingsFile {
			continue // has a form of its own
		}
		data, err := wordFiles.ReadFile("words/" + f.Name())
		if err != nil {
			return nil, err
		}
		if err := book.read(string(data)); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return book, nil
}

func (b wordbook) read(text string) error {
	head := ""
	for text := range strings.Lines(text) {
		text = strings.TrimSpace(text)
		switch {
		case text == "" || text[0] == '#':
		case text[0] == '[':
			head = strings.Trim(text, "[]")
		case head == "":
			return fmt.Errorf("%q stands under no head", text)
		default:
			b[head] = append(b[head], readLine(text))
		}
	}
	return nil
}

// given are words that the case decides, by name; they may ask for others too. Under tags
// stands which lines are for it.
type given map[string]string

const tags = "@"

// say makes a text of the alternatives under a head.
func say(r *rand.Rand, head string, known given) string {
	var list []line
	for _, l := range words()[head] {
		if l.fits(known[tags]) {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		panic("demo: there are no words for " + head + " and" + known[tags]) // a test looks for every head
	}
	return fill(r, pick(r, list).text, known)
}

func fill(r *rand.Rand, text string, known given) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}") // a test looks whether they are pairs
		if word, ok := known[name]; ok {
			b.WriteString(fill(r, word, known))
		} else {
			b.WriteString(say(r, name, known))
		}
		text = after
	}
}
