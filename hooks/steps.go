package hooks

// Actions move cases: the creation of an action asks casework, and what casework
// decides is written in the same transaction.

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/sync"
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
	app.OnRecordCreate("cases").BindFunc(guardCase)
	app.OnRecordUpdate("cases").BindFunc(guardCase)
	app.OnRecordDelete("cases").BindFunc(refuseChange)
	app.OnRecordCreateExecute("cases").Bind(&hook.Handler[*core.RecordEvent]{Func: keepCaseUser, Priority: 10})
	app.OnRecordUpdateExecute("cases").Bind(&hook.Handler[*core.RecordEvent]{Func: keepCaseUser, Priority: 10})
	app.OnRecordUpdateExecute("cases").Bind(&hook.Handler[*core.RecordEvent]{Func: countRepeats, Priority: 0})
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
	if err := soundAction(e.Record); err != nil {
		return err
	}
	store.SignAction(e.Record, e.Auth, stamp(h.cfg.Now()))
	action := store.ActionOf(e.Record)
	if answered, err := answerAgain(e, action); answered || err != nil {
		return err
	}
	known, err := store.Cases{App: e.App}.MayAct(e.Auth, action.Case)
	switch {
	case err != nil:
		return err
	case !known && action.Device != "":
		return h.holdAction(e, action)
	case !known:
		return problem.New("case_unknown", "case %q", action.Case)
	}
	err = e.Next()
	if err == nil || e.Written() {
		return err
	}
	if answered, again := answerAgain(e, action); answered { // the same request came twice at once
		return again
	}
	return err
}

// soundAction refuses a time or a place that is none; of a place that an action needs the
// process speaks itself. A phone's are kept as they are: what its user did counts, however
// wrong its clock.
func soundAction(r *core.Record) error {
	if r.GetString("device") != "" {
		return nil
	}
	at := r.GetString("device_at")
	if _, err := time.Parse(time.RFC3339, at); at != "" && err != nil {
		return problem.New("time_invalid", "device_at is a time of RFC 3339").With("field", "device_at")
	}
	if rule, known := casework.Process().Action(r.GetString("name")); !known || slices.Contains(rule.Guards, "position_given") {
		return nil
	}
	var place *struct{ Lon, Lat *float64 }
	err := r.UnmarshalJSONField("position", &place)
	if err != nil || place != nil && (place.Lon == nil || place.Lat == nil || math.Abs(*place.Lon) > 180 || math.Abs(*place.Lat) > 90) {
		return problem.New("coordinates_invalid", "position needs lon and lat in degrees").With("field", "position")
	}
	return nil
}

// holdAction keeps what a phone did on a case that was never its user's, and answers as for
// a case that there is not: nobody learns what exists.
func (h *house) holdAction(e *core.RecordRequestEvent, a casework.Action) error {
	seq, err := store.NewBooks(e.App, h.cfg.Now).HoldAction(a)
	if err != nil {
		return err
	}
	e.Record.Set("outcome", casework.NeedsReview)
	e.Record.Set("code", sync.CodeNotInScope)
	e.Record.Set("seq", seq)
	return e.JSON(http.StatusOK, e.Record)
}

// answerAgain: the same id with the same author and content is the same action. Ids that
// differ only in case are the same.
func answerAgain(e *core.RecordRequestEvent, a casework.Action) (bool, error) {
	if a.ID == "" {
		return false, nil
	}
	stored, err := store.Actions{App: e.App}.Twin(a.ID)
	if err != nil || stored == nil {
		return false, err
	}
	if stored.GetString("actor") != e.Auth.Id || stored.GetString("content_hash") != store.ContentHash(a) {
		return true, problem.New("id_taken", "action %q", a.ID)
	}
	return true, e.JSON(http.StatusOK, stored)
}

// stepCase applies a new action to its case, in the transaction that stores the action.
func (h *house) stepCase(e *core.RecordEvent) error {
	if isSeeding(e.Context) || store.IsAdmitted(e.Context) {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		now := h.received(e.Record)
		action := store.ActionOf(e.Record)
		facts, err := store.Facts{App: tx}.Of(action, h.cfg.NewID())
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
		if verdict.Applied {
			err = h.notifyCase(tx, verdict, action)
		} else {
			err = h.tellWaiting(tx, e.Record.Id, action.Case)
		}
		if err != nil {
			return err
		}
		return e.Next()
	})
}

// received is when an action came in, which is when it takes effect: a case is made of its
// actions and nothing else, to the millisecond.
func (h *house) received(r *core.Record) time.Time {
	at, err := time.Parse(stampLayout, r.GetString("received_at"))
	if err != nil {
		at = h.cfg.Now()
		r.Set("received_at", stamp(at))
	}
	return at
}

// refusal is what the process does not admit, from the board: 409, nothing stored.
type refusal struct{ code, detail string }

func (r refusal) Code() string { return r.code }

func (r refusal) Error() string { return r.code + ": " + r.detail }

// noActionMoves are the fields of a case that the operator may set: no action writes them.
var noActionMoves = []string{
	"seq", "recused", "respondent", "special_case", "leader_in_charge", "escalation_level", "night_window",
}

// guardCase: a case begins as registered and moves by actions only, whoever else writes.
func guardCase(e *core.RecordEvent) error {
	if store.IsByCasework(e.Context) {
		return e.Next()
	}
	before := e.Record.Original()
	if e.Record.IsNew() {
		if status := e.Record.GetString("status"); status != string(casework.Registered) {
			return problem.New("status_locked", "a case begins as registered, not as %q", status)
		}
		return e.Next()
	}
	for _, field := range e.Record.Collection().Fields.FieldNames() {
		if !slices.Contains(noActionMoves, field) && e.Record.GetString(field) != before.GetString(field) {
			return problem.New("status_locked", "field %s", field)
		}
	}
	return e.Next()
}

// countRepeats keeps in a case how many others are merged into it.
func countRepeats(e *core.RecordEvent) error {
	was, is := e.Record.Original().GetString("primary"), e.Record.GetString("primary")
	if was == is || isSeeding(e.Context) {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		for _, primary := range []string{was, is} {
			if err := (store.Cases{App: tx}).CountRepeats(e.Context, primary); err != nil {
				return err
			}
		}
		return nil
	})
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
