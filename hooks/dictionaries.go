package hooks

// Dictionaries: the rows that deadlines are counted by are checked before they are stored,
// for each case is counted by them.

import (
	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/hooks/store"
)

func bindDictionaries(app core.App, _ *house) error {
	app.OnRecordValidate("holidays").BindFunc(checkYear)
	return nil
}

func checkYear(e *core.RecordEvent) error {
	if err := store.CheckYear(e.Record); err != nil {
		return problem.New("holidays_invalid", "%v", err)
	}
	return e.Next()
}
