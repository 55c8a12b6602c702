package store

import (
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// Dictionaries are the rows that deadlines are counted by.
type Dictionaries struct{ App core.App }

// Load returns the deadline rules and the calendar of working days.
func (s Dictionaries) Load() ([]casework.DeadlineRule, casework.Calendar, error) {
	records, err := s.App.FindAllRecords("deadline_rules")
	if err != nil {
		return nil, casework.Calendar{}, err
	}
	rules, err := all[casework.DeadlineRule](records)
	return rules, casework.Calendar{}, err
}
