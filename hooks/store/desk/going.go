package desk

// Who could go: the facts of a suggestion, gathered from the database, and what is suggested in
// the words of the board. Nothing is saved.

import (
	"errors"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/geo/dispatch"
	"xuncha/hooks/store"
)

// Going suggests who goes.
type Going struct {
	People
	Outlines *Outlines
}

// Candidate is somebody who could go, and why.
type Candidate struct {
	dispatch.Candidate
	User   string `json:"user"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
}

// Refused is somebody who cannot go, and the reason that weighs most.
type Refused struct {
	User string        `json:"user"`
	Name string        `json:"name"`
	Code dispatch.Code `json:"code"`
}

// Team are who goes: the lead first.
type Team struct {
	Lead   string `json:"lead"`
	Second string `json:"second"`
}

// Offer is who should go to one case.
type Offer struct {
	Case       string        `json:"case"`
	Due        string        `json:"due"` // a day that may be asked for
	Candidates []Candidate   `json:"candidates"`
	Team       *Team         `json:"team"` // nil if there are not two
	Lack       dispatch.Code `json:"lack"` // why not
	Refused    []Refused     `json:"refused"`
}

// Suggestion is the team of one case of many.
type Suggestion struct {
	Case       string      `json:"case"`
	Number     string      `json:"number"`
	Title      string      `json:"title"`
	Due        string      `json:"due"`
	Lead       string      `json:"lead"`
	Inspectors []Candidate `json:"inspectors"`
	Status     string      `json:"status"`
	Agency     string      `json:"agency"` // that answers for it
	Was        []string    `json:"was"`    // who has it now; of one that was reopened nobody
	LeadWas    string      `json:"lead_was"`
	DueWas     string      `json:"due_was"`
	Metres     float64     `json:"metres"`
	Minutes    float64     `json:"minutes"`
}

// Untaken is a case that gets no team.
type Untaken struct {
	Case    string                `json:"case"`
	Number  string                `json:"number"`
	Code    dispatch.Code         `json:"code"`
	Refused map[dispatch.Code]int `json:"refused"` // how many cannot go, by the reason that weighs most
}

// Plan is a proposal for many cases. Metres are great circles.
type Plan struct {
	Plan         []Suggestion `json:"plan"`
	Unassigned   []Untaken    `json:"unassigned"`
	Metres       float64      `json:"metres"`        // that the teams drive more
	GreedyMetres float64      `json:"greedy_metres"` // that they would if each case went to the best in the order of arrival
}

// facts are what a suggestion is made of.
type facts struct {
	cases  []casework.Case // in the order asked for
	asked  []dispatch.Case
	crew   []dispatch.Inspector
	people map[string]Inspector
	rules  dispatch.Rules
	now    time.Time
}

// Candidates says who should go to a case; store.ErrCaseUnknown if the user may not see it.
func (g Going) Candidates(user *core.Record, id string) (Offer, error) {
	f, err := g.facts(user, []string{id})
	if err != nil {
		return Offer{}, err
	}
	out := Offer{Case: id, Due: f.day(f.cases[0]), Candidates: []Candidate{}, Refused: []Refused{}}
	said, err := dispatch.Candidates(f.asked[0], f.crew, f.rules, f.now)
	if errors.Is(err, dispatch.ErrPlace) {
		out.Lack = dispatch.PlaceWrong
		return out, nil
	}
	if err != nil {
		return out, err
	}
	for _, c := range said.Candidates {
		out.Candidates = append(out.Candidates, f.candidate(c))
	}
	for _, r := range said.Refused {
		out.Refused = append(out.Refused, Refused{r.ID, f.people[r.ID].Name, r.Codes[0]})
	}
	if out.Lack = said.Lack; said.Team != nil {
		out.Team = &Team{said.Team.Lead.ID, said.Team.Second.ID}
	}
	return out, nil
}

// Propose suggests teams for many cases at once; store.ErrCaseUnknown if the user may not see
// one of them.
func (g Going) Propose(user *core.Record, ids []string) (Plan, error) {
	f, err := g.facts(user, ids)
	if err != nil {
		return Plan{}, err
	}
	said, err := dispatch.Propose(f.asked, f.crew, f.rules, f.now)
	if err != nil {
		return Plan{}, err
	}
	out := Plan{
		Plan: []Suggestion{}, Unassigned: []Untaken{},
		Metres: said.Travel.PlannedM - said.Travel.BeforeM, GreedyMetres: said.Travel.OneByOneM - said.Travel.BeforeM,
	}
	of := map[string]casework.Case{}
	for _, c := range f.cases {
		of[c.ID] = c
	}
	for _, t := range said.Teams {
		c := of[t.Case]
		was := append([]string{}, c.Inspectors...)
		if c.Status == casework.Reopened { // they are those of the round before
			was, c.Lead = []string{}, ""
		}
		out.Plan = append(out.Plan, Suggestion{
			Case: c.ID, Number: c.Number, Title: c.Title, Due: f.day(c), Lead: t.Lead.ID, Was: was,
			Status: string(c.Status), Agency: c.Agency, LeadWas: c.Lead, DueWas: c.Due,
			Inspectors: []Candidate{f.candidate(t.Lead), f.candidate(t.Second)}, Metres: t.Lead.AddedM + t.Second.AddedM, Minutes: t.Lead.AddedMinutes + t.Second.AddedMinutes,
		})
	}
	for _, u := range said.Untaken {
		refused := map[dispatch.Code]int{}
		for _, r := range u.Refused {
			refused[r.Codes[0]]++
		}
		out.Unassigned = append(out.Unassigned, Untaken{u.Case, of[u.Case].Number, u.Lack, refused})
	}
	return out, nil
}

// Day is an inspector's way, in its order.
type Day struct {
	Start         orb.Point `json:"start"`
	FromSeat      bool      `json:"from_seat"` // nobody knows where he is; the agency's seat was taken
	Stops         []OnWay   `json:"stops"`
	Metres        float64   `json:"metres"` // great circles
	DriveMinutes  float64   `json:"minutes"`
	WithoutPlaces []Stop    `json:"without_place"`
	Elsewhere     int       `json:"elsewhere"` // stops that the user may not see; the way leads there too
}

// OnWay is a stop in its order.
type OnWay struct {
	Stop
	ArriveMinutes float64 `json:"arrive_minutes"` // of work from now
	Day           string  `json:"day"`
	Late          bool    `json:"late"`
}

// Route orders the day of an inspector of the user's range, else ErrNobody.
func (g Going) Route(user *core.Record, id string) (Day, error) {
	f, err := g.facts(user, nil)
	if err != nil {
		return Day{}, err
	}
	i := slices.IndexFunc(f.crew, func(in dispatch.Inspector) bool { return in.ID == id })
	if i < 0 {
		return Day{}, ErrNobody
	}
	in := f.crew[i]
	stops, err := g.Stops(user)
	if err != nil {
		return Day{}, err
	}
	out := Day{Start: in.At, Stops: []OnWay{}, WithoutPlaces: []Stop{}}
	if in.At == (orb.Point{}) || in.AtAge > f.rules.FreshSeconds {
		out.Start, out.FromSeat = in.Seat, true
	}
	seen, err := g.seen(user, stops[id])
	if err != nil {
		return Day{}, err
	}
	out.Elsewhere = len(stops[id]) - len(seen)
	if out.Start == (orb.Point{}) {
		for _, s := range stops[id] {
			out.without(seen, s.Case)
		}
		return out, nil
	}
	day, err := dispatch.Route(dispatch.Trip{Start: out.Start, Stops: in.Stops}, f.rules, f.now)
	if err != nil {
		return Day{}, err
	}
	for _, v := range day.Visits {
		if stop, mine := seen[v.ID]; mine {
			out.Stops = append(out.Stops, OnWay{stop, v.ArriveMinutes, v.Day, v.Late})
		}
	}
	for _, c := range day.Unplaced {
		out.without(seen, c)
	}
	out.Metres, out.DriveMinutes = day.Metres, day.DrivingMinutes
	return out, nil
}

// without adds a stop that has no place in the order.
func (d *Day) without(seen map[string]Stop, id string) {
	if stop, mine := seen[id]; mine {
		d.WithoutPlaces = append(d.WithoutPlaces, stop)
	}
}

// candidate says of somebody what the board shows.
func (f facts) candidate(c dispatch.Candidate) Candidate {
	p := f.people[c.ID]
	return Candidate{Candidate: c, User: c.ID, Name: p.Name, Agency: p.AgencyName}
}

// day is one that may be asked for: that of the law, or in some days where it has passed.
func (f facts) day(c casework.Case) string {
	today := casework.Date(f.now)
	if c.DueStrict >= today {
		return c.DueStrict
	}
	return f.rules.Workdays[min(graceDays, len(f.rules.Workdays)-1)]
}

// graceDays: a case whose deadline has passed is asked for in so many working days.
const graceDays = 3

// facts gathers what is known of some cases of the user's scope and of all inspectors of it.
func (g Going) facts(user *core.Record, ids []string) (f facts, err error) {
	f.now, f.people = g.Phones.Now(), map[string]Inspector{}
	if f.rules, err = g.rules(f.now); err != nil {
		return f, err
	}
	list, err := g.Inspectors(user)
	if err != nil {
		return f, err
	}
	stops, err := g.Stops(user)
	if err != nil {
		return f, err
	}
	for _, in := range list {
		f.people[in.ID] = in
		seat, err := g.Outlines.Seat(in.DivisionCode)
		if err != nil {
			return f, err
		}
		f.crew = append(f.crew, in.asGoing(seat, stops[in.ID]))
	}
	return f, g.ask(user, ids, &f)
}

// ask adds the cases that are asked about.
func (g Going) ask(user *core.Record, ids []string, f *facts) error {
	for _, id := range ids {
		var records []*core.Record
		if err := g.App.RecordQuery("cases").AndWhere(dbx.HashExp{"cases.id": id}).AndWhere(store.Scope(user)).All(&records); err != nil {
			return err
		}
		if len(records) == 0 {
			return store.ErrCaseUnknown
		}
		var c casework.Case
		if err := store.Into(records[0], &c); err != nil {
			return err
		}
		asked := dispatch.Case{Stop: dispatch.Stop{ID: c.ID, Due: c.DueStrict, Urgent: c.Urgent}}
		_ = records[0].UnmarshalJSONField("recused", &asked.Recused) // an empty column is nobody
		asked.ReceivedAt, _ = time.Parse(time.RFC3339, c.ReceivedAt) // only an order
		if c.Location != nil && placed(*c.Location) {
			asked.At = orb.Point{c.Location.Lon, c.Location.Lat}
		} else if at, err := g.Outlines.Seat(c.DivisionCode); err != nil {
			return err
		} else {
			asked.At = at
		}
		for _, in := range f.people {
			if in.reaches(c) && !slices.Contains(asked.Agencies, in.Agency) {
				asked.Agencies = append(asked.Agencies, in.Agency)
			}
		}
		f.cases, f.asked = append(f.cases, c), append(f.asked, asked)
	}
	return nil
}

// reaches: the case lies in the inspector's division, or nobody knows where, or his agency
// answers for it.
func (in Inspector) reaches(c casework.Case) bool {
	return c.DivisionCode == "" || in.From <= c.DivisionCode && c.DivisionCode <= in.To || in.Agency == c.Agency
}

func (in Inspector) asGoing(seat orb.Point, stops []Stop) dispatch.Inspector {
	out := dispatch.Inspector{
		ID: in.ID, Agency: in.Agency, Seat: seat, Load: in.Load, CertificateUntil: in.CertificateUntil, OnDuty: in.OnDuty,
	}
	if in.Position != nil {
		out.At, out.AtAge = orb.Point{in.Position.Lon, in.Position.Lat}, float64(in.Position.AgeS)
	}
	for _, s := range stops {
		stop := dispatch.Stop{ID: s.Case, Due: s.Due, Urgent: s.Urgent}
		if s.Asked != "" {
			stop.Due = s.Asked
		}
		if s.Location != nil {
			stop.At = orb.Point{s.Location.Lon, s.Location.Lat}
		}
		out.Stops = append(out.Stops, stop)
	}
	return out
}

// aheadDays is how far the calendar is looked at.
const aheadDays = 120

// rules are the usual ones with the working days that lie ahead.
func (g Going) rules(now time.Time) (dispatch.Rules, error) {
	r := dispatch.Default()
	_, calendar, err := store.Dictionaries{App: g.App}.Load()
	if err != nil {
		return r, err
	}
	for i := range aheadDays {
		day := now.AddDate(0, 0, i)
		if local, err := time.Parse(time.DateOnly, casework.Date(day)); err == nil && calendar.Working(local) {
			r.Workdays = append(r.Workdays, local.Format(time.DateOnly))
		}
	}
	return r, nil
}
