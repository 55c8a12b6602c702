package dispatch

// Who should go to one case.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Candidate is an inspector with what speaks for and against sending him. The reasons name
// the values that belong to them.
type Candidate struct {
	ID               string  `json:"id"`
	Score            float64 `json:"score"` // minutes of driving that all of it is worth: the sum of the parts; the least is best
	Parts            Parts   `json:"parts"`
	DistanceM        float64 `json:"distance_m"`     // great circle from where he is taken to be
	AddedM           float64 `json:"added_m"`        // more on the way of his day, great circles
	AddedMinutes     float64 `json:"added_minutes"`  // that the way takes longer; the visit itself is not among them
	ArriveMinutes    float64 `json:"arrive_minutes"` // of work from now
	Load             int     `json:"load"`
	SlackDays        int     `json:"slack_days"`   // from the visit to the last day; 0 for a case that has none
	DelayedDays      int     `json:"delayed_days"` // by which other cases miss their margins more, together
	CertificateUntil string  `json:"certificate_until"`
	PositionAgeS     float64 `json:"position_age_s"` // 0 where the seat was taken
	Reasons          []Code  `json:"reasons"`
}

// Team is who goes to a case together. The lead is whose score is less; both come from where
// they are.
type Team struct {
	Case         string    `json:"case"`
	Lead         Candidate `json:"lead"`
	Second       Candidate `json:"second"`
	ApartMinutes float64   `json:"apart_minutes"` // between their arrivals, as their days stand
}

// Offer is who should go to a case, and who cannot.
type Offer struct {
	Candidates []Candidate `json:"candidates"` // the best, the best of them first; of equals the first by id
	Eligible   int         `json:"eligible"`   // how many can go
	Team       *Team       `json:"team"`       // the best two; nil if there are not two
	Lack       Code        `json:"lack"`       // why not
	Refused    []Refused   `json:"refused"`    // the others, by id
}

// Candidates says who should go to a case. A case that stands in somebody's day already is
// judged as if it did not. The costs of two who go together add up, so the best team is the
// best two. The error is ErrPlace, ErrTwice or ErrDay.
func Candidates(c Case, inspectors []Inspector, r Rules, now time.Time) (Offer, error) {
	if !placed(c.At) {
		return Offer{}, fmt.Errorf("case %s: %w", c.ID, ErrPlace)
	}
	p, err := newPlanner(r, now)
	if err != nil {
		return Offer{}, err
	}
	people, err := roster(inspectors, []Case{c})
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Candidates: []Candidate{}, Refused: p.refused(people, &c)}
	able := without(people, o.Refused)
	o.Eligible = len(able)
	best := p.best(p.visitOf(c.Stop), able, max(Crew, r.Offered))
	field := p.fieldOf(&c, able)
	for _, b := range best {
		o.Candidates = append(o.Candidates, p.candidate(b, &c, field))
	}
	if len(o.Candidates) >= Crew {
		t := teamOf(c.ID, o.Candidates[0], o.Candidates[1])
		o.Team = &t
	} else {
		o.Lack = lack(len(able))
	}
	o.Candidates = o.Candidates[:min(len(o.Candidates), r.Offered)]
	return o, nil
}

// lack is why so many are no team.
func lack(able int) Code {
	switch able {
	case 0:
		return Nobody
	case 1:
		return OneOnly
	}
	return AllTaken
}

// without leaves out those who are refused; both stand by id.
func without(people []Inspector, refused []Refused) []*Inspector {
	able := make([]*Inspector, 0, len(people)-len(refused))
	for i := range people {
		if len(refused) > 0 && refused[0].ID == people[i].ID {
			refused = refused[1:]
			continue
		}
		able = append(able, &people[i])
	}
	return able
}

// scored is an inspector with what a case costs in his day.
type scored struct {
	who  *Inspector
	load int // with what he gets beside it
	fit  fit
	cost int64
}

func (p *planner) score(who *Inspector, load int, f fit) scored {
	return scored{who, load, f, p.parts(who, load, f).sum()}
}

func byCost(a, b scored) int {
	return cmp.Or(cmp.Compare(a.cost, b.cost), strings.Compare(a.who.ID, b.who.ID))
}

// best of those who can go. Days are made for those only who can still be among them: what
// load and age cost is known without.
func (p *planner) best(v visit, able []*Inspector, n int) []scored {
	least := make([]scored, len(able))
	for i, in := range able {
		least[i] = p.score(in, in.Load, fit{})
	}
	slices.SortFunc(least, byCost)
	var best []scored
	for _, s := range least {
		if len(best) == n && s.cost > best[n-1].cost {
			break
		}
		d := p.dayOf(s.who)
		s = p.score(s.who, s.load, p.insert(&d, v))
		at, _ := slices.BinarySearchFunc(best, s, byCost)
		best = slices.Insert(best, at, s)
		best = best[:min(len(best), n)]
	}
	return best
}

// field is what a candidate is compared with: the best there is.
type field struct {
	at     vector
	metres float64
	load   int
}

func (p *planner) fieldOf(c *Case, able []*Inspector) field {
	f := field{at: vectorOf(c.At), metres: math.Inf(1), load: math.MaxInt}
	for _, in := range able {
		f.metres = min(f.metres, metres(vectorOf(p.start(in)), f.at))
		f.load = min(f.load, in.Load)
	}
	return f
}

// candidate is a scored inspector in the words of the board.
func (p *planner) candidate(s scored, c *Case, f field) Candidate {
	out := Candidate{
		ID:               s.who.ID,
		Score:            minutes(s.cost),
		Parts:            p.parts(s.who, s.load, s.fit).shown(),
		DistanceM:        math.Round(metres(vectorOf(p.start(s.who)), f.at)),
		AddedM:           math.Round(s.fit.metres),
		AddedMinutes:     tenths(driving(s.fit.metres)),
		ArriveMinutes:    tenths(s.fit.arrive),
		Load:             s.load,
		DelayedDays:      s.fit.delayed,
		CertificateUntil: s.who.CertificateUntil,
	}
	if p.fresh(s.who) {
		out.PositionAgeS = p.age(s.who)
	}
	if c.Due != "" {
		v := p.visitOf(c.Stop)
		out.SlackDays = v.due - p.day(s.fit.arrive+v.minutes)
	}
	out.Reasons = p.reasons(&out, s.who, c, f)
	return out
}

func tenths(minutes float64) float64 { return math.Round(minutes*10) / 10 }

// reasons for and against a candidate, what speaks for him first.
func (p *planner) reasons(o *Candidate, in *Inspector, c *Case, f field) []Code {
	until, _ := dueOn(in.CertificateUntil) // the roster was looked through
	dated, last := c.Due != "", p.days[0]
	if due, _ := dueOn(c.Due); dated {
		last = max(last, due)
	}
	out := []Code{}
	for _, r := range []struct {
		code  Code
		holds bool
	}{
		{Nearest, o.DistanceM <= math.Round(f.metres)},
		{OnTheWay, o.AddedMinutes <= littleMinutes},
		{LeastLoad, in.Load <= f.load},
		{InTime, dated && o.SlackDays >= p.Margin},
		{Tight, dated && o.SlackDays >= 0 && o.SlackDays < p.Margin},
		{Late, dated && o.SlackDays < 0},
		{DelaysOthers, o.DelayedDays > 0},
		{FromSeat, !p.fresh(in)},
		{CertificateSoon, until-last <= soonDays},
	} {
		if r.holds {
			out = append(out, r.code)
		}
	}
	return out
}

// teamOf is two candidates as a team.
func teamOf(id string, a, b Candidate) Team {
	if b.Score < a.Score || b.Score == a.Score && b.ID < a.ID {
		a, b = b, a
	}
	return Team{id, a, b, tenths(math.Abs(a.ArriveMinutes - b.ArriveMinutes))}
}
