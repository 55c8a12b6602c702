package route

// The cases on a demo's page: their numbers, what is urgent, and a list.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuncha/casework"
	"xuncha/hooks/store"
)

// tile is a number of cases that leads to their list.
type tile struct {
	Code, Word, Link string
	Cases            int
	Current          bool
}

// homeCase is one case of a list.
type homeCase struct {
	Title, Status, Word string
	Facts, Due          []string
	Overdue, DueSoon    bool
}

const (
	firstCases = 5   // that are late or due soon
	homeCases  = 20  // on the page in all
	listCases  = 100 // of one state
)

// fill reads what stands on the page; its status is a state, "overdue", "due_soon" or nothing.
func (p *homePage) fill(front store.Front, now time.Time) error {
	counts, err := front.Standings()
	if err != nil {
		return err
	}
	p.count(counts)
	places, err := front.Divisions()
	if err != nil {
		return err
	}
	if p.status != "" {
		return p.filter(front, places, now)
	}
	first, err := front.Flagged(listCases, "overdue", "due_soon")
	if err != nil {
		return err
	}
	slices.SortStableFunc(first, pressing)
	first = first[:min(firstCases, len(first))]
	shown := map[string]bool{}
	for _, c := range first {
		shown[c.ID] = true
		p.First = append(p.First, p.line(c, places, now))
	}
	if p.Overdue > len(first) {
		p.MoreOverdue = p.link("/", p.asked, "overdue")
	}
	list, err := front.Newest(homeCases)
	for _, c := range list {
		if !shown[c.ID] && len(p.Cases) < homeCases-len(first) {
			p.Cases = append(p.Cases, p.line(c, places, now))
		}
	}
	p.Listed, p.Total = p.T["newest"], len(p.Cases)
	return err
}

// pressing puts what is late first, a term of the law before a plan, then the earlier day.
func pressing(a, b casework.Case) int {
	rank := func(c casework.Case) int {
		switch {
		case c.Overdue && c.Status != casework.StageClosed:
			return 0
		case c.Overdue:
			return 1
		case c.DueSoon:
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(runsOut(a), runsOut(b)))
}

// runsOut is the day of a case's clock; that of what is closed for a stage is its plan's.
func runsOut(c casework.Case) string {
	if c.Status != casework.StageClosed {
		return c.DueStrict
	}
	day := ""
	for _, step := range c.Plan {
		day = max(day, step.Due)
	}
	return day
}

// filter lists the cases that a tile leads to.
func (p *homePage) filter(front store.Front, places map[string]string, now time.Time) error {
	p.Filtered = true
	for _, t := range p.Tiles {
		if t.Current {
			p.Listed, p.Total = t.Word, t.Cases
		}
	}
	read := func() ([]casework.Case, error) { return front.InState(casework.Status(p.status), listCases) }
	if p.status == "overdue" || p.status == "due_soon" {
		read = func() ([]casework.Case, error) { return front.Flagged(listCases, p.status) }
	}
	list, err := read()
	slices.SortStableFunc(list, pressing)
	for _, c := range list {
		p.Cases = append(p.Cases, p.line(c, places, now))
	}
	return err
}

// count makes the tiles: what presses, then the open states in the order of the process.
func (p *homePage) count(counts []store.Standing) {
	cases := map[casework.Status]int{}
	for _, c := range counts {
		cases[c.Status] = c.Cases
		p.Overdue += c.Overdue
		p.Soon += c.Soon
	}
	add := func(code, word string, n int) {
		if n == 0 && code != p.status {
			return
		}
		p.Tiles = append(p.Tiles, tile{code, word, p.link("/", p.asked, code) + "#cases", n, code == p.status})
	}
	add("overdue", p.T["overdue"], p.Overdue)
	add("due_soon", p.T["due_soon"], p.Soon)
	for _, state := range casework.Process().States {
		if state.Open {
			p.Open += cases[state.Code]
			add(string(state.Code), p.word(state.Code), cases[state.Code])
		}
	}
}

func (f frame) word(s casework.Status) string {
	state := casework.Process().State(s)
	if f.Lang == "en" {
		return state.EN
	}
	return state.ZH
}

// line is a case in words. A fact that is not known is left out.
func (f frame) line(c casework.Case, places map[string]string, now time.Time) homeCase {
	types := make([]string, len(c.PollutionTypes))
	for i, code := range c.PollutionTypes {
		types[i] = f.inWords("pollution_type", code)
	}
	what := strings.Join(types, f.T["comma"])
	title, _, _ := strings.Cut(c.Title, "：")
	facts := []string{c.Number, what, placeOf(c, places), f.dayOf(c.ReceivedAt, now)}
	if title = strings.TrimSpace(title); title == "" {
		title, facts[1] = what, ""
	}
	if title == "" {
		title, facts[0] = c.Number, ""
	}
	return homeCase{
		Title: title, Status: string(c.Status), Word: f.word(c.Status), Facts: known(facts),
		Due: known(f.due(c, now)), Overdue: c.Overdue, DueSoon: c.DueSoon,
	}
}

// placeOf is the division's name, or its county's.
func placeOf(c casework.Case, places map[string]string) string {
	if name := places[c.DivisionCode]; name != "" || len(c.DivisionCode) < 6 {
		return name
	}
	return places[c.DivisionCode[:6]]
}

func known(facts []string) []string {
	var out []string
	for _, fact := range facts {
		if strings.TrimSpace(fact) != "" {
			out = append(out, fact)
		}
	}
	return out
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// dayOf writes a time of the server as people here write it: 今天 09:30, 11月23日 09:30.
func (f frame) dayOf(stamp string, now time.Time) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	at = at.In(shanghai)
	if casework.Date(at) == casework.Date(now) {
		return f.T["today"] + " " + at.Format("15:04")
	}
	return f.day(at, now) + at.Format(" 15:04")
}

// day names the year where it is not this one.
func (f frame) day(at, now time.Time) string {
	if at.Year() != now.In(shanghai).Year() {
		return at.Format(f.T["day_of_year"])
	}
	return at.Format(f.T["day"])
}

// due is "剩 3 天" and "法定 12月12日", or the day of a plan.
func (f frame) due(c casework.Case, now time.Time) []string {
	if !casework.Process().State(c.Status).Open {
		return nil
	}
	named, word := c.DueLegal, f.T["by_law"]
	if c.Status == casework.StageClosed {
		named, word = runsOut(c), f.T["by_plan"]
	}
	due, err1 := time.Parse(time.DateOnly, runsOut(c))
	today, err2 := time.Parse(time.DateOnly, casework.Date(now))
	if err1 != nil || err2 != nil {
		return nil
	}
	left := []string{f.inDays(int(due.Sub(today).Hours() / 24))}
	if at, err := time.Parse(time.DateOnly, named); err == nil {
		left = append(left, word+f.day(at, now))
	}
	return left
}

func (f frame) inDays(n int) string {
	switch {
	case n == 0:
		return f.T["due_today"]
	case n == 1:
		return f.T["day_left"]
	case n == -1:
		return f.T["day_late"]
	case n < 0:
		return fmt.Sprintf(f.T["days_late"], -n)
	}
	return fmt.Sprintf(f.T["days_left"], n)
}
