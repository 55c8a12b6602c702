package geo

// Whose a place is: exactly one owner, also for a place on a border.

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Partition finds the owner of a place. It is read by many and never changed.
type Partition struct {
	root  *node
	parts []part
}

// part is one polygon of a division.
type part struct {
	code, name string
	polygon    orb.Polygon
	bound      orb.Bound
}

// node is a box of the bounds tree: two halves, or a few parts.
type node struct {
	bound       orb.Bound
	left, right *node
	parts       []int
}

// Owner is whose a place is.
type Owner struct {
	Code      string   `json:"owner"` // "" outside of every division
	Name      string   `json:"name"`
	Ancestors []string `json:"ancestors"` // the city, the province
	Uncertain bool     `json:"uncertain"` // the accuracy reaches another division, or two claim the place
	Second    string   `json:"second"`    // that division
	BorderM   float64  `json:"border_m"`  // metres to the nearest border of the owner, looked for up to the accuracy
}

// NewPartition indexes the divisions of one level.
func NewPartition(divisions []Division) *Partition {
	p := &Partition{}
	for _, d := range divisions {
		for _, polygon := range d.Border {
			if len(polygon) > 0 && len(polygon[0]) > 0 { // an empty one bounds nothing
				p.parts = append(p.parts, part{d.Code, d.Name, polygon, polygon[0].Bound()})
			}
		}
	}
	all := make([]int, len(p.parts))
	for i := range all {
		all[i] = i
	}
	p.root = p.build(all, 0)
	return p
}

// leafParts a box holds before it is halved.
const leafParts = 4

func (p *Partition) build(parts []int, axis int) *node {
	if len(parts) == 0 {
		return nil
	}
	n := &node{bound: p.parts[parts[0]].bound}
	for _, i := range parts {
		n.bound = n.bound.Union(p.parts[i].bound)
	}
	if len(parts) <= leafParts {
		n.parts = parts
		return n
	}
	slices.SortFunc(parts, func(x, y int) int {
		return cmp.Compare(p.parts[x].bound.Center()[axis], p.parts[y].bound.Center()[axis])
	})
	half := len(parts) / 2
	n.left, n.right = p.build(parts[:half:half], 1-axis), p.build(parts[half:], 1-axis)
	return n
}

// visit calls each for every part whose bound meets b, until it returns false.
func (p *Partition) visit(n *node, b orb.Bound, each func(int) bool) bool {
	if n == nil || !n.bound.Intersects(b) {
		return true
	}
	for _, i := range n.parts {
		if p.parts[i].bound.Intersects(b) && !each(i) {
			return false
		}
	}
	return p.visit(n.left, b, each) && p.visit(n.right, b, each)
}

// Lookup finds the owner of a WGS-84 place known to accuracy metres. The error is a Refusal.
func (p *Partition) Lookup(at orb.Point, accuracy float64) (Owner, error) {
	if err := Check(at); err != nil {
		return Owner{}, err
	}
	own := p.claims(at)
	var o Owner
	if len(own) > 0 {
		o.Code, o.Name = p.parts[own[0]].code, p.parts[own[0]].name
		o.Ancestors = Ancestors(o.Code)
	}
	if len(own) > 1 {
		o.Second, o.Uncertain = p.parts[own[1]].code, true
	}
	if accuracy > 0 {
		p.doubt(&o, at, accuracy)
	}
	return o, nil
}

// claims are the parts that hold a place, one for each division, by its code: one, where the
// borders are a partition as they should be; two, where they overlap.
func (p *Partition) claims(at orb.Point) []int {
	var out []int
	p.visit(p.root, at.Bound(), func(i int) bool {
		if contains(p.parts[i].polygon, at) {
			out = append(out, i)
		}
		return true
	})
	if len(out) > 1 {
		slices.SortFunc(out, func(x, y int) int { return cmp.Compare(p.parts[x].code, p.parts[y].code) })
		out = slices.CompactFunc(out, func(x, y int) bool { return p.parts[x].code == p.parts[y].code })
	}
	return out
}

// doubt looks for other divisions that the accuracy reaches.
func (p *Partition) doubt(o *Owner, at orb.Point, accuracy float64) {
	reach := orb.Bound{Min: at, Max: at}.Pad(accuracy / metresPerDegree / math.Max(0.1, math.Cos(at[1]*math.Pi/180)))
	nearest := math.Inf(1)
	o.BorderM = accuracy
	p.visit(p.root, reach, func(i int) bool {
		d := distance(p.parts[i].polygon, at)
		if p.parts[i].code == o.Code {
			o.BorderM = min(o.BorderM, d)
			return true
		}
		if d <= accuracy && d < nearest {
			nearest, o.Second, o.Uncertain = d, p.parts[i].code, true
		}
		return true
	})
}

// Ancestors of a division code: its city and its province.
func Ancestors(code string) []string {
	if len(code) < 6 {
		return nil
	}
	var out []string
	for _, up := range []string{code[:6], code[:4] + "00", code[:2] + "0000"} {
		if up != code && !slices.Contains(out, up) {
			out = append(out, up)
		}
	}
	return out
}

// contains: inside the outer ring and in no hole, by half-open crossing: a point on a
// border that two polygons share, vertex for vertex, is inside exactly one of them.
func contains(polygon orb.Polygon, p orb.Point) bool {
	inside := false
	for _, ring := range polygon {
		if inRing(ring, p) {
			inside = !inside
		}
	}
	return inside
}

func inRing(ring orb.Ring, p orb.Point) bool {
	inside := false
	for i := 1; i < len(ring); i++ {
		if crosses(ring[i-1], ring[i], p) {
			inside = !inside
		}
	}
	return inside
}

// crosses tells whether the edge lies to the east of p at p's latitude. The edge is taken
// from south to north, so that both neighbours compute the very same number.
func crosses(a, b, p orb.Point) bool {
	if (a[1] > p[1]) == (b[1] > p[1]) {
		return false
	}
	if a[1] > b[1] {
		a, b = b, a
	}
	return p[0] < a[0]+(b[0]-a[0])*((p[1]-a[1])/(b[1]-a[1]))
}

// metresPerDegree of latitude, near enough for distances to a border.
const metresPerDegree = 111_320.0

// distance in metres from p to the nearest border of a polygon.
func distance(polygon orb.Polygon, p orb.Point) float64 {
	nearest := math.Inf(1)
	kx, ky := metresPerDegree*math.Cos(p[1]*math.Pi/180), metresPerDegree
	for _, ring := range polygon {
		for i := 1; i < len(ring); i++ {
			ax, ay := (ring[i-1][0]-p[0])*kx, (ring[i-1][1]-p[1])*ky
			bx, by := (ring[i][0]-p[0])*kx, (ring[i][1]-p[1])*ky
			nearest = min(nearest, toSegment(ax, ay, bx, by))
		}
	}
	return nearest
}

// toSegment is the distance of the origin from a segment.
func toSegment(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = math.Max(0, math.Min(1, -(ax*dx+ay*dy)/length))
	}
	return math.Hypot(ax+t*dx, ay+t*dy)
}
