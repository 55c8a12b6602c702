package geo

// Divisions that claim the same ground: measured along lines of latitude.

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Overlap is ground that two divisions claim.
type Overlap struct {
	A     Named     `json:"a"`
	B     Named     `json:"b"`
	AreaM float64   `json:"area_m2"`
	At    orb.Point `json:"at"`  // where it is widest
	Day   string    `json:"day"` // on which both are in force; "" where no day is known
}

// Named is a division by code and name.
type Named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (o Overlap) String() string {
	day := ""
	if o.Day != "" {
		day = " on " + o.Day
	}
	return fmt.Sprintf("%s %s and %s %s overlap%s: %.2f km² near %.6f,%.6f", o.A.Code, o.A.Name, o.B.Code, o.B.Name, day, o.AreaM/1e6, o.At[0], o.At[1])
}

// What counts as an overlap. Neighbours that were drawn each for itself share slivers of a
// few metres along the border; those are a matter of accuracy, not of ownership.
const (
	lineStep   = 0.002   // degrees between two lines, some 220 m
	leastWidth = 5.0     // metres that both claim on a line
	leastArea  = 10_000. // square metres in all
)

// Overlaps finds the divisions that claim the same ground. It cuts every border with a line
// of latitude each 220 m, compares the stretches on it, which are exact in longitude, and
// adds up width times distance of the lines: what is smaller than a line's distance may go
// unseen, and a border that two share, vertex for vertex, is never an overlap.
func Overlaps(divisions []Division) []Overlap {
	lines := map[int][]stretch{}
	for i, d := range divisions {
		for _, polygon := range d.Border {
			cut(polygon, i, lines)
		}
	}
	found := map[[2]int]*Overlap{}
	widest := map[[2]int]float64{}
	for line, stretches := range lines {
		shared(stretches, func(a, b int, west, east float64) {
			lat := latitude(line)
			width := (east - west) * metresPerDegree * math.Cos(lat*math.Pi/180)
			if width < leastWidth {
				return
			}
			pair := [2]int{min(a, b), max(a, b)}
			if found[pair] == nil {
				da, db := divisions[pair[0]], divisions[pair[1]]
				found[pair] = &Overlap{A: Named{da.Code, da.Name}, B: Named{db.Code, db.Name}}
			}
			found[pair].AreaM += width * lineStep * metresPerDegree
			if width > widest[pair] {
				widest[pair], found[pair].At = width, orb.Point{(west + east) / 2, lat}
			}
		})
	}
	var out []Overlap
	for _, o := range found {
		if o.AreaM >= leastArea {
			out = append(out, *o)
		}
	}
	slices.SortFunc(out, func(x, y Overlap) int {
		return cmp.Or(cmp.Compare(x.A.Code, y.A.Code), cmp.Compare(x.B.Code, y.B.Code))
	})
	return out
}

// stretch is what one division owns of a line, between two crossings of its border.
type stretch struct {
	west, east float64
	owner      int
}

func latitude(line int) float64 { return (float64(line) + 0.5) * lineStep }

// cut adds the stretches of a polygon to the lines it meets. An edge is taken from south to
// north, so that neighbours find the very same crossing.
func cut(polygon orb.Polygon, owner int, lines map[int][]stretch) {
	meets := map[int][]float64{}
	for _, ring := range polygon {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if a[1] > b[1] {
				a, b = b, a
			}
			for line := int(math.Floor(a[1]/lineStep)) - 1; latitude(line) < b[1]; line++ {
				if lat := latitude(line); lat >= a[1] {
					meets[line] = append(meets[line], a[0]+(b[0]-a[0])*((lat-a[1])/(b[1]-a[1])))
				}
			}
		}
	}
	for line, at := range meets {
		slices.Sort(at)
		for i := 1; i < len(at); i += 2 {
			lines[line] = append(lines[line], stretch{at[i-1], at[i], owner})
		}
	}
}

// shared calls each for every two stretches of different owners that overlap.
func shared(stretches []stretch, each func(a, b int, west, east float64)) {
	slices.SortFunc(stretches, func(x, y stretch) int { return cmp.Or(cmp.Compare(x.west, y.west), cmp.Compare(x.owner, y.owner)) })
	var open []stretch
	for _, s := range stretches {
		open = slices.DeleteFunc(open, func(o stretch) bool { return o.east <= s.west })
		for _, o := range open {
			if o.owner != s.owner {
				each(o.owner, s.owner, s.west, min(o.east, s.east))
			}
		}
		open = append(open, s)
	}
}
