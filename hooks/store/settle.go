package store

// A desk settles held work: it takes what the author sent, leaves what stands, or writes a
// third value. What is settled once stays settled; its author learns it by sync.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/sync"
)

// What a decision takes.
const (
	TakeOurs   = "ours"   // what the author sent
	TakeTheirs = "theirs" // what stands
	TakeText   = "text"   // a third value
)

// Decision is what a person decided, and how it is stored.
type Decision struct {
	Take    string          `json:"take"`
	Value   json.RawMessage `json:"value,omitempty"` // of text
	Reason  string          `json:"reason"`
	Version string          `json:"version,omitempty"` // of the value that the person saw standing
}

// HeldRefusal is a decision that cannot be carried out, with its stable code.
type HeldRefusal struct {
	code, detail string
	Now          json.RawMessage // what stands, where it has moved
	Version      string
}

func (r HeldRefusal) Error() string { return r.code + ": " + r.detail }

// Code is held_settled, held_moved, held_parent_missing, case_closed, round_frozen, id_taken,
// value_unfit or take_unknown.
func (r HeldRefusal) Code() string { return r.code }

// Settler decides held work; App is a transaction.
type Settler struct {
	App core.App
	Now func() time.Time
	By  *core.Record // who decides
	// Admit applies an action as if by its author, or fails with the process's refusal.
	Admit func(tx core.App, action *core.Record) error
}

// Settle carries a decision out, all of it or nothing, and returns what is then held.
func (s Settler) Settle(ctx context.Context, item HeldItem, d Decision) (HeldItem, error) {
	unasked := item.State == sync.StateDismissed && item.DecidedBy == "" // it was only kept: a desk may still take it
	if item.State != sync.StateOpen && !unasked {
		return item, HeldRefusal{code: "held_settled", detail: item.State + " at " + item.DecidedAt}
	}
	if d.Take == TakeTheirs {
		return s.close(ctx, item, d, sync.StateDismissed)
	}
	if d.Take != TakeOurs && (d.Take != TakeText || item.Kind != sync.KindEdit) {
		return item, HeldRefusal{code: "take_unknown", detail: fmt.Sprintf("%q of %s", d.Take, item.Kind)}
	}
	take := map[string]func(context.Context, HeldItem, Decision) error{
		sync.KindEdit: s.takeEdit, sync.KindCreate: s.takeCreate, sync.KindAction: s.takeAction,
	}[item.Kind]
	if err := take(ctx, item, d); err != nil {
		return item, err
	}
	return s.close(ctx, item, d, sync.StateTaken)
}

// takeEdit writes a field, if what stands is what the person saw.
func (s Settler) takeEdit(ctx context.Context, item HeldItem, d Decision) error {
	records, err := s.App.FindRecordsByIds(item.Collection, []string{item.Record})
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return HeldRefusal{code: "held_parent_missing", detail: item.Collection + " " + item.Record}
	}
	if err := s.open(item.Case); err != nil {
		return err
	}
	if err := item.unfrozen((Rounds{App: s.App}).Holds(records[0])); err != nil {
		return err
	}
	seen := d.Version == item.Version // both empty: nothing ever stood there
	if !seen && (d.Version != "" || !sync.Same(item.Theirs, item.Now)) {
		return HeldRefusal{code: "held_moved", detail: "field " + item.Field, Now: item.Now, Version: item.Version}
	}
	taken := item.Ours
	if d.Take == TakeText {
		taken = d.Value
	}
	value, err := sync.Settled(item.Collection, item.Field, item.Now, taken)
	if err != nil {
		return err
	}
	if err := Load(records[0], map[string]json.RawMessage{item.Field: value}); err != nil {
		return err
	}
	if d.Take == TakeOurs && item.Mutation != "" { // then the mutation stands: what its author builds on it has seen it
		ctx = WithSource(ctx, Source{Collection: item.Collection, Record: item.Record, Mutation: item.Mutation})
	}
	return s.App.SaveWithContext(ctx, records[0])
}

// open: what belongs to a finished case is not changed; it is reopened first.
func (s Settler) open(caseID string) error {
	root, err := CaseUsers{s.App}.Root(caseID)
	if err != nil {
		return err
	}
	rows, err := s.App.FindRecordsByIds("cases", []string{root})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return HeldRefusal{code: "held_parent_missing", detail: "case " + caseID}
	}
	if status := casework.Status(rows[0].GetString("status")); !casework.Process().State(status).Open {
		return HeldRefusal{code: "case_closed", detail: string(status)}
	}
	return nil
}

// unfrozen: what a reopening froze is not changed, whoever asks.
func (h HeldItem) unfrozen(frozen bool, err error) error {
	if err == nil && frozen {
		return HeldRefusal{code: "round_frozen", detail: h.Collection + " " + h.Record}
	}
	return err
}

// takeCreate makes the record that was held, as its author's. A photo is taken in after the
// close too, and says so.
func (s Settler) takeCreate(ctx context.Context, item HeldItem, _ Decision) error {
	var refused HeldRefusal
	err := s.open(item.Case)
	closed := errors.As(err, &refused) && refused.code == "case_closed"
	if err != nil && !(closed && item.Collection == "evidence") {
		return err
	}
	m := sync.Mutation{ID: item.Mutation, Op: sync.OpCreate, Collection: item.Collection, Record: item.Record, At: sync.Stamp(item.DeviceAt)}
	if err := json.Unmarshal(item.Ours, &m.Set); err != nil {
		return err
	}
	if err := item.unfrozen((Rounds{App: s.App}).Would(&m, item.Case)); err != nil {
		return err
	}
	set, losses := sync.Fitting(item.Collection, m.Set)
	books := newBook(s.App, s.Now)
	_, err = books.Save(ctx, sync.Write{
		User: sync.User{ID: item.Author}, Client: item.Client, M: &m, Set: set, Create: true, Late: closed,
	})
	var unfit sync.Unfit
	switch {
	case errors.As(err, &unfit) && unfit.Reason == sync.CodeIDTaken:
		return HeldRefusal{code: "id_taken", detail: item.Collection + " " + item.Record}
	case errors.As(err, &unfit):
		return HeldRefusal{code: "value_unfit", detail: unfit.Error()}
	}
	for _, loss := range losses { // what is too long for its field goes on waiting
		if err == nil {
			_, err = books.Hold(sync.User{ID: item.Author}, item.Client, &m, sync.Holding{Kind: sync.KindEdit, State: sync.StateOpen, Case: item.Case, Loss: loss})
		}
	}
	return err
}

// takeAction admits an action: the one that is kept in the history, or one that was held
// because its case was never the author's.
func (s Settler) takeAction(ctx context.Context, item HeldItem, _ Decision) error {
	r, err := s.actionOf(item)
	if err != nil {
		return err
	}
	if twin, err := (Actions{App: s.App}).Twin(item.Record); err != nil || twin != nil && !item.kept() {
		if err == nil && (twin.GetString("actor") != item.Author || ContentHash(ActionOf(twin)) != ContentHash(ActionOf(r))) {
			err = HeldRefusal{code: "id_taken", detail: "action " + item.Record}
		}
		return err // it came again meanwhile, and stands
	}
	r.Set("decided_by", s.By.Id)
	r.Set("decided_at", s.Now().UTC().Format(stampLayout))
	if err := s.Admit(s.App, r); err != nil {
		return err
	}
	return s.App.SaveWithContext(ByCasework(WithAdmitted(ctx)), r)
}

func (s Settler) actionOf(item HeldItem) (*core.Record, error) {
	if item.kept() {
		return s.App.FindRecordById("actions", item.Record)
	}
	r, err := newRecord(s.App, "actions", item.Record)
	if err != nil {
		return nil, err
	}
	if err := Load(r, item.Ours); err != nil {
		return nil, err
	}
	author, err := s.App.FindRecordById("users", item.Author)
	if err != nil {
		return nil, err
	}
	SignAction(r, author, item.ReceivedAt)
	if r.GetString("device_at") == "" {
		r.Set("device_at", item.DeviceAt)
	}
	if r.GetString("device") == "" {
		r.Set("device", item.Client)
	}
	r.Set("content_hash", ContentHash(ActionOf(r)))
	return r, nil
}

// kept: the action stands in the history of its case.
func (h HeldItem) kept() bool { return h.Kind == sync.KindAction && h.ID == h.Record }

// close writes the decision where the author's phone finds it.
func (s Settler) close(ctx context.Context, item HeldItem, d Decision, state string) (HeldItem, error) {
	now := s.Now().UTC().Format(stampLayout)
	var r *core.Record
	var err error
	if item.kept() {
		r, err = s.note(ctx, item, now)
	} else {
		r, err = s.App.FindRecordById("held_edits", item.ID)
	}
	if err != nil {
		return item, err
	}
	d.Version = ""
	if err := Load(r, map[string]any{"state": state, "decided_by": s.By.Id, "decided_at": now, "decision": d}); err != nil {
		return item, err
	}
	if err := s.App.SaveWithContext(ctx, r); err != nil {
		return item, err
	}
	return Held{App: s.App}.item(heldKey{r.Id, "held_edits"})
}

// note makes the row that tells the author of a kept action what became of it, and marks
// the action itself as decided.
func (s Settler) note(ctx context.Context, item HeldItem, now string) (*core.Record, error) {
	action, err := s.App.FindRecordById("actions", item.Record)
	if err != nil {
		return nil, err
	}
	if action.GetString("decided_at") == "" {
		action.Set("decided_by", s.By.Id)
		action.Set("decided_at", now)
		if err := s.App.SaveWithContext(ByCasework(ctx), action); err != nil {
			return nil, err
		}
	}
	r, err := newRecord(s.App, "held_edits", "")
	if err != nil {
		return nil, err
	}
	return r, Load(r, map[string]any{
		"kind": sync.KindAction, "case": item.Case, "collection": "actions", "record": item.Record, "ours": item.Ours,
		"author": item.Author, "client": item.Client, "device_at": item.DeviceAt, "received_at": item.ReceivedAt, "code": item.Code,
	})
}

type admittedKey struct{}

// WithAdmitted marks the save of an action that a desk admits: what it does is written
// already.
func WithAdmitted(ctx context.Context) context.Context {
	return context.WithValue(ctx, admittedKey{}, true)
}

// IsAdmitted tells whether an action that is saved has been applied already.
func IsAdmitted(ctx context.Context) bool { return ctx.Value(admittedKey{}) != nil }
