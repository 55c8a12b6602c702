package hooks

// Users and agencies: whose scope a user has, and what each may change of whom.

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/route"
	"xuncha/hooks/store"
)

// roles of users; the PocketBase superuser is the operator and none of these.
var roles = []string{"intake", "dispatcher", "inspector", "reviewer", "supervisor", "admin"}

// ownFields are what a user may change of himself, an administrator too: nobody gives
// himself a role. The password needs the old one. setFields are what an administrator may
// set of others. The scope is kept by us, never sent.
var (
	ownFields = []string{"language", "on_duty", "password", "passwordConfirm", "oldPassword"}
	setFields = []string{
		"language", "on_duty", "name", "role", "agency", "certificate_no", "certificate_until", "disabled_at",
		"phone", "skills", "email", "password", "passwordConfirm", "emailVisibility", "verified",
	}
)

func bindPeople(app core.App, h *house) error {
	app.OnRecordCreateExecute("users").BindFunc(keepScope)
	app.OnRecordUpdateExecute("users").BindFunc(keepScope)
	app.OnRecordUpdateExecute("agencies").BindFunc(moveScope)
	app.OnRecordValidate("users").BindFunc(checkUser)
	app.OnRecordValidate("agencies").BindFunc(checkAgency)
	app.OnRecordUpdateRequest("users").BindFunc(logUser)
	app.OnRecordCreateRequest("users").BindFunc(logUser)
	app.OnRecordUpdateRequest("users").BindFunc(guardUserUpdate)
	app.OnRecordCreateRequest("users").BindFunc(guardUserCreate)
	app.OnRecordCreateRequest("agencies").BindFunc(guardAgency)
	app.OnRecordUpdateRequest("agencies").BindFunc(guardAgency)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		route.Records(se)
		return se.Next()
	})
	return nil
}

// keepScope writes the agency's range of division codes into the user.
func keepScope(e *core.RecordEvent) error {
	if !slices.Contains(roles, e.Record.GetString("role")) {
		return problem.New("role_unknown", "%q is none of %v", e.Record.GetString("role"), roles)
	}
	agency, err := e.App.FindRecordById("agencies", e.Record.GetString("agency"))
	if err != nil {
		return problem.New("agency_unknown", "agency %q", e.Record.GetString("agency"))
	}
	from, to, err := casework.Scope(agency.GetString("division_code"))
	if err != nil {
		return err
	}
	e.Record.Set("scope_from", from)
	e.Record.Set("scope_to", to)
	return e.Next()
}

// checkUser: since when a user is disabled can be read, for his phone has 30 days from then.
func checkUser(e *core.RecordEvent) error {
	at := e.Record.GetString("disabled_at")
	if at == "" || at == e.Record.Original().GetString("disabled_at") {
		return e.Next()
	}
	since, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return problem.New("time_invalid", "disabled_at: %q", at)
	}
	e.Record.Set("disabled_at", stamp(since))
	return e.Next()
}

// checkAgency: an agency has a name, and is under another one or under none.
func checkAgency(e *core.RecordEvent) error {
	if strings.TrimSpace(e.Record.GetString("name")) == "" {
		return problem.New("field_missing", "name: an agency needs one").With("field", "name")
	}
	parent := e.Record.GetString("parent")
	if parent == "" || parent == e.Record.Original().GetString("parent") {
		return e.Next()
	}
	found, err := e.App.FindRecordsByIds("agencies", []string{parent})
	if err != nil {
		return err
	}
	if len(found) == 0 || parent == e.Record.Id {
		return problem.New("agency_unknown", "parent: agency %q", parent)
	}
	return e.Next()
}

// moveScope lets an agency's new division code reach its users in the same transaction.
func moveScope(e *core.RecordEvent) error {
	if e.Record.GetString("division_code") == e.Record.Original().GetString("division_code") {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		people, err := store.People{App: tx}.OfAgency(e.Record.Id)
		if err != nil {
			return err
		}
		for _, user := range people {
			if err := tx.Save(user); err != nil {
				return fmt.Errorf("user %s: %w", user.Id, err)
			}
		}
		return nil
	})
}

// logged are the fields of a user whose change is written into the log.
var logged = []string{"role", "agency", "disabled_at"}

// logUser tells who gave whom which role, and who let whom in or shut him out. A password or
// an e-mail that was changed is told without what it is.
func logUser(e *core.RecordRequestEvent) error {
	isNew, key, before := e.Record.IsNew(), e.Record.Original().TokenKey(), map[string]string{}
	for _, field := range logged {
		before[field] = e.Record.Original().GetString(field)
	}
	if err := e.Next(); err != nil {
		return err
	}
	for _, field := range logged {
		if to := e.Record.GetString(field); to != before[field] {
			slog.Info("user changed", "who", e.Auth.Id, "whom", e.Record.Id, "field", field, "from", before[field], "to", to)
		}
	}
	if !isNew && e.Record.TokenKey() != key {
		slog.Info("log-in changed", "who", e.Auth.Id, "whom", e.Record.Id)
	}
	return nil
}

func guardUserUpdate(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	allowed := ownFields
	if e.Auth.GetString("role") == "admin" && e.Auth.Id != e.Record.Id {
		allowed = setFields
	}
	if err := onlyFields(e, allowed); err != nil {
		return err
	}
	if err := agencyInScope(e); err != nil {
		return err
	}
	return e.Next()
}

func guardUserCreate(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	if err := onlyFields(e, append([]string{"id"}, setFields...)); err != nil {
		return err
	}
	if err := agencyInScope(e); err != nil {
		return err
	}
	return e.Next()
}

func onlyFields(e *core.RecordRequestEvent, allowed []string) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	for field := range info.Body {
		if !slices.Contains(allowed, field) {
			return problem.New("field_locked", "field %q", field)
		}
	}
	return nil
}

// agencyInScope: nobody puts a user or a border under an agency outside his own subtree.
func agencyInScope(e *core.RecordRequestEvent) error {
	agency, err := e.App.FindRecordById("agencies", e.Record.GetString("agency"))
	if err != nil {
		return problem.New("agency_unknown", "agency %q", e.Record.GetString("agency"))
	}
	return codeInScope(e.Auth, agency.GetString("division_code"))
}

func guardAgency(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	for _, r := range []*core.Record{e.Record, e.Record.Original()} {
		code := r.GetString("division_code")
		if r.IsNew() && r != e.Record {
			continue // there was none before
		}
		if code == "" && r != e.Record {
			continue
		}
		if err := codeInScope(e.Auth, code); err != nil {
			return err
		}
	}
	return e.Next()
}

func codeInScope(user *core.Record, code string) error {
	from, to, err := casework.Scope(code)
	if err != nil {
		return problem.New("outside_scope", "%v", err)
	}
	if from < user.GetString("scope_from") || to > user.GetString("scope_to") {
		return problem.New("outside_scope", "division code %s lies outside %s-%s", code,
			user.GetString("scope_from"), user.GetString("scope_to"))
	}
	return nil
}
