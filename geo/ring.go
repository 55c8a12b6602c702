package geo

// Rings as files really hold them: what is wrong with one, and what can be mended.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// Fault is one thing that is wrong with a ring.
type Fault struct {
	Feature int       `json:"feature"` // from 0
	Code    string    `json:"code"`    // division code of the feature
	Name    string    `json:"name"`
	Ring    string    `json:"ring"` // polygon.ring, from 0.0; "" for the whole feature
	Kind    string    `json:"kind"`
	At      orb.Point `json:"at"`
	Detail  string    `json:"detail"`
	Mended  bool      `json:"mended"`
	LeftOut bool      `json:"left_out"`
}

func (f Fault) String() string {
	end := ""
	if f.Mended {
		end = " (mended)"
	}
	if f.LeftOut {
		end = " (left out)"
	}
	where := strings.TrimRight(fmt.Sprintf("feature %d %s %s", f.Feature, f.Code, f.Name), " ")
	if f.Ring == "" {
		return fmt.Sprintf("%s: %s %s%s", where, f.Kind, f.Detail, end)
	}
	return fmt.Sprintf("%s, ring %s: %s at %.6f,%.6f %s%s", where, f.Ring, f.Kind, f.At[0], f.At[1], f.Detail, end)
}

// Kinds of faults, stable. The first four can be mended without a doubt. A position may also
// have the code of its Refusal: coordinates_invalid, coordinates_swapped.
const (
	Unclosed     = "unclosed"
	Doubled      = "doubled_vertex"
	Spike        = "spike"
	Orientation  = "wrong_orientation"
	TooShort     = "too_short"
	NotANumber   = "not_a_number"
	SelfCrossing = "self_intersection"
	HoleOutside  = "hole_outside"  // in part or as a whole
	HolesOverlap = "holes_overlap" // or one lies in the other
	EmptyBorder  = "empty_border"
	NoPolygon    = "not_a_polygon"
	CodeMissing  = "code_missing"
	CodeTwice    = "code_twice"
	BadFeature   = "bad_feature" // not what GeoJSON says a feature is
)

var mendable = []string{Unclosed, Doubled, Spike, Orientation}

func mendableAll(found []Fault) bool {
	return !slices.ContainsFunc(found, func(f Fault) bool { return !slices.Contains(mendable, f.Kind) })
}

// mended is a ring without what can be mended, running the way it should.
func mended(r orb.Ring, hole bool) orb.Ring {
	r = mend(r)
	if anticlockwise(r) == hole {
		slices.Reverse(r)
	}
	return r
}

// mend closes a ring and drops doubled vertices and spikes, again until none is left.
func mend(r orb.Ring) orb.Ring {
	open := slices.Clone(r)
	if len(open) > 1 && open[0] == open[len(open)-1] {
		open = open[:len(open)-1]
	}
	for changed := true; changed && len(open) > 2; {
		changed = false
		for i := 0; i < len(open) && len(open) > 2; i++ {
			next, after := (i+1)%len(open), (i+2)%len(open)
			if open[i] == open[next] {
				open, changed = slices.Delete(open, next, next+1), true
			} else if open[i] == open[after] {
				open, changed = slices.Delete(open, next, next+1), true // out and back
			}
		}
	}
	if len(open) == 0 {
		return open
	}
	return append(open, open[0])
}

// faults names what is wrong with a ring; outer rings run anti-clockwise, holes clockwise.
func faults(r orb.Ring, hole bool) []Fault {
	var out []Fault
	if len(r) > 0 && r[0] != r[len(r)-1] {
		out = append(out, Fault{Kind: Unclosed, At: r[len(r)-1]})
	}
	for i := 1; i < len(r); i++ {
		if r[i] == r[i-1] {
			out = append(out, Fault{Kind: Doubled, At: r[i]})
		}
		if i > 1 && r[i] == r[i-2] && r[i] != r[i-1] {
			out = append(out, Fault{Kind: Spike, At: r[i-1]})
		}
	}
	m := mend(r)
	if len(m) < 4 {
		return append(out, Fault{Kind: TooShort, Detail: fmt.Sprintf("%d different vertices", max(0, len(m)-1))})
	}
	if at, crosses := crossing(m); crosses {
		return append(out, Fault{Kind: SelfCrossing, At: at})
	}
	if anticlockwise(m) == hole {
		out = append(out, Fault{Kind: Orientation, At: m[0]})
	}
	return out
}

func anticlockwise(r orb.Ring) bool {
	area := 0.0
	for i := 1; i < len(r); i++ {
		area += (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1]) - (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1])
	}
	return area > 0
}

// inRing by half-open crossing: a place on a border that two rings share, vertex for vertex,
// is inside exactly one of them.
func inRing(ring orb.Ring, p orb.Point) bool {
	inside := false
	for i := 1; i < len(ring); i++ {
		if crosses(ring[i-1], ring[i], p) {
			inside = !inside
		}
	}
	return inside
}

type segment struct {
	a, b orb.Point
	i    int // its place in the ring, or the ring's place in the polygon
}

func (s segment) west() float64 { return min(s.a[0], s.b[0]) }
func (s segment) east() float64 { return max(s.a[0], s.b[0]) }

// crossing finds a place where a closed ring meets itself: a sweep from west to east.
func crossing(r orb.Ring) (orb.Point, bool) {
	segments := make([]segment, 0, len(r))
	for i := 1; i < len(r); i++ {
		segments = append(segments, segment{r[i-1], r[i], i - 1})
	}
	slices.SortFunc(segments, func(x, y segment) int { return cmp.Compare(x.west(), y.west()) })
	var active []segment
	for _, s := range segments {
		active = slices.DeleteFunc(active, func(o segment) bool { return o.east() < s.west() })
		for _, o := range active {
			if meets(s, o, len(segments)) {
				return s.a, true
			}
		}
		active = append(active, s)
	}
	return orb.Point{}, false
}

// meets tells whether two segments touch elsewhere than at the vertex they share.
func meets(s, o segment, n int) bool {
	if max(s.a[1], s.b[1]) < min(o.a[1], o.b[1]) || max(o.a[1], o.b[1]) < min(s.a[1], s.b[1]) {
		return false
	}
	gap := (s.i - o.i + n) % n
	if gap == 1 || gap == n-1 {
		return false // neighbours; a fold back is a spike
	}
	d1, d2 := side(o.a, o.b, s.a), side(o.a, o.b, s.b)
	d3, d4 := side(s.a, s.b, o.a), side(s.a, s.b, o.b)
	if d1*d2 < 0 && d3*d4 < 0 {
		return true
	}
	return d1 == 0 && between(o, s.a) || d2 == 0 && between(o, s.b) || d3 == 0 && between(s, o.a) || d4 == 0 && between(s, o.b)
}

func side(a, b, p orb.Point) float64 {
	d := (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}

func between(s segment, p orb.Point) bool {
	return p[0] >= s.west() && p[0] <= s.east() && p[1] >= min(s.a[1], s.b[1]) && p[1] <= max(s.a[1], s.b[1])
}
