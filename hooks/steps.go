package hooks

// Actions move cases: the creation of an action asks casework, and what casework
// decides is written in the same transaction.

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

const stampLayout = "2006-01-02T15:04:05.000Z"

// stamp is how the server writes a time: UTC text that sorts.
func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

type seedingKey struct{}

// Seeding marks saves whose records were computed beforehand: an action saved so is
// stored with the answer it carries and moves nothing.
func Seeding(ctx context.Context) context.Context {
	return store.ByCasework(context.WithValue(ctx, seedingKey{}, true))
}

func isSeeding(ctx context.Context) bool { return ctx.Value(seedingKey{}) != nil }

// sentFields are what the author of an action sends; the server fills all others.
var sentFields = []string{"id", "case", "name", "args", "base", "device", "device_at", "position", "evidence"}

func bindSteps(app core.App, h *house) error {
	app.OnRecordCreateRequest("actions").BindFunc(h.receiveAction)
	app.OnRecordCreateExecute("actions").Bind(&hook.Handler[*core.RecordEvent]{Func: h.stepCase, Priority: 0})
	app.OnRecordUpdate("actions").BindFunc(refuseChange)
	app.OnRecordDelete("actions").BindFunc(refuseChange)
	app.OnRecordUpdate("cases").BindFunc(guardStatus)
	app.OnRecordDelete("cases").BindFunc(refuseChange)
	app.OnRecordCreateExecute("cases").Bind(&hook.Handler[*core.RecordEvent]{Func: keepCaseUser, Priority: 10})
	app.OnRecordUpdateExecute("cases").Bind(&hook.Handler[*core.RecordEvent]{Func: keepCaseUser, Priority: 10})
	return nil
}

// receiveAction takes an action over HTTP: it fills in who, and answers a repeated
// request with the stored record.
func (h *house) receiveAction(e *core.RecordRequestEvent) error {
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return problem.New("forbidden", "actions are made by users; sign in as one")
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	for field := range info.Body {
		if !slices.Contains(sentFields, field) {
			return problem.New("field_locked", "field %q is written by the server", field)
		}
	}
	store.SignAction(e.Record, e.Auth, stamp(h.cfg.Now()))
	action := store.ActionOf(e.Record)
	if answered, err := answerAgain(e, action); answered || err != nil {
		return err
	}
	if known, err := (store.Cases{App: e.App}).MayAct(e.Auth, action.Case); err != nil {
		return err
	} else if !known {
		return problem.New("case_unknown", "case %q", action.Case)
	}
	return e.Next()
}

// answerAgain: the same id with the same author and content is the same action.
func answerAgain(e *core.RecordRequestEvent, a casework.Action) (bool, error) {
	if a.ID == "" {
		return false, nil
	}
	records, err := e.App.FindRecordsByIds("actions", []string{a.ID})
	if err != nil || len(records) == 0 {
		return false, err
	}
	stored := records[0]
	if stored.GetString("actor") != e.Auth.Id || stored.GetString("content_hash") != store.ContentHash(a) {
		return true, problem.New("id_taken", "action %q", a.ID)
	}
	return true, e.JSON(http.StatusOK, stored)
}

// stepCase applies a new action to its case, in the transaction that stores the action.
func (h *house) stepCase(e *core.RecordEvent) error {
	if isSeeding(e.Context) {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		now := h.cfg.Now()
		action := store.ActionOf(e.Record)
		facts, err := store.Facts{App: tx}.Of(action, core.GenerateDefaultRandomId())
		if errors.Is(err, store.ErrCaseUnknown) {
			return problem.New("case_unknown", "case %q", action.Case)
		}
		if err != nil {
			return err
		}
		verdict := casework.Apply(facts, action, now) // pure: no clock, no database
		if store.IsReview(e.Context) {
			verdict = casework.Verdict{Code: "kept_for_review", Case: facts.Case}
		}
		if !verdict.Applied && action.Device == "" {
			return refusal{verdict.Code, verdict.Detail}
		}
		e.Record.Set("content_hash", store.ContentHash(action))
		if err := (store.Verdicts{App: tx}).Save(e.Context, e.Record, facts.Case, verdict); err != nil {
			return err
		}
		if err := h.notifyCase(tx, verdict, action); err != nil {
			return err
		}
		return e.Next()
	})
}

// refusal is what the process does not admit, from the board: 409, nothing stored.
type refusal struct{ code, detail string }

func (r refusal) Code() string { return r.code }

func (r refusal) Error() string { return r.code + ": " + r.detail }

// guardStatus: a case moves by an action only, whoever else writes.
func guardStatus(e *core.RecordEvent) error {
	moved := e.Record.GetString("status") != e.Record.Original().GetString("status")
	if moved && !store.IsByCasework(e.Context) {
		return problem.New("status_locked", "from %s to %s", e.Record.Original().GetString("status"), e.Record.GetString("status"))
	}
	return e.Next()
}

func refuseChange(e *core.RecordEvent) error {
	if store.IsByCasework(e.Context) {
		return e.Next()
	}
	return problem.New("append_only", "%s %s", e.Record.Collection().Name, e.Record.Id)
}

// keepCaseUser keeps the raw table of who works on which case beside cases.inspectors.
func keepCaseUser(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		if err := (store.Cases{App: tx}).SetUsers(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
}
