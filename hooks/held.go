package hooks

// Held work is settled at a desk; a late action is then applied as if its author had been in
// time.

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/route"
	"xuncha/hooks/store"
)

func bindHeld(app core.App, h *house) error {
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		route.Held{Now: h.cfg.Now, Admit: h.admit}.Bind(se)
		return se.Next()
	})
	return nil
}

// admit applies a late action and writes its answer into the record, in the transaction tx.
func (h *house) admit(tx core.App, r *core.Record) error {
	action := store.ActionOf(r)
	facts, err := store.Facts{App: tx}.Of(action, h.cfg.NewID())
	if errors.Is(err, store.ErrCaseUnknown) {
		return problem.New("case_unknown", "case %q", action.Case)
	}
	if err != nil {
		return err
	}
	facts.Late, facts.Actor.Agency = true, action.ActorAgency // as it was then
	decided, err := time.Parse(stampLayout, r.GetString("decided_at"))
	if err != nil {
		return err
	}
	verdict := casework.Apply(facts, action, decided)
	if !verdict.Applied {
		return refusal{verdict.Code, verdict.Detail}
	}
	if err := (store.Verdicts{App: tx}).Save(context.Background(), r, facts.Case, verdict); err != nil {
		return err
	}
	return h.notifyCase(tx, verdict, action)
}
