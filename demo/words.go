package demo

// The words that texts are made of: lists of alternatives in words/*.txt, each of which
// may ask for others.

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
)

//go:embed words
var wordFiles embed.FS

// wordbook holds the alternatives under their heads.
type wordbook map[string][]string

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

// read adds a file: [head], then its alternatives line by line; # is a remark.
func (b wordbook) read(text string) error {
	head := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			head = strings.Trim(line, "[]")
		case head == "":
			return fmt.Errorf("%q stands under no head", line)
		default:
			b[head] = append(b[head], line)
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{[a-z0-9._]+\}`)

// given are words that the case decides, by name; they may ask for others too.
type given map[string]string

// say makes a text of the alternatives under a head.
func say(r *rand.Rand, head string, known given) string {
	list := words()[head]
	if len(list) == 0 {
		panic("demo: there are no words for " + head) // a test looks for every head
	}
	return fill(r, pick(r, list), known)
}

func fill(r *rand.Rand, text string, known given) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		name = strings.Trim(name, "{}")
		if word, ok := known[name]; ok {
			return fill(r, word, known)
		}
		return say(r, name, known)
	})
}
