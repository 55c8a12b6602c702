package hooks

// Dictionaries: the rows that deadlines are counted by are checked before they are stored,
// for each case is counted by them.

import (
	"cmp"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

func bindDictionaries(app core.App, _ *house) error {
	app.OnRecordValidate("holidays").BindFunc(checkYear)
	app.OnRecordValidate("deadline_rules").BindFunc(func(e *core.RecordEvent) error {
		if err := checkRule(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordCreateRequest("deadline_rules").BindFunc(guardRule)
	app.OnRecordUpdateRequest("deadline_rules").BindFunc(guardRule)
	app.OnRecordCreateRequest("jurisdictions").BindFunc(guardBorder)
	app.OnRecordUpdateRequest("jurisdictions").BindFunc(guardBorder)
	return nil
}

func checkYear(e *core.RecordEvent) error {
	if err := store.CheckYear(e.Record); err != nil {
		return problem.New("holidays_invalid", "%v", err)
	}
	return e.Next()
}

func checkRule(r *core.Record) error {
	if err := store.CheckRule(r); err != nil {
		return problem.New("deadline_rule_invalid", "%v", err)
	}
	return nil
}

// nation is the division code of a rule that names no jurisdiction.
const nation = "000000"

// guardRule: an administrator writes the rules of his own scope; the national ones are
// written by who answers for the nation.
func guardRule(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	if err := checkRule(e.Record); err != nil {
		return err
	}
	for _, r := range versions(e.Record) {
		if err := codeInScope(e.Auth, cmp.Or(r.GetString("jurisdiction"), nation)); err != nil {
			return err
		}
	}
	return e.Next()
}

// guardBorder: an administrator writes the borders of his own scope, of agencies in it.
func guardBorder(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	if _, _, err := casework.Scope(e.Record.GetString("division_code")); err != nil {
		return problem.New("division_invalid", "%v", err)
	}
	for _, r := range versions(e.Record) {
		if err := codeInScope(e.Auth, r.GetString("division_code")); err != nil {
			return err
		}
	}
	if e.Record.GetString("agency") != "" { // a border may be drawn before its agency is known
		if err := agencyInScope(e); err != nil {
			return err
		}
	}
	return e.Next()
}

// versions are a record as it is to be, and as it was if there was one before.
func versions(r *core.Record) []*core.Record {
	if r.IsNew() {
		return []*core.Record{r}
	}
	return []*core.Record{r, r.Original()}
}
