// The calendar of working days: weekends, legal holidays and adjusted working weekends.

package casework

// Holiday is one row of the calendar. Kind is "holiday" (a legal holiday or a day off given
// for it, 放假) or "workday" (a weekend day worked instead, 调休上班).
type Holiday struct {
	Date string `json:"date"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Calendar knows which days are worked. A year without rows is not yet published: its days
// are judged by the weekend alone and deadlines in it are provisional. The zero value is
// the calendar shipped with the package.
type Calendar struct {
	days  map[string]string // date -> kind
	years map[int]bool      // published
}
