package notify

// Quiet hours (免打扰时段): at night only what is urgent.

import (
	"errors"
	"fmt"
	"time"
)

// shanghai has known no summer time since 1991: a fixed zone needs no zone file.
var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// Quiet are the hours of the day in Asia/Shanghai, From until before To, in which only
// urgent messages go out. From after To spans midnight; equal hours mean never quiet.
type Quiet struct{ From, To int }

// QuietNights are the hours when nobody has set others.
var QuietNights = Quiet{From: 22, To: 7}

// Holds tells whether t lies in the quiet hours.
func (q Quiet) Holds(t time.Time) bool {
	hour := t.In(shanghai).Hour()
	if q.From <= q.To {
		return hour >= q.From && hour < q.To
	}
	return hour >= q.From || hour < q.To
}

// After is the first time from t on that is not quiet; an urgent message goes at t.
func (q Quiet) After(t time.Time, urgent bool) time.Time {
	if urgent || !q.Holds(t) {
		return t
	}
	local := t.In(shanghai)
	end := time.Date(local.Year(), local.Month(), local.Day(), q.To, 0, 0, 0, shanghai)
	if !end.After(t) {
		end = end.AddDate(0, 0, 1)
	}
	return end.In(t.Location())
}

// ErrQuietHours: quiet hours that nobody understands.
var ErrQuietHours = errors.New("quiet hours")

// ParseQuiet reads a setting: "22-7" is from 22:00 until before 07:00, "off" never, and
// nothing at all QuietNights.
func ParseQuiet(text string) (Quiet, error) {
	switch text {
	case "":
		return QuietNights, nil
	case "off":
		return Quiet{}, nil
	}
	var q Quiet
	if _, err := fmt.Sscanf(text, "%d-%d", &q.From, &q.To); err != nil || text != q.String() ||
		q.From < 0 || q.From > 23 || q.To < 0 || q.To > 23 {
		return Quiet{}, fmt.Errorf("%w: %q; want for example 22-7, or off", ErrQuietHours, text)
	}
	return q, nil
}

// String is the setting that ParseQuiet reads.
func (q Quiet) String() string {
	if q.From == q.To {
		return "off"
	}
	return fmt.Sprintf("%d-%d", q.From, q.To)
}
