package demo

// The life of one case: each action is put to casework, and what it decides is kept.

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
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
	Contact              intake.Contact // of the complainant; sealed when it is saved
	Case                 casework.Case
	Rows                 []Row // in the order in which they are saved, the case first

	m            *maker
	matter       matter
	unit         string
	inspection   map[string]any
	visit        *casework.Inspection
	order        *casework.Rectification
	transfer     *casework.Transfer
	evidence     map[string]casework.Evidence
	history      []casework.Past
	photos       []Row
	inspections  []map[string]any
	orders       map[string]casework.Rectification
	replies      map[int]casework.ReplyChange
	transfers    map[string]casework.Transfer
	supervisions []casework.Supervision
	actions      []map[string]any
	ended        bool // the next step lies in the future
	err          error
	primary      *casework.Case
}

// step does an action at a time, if that is not in the future. by is a user's id, or ""
// for the complainant.
func (l *Life) step(at time.Time, by, name string, args map[string]any) bool {
	if l.ended || l.err != nil || at.After(l.m.Now) {
		l.ended = true
		return false
	}
	if args == nil {
		args = map[string]any{}
	}
	raw, err := json.Marshal(args)
	if err != nil {
		l.err = err
		return false
	}
	a := casework.Action{
		ID: l.m.id(), Case: l.Case.ID, Name: name, Args: raw, ActorKind: casework.ByUser, Actor: by, ReceivedAt: casework.Stamp(at),
		DeviceAt: at.In(shanghai).Format(time.RFC3339),
	}
	person, isUser := l.m.people[by]
	if !isUser {
		a.ActorKind, a.Actor = casework.ByComplainant, ""
	}
	a.ActorRole, a.ActorAgency = person.Role, person.Agency
	if name == "arrive" {
		at := *l.Case.Location
		at.AccuracyM = 8
		a.Position = &at
	}
	v := casework.Apply(casework.Facts{
		Case: l.Case, Actor: person, People: l.m.people, Primary: l.primary, Inspection: l.visit, Rectification: l.order, Transfer: l.transfer,
		Evidence: l.evidence, History: l.history, NextID: l.m.id(), Complaints: 1,
	}, a, at)
	if !v.Applied {
		l.err = fmt.Errorf("case %s: %s in %s: %s %s", l.Number, name, l.Case.Status, v.Code, v.Detail)
		return false
	}
	l.keep(a, v)
	return true
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// keep takes a verdict over, as the server's store does.
func (l *Life) keep(a casework.Action, v casework.Verdict) {
	l.actions = append(l.actions, map[string]any{
		"id": a.ID, "case": a.Case, "name": a.Name, "args": a.Args, "actor_kind": a.ActorKind, "actor": a.Actor, "actor_role": a.ActorRole,
		"actor_agency": a.ActorAgency, "device_at": a.DeviceAt, "received_at": a.ReceivedAt, "position": a.Position, "evidence": a.Evidence,
		"outcome": casework.Applied, "from": l.Case.Status, "to": v.Case.Status, "round": l.Case.Round,
	})
	l.history = append(l.history, casework.Past{Action: a, Outcome: casework.Applied})
	l.Case = v.Case
	if n := v.Inspection; n != nil {
		l.visit = &casework.Inspection{ID: n.ID, Case: n.Case, Round: n.Round, Inspectors: n.Inspectors, Lead: n.Lead}
		l.inspection = map[string]any{"id": n.ID, "case": n.Case, "round": n.Round, "inspectors": n.Inspectors, "lead": n.Lead}
		l.inspections = append(l.inspections, l.inspection)
	}
	if c := v.InspectionChange; c != nil && l.visit != nil {
		started := *l.visit
		if c.StartedAt != "" {
			started.StartedAt, l.inspection["started_at"] = c.StartedAt, c.StartedAt
		}
		if c.Inspectors != nil {
			started.Inspectors, l.inspection["inspectors"] = c.Inspectors, c.Inspectors
		}
		if c.Lead != "" {
			started.Lead, l.inspection["lead"] = c.Lead, c.Lead
		}
		l.visit = &started
	}
	if r := v.Rectification; r != nil {
		order := r.Rectification
		l.order, l.orders[order.ID] = &order, order
	}
	if r := v.Reply; r != nil {
		reply := *r
		if old, ok := l.replies[r.Round]; ok {
			reply.ID = old.ID
			if reply.Author == "" {
				reply.Author = old.Author
			}
		}
		l.replies[r.Round] = reply
	}
	if t := v.Transfer; t != nil {
		l.keepTransfer(*t)
	}
	if s := v.Supervision; s != nil {
		l.supervisions = append(l.supervisions, *s)
	}
	l.forget()
}

func (l *Life) keepTransfer(t casework.TransferChange) {
	if old, ok := l.transfers[t.Replaces]; ok {
		old.State = casework.TransferReturned
		l.transfers[t.Replaces] = old
	}
	transfer := t.Transfer
	l.transfer, l.transfers[transfer.ID] = &transfer, transfer
}

// forget what the case no longer points at.
func (l *Life) forget() {
	if l.Case.Inspection == "" {
		l.visit = nil
	}
	if l.Case.Rectification == "" {
		l.order = nil
	}
	if l.Case.Transfer == "" {
		l.transfer = nil
	}
}

// settle turns what happened into rows.
func (l *Life) settle() {
	overdue, soon := casework.Clock(l.Case, l.m.Now)
	l.Case.Overdue, l.Case.DueSoon = overdue, soon
	add := func(collection, id string, fields any) { l.Rows = append(l.Rows, Row{collection, id, fields}) }
	add("cases", l.Case.ID, l.Case)
	for _, v := range l.inspections {
		add("inspections", v["id"].(string), v)
	}
	for _, id := range slices.Sorted(maps.Keys(l.orders)) {
		add("rectifications", id, l.orders[id])
	}
	l.Rows = append(l.Rows, l.photos...)
	for _, round := range slices.Sorted(maps.Keys(l.replies)) {
		add("replies", l.replies[round].ID, l.replies[round])
	}
	for _, id := range slices.Sorted(maps.Keys(l.transfers)) {
		add("transfers", id, l.transfers[id])
	}
	for _, s := range l.supervisions {
		add("supervisions", s.ID, s)
	}
	for _, a := range l.actions {
		add("actions", a["id"].(string), a)
	}
}
