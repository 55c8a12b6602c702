package notify

// The table of what can be told: who hears it, in which words, how urgently.

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

//go:embed kinds.json
var kindsJSON []byte

// Urgencies of a kind.
const (
	Normal     = "normal" // waits for the morning
	UrgentCase = "case"   // urgent if the case is
	Urgent     = "urgent" // always passes the quiet hours
)

// What a newer message takes the place of.
const (
	CollapseCase = "case" // an older one about the same case or complaint
	CollapseKind = "kind" // an older one of the same kind, whatever the case: a digest
	CollapseOwn  = "own"  // an older one of the same kind about the same case
)

// Kind is one row of the table.
type Kind struct {
	Kind      string   `json:"kind"`
	Audience  Audience `json:"audience"`
	Urgency   string   `json:"urgency"`
	Mandatory bool     `json:"mandatory"` // cannot be muted
	Default   bool     `json:"default"`   // told to who has chosen nothing
	TTLHours  int      `json:"ttl_hours"` // after so many hours nobody needs it
	Collapse  string   `json:"collapse"`
	Digest    int      `json:"digest_minutes"` // collected up to the next full so many minutes of the day
	ZH        Sentence `json:"zh-CN"`
	EN        Sentence `json:"en"`
}

// Sentence is what a device shows; {number} stands for the number of the matter.
type Sentence struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

var kinds = readKinds()

func readKinds() []Kind {
	var out []Kind
	if err := json.Unmarshal(kindsJSON, &out); err != nil {
		panic(err) // embedded, and read by every test
	}
	return out
}

// Kinds returns the table.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindOf finds the row for a kind and an audience.
func KindOf(kind string, audience Audience) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Kind == kind && k.Audience == audience })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// English is the one language beside Chinese.
const English = "en"

// Text is what a device in this language shows for a matter's number.
func (k Kind) Text(language, number string) Sentence {
	s := k.ZH
	if language == English || strings.HasPrefix(language, English+"-") {
		s = k.EN
	}
	return Sentence{Title: s.Title, Body: strings.ReplaceAll(s.Body, "{number}", number)}
}

// urgent tells whether the kind passes the quiet hours.
func (k Kind) urgent(caseUrgent bool) bool {
	return k.Urgency == Urgent || k.Urgency == UrgentCase && caseUrgent
}

func (k Kind) collapseKey(number string) string {
	switch k.Collapse {
	case CollapseKind:
		return k.Kind
	case CollapseOwn:
		return k.Kind + ":" + number
	}
	return "case:" + number
}

// digest is when a message of this kind that happens now is due.
func (k Kind) digest(now time.Time) time.Time {
	if k.Digest == 0 {
		return now
	}
	window := time.Duration(k.Digest) * time.Minute
	return now.Truncate(window).Add(window)
}
