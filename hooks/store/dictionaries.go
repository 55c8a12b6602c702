package store

// Dictionaries: the rows that deadlines are counted by.

import (
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// Dictionaries reads the deadline rules and the calendar of working days.
type Dictionaries struct{ App core.App }

// Load returns the deadline rules and the calendar.
func (s Dictionaries) Load() ([]casework.DeadlineRule, casework.Calendar, error) {
	var none casework.Calendar
	rows, err := s.App.FindAllRecords("deadline_rules")
	if err != nil {
		return nil, none, err
	}
	rules, err := all[casework.DeadlineRule](rows)
	if err != nil {
		return nil, none, err
	}
	if rows, err = s.App.FindAllRecords("holidays"); err != nil {
		return nil, none, err
	}
	years, err := all[casework.HolidayYear](rows)
	if err != nil {
		return nil, none, err
	}
	calendar, err := casework.NewCalendar(years)
	return rules, calendar, err
}

// Furnish puts the national rules and the published calendar into an empty house.
func (s Dictionaries) Furnish() error {
	for _, part := range []struct {
		collection string
		rows       []any
	}{{"deadline_rules", anys(casework.NationalRules())}, {"holidays", anys(casework.Holidays())}} {
		n, err := s.App.CountRecords(part.collection)
		if err != nil {
			return err
		}
		if n > 0 {
			continue // the house has its own
		}
		for _, row := range part.rows {
			if err := s.add(part.collection, row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s Dictionaries) add(collection string, row any) error {
	r, err := newRecord(s.App, collection, "")
	if err != nil {
		return err
	}
	if err := Load(r, row); err != nil {
		return err
	}
	if collection == "deadline_rules" {
		r.Id = core.GenerateDefaultRandomId() // the shipped rows have names, not ids
	}
	return s.App.Save(r)
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
