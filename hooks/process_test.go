package hooks_test

// The process over HTTP: every action in every state by every role, admitted exactly
// where the file says.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/casework/casetest"
	"xuncha/hooks"
	"xuncha/hooks/route"
	"xuncha/hooks/store"
	"xuncha/internal/house"
	"xuncha/internal/phone"
	"xuncha/sync"
)

// bench of the process: a house with the people of casetest, and copies of its worlds.
type process struct {
	*house.House
	tokens map[string]string
	copies int
}

func newProcess(t *testing.T) *process {
	return processAt(t, func() time.Time { return casetest.Now })
}

func processAt(t *testing.T, now func() time.Time) *process {
	p := &process{House: house.With(t, t.TempDir(), hooks.Config{Now: now, Limits: route.Limits{Writes: -1, Reads: -1}}), tokens: map[string]string{}}
	p.put("agencies", casetest.County, map[string]any{"name": "县分局", "division_code": "990101"})
	p.put("agencies", casetest.City, map[string]any{"name": "市局", "division_code": "990100"})
	p.put("agencies", casetest.Elsewhere, map[string]any{"name": "外省", "division_code": "880101"})
	w := casetest.New()
	for id, person := range w.People {
		r := p.fresh("users", id, map[string]any{
			"name": id, "role": person.Role, "agency": person.Agency, "certificate_no": person.CertificateNo,
			"certificate_until": person.CertificateUntil, "email": id + "@example.test",
		})
		r.SetPassword(house.Password)
		if err := p.App.Save(r); err != nil {
			t.Fatal(err)
		}
		p.tokens[id] = p.SignIn(id+"@example.test", house.Password)
	}
	p.put("cases", casetest.PrimaryID, *w.Primary)
	return p
}

func (p *process) fresh(collection, id string, v any) *core.Record {
	p.T.Helper()
	col, err := p.App.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		p.T.Fatal(err)
	}
	r := core.NewRecord(col)
	if err := store.Load(r, v); err != nil {
		p.T.Fatal(err)
	}
	r.Id = id
	return r
}

func (p *process) put(collection, id string, v any) {
	p.T.Helper()
	if err := p.App.SaveWithContext(hooks.Seeding(p.T.Context()), p.fresh(collection, id, v)); err != nil {
		p.T.Fatalf("%s %s: %v", collection, id, err)
	}
}

// world is a copy of a casetest world in the database, with ids of its own.
type world struct {
	*casetest.World
	caseID string
	rename *strings.Replacer
}

// lay writes a copy of a world into the house.
func (p *process) lay(w *casetest.World) world {
	p.T.Helper()
	p.copies++
	ids := []string{casetest.CaseID, casetest.Order}
	if w.Inspection != nil {
		ids = append(ids, w.Inspection.ID)
	}
	if w.Transfer != nil {
		ids = append(ids, w.Transfer.ID)
	}
	ids = append(ids, slices.Sorted(maps.Keys(w.Evidence))...)
	for _, past := range w.History {
		ids = append(ids, past.ID)
	}
	pairs := []string{}
	for i, id := range ids {
		pairs = append(pairs, id, fmt.Sprintf("copy%06dof%03dxx", p.copies, i))
	}
	out := world{World: w, rename: strings.NewReplacer(pairs...)}
	out.caseID = out.rename.Replace(casetest.CaseID)
	row := func(collection, id string, v any) {
		data, err := json.Marshal(v)
		if err != nil {
			p.T.Fatal(err)
		}
		var renamed map[string]any
		if err := json.Unmarshal([]byte(out.rename.Replace(string(data))), &renamed); err != nil {
			p.T.Fatal(err)
		}
		p.put(collection, out.rename.Replace(id), renamed)
	}
	c := w.Case
	c.Number = fmt.Sprintf("2026-%06d", p.copies)
	row("cases", c.ID, c)
	if i := w.Inspection; i != nil {
		row("inspections", i.ID, map[string]any{"case": i.Case, "round": i.Round, "inspectors": i.Inspectors, "lead": i.Lead, "started_at": i.StartedAt})
	}
	if w.Rectification != nil {
		row("rectifications", w.Rectification.ID, w.Rectification)
	}
	if w.Transfer != nil {
		row("transfers", w.Transfer.ID, w.Transfer)
	}
	for id, e := range w.Evidence {
		row("evidence", id, map[string]any{
			"case": e.Case, "purpose": e.Purpose, "item": e.Item, "sha256": e.SHA256, "state": e.State, "taken_at": e.TakenAt, "flags": e.Doubts,
		})
	}
	for _, past := range w.History {
		fields := map[string]any{"outcome": past.Outcome}
		data, err := json.Marshal(past.Action)
		if err != nil {
			p.T.Fatal(err)
		}
		if err := json.Unmarshal(data, &fields); err != nil {
			p.T.Fatal(err)
		}
		fields["outcome"] = past.Outcome
		row("actions", past.ID, fields)
	}
	return out
}

// body is an action as it is sent.
func (w world) body(a casework.Action) map[string]any {
	var args map[string]any
	if err := json.Unmarshal([]byte(w.rename.Replace(string(a.Args))), &args); err != nil {
		panic(err)
	}
	if order, ok := args["order"].(map[string]any); ok { // an order has an id of its own
		order["rectification"] = w.caseID + "order"
	}
	var evidence []string
	for _, id := range a.Evidence {
		evidence = append(evidence, w.rename.Replace(id))
	}
	return map[string]any{"case": w.caseID, "name": a.Name, "args": args, "position": a.Position, "evidence": evidence}
}

// actors are one user of each role, and a dispatcher whom a case may be transferred to.
var actors = []string{
	casetest.Intake, casetest.Dispatcher, casetest.Lin, casetest.Reviewer, casetest.Supervisor, casetest.Admin, casetest.Abroad,
}

// verdict is what the pure rules say of the very same action.
func verdict(w *casetest.World, actor, name string) (casework.Action, casework.Verdict) {
	a := w.Example(name)
	a.ActorKind, a.Actor = casework.ByUser, actor
	person := w.People[actor]
	a.ActorRole, a.ActorAgency = person.Role, person.Agency
	a.ReceivedAt = casework.Stamp(w.Now)
	facts := w.Of(a)
	facts.OrderTaken = false
	return a, casework.Apply(facts, a, w.Now)
}

func (p *process) rows() (n int) {
	p.T.Helper()
	for _, table := range []string{"actions", "inspections", "rectifications", "replies", "transfers", "supervisions", "notifications", "held_edits", "sync_feed"} {
		var count int
		if err := p.App.DB().Select("count(*)").From(table).Row(&count); err != nil {
			p.T.Fatal(err)
		}
		n += count
	}
	return n
}

func TestTheBoardAdmitsExactlyWhatTheFileSays(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	cells, applied := 0, map[string]bool{}
	worlds := []func() *casetest.World{objected}
	for _, state := range casework.Process().States {
		worlds = append(worlds, func() *casetest.World { return casetest.At(state.Code) })
	}
	for _, at := range worlds {
		base := p.lay(at())
		for _, rule := range casework.Process().Actions {
			for _, actor := range actors {
				cells++
				w := base
				a, want := verdict(at(), actor, rule.Name)
				if want.Applied {
					w = p.lay(at())
					applied[rule.Name] = true
				}
				before := p.rows()
				status, answer := p.Do("POST", "/api/collections/actions/records", p.tokens[actor], w.body(a))
				c := cell{string(w.Case.Status), rule.Name, actor}
				p.judge(c, w, want, status, answer, p.rows()-before)
				if !want.Applied && w.sees(actor) {
					p.kept(c, w.body(a), want)
				}
			}
		}
	}
	for _, rule := range casework.Process().Actions {
		byUser := slices.ContainsFunc(rule.Who, func(w casework.Who) bool { return w.Kind == casework.ByUser })
		if byUser && !applied[rule.Name] {
			t.Errorf("%s was never admitted", rule.Name)
		}
	}
	t.Logf("%d cells", cells)
	clean(t, p.House)
}

// objected is a transfer that its target objects to: only such a one is returned.
func objected() *casetest.World {
	w := casetest.At(casework.Transferred)
	if v := w.Do(w.Example("object")); !v.Applied {
		panic(v.Code)
	}
	return w
}

type cell struct{ state, action, actor string }

// sees tells whether an actor of the worlds may know of the case at all.
func (w world) sees(actor string) bool {
	switch actor {
	case casetest.Admin:
		return false
	case casetest.Lin:
		return slices.Contains(w.Case.Inspectors, actor)
	case casetest.Abroad:
		return w.Transfer != nil
	}
	return true
}

// judge holds an answer against the file and the rules.
func (p *process) judge(c cell, w world, want casework.Verdict, status int, answer map[string]any, rows int) {
	p.T.Helper()
	role := casetest.New().People[c.actor].Role
	if want.Applied && !casework.Process().Admits(casework.Status(c.state), c.action, role) {
		p.T.Errorf("%v: the rules admit what the file does not", c)
	}
	if !want.Applied && rows != 0 {
		p.T.Errorf("%v: a refused action left %d rows", c, rows)
	}
	switch {
	case !w.sees(c.actor):
		if want.Applied || status != http.StatusNotFound || answer["code"] != "case_unknown" {
			p.T.Errorf("%v: %d %v, want the case to be unknown", c, status, answer)
		}
	case want.Applied && (status != http.StatusOK || answer["outcome"] != "applied" || answer["to"] != string(want.Case.Status)):
		p.T.Errorf("%v: %d %v, want it applied", c, status, answer)
	case !want.Applied && (status != http.StatusConflict || answer["code"] != want.Code):
		p.T.Errorf("%v: %d %v, want 409 %s", c, status, answer, want.Code)
	}
}

// kept: the same refused action from a phone is stored for a dispatcher, with its code.
func (p *process) kept(c cell, body map[string]any, want casework.Verdict) {
	p.T.Helper()
	body["device"] = "01JD0000000000000000000001"
	status, answer := p.Do("POST", "/api/collections/actions/records", p.tokens[c.actor], body)
	if status != http.StatusOK || answer["outcome"] != casework.NeedsReview || answer["code"] != want.Code {
		p.T.Errorf("%v from a phone: %d %v, want it kept with %s", c, status, answer, want.Code)
	}
}

func TestAPhonesActionIsAppliedOrKeptForReview(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	type sent struct {
		cell
		id   string
		want casework.Verdict
	}
	var all []sent
	ph := phone.New(p.URL, p.tokens[casetest.Lin])
	for _, state := range casework.Process().States {
		at := casetest.At(state.Code)
		if !slices.Contains(at.Case.Inspectors, casetest.Lin) {
			continue // the case was never on this phone
		}
		base := p.lay(casetest.At(state.Code))
		for _, rule := range casework.Process().Actions {
			w := base
			a, want := verdict(casetest.At(state.Code), casetest.Lin, rule.Name)
			if want.Applied {
				w = p.lay(casetest.At(state.Code))
			}
			body := w.body(a)
			more := map[string]any{"evidence": body["evidence"]}
			if body["evidence"] == nil || body["evidence"].([]string) == nil {
				delete(more, "evidence")
			}
			if a.Position != nil {
				more["position"] = a.Position
			}
			more["device_at"] = casetest.Now.Format(time.RFC3339)
			id := ph.Act(w.caseID, rule.Name, body["args"].(map[string]any), more)
			all = append(all, sent{cell{string(state.Code), rule.Name, casetest.Lin}, id, want})
		}
	}
	if err := ph.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	results := map[string]*sync.Result{}
	for _, k := range ph.Answered {
		results[k.Mutation.Record] = k.Result
	}
	for _, s := range all {
		r, err := p.App.FindRecordById("actions", s.id)
		if err != nil {
			t.Errorf("%v: the action was dropped: %+v", s.cell, results[s.id])
			continue
		}
		outcome, result := casework.Applied, sync.OK
		if !s.want.Applied {
			outcome, result = casework.NeedsReview, sync.Held
		}
		if r.GetString("outcome") != outcome || r.GetString("code") != s.want.Code || results[s.id].Outcome != result || results[s.id].Code != s.want.Code {
			t.Errorf("%v: %s %s, the phone was told %+v, want %s %s", s.cell, r.GetString("outcome"), r.GetString("code"), results[s.id], outcome, s.want.Code)
		}
	}
	if len(all) < 100 {
		t.Errorf("only %d cells", len(all))
	}
	t.Logf("%d cells", len(all))
	clean(t, p.House)
}
