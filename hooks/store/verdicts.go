package store

// What a verdict writes: the case and everything that changes with it.

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

type caseworkKey struct{}

// ByCasework marks a save as casework's own: only such a save moves a case, or
// decides about a photo.
func ByCasework(ctx context.Context) context.Context {
	return context.WithValue(ctx, caseworkKey{}, true)
}

// IsByCasework tells whether the save is casework's own.
func IsByCasework(ctx context.Context) bool { return ctx.Value(caseworkKey{}) != nil }

// Verdicts writes what casework decided, in the transaction of App.
type Verdicts struct{ App core.App }

// Save writes the answer into the action's record and everything else as records of
// their own. The case comes first: what belongs to it travels where it travels.
func (s Verdicts) Save(ctx context.Context, action *core.Record, before casework.Case, v casework.Verdict) error {
	action.Set("code", v.Code)
	action.Set("from", string(before.Status))
	action.Set("to", string(v.Case.Status))
	action.Set("round", before.Round)
	if !v.Applied {
		action.Set("outcome", casework.NeedsReview)
		return nil
	}
	action.Set("outcome", casework.Applied)
	if err := s.update(ByCasework(ctx), "cases", v.Case.ID, v.Case); err != nil {
		return err
	}
	for _, part := range s.parts(v) {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s Verdicts) parts(v casework.Verdict) []func(context.Context) error {
	var parts []func(context.Context) error
	add := func(f func(context.Context) error) { parts = append(parts, f) }
	if n := v.Inspection; n != nil {
		add(func(ctx context.Context) error {
			return s.create(ctx, "inspections", n.ID, inspectionRow{
				ID: n.ID, Case: n.Case, Round: n.Round, Inspectors: n.Inspectors, Lead: n.Lead,
			})
		})
	}
	if c := v.InspectionChange; c != nil {
		add(func(ctx context.Context) error { return s.update(ctx, "inspections", c.ID, setFields(*c)) })
	}
	if r := v.Rectification; r != nil {
		add(func(ctx context.Context) error { return s.put(ctx, "rectifications", r.ID, r.Create, r.Rectification) })
	}
	if r := v.Reply; r != nil {
		add(func(ctx context.Context) error { return s.reply(ctx, *r) })
	}
	if t := v.Transfer; t != nil {
		add(func(ctx context.Context) error { return s.transfer(ctx, *t) })
	}
	if n := v.Supervision; n != nil {
		add(func(ctx context.Context) error { return s.create(ctx, "supervisions", n.ID, n) })
	}
	for _, d := range v.Decisions {
		add(func(ctx context.Context) error { return s.decide(ByCasework(ctx), d) })
	}
	return parts
}

// decide writes a decision into a photo's row, from where the log takes it. Bytes that are
// not here yet are awaited all the same.
func (s Verdicts) decide(ctx context.Context, d casework.PhotoDecision) error {
	r, err := s.App.FindRecordById("evidence", d.Photo)
	if err != nil {
		return fmt.Errorf("evidence %s: %w", d.Photo, err)
	}
	if r.GetString("state") != "pending" {
		r.Set("state", stateOf(flagsOn(r), &d.Decision))
	}
	return s.save(ctx, r, map[string]any{"decision": d.Decision})
}

// setFields leaves out what an inspection change does not change.
func setFields(c casework.InspectionChange) map[string]any {
	set := map[string]any{}
	if c.Inspectors != nil {
		set["inspectors"] = c.Inspectors
	}
	if c.Lead != "" {
		set["lead"] = c.Lead
	}
	if c.StartedAt != "" {
		set["started_at"] = c.StartedAt
	}
	return set
}

// reply keeps one record a case and round.
func (s Verdicts) reply(ctx context.Context, r casework.ReplyChange) error {
	var rows []*core.Record
	err := s.App.RecordQuery("replies").AndWhere(dbx.HashExp{"case": r.Case, "round": r.Round}).Limit(1).All(&rows)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return s.create(ctx, "replies", r.ID, r)
	}
	author := rows[0].GetString("author")
	r.ID = rows[0].Id
	if r.Author == "" {
		r.Author = author
	}
	return s.save(ctx, rows[0], r)
}

func (s Verdicts) transfer(ctx context.Context, t casework.TransferChange) error {
	if t.Replaces != "" {
		if err := s.update(ctx, "transfers", t.Replaces, map[string]any{"state": casework.TransferReturned}); err != nil {
			return err
		}
	}
	return s.put(ctx, "transfers", t.ID, t.Create, t.Transfer)
}

func (s Verdicts) put(ctx context.Context, collection, id string, create bool, v any) error {
	if create {
		return s.create(ctx, collection, id, v)
	}
	return s.update(ctx, collection, id, v)
}

func (s Verdicts) create(ctx context.Context, collection, id string, v any) error {
	r, err := newRecord(s.App, collection, id)
	if err != nil {
		return err
	}
	return s.save(ctx, r, v)
}

func (s Verdicts) update(ctx context.Context, collection, id string, v any) error {
	r, err := s.App.FindRecordById(collection, id)
	if err != nil {
		return fmt.Errorf("%s %s: %w", collection, id, err)
	}
	return s.save(ctx, r, v)
}

func (s Verdicts) save(ctx context.Context, r *core.Record, v any) error {
	if err := Load(r, v); err != nil {
		return err
	}
	if err := s.App.SaveWithContext(ctx, r); err != nil {
		return fmt.Errorf("%s %s: %w", r.Collection().Name, r.Id, err)
	}
	return nil
}

// Args reads an action's arguments into v.
func Args(action *core.Record, v any) error {
	return json.Unmarshal([]byte(action.GetString("args")), v)
}
