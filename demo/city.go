// Package demo makes a synthetic city: two counties, the people who work there, and a
// year of complaints in every state, with texts, photos and histories that could be real
// and are not. The same seed makes the same city. Every case is the fold of its actions:
// casework itself decided each of them.
package demo

// The city: agencies, people, borders.

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"xuncha/casework"
	"xuncha/geo"
)

// City is everything that there is.
type City struct {
	Agencies  []Agency
	People    []Person
	Divisions []geo.Division
	Photos    []Photo
	Lives     []Life // in the order the complaints came
	Phones    []Phone
}

// Agency is one authority.
type Agency struct{ ID, Name, Code, Level string }

// Person is one user with the password to sign in.
type Person struct {
	ID, Name, Role, Agency, Email, Password string
	CertificateNo, CertificateUntil         string
}

// Size says what to make.
type Size struct {
	Seed  uint64
	Cases int
	Now   time.Time
}

const cityCode = "990100"

// bound of the city in degrees: open sea, so that no real street is accused of anything.
var bound = orb.Bound{Min: orb.Point{123.0, 29.9}, Max: orb.Point{123.5, 30.2}}

// maker holds what the making of one city needs.
type maker struct {
	Size
	r       *rand.Rand
	city    *City
	people  map[string]casework.Person
	offices map[string]casework.Agency
	byRole  map[string][]Person // role and agency
	devices map[string]string   // the phone of each inspector
	units   map[string][]*site  // by matter
	names   map[string]bool     // of units
	numbers map[string]int      // of each year
	places  *geo.Partition
	running []*Life // those that a repeat may be merged into
}

// Make makes a city.
func Make(size Size) (City, error) {
	m := &maker{
		Size: size, r: rand.New(rand.NewPCG(size.Seed, 2026)), city: &City{}, people: map[string]casework.Person{},
		offices: map[string]casework.Agency{}, byRole: map[string][]Person{}, devices: map[string]string{}, units: map[string][]*site{}, names: map[string]bool{},
		numbers: map[string]int{},
	}
	for _, part := range []func() error{m.land, m.agencies, m.staff, m.photos, m.sites, m.lives, m.phones} {
		if err := part(); err != nil {
			return City{}, err
		}
	}
	m.chain()
	return *m.city, nil
}

// id is 15 letters and digits that the seed decides.
func (m *maker) id(r *rand.Rand) string { return drawn(r, "abcdefghijklmnopqrstuvwxyz0123456789", 15) }

func drawn(r *rand.Rand, letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func (m *maker) land() error {
	shape := geo.Synthetic{Seed: m.Seed, Bound: bound, Columns: 2, Rows: 1, CodePrefix: cityCode[:4], Detail: 7}
	data, err := shape.Features().MarshalJSON()
	if err != nil {
		return err
	}
	divisions, _, err := geo.ReadDivisions(data, geo.Reading{CRS: geo.WGS84, CodeField: "code", NameField: "name"})
	if err != nil {
		return fmt.Errorf("borders of the city: %w", err)
	}
	for i := range divisions {
		divisions[i].Name = []string{"青河县", "白石县"}[i]
	}
	m.city.Divisions, m.places = divisions, geo.NewPartition(divisions)
	return nil
}

func (m *maker) agencies() error {
	for _, a := range []Agency{
		{Name: "云川市生态环境局", Code: cityCode, Level: "city"},
		{Name: "云川市生态环境局青河分局", Code: "990101", Level: "county"},
		{Name: "云川市生态环境局白石分局", Code: "990102", Level: "county"},
	} {
		a.ID = m.id(m.r)
		from, to, err := casework.Scope(a.Code)
		if err != nil {
			return err
		}
		m.offices[a.ID] = casework.Agency{ID: a.ID, ScopeFrom: from, ScopeTo: to}
		m.city.Agencies = append(m.city.Agencies, a)
	}
	return nil
}

// post is a role with the agencies of its holders, in turn.
type post struct {
	role     string
	count    int
	agencies []int
}

var posts = []post{
	{"intake", 1, []int{0}},
	{"dispatcher", 2, []int{1, 2}},
	{"inspector", 12, []int{1, 2}},
	{"reviewer", 2, []int{0}},
	{"supervisor", 1, []int{0}},
	{"admin", 1, []int{0}},
}

func (m *maker) staff() error {
	names := map[string]bool{}
	for _, p := range posts {
		for i := range p.count {
			agency := m.city.Agencies[p.agencies[i%len(p.agencies)]]
			name := say(m.r, "person", nil)
			for names[name] {
				name = say(m.r, "person", nil)
			}
			names[name] = true
			who := Person{
				ID: m.id(m.r), Role: p.role, Agency: agency.ID, Email: fmt.Sprintf("%s%d@demo.test", p.role, i+1), Name: name,
				Password: p.role + "-" + drawn(m.r, "23456789abcdefghjkmnpqrstuvwxyz", 6),
			}
			if p.role == string(casework.Inspector) {
				who.CertificateNo, who.CertificateUntil = fmt.Sprintf("9901%07d", m.r.IntN(1e7)), m.Now.AddDate(2, 0, 0).Format(time.DateOnly)
				m.devices[who.ID] = m.id(m.r)
			}
			if err := m.employ(who, agency.Code); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *maker) employ(who Person, code string) error {
	from, to, err := casework.Scope(code)
	if err != nil {
		return err
	}
	m.people[who.ID] = casework.Person{
		ID: who.ID, Role: casework.Role(who.Role), Agency: who.Agency, ScopeFrom: from, ScopeTo: to,
		CertificateNo: who.CertificateNo, CertificateUntil: who.CertificateUntil,
	}
	m.city.People = append(m.city.People, who)
	m.byRole[who.Role] = append(m.byRole[who.Role], who)
	m.byRole[who.Role+who.Agency] = append(m.byRole[who.Role+who.Agency], who)
	return nil
}

// pick one of a list.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// share is a value with its weight.
type share[T any] struct {
	value  T
	weight float64
}

// weighed picks by weights.
func weighed[T any](r *rand.Rand, list []share[T]) T {
	sum := 0.0
	for _, s := range list {
		sum += s.weight
	}
	at := r.Float64() * sum
	for _, s := range list {
		if at -= s.weight; at < 0 {
			return s.value
		}
	}
	return list[len(list)-1].value
}
