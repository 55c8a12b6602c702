// What the earlier actions of a case tell: its rounds, who arrived, who ever worked on it.

package casework

import (
	"maps"
	"slices"
)

// pastRound is an applied action with the round it fell in and its arguments.
type pastRound struct {
	Past
	round int
	in    args
}

// applied returns the applied actions of the case, oldest first, each with its round. A
// round ends with a failed verification and with a reopening.
func (f Facts) applied() []pastRound {
	out := make([]pastRound, 0, len(f.History))
	round := 0
	for _, past := range f.History {
		if past.Outcome != Applied {
			continue
		}
		p := pastRound{Past: past, round: round, in: argsOf(past.Action)}
		out = append(out, p)
		if past.Name == "reopen" || p.failedItems() {
			round++
		}
	}
	first := f.Case.Round - round
	for i := range out {
		out[i].round += first
	}
	return out
}

func (p pastRound) failedItems() bool {
	return p.Name == "verify" && slices.ContainsFunc(p.in.Items, func(i item) bool { return !i.Passed })
}

// onCase are the officers who count as being on the case: those assigned to it, and for an
// action that a dispatcher admits late all who ever were.
func (f Facts) onCase() []string {
	if f.Late {
		return f.Officers()
	}
	return f.Case.Inspectors
}

// Arrivals are the officers who arrived on site in the current round and are still on the
// case.
func (f Facts) Arrivals() []string {
	var out []string
	on := f.onCase()
	for _, p := range f.applied() {
		if p.Name != "arrive" || p.round != f.Case.Round {
			continue
		}
		for _, o := range p.in.Officers {
			if slices.Contains(on, o) && !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

// fieldActions are done on site or in the field, by officers.
var fieldActions = []string{"arrive", "conclude", "submit", "verify"}

// Officers are all who were ever an officer of the case: assigned to it, named on site, or
// the actor of something done in the field, whether that was admitted or not.
func (f Facts) Officers() []string {
	out := slices.Clone(f.Case.Inspectors)
	for _, p := range f.applied() {
		out = append(append(out, p.in.Inspectors...), p.in.Officers...)
	}
	for _, p := range f.History {
		if slices.Contains(fieldActions, p.Name) && p.ActorRole == Inspector {
			out = append(out, p.Actor)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// repliers are those who drafted the reply of the present round.
func (f Facts) repliers() []string {
	var out []string
	for _, p := range f.applied() {
		if p.round == f.Case.Round && (p.Name == "reply" || p.Name == "feed_back") {
			out = append(out, p.Actor)
		}
	}
	return out
}

// inspectedBy are those who took part in an inspection of the case, in any round.
func (f Facts) inspectedBy() []string {
	var out []string
	for _, p := range f.applied() {
		switch p.Name {
		case "arrive":
			out = append(out, p.in.Officers...)
		case "conclude":
			out = append(out, p.Actor)
		}
	}
	return out
}

// proof are the photos that the present round's result rests on.
func (f Facts) proof() []string {
	var out []string
	for _, p := range f.applied() {
		if p.Name == "reopen" {
			out = nil // the old rounds are frozen
		}
		if slices.Contains(fieldActions, p.Name) {
			out = append(out, cited(p.Action, p.in)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// restsOn are the photos that the result rests on as it stands: where a conclusion, a pair or
// a verification of an item came anew, the photos of the one before count no more. Else what
// was rejected could never be replaced.
func (f Facts) restsOn() []string {
	stands := map[string][]string{}
	for _, p := range f.applied() {
		switch p.Name {
		case "reopen", "conclude":
			clear(stands)
		case "submit", "verify":
		default:
			continue
		}
		stands[p.Name] = p.Evidence
		for _, i := range p.in.Items {
			stands[p.Name+" "+i.ID] = i.photos()
		}
	}
	out := slices.Concat(slices.Collect(maps.Values(stands))...)
	slices.Sort(out)
	return slices.Compact(out)
}

// cited are the ids of all photos that an action speaks of.
func cited(a Action, in args) []string {
	out := append(slices.Clone(a.Evidence), in.Photos...)
	for _, i := range in.Items {
		out = append(out, i.photos()...)
	}
	return out
}

func (i item) photos() []string {
	out := slices.Clone(i.Evidence)
	for _, id := range []string{i.Before, i.After} {
		if id != "" {
			out = append(out, id)
		}
	}
	return out
}

// argsOf reads the arguments as Apply does; what it would not admit tells nothing.
func argsOf(a Action) args {
	rule, _ := Process().Action(a.Name)
	in, err := readArgs(rule, a.Args)
	if err != nil {
		return args{}
	}
	return in
}

// Need is what an action speaks of: the ids that its Facts must hold.
type Need struct {
	People     []string
	Evidence   []string
	Primary    string
	Target     string // agency
	Inspection string
	Order      string // the id that a new rectification shall have
	Complaints bool   // how many there are
}

// Needs reads an action for the records that have to be fetched with the case. What cannot
// be read is left out: Apply will say so.
func Needs(a Action) Need {
	in := argsOf(a)
	people := slices.Concat(in.Inspectors, in.Officers)
	for _, id := range []string{in.Lead, in.AgreedBy} {
		if id != "" {
			people = append(people, id)
		}
	}
	need := Need{
		People: people, Evidence: cited(a, in), Primary: in.Primary, Target: in.Target, Inspection: in.Inspection,
		Complaints: a.Name == "withdraw",
	}
	if in.Order != nil {
		need.Order = in.Order.Rectification
	}
	return need
}
