package intake

// What a complaint must hold before it is registered. All mistakes are found at once, so
// that a form can show them side by side.

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"xuncha/casework"
	"xuncha/geo"
)

// Limits, in characters unless said otherwise.
const (
	MinText       = 5
	MaxText       = 10_000
	MaxAddress    = 200
	MaxRespondent = 100
	MaxName       = 50
	MaxPhone      = 32
	MaxEmail      = 254
	MaxIDNumber   = 32
	MaxSystem     = 64
	MaxExternal   = 128
	MaxTypes      = 10      // pollution types
	MaxAccuracy   = 100_000 // metres
	maxAhead      = 24 * time.Hour
	MaxRatingText = 2_000
	MaxReason     = 500
)

// Complaint is a checked complaint: cleaned, with its position in WGS-84.
type Complaint struct {
	Text           string
	Source         string
	PollutionTypes []string
	OccurredAt     string
	Location       *casework.Position // WGS-84; nil: only an address is known
	LocationRaw    *Point             // as it was sent
	Address        string
	RespondentName string
	ExternalID     ExternalID // zero: none
	IdentityMode   string
	Contact        Contact
	Language       string
	DivisionCode   string
}

// Asker says who sends a complaint and when.
type Asker struct {
	Staff bool // signed in as intake or dispatcher
	Now   time.Time
}

// Check cleans a body and finds its mistakes.
func Check(b Body, who Asker) (Complaint, Mistakes) {
	c := checker{who: who}
	out := Complaint{
		Text:           c.text("text", b.Text, MaxText),
		Address:        c.line("address", b.Address, MaxAddress),
		RespondentName: c.line("respondent_name", b.RespondentName, MaxRespondent),
		Source:         c.source(b.Source),
		PollutionTypes: c.types(b.PollutionTypes),
		OccurredAt:     c.time("occurred_at", b.OccurredAt),
		ExternalID:     c.external(b.ExternalID),
		Language:       c.language(b.Language),
		DivisionCode:   c.division(b.DivisionCode),
		LocationRaw:    b.Location,
	}
	if n := Characters(out.Text); n < MinText {
		c.add("text_too_short", "text", MinText, "the text has %d characters, at least %d", n, MinText)
	}
	out.Location = c.position("location", b.Location)
	if b.Location == nil && out.Address == "" {
		c.add("place_missing", "location", 0, "neither a position nor an address is given")
	}
	out.Contact = c.contact(b.Contact)
	out.IdentityMode = c.identity(b.IdentityMode, out.Contact)
	return out, c.found
}

// Characters counts the characters of a text.
func Characters(s string) int { return utf8.RuneCountInString(s) }

type checker struct {
	who   Asker
	found Mistakes
}

func (c *checker) add(code, field string, limit int, format string, args ...any) {
	c.found = append(c.found, mistake(code, field, limit, format, args...)...)
}

// text keeps line breaks and drops other control characters.
func (c *checker) text(field, s string, limit int) string {
	s = strings.TrimSpace(strings.Map(printable, strings.ReplaceAll(s, "\r\n", "\n")))
	if n := Characters(s); n > limit {
		c.add("too_long", field, limit, "%s has %d characters, at most %d", field, n, limit)
	}
	return s
}

// line is a text in one line.
func (c *checker) line(field, s string, limit int) string {
	return c.text(field, strings.Join(strings.Fields(s), " "), limit)
}

func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' {
		return -1
	}
	return r
}

func (c *checker) source(s string) string {
	if s == "" && !c.who.Staff {
		return "web"
	}
	if _, ok := casework.Process().Word("source", s); !ok {
		c.add("source_unknown", "source", 0, "there is no source %q", cut(s))
	}
	if !c.who.Staff && slices.Contains(official, s) {
		c.add("source_reserved", "source", 0, "a complaint with the source %q is registered by intake staff", s)
	}
	return s
}

// official are sources that only the house itself can vouch for; phone_12369 is history.
var official = []string{"leader_instruction", "superior_referral", "inspection_team", "phone_12369"}

func (c *checker) types(list []string) []string {
	if len(list) > MaxTypes {
		c.add("too_many", "pollution_types", MaxTypes, "%d pollution types, at most %d", len(list), MaxTypes)
		return nil
	}
	out := make([]string, 0, len(list))
	seen := map[string]bool{}
	for _, t := range list {
		if _, ok := casework.Process().Word("pollution_type", t); !ok {
			c.add("pollution_type_unknown", "pollution_types", 0, "there is no pollution type %q", cut(t))
		}
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

func (c *checker) time(field, s string) string {
	if s == "" {
		return ""
	}
	t, err := time.Parse(time.RFC3339, s)
	switch {
	case err != nil:
		c.add("time_invalid", field, 0, "%s is no RFC 3339 time", field)
	case t.After(c.who.Now.Add(maxAhead)):
		c.add("time_ahead", field, 0, "%s lies in the future", field)
	}
	return s
}

// Public stands before the system that a member of the public names: he can neither take an
// id of a system that is not his, nor learn what came under one.
const Public = "public:"

func (c *checker) external(e *ExternalID) ExternalID {
	if e == nil || *e == (ExternalID{}) {
		return ExternalID{}
	}
	out := ExternalID{
		System: c.line("external_id.system", e.System, MaxSystem), ID: c.line("external_id.id", e.ID, MaxExternal),
	}
	if out.System == "" || out.ID == "" {
		c.add("external_id_invalid", "external_id", 0, "an external id has a system and an id")
	}
	switch {
	case !c.who.Staff:
		out.System = Public + out.System
	case strings.HasPrefix(out.System, Public):
		c.add("external_id_invalid", "external_id", 0, "a system whose name begins with %s is the public's", Public)
	}
	return out
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func (c *checker) language(s string) string {
	if s == "" {
		return "zh-CN"
	}
	if !languageTag.MatchString(s) {
		c.add("language_invalid", "language", 0, "%q is no language tag", cut(s))
	}
	return s
}

// division: whose a complaint is, is for staff to say; from others it goes by the place.
func (c *checker) division(s string) string {
	if s == "" {
		return ""
	}
	if !c.who.Staff {
		c.add("field_locked", "division_code", 0, "division_code is set by intake staff")
		return ""
	}
	if _, _, err := casework.Scope(s); err != nil || len(s) > 12 {
		c.add("division_invalid", "division_code", 0, "%q is no division code", cut(s))
	}
	return s
}

// position converts to WGS-84. The datum is declared, never guessed.
func (c *checker) position(field string, p *Point) *casework.Position {
	if p == nil {
		return nil
	}
	if p.Lon == nil || p.Lat == nil {
		c.add("coordinates_missing", field, 0, "%s needs lon and lat", field)
		return nil
	}
	if math.IsNaN(p.AccuracyM) || p.AccuracyM < 0 || p.AccuracyM > MaxAccuracy {
		c.add("accuracy_invalid", field, MaxAccuracy, "accuracy_m lies between 0 and %d metres", MaxAccuracy)
	}
	at, err := geo.ToWGS84(orb.Point{*p.Lon, *p.Lat}, geo.CRS(p.CRS))
	if err != nil {
		c.add(codeOf(err), field, 0, "%s: %v", field, err)
		return nil
	}
	return &casework.Position{Lon: at.Lon(), Lat: at.Lat(), AccuracyM: p.AccuracyM, CRS: string(geo.WGS84)}
}

// codeOf is the code of geo's refusal.
func codeOf(err error) string {
	var refusal geo.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code()
	}
	return "coordinates_invalid"
}

// cut shortens what is quoted back.
func cut(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
