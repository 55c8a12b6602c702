package demo

// A year of complaints: when, where, what about, and from whom.

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"xuncha/casework"
	"xuncha/intake"
)

// lives makes the complaints in the order in which they come.
func (m *maker) lives() error {
	var all []*Life
	for _, p := range m.plans() {
		year := p.at.In(shanghai).Format("2006")
		m.numbers[year]++
		l, err := m.live(p, &Life{Number: fmt.Sprintf("%s-%06d", year, m.numbers[year])})
		if err == nil && l.primary != nil {
			err = m.repeat(l)
		}
		if err != nil {
			return fmt.Errorf("case %s (%s): %w", l.Number, p.course, err)
		}
		if l.primary == nil && l.Case.Status != casework.NotAccepted && l.asked.until == "" && l.asked.course != withdrawn {
			m.running = append(m.running, l)
		}
		all = append(all, l)
	}
	if err := m.numberOrders(all); err != nil {
		return err
	}
	for _, l := range all {
		l.settle()
		m.city.Lives = append(m.city.Lives, *l)
	}
	return nil
}

// repeat lets the primary be lived again, now that it is known that a case was merged into
// it: from then on a new officer verifies. What was before stays as it was.
func (m *maker) repeat(l *Life) error {
	var when span
	for _, t := range l.track {
		switch {
		case t.status == casework.Merged:
			when.from = t.at
		case !when.from.IsZero() && when.until.IsZero():
			when.until = t.at
		}
	}
	if when.from.IsZero() {
		return nil // not recognised yet
	}
	old := l.primary
	again, err := m.live(old.asked, &Life{Number: old.Number, repeats: append(old.repeats, when)})
	if err != nil {
		return fmt.Errorf("its primary %s: %w", old.Number, err)
	}
	*old = *again
	return nil
}

// live lets one complaint happen. The same plan makes the same life; one without a number
// is only tried.
func (m *maker) live(p plan, l *Life) (*Life, error) {
	l.m, l.r, l.plan = m, rand.New(rand.NewPCG(m.Seed, 1<<32|uint64(p.index))), p //nolint:gosec // an index
	l.evidence, l.befores = map[string]casework.Evidence{}, map[string]string{}
	list := make([]share[matter], len(matters))
	for i, mt := range matters {
		list[i] = share[matter]{mt, mt.in(p.at)}
	}
	l.site = m.siteOf(l.r, weighed(l.r, list))
	for p.needsFault() && !l.site.canBeWrong() {
		l.site = m.siteOf(l.r, weighed(l.r, list))
	}
	if p.course == repeated || p.course == parted {
		l.findPrimary()
	}
	l.asked = l.plan
	if err := l.register(); err != nil {
		return l, err
	}
	l.run()
	return l, l.err
}

// mergeWithin days a repeat is recognised.
const mergeWithin = 2

// findPrimary looks for a case that is open now and will be so in some days; a better known
// matter is found more often.
func (l *Life) findPrimary() {
	var open []share[*Life]
	list := l.m.running[max(0, len(l.m.running)-250):]
	for _, other := range list {
		if other.openThrough(l.plan.at, l.plan.at.AddDate(0, 0, 2*mergeWithin+8)) { // over the long holidays
			open = append(open, share[*Life]{other, other.site.weight})
		}
	}
	if len(open) == 0 {
		l.plan.course = ordered
		return
	}
	l.primary = weighed(l.r, open)
	l.site = l.primary.site
}

// openThrough says whether the case was open all the time.
func (l *Life) openThrough(from, to time.Time) bool {
	open := func(s casework.Status) bool { return casework.Process().State(s).Open }
	for _, t := range l.track {
		if t.at.After(from) && t.at.Before(to) && !open(t.status) {
			return false
		}
	}
	return open(l.statusAt(from))
}

// register makes complaint and case.
func (l *Life) register() error {
	m, s := l.m, l.site
	l.Code, l.Phrase, l.ComplaintID = drawn(l.r, "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 6), drawn(l.r, "23456789abcdefghjkmnpqrstuvwxyz", 12), m.id(l.r)
	named := l.r.Float64() >= s.matter.unseen
	respondent, unit := "", ""
	if named {
		respondent, unit = s.id, s.name
	}
	place, address := l.place()
	mode, source, night := weighed(l.r, identities), weighed(l.r, sources), l.r.Float64() < s.matter.night
	l.Contact = l.contact(mode)
	l.tags = l.about(mode, source, night)
	text := l.text(named)
	redacted, types := casework.Redact(text, l.Contact.Written()), s.matter.typesOf(l.r)
	if source == "hotline_12345" {
		l.External = intake.ExternalID{System: source, ID: fmt.Sprintf("YC%s%06d", l.plan.at.In(shanghai).Format("20060102"), l.plan.index)}
	}
	l.last = l.plan.at.Truncate(time.Second)
	var err error
	l.Case, err = casework.Register(casework.Case{
		ID: m.id(l.r), Number: l.Number, Source: source, IdentityMode: mode, Agency: s.town.agency.ID, DivisionCode: s.town.agency.Code,
		PollutionTypes: types, Title: casework.Title(unit, address, types), Text: redacted, TextLength: intake.Characters(text),
		Location: &place, Address: address, Respondent: respondent, ReceivedAt: casework.Stamp(l.last),
		NightWindow: night,
	}, nil, casework.Calendar{})
	if err != nil {
		return err
	}
	if respondent != "" && l.Number != "" && (s.saved == "" || s.saved == l.Number) {
		s.saved = l.Number
		l.Rows = append(l.Rows, Row{"respondents", s.id, map[string]any{
			"name": s.name, "address": s.address, "credit_code": s.credit, "location": position(s.at, 0),
		}})
	}
	l.first = l.Case
	l.complaint(text, unit)
	l.ended = l.plan.until == "register"
	return nil
}

func (l *Life) complaint(text, unit string) {
	external := []intake.ExternalID{}
	if l.External != (intake.ExternalID{}) {
		external = append(external, l.External)
	}
	l.Rows = append(l.Rows, Row{"complaints", l.ComplaintID, map[string]any{
		"number": l.Number, "case": l.Case.ID, "source": l.Case.Source, "text": text, "redacted": l.Case.Text,
		"pollution_types": l.Case.PollutionTypes, "occurred_at": local(l.occurred()), "received_at": l.Case.ReceivedAt,
		"location": l.Case.Location, "location_raw": l.Case.Location, "address": l.Case.Address, "respondent_name": unit,
		"external_ids": external, "identity_mode": l.Case.IdentityMode, "language": "zh-CN", "photos": []string{},
	}})
}

// occurred is some hours before the complaint; what disturbs the night was in the night.
func (l *Life) occurred() time.Time {
	at := l.last.Add(-time.Duration(10+l.r.IntN(300)) * time.Minute).In(shanghai)
	if h := at.Hour(); l.Case.NightWindow && h >= 6 && h < 22 {
		return time.Date(at.Year(), at.Month(), at.Day()-1, 22+l.r.IntN(6), l.r.IntN(60), 0, 0, shanghai)
	}
	return at
}

// place is where the complainant says it is; near a border the owner may be in doubt.
func (l *Life) place() (casework.Position, string) {
	s, accuracy := l.site, 20+float64(l.r.IntN(100))
	var at orb.Point
	for range 100 {
		at = around(l.r, s.at, accuracy/2)
		o, err := l.m.places.Lookup(at, accuracy)
		if err == nil && o.Code == s.town.agency.Code {
			l.owner = owner{o.Uncertain, o.Second}
			return position(at, accuracy), s.address
		}
	}
	return position(s.at, accuracy), s.address
}

// contact is who complains; who complains again may be the same person.
func (l *Life) contact(mode string) intake.Contact {
	if mode == intake.Anonymous {
		return intake.Contact{}
	}
	c := intake.Contact{Phone: "1990000" + drawn(l.r, "0123456789", 4)} // never given out
	if l.primary != nil && l.r.Float64() < 0.4 && l.primary.Contact.Phone != "" {
		c.Phone = l.primary.Contact.Phone
	}
	if mode == intake.RealName {
		c.Name = say(l.r, "person", nil)
		if l.r.Float64() < 0.2 {
			c.IDNumber = l.site.town.agency.Code + "19" + drawn(l.r, "0123456789", 10)
		}
	}
	return c
}

// about are the tags of a message: its month, hours, source and author.
func (l *Life) about(mode, source string, night bool) string {
	list := []string{fmt.Sprintf("m%d", l.plan.at.In(shanghai).Month()), source, mode, "day", "contact"}
	if night {
		list[3] = "night"
	}
	if mode == intake.Anonymous {
		list[4] = "nocontact"
	}
	return tagged(list...)
}

// monthsBack is how long ago somebody came to look, at most.
const monthsBack = 4

// words of the unit and of the message.
func (l *Life) words(named bool) given {
	known := l.site.words(l.r, named)
	known[tags] += l.tags
	month := int(l.plan.at.In(shanghai).Month()) - 1 - l.r.IntN(monthsBack)
	known["month"] = strconv.Itoa((month+11)%12 + 1)
	return known
}

// text is the complaint; who gives his name sometimes writes it below, too.
func (l *Life) text(named bool) string {
	text := say(l.r, "text", l.words(named))
	if l.Contact.Name != "" && l.r.Float64() < 0.25 {
		text += fmt.Sprintf("联系人%s，电话%s。", l.Contact.Name, l.Contact.Phone)
	}
	return text
}
