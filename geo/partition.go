package geo

// Whose a place is: exactly one owner, also for a place on a border.

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Partition finds the owner of a place. It is read by many and never changed.
type Partition struct {
	parts []Named // the division of each polygon, by its code
	grid  grid
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

// NewPartition indexes the divisions of one level. A polygon that bounds nothing is left out:
// one without a ring, or with a vertex that is no place on the globe. It keeps nothing of
// the divisions but their codes and names.
func NewPartition(divisions []Division) *Partition {
	vertices := 0
	for _, d := range divisions {
		for _, polygon := range d.Border {
			for _, ring := range polygon {
				vertices += len(ring)
			}
		}
	}
	p := &Partition{}
	s := newSeams(vertices)
	sorted := slices.Clone(divisions)
	slices.SortStableFunc(sorted, func(a, b Division) int { return cmp.Compare(a.Code, b.Code) })
	for _, d := range sorted {
		for _, polygon := range d.Border {
			if bounds(polygon) {
				s.add(polygon, uint32(len(p.parts)))
				p.parts = append(p.parts, Named{d.Code, d.Name})
			}
		}
	}
	border, arcs := s.arcs()
	p.grid = newGrid(newFrame(border, arcs), border, arcs)
	return p
}

// bounds tells whether a polygon can have ground in it.
func bounds(polygon orb.Polygon) bool {
	for _, ring := range polygon {
		for _, at := range ring {
			if !onGlobe(at) {
				return false
			}
		}
	}
	return len(polygon) > 0 && len(polygon[0]) > 0
}

// Owner is the code of the division that a WGS-84 place lies in, "" where that is none and
// for what is no place. Where two claim it, it is the one that Lookup says. It allocates
// nothing where the borders are a partition, as they should be.
func (p *Partition) Owner(at orb.Point) string {
	first, _ := p.claims(settled(at))
	return first.Code
}

// Lookup finds the owner of a WGS-84 place known to accuracy metres. The error is a Refusal.
func (p *Partition) Lookup(at orb.Point, accuracy float64) (Owner, error) {
	if err := Check(at); err != nil {
		return Owner{}, err
	}
	at = settled(at)
	first, second := p.claims(at)
	o := Owner{Code: first.Code, Name: first.Name, Ancestors: Ancestors(first.Code), Second: second.Code, Uncertain: second.Code != ""}
	if accuracy > 0 {
		p.doubt(&o, at, accuracy)
	}
	return o, nil
}

// claims are the divisions that hold a place, by code: one, where the borders are a partition
// as they should be; a second one, where they overlap.
func (p *Partition) claims(at orb.Point) (first, second Named) {
	part, clear := p.grid.owner(at)
	if clear {
		if part != none {
			first = p.parts[part]
		}
		return first, second
	}
	claims := p.grid.claims(at) // in the order of codes
	if len(claims) == 0 {
		return first, second
	}
	first = p.parts[claims[0]]
	for _, part := range claims[1:] {
		if d := p.parts[part]; d.Code != first.Code {
			return first, d
		}
	}
	return first, second
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
