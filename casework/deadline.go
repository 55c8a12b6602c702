// Deadlines: how many days the law gives for a step, and on which day they end.

package casework

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Unit says how the days of a deadline are counted.
type Unit string

const (
	NaturalDay Unit = "natural_day" // 自然日
	WorkingDay Unit = "working_day" // 工作日
)

// Steps that have a deadline.
const (
	StepAccept        = "accept"         // 受理: from receipt
	StepHandle        = "handle"         // 办理: from acceptance
	StepExtend        = "extend"         // 延期: at most, once
	StepObject        = "object"         // 异议: to a referral, from its receipt
	StepReviewRequest = "review_request" // 申请复查: from the reply
	StepReviewDecide  = "review_decide"  // 复查决定: from the request
	StepRecheck       = "recheck"        // 复查改正情况: from the order's service
)

// DeadlineRule is one row: so many days for a step, for cases of a jurisdiction and a
// source. Empty jurisdiction or source means any; the most specific row counts, the
// jurisdiction before the source.
type DeadlineRule struct {
	ID           string `json:"id,omitempty"`
	Jurisdiction string `json:"jurisdiction"` // division code
	Source       string `json:"source"`
	Step         string `json:"step"`
	Number       int    `json:"number"`
	Unit         Unit   `json:"unit"`
	Article      string `json:"article"` // the law that says so
}

var steps = []string{StepAccept, StepHandle, StepExtend, StepObject, StepReviewRequest, StepReviewDecide, StepRecheck}

// mostDays that a rule may give: ten years. Working days are counted one by one.
const mostDays = 3650

// longestArticle is how many characters may cite the law.
const longestArticle = 500

// Countable says what keeps a rule from being counted by.
func (r DeadlineRule) Countable() error {
	switch {
	case !slices.Contains(steps, r.Step):
		return fmt.Errorf("step: %q is none of %v", r.Step, steps)
	case r.Unit != NaturalDay && r.Unit != WorkingDay:
		return fmt.Errorf("unit: %q is neither %s nor %s", r.Unit, NaturalDay, WorkingDay)
	case r.Number < 1 || r.Number > mostDays:
		return fmt.Errorf("number: %d days: want 1 to %d", r.Number, mostDays)
	case r.Jurisdiction != "":
		_, _, err := Scope(r.Jurisdiction)
		return err
	}
	return nil
}

// Check says what is wrong with a rule that is about to be stored: a rule that cannot be
// counted by, a source that does not exist, a period that no article gives.
func (r DeadlineRule) Check() error {
	switch {
	case r.Source != "" && !known("source", r.Source):
		return fmt.Errorf("source: there is no %q", r.Source)
	case blank(r.Article):
		return errors.New("article: name the law or the rule that gives this period")
	case utf8.RuneCountInString(r.Article) > longestArticle:
		return fmt.Errorf("article: more than %d characters", longestArticle)
	}
	return r.Countable()
}

//go:embed deadlines.json
var deadlinesJSON []byte

// NationalRules returns the rules that hold where no row says otherwise.
func NationalRules() []DeadlineRule { return slices.Clone(nationalRules()) }

var nationalRules = sync.OnceValue(func() []DeadlineRule {
	var rules []DeadlineRule
	if err := json.Unmarshal(deadlinesJSON, &rules); err != nil {
		panic("casework: deadlines.json: " + err.Error()) // embedded: a test reads it first
	}
	return rules
})

// RuleFor finds the rule of a step for a case: among rows first, then the national ones.
func RuleFor(rows []DeadlineRule, c Case, step string) DeadlineRule {
	for _, list := range [][]DeadlineRule{rows, nationalRules()} {
		best, found := DeadlineRule{}, false
		for _, r := range list {
			if r.Step == step && r.fits(c) && (!found || r.rank() > best.rank()) {
				best, found = r, true
			}
		}
		if found {
			return best
		}
	}
	return DeadlineRule{Step: step}
}

func (r DeadlineRule) fits(c Case) bool {
	if r.Source != "" && r.Source != c.Source {
		return false
	}
	if r.Jurisdiction == "" {
		return true
	}
	from, to, err := Scope(r.Jurisdiction)
	return err == nil && InScope(c.DivisionCode, from, to)
}

// rank orders rules by how much they single out.
func (r DeadlineRule) rank() int {
	rank := 0
	if r.Source != "" {
		rank = 1
	}
	if r.Jurisdiction == "" {
		return rank
	}
	from, to, err := Scope(r.Jurisdiction)
	if err != nil {
		return rank
	}
	same := 0 // the longer the common head of the range, the smaller it is
	for same < len(from) && from[same] == to[same] {
		same++
	}
	return rank + 2*(same+1)
}

// Deadline is the last day of a period, both ways of counting; dates are YYYY-MM-DD in
// Asia/Shanghai. Provisional: a year is involved whose calendar is not published.
type Deadline struct {
	Strict      string // no roll-over: alarms go by it
	Legal       string // a last day that is not worked moves to the next working day
	Provisional bool
}

// Deadline counts from a date, which itself does not count. It fails if start is no date.
func (c Calendar) Deadline(start string, number int, unit Unit) (Deadline, error) {
	day, err := time.Parse(time.DateOnly, start)
	if err != nil {
		return Deadline{}, fmt.Errorf("deadline: start: %w", err)
	}
	var d Deadline
	if unit == NaturalDay {
		day = day.AddDate(0, 0, number)
	} else {
		for left := number; left > 0; {
			day = day.AddDate(0, 0, 1)
			d.Provisional = d.Provisional || !c.Published(day.Year())
			if c.Working(day) {
				left--
			}
		}
	}
	d.Strict = day.Format(time.DateOnly)
	legal, unsure := c.Roll(day)
	d.Legal, d.Provisional = legal.Format(time.DateOnly), d.Provisional || unsure
	return d, nil
}

// Roll moves a last day to the next working one and says whether a year is involved whose
// calendar is not published; once it is, the days of open cases are rolled again.
// 法定休假日: weekends count as well as holidays (民法典第二百零三条).
func (c Calendar) Roll(day time.Time) (last time.Time, provisional bool) {
	provisional = !c.Published(day.Year())
	for !c.Working(day) {
		day = day.AddDate(0, 0, 1)
		provisional = provisional || !c.Published(day.Year())
	}
	return day, provisional
}

// Again is the deadline of a case by the calendar as it is published now. A period of
// natural days ends where it ended, and its last day is rolled anew. One of working days is
// counted anew, if it is still the same rule that gave it: a new rule is for new periods.
func (c Calendar) Again(of Case, rules []DeadlineRule) Deadline {
	last, err := time.Parse(time.DateOnly, of.DueStrict)
	if err != nil {
		return Deadline{of.DueStrict, of.DueLegal, of.DueProvisional}
	}
	if step, start := of.counting(); step != "" {
		rule := RuleFor(rules, of, step)
		if rule.Unit == WorkingDay && c.counted(start, rule.Number, last) {
			if d, err := c.Deadline(start.Format(time.DateOnly), rule.Number, rule.Unit); err == nil {
				return d
			}
		}
	}
	legal, provisional := c.Roll(last)
	return Deadline{of.DueStrict, legal.Format(time.DateOnly), provisional}
}

// counting is the step whose period runs, and the day on which it began. After a reopening
// or an extension the case does not say it.
func (c Case) counting() (step string, start time.Time) {
	step, at := StepAccept, c.ReceivedAt
	if c.AcceptedAt != "" {
		step, at = StepHandle, c.AcceptedAt
	}
	start, err := time.Parse(time.DateOnly, dateOf(at))
	if err != nil || c.Round > 1 || c.Extended {
		return "", time.Time{}
	}
	return step, start
}

// counted says whether so many working days gave this last day at a time when the calendar
// ended with some year on the way.
func (c Calendar) counted(start time.Time, number int, last time.Time) bool {
	for year := start.Year(); year <= last.Year()+1; year++ {
		d, err := c.before(year).Deadline(start.Format(time.DateOnly), number, WorkingDay)
		if err == nil && d.Strict == last.Format(time.DateOnly) {
			return true
		}
	}
	return false
}

// Tick is a case as the clock and the calendar have it now: an open one's last day by what
// is published, and whether it is overdue or due soon.
func Tick(c Case, rules []DeadlineRule, cal Calendar, now time.Time) Case {
	if Process().State(c.Status).Open && c.DueStrict != "" {
		c.runs(cal.Again(c, rules))
	}
	c.Overdue, c.DueSoon = Clock(c, now)
	return c
}

// due is the deadline of a step of a case that starts on a date. A broken start gives none.
func (f Facts) due(c Case, step, start string) Deadline {
	rule := RuleFor(f.Rules, c, step)
	d, err := f.Calendar.Deadline(start, rule.Number, rule.Unit)
	if err != nil {
		return Deadline{}
	}
	return d
}

// runs puts a deadline on the case.
func (c *Case) runs(d Deadline) {
	c.DueStrict, c.DueLegal, c.DueProvisional = d.Strict, d.Legal, d.Provisional
}

// SoonDays before the end of a period the case is due soon.
const SoonDays = 3

// LastDay is the day by which a case is marked, YYYY-MM-DD: its due_strict, or the end of the
// plan of a stage-closed one. What is not open has none.
func LastDay(c Case) string {
	switch {
	case !Process().State(c.Status).Open:
		return ""
	case c.Status != StageClosed:
		return c.DueStrict
	}
	last := ""
	for _, step := range c.Plan {
		last = max(last, step.Due)
	}
	return last
}

// Clock says how a case stands to its last day at a time: overdue after it, due soon from
// three days before.
func Clock(c Case, now time.Time) (overdue, soon bool) {
	due := LastDay(c)
	if due == "" {
		return false, false
	}
	today := Date(now)
	if today > due {
		return true, false
	}
	return false, Date(now.AddDate(0, 0, SoonDays)) >= due
}
