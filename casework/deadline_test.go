// Tests of deadlines: against a slow day-by-day oracle, and some days that are known.

package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xuncha/casework"
)

// oracle counts a deadline the slow way, with a list of days off of its own making: it walks
// day by day and never adds more than one.
type oracle struct{ off, worked, published []string }

func newOracle() oracle {
	var o oracle
	for _, y := range casework.Holidays() {
		o.published = append(o.published, time.Date(y.Year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"))
		for _, d := range y.Days {
			if d.Kind == "holiday" {
				o.off = append(o.off, d.Date)
			} else {
				o.worked = append(o.worked, d.Date)
			}
		}
	}
	return o
}

func (o oracle) works(day time.Time) bool {
	text := day.Format("2006-01-02")
	if slices.Contains(o.worked, text) {
		return true
	}
	weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
	return !weekend && !slices.Contains(o.off, text)
}

func (o oracle) deadline(day time.Time, number int, unit casework.Unit) casework.Deadline {
	var d casework.Deadline
	look := func() {
		if !slices.Contains(o.published, day.Format("2006")) {
			d.Provisional = true
		}
	}
	for counted := 0; counted < number; {
		day = day.Add(24 * time.Hour)
		if unit == casework.WorkingDay {
			look()
			if !o.works(day) {
				continue
			}
		}
		counted++
	}
	look()
	d.Strict = day.Format("2006-01-02")
	for !o.works(day) {
		day = day.Add(24 * time.Hour)
		look()
	}
	d.Legal = day.Format("2006-01-02")
	return d
}

func TestDeadlinesAgreeWithCountingDayByDay(t *testing.T) {
	o := newOracle()
	var c casework.Calendar
	for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= 2027; day = day.AddDate(0, 0, 1) {
		for _, number := range []int{0, 1, 2, 5, 15, 30, 60, 90} {
			for _, unit := range []casework.Unit{casework.NaturalDay, casework.WorkingDay} {
				start := day.Format("2006-01-02")
				got, err := c.Deadline(start, number, unit)
				if want := o.deadline(day, number, unit); err != nil || got != want {
					t.Fatalf("%s + %d %s: got %+v (%v), want %+v", start, number, unit, got, err, want)
				}
			}
		}
	}
}

func TestDeadlinesNeverComeEarlierForALaterStartOrMoreDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 1400).Draw(t, "day"))
		number := rapid.IntRange(0, 120).Draw(t, "number")
		unit := rapid.SampledFrom([]casework.Unit{casework.NaturalDay, casework.WorkingDay}).Draw(t, "unit")
		var c casework.Calendar
		at := func(day time.Time, n int) casework.Deadline {
			d, err := c.Deadline(day.Format("2006-01-02"), n, unit)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		d, later, more := at(start, number), at(start.AddDate(0, 0, 1), number), at(start, number+1)
		if d.Legal < d.Strict || later.Strict < d.Strict || later.Legal < d.Legal || more.Strict < d.Strict || more.Legal < d.Legal {
			t.Fatalf("%v, a day later %v, a day more %v", d, later, more)
		}
	})
}

func TestKnownDays(t *testing.T) {
	var c casework.Calendar
	for _, day := range []struct {
		sentence, start string
		number          int
		unit            casework.Unit
		want            casework.Deadline
	}{
		{"the first day is not counted", "2026-06-10", 1, casework.NaturalDay, casework.Deadline{Strict: "2026-06-11", Legal: "2026-06-11"}},
		{"a last day in the national holiday moves behind it", "2026-09-17", 15, casework.NaturalDay, casework.Deadline{Strict: "2026-10-02", Legal: "2026-10-08"}},
		{"a worked Saturday is a last day", "2026-09-10", 30, casework.NaturalDay, casework.Deadline{Strict: "2026-10-10", Legal: "2026-10-10"}},
		{"a worked Sunday counts as a working day", "2026-09-18", 1, casework.WorkingDay, casework.Deadline{Strict: "2026-09-20", Legal: "2026-09-20"}},
		{"the spring festival of 2026 is nine days", "2026-02-14", 1, casework.WorkingDay, casework.Deadline{Strict: "2026-02-24", Legal: "2026-02-24"}},
		{"2027 is not published", "2026-12-01", 60, casework.NaturalDay, casework.Deadline{Strict: "2027-01-30", Legal: "2027-02-01", Provisional: true}},
	} {
		t.Run(day.sentence, func(t *testing.T) {
			got, err := c.Deadline(day.start, day.number, day.unit)
			if err != nil || got != day.want {
				t.Errorf("got %+v (%v), want %+v", got, err, day.want)
			}
		})
	}
}

func TestDaysBeginAtMidnightInShanghai(t *testing.T) {
	equal(t, "before", casework.Date(time.Date(2026, 6, 10, 15, 59, 59, 0, time.UTC)), "2026-06-10")
	equal(t, "after", casework.Date(time.Date(2026, 6, 10, 16, 0, 0, 0, time.UTC)), "2026-06-11")
}

func TestEachPublishedYearHasItsLegalHolidays(t *testing.T) {
	legal := map[int]int{2024: 11, 2025: 13, 2026: 13} // 全国年节及纪念日放假办法; 13 since 2025
	for _, y := range casework.Holidays() {
		off, worked := 0, 0
		for _, d := range y.Days {
			day, err := time.Parse(time.DateOnly, d.Date)
			if err != nil {
				t.Fatal(err)
			}
			weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
			switch {
			case d.Kind == casework.DayWorkday && !weekend:
				t.Errorf("%s is a working day anyway", d.Date)
			case d.Kind == casework.DayWorkday:
				worked++
			case !weekend:
				off++
			}
		}
		// Days off on weekdays are the legal ones plus those worked for at a weekend, less
		// those that fall on a weekend without being made good: never more.
		if off > legal[y.Year]+worked || off == 0 {
			t.Errorf("%d: %d weekdays off, %d weekend days worked", y.Year, off, worked)
		}
	}
}

func TestACalendarRefusesWhatIsNoCalendar(t *testing.T) {
	day := func(date, kind string) []casework.HolidayYear {
		return []casework.HolidayYear{{Year: 2027, Days: []casework.Holiday{{Date: date, Kind: kind}}}}
	}
	for sentence, years := range map[string][]casework.HolidayYear{
		"a day of another year": day("2026-01-01", "holiday"),
		"no day at all":         day("2027-02-30", "holiday"),
		"an unknown kind":       day("2027-01-01", "party"),
		"a year twice":          {{Year: 2027}, {Year: 2027}},
	} {
		if _, err := casework.NewCalendar(years); err == nil {
			t.Errorf("%s is taken", sentence)
		}
	}
	c, err := casework.NewCalendar(append(casework.Holidays(), day("2027-01-01", "holiday")...))
	if err != nil || !c.Published(2027) || c.Working(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a new year is not taken: %v", err)
	}
}

// spring is the festival of 2027 as it might be published.
func spring(t *testing.T) casework.Calendar {
	t.Helper()
	year := casework.HolidayYear{Year: 2027, Days: []casework.Holiday{{Date: "2027-01-01", Kind: "holiday"}, {Date: "2027-02-20", Kind: "workday"}}}
	for day := 5; day <= 11; day++ {
		year.Days = append(year.Days, casework.Holiday{Date: fmt.Sprintf("2027-02-%02d", day), Kind: "holiday"})
	}
	c, err := casework.NewCalendar(append(casework.Holidays(), year))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAProvisionalDayBecomesFinal(t *testing.T) {
	rules := []casework.DeadlineRule{
		{Step: "accept", Number: 5, Unit: "working_day", Source: "web"}, {Step: "handle", Number: 20, Unit: "working_day", Source: "web"},
	}
	before, after := casework.Calendar{}, spring(t)
	for _, c := range []struct {
		sentence  string
		of        casework.Case
		start     string
		number    int
		unit      casework.Unit
		rules     []casework.DeadlineRule
		was, want casework.Deadline
	}{
		{
			"natural days end where they ended and are rolled",
			casework.Case{AcceptedAt: "2026-12-10T01:00:00.000Z"},
			"2026-12-10", 60, "natural_day", nil,
			casework.Deadline{Strict: "2027-02-08", Legal: "2027-02-08", Provisional: true},
			casework.Deadline{Strict: "2027-02-08", Legal: "2027-02-12"},
		},
		{
			"a last day that is worked stays",
			casework.Case{AcceptedAt: "2026-12-22T01:00:00.000Z"},
			"2026-12-22", 60, "natural_day", nil,
			casework.Deadline{Strict: "2027-02-20", Legal: "2027-02-22", Provisional: true},
			casework.Deadline{Strict: "2027-02-20", Legal: "2027-02-20"},
		},
		{
			"working days are counted again",
			casework.Case{ReceivedAt: "2026-12-29T01:00:00.000Z", Source: "web"},
			"2026-12-29", 5, "working_day", rules,
			casework.Deadline{Strict: "2027-01-05", Legal: "2027-01-05", Provisional: true},
			casework.Deadline{Strict: "2027-01-06", Legal: "2027-01-06"},
		},
		{
			"by the rule that gave them only",
			casework.Case{ReceivedAt: "2026-12-28T01:00:00.000Z", Source: "web"},
			"2026-12-28", 4, "working_day", rules,
			casework.Deadline{Strict: "2027-01-01", Legal: "2027-01-01", Provisional: true},
			casework.Deadline{Strict: "2027-01-01", Legal: "2027-01-04"},
		},
		{
			"an extended period is rolled",
			casework.Case{AcceptedAt: "2026-12-29T01:00:00.000Z", Source: "web", Extended: true},
			"2026-12-29", 38, "natural_day", rules,
			casework.Deadline{Strict: "2027-02-05", Legal: "2027-02-05", Provisional: true},
			casework.Deadline{Strict: "2027-02-05", Legal: "2027-02-12"},
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			was, err := before.Deadline(c.start, c.number, c.unit)
			if err != nil || was != c.was {
				t.Fatalf("it was %+v (%v), want %+v", was, err, c.was)
			}
			c.of.DueStrict, c.of.DueLegal, c.of.DueProvisional = was.Strict, was.Legal, was.Provisional
			equal(t, "unpublished", before.Again(c.of, c.rules), c.was)
			equal(t, "published", after.Again(c.of, c.rules), c.want)
		})
	}
}

func TestTheSameCalendarGivesTheSameDayAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 1400).Draw(t, "day"))
		rule := casework.DeadlineRule{Step: "handle", Number: rapid.IntRange(1, 120).Draw(t, "number"), Unit: rapid.SampledFrom([]casework.Unit{casework.NaturalDay, casework.WorkingDay}).Draw(t, "unit")}
		var c casework.Calendar
		d, err := c.Deadline(day.Format(time.DateOnly), rule.Number, rule.Unit)
		if err != nil {
			t.Fatal(err)
		}
		of := casework.Case{AcceptedAt: casework.Stamp(day), DueStrict: d.Strict, DueLegal: d.Legal, DueProvisional: d.Provisional}
		if got := c.Again(of, []casework.DeadlineRule{rule}); got != d {
			t.Fatalf("%+v, want %+v", got, d)
		}
	})
}

func TestTheClockLeavesWhatIsNotOpen(t *testing.T) {
	now := time.Date(2027, 2, 9, 4, 0, 0, 0, time.UTC)
	c := casework.Case{Status: casework.Closed, DueStrict: "2027-02-08", DueLegal: "2027-02-08", DueProvisional: true}
	if got := casework.Tick(c, nil, spring(t), now); got.DueLegal != "2027-02-08" || got.Overdue {
		t.Errorf("closed: %+v", got)
	}
	c.Status = casework.Accepted
	if got := casework.Tick(c, nil, spring(t), now); got.DueLegal != "2027-02-12" || got.DueProvisional || !got.Overdue {
		t.Errorf("open: %+v", got)
	}
}

func TestAYearIsCheckedBeforeItIsPublished(t *testing.T) {
	day := func(date string) casework.Holiday {
		return casework.Holiday{Date: date, Kind: "holiday", Name: "元旦"}
	}
	year := func(year int, days ...casework.Holiday) casework.HolidayYear {
		return casework.HolidayYear{Year: year, Days: days}
	}
	for sentence, y := range map[string]casework.HolidayYear{
		"a day that is none":       year(2027, day("2027-13-45")),
		"a day of another year":    year(2027, day("2028-01-01")),
		"a day that stands twice":  year(2027, day("2027-01-01"), day("2027-01-01")),
		"a year before all notice": year(1899),
		"a year far away":          year(20270),
		"an unknown kind":          year(2027, casework.Holiday{Date: "2027-01-01", Kind: "party"}),
		"an endless name":          year(2027, casework.Holiday{Date: "2027-01-01", Kind: "holiday", Name: strings.Repeat("元", 51)}),
	} {
		if y.Check() == nil {
			t.Errorf("%s is taken", sentence)
		}
	}
	for _, y := range append(casework.Holidays(), year(2027, day("2027-01-01"))) {
		if err := y.Check(); err != nil {
			t.Errorf("%d: %v", y.Year, err)
		}
	}
}

func TestARuleIsCheckedBeforeItIsStored(t *testing.T) {
	good := casework.DeadlineRule{Jurisdiction: "990101", Source: "web", Step: "accept", Number: 2, Unit: "working_day", Article: "甲县办理规程"}
	for sentence, spoil := range map[string]func(*casework.DeadlineRule){
		"no day":                  func(r *casework.DeadlineRule) { r.Number = 0 },
		"days before the start":   func(r *casework.DeadlineRule) { r.Number = -5 },
		"days without end":        func(r *casework.DeadlineRule) { r.Number = 20_000_000 },
		"an unknown unit":         func(r *casework.DeadlineRule) { r.Unit = "century" },
		"an unknown step":         func(r *casework.DeadlineRule) { r.Step = "zzz" },
		"an unknown source":       func(r *casework.DeadlineRule) { r.Source = "rumour" },
		"no division code":        func(r *casework.DeadlineRule) { r.Jurisdiction = "abc" },
		"no article":              func(r *casework.DeadlineRule) { r.Article = " " },
		"an article without end":  func(r *casework.DeadlineRule) { r.Article = strings.Repeat("条", 501) },
		"a step with blanks":      func(r *casework.DeadlineRule) { r.Step = " accept" },
		"a unit that is not said": func(r *casework.DeadlineRule) { r.Unit = "" },
	} {
		r := good
		if spoil(&r); r.Check() == nil {
			t.Errorf("%s is taken", sentence)
		}
	}
	for _, r := range append(casework.NationalRules(), good) {
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", r.Step, err)
		}
	}
}

func TestTheNationalRulesCiteTheirArticles(t *testing.T) {
	for _, r := range casework.NationalRules() {
		want := map[string]string{
			"accept": "第二十二条、第二十三条：", "handle": "第三十四条：", "extend": "第三十四条：", "object": "第二十三条：",
			"review_request": "第三十五条：", "review_decide": "第三十五条：", "recheck": "第十条：",
		}[r.Step]
		law := "信访工作条例（2022）"
		if r.Step == "recheck" {
			law = "环境保护主管部门实施按日连续处罚办法（2014）"
		}
		if !strings.HasPrefix(r.Article, law+want) {
			t.Errorf("%s: %s, want %s%s", r.Step, r.Article, law, want)
		}
	}
}

func TestTheMostSpecificRuleCounts(t *testing.T) {
	rule := func(jurisdiction, source string, number int) casework.DeadlineRule {
		return casework.DeadlineRule{Jurisdiction: jurisdiction, Source: source, Step: casework.StepHandle, Number: number, Unit: casework.NaturalDay}
	}
	rules := []casework.DeadlineRule{
		rule("", "hotline_12345", 50), rule("", "", 55), rule("990000", "", 45), rule("990100", "web", 40), rule("990100", "", 35), rule("990101", "", 30),
	}
	for _, c := range []struct {
		sentence, code, source string
		want                   int
	}{
		{"the county before the city", "990101", "web", 30},
		{"a town goes by its county", "990101003", "web", 30},
		{"the city with the source before the city", "990102", "web", 40},
		{"the city before the province", "990102", "letter", 35},
		{"the province before the source", "990201", "hotline_12345", 45},
		{"the source before the nation", "880101", "hotline_12345", 50},
		{"the house's own row before the nation's", "880101", "web", 55},
	} {
		got := casework.RuleFor(rules, casework.Case{DivisionCode: c.code, Source: c.source}, casework.StepHandle)
		equal(t, c.sentence, got.Number, c.want)
	}
}

func TestTheNationHoldsWhereNoRowFits(t *testing.T) {
	for step, want := range map[string]int{
		casework.StepAccept: 15, casework.StepHandle: 60, casework.StepExtend: 30, casework.StepObject: 5,
		casework.StepReviewRequest: 30, casework.StepReviewDecide: 30, casework.StepRecheck: 30,
	} {
		rule := casework.RuleFor([]casework.DeadlineRule{{Jurisdiction: "880000", Step: step, Number: 1}}, casework.Case{DivisionCode: "990101"}, step)
		equal(t, step, rule.Number, want)
	}
	equal(t, "a step that nobody knows", casework.RuleFor(nil, casework.Case{}, "sleep").Number, 0)
}

func TestALocalRuleTightensTheClock(t *testing.T) {
	rules := []casework.DeadlineRule{{Jurisdiction: "990101", Step: casework.StepAccept, Number: 2, Unit: casework.WorkingDay}}
	c, err := casework.Register(casework.Case{
		Source: "web", IdentityMode: "anonymous", TextLength: 5, Address: "东城路", DivisionCode: "990101",
		ReceivedAt: "2026-06-11T16:30:00.000Z", // half past midnight on Friday the 12th
	}, rules, casework.Calendar{})
	equal(t, "error", err, nil)
	equal(t, "due", c.DueStrict, "2026-06-16")
}

func TestTheClockOfACase(t *testing.T) {
	at := func(date string) time.Time {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	open := casework.Case{Status: casework.Assigned, DueStrict: "2026-06-20"}
	staged := casework.Case{Status: casework.StageClosed, DueStrict: "2026-06-20", Plan: []casework.Step{{Due: "2026-09-30"}, {Due: "2026-08-01"}}}
	short := casework.Case{Status: casework.StageClosed, DueStrict: "2026-12-31", Plan: []casework.Step{{Due: "2026-09-30"}}}
	for _, c := range []struct {
		sentence      string
		of            casework.Case
		today         string
		overdue, soon bool
	}{
		{"four days before it is quiet", open, "2026-06-16", false, false},
		{"three days before it is due soon", open, "2026-06-17", false, true},
		{"on the day it is due soon", open, "2026-06-20", false, true},
		{"the day after it is overdue", open, "2026-06-21", true, false},
		{"a stage-closed case goes by the last step of its plan", staged, "2026-09-30", false, true},
		{"and is overdue after it", staged, "2026-10-01", true, false},
		{"though the law would give it longer", short, "2026-10-01", true, false},
		{"a closed case has no clock", casework.Case{Status: casework.Closed, DueStrict: "2026-06-20"}, "2026-12-01", false, false},
		{"a case without a date has none", casework.Case{Status: casework.Assigned}, "2026-12-01", false, false},
	} {
		overdue, soon := casework.Clock(c.of, at(c.today))
		equal(t, c.sentence, [2]bool{overdue, soon}, [2]bool{c.overdue, c.soon})
	}
}

func TestWhatACaseMustHoldToBeRegistered(t *testing.T) {
	whole := casework.Case{Source: "letter", IdentityMode: "real_name", TextLength: 5, Address: "东城路", ReceivedAt: "2026-06-10T01:00:00.000Z"}
	for sentence, spoil := range map[string]func(*casework.Case){
		"a known source":       func(c *casework.Case) { c.Source = "pigeon" },
		"a known identity":     func(c *casework.Case) { c.IdentityMode = "" },
		"five characters":      func(c *casework.Case) { c.TextLength = 4 },
		"a place":              func(c *casework.Case) { c.Address = "" },
		"the time of receipt":  func(c *casework.Case) { c.ReceivedAt = "today" },
		"known pollution only": func(c *casework.Case) { c.PollutionTypes = []string{"smell"} },
	} {
		c := whole
		spoil(&c)
		if _, err := casework.Register(c, nil, casework.Calendar{}); err == nil {
			t.Errorf("registered without %s", sentence)
		}
	}
	c, err := casework.Register(whole, nil, casework.Calendar{})
	equal(t, "error", err, nil)
	equal(t, "state", c.Status, casework.Registered)
}

func TestAYearThatIsNotPublishedMakesWhatLiesBehindItProvisional(t *testing.T) {
	c, err := casework.NewCalendar([]casework.HolidayYear{{Year: 2026}, {Year: 2028}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Deadline("2026-12-30", 300, casework.WorkingDay)
	equal(t, "error", err, nil)
	equal(t, "ends in", d.Strict[:4], "2028")
	equal(t, "provisional", d.Provisional, true)
	d, err = c.Deadline("2028-12-29", 1, casework.NaturalDay)
	equal(t, "rolled over the year's end", d, casework.Deadline{Strict: "2028-12-30", Legal: "2029-01-01", Provisional: true})
	equal(t, "error", err, nil)
	if _, err := c.Deadline("30.12.2026", 1, casework.NaturalDay); err == nil {
		t.Error("a start that is no date is taken")
	}
}
