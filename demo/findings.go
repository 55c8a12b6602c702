package demo

// What officers find: one thing, and all that follows from it. Statement, order, failure,
// plan and answer of a case come from one finding, so that they speak of one matter.

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

const findingsFile = "findings.txt"

// finding is one scene of a matter as words/findings.txt tells it.
type finding struct {
	line
	matter   string
	clear    bool // nothing was wrong
	outcomes []string
	says     []string // what the unit said
	items    []string // of the order
	fail     string   // why the first item did not pass
	plan     string   // of a stage
	done     string   // what was put right
	spot     string   // what was put right at once; "" if nothing can be
	basis    string   // the law, where it is not that of the matter
}

var findings = sync.OnceValue(func() map[string][]*finding {
	data, err := wordFiles.ReadFile("words/" + findingsFile)
	if err != nil {
		panic("demo: " + err.Error())
	}
	out, err := readFindings(string(data))
	if err != nil {
		panic("demo: " + err.Error()) // embedded: a test reads them first
	}
	return out
})

func readFindings(text string) (map[string][]*finding, error) {
	out, matter := map[string][]*finding{}, ""
	for text := range strings.Lines(text) {
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			continue
		}
		if text[0] == '[' {
			matter = strings.Trim(text, "[]")
			continue
		}
		key, value, _ := strings.Cut(text, " ")
		if key == "find" || key == "clear" {
			out[matter] = append(out[matter], &finding{line: readLine(value), matter: matter, clear: key == "clear"})
			continue
		}
		list := out[matter]
		if len(list) == 0 {
			return nil, fmt.Errorf("%q belongs to no finding", text)
		}
		if err := list[len(list)-1].set(key, value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f *finding) set(key, value string) error {
	into := map[string]*string{"fail": &f.fail, "plan": &f.plan, "done": &f.done, "spot": &f.spot, "basis": &f.basis}[key]
	switch {
	case into != nil:
		*into = value
	case key == "says":
		f.says = append(f.says, value)
	case key == "item":
		f.items = append(f.items, value)
	case key == "outcome":
		f.outcomes = strings.Split(value, ",")
	default:
		return fmt.Errorf("a finding has no %q", key)
	}
	return nil
}

// has says whether officers can find something at a unit, or nothing, by day or at night.
func (s *site) findings(hours string, admits func(*finding) bool) []*finding {
	var out []*finding
	for _, f := range findings()[s.matter.name] {
		if f.fits(tagged(s.matter.name, s.kind, hours)) && admits(f) {
			out = append(out, f)
		}
	}
	return out
}

func wrong(f *finding) bool      { return !f.clear }
func nothing(f *finding) bool    { return f.clear }
func corrigible(f *finding) bool { return f.spot != "" }

// period is by day or at night, as the noise limits have it: from 22 to 6 o'clock.
func period(at time.Time) string {
	if h := at.In(shanghai).Hour(); h >= 22 || h < 6 {
		return "night"
	}
	return "day"
}

// limitOf a noise in decibel: GB 12523 for building sites, GB 3096 class 4a beside roads,
// else class 2 of GB 12348 and GB 22337.
func limitOf(matter, hours string) float64 {
	limits := [2]float64{60, 50}
	if matter == "site" || matter == "traffic" {
		limits = [2]float64{70, 55}
	}
	if hours == "night" {
		return limits[1]
	}
	return limits[0]
}

// discover decides what the officers see: in a second round the same as in the first. It
// falls back to nothing where a unit of this kind does nothing wrong.
func (l *Life) discover(at time.Time) {
	hours, admits := period(at), wrong
	switch l.plan.course {
	case unfounded:
		admits = nothing
	case spot:
		admits = corrigible
	}
	if l.found != nil && admits(l.found) && l.found.fits(tagged(l.site.matter.name, l.site.kind, hours)) {
		return
	}
	list := l.site.findings(hours, admits)
	if len(list) == 0 && l.plan.course == spot {
		l.plan.course = ordered
		list = l.site.findings(hours, wrong)
	}
	if len(list) == 0 {
		l.plan.course = unfounded
		list = l.site.findings(hours, nothing)
	}
	l.found = pick(l.r, list)
}

// measured is a level above the limit where something was wrong, else below; 0 where the
// finding speaks of none.
func (l *Life) measured(at time.Time) float64 {
	if !strings.Contains(l.found.text, "{db}") {
		return 0
	}
	by := 1.2 + l.r.Float64()*l.r.Float64()*14
	if l.found.clear {
		by = -1.5 - l.r.Float64()*8
	}
	return math.Round((limitOf(l.found.matter, period(at))+by)*10) / 10
}

// told are the words that the finding gives to a text.
func (l *Life) told() given {
	known := l.words(true)
	if f := l.found; f != nil {
		known["found"], known["done"], known["spot"] = l.foundText, f.done, f.spot
	}
	return known
}

// outcomeOf what was found, in the words of the process.
func (l *Life) outcomeOf() string {
	if l.found.clear {
		return "unsubstantiated"
	}
	if len(l.found.outcomes) > 0 {
		return pick(l.r, l.found.outcomes)
	}
	return weighed(l.r, []share[string]{{"substantiated", 0.5}, {"mostly", 0.25}, {"partly", 0.25}})
}

// canBeWrong says whether officers can find something at the unit, by day and at night.
func (s *site) canBeWrong() bool {
	return !slices.ContainsFunc([]string{"day", "night"}, func(hours string) bool { return len(s.findings(hours, wrong)) == 0 })
}
