package intake

// Duplicates: how much two matters look like one, and of which kind. A person decides.

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Reach of a matter: others are looked for within so many metres, if they are open or not older
// than so many days.
const (
	NearPublic    = 250.0  // where the place was pointed out by somebody of the public
	NearInspector = 1000.0 // where an inspector names a place, he speaks of a whole site
	DuplicateDays = 60
)

// Matter is what is compared.
type Matter struct {
	Types      []string
	Text       string // redacted
	At         time.Time
	Contact    string  // keyed hash of how the complainant is reached; "" where nobody knows
	DistanceM  float64 // from the matter that is asked about; of that one itself 0
	NoDistance bool    // one of both has no place
}

// Kind is what a pair most probably is.
type Kind string

// Kinds.
const (
	SameMessage Kind = "same_message" // 同一来信: one message by two channels; merge
	SamePerson  Kind = "same_person"  // 重复举报: the same person again; merge and count
	SameMatter  Kind = "same_matter"  // 集中举报: another person on the same matter; merge or link
)

// Likeness says how much two matters look like one, from 0 to 1, and why.
type Likeness struct {
	Score   float64  `json:"score"`
	Kind    Kind     `json:"kind"`
	Reasons []string `json:"reasons"` // near, same_types, same_words, same_days, same_contact
}

// Weights of the parts of a score; those that cannot be compared are left out of it.
const (
	weightPlace   = 0.35
	weightTypes   = 0.20
	weightDays    = 0.15
	weightWords   = 0.30
	bonusContact  = 0.35
	likelyFrom    = 0.45 // a pair is shown from here on
	telling       = 0.6  // a part is a reason from here on
	sameWordsFrom = 0.6
)

// Compare compares two matters; reach is in metres. ok tells whether the pair is worth a look.
func Compare(a, b Matter, reach float64) (l Likeness, ok bool) {
	l = Likeness{Kind: SameMatter, Reasons: []string{}}
	words := dice(bigrams(a.Text), bigrams(b.Text))
	total, weights := 0.0, 0.0
	part := func(weight, value float64, reason string) {
		total, weights = total+weight*value, weights+weight
		if value >= telling {
			l.Reasons = append(l.Reasons, reason)
		}
	}
	if !a.NoDistance && !b.NoDistance {
		part(weightPlace, max(0, 1-math.Abs(a.DistanceM-b.DistanceM)/reach), "near")
	}
	part(weightTypes, overlap(a.Types, b.Types), "same_types")
	part(weightDays, max(0, 1-a.At.Sub(b.At).Abs().Hours()/24/DuplicateDays), "same_days")
	part(weightWords, words, "same_words")
	l.Score = total / weights
	if a.Contact != "" && a.Contact == b.Contact {
		l.Score = min(1, l.Score+bonusContact)
		l.Reasons = append(l.Reasons, "same_contact")
		l.Kind = SamePerson
		if words >= sameWordsFrom {
			l.Kind = SameMessage
		}
	}
	l.Score = math.Round(l.Score*100) / 100
	return l, l.Score >= likelyFrom
}

// overlap is how much of the types of both is common.
func overlap(a, b []string) float64 {
	common := 0
	for _, t := range a {
		if slices.Contains(b, t) {
			common++
		}
	}
	if common == 0 {
		return 0
	}
	return float64(common) / float64(len(a)+len(b)-common)
}

// bigrams counts the pairs of neighbouring letters and characters of a text.
func bigrams(text string) map[[2]rune]int {
	out := map[[2]rune]int{}
	var before rune
	for _, r := range strings.ToLower(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			before = 0
			continue
		}
		if before != 0 {
			out[[2]rune{before, r}]++
		}
		before = r
	}
	return out
}

// dice is twice the common pairs over all pairs.
func dice(a, b map[[2]rune]int) float64 {
	common, all := 0, 0
	for pair, n := range a {
		common += min(n, b[pair])
		all += n
	}
	for _, n := range b {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(common) / float64(all)
}
