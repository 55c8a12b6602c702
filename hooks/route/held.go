package route

// Held work: what the field did that does not stand by itself, for a dispatcher to settle.

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// Held is what the routes of held work need. Admit applies a late action.
type Held struct {
	Now   func() time.Time
	Admit func(tx core.App, action *core.Record) error
}

// Bind binds the routes.
//
//	GET  /api/held        a page of what waits, by filters; dispatcher and supervisor
//	GET  /api/held/{id}   one of it
//	POST /api/held/{id}   a dispatcher's decision: {take, value, reason, version}
func (h Held) Bind(se *core.ServeEvent) {
	se.Router.GET("/api/held", h.list)
	se.Router.GET("/api/held/{id}", h.one)
	se.Router.POST("/api/held/{id}", h.decide)
}

// heldReader is a user whose role has to do with held work.
func heldReader(e *core.RequestEvent) (*core.Record, error) {
	user, err := User(e)
	if err != nil {
		return nil, err
	}
	switch casework.Role(user.GetString("role")) {
	case casework.Dispatcher, casework.Supervisor:
		return user, nil
	}
	return nil, problem.New("forbidden", "held work is shown to dispatchers and supervisors")
}

func (h Held) list(e *core.RequestEvent) error {
	user, err := heldReader(e)
	if err != nil {
		return err
	}
	asked, err := query(e)
	if err != nil {
		return err
	}
	filter, err := store.ParseHeldFilter(asked)
	if err != nil {
		return err
	}
	page, err := store.Held{App: e.App}.List(user, filter)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, page)
}

func (h Held) one(e *core.RequestEvent) error {
	user, err := heldReader(e)
	if err != nil {
		return err
	}
	item, err := find(e.App, user, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, item)
}

func find(app core.App, user *core.Record, id string) (store.HeldItem, error) {
	item, err := store.Held{App: app}.Find(user, id)
	if errors.Is(err, store.ErrHeldUnknown) {
		return item, problem.New("held_unknown", "held work %q", id)
	}
	return item, err
}

func (h Held) decide(e *core.RequestEvent) error {
	user, err := heldReader(e)
	if err != nil {
		return err
	}
	if casework.Role(user.GetString("role")) != casework.Dispatcher {
		return problem.New("forbidden", "held work is settled by dispatchers")
	}
	decision, err := readDecision(e)
	if err != nil {
		return err
	}
	id, after := e.Request.PathValue("id"), store.HeldItem{}
	err = e.App.RunInTransaction(func(tx core.App) error {
		item, err := find(tx, user, id)
		if err != nil {
			return err
		}
		settler := store.Settler{App: tx, Now: h.Now, By: user, Admit: h.Admit}
		after, err = settler.Settle(e.Request.Context(), item, decision)
		return err
	})
	var refused store.HeldRefusal
	if errors.As(err, &refused) && refused.Code() == "held_moved" {
		return problem.New(refused.Code(), "%s", refused.Error()).With("now", refused.Now).With("version", refused.Version)
	}
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, after)
}

func readDecision(e *core.RequestEvent) (store.Decision, error) {
	data, err := readSmall(e)
	if err != nil {
		return store.Decision{}, err
	}
	return decisionOf(data)
}

// decisionOf reads a decision. Whoever leaves aside what the field did says why.
func decisionOf(data []byte) (store.Decision, error) {
	var d store.Decision
	if err := mistaken(intake.Read(data, &d)); err != nil {
		return d, err
	}
	d.Reason = strings.TrimSpace(d.Reason)
	switch {
	case d.Take != store.TakeOurs && d.Take != store.TakeTheirs && d.Take != store.TakeText:
		return d, problem.New("take_unknown", "%q; take is ours, theirs or text", d.Take)
	case d.Take == store.TakeTheirs && d.Reason == "":
		return d, problem.New("reason_too_short", "say why what the field did is left aside").With("field", "reason")
	case d.Take == store.TakeText && !json.Valid(d.Value):
		return d, problem.New("value_unfit", "text needs a value")
	}
	return d, nil
}
