package dispatch

// The numbers by which is judged: all of them stand here.

import "math"

const (
	// Detour is how much longer a road is than the great circle. An assumption: between 1.2
	// and 1.4 in most cities.
	Detour = 1.3
	// Speed is the mean of a drive with its lights and its parking, in metres a minute. An
	// assumption: 30 km/h.
	Speed = 500.0
)

// Parts are what a score is made of. As weights they say how many minutes of driving each is
// worth, never less than nothing; the score is their plain sum, and the least is the best.
type Parts struct {
	Travel float64 `json:"travel"` // for each minute more on the road
	Wait   float64 `json:"wait"`   // for each minute until somebody is at an urgent case
	Load   float64 `json:"load"`   // for each open case
	Late   float64 `json:"late"`   // for each day by which the case, or one that comes after it, misses its margin
	Stale  float64 `json:"stale"`  // for each hour of the position's age
}

// sum in thousandths of a minute. It is that of the parts as they are shown.
func (p Parts) sum() int64 {
	return milli(p.Travel) + milli(p.Wait) + milli(p.Load) + milli(p.Late) + milli(p.Stale)
}

// shown are the parts in whole thousandths.
func (p Parts) shown() Parts {
	return Parts{minutes(milli(p.Travel)), minutes(milli(p.Wait)), minutes(milli(p.Load)), minutes(milli(p.Late)), minutes(milli(p.Stale))}
}

// milli is a cost in thousandths of a minute: sums of whole numbers are the same in any order.
func milli(minutes float64) int64 { return int64(math.Round(minutes * 1000)) }

func minutes(milli int64) float64 { return float64(milli) / 1000 }

// Rules are the settings of a suggestion.
type Rules struct {
	Weights      Parts
	Offered      int      // candidates that are named
	MaxLoad      int      // open cases; who has as many gets no other
	MaxNew       int      // cases that an inspector gets in one proposal
	FreshSeconds float64  // age up to which a position counts; without one it is taken to be as old
	Margin       int      // days before its last one by which a case should be done
	VisitMinutes float64  // of a stop that does not say
	DayBegins    int      // of work, in minutes after midnight in Asia/Shanghai
	DayEnds      int      // in minutes after midnight
	Workdays     []string // from today on, YYYY-MM-DD, in order; beyond them every day is one
}

// Default rules: half past eight to half past five.
func Default() Rules {
	return Rules{
		Weights: Parts{
			Travel: 1,
			Wait:   0.5,
			Load:   5,
			Late:   240,
			Stale:  10,
		},
		Offered:      3,
		MaxLoad:      40,
		MaxNew:       3,
		FreshSeconds: 30 * 60,
		Margin:       1,
		VisitMinutes: 60,
		DayBegins:    8*60 + 30,
		DayEnds:      17*60 + 30,
	}
}

// room is how many new cases an inspector may get.
func (r Rules) room(in *Inspector) int { return max(0, min(r.MaxNew, r.MaxLoad-in.Load)) }
