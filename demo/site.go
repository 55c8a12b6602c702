package demo

// The accused units (被举报单位), each at its place in a town; some are known to everybody.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"xuncha/casework"
	"xuncha/geo"
)

// town is a place around which people live.
type town struct {
	name   string
	agency Agency
	centre orb.Point
	weight float64
}

var townNames = map[string][]string{
	"990101": {"城关街道", "望江街道", "北渠街道", "青溪镇", "柳林镇", "石桥镇"},
	"990102": {"白石镇", "临港街道", "三元镇", "双庙乡", "棠溪镇", "龙湾镇"},
}

// site is a polluter, or what people take for one.
type site struct {
	matter  matter
	town    town
	id      string // the respondent's record
	name    string
	road    string
	estate  string
	address string
	credit  string
	at      orb.Point
	weight  float64
	kind    string // tags: which words are for it
	boss    string // who answers for it
	saved   string // the number of the case with which its record is saved
}

// towns of each county; the first ones are the largest.
func (m *maker) towns() ([]town, error) {
	var out []town
	for _, a := range m.city.Agencies[1:] {
		for i, name := range townNames[a.Code] {
			at, err := m.inside(a.Code, func() orb.Point {
				return orb.Point{bound.Min[0] + m.r.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + m.r.Float64()*(bound.Max[1]-bound.Min[1])}
			})
			if err != nil {
				return nil, err
			}
			out = append(out, town{name, a, at, 1 / float64(1+i)})
		}
	}
	return out, nil
}

// inside draws points until one lies in a county.
func (m *maker) inside(code string, draw func() orb.Point) (orb.Point, error) {
	for range 10_000 {
		p := draw()
		if o, err := m.places.Lookup(p, 0); err == nil && o.Code == code {
			return p, nil
		}
	}
	return orb.Point{}, fmt.Errorf("no point lies in %s", code)
}

// metresPerDegree along a meridian.
const metresPerDegree = 111_320

// around is a point at some hundred metres from another.
func around(r *rand.Rand, p orb.Point, metres float64) orb.Point {
	dx, dy := r.NormFloat64()*metres/metresPerDegree, r.NormFloat64()*metres/metresPerDegree
	return orb.Point{round(p[0] + dx/math.Cos(p[1]*math.Pi/180)), round(p[1] + dy)}
}

// round to the sixth digit, a tenth of a metre, as phones give it.
func round(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }

// casesPerSite is how often a unit is complained of on average in a year.
const casesPerSite = 7

func (m *maker) sites() error {
	towns, err := m.towns()
	if err != nil {
		return err
	}
	places := make([]share[town], len(towns))
	for i, t := range towns {
		places[i] = share[town]{t, t.weight}
	}
	kinds := make([]share[matter], len(matters))
	for i, mt := range matters {
		kinds[i] = share[matter]{mt, math.Sqrt(mt.weight)} // rare kinds have few units, but some
	}
	for i := range max(2*len(matters), m.Cases/casesPerSite) {
		mt := matters[i%len(matters)]
		if i >= len(matters) {
			mt = weighed(m.r, kinds)
		}
		s, err := m.site(mt, weighed(m.r, places))
		if err != nil {
			return err
		}
		s.weight = 0.15 + math.Pow(m.r.Float64(), 4)*4 // a few are complained of again and again
		m.units[mt.name] = append(m.units[mt.name], s)
	}
	return nil
}

func (m *maker) site(mt matter, t town) (*site, error) {
	s := &site{matter: mt, town: t, id: m.id(m.r)}
	s.name = m.newName(func() string {
		s.road, s.estate = say(m.r, "road", nil), say(m.r, "estate", nil)
		firm := pick(m.r, words()["firm."+mt.name])
		s.kind = strings.Join(slices.Concat(firm.sets...), " ")
		return fill(m.r, firm.text, given{"road": s.road, "estate": s.estate, "town": t.name})
	})
	s.boss = say(m.r, "role", given{tags: tagged(mt.name, s.kind)})
	s.address = fmt.Sprintf("%s%s%s%d号", m.county(t.agency.Code), t.name, s.road, 1+m.r.IntN(199))
	if slices.Contains([]string{"chemical", "workshop", "metal", "concrete", "outfall", "quarry"}, mt.name) {
		s.credit = fmt.Sprintf("91%s99DEMO%05d", t.agency.Code[:4], m.r.IntN(1e5)) // no real credit code holds an O
	}
	var err error
	s.at, err = m.inside(t.agency.Code, func() orb.Point { return around(m.r, t.centre, 1500) })
	return s, err
}

// newName draws until no other unit has the name.
func (m *maker) newName(draw func() string) string {
	for range 20 {
		if name := draw(); !m.names[name] {
			m.names[name] = true
			return name
		}
	}
	return draw() + "（分部）"
}

func (m *maker) county(code string) string {
	i := slices.IndexFunc(m.city.Divisions, func(d geo.Division) bool { return d.Code == code })
	return m.city.Divisions[i].Name
}

// siteOf picks a unit of a kind by how well it is known.
func (m *maker) siteOf(r *rand.Rand, mt matter) *site {
	list := m.units[mt.name]
	shares := make([]share[*site], len(list))
	for i, s := range list {
		shares[i] = share[*site]{s, s.weight}
	}
	return weighed(r, shares)
}

// words that the site gives to a text.
func (s *site) words(r *rand.Rand, named bool) given {
	who := s.name
	if !named {
		who = "一家不知名的厂子"
	}
	return given{
		"who": who, "town": s.town.name, "road": s.road, "estate": s.estate, tags: tagged(s.tags(named)...),
		"claim": "{" + s.matter.name + "}", "detail": "{" + s.matter.name + ".detail}", "effect": "{" + s.matter.effect + ".effect}",
		"history": "{history." + either(r, "any", s.matter.known) + "}", "ask": "{ask." + either(r, "any", s.matter.effect) + "}",
	}
}

// tags of the unit, and which places its name does not tell already.
func (s *site) tags(named bool) []string {
	list := []string{s.matter.name, s.kind, s.matter.effect, "unnamed"}
	if named {
		list[len(list)-1] = "named"
	}
	if s.matter.known != "site" { // which is also the name of one matter
		list = append(list, s.matter.known)
	}
	for place, name := range map[string]string{"town": s.town.name, "road": s.road, "estate": s.estate} {
		if !named || !strings.Contains(s.name, name) {
			list = append(list, place)
		}
	}
	return list
}

func either(r *rand.Rand, a, b string) string {
	if r.Float64() < 0.5 {
		return a
	}
	return b
}

// position as a complainant or a phone would give it.
func position(p orb.Point, accuracy float64) casework.Position {
	return casework.Position{Lon: round(p[0]), Lat: round(p[1]), AccuracyM: accuracy, CRS: "wgs84"}
}
