package dispatch

// The order of a day, for whoever drives it.

import (
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"
)

// Trip is what is to be driven.
type Trip struct {
	Start orb.Point // WGS-84
	End   orb.Point // the zero point is none: the day ends at its last stop
	Stops []Stop    // in any order
}

// Day is a trip in its order: the urgent stops first, then the rest, each by the shortest
// way that was found, within a per cent of the shortest there is in the mean.
type Day struct {
	Visits         []Visit  `json:"visits"`
	Metres         float64  `json:"metres"`          // great circles
	DrivingMinutes float64  `json:"driving_minutes"` // on roads, as assumed by Detour and Speed
	Unplaced       []string `json:"unplaced"`        // stops without a position: in no order
}

// Visit is a stop in its place.
type Visit struct {
	ID            string  `json:"id"`
	Metres        float64 `json:"metres"`         // great circle from the one before
	ArriveMinutes float64 `json:"arrive_minutes"` // of work from now
	Day           string  `json:"day"`            // on which it will be done, YYYY-MM-DD
	Late          bool    `json:"late"`           // that is after its last day
}

// Route orders a day. Its time grows with the square of the stops: 13 take some microseconds,
// 200 some milliseconds. The error is ErrPlace or ErrDay.
func Route(trip Trip, r Rules, now time.Time) (Day, error) {
	p, err := newPlanner(r, now)
	if err != nil {
		return Day{}, err
	}
	if !placed(trip.Start) || trip.End != (orb.Point{}) && !placed(trip.End) {
		return Day{}, ErrPlace
	}
	for _, s := range trip.Stops {
		if _, err := dueOn(s.Due); err != nil {
			return Day{}, fmt.Errorf("stop %s: %w", s.ID, err)
		}
	}
	d := p.lay(trip.Start, trip.End, trip.Stops)
	out := Day{Visits: []Visit{}, Metres: d.metres, DrivingMinutes: driving(d.metres), Unplaced: d.unplaced}
	for i, v := range d.visits {
		on := p.day(v.done)
		out.Visits = append(out.Visits, Visit{v.id, math.Round(d.legs[i]), tenths(v.done - v.minutes), dateOf(on), on > v.due})
	}
	return out, nil
}
