package demo

// A year of complaints: when, where, what about, and from whom.

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"xuncha/casework"
	"xuncha/intake"
)

// running is a case that later messages on the same matter are merged into.
type running struct {
	c        casework.Case
	matter   matter
	unit     string
	from, to time.Time
}

// lives makes the complaints in the order in which they come.
func (m *maker) lives() error {
	times := make([]time.Time, m.Cases)
	for i := range times {
		times[i] = m.Now.Add(-m.age(i))
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, at := range times {
		if err := m.life(at); err != nil {
			return err
		}
	}
	return nil
}

// age: two thirds of the year evenly, and a little more of late, so that every state of
// an open case is to be seen.
func (m *maker) age(i int) time.Duration {
	year := 365 * 24 * time.Hour
	if i%5 == 0 {
		year = 40 * 24 * time.Hour
	}
	return time.Duration(m.r.Float64()*float64(year)) + time.Hour
}

func (m *maker) life(at time.Time) error {
	mt := m.matterAt(at)
	l := &Life{
		m: m, matter: mt, unit: pick(m.r, mt.units), evidence: map[string]casework.Evidence{},
		orders: map[string]casework.Rectification{}, replies: map[int]casework.ReplyChange{}, transfers: map[string]casework.Transfer{},
	}
	way := weighed(m.r, courses)
	if way == handled && at.After(m.Now.AddDate(0, 0, -45)) && m.r.Float64() < 0.1 {
		way = resting
	}
	place, address := m.place()
	if way == repeated {
		if p, ok := m.sameMatter(at); ok {
			l.primary, l.matter, l.unit = &p.c, p.matter, p.unit
			place, address = orb.Point{p.c.Location.Lon, p.c.Location.Lat}, p.c.Address
		} else {
			way = handled
		}
	}
	if err := l.register(at, place, address); err != nil {
		return err
	}
	l.run(way, at)
	if l.err != nil {
		return l.err
	}
	if l.Case.Status != casework.NotAccepted && l.Case.Status != casework.Merged && l.primary == nil {
		m.running = append(m.running, running{l.Case, l.matter, l.unit, at.AddDate(0, 0, 3), ended(l, at)})
	}
	l.settle()
	m.city.Lives = append(m.city.Lives, *l)
	return nil
}

// ended is when a case stopped taking others in.
func ended(l *Life, at time.Time) time.Time {
	if l.Case.ClosedAt == "" {
		return at.AddDate(0, 0, 12)
	}
	closed, err := time.Parse(time.RFC3339, l.Case.ClosedAt)
	if err != nil {
		return at
	}
	return closed.AddDate(0, 0, -1)
}

// sameMatter finds a case that was open at the time, in the state it then had.
func (m *maker) sameMatter(at time.Time) (running, bool) {
	var open []running
	for _, p := range m.running[max(0, len(m.running)-200):] {
		if at.After(p.from) && at.AddDate(0, 0, 2).Before(p.to) {
			p.c.Status = casework.Assigned
			open = append(open, p)
		}
	}
	if len(open) == 0 {
		return running{}, false
	}
	return pick(m.r, open), true
}

// matterAt weighs what people complain of by the season.
func (m *maker) matterAt(at time.Time) matter {
	summer := (1 - math.Cos(2*math.Pi*float64(at.YearDay())/365)) / 2 // 0 in January, 1 in July
	list := make([]share[matter], len(matters))
	for i, mt := range matters {
		list[i] = share[matter]{mt, mt.weight * (1 + (mt.summer-1)*(2*summer-1))}
	}
	return weighed(m.r, list)
}

// place draws a point that has an owner.
func (m *maker) place() (orb.Point, string) {
	for {
		p := orb.Point{
			bound.Min[0] + m.r.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + m.r.Float64()*(bound.Max[1]-bound.Min[1]),
		}
		p[0], p[1] = math.Round(p[0]*1e6)/1e6, math.Round(p[1]*1e6)/1e6
		if o, err := m.places.Lookup(p, 0); err == nil && o.Code != "" {
			return p, fmt.Sprintf("%s%s%d号", o.Name, pick(m.r, streets), 1+m.r.IntN(199))
		}
	}
}

const (
	codeLetters   = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	phraseLetters = "abcdefghjkmnpqrstuvwxyz23456789"
)

func (m *maker) draw(letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[m.r.IntN(len(letters))]
	}
	return string(b)
}

// register makes complaint and case.
func (l *Life) register(at time.Time, place orb.Point, address string) error {
	m := l.m
	owner, err := m.places.Lookup(place, 30)
	if err != nil {
		return err
	}
	agency := m.city.Agencies[1]
	if owner.Code == m.city.Agencies[2].Code {
		agency = m.city.Agencies[2]
	}
	year := at.In(shanghai).Format("2006")
	m.numbers[year]++
	l.Number = fmt.Sprintf("%s-%06d", year, m.numbers[year])
	l.Code, l.Phrase, l.ComplaintID = m.draw(codeLetters, 8), m.draw(phraseLetters, 12), m.id()
	types := []string{l.matter.kind}
	if len(l.matter.also) > 0 && m.r.Float64() < 0.35 {
		types = append(types, pick(m.r, l.matter.also))
	}
	text, mode := l.matter.text(m.r, address, l.unit), "anonymous"
	if m.r.Float64() < 0.55 {
		mode = "contact_only"
		l.Contact = intake.Contact{Phone: fmt.Sprintf("199%08d", m.r.IntN(1e8))} // no operator gives out these numbers here
	}
	at = at.Truncate(time.Second)
	position := casework.Position{Lon: place[0], Lat: place[1], AccuracyM: 30, CRS: "wgs84"}
	respondent := m.id()
	l.Case, err = casework.Register(casework.Case{
		ID: m.id(), Number: l.Number, Source: weighed(m.r, sources), IdentityMode: mode, Agency: agency.ID, DivisionCode: agency.Code,
		PollutionTypes: types, Title: casework.Title(l.unit, address, types), Text: text, TextLength: len([]rune(text)),
		Location: &position, Address: address, Respondent: respondent, ReceivedAt: casework.Stamp(at),
		Starred: m.r.Float64() < 0.02,
	}, nil, casework.Calendar{})
	l.Rows = append(l.Rows,
		Row{"respondents", respondent, map[string]any{"name": l.unit, "address": address}},
		Row{"complaints", l.ComplaintID, map[string]any{
			"number": l.Number, "case": l.Case.ID, "source": l.Case.Source, "text": text, "redacted": text, "pollution_types": types,
			"received_at": l.Case.ReceivedAt, "location": position, "location_raw": position, "address": address, "respondent_name": l.unit,
			"identity_mode": mode, "language": "zh-CN",
		}})
	return err
}
