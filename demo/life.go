package demo

// The life of one case: each action is put to casework, and what it decides is kept.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"xuncha/casework"
	"xuncha/intake"
)

// Row is one record to be saved.
type Row struct {
	Collection string
	ID         string
	Fields     any // JSON names are the fields
}

// Life is one complaint with its case and all that belongs to it.
type Life struct {
	Number, Code, Phrase string
	ComplaintID          string
	Contact              intake.Contact    // of the complainant; sealed when it is saved
	External             intake.ExternalID // how another system knows the complaint
	Case                 casework.Case
	Rows                 []Row // in the order in which they are saved, the case before what belongs to it

	m       *maker
	r       *rand.Rand
	plan    plan
	site    *site
	owner   owner
	primary *Life

	last  time.Time // when the server last heard of the case
	ended bool      // the next step lies in the future, or the case rests here
	err   error

	first        casework.Case // as it was registered
	history      []casework.Past
	nexts        []string // the ids given to casework, one an action
	track        []moment
	actions      []map[string]any
	visit        *visit
	visits       []*visit
	found        *finding // what the officers saw
	foundText    string
	feedback     string // of the agency that it was handed to
	sentTo       string
	order        *casework.Rectification
	orders       []casework.Rectification
	befores      map[string]string // item -> photo
	replies      []casework.ReplyChange
	transfer     *casework.Transfer
	transfers    []casework.Transfer
	supervisions []casework.Supervision
	evidence     map[string]casework.Evidence
	photos       []Row
	ratings      []Row

	asked   plan   // as it was before anything happened, to live it again
	tags    string // which words are for its message
	repeats []span // when others were merged into it
}

// span is a stretch of time; a zero end is open.
type span struct{ from, until time.Time }

// repeatsAt counts the cases that were merged into it at a time.
func (l *Life) repeatsAt(at time.Time) (n int) {
	for _, s := range l.repeats {
		if !s.from.After(at) && (s.until.IsZero() || s.until.After(at)) {
			n++
		}
	}
	return n
}

// owner is what the borders say of the place.
type owner struct {
	uncertain bool
	second    string
}

// moment is since when a case had a status.
type moment struct {
	at     time.Time
	status casework.Status
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// local writes a time as a phone or a browser here sends it.
func local(at time.Time) string { return at.In(shanghai).Format(time.RFC3339) }

// args are the arguments of an action.
type args = map[string]any

// step does an action by a user, if its time is not in the future. A refusal is an error
// of the demo.
func (l *Life) step(at time.Time, by, name string, in args) bool {
	v, done := l.offer(at, by, name, in)
	if done && !v.Applied && l.err == nil {
		l.err = fmt.Errorf("%s in %s: %s %s", name, l.Case.Status, v.Code, v.Detail)
	}
	return done && v.Applied && !l.ended
}

// offer does an action that casework may not admit: from a phone it is kept for review.
func (l *Life) offer(at time.Time, by, name string, in args) (casework.Verdict, bool) {
	at = at.Truncate(time.Second)
	device := ""
	if field[name] {
		device = l.m.devices[by]
	}
	received := l.hears(at, device)
	if l.ended || l.err != nil || received.After(l.m.Now) {
		l.ended = true
		return casework.Verdict{}, false
	}
	if in == nil {
		in = args{}
	}
	photos, _ := in["evidence"].([]string)
	delete(in, "evidence")
	raw, err := json.Marshal(in)
	if err != nil {
		l.err = err
		return casework.Verdict{}, false
	}
	a := casework.Action{
		ID: l.m.id(l.r), Case: l.Case.ID, Name: name, Args: raw, ActorKind: casework.ByUser, Actor: by, Device: device,
		DeviceAt: local(at), ReceivedAt: casework.Stamp(received), Evidence: photos,
	}
	l.sign(&a)
	if name == "arrive" {
		p := position(around(l.r, l.site.at, 20), float64(4+l.r.IntN(9)))
		a.Position = &p
	}
	next := l.m.id(l.r)
	v := casework.Apply(l.facts(a, l.primaryAt(received), next, received), a, received)
	if v.Applied || device != "" {
		l.last, l.nexts = received, append(l.nexts, next)
		l.keep(a, v)
	}
	return v, true
}

func (l *Life) facts(a casework.Action, primary *casework.Case, next string, at time.Time) casework.Facts {
	target := l.m.offices[casework.Needs(a).Target]
	l.Case.RepeatCount = l.repeatsAt(at)
	return casework.Facts{
		Case: l.Case, Actor: l.m.people[a.Actor], People: l.m.people, Target: &target, Primary: primary, Inspection: l.visit.fact(), Rectification: l.order,
		Transfer: l.transfer, Evidence: l.evidence, History: l.history, NextID: next, Complaints: 1 + l.Case.RepeatCount,
	}
}

// primaryAt is the case to merge into as it was at a time.
func (l *Life) primaryAt(at time.Time) *casework.Case {
	if l.primary == nil {
		return nil
	}
	c := l.primary.Case
	c.Status = l.primary.statusAt(at)
	return &c
}

// field are the actions that are done on a phone; the rest at a desk.
var field = map[string]bool{"arrive": true, "conclude": true, "verify": true, "submit": true}

// hears is when the server learns of an action: at once, or when a phone is back on the
// network.
func (l *Life) hears(at time.Time, device string) time.Time {
	lag := time.Duration(0)
	switch {
	case device == "":
	case l.r.Float64() < 0.7:
		lag = time.Duration(2+l.r.IntN(50)) * time.Second
	default:
		lag = time.Duration(20+l.r.IntN(400)) * time.Minute
	}
	received := at.Add(lag)
	if !received.After(l.last) {
		received = l.last.Add(time.Duration(1+l.r.IntN(4)) * time.Second)
	}
	return received
}

// Actors who are no users.
const (
	byComplainant = "complainant"
	byRule        = "rule"
)

func (l *Life) sign(a *casework.Action) {
	switch a.Actor {
	case byComplainant:
		a.ActorKind, a.Actor, a.DeviceAt = casework.ByComplainant, l.ComplaintID, ""
	case byRule:
		a.ActorKind, a.Actor, a.DeviceAt = casework.ByRule, "", ""
	default:
		p := l.m.people[a.Actor]
		a.ActorRole, a.ActorAgency = p.Role, p.Agency
	}
}

// keep takes a verdict over, as the server's store does.
func (l *Life) keep(a casework.Action, v casework.Verdict) {
	outcome := casework.Applied
	if !v.Applied {
		outcome = casework.NeedsReview
	}
	l.actions = append(l.actions, map[string]any{
		"id": a.ID, "case": a.Case, "name": a.Name, "args": a.Args, "actor_kind": a.ActorKind, "actor": a.Actor, "actor_role": a.ActorRole,
		"actor_agency": a.ActorAgency, "device": a.Device, "device_at": a.DeviceAt, "received_at": a.ReceivedAt, "position": a.Position,
		"evidence": append([]string{}, a.Evidence...), "outcome": outcome, "code": v.Code, "from": l.Case.Status, "to": v.Case.Status, "round": l.Case.Round,
	})
	l.history = append(l.history, casework.Past{Action: a, Outcome: outcome})
	if !v.Applied {
		return
	}
	if v.Case.Status != l.Case.Status {
		l.track = append(l.track, moment{l.last, v.Case.Status})
	}
	l.Case = v.Case
	l.keepField(v)
	l.keepDesk(v)
	l.forget()
	l.ended = l.ended || l.rests(a.Name)
}

// rests says whether the case is as far as its plan goes; every other one that officers
// have reached waits for the second of them.
func (l *Life) rests(name string) bool {
	if name != l.plan.until {
		return false
	}
	both := name == "arrive" && l.plan.index%2 == 0
	return !both || l.history[len(l.history)-2].Name == "arrive"
}

func (l *Life) keepField(v casework.Verdict) {
	if n := v.Inspection; n != nil {
		l.visit = &visit{ID: n.ID, Case: n.Case, Round: n.Round, Inspectors: n.Inspectors, Lead: n.Lead}
		l.visits = append(l.visits, l.visit)
	}
	if c := v.InspectionChange; c != nil && l.visit != nil {
		if c.StartedAt != "" {
			l.visit.StartedAt = c.StartedAt
		}
		if c.Inspectors != nil {
			l.visit.Inspectors = c.Inspectors
		}
		if c.Lead != "" {
			l.visit.Lead = c.Lead
		}
	}
	if r := v.Rectification; r != nil {
		order := r.Rectification
		l.order = &order
		l.orders = put(l.orders, order, func(o casework.Rectification) bool { return o.ID == order.ID })
	}
}

func (l *Life) keepDesk(v casework.Verdict) {
	if r := v.Reply; r != nil {
		reply := *r
		for _, old := range l.replies {
			if old.Round == reply.Round {
				reply.ID = old.ID
				if reply.Author == "" {
					reply.Author = old.Author
				}
			}
		}
		l.replies = put(l.replies, reply, func(o casework.ReplyChange) bool { return o.ID == reply.ID })
	}
	if t := v.Transfer; t != nil {
		for i := range l.transfers {
			if l.transfers[i].ID == t.Replaces {
				l.transfers[i].State = casework.TransferReturned
			}
		}
		transfer := t.Transfer
		l.transfer = &transfer
		l.transfers = put(l.transfers, transfer, func(o casework.Transfer) bool { return o.ID == transfer.ID })
	}
	if s := v.Supervision; s != nil {
		l.supervisions = append(l.supervisions, *s)
	}
}

// put replaces the one that is the same, else it adds.
func put[T any](list []T, v T, same func(T) bool) []T {
	for i := range list {
		if same(list[i]) {
			list[i] = v
			return list
		}
	}
	return append(list, v)
}

// forget what the case no longer points at.
func (l *Life) forget() {
	if l.Case.Inspection == "" {
		l.visit = nil
	}
	if l.Case.Rectification == "" {
		l.order, l.befores = nil, map[string]string{}
	}
	if l.Case.Transfer == "" {
		l.transfer = nil
	}
}

// statusAt is the status that the case had at a time.
func (l *Life) statusAt(at time.Time) casework.Status {
	status := casework.Registered
	for _, t := range l.track {
		if t.at.After(at) {
			break
		}
		status = t.status
	}
	return status
}
