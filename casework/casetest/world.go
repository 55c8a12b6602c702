// Package casetest is test support: a small world of agencies, people, photos and one case,
// in which actions are done one after the other as a server would do them, in memory.
package casetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"xuncha/casework"
)

// Now is the moment at which a world begins: a Wednesday morning in Shanghai.
var Now = time.Date(2026, 6, 10, 1, 30, 0, 0, time.UTC)

// The agencies: a county under a city, and one elsewhere that cases are transferred to.
const (
	County    = "agency0county01"
	City      = "agency0city0001"
	Elsewhere = "agency0other001"
)

// The people. Lin and Wu are put on the case, Zhou is not; Abroad works in another province.
const (
	Intake     = "user0intake0001"
	Dispatcher = "user0dispatch01"
	Lin        = "user0inspect001"
	Wu         = "user0inspect002"
	Zhou       = "user0inspect003"
	Reviewer   = "user0reviewer01"
	Supervisor = "user0supervis01"
	Admin      = "user0admin00001"
	Abroad     = "user0dispatch02"
	Outsider   = "user0inspect009"
)

// The case, and the one that it may be merged into.
const (
	CaseID    = "case00000000001"
	PrimaryID = "case00000000002"
	Order     = "rectification01"
)

// World is the case with everything a server would hold of it.
type World struct {
	casework.Facts
	Now time.Time
	n   int
}

// New makes a world whose case is registered.
func New() *World {
	c, err := casework.Register(casework.Case{
		ID: CaseID, Number: "2026060001", Source: "web", IdentityMode: "real_name", TextLength: 20,
		Agency: County, DivisionCode: "990101", Address: "东城路 1 号", ReceivedAt: "2026-06-09T01:00:00.000Z",
	}, nil, casework.Calendar{})
	if err != nil {
		panic(err)
	}
	return &World{Now: Now, Facts: casework.Facts{
		Case: c, People: people(), Evidence: photos(), NextID: "next00000000000",
		Primary: &casework.Case{ID: PrimaryID, Status: casework.Accepted, Agency: County, DivisionCode: "990101"},
	}}
}

// agency is one of the three, or nil.
func agency(id string) *casework.Agency {
	code, ok := map[string]string{County: "990101", City: "990100", Elsewhere: "880101"}[id]
	if !ok {
		return nil
	}
	from, to, err := casework.Scope(code)
	if err != nil {
		panic(err)
	}
	return &casework.Agency{ID: id, ScopeFrom: from, ScopeTo: to}
}

func people() map[string]casework.Person {
	of := func(id string, role casework.Role, agency, code string) casework.Person {
		from, to, err := casework.Scope(code)
		if err != nil {
			panic(err)
		}
		return casework.Person{
			ID: id, Role: role, Agency: agency, ScopeFrom: from, ScopeTo: to,
			CertificateNo: "执-" + id, CertificateUntil: "2027-12-31",
		}
	}
	out := map[string]casework.Person{}
	for _, p := range []casework.Person{
		of(Intake, casework.Intake, County, "990101"), of(Dispatcher, casework.Dispatcher, County, "990101"),
		of(Lin, casework.Inspector, County, "990101"), of(Wu, casework.Inspector, County, "990101"),
		of(Zhou, casework.Inspector, County, "990101"), of(Reviewer, casework.Reviewer, County, "990101"),
		of(Supervisor, casework.Supervisor, City, "990100"), of(Admin, casework.Admin, County, "990101"),
		of(Abroad, casework.Dispatcher, Elsewhere, "880101"), of(Outsider, casework.Inspector, Elsewhere, "880101"),
	} {
		out[p.ID] = p
	}
	return out
}

// Items of the order; each has a photo before, one after and one of the verification, whose
// ids are Photo(purpose, item).
var Items = []string{"item1", "item2"}

// Photo is the id of the photo of an item: before, after, scene.
func Photo(purpose, item string) string { return "photo0" + purpose + "0" + item }

// Doubted is a photo of the site that a check doubts and nothing rests on.
const Doubted = "photo0doubted01"

func photos() map[string]casework.Evidence {
	out := map[string]casework.Evidence{Doubted: {
		ID: Doubted, Case: CaseID, Purpose: "scene", SHA256: "sha256 of " + Doubted, State: "flagged", Doubts: []string{"size_differs"},
	}}
	for _, item := range Items {
		for _, purpose := range []string{"before", "after", "scene"} {
			id := Photo(purpose, item)
			out[id] = casework.Evidence{
				ID: id, Case: CaseID, Purpose: purpose, Item: item, SHA256: "sha256 of " + id, State: "stored",
			}
		}
	}
	return out
}

// Of are the facts as a server would gather them for an action.
func (w *World) Of(a casework.Action) casework.Facts {
	f := w.Facts
	f.Target = agency(casework.Needs(a).Target)
	if a.ActorKind == casework.ByUser {
		f.Actor = w.People[a.Actor]
	}
	return f
}

// Do applies an action and, if it is admitted, keeps what the verdict says.
func (w *World) Do(a casework.Action) casework.Verdict {
	w.n++
	a.ID = fmt.Sprintf("action%09d", w.n)
	a.ReceivedAt = casework.Stamp(w.Now)
	from := w.Case.Status
	v := casework.Apply(w.Of(a), a, w.Now)
	outcome := casework.NeedsReview
	if v.Applied {
		outcome = casework.Applied
		w.keep(v)
	}
	w.History = append(w.History, casework.Past{Action: a, Outcome: outcome, From: from, To: w.Case.Status, AppliedAt: a.ReceivedAt})
	return v
}

// keep writes a verdict as the server's store does.
func (w *World) keep(v casework.Verdict) {
	w.Case = v.Case
	w.NextID = fmt.Sprintf("next%011d", w.n)
	if n := v.Inspection; n != nil {
		w.Inspection = &casework.Inspection{ID: n.ID, Case: n.Case, Round: n.Round, Inspectors: n.Inspectors, Lead: n.Lead}
	}
	if c := v.InspectionChange; c != nil && c.StartedAt != "" {
		started := *w.Inspection
		started.StartedAt = c.StartedAt
		w.Inspection = &started
	}
	if r := v.Rectification; r != nil {
		w.Rectification = &r.Rectification
	}
	if t := v.Transfer; t != nil {
		w.Transfer = &t.Transfer
	}
	for _, d := range v.Decisions {
		e := w.Evidence[d.Photo]
		e.Decision = &d.Decision
		w.Evidence[d.Photo] = e
	}
	if w.Case.Transfer == "" {
		w.Transfer = nil
	}
	if w.Case.Inspection == "" {
		w.Inspection = nil
	}
	if w.Case.Rectification == "" {
		w.Rectification = nil
	}
}

// Clone is a world that goes its own way from here.
func (w *World) Clone() *World {
	c := *w
	c.People, c.Evidence = maps.Clone(w.People), maps.Clone(w.Evidence)
	c.History = slices.Clone(w.History)
	return &c
}
