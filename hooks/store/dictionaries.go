package store

// Dictionaries: the rows that deadlines are counted by.

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// Dictionaries reads the deadline rules and the calendar of working days.
type Dictionaries struct{ App core.App }

// Load returns the deadline rules and the calendar. A row that cannot be read is left out
// and logged: one bad row does not stop every case.
func (s Dictionaries) Load() ([]casework.DeadlineRule, casework.Calendar, error) {
	var none casework.Calendar
	rules, err := sound(s.App, "deadline_rules", casework.DeadlineRule.Countable)
	if err != nil {
		return nil, none, err
	}
	years, err := sound(s.App, "holidays", func(y casework.HolidayYear) error {
		_, err := casework.NewCalendar([]casework.HolidayYear{y})
		return err
	})
	if err != nil {
		return nil, none, err
	}
	calendar, err := casework.NewCalendar(years)
	return rules, calendar, err
}

// sound reads the rows of a collection that pass a check.
func sound[T any](app core.App, collection string, check func(T) error) ([]T, error) {
	rows, err := app.FindAllRecords(collection)
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		var v T
		err := Into(r, &v)
		if err == nil {
			err = check(v)
		}
		if err != nil {
			slog.Error("a row of a dictionary is left out", "collection", collection, "id", r.Id, "error", err)
			continue
		}
		out = append(out, v)
	}
	return out, nil
}

// CheckRule says what is wrong with a row of deadline_rules.
func CheckRule(r *core.Record) error {
	var rule casework.DeadlineRule
	if err := Into(r, &rule); err != nil {
		return err
	}
	return rule.Check()
}

// CheckYear says what is wrong with a row of holidays.
func CheckYear(r *core.Record) error {
	y := casework.HolidayYear{Year: r.GetInt("year")}
	in := json.NewDecoder(strings.NewReader(r.GetString("days")))
	in.DisallowUnknownFields()
	if err := in.Decode(&y.Days); err != nil {
		return fmt.Errorf("days: %w", err)
	}
	if y.Days == nil {
		return errors.New("days: want a list of date, kind and name")
	}
	return y.Check()
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
