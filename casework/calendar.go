// The calendar of working days: weekends, legal holidays and adjusted working weekends.

package casework

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// shanghai is where days begin and end: UTC+8, without summer time since 1991.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// stampLayout is how the server writes a time: UTC, sortable as text.
const stampLayout = "2006-01-02T15:04:05.000Z"

// Stamp writes a time as records hold it.
func Stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// Date is the day in Asia/Shanghai on which t lies, YYYY-MM-DD.
func Date(t time.Time) string { return t.In(shanghai).Format(time.DateOnly) }

// Kinds of a day that stands in the calendar.
const (
	DayOff     = "holiday" // 放假: a legal holiday, or a day off given with it
	DayWorkday = "workday" // 调休上班: a weekend day worked instead
)

// Holiday is one day that is not what its weekday says.
type Holiday struct {
	Date string `json:"date"`
	Kind string `json:"kind"` // DayOff, DayWorkday
	Name string `json:"name"`
}

// HolidayYear is one published year, one row of the collection holidays.
type HolidayYear struct {
	Year   int       `json:"year"`
	Source string    `json:"source,omitempty"` // the notice of the State Council
	Days   []Holiday `json:"days"`
}

// Calendar knows which days are worked. A year that is not in it is not yet published: its
// days are judged by the weekend alone and deadlines in it are provisional. The zero value
// is the calendar shipped with the package.
type Calendar struct {
	kinds map[string]string // date -> kind
	years map[int]bool      // published
}

//go:embed holidays.json
var holidaysJSON []byte

// Holidays returns the years shipped with the package.
func Holidays() []HolidayYear { return slices.Clone(shippedYears()) }

var shippedYears = sync.OnceValue(func() []HolidayYear {
	var years []HolidayYear
	if err := json.Unmarshal(holidaysJSON, &years); err != nil {
		panic("casework: holidays.json: " + err.Error()) // embedded: a test reads it first
	}
	return years
})

var shippedCalendar = sync.OnceValue(func() Calendar {
	c, err := NewCalendar(shippedYears())
	if err != nil {
		panic("casework: holidays.json: " + err.Error())
	}
	return c
})

// NewCalendar makes a calendar of the given years and of no others. It fails on a day that
// is no date, lies in another year or has an unknown kind, and on a year given twice.
func NewCalendar(years []HolidayYear) (Calendar, error) {
	c := Calendar{kinds: map[string]string{}, years: map[int]bool{}}
	for _, y := range years {
		if c.years[y.Year] {
			return Calendar{}, fmt.Errorf("holidays: year %d stands twice", y.Year)
		}
		c.years[y.Year] = true
		for _, day := range y.Days {
			at, err := time.Parse(time.DateOnly, day.Date)
			if err != nil || at.Year() != y.Year {
				return Calendar{}, fmt.Errorf("holidays: %q is no day of %d", day.Date, y.Year)
			}
			if day.Kind != DayOff && day.Kind != DayWorkday {
				return Calendar{}, fmt.Errorf("holidays: %s: unknown kind %q", day.Date, day.Kind)
			}
			c.kinds[day.Date] = day.Kind
		}
	}
	return c, nil
}

// Years that a calendar may have: the notices of the State Council begin in 2000.
const firstYear, lastYear = 2000, 2199

// longestHoliday of a holiday, in characters.
const longestHoliday = 50

// Check says what is wrong with a year that is about to be published: what no calendar
// takes, a year that nobody lives to see, a day that stands twice, an endless name.
func (y HolidayYear) Check() error {
	if y.Year < firstYear || y.Year > lastYear {
		return fmt.Errorf("holidays: year %d: want %d to %d", y.Year, firstYear, lastYear)
	}
	seen := map[string]bool{}
	for _, day := range y.Days {
		if seen[day.Date] {
			return fmt.Errorf("holidays: %s stands twice", day.Date)
		}
		seen[day.Date] = true
		if utf8.RuneCountInString(day.Name) > longestHoliday {
			return fmt.Errorf("holidays: %s: the name has more than %d characters", day.Date, longestHoliday)
		}
	}
	_, err := NewCalendar([]HolidayYear{y})
	return err
}

func (c Calendar) orShipped() Calendar {
	if c.kinds == nil {
		return shippedCalendar()
	}
	return c
}

// before is the calendar as it was when a year and those after it were not published.
func (c Calendar) before(year int) Calendar {
	c = c.orShipped()
	old := Calendar{kinds: map[string]string{}, years: map[int]bool{}}
	for y := range c.years {
		if y < year {
			old.years[y] = true
		}
	}
	for day, kind := range c.kinds {
		if day < fmt.Sprintf("%04d", year) {
			old.kinds[day] = kind
		}
	}
	return old
}

// Published says whether the year's holidays are known.
func (c Calendar) Published(year int) bool { return c.orShipped().years[year] }

// Working says whether a day is worked.
func (c Calendar) Working(day time.Time) bool {
	switch c.orShipped().kinds[day.Format(time.DateOnly)] {
	case DayOff:
		return false
	case DayWorkday:
		return true
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}
